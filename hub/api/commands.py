"""Commands over HTTP: a desk's act, or an agency's reply, into the log; what the log says is the answer."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final, get_args
from uuid import uuid4

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from sqlalchemy import Engine

from hub.api.faults import Fault, FaultCode, faults
from hub.api.holders import KEY_SCHEME, Desk, Holders, Reader, who
from hub.api.intake import REPEAT_KEY, REPEAT_PARAMETER, read_body
from hub.api.outlet import LogAway
from hub.api.shown import CommandAnswer
from hub.model.ids import derive_id
from hub.schemas.commands import COMMAND, AdoptPolicy, Command, ReplyTask
from hub.schemas.envelope import PLAIN_PATTERN
from hub.schemas.personal import has_personal_data, plain
from hub.store import trail
from hub.store.keys import Answer, keep_answer, kept_answer
from hub.store.proposals import proposer
from hub.tools import inbox

Ask = Callable[[Command], dict[str, Any] | None]
Fields = dict[str, Any]

BODY_BYTES_MAX: Final = 64 * 1024
ASKING_MAX: Final = 8
"""Commands that wait for their answer at once; a log that stands still then keeps no page from being drawn."""

FILLED: Final = ("jurisdiction", "by", "seat", "clock_ms", "proposed_by")
"""What the key says, or the proposal that stands, and nobody else may."""

KINDS: Final = {kind.__dataclass_fields__["kind"].default: kind for kind in get_args(Command)}
_plain: Final = re.compile(PLAIN_PATTERN.replace("$", r"\Z"), re.DOTALL).match


@dataclass(slots=True)
class Commands:
    """What the route needs: keys, the kept answers, the way into the log, and threads to wait in."""

    engine: Engine
    holders: Holders
    ask: Ask
    waiting: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(ASKING_MAX, thread_name_prefix="command")
    )


def add_commands(router: APIRouter, commands: Commands) -> None:
    """Add `POST /commands`."""

    @router.post(
        "/commands",
        response_model=CommandAnswer,
        openapi_extra=REQUEST,
        responses=QUEUED
        | faults(
            FaultCode.UNAUTHENTICATED,
            FaultCode.KEY_EXPIRED,
            FaultCode.NOT_ALLOWED,
            FaultCode.KEY_REUSED,
            FaultCode.TOO_LARGE,
            FaultCode.BAD_PARAMETER,
            FaultCode.PERSONAL_DATA,
            FaultCode.TOO_FAST,
            FaultCode.LOG_AWAY,
        ),
    )
    async def post_command(request: Request) -> Response:
        """办理一项操作 / Ask one thing of the hub; the log checks it where it lies and its word is the answer.

        200: done, or refused with code and reason. 202: not taken within three seconds; the same `id` asked again
        gives the answer and acts once. An agency's key may send `reply_task` for itself, a desk's key all.
        """
        body = await read_body(request, BODY_BYTES_MAX)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(commands.waiting, _answered, commands, request, body)


def _answered(commands: Commands, request: Request, body: bytes) -> Response:
    reader = commands.holders.reader(request)
    said = _said(body)
    key = _key(said, request.headers.get("idempotency-key"))
    command = _command(reader, said, key)
    if isinstance(command, AdoptPolicy):
        with commands.engine.connect() as sql:
            proposed_by = proposer(sql, command.jurisdiction, command.version)
        command = replace(command, proposed_by=proposed_by)
    digest = sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
    with commands.engine.connect() as sql:
        kept = kept_answer(sql, who(reader), key, _now_ms())
    if kept is not None and kept.digest != digest:
        raise Fault(FaultCode.KEY_REUSED)
    if kept is None or kept.status == 202:
        kept = _ask(commands, reader, key, command, digest)
    return Response(kept.body, kept.status, media_type="application/json")


def _ask(commands: Commands, reader: Reader, key: str, command: Command, digest: str) -> Answer:
    """Ask the log, keep what it says for whoever asks the same again, and write it into the trail."""
    try:
        told = commands.ask(command)
    except (inbox.LogAway, LogAway):
        raise Fault(FaultCode.LOG_AWAY, headers={"Retry-After": "5"}) from None
    shown = CommandAnswer(id=key, **(told or {"outcome": "queued"}))
    answer = Answer(digest, 202 if told is None else 200, shown.model_dump_json())
    now_ms = _now_ms()
    with commands.engine.begin() as sql:
        keep_answer(sql, who(reader), key, answer, now_ms)
    done = f"{command.kind} {command.id}"
    about = getattr(command, "problem_id", "") or getattr(command, "task_id", "")
    city = command.jurisdiction
    entry = trail.Entry(now_ms, who(reader), city, trail.Act.ASKED, about, done, shown.outcome)
    trail.record(commands.engine, entry)
    return answer


def _said(body: bytes) -> Fields:
    try:
        said = orjson.loads(body)
    except ValueError:
        raise Fault(FaultCode.BAD_PARAMETER, parameter="body") from None
    if not isinstance(said, dict):
        raise Fault(FaultCode.BAD_PARAMETER, parameter="body")
    return said


def _key(said: Mapping[str, Any], header: str | None) -> str:
    """Give what tells one asking from another: the body's `id`, or the header, which must not differ, or a new one."""
    if header is not None and not REPEAT_KEY.fullmatch(header):
        raise Fault(FaultCode.BAD_PARAMETER, parameter="idempotency-key")
    given = said.get("id", header)
    if given is None:
        return uuid4().hex
    if not isinstance(given, str) or header not in (None, given):
        raise Fault(FaultCode.BAD_PARAMETER, parameter="id")
    return given


def _command(reader: Reader, said: Fields, key: str) -> Command:
    """Make the command that this key may send; raises `Fault`.

    Its id in the log is derived from who asks: an id chosen elsewhere then neither meets nor reads another's.
    """
    kind = KINDS.get(said["kind"]) if isinstance(said.get("kind"), str) else None
    if kind is None:
        raise Fault(FaultCode.BAD_PARAMETER, parameter="kind")
    for name in said:
        if name not in kind.__dataclass_fields__ or name in FILLED:
            raise Fault(FaultCode.BAD_PARAMETER, parameter=name)
    filled = {"jurisdiction": reader.policy.jurisdiction, "by": _by(reader), "id": said.get("id", "-")}
    filled["seat"] = reader.seat()
    try:
        command = COMMAND.validate_json(orjson.dumps(said | filled), strict=True)
    except ValidationError as error:
        raise Fault(FaultCode.BAD_PARAMETER, parameter=_named(error)) from None
    if not isinstance(reader, Desk) and not (
        isinstance(command, ReplyTask) and command.agency == reader.agency.id
    ):
        raise Fault(FaultCode.NOT_ALLOWED)
    _require_clean(said)
    own = derive_id("command", who(reader), reader.policy.jurisdiction, key)
    return COMMAND.validate_python(
        {name: getattr(command, name) for name in kind.__dataclass_fields__} | {"id": own}
    )


def _named(error: ValidationError) -> str:
    """Give the field that is wrong: the last name on the way there."""
    return str(next((part for part in reversed(error.errors()[0]["loc"]) if isinstance(part, str)), "body"))


def _require_clean(said: Fields) -> None:
    for name, value in said.items():
        for words in value if isinstance(value, list) else [value]:
            if not isinstance(words, str):
                continue
            if not _plain(words):
                raise Fault(FaultCode.BAD_PARAMETER, parameter=name)
            if name not in ("kind", "id") and has_personal_data(plain(words)):
                raise Fault(FaultCode.PERSONAL_DATA, parameter=name)


def _by(reader: Reader) -> str:
    return reader.name if isinstance(reader, Desk) else reader.agency.id


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def command_schemas(ref_template: str) -> Fields:
    """Give the schemas of the commands as HTTP takes them, by name: without what the key says."""
    drawn = COMMAND.json_schema(ref_template=ref_template)
    schemas: Fields = drawn.pop("$defs")
    del schemas["Seat"]
    for schema in schemas.values():
        if "properties" not in schema:
            continue
        schema["properties"] = {n: rule for n, rule in schema["properties"].items() if n not in FILLED}
        schema["required"] = [n for n in ("kind", *schema["required"]) if n not in (*FILLED, "id")]
        schema["additionalProperties"] = False
    schemas["Command"] = drawn
    return schemas


QUEUED: Final[dict[int | str, Fields]] = {
    202: {
        "model": CommandAnswer,
        "description": "仍在排队, 请按原 id 再问 / still in the queue: ask again under its id",
    }
}
REQUEST: Final[Fields] = {
    "security": [{KEY_SCHEME: []}],
    "parameters": [REPEAT_PARAMETER],
    "requestBody": {
        "required": True,
        "description": "一项操作; id 可不填 / one command; `id` may be left out, or be the Idempotency-Key",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Command"}}},
    },
}
