"""Versions of the policy: what one changes, what it would have decided, and its adoption by a second person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from hub.console import frame
from hub.console.acts import SAID, Actor, ask
from hub.console.desk import Desk, Forbidden, NotFound, Posted, Reader
from hub.console.trial import Versions
from hub.console.words import msg
from hub.schemas.commands import AdoptPolicy
from hub.schemas.personal import has_personal_data, plain
from hub.store import trail
from hub.store.people import Role
from hub.store.proposals import Proposal, last_adoption, standing
from hub.tools.difference import Change, difference
from hub.tools.propose import drop_proposal, put_proposal

router: Final = APIRouter()

CHANGES_SHOWN: Final = 300
FOUND_SHOWN: Final = 10
NOTE_MAX: Final = 200
PROPOSES: Final = frozenset({Role.ADMIN})
ADOPTS: Final = frozenset({Role.ADMIN, Role.LEADER})


@dataclass(frozen=True, slots=True)
class Version:
    """One version beside the one in force, and what waits for a second person in this city."""

    name: str
    folder: Path
    decides: str
    base: Path | None
    proposal: Proposal | None

    @property
    def is_proposed(self) -> bool:
        """Whether it is this version that waits."""
        return self.proposal is not None and self.proposal.version == self.name


@router.get("/rules/versions/{name}")
def version(request: Request, desk: Reader, name: str) -> Response:
    """Show what a version changes, and what has come of trying and proposing it."""
    return _page(request, desk, _version(desk, name))


@router.post("/rules/versions/{name}")
def act(request: Request, desk: Actor, form: Posted, name: str) -> Response:
    """Try a version, propose it, drop the proposal or adopt it: each for desks of the whole city alone."""
    asked = str(form.get("act", ""))
    if asked not in ACTS:
        raise NotFound
    roles, does = ACTS[asked]
    if desk.account.role not in roles or desk.account.territory != desk.names.root:
        desk.note(trail.Act.DENIED, name, asked)
        raise Forbidden
    outcome, message = does(desk, _version(desk, name), form)
    return _page(request, desk, _version(desk, name), outcome, message)


Said = tuple[str, str]
"""What came of an act, as `SAID` has it ("" where the page itself says so), and what is said of it."""


def _try(desk: Desk, found: Version, form: FormData) -> Said:
    """Run a version over the past beside the one in force."""
    since_ms = _since_ms(desk, form)
    if since_ms is None:
        return "refused", desk.words(msg("起始日期有误。"))
    if found.base is None:
        return "refused", desk.words(msg("此处没有现行版本的文件夹，无法比较和试算。"))
    versions = Versions(desk.policy.jurisdiction, found.decides, found.name)
    if not desk.console.trials.start(versions, found.base, found.folder, desk.wall_ms, since_ms):
        return "refused", desk.words(msg("另一次试算还在进行，请等它结束。"))
    return "", ""


def _propose(desk: Desk, found: Version, form: FormData) -> Said:
    """Put a version before a second person, with a reason."""
    note = str(form.get("note", "")).strip()
    wrong = msg("这就是现行版本。") if found.name == found.decides else _wrong_note(note)
    if wrong:
        return "refused", desk.words(wrong)
    city = desk.policy.jurisdiction
    put_proposal(desk.console.engine, city, found.name, desk.account.login, note, desk.wall_ms)
    return "", ""


def _drop(desk: Desk, found: Version, _form: FormData) -> Said:
    """Take a proposal back, or turn it down."""
    if found.is_proposed:
        city = desk.policy.jurisdiction
        drop_proposal(desk.console.engine, city, found.name, desk.account.login, desk.wall_ms)
    return "", ""


def _adopt(desk: Desk, found: Version, _form: FormData) -> Said:
    """Let decisions follow a version that somebody else has proposed; the log has the last word."""
    if found.proposal is None or not found.is_proposed:
        return "refused", desk.words(msg("情况已有变化，目前不能这样办理。"))
    command = AdoptPolicy(
        jurisdiction=desk.policy.jurisdiction,
        id=uuid4().hex,
        by=desk.account.login,
        seat=desk.account.seat(),
        note=found.proposal.note,
        version=found.name,
        proposed_by=found.proposal.proposed_by,
    )
    (told,) = ask(desk, [(found.name, command)])
    return told["outcome"], told[f"message_{desk.lang}"]


ACTS: Final[dict[str, tuple[frozenset[Role], Callable[[Desk, Version, FormData], Said]]]] = {
    "try": (ADOPTS, _try),
    "propose": (PROPOSES, _propose),
    "drop": (ADOPTS, _drop),
    "adopt": (ADOPTS, _adopt),
}


def _version(desk: Desk, name: str) -> Version:
    """Give a version at hand beside the one in force; raises `NotFound`."""
    folders = desk.console.folders.of(desk.policy)
    if name not in folders:
        raise NotFound
    with desk.console.engine.connect() as sql:
        decides = last_adoption(sql, desk.policy.jurisdiction).version or desk.policy.version
        waiting = standing(sql, desk.policy.jurisdiction)
    return Version(name, folders[name], decides, folders.get(decides), waiting)


def _wrong_note(note: str) -> str:
    if not 0 < len(note) <= NOTE_MAX or not note.isprintable():
        return msg("请写明理由，不超过 200 字。")
    return msg("说明中含个人信息，没有送出。") if has_personal_data(plain(note)) else ""


def _since_ms(desk: Desk, form: FormData) -> int | None:
    """Read the day to compare from; 0 for all there is, None where it is no day."""
    written = str(form.get("since", ""))
    if not written:
        return 0
    try:
        day = datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=desk.policy.zone)
    except ValueError:
        return None
    return int(day.timestamp() * 1000)


@lru_cache(maxsize=16)
def _changes(_decides: str, _name: str, base: Path, folder: Path) -> tuple[Change, ...]:
    """Give what differs between two versions, whose names say what is in them: a trial's page asks again and again."""
    return tuple(difference(base, folder))


def _page(request: Request, desk: Desk, found: Version, outcome: str = "", message: str = "") -> Response:
    changes = _changes(found.decides, found.name, found.base, found.folder) if found.base else ()
    whole_city = desk.account.territory == desk.names.root
    role = desk.account.role
    versions = Versions(desk.policy.jurisdiction, found.decides, found.name)
    return frame.page(
        request,
        desk,
        "version.html",
        version=found,
        changes=changes[:CHANGES_SHOWN],
        changed=len(changes),
        trial=desk.console.trials.find(versions) if whole_city else None,
        shown=FOUND_SHOWN,
        tries=whole_city and role in ADOPTS,
        proposes=whole_city and role in PROPOSES,
        adopts=whole_city and role in ADOPTS,
        said=SAID.get(outcome),
        message=message,
    )
