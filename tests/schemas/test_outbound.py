"""What the hub says has one shape, in one order."""

from __future__ import annotations

from pydantic import TypeAdapter

from hub.schemas.outbound import HUB_SOURCE, DecisionEvent, DecisionLine, ReceiptEvent
from hub.schemas.reasons import DecisionKind, Outcome, RefusalCode
from tests.schemas.builders import Json

LINE: Json = {
    "seq": 3,
    "at": "2026-03-11T00:00:00.000+08:00",
    "kind": "tier_raised",
    "problem_id": "SM26-000001",
    "tier": "township",
    "place_tier": "village",
    "place": "350404001001",
    "category": "E01",
    "agency": "centre-350404001000",
    "task_id": "SM26-000001.2.1",
    "reason": "CLOCK_EXPIRED",
    "labels": ["frequent"],
    "due_at": "2026-03-19T00:00:00.000+08:00",
    "evidence": ["e-1", "e-2"],
    "measure": {"observed": 3, "window_days": 14, "matters": 3},
    "into": "SM26-000002",
    "label": "frequent",
    "policy": "0123456789ab",
    "cause": "timer-1",
}


def an_envelope(kind: str, data: Json) -> Json:
    return {
        "specversion": "1.0",
        "id": "d-1",
        "source": HUB_SOURCE,
        "type": kind,
        "time": LINE["at"],
        "datacontenttype": "application/json",
        "reason": "CLOCK_EXPIRED",
        "policyversion": "0123456789ab",
        "causationid": "timer-1",
        "data": data,
    }


def test_a_decision_line_names_its_fields_in_the_contracts_order() -> None:
    assert list(DecisionLine.model_fields) == list(LINE)


def test_a_decision_event_carries_its_line() -> None:
    event = TypeAdapter(DecisionEvent).validate_python(an_envelope("linkage.tier.raised.v1", LINE))
    assert event.data.kind is DecisionKind.TIER_RAISED
    assert event.data.evidence == ("e-1", "e-2")


def test_a_receipt_says_why_and_where_never_what() -> None:
    data = {
        "id": "e-1",
        "outcome": "refused",
        "code": "PERSONAL_DATA",
        "pointer": "/data/summary",
        "message_zh": "含个人信息",
        "message_en": "personal data",
        "topic": "agency.hotline.events.v1",
        "partition": 0,
        "offset": 7,
        "index": 1,
    }
    event = TypeAdapter(ReceiptEvent).validate_python(an_envelope("linkage.event.refused.v1", data))
    assert (event.data.outcome, event.data.code) == (Outcome.REFUSED, RefusalCode.PERSONAL_DATA)
    assert set(data) == set(type(event.data).model_fields)
