"""Open311 GeoReport v2 as a façade: services are the city's categories, requests an agency's petitions.

Source: GeoReport v2 (wiki.open311.org). `api_key` is the agency's key; `address_id` carries the place code. What
GeoReport would let an app send about a person (names, e-mail, phone, device) is refused and not kept.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4
from xml.etree import ElementTree as ET
from zlib import crc32

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.api.faults import Fault, FaultCode
from hub.api.holders import Holder
from hub.api.intake import Intake
from hub.api.outlet import LogAway, Record
from hub.core.intake import Times, item_of, unwritten
from hub.model.clock import local
from hub.model.matter import Standing
from hub.policies.models import Category, Policy
from hub.schemas.codec import decode
from hub.schemas.inbound import INBOUND, Report
from hub.store import reads

PERSONAL: Final = ("email", "first_name", "last_name", "phone", "device_id", "account_id")
BODY_BYTES_MAX: Final = 64 * 1024
REQUESTS_MAX: Final = 1000
NOTICE: Final = "不接收个人信息 / nothing about a person is taken"
Fields = dict[str, Any]


class Refused(Exception):
    """Ends a request: an HTTP status, and what was wrong."""

    def __init__(self, status: int, description: str) -> None:
        """Say it."""
        super().__init__(description)
        self.status = status
        self.description = description


@dataclass(frozen=True, slots=True)
class Open311:
    """The routes' answers; keys, gates and the way to Kafka are the API's own."""

    intake: Intake

    async def services(self, request: Request) -> Response:
        """List what may be asked for: the finest categories that are not other bodies' by law."""
        asked = request.query_params.get("jurisdiction_id")
        policies = self.intake.holders.policies
        policy = next(iter(policies.values())) if asked is None else policies.get(asked)
        if policy is None:
            raise Refused(404, f"jurisdiction_id: {', '.join(policies)}")
        rows = [_service(policy, category) for category in _served(policy)]
        return _answer(request, "services", "service", rows)

    async def requests(self, request: Request) -> Response:
        """List an agency's requests, the newest first."""
        holder = await self._holder(request, request.query_params)
        wanted = _wanted(request.query_params)
        return _answer(request, "service_requests", "request", await self._read(holder, wanted))

    async def one(self, request: Request) -> Response:
        """Give one request."""
        holder = await self._holder(request, request.query_params)
        wanted = reads.WantedMatters(ids=(request.path_params["number"],), limit=1)
        rows = await self._read(holder, wanted)
        if not rows:
            raise Refused(404, "service_request_id")
        return _answer(request, "service_requests", "request", rows)

    async def post(self, request: Request) -> Response:
        """Take a request as a petition of the agency whose key it carries."""
        fields = await _form(request)
        holder = await self._holder(request, fields)
        if personal := [name for name in PERSONAL if fields.get(name)]:
            raise Refused(400, f"{', '.join(personal)}: {NOTICE}")
        for name in ("service_code", "address_id"):
            if not fields.get(name):
                raise Refused(400, f"{name}: 必填 / required (address_id = 区划代码 / place code)")
        number = str(uuid4())
        body = orjson.dumps(_petition(holder, number, fields))
        await self._publish(holder, number, body)
        rows = [{"service_request_id": number, "service_notice": NOTICE}]
        return _answer(request, "service_requests", "request", rows, status=201)

    async def _holder(self, request: Request, fields: Mapping[str, str]) -> Holder:
        token = fields.get("api_key", "")
        try:
            return await self.intake.holders.holder(token or request.headers.get("x-api-key", ""))
        except Fault:
            raise Refused(403, "api_key") from None

    async def _publish(self, holder: Holder, number: str, body: bytes) -> None:
        (event,) = decode(body, ())
        now_ms = time.time_ns() // 1_000_000
        item = item_of(self.intake.gate(holder), 0, 0, event, Times(now_ms, now_ms), body=unwritten)
        if item.outcome != "accepted":
            raise Refused(
                400, f"{_FIELDS.get(item.pointer, item.pointer)}: {item.message_zh} / {item.message_en}"
            )
        self.intake.holders.spend(holder, 1)
        headers = [("content-type", b"application/cloudevents+json")]
        key = number.encode()
        try:
            await self.intake.outlet.publish(holder.agency.id, [Record(key, crc32(key), body, headers)])
        except LogAway:
            raise Refused(503, "请稍后重发 / send again later") from None

    async def _read(self, holder: Holder, wanted: reads.WantedMatters) -> list[Fields]:
        def rows() -> list[Fields]:
            with self.intake.engine.connect() as sql:
                return reads.matters(sql, holder.scope(), wanted)

        return [_request(holder.policy, row) for row in await run_in_threadpool(rows)]


_FIELDS: Final = {
    "/data/place": "address_id",
    "/data/category": "service_code",
    "/data/summary": "description",
}


def make_open311(intake: Intake) -> Starlette:
    """Make the façade; every address ends in `.json` or `.xml`."""
    facade = Open311(intake)
    routes = [
        Route(f"{path}.{form}", answer, methods=[method])
        for form in ("json", "xml")
        for path, answer, method in (
            ("/services", facade.services, "GET"),
            ("/requests", facade.requests, "GET"),
            ("/requests", facade.post, "POST"),
            ("/requests/{number}", facade.one, "GET"),
        )
    ]

    async def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, Fault):
            error = Refused(429 if error.code is FaultCode.TOO_FAST else 403, str(error.code))
        assert isinstance(error, Refused)
        rows = [{"code": str(error.status), "description": error.description}]
        return _answer(request, "errors", "error", rows, status=error.status)

    return Starlette(routes=routes, exception_handlers={Refused: refused, Fault: refused})


def _answer(request: Request, many: str, one: str, rows: Sequence[Fields], status: int = 200) -> Response:
    if request.url.path.endswith(".xml"):
        root = ET.Element(many)
        for row in rows:
            element = ET.SubElement(root, one)
            for name, value in row.items():
                ET.SubElement(element, name).text = "" if value is None else str(value)
        body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return Response(body, status, media_type="text/xml; charset=utf-8")
    return Response(orjson.dumps(rows), status, media_type="application/json")


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES_MAX:
            raise Refused(400, "超过 64 KiB / larger than 64 KiB")
    try:
        return dict(parse_qsl(body.decode(), strict_parsing=True))
    except ValueError:
        raise Refused(400, "应为表单编码 / must be form-urlencoded") from None


def _wanted(asked: Mapping[str, str]) -> reads.WantedMatters:
    standing = asked.get("status")
    if standing not in (None, "open", "closed"):
        raise Refused(400, "status: open, closed")
    numbers = asked.get("service_request_id", "")
    return reads.WantedMatters(
        ids=tuple(filter(None, numbers.split(","))) if numbers else None,
        category=asked.get("service_code"),
        standing=standing,
        since_ms=_instant(asked, "start_date"),
        until_ms=_instant(asked, "end_date"),
        limit=REQUESTS_MAX,
    )


def _instant(asked: Mapping[str, str], name: str) -> int | None:
    if name not in asked:
        return None
    try:
        at = datetime.fromisoformat(asked[name])
    except ValueError:
        raise Refused(400, f"{name}: 2026-03-02T09:00:00+08:00") from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _served(policy: Policy) -> list[Category]:
    above = {category.parent for category in policy.categories.values()}
    return [
        category
        for code, category in policy.categories.items()
        if code not in above and not any(policy.categories[node].restricted for node in category.chain)
    ]


def _service(policy: Policy, category: Category) -> Fields:
    return {
        "service_code": category.code,
        "service_name": category.name_zh,
        "description": category.name_en,
        "metadata": "false",
        "type": "realtime",
        "keywords": "",
        "group": policy.categories[category.chain[-1]].name_zh,
    }


def _petition(holder: Holder, number: str, fields: Mapping[str, str]) -> Fields:
    data = {
        "matter_id": number,
        "place": fields["address_id"],
        "category": fields["service_code"],
        "nature": "help",
        "channel": "online",
    }
    if fields.get("description"):
        data["summary"] = " ".join(fields["description"].split())
    return {
        "specversion": "1.0",
        "id": number,
        "source": f"urn:linkage:agency:{holder.agency.id}",
        "type": "linkage.petition.received.v1",
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "data": data,
    }


def _request(policy: Policy, row: Fields) -> Fields:
    told = INBOUND.validate_json(row["body"]).data
    place, category = policy.places.get(row["place"]), policy.categories.get(row["category"])
    return {
        "service_request_id": row["matter_id"],
        "status": "open" if row["standing"] == Standing.OPEN else "closed",
        "service_name": row["category"] if category is None else category.name_zh,
        "service_code": row["category"],
        "description": (told.summary or "") if isinstance(told, Report) else "",
        "agency_responsible": row["agency"],
        "service_notice": NOTICE,
        "requested_datetime": local(row["hub_ms"], policy.zone).isoformat(timespec="seconds"),
        "address": row["place"] if place is None else place.name,
        "address_id": row["place"],
    }
