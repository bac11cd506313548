"""Intake: each event of a record becomes one item, let in or rejected with code and pointer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub.core.intake import Gate, SourceRecord, Times, intake, item_of
from hub.schemas.inbox import BACKFILL_PARTITION, POSITIONS_PER_OFFSET, Item
from hub.schemas.reasons import RefusalCode, text
from tests.builders import (
    ACCUSATION,
    FAR_VILLAGE,
    HOTLINE,
    NEXT_VILLAGE,
    NOISE,
    POLICY,
    TOWN,
    TOWN_DESK,
    VILLAGE,
    at,
)
from tests.schemas.builders import Json, a_heartbeat, a_petition, a_reply, an_update, as_bytes, read

NOON = at("03-02 09:00")


def a_record(*events: object, **changes: Any) -> SourceRecord:  # noqa: ANN401 - any field of a record
    value = as_bytes(list(events) if len(events) > 1 else events[0])
    return SourceRecord(7, NOON, value)._replace(**changes)


def a_good_petition(**data: object) -> Json:
    return a_petition(**({"place": VILLAGE, "category": NOISE} | data))


def judged(event: object, agency: str = HOTLINE, **changes: Any) -> Item:  # noqa: ANN401 - any field of a record
    gate = Gate(POLICY, POLICY.agencies[agency])
    (item,) = intake(gate, 2, a_record(event, **changes))
    return item


def test_a_petition_comes_in_with_what_the_core_needs() -> None:
    item = judged(a_good_petition(summary="施工噪声"))

    assert item._replace(body="") == Item(
        "accepted",
        HOTLINE,
        2,
        7 * POSITIONS_PER_OFFSET,
        "e-1",
        type="linkage.petition.received.v1",
        at_ms=NOON,
        matter_id="m-1",
        place=VILLAGE,
        category=NOISE,
        nature="complaint",
        channel="hotline",
        summary="施工噪声",
    )
    assert json.loads(item.body)["data"]["summary"] == "施工噪声"


def test_an_event_that_happened_earlier_carries_that_time() -> None:
    item = judged(a_good_petition(occurred_at="2026-02-27T22:00:00+08:00"))

    assert (item.outcome, item.at_ms) == ("accepted", at("02-27 22:00"))


def test_a_batch_gives_an_item_an_event_in_order() -> None:
    gate = Gate(POLICY, POLICY.agencies[HOTLINE])
    record = a_record(a_good_petition(), 5, a_heartbeat())

    items = intake(gate, 0, record)

    assert [(item.position, item.outcome, item.code) for item in items] == [
        (7 * POSITIONS_PER_OFFSET, "accepted", ""),
        (7 * POSITIONS_PER_OFFSET + 1, "refused", "NOT_CLOUDEVENT"),
        (7 * POSITIONS_PER_OFFSET + 2, "accepted", ""),
    ]


def test_an_update_carries_its_status_and_no_place() -> None:
    item = judged(an_update("resolved"))

    assert (item.status, item.matter_id, item.place, item.category) == ("resolved", "m-1", "", "")


def test_a_correction_carries_the_right_place() -> None:
    item = judged(an_update("corrected", place=NEXT_VILLAGE))

    assert (item.status, item.place, item.category) == ("corrected", NEXT_VILLAGE, "")


def test_a_reply_carries_its_task() -> None:
    assert judged(a_reply("accept")).task_id == "t-1"


def test_an_unknown_village_is_taken_at_its_town_and_flagged() -> None:
    item = judged(a_good_petition(place="990101001099"))

    assert (item.outcome, item.place, item.code, item.pointer) == (
        "accepted",
        TOWN,
        "PLACE_UNKNOWN",
        "/data/place",
    )


@pytest.mark.parametrize(
    ("event", "code", "pointer"),
    [
        (a_good_petition() | {"source": "urn:linkage:agency:police"}, "SOURCE_MISMATCH", "/source"),
        (a_good_petition() | {"type": "linkage.other.v1"}, "UNKNOWN_TYPE", "/type"),
        (a_good_petition(severity=9), "SCHEMA_INVALID", "/data/severity"),
        (a_good_petition(summary="联系 13800138000"), "PERSONAL_DATA", "/data/summary"),
        (a_good_petition(summary="反映受贿"), "RESTRICTED_CLASS", "/data/summary"),
        (a_good_petition(category=ACCUSATION), "RESTRICTED_CLASS", "/data/category"),
        (a_good_petition() | {"time": "2026-03-02T09:10:00.001+08:00"}, "CLOCK_SKEW", "/time"),
        (
            a_good_petition(occurred_at="2026-03-02T09:10:00.001+08:00"),
            "CLOCK_SKEW",
            "/data/occurred_at",
        ),
        (a_good_petition() | {"time": "2026-01-31T08:59:59.999+08:00"}, "TOO_OLD", "/time"),
        ({"specversion": "1.0"}, "NOT_CLOUDEVENT", "/id"),
    ],
)
def test_each_refusal_says_its_code_and_where(event: Json, code: str, pointer: str) -> None:
    item = judged(event)

    assert (item.outcome, item.code, item.pointer) == ("refused", code, pointer)
    assert item.body == ""
    assert item.message_zh
    assert item.message_en


@pytest.mark.parametrize(
    ("value", "code"),
    [(b"{", "MALFORMED"), (b"", "MALFORMED"), (None, "MALFORMED"), (b" " * 70_000 + b"{}", "TOO_LARGE")],
)
def test_unreadable_bytes_are_one_refusal_of_the_whole(value: bytes | None, code: str) -> None:
    item = judged({}, value=value)

    assert (item.outcome, item.code, item.pointer, item.id) == ("refused", code, "", "")


@pytest.mark.parametrize(
    ("event", "code", "pointer"),
    [
        (a_good_petition(place="980101001001"), "PLACE_UNKNOWN", "/data/place"),
        (a_good_petition(category="Z9"), "CATEGORY_UNKNOWN", "/data/category"),
        (a_good_petition(scheme="another"), "CATEGORY_UNKNOWN", "/data/scheme"),
        (an_update("corrected", category="Z9"), "CATEGORY_UNKNOWN", "/data/category"),
    ],
)
def test_what_a_person_may_still_resolve_is_quarantined(event: Json, code: str, pointer: str) -> None:
    item = judged(event)

    assert (item.outcome, item.code, item.pointer) == ("quarantined", code, pointer)
    assert (item.id, item.body) == ("e-1", "")


def test_the_jurisdiction_s_own_scheme_may_be_named() -> None:
    assert judged(a_good_petition(scheme="test")).outcome == "accepted"


def test_a_desk_may_not_speak_of_another_town() -> None:
    event = a_good_petition(place=FAR_VILLAGE) | {"source": f"urn:linkage:agency:{TOWN_DESK}"}

    item = judged(event, TOWN_DESK)

    assert (item.outcome, item.code, item.pointer) == ("refused", "PLACE_OUTSIDE_TERRITORY", "/data/place")


@pytest.mark.parametrize("time", ["2026-03-02T09:10:00+08:00", "2026-01-31T09:00:00+08:00"])
def test_the_limits_of_time_themselves_are_within(time: str) -> None:
    assert judged(a_good_petition() | {"time": time}).outcome == "accepted"


def test_of_an_accusation_not_even_its_id_is_kept() -> None:
    item = judged(a_good_petition(category=ACCUSATION))

    assert (item.id, item.matter_id, item.place, item.category, item.body) == ("", "", "", "", "")
    assert (item.message_zh, item.message_en) == (
        text(RefusalCode.RESTRICTED_CLASS, "zh"),
        text(RefusalCode.RESTRICTED_CLASS, "en"),
    )


def test_personal_data_is_named_by_its_place_and_never_repeated() -> None:
    item = judged(a_good_petition(summary="联系 13800138000"))

    assert "13800138000" not in "".join(str(value) for value in item)


def test_a_replay_of_what_was_once_taken_is_not_judged_by_its_age_again() -> None:
    gate = Gate(POLICY, POLICY.agencies[HOTLINE])
    ancient = read(a_good_petition() | {"time": "2001-01-01T00:00:00+08:00"})

    judged_again = item_of(gate, BACKFILL_PARTITION, 512, ancient, None)
    judged_first = item_of(gate, BACKFILL_PARTITION, 512, ancient, Times(NOON, NOON))

    assert (judged_again.outcome, judged_first.code) == ("accepted", "TOO_OLD")


def test_what_a_gate_remembers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.core.intake.REMEMBERED_MAX", 20)
    gate = Gate(POLICY, POLICY.agencies[HOTLINE])
    for number in range(21):
        gate.place(f"98{number:010}")
        gate.category(f"Z{number}")

    assert len(gate.places) <= 20
    assert len(gate.categories) <= 20
    assert gate.place(VILLAGE).known == VILLAGE


def test_an_accusation_at_an_unknown_place_is_dropped_not_kept() -> None:
    item = judged(a_good_petition(place="980101001001", category=ACCUSATION))

    assert (item.outcome, item.code) == ("refused", "RESTRICTED_CLASS")


TRACE = f"00-{'a' * 32}-{'b' * 16}-01"
OTHER = f"00-{'c' * 32}-{'d' * 16}-01"


@pytest.mark.parametrize("event", [a_good_petition(), a_heartbeat(), a_good_petition(place="0")])
def test_an_event_keeps_the_trace_it_came_with_also_when_it_is_not_taken(event: Json) -> None:
    headers = [("traceparent", OTHER.encode())]

    assert judged(event | {"traceparent": TRACE}, headers=headers).trace == TRACE
    assert judged(event, headers=headers).trace == OTHER
    assert judged(event, headers=[("traceparent", b"00-nonsense")]).trace == ""


def test_of_a_restricted_event_not_even_the_trace_is_kept() -> None:
    event = a_good_petition(category=ACCUSATION) | {"traceparent": TRACE}

    assert judged(event, headers=[("traceparent", OTHER.encode())]).trace == ""
