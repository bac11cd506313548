"""Records become events or flaws: structured, batch and binary mode, and back."""

from __future__ import annotations

import json

import pytest

from hub.schemas.codec import decode, encode
from hub.schemas.envelope import EVENT_BYTES_MAX, RECORD_BYTES_MAX
from hub.schemas.flaws import Flaw
from hub.schemas.inbound import AgencyHeartbeat, PetitionReceived, TaskReplied
from hub.schemas.inbox import BATCH_EVENTS_MAX
from hub.schemas.reasons import RefusalCode
from tests.schemas.builders import (
    Json,
    a_heartbeat,
    a_petition,
    a_reply,
    an_assessment,
    an_event,
    an_update,
    as_bytes,
    read,
    refusal,
)

Headers = list[tuple[str, bytes | None]]


def binary_headers(**attributes: bytes) -> Headers:
    given = {
        "specversion": b"1.0",
        "id": b"e-1",
        "source": b"urn:linkage:agency:hotline",
        "type": b"linkage.petition.received.v1",
        "time": b"2026-03-02T09:00:00+08:00",
    } | attributes
    return [(f"ce_{name}", value) for name, value in given.items()]


def codes(value: bytes, headers: Headers | None = None) -> list[str]:
    return [item.code if isinstance(item, Flaw) else "" for item in decode(value, headers or [])]


def test_a_structured_event_is_read() -> None:
    (event,) = decode(
        as_bytes(a_petition()), [("content-type", b"application/cloudevents+json; charset=utf-8")]
    )
    assert isinstance(event, PetitionReceived)


def test_blanks_around_an_event_do_not_matter() -> None:
    assert codes(b" \r\n\t" + as_bytes(a_petition()) + b"\n") == [""]


def test_a_batch_gives_one_outcome_an_element_in_order() -> None:
    batch = [a_petition(), 5, a_petition(place=""), an_event("other.v1", {}), a_heartbeat(), {}]
    assert codes(as_bytes(batch)) == [
        "",
        "NOT_CLOUDEVENT",
        "SCHEMA_INVALID",
        "UNKNOWN_TYPE",
        "",
        "NOT_CLOUDEVENT",
    ]


def test_a_flaw_in_a_batch_points_into_its_own_element() -> None:
    _, second = decode(as_bytes([a_petition(), a_petition(place="") | {"id": "e-2"}]), [])
    assert isinstance(second, Flaw)
    assert (second.event_id, second.pointer) == ("e-2", "/data/place")


def test_a_batch_of_five_hundred_is_read_and_of_one_more_refused() -> None:
    assert codes(as_bytes([a_heartbeat()] * BATCH_EVENTS_MAX)) == [""] * BATCH_EVENTS_MAX
    assert codes(as_bytes([a_heartbeat()] * (BATCH_EVENTS_MAX + 1))) == ["TOO_LARGE"]
    assert codes(b"[" + b"1," * BATCH_EVENTS_MAX + b"1]") == ["TOO_LARGE"]


def test_an_event_too_large_for_a_record_is_too_large_in_a_batch() -> None:
    large = an_assessment(scores=[{"unit": f"u{'0' * 38}", "value": 1.2345678901234}] * 1000)
    assert len(as_bytes(large)) > EVENT_BYTES_MAX
    assert codes(as_bytes(large)) == ["TOO_LARGE"]
    assert codes(as_bytes([a_heartbeat(), large])) == ["", "TOO_LARGE"]


def test_no_other_event_can_be_too_large_once_it_is_valid() -> None:
    quotes = '"' * 500
    files = [{"name": "\U00020000" * 200, "sha256": "0" * 64}] * 50
    longest = a_reply("ledger", note=quotes, ground=quotes, review_on="2026-06-01", evidence=files)
    event = read(longest | {"subject": quotes[:200], "dataschema": "s" * 500})
    assert len(encode(event).encode()) < EVENT_BYTES_MAX


def test_a_long_batch_is_read_like_a_short_one() -> None:
    batch = as_bytes([a_petition(summary="字" * 200)] * 200)
    assert len(batch) > EVENT_BYTES_MAX
    assert codes(batch) == [""] * 200


def test_a_record_beyond_a_mebibyte_is_refused_whole() -> None:
    assert codes(b"[" + b" " * RECORD_BYTES_MAX + as_bytes(a_heartbeat()) + b"]") == ["TOO_LARGE"]


def test_size_is_judged_before_anything_is_parsed() -> None:
    assert refusal(b"{" * (EVENT_BYTES_MAX + 1)).code is RefusalCode.TOO_LARGE


def test_binary_mode_puts_the_attributes_into_headers() -> None:
    headers = [*binary_headers(subject="三明".encode()), ("content-type", b"application/json; charset=utf-8")]
    (event,) = decode(as_bytes(a_petition()["data"]), headers)
    assert event == read(a_petition() | {"subject": "三明", "datacontenttype": "application/json"})


def test_a_structured_content_type_outweighs_stray_headers() -> None:
    headers = [*binary_headers(), ("Content-Type", b"application/cloudevents+json")]
    (event,) = decode(as_bytes(a_petition() | {"id": "inner"}), headers)
    assert isinstance(event, PetitionReceived)
    assert event.id == "inner"


def test_headers_of_tracing_do_not_make_a_record_binary() -> None:
    assert codes(as_bytes(a_petition()), [("traceparent", b"00-0-0-0"), ("ce_id", b"x")]) == [""]


def test_data_in_binary_mode_cannot_forge_attributes() -> None:
    forged = as_bytes(a_petition()["data"]) + b',"id":"forged","source":"urn:linkage:agency:other"'
    assert codes(forged, binary_headers()) == ["MALFORMED"]


@pytest.mark.parametrize(
    ("headers", "code", "pointer"),
    [
        (binary_headers(id=b"\xff"), "MALFORMED", ""),
        ([("ce_specversion", b"1.0"), ("ce_id", None)], "NOT_CLOUDEVENT", "/id"),
        (binary_headers(type=b"other"), "UNKNOWN_TYPE", "/type"),
        ([*binary_headers(), ("content-type", b"text/plain")], "SCHEMA_INVALID", "/datacontenttype"),
        (binary_headers(phone=b"1"), "PERSONAL_DATA", "/phone"),
        (binary_headers(pad=b"x" * EVENT_BYTES_MAX), "TOO_LARGE", ""),
    ],
)
def test_a_flaw_in_binary_mode_is_named(headers: Headers, code: str, pointer: str) -> None:
    (found,) = decode(as_bytes(a_petition()["data"]), headers)
    assert isinstance(found, Flaw)
    assert (found.code, found.pointer) == (code, pointer)


def test_a_tombstone_is_malformed_in_every_mode() -> None:
    assert [item.code for item in decode(None, []) if isinstance(item, Flaw)] == ["MALFORMED"]
    assert codes(b"", binary_headers()) == ["MALFORMED"]


@pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type"])
def test_json_without_a_required_attribute_is_no_cloudevent(attribute: str) -> None:
    event = a_heartbeat()
    del event[attribute]
    found = refusal(event)
    assert (found.code, found.pointer) == (RefusalCode.NOT_CLOUDEVENT, f"/{attribute}")


def test_an_unknown_type_is_told_from_a_broken_event() -> None:
    found = refusal(an_event("linkage.petition.received.v2", {}))
    assert (found.code, found.pointer, found.event_id) == (RefusalCode.UNKNOWN_TYPE, "/type", "e-1")


@pytest.mark.parametrize(
    "event",
    [
        a_petition(summary='引号"与反斜线\\', size_band="200+", due_at="2026-03-09T18:00:00.123456Z"),
        an_update("corrected", category="E0102"),
        a_reply(
            "ledger", ground="旱季", review_on="2026-06-01", evidence=[{"name": "a", "sha256": "0" * 64}]
        ),
        an_assessment(scores=[{"unit": "350404000000", "value": 1e300}, {"unit": "police", "value": -3}]),
        a_heartbeat(),
    ],
)
def test_what_was_read_is_written_and_read_again_the_same(event: Json) -> None:
    first = read(event)
    assert decode(encode(first).encode(), []) == [first]


def test_the_order_of_fields_in_a_record_leaves_no_trace() -> None:
    event = a_petition()
    turned = dict(reversed(event.items())) | {"data": dict(reversed(event["data"].items()))}
    assert encode(read(turned)) == encode(read(event))


def test_a_repeated_key_hides_nothing_in_what_is_kept() -> None:
    text = as_bytes(a_petition(summary="路灯不亮"))
    doubled = text.replace(b'"summary"', '"summary":"电话13800138000","summary"'.encode())
    (event,) = decode(doubled, [])
    assert isinstance(event, PetitionReceived)
    assert "13800138000" not in encode(event)
    assert json.loads(encode(event))["data"]["summary"] == event.data.summary


def test_a_reply_keeps_its_evidence_in_order() -> None:
    files = [{"name": name, "sha256": "0" * 64} for name in ("b", "a")]
    event = read(a_reply("progress", evidence=files))
    assert isinstance(event, TaskReplied)
    assert [file.name for file in event.data.evidence] == ["b", "a"]


def test_a_heartbeat_needs_no_words() -> None:
    assert isinstance(read(a_heartbeat()), AgencyHeartbeat)
