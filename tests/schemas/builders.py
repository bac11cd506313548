"""Small builders of events: each names only what matters to the test that calls it."""

from __future__ import annotations

import json
from typing import Any

from hub.schemas.codec import decode
from hub.schemas.flaws import Flaw
from hub.schemas.inbound import Inbound

Json = dict[str, Any]

PETITION = "linkage.petition.received.v1"
INCIDENT = "linkage.incident.reported.v1"
DISPUTE = "linkage.dispute.registered.v1"
UPDATE = "linkage.matter.updated.v1"
REPLY = "linkage.task.replied.v1"
ASSESSMENT = "linkage.assessment.submitted.v1"
HEARTBEAT = "linkage.agency.heartbeat.v1"


def an_event(kind: str, data: object, **attributes: object) -> Json:
    return {
        "specversion": "1.0",
        "id": "e-1",
        "source": "urn:linkage:agency:hotline",
        "type": kind,
        "time": "2026-03-02T09:00:00+08:00",
        "data": data,
    } | attributes


def a_petition(**data: object) -> Json:
    return an_event(PETITION, _report() | data)


def an_incident(**data: object) -> Json:
    return an_event(INCIDENT, _report() | {"incident_kind": "natural"} | data)


def a_dispute(**data: object) -> Json:
    return an_event(DISPUTE, _report() | {"mediation_kind": "people"} | data)


def an_update(status: str, **data: object) -> Json:
    return an_event(UPDATE, {"matter_id": "m-1", "status": status} | data)


def a_reply(reply: str, **data: object) -> Json:
    return an_event(REPLY, {"task_id": "t-1", "reply": reply} | data)


def an_assessment(**data: object) -> Json:
    return an_event(
        ASSESSMENT,
        {"period": "2026-Q1", "item": "in-time", "scores": [{"unit": "police", "value": 1.5}]} | data,
    )


def a_heartbeat() -> Json:
    return an_event(HEARTBEAT, {})


def as_bytes(event: object) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


def read(event: Json) -> Inbound:
    """The validated event; fails the test when it is refused."""
    (decoded,) = decode(as_bytes(event), [])
    assert not isinstance(decoded, Flaw), decoded
    return decoded


def refusal(value: object) -> Flaw:
    """The one flaw of a record, given as bytes or as JSON."""
    (decoded,) = decode(value if isinstance(value, bytes) else as_bytes(value), [])
    assert isinstance(decoded, Flaw), decoded
    return decoded


def _report() -> Json:
    return {
        "matter_id": "m-1",
        "place": "350404001001",
        "category": "E0101",
        "nature": "complaint",
        "channel": "hotline",
    }
