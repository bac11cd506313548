"""Bulk acts: one deed on many problems, its effect shown before anything is sent, and every answer after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.acts import Actor, Unfit, ask, command_of
from hub.console.deeds import OF_PROBLEM, Deed, above
from hub.console.desk import Desk, Forbidden, Posted, Reader
from hub.console.ledger import wanted_of
from hub.console.show import PHASES
from hub.console.tiers import TIERS
from hub.console.words import msg
from hub.model.ladder import RANK, stage_policy
from hub.policies.models import Tier
from hub.store import trail
from hub.store.screens import register
from hub.store.screens.register import Fields

router: Final = APIRouter()

BULK_MAX: Final = 500
"""Commands that one press may put into the log; `Numbers` of one command have the same bound."""

DEEDS: Final = ("confirm", "notice", "raise", "lower", "settle", "reopen", "dismiss")
OF_EACH: Final = ("notice", "settle")
"""Acts about an agency: of many problems nobody picks one each, so each has its own."""

UNDOES: Final = {"raise": "lower", "lower": "raise"}
"""What takes an act back; the lifecycle has no way back from the others, which are decided anew by hand."""


@dataclass(frozen=True, slots=True)
class Line:
    """One problem of a bulk act: `wrong` says why it cannot be done, `told` what the log answered."""

    row: Fields
    wrong: str = ""
    told: dict[str, Any] | None = None


@router.get("/problems/bulk")
def preview(request: Request, desk: Reader) -> Response:
    """Show what an act would do to the problems picked, or to all that the filters leave."""
    query = request.query_params
    deeds = _deeds(desk)
    wanted = wanted_of(query, desk)
    with desk.console.engine.connect() as sql:
        if query.get("all"):
            found = desk.index.every(sql, desk.scope, replace(wanted, after=None), desk.now_ms)
            rows = list(islice(found, BULK_MAX + 1))
        else:
            rows = _picked(desk, query.getlist("id"))
    more, rows = len(rows) > BULK_MAX, rows[:BULK_MAX]
    act = query.get("act", "")
    if act not in deeds:
        act = next((key for key in deeds if any(not refusal(desk, key, row) for row in rows)), DEEDS[0])
    return _page(request, desk, act, [_line(desk, act, row) for row in rows], more=more)


@router.post("/problems/bulk")
def send(request: Request, desk: Actor, form: Posted) -> Response:
    """Do what was previewed to the problems named, each by a command of its own; what changed since is left out."""
    act = str(form.get("act", ""))
    deeds = _deeds(desk)
    if act not in deeds:
        desk.note(trail.Act.DENIED, "/problems/bulk", act)
        raise Forbidden
    lines = [_line(desk, act, row) for row in _picked(desk, [str(number) for number in form.getlist("id")])]
    fit = [line for line in lines if not line.wrong]
    try:
        commands = [
            (line.row["id"], command_of(desk, deeds[act], _fields(desk, act, line.row), form)) for line in fit
        ]
    except Unfit as wrong:
        return _page(request, desk, act, lines, wrong=desk.words(str(wrong)))
    told = dict(zip((line.row["id"] for line in fit), ask(desk, commands) if commands else [], strict=True))
    now = {row["id"]: row for row in _picked(desk, [line.row["id"] for line in lines])}
    done = [Line(now.get(number := line.row["id"], line.row), line.wrong, told.get(number)) for line in lines]
    return _page(request, desk, act, done, sent=True)


def _deeds(desk: Desk) -> dict[str, Deed]:
    """Give the acts that this reader may do to many; raises `Forbidden` for who may none."""
    found = {key: OF_PROBLEM[key] for key in DEEDS if desk.account.role in OF_PROBLEM[key].roles}
    if not found:
        raise Forbidden
    return found


def _picked(desk: Desk, numbers: Sequence[str]) -> list[Fields]:
    """Give the problems of these numbers that the reader may see, in the order asked."""
    order = {number: at for at, number in enumerate(dict.fromkeys(numbers))}
    with desk.console.engine.connect() as sql:
        rows = register.named(sql, desk.whole, list(order)[: BULK_MAX + 1], desk.now_ms)
    return sorted(rows, key=lambda row: order[row["id"]])


def _fields(desk: Desk, act: str, row: Fields) -> dict[str, object]:
    fields: dict[str, object] = {"problem_id": row["id"]}
    if act in OF_EACH:
        fields["agency"] = _agency(desk, act, row)
    return fields


def _agency(desk: Desk, act: str, row: Fields) -> str:
    """Give the agency that a deed is about: a notice goes to whoever leads, a forced end is the tier above's."""
    if act == "notice":
        return str(row["lead"])
    return next((body for body, _ in above(desk, row)), "")


def _line(desk: Desk, act: str, row: Fields) -> Line:
    return Line(row, refusal(desk, act, row))


def refusal(desk: Desk, act: str, row: Fields) -> str:
    """Say why an act cannot be done to a problem as it stands; "" when it can. The log has the last word."""
    words, deed = desk.words, OF_PROBLEM[act]
    if row["phase"] not in deed.phases:
        allowed = [words(word) for phase, word in PHASES.items() if phase in deed.phases]
        return words(
            msg("状态为{phase}；只可对{allowed}的办理"),
            phase=words(PHASES[row["phase"]]),
            allowed=("、" if desk.lang == "zh" else ", ").join(allowed),
        )
    if act == "raise" and row["tier"] == Tier.CITY:
        return words(msg("已到最高一级"))
    if act == "lower":
        floor = stage_policy(desk.policy, row["category"]).floor
        if row["held_at"] == row["place"]:
            return words(msg("已在所在地一级"))
        if floor is not None and RANK[Tier(row["tier"])] <= RANK[floor]:
            return words(msg("规则规定不低于{tier}"), tier=words(TIERS[floor][1]))
    if act == "settle" and not _agency(desk, act, row):
        return words(msg("上一级没有负责的单位"))
    return words(msg("还没有主办")) if act == "notice" and not row["lead"] else ""


def _page(
    request: Request,
    desk: Desk,
    act: str,
    lines: Sequence[Line],
    *,
    wrong: str = "",
    more: bool = False,
    sent: bool = False,
) -> Response:
    deeds = _deeds(desk)
    outcomes = Counter(line.told["outcome"] for line in lines if line.told)
    return frame.page(
        request,
        desk,
        "bulk.html",
        act=act,
        deed=deeds[act],
        deeds=deeds,
        fields=[field for field in deeds[act].fields if act not in OF_EACH or field.name != "agency"],
        lines=lines,
        fit=[line for line in lines if not line.wrong],
        fits={key: sum(not refusal(desk, key, line.row) for line in lines) for key in deeds},
        wrong=wrong,
        more=more,
        most=BULK_MAX,
        sent=sent,
        outcomes=outcomes,
        undo=UNDOES.get(act, ""),
        done=[line.row["id"] for line in lines if line.told and line.told["outcome"] == "accepted"],
    )
