"""HTTP intake: one event or a batch goes to its agency's own topic, judged first by the code that judges it there."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, NamedTuple
from urllib.parse import unquote
from zlib import crc32

import orjson
from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from hub.api.faults import Fault, FaultCode, FlawShown, faults
from hub.api.holders import KEY_SCHEME, Holder, Holders
from hub.api.outlet import LogAway, Outlet, Record
from hub.api.shown import Posted
from hub.core.intake import Gate, SourceRecord
from hub.core.intake import intake as judge
from hub.metrics import API_EVENTS
from hub.schemas.codec import decode, encode
from hub.schemas.envelope import RECORD_BYTES_MAX
from hub.schemas.flaws import Flaw
from hub.schemas.inbound import Correction, Inbound, MatterChange, Reply, Report
from hub.schemas.inbox import Item
from hub.store.keys import Answer, keep_answer, kept_answer

BODY_BYTES_MAX: Final = RECORD_BYTES_MAX - 4096
"""Leaves room for a record's own framing under the topic's limit of 1 MiB."""

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
PLAIN: Final = "application/json"

TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

REPEAT_KEY: Final = re.compile(r"[!-~]{1,128}")


@dataclass(slots=True)
class Intake:
    """What the route needs: keys, gates and the way to Kafka."""

    engine: Engine
    holders: Holders
    outlet: Outlet
    gates: dict[str, Gate] = field(default_factory=dict)

    def gate(self, holder: Holder) -> Gate:
        """Give the agency's gate, which remembers how its places resolve."""
        gate = self.gates.get(holder.agency.id)
        if gate is None:
            gate = self.gates[holder.agency.id] = Gate(holder.policy, holder.agency)
        return gate


def add_intake(router: APIRouter, intake: Intake) -> None:
    """Add `POST /events`."""

    @router.post(
        "/events",
        status_code=202,
        response_model=Posted,
        openapi_extra=REQUEST,
        responses=faults(
            FaultCode.UNAUTHENTICATED,
            FaultCode.KEY_EXPIRED,
            FaultCode.KEY_REUSED,
            FaultCode.TOO_LARGE,
            FaultCode.UNSUPPORTED_TYPE,
            FaultCode.NOT_TAKEN,
            FaultCode.BAD_PARAMETER,
            FaultCode.TOO_FAST,
            FaultCode.LOG_AWAY,
        ),
    )
    async def post_events(request: Request) -> Response:
        """发布事件 / Publish one CloudEvent or a batch of up to 500.

        202: Kafka has all of it, and each event's outcome can be read at its status URL. 422: nothing was taken.
        """
        return await _answer(intake, request)


class Shortcut:
    """Answers `POST /events` past the framework, which costs twice what intake itself does.

    The framework's own route stays as its document, and says the same.
    """

    def __init__(self, intake: Intake, root_path: str) -> None:
        """Stand at `root_path`, where the API is mounted."""
        self._intake = intake
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request (ASGI 3)."""
        mounted = {**scope, "root_path": scope.get("root_path", "") + self._root_path}
        try:
            answer = await _answer(self._intake, Request(mounted, receive))
        except Fault as fault:
            answer = fault.response()
        await answer(scope, receive, send)


async def _answer(intake: Intake, request: Request) -> Response:
    holder = await intake.holders.publisher(request)
    body = await read_body(request, BODY_BYTES_MAX)
    key = request.headers.get("idempotency-key")
    if key is None:
        return Response(await _publish(intake, holder, request, body), 202, media_type=PLAIN)
    return await _publish_once(intake, holder, request, body, key)


async def _publish_once(intake: Intake, holder: Holder, request: Request, body: bytes, key: str) -> Response:
    """Publish unless the same was asked under this key within a day; then answer as the first time."""
    if not REPEAT_KEY.fullmatch(key):
        raise Fault(FaultCode.BAD_PARAMETER, parameter="idempotency-key")
    asked = sha256(_kind(request).encode() + b"\n" + body).hexdigest()
    kept = await run_in_threadpool(_kept, intake.engine, holder, key)
    if kept is None:
        answer = await _publish(intake, holder, request, body)
        kept = Answer(asked, 202, answer.decode())
        await run_in_threadpool(_keep, intake.engine, holder, key, kept)
    elif kept.digest != asked:
        raise Fault(FaultCode.KEY_REUSED)
    return Response(kept.body, kept.status, media_type=PLAIN)


async def _publish(intake: Intake, holder: Holder, request: Request, body: bytes) -> bytes:
    """Judge, send, and give the answer; raises `Fault`."""
    headers = _record_headers(request)
    record = SourceRecord(0, time.time_ns() // 1_000_000, body, headers)
    items = judge(intake.gate(holder), 0, record)
    intake.holders.spend(holder, len(items))
    flaws = [_shown(item) for item in items if item.outcome == "refused"]
    if flaws:
        API_EVENTS.labels("refused").inc(len(flaws))
        raise Fault(FaultCode.NOT_TAKEN, flaws)
    events = _events(items, body, headers)
    agency = holder.agency.id
    try:
        partitions = await intake.outlet.partitions(agency)
        await intake.outlet.publish(agency, _records(events, body, headers, partitions))
    except LogAway:
        raise Fault(FaultCode.LOG_AWAY, headers={"Retry-After": "5"}) from None
    API_EVENTS.labels("published").inc(len(events))
    root = f"{request.scope.get('root_path', '')}/events/{agency}/"
    return orjson.dumps(
        {"received": len(events), "events": [{"id": e.id, "status_url": root + e.id} for e in events]}
    )


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request, most: int) -> bytes:
    """Give a request's body; raises `Fault` as soon as it is longer than `most` bytes."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Fault(FaultCode.TOO_LARGE)
        parts.append(part)
    return b"".join(parts)


def _record_headers(request: Request) -> list[tuple[str, bytes]]:
    """Give the Kafka headers that say the same as the HTTP ones (CloudEvents HTTP and Kafka bindings 1.0.2)."""
    kind = _kind(request)
    if kind not in (STRUCTURED, BATCH, PLAIN):
        raise Fault(FaultCode.UNSUPPORTED_TYPE)
    headers = [
        (f"ce_{name[3:]}", unquote(value).encode())
        for name, value in request.headers.items()
        if kind == PLAIN and name.startswith("ce-")
    ]
    if kind == PLAIN and not any(name == "ce_specversion" for name, _ in headers):
        headers, kind = [], STRUCTURED
    headers.append(("content-type", kind.encode()))
    trace = request.headers.get("traceparent", "")
    if TRACEPARENT.fullmatch(trace):
        headers.append(("traceparent", trace.encode()))
    return headers


def _shown(item: Item) -> FlawShown:
    return FlawShown(
        index=item.position,
        id=item.id,
        code=str(item.code),
        pointer=item.pointer,
        message_zh=item.message_zh,
        message_en=item.message_en,
    )


class Event(NamedTuple):
    """One event on its way: `key` keeps it in order with its like, its matter's or its task's; `body` as JSON."""

    id: str
    key: bytes
    body: str


def _events(items: Sequence[Item], body: bytes, headers: list[tuple[str, bytes]]) -> list[Event]:
    """Give the events that items stand for; of one that waits for a person the item holds nothing, so read it anew."""
    if all(item.outcome == "accepted" for item in items):
        return [Event(i.id, (i.matter_id or i.task_id or i.id).encode(), i.body) for i in items]
    return [Event(e.id, _key(e), encode(e)) for e in decode(body, headers) if not isinstance(e, Flaw)]


def _records(
    events: Sequence[Event], body: bytes, headers: list[tuple[str, bytes]], partitions: int
) -> list[Record]:
    """Give the records to send: the body as it came, or, over several partitions, what belongs to each."""
    hashes = [crc32(event.key) for event in events]
    homes: dict[int, list[int]] = {}
    for number, hashed in enumerate(hashes):
        homes.setdefault(hashed % partitions, []).append(number)
    if len(homes) == 1:
        return [Record(events[0].key, hashes[0], body, headers)]
    return [
        Record(
            events[mine[0]].key,
            hashes[mine[0]],
            b"[" + ",".join([events[number].body for number in mine]).encode() + b"]",
            headers,
        )
        for _, mine in sorted(homes.items())
    ]


def _key(event: Inbound) -> bytes:
    data = event.data
    if isinstance(data, Report | MatterChange | Correction):
        return data.matter_id.encode()
    return (data.task_id if isinstance(data, Reply) else event.id).encode()


def _kept(engine: Engine, holder: Holder, key: str) -> Answer | None:
    with engine.connect() as sql:
        return kept_answer(sql, holder.agency.id, key, time.time_ns() // 1_000_000)


def _keep(engine: Engine, holder: Holder, key: str, answer: Answer) -> None:
    with engine.begin() as sql:
        keep_answer(sql, holder.agency.id, key, answer, time.time_ns() // 1_000_000)


REPEAT_PARAMETER: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "同一请求重发时不变, 24 小时内得到同一答复 / a repeated request is answered as the first",
    "schema": {"type": "string", "pattern": r"^[!-~]{1,128}$"},
}
_EVENT: Final = {"$ref": "#/components/schemas/Inbound"}
REQUEST: Final[dict[str, Any]] = {
    "security": [{KEY_SCHEME: []}],
    "parameters": [REPEAT_PARAMETER],
    "requestBody": {
        "required": True,
        "description": "一个 CloudEvent 或至多 500 个的数组 / one CloudEvent, or an array of up to 500",
        "content": {
            STRUCTURED: {"schema": _EVENT},
            BATCH: {"schema": {"type": "array", "items": _EVENT, "minItems": 1, "maxItems": 500}},
        },
    },
}
"""Said by hand: a route that FastAPI reads its parameters for takes twice the time, and events come in thousands."""
