"""The field rules of the contract, one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hub.schemas.inbound import Correction, Ledger, MatterChange, Petition
from hub.schemas.reasons import RefusalCode
from tests.schemas.builders import (
    Json,
    a_dispute,
    a_heartbeat,
    a_petition,
    a_reply,
    an_assessment,
    an_event,
    an_incident,
    an_update,
    read,
    refusal,
)


def test_a_report_takes_the_contracts_defaults() -> None:
    data = read(a_petition()).data
    assert isinstance(data, Petition)
    assert (data.severity, data.repeat, data.scheme, data.due_at) == (4, False, None, None)


def test_times_keep_their_moment() -> None:
    assert read(a_petition()).time == datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_null_stands_for_an_absent_field() -> None:
    assert read(a_petition(due_at=None)) == read(a_petition())


@pytest.mark.parametrize(
    ("event", "pointer"),
    [
        (a_petition(matter_id=""), "/data/matter_id"),
        (a_petition(matter_id="m" * 65), "/data/matter_id"),
        (a_petition(matter_id=7), "/data/matter_id"),
        (a_petition(place="-350404"), "/data/place"),
        (a_petition(place="3" * 33), "/data/place"),
        (a_petition(place="江滨社区"), "/data/place"),
        (a_petition(category=None), "/data/category"),
        (a_petition(severity=0), "/data/severity"),
        (a_petition(severity=5), "/data/severity"),
        (a_petition(severity=True), "/data/severity"),
        (a_petition(severity="4"), "/data/severity"),
        (a_petition(severity=10**400), "/data/severity"),
        (a_petition(nature="accusation"), "/data/nature"),
        (a_petition(channel="radio"), "/data/channel"),
        (a_petition(size_band="17"), "/data/size_band"),
        (a_petition(size_band=1), "/data/size_band"),
        (a_petition(repeat="false"), "/data/repeat"),
        (a_petition(repeat=0), "/data/repeat"),
        (a_petition(occurred_at="2026-03-02T09:00:00"), "/data/occurred_at"),
        (a_petition(due_at=1772413200), "/data/due_at"),
        (a_petition(responsible_agency="City Management"), "/data/responsible_agency"),
        (a_petition(summary="字" * 201), "/data/summary"),
        (a_petition(summary="路灯\n不亮"), "/data/summary"),
        (a_petition(summary="路灯\u0000不亮"), "/data/summary"),
        (a_petition(incident_kind="natural"), "/data/incident_kind"),
        (an_incident(incident_kind="war"), "/data/incident_kind"),
        (an_incident(mediation_kind="people"), "/data/mediation_kind"),
        (a_dispute(mediation_kind="duel"), "/data/mediation_kind"),
        (an_update("solved"), "/data/status"),
        (an_update("accepted", place="350404001001"), "/data/place"),
        (an_update("resolved", outcome="fine"), "/data/outcome"),
        (an_update("resolved", satisfaction="5"), "/data/satisfaction"),
        (an_update("corrected"), "/data"),
        (an_update("corrected", place=""), "/data/place"),
        (a_reply("maybe"), "/data/reply"),
        (a_reply("return"), "/data/ground"),
        (a_reply("return", ground=""), "/data/ground"),
        (a_reply("done"), "/data/result"),
        (a_reply("accept", result="x"), "/data/result"),
        (a_reply("extend", ground="x"), "/data/days"),
        (a_reply("extend", ground="x", days=0), "/data/days"),
        (a_reply("extend", ground="x", days=1.5), "/data/days"),
        (a_reply("ledger", ground="x", review_on="2026-02-30"), "/data/review_on"),
        (a_reply("ledger", ground="x", review_on="2026-03-02T00:00:00Z"), "/data/review_on"),
        (a_reply("progress", note="字" * 501), "/data/note"),
        (a_reply("progress", evidence=[{"name": "a.pdf", "sha256": "0"}]), "/data/evidence/0/sha256"),
        (
            a_reply("progress", evidence=[{"name": "a", "sha256": "0" * 64, "content": "x"}]),
            "/data/evidence/0/content",
        ),
        (an_assessment(period="spring"), "/data/period"),
        (an_assessment(scores=[]), "/data/scores"),
        (an_assessment(scores=[{"unit": "police", "value": "9"}]), "/data/scores/0/value"),
        (a_heartbeat() | {"data": {"load": 1}}, "/data/load"),
        (a_heartbeat() | {"data": []}, "/data"),
        (a_heartbeat() | {"specversion": "0.3"}, "/specversion"),
        (a_heartbeat() | {"id": "a b"}, "/id"),
        (a_heartbeat() | {"id": "i" * 65}, "/id"),
        (a_heartbeat() | {"source": "urn:linkage:agency:Police"}, "/source"),
        (a_heartbeat() | {"time": "2026-03-02 09:00:00+08:00"}, "/time"),
        (a_heartbeat() | {"time": "1772413200"}, "/time"),
        (a_heartbeat() | {"time": 1772413200}, "/time"),
        (a_heartbeat() | {"time": "2026-02-30T09:00:00+08:00"}, "/time"),
        (a_heartbeat() | {"time": "9999-12-31T23:59:59-12:00"}, "/time"),
        (a_heartbeat() | {"traceparent": "00-zz"}, "/traceparent"),
        (a_heartbeat() | {"datacontenttype": "text/xml"}, "/datacontenttype"),
        (a_heartbeat() | {"data_base64": "AA=="}, "/data_base64"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named(event: Json, pointer: str) -> None:
    found = refusal(event)
    assert (found.code, found.pointer) == (RefusalCode.SCHEMA_INVALID, pointer)


@pytest.mark.parametrize("field", ["matter_id", "place", "category", "nature", "channel"])
def test_a_report_without_a_required_field_is_refused(field: str) -> None:
    event = a_petition()
    del event["data"][field]
    found = refusal(event)
    assert (found.code, found.pointer) == (RefusalCode.SCHEMA_INVALID, f"/data/{field}")
    assert found.message_zh == "缺少必填字段"


def test_an_incident_says_its_kind() -> None:
    event = an_incident()
    del event["data"]["incident_kind"]
    assert refusal(event).pointer == "/data/incident_kind"


@pytest.mark.parametrize("tag", ["status", "reply"])
def test_a_missing_choice_is_named_itself(tag: str) -> None:
    event = an_update("accepted") if tag == "status" else a_reply("accept")
    del event["data"][tag]
    assert refusal(event).pointer == f"/data/{tag}"


@pytest.mark.parametrize("right", [{"place": "350404001002"}, {"category": "E0102"}])
def test_a_correction_names_what_was_right(right: Json) -> None:
    assert isinstance(read(an_update("corrected", **right)).data, Correction)


def test_a_correction_of_nothing_says_what_it_needs() -> None:
    assert "place" in refusal(an_update("corrected")).message_zh


def test_a_withdrawn_matter_is_a_change_like_others() -> None:
    assert isinstance(read(an_update("withdrawn")).data, MatterChange)


def test_a_ledger_reply_has_a_day_of_review() -> None:
    data = read(a_reply("ledger", ground="旱季后施工", review_on="2026-06-01")).data
    assert isinstance(data, Ledger)
    assert data.review_on == date(2026, 6, 1)


def test_a_message_never_changes_after_it_was_read() -> None:
    event = read(a_petition())
    with pytest.raises(ValueError, match="frozen"):
        event.id = "other"  # type: ignore[misc]


def test_a_foreign_city_may_use_its_own_codes() -> None:
    assert read(a_petition(place="MA-02127", category="Noise Disturbance")).id == "e-1"


def test_an_unknown_attribute_is_refused_like_an_unknown_field() -> None:
    assert refusal(an_event("linkage.agency.heartbeat.v1", {}, priority="high")).pointer == "/priority"
