"""Acts: what a reader asks of the hub goes into the log; the answer the log gives is shown at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from hub.console import frame
from hub.console.deeds import JUDGE, OF_PROBLEM, OF_TASK, Deed, fields_of, of_problem, of_task
from hub.console.desk import Desk, Forbidden, NotFound, Posted, signed_in
from hub.console.words import msg
from hub.schemas.commands import COMMAND, Command
from hub.schemas.personal import has_personal_data, plain
from hub.store import trail
from hub.store.screens import one, pairs

router: Final = APIRouter()

SAID: Final = {
    "accepted": ("done", "circle-check", msg("已办")),
    "refused": ("overdue", "alert-circle", msg("未准")),
    "queued": ("remind", "hourglass", msg("仍在排队")),
}
STILL_QUEUED: Final[dict[str, Any]] = {"outcome": "queued", "message_zh": "", "message_en": ""}


class Unfit(Exception):
    """A form cannot become a command; the text says why, to be shown in the reader's language."""


def actor(request: Request) -> Desk:
    """Give the reader, who must have chosen a password of its own before acting."""
    desk = signed_in(request)
    if desk.account.must_change:
        raise Forbidden
    return desk


Actor = Annotated[Desk, Depends(actor)]


@router.post("/problems/{number}/{act}")
def on_problem(request: Request, desk: Actor, form: Posted, number: str, act: str) -> Response:
    """Do something to a problem in the reader's scope."""
    with desk.console.engine.connect() as sql:
        row = one.problem(sql, desk.whole, number, desk.now_ms)
    if row is None:
        raise NotFound
    deed = _allowed(desk, of_problem(desk, row), act, number)
    fields: dict[str, object] = {"problem_id": number}
    if deed is None:
        return _too_late(request, desk, number)
    _require_seen(desk, form)
    return _asked(request, desk, number, deed, fields, form)


@router.post("/problems/{number}/pairs/{pair_id}")
def on_pair(request: Request, desk: Actor, form: Posted, number: str, pair_id: str) -> Response:
    """Say whether two matters of a problem in the reader's scope are one."""
    with desk.console.engine.connect() as sql:
        seen = pairs.is_seen(sql, desk.whole, pair_id, number)
    if not seen:
        raise NotFound
    if desk.account.role not in JUDGE.roles:
        desk.note(trail.Act.DENIED, number, "pair")
        raise Forbidden
    fields: dict[str, object] = {"pair_id": pair_id, "same": form.get("same") == "yes"}
    return _asked(request, desk, number, JUDGE, fields, form)


@router.post("/tasks/{task_id}/{act}")
def on_task(request: Request, desk: Actor, form: Posted, task_id: str, act: str) -> Response:
    """Do something to a task of a problem in the reader's scope."""
    with desk.console.engine.connect() as sql:
        task = one.task(sql, desk.whole, task_id)
    if task is None:
        raise NotFound
    deed = _allowed(desk, of_task(desk, task), act, task_id)
    fields: dict[str, object] = {"task_id": task_id}
    if deed is None:
        return _too_late(request, desk, task["problem_id"])
    if deed.command == "reply_task":
        fields["agency"] = task["agency"]
    return _asked(request, desk, task["problem_id"], deed, fields, form)


def _require_seen(desk: Desk, form: FormData) -> None:
    """Refuse to take in problems that the reader cannot see."""
    numbers = [str(number) for number in form.getlist("others")]
    with desk.console.engine.connect() as sql:
        for number in numbers:
            if one.problem(sql, desk.whole, number, desk.now_ms) is None:
                raise NotFound


def _allowed(desk: Desk, deeds: dict[str, Deed], act: str, thing: str) -> Deed | None:
    """Give the deed, None where the phase has moved on since the page was drawn; refuse what the role never may."""
    known = OF_TASK.get(act) if "." in thing else OF_PROBLEM.get(act)
    if known is None:
        raise NotFound
    if desk.account.role not in known.roles:
        desk.note(trail.Act.DENIED, thing, act)
        raise Forbidden
    return deeds.get(act)


def command_of(desk: Desk, deed: Deed, fields: Mapping[str, object], form: FormData) -> Command:
    """Make the command of a deed out of its form; raises `Unfit`."""
    values = fields_of(deed, form)
    if any(has_personal_data(plain(value)) for value in values.values() if isinstance(value, str)):
        raise Unfit(msg("说明中含个人信息，没有送出。"))
    said = {
        "kind": deed.command,
        "jurisdiction": desk.policy.jurisdiction,
        "id": uuid4().hex,
        "by": desk.account.login,
        "seat": desk.account.seat(),
        **values,
        **fields,
    }
    if deed.command == "reply_task" and "note" in said:
        said["ground"] = said.pop("note")
    try:
        return COMMAND.validate_python(said)
    except ValidationError:
        raise Unfit(msg("有必填项没有填写，或填写有误。")) from None


def ask(desk: Desk, commands: Sequence[tuple[str, Command]]) -> list[dict[str, Any]]:
    """Send commands, each about a thing, write them into the trail, and give what came of each."""
    told = [answer or STILL_QUEUED for answer in desk.console.ask([command for _, command in commands])]
    entries = [
        desk.did(trail.Act.ASKED, thing, f"{command.kind} {command.id}", answer["outcome"])
        for (thing, command), answer in zip(commands, told, strict=True)
    ]
    trail.record(desk.console.engine, *entries)
    return told


def _asked(
    request: Request, desk: Desk, number: str, deed: Deed, fields: Mapping[str, object], form: FormData
) -> Response:
    """Send the command of a deed, and show what came of it."""
    try:
        command = command_of(desk, deed, fields, form)
    except Unfit as wrong:
        return _answer(request, desk, number, "refused", desk.words(str(wrong)))
    (told,) = ask(desk, [(number, command)])
    return _answer(request, desk, number, told["outcome"], told[f"message_{desk.lang}"])


def _too_late(request: Request, desk: Desk, number: str) -> Response:
    return _answer(request, desk, number, "refused", desk.words(msg("情况已有变化，目前不能这样办理。")))


def _answer(request: Request, desk: Desk, number: str, outcome: str, message: str) -> Response:
    tone, icon, word = SAID[outcome]
    return frame.page(
        request,
        desk,
        "answer.html" if "hx-request" in request.headers else "answer_page.html",
        tone=tone,
        icon=icon,
        word=word,
        message=message,
        number=number,
    )
