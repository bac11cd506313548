"""What operators ask of problems and tasks: each verb puts one command in the log and prints the log's answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import uuid4

import typer
from pydantic import ValidationError
from sqlalchemy import Engine

from hub.cli._shared import database, fail, one_policy, print_json
from hub.cli.text import t
from hub.schemas.commands import COMMAND, Seat
from hub.schemas.personal import has_personal_data, plain
from hub.settings import read_settings
from hub.store.people import find_account
from hub.tools.ask import ask
from hub.tools.inbox import LogAway

Note = Annotated[str, typer.Option("--note", help=t("为什么", "Why"))]
By = Annotated[str, typer.Option("--by", help=t("谁办的:账号", "Whose word: the account"))]
CommandId = Annotated[
    str | None, typer.Option("--command-id", help=t("命令编号,重发不重办", "Its id: asked twice, done once"))
]
Agency = Annotated[str, typer.Option("--agency", help=t("单位", "Agency"))]


def put(
    kind: type[Any],
    jurisdiction: str | None,
    note: str,
    by: str,
    command_id: str | None,
    *,
    as_json: bool,
    **fields: object,
) -> None:
    """Put a command in the log and print what became of it; refused: status 1."""
    settings = read_settings()
    said = fields | {
        "kind": kind.__dataclass_fields__["kind"].default,
        "jurisdiction": one_policy(settings, jurisdiction).jurisdiction,
        "id": command_id or uuid4().hex,
        "by": by,
        "note": note,
    }
    if any(has_personal_data(plain(value)) for value in said.values() if isinstance(value, str)):
        fail("内容含个人信息,没有送出", "this holds personal data; nothing was sent")
    try:
        # What the log cannot read would stop its reader, so it is proved before it is sent.
        command = COMMAND.validate_python(said)
    except ValidationError as error:
        first = error.errors()[0]
        fail(f"命令有误,没有送出:{first['loc'][-1]}:{first['msg']}", f"{first['loc'][-1]}: {first['msg']}")
    engine = database(settings)
    command = replace(command, seat=_seat(engine, by, command.jurisdiction))
    try:
        answer = ask(settings, engine, command)
    except LogAway as error:
        fail(f"消息日志连不上,没有送出:{error}", f"the log is away, nothing was sent: {error}")
    _print_answer(answer, as_json=as_json)


def _seat(engine: Engine, by: str, jurisdiction: str) -> Seat:
    """Give the seat of the account that is named; whoever names none sits at the machine, and holds the whole city."""
    with engine.connect() as sql:
        account = find_account(sql, by) if by else None
    if account is None:
        return Seat(role="desk", territory=jurisdiction)
    if account.jurisdiction != jurisdiction:
        fail(f"账号 {by} 不属于该辖区", f"the account {by} is not of this jurisdiction")
    return account.seat()


def _print_answer(answer: dict[str, Any] | None, *, as_json: bool) -> None:
    if answer is None:
        answer = {"outcome": "queued", "code": "", "message_zh": "", "message_en": ""}
    if as_json:
        print_json(answer)
    else:
        shown = {
            "accepted": t("已办", "done"),
            "duplicate": t("已办过", "done before"),
            "refused": t("未准", "refused"),
            "queued": t("仍在排队", "still in queue"),
        }
        print(shown[answer["outcome"]], answer["code"], t(answer["message_zh"], answer["message_en"]))
    if answer["outcome"] == "refused":
        raise typer.Exit(1)
