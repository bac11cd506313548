"""Bytes from outside: nothing raises, nothing personal comes back, every record has its outcome."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.schemas.codec import Decoded, decode, encode
from hub.schemas.flaws import Flaw
from hub.schemas.inbound import Inbound
from hub.schemas.reasons import RefusalCode
from tests.schemas.builders import (
    Json,
    a_dispute,
    a_heartbeat,
    a_petition,
    a_reply,
    an_assessment,
    an_incident,
    an_update,
    as_bytes,
    refusal,
)

PHONE = "13800138000"
IDENTITY = "11010519491231002X"


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"   ",
        b"\x00",
        b"[]",
        b"[ ]",
        b"{",
        b"hello",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        as_bytes(a_heartbeat()) + b"\x00",
        as_bytes(a_heartbeat()) * 2,
        as_bytes(a_petition(summary="x")).replace(b'"x"', b'"\x00"'),
        as_bytes(a_petition(summary="x")).replace(b'"x"', b'"\xc3\x28"'),
        as_bytes(a_petition(summary="x")).replace(b'"x"', b'"\\ud800"'),
        as_bytes(a_petition(summary="x")).replace(b'"x"', b"NaN"),
        as_bytes(an_assessment()).replace(b"1.5", b"NaN"),
        as_bytes(an_assessment()).replace(b"1.5", b"-Infinity"),
        b'{"a":' * 5000,
        b"[" * 5000 + b"]" * 5000,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_json_is_malformed(value: bytes) -> None:
    assert refusal(value).code is RefusalCode.MALFORMED


@pytest.mark.parametrize("value", [5, "x", None, True, {}, {"data": {}}, {"specversion": 1.0}])
def test_what_is_no_object_with_attributes_is_no_cloudevent(value: object) -> None:
    assert refusal(value).code is RefusalCode.NOT_CLOUDEVENT


def test_a_number_beyond_every_range_is_no_score() -> None:
    found = refusal(as_bytes(an_assessment()).replace(b"1.5", b"1e999"))
    assert (found.code, found.pointer) == (RefusalCode.SCHEMA_INVALID, "/data/scores/0/value")


@pytest.mark.parametrize(
    ("extra", "pointer"),
    [
        ({"phone": "1"}, "/data/phone"),
        ({"contactPhone": "1"}, "/data/contactPhone"),
        ({"ID_CARD": "1"}, "/data/ID_CARD"),
        ({"petitioner_name": "x"}, "/data/petitioner_name"),
        ({"name": "x"}, "/data/name"),
        ({"wechat": "x"}, "/data/wechat"),
        ({"licensePlate": "x"}, "/data/licensePlate"),
        ({"姓名": "x"}, "/data/姓名"),
        ({"身份证": "x"}, "/data/身份证"),
        ({"more": [{"deep": {"电话": "1"}}]}, "/data/more/0/deep/电话"),
        ({"summary": {"birth": "1"}}, "/data/summary/birth"),
    ],
)
def test_a_field_about_a_person_is_personal_data_at_any_depth(extra: Json, pointer: str) -> None:
    found = refusal(a_petition(**extra))
    assert (found.code, found.pointer) == (RefusalCode.PERSONAL_DATA, pointer)


def test_the_name_of_a_file_is_nobodys_name() -> None:
    found = refusal(a_reply("progress", evidence=[{"name": "a.pdf"}]))
    assert (found.code, found.pointer) == (RefusalCode.SCHEMA_INVALID, "/data/evidence/0/sha256")
    assert refusal(a_reply("progress", name="x")).code is RefusalCode.PERSONAL_DATA


@pytest.mark.parametrize(
    "event",
    [
        a_petition(**{PHONE: 1}),
        a_petition(**{f"p{PHONE}": 1}),
        a_petition(某某某=1),
        a_petition(某某某电话=1),
        a_petition(severity=PHONE),
        a_petition(place=f"-{PHONE}"),
        a_petition(nature=PHONE),
        an_update(PHONE),
        a_reply(PHONE),
        a_petition() | {"type": PHONE},
        a_petition() | {"source": PHONE},
        a_petition() | {"time": PHONE},
        a_petition() | {"specversion": PHONE},
        a_petition(place="") | {"id": IDENTITY},
        a_petition(place="") | {"id": f"电话{PHONE}"},
        {PHONE: {PHONE: PHONE}},
    ],
)
def test_a_flaw_never_repeats_what_it_found(event: Json) -> None:
    said = repr(refusal(event))
    assert PHONE not in said
    assert IDENTITY not in said
    assert "某某某" not in said


def test_a_name_that_could_be_a_number_ends_the_pointer_above_it() -> None:
    assert refusal(a_petition(**{PHONE: 1})).pointer == "/data"


@given(st.binary(max_size=300))
def test_no_bytes_raise(value: bytes) -> None:
    assert decode(value, [])


@given(
    st.lists(st.tuples(st.text(max_size=12), st.none() | st.binary(max_size=30)), max_size=5),
    st.binary(max_size=60),
)
def test_no_headers_raise(headers: list[tuple[str, bytes | None]], value: bytes) -> None:
    assert decode(value, [*headers, ("ce_specversion", b"1.0")])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
SAMPLES: list[Json] = [
    a_petition(summary="路灯不亮", due_at="2026-03-09T18:00:00+08:00"),
    an_incident(),
    a_dispute(),
    an_update("corrected", place="350404001001"),
    a_reply("extend", days=3, ground="等待配件"),
    an_assessment(),
    a_heartbeat(),
]


@st.composite
def damaged_events(draw: st.DrawFn) -> Json:
    """A good event with one value, of the envelope or the data, replaced by any JSON."""
    event: Json = json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))
    target: dict[str, Any] = event if draw(st.booleans()) else event["data"]
    target[draw(st.sampled_from([*target, "unheard"]))] = draw(JSON)
    return event


def _written(decoded: Decoded) -> str:
    return repr(decoded) if isinstance(decoded, Flaw) else encode(decoded)


@given(damaged_events())
def test_a_damaged_event_has_one_outcome_alone_and_in_a_batch(event: Json) -> None:
    value = json.dumps(event).encode()
    (alone,) = decode(value, [])
    batched = decode(b"[" + value + b"," + as_bytes(a_heartbeat()) + b"]", [])[0]
    if isinstance(alone, Flaw) and alone.code is RefusalCode.MALFORMED:
        # What is no JSON spoils the whole record.
        assert isinstance(batched, Flaw)
    else:
        assert batched == alone


@given(damaged_events())
def test_what_survives_damage_is_written_and_read_again_the_same(event: Json) -> None:
    for decoded in decode(json.dumps(event).encode(), []):
        if not isinstance(decoded, Flaw):
            again: list[Inbound | Flaw] = decode(encode(decoded).encode(), [])
            assert again == [decoded]
            assert _written(again[0]) == _written(decoded)
