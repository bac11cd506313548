"""The short way and the long way: an ordinary event, read in one typed pass, ends as the same item, byte for byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.core.intake import Gate, SourceRecord, Times, intake, item_of
from hub.schemas.codec import decode
from hub.schemas.inbox import POSITIONS_PER_OFFSET, Item
from hub.schemas.ordinary import read_record
from hub.tools.history import History
from tests.builders import ACCUSATION, FAR_VILLAGE, HOTLINE, NOISE, POLICY, TOWN_DESK, VILLAGE, at
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
)

NOON = at("03-02 09:00")
HERE = {"place": VILLAGE, "category": NOISE}
IDENTITY = "11010519491231002X"

ORDINARY: list[Json] = [
    a_petition(**HERE),
    a_petition(
        **HERE,
        scheme="test",
        severity=2,
        size_band="5-29",
        repeat=True,
        occurred_at="2026-03-01T22:00:00Z",
        responsible_agency="police",
        due_at="2026-03-09T18:00:00.250+08:00",
        summary="路灯不亮, 说是“明天”修\\",
    ),
    a_petition(**HERE) | {"traceparent": f"00-{'c' * 32}-{'d' * 16}-01"},
    an_incident(**HERE),
    a_dispute(**HERE, summary="楼道　堆物"),
    an_update("resolved", agency="police", outcome="supported", satisfaction="unrated"),
    an_update("withdrawn")
    | {
        "subject": "路灯",
        "dataschema": "urn:x",
        "datacontenttype": "application/json",
        "traceparent": f"00-{'a' * 32}-{'b' * 16}-01",
    },
]
OTHERS: list[Json] = [
    an_update("corrected", place=VILLAGE),
    a_reply("extend", days=3, ground="等待配件"),
    an_assessment(),
    a_heartbeat(),
    a_petition(**HERE, summary=None),
]

WORDS = [
    *(
        "",
        " ",
        "x",
        "　",
        "\x7f",
        "a\n",
        "\u2028",
        "é",
        "😀",
        "1.0",
        "null",
        "x" * 64,
        "x" * 65,
        "字" * 200,
        "字" * 201,
    ),
    *(
        IDENTITY,
        f"id-{IDENTITY}",
        "13800138000",
        "受贿",
        "人员聚集",
        "x@y.zz",
        ACCUSATION,
        NOISE,
        VILLAGE,
        FAR_VILLAGE,
    ),
    *(
        "990101001099",
        "980101001001",
        f"{VILLAGE}001",
        "police",
        "Police",
        "test",
        "another",
        "resolved",
        "corrected",
    ),
    *(
        "linkage.petition.received.v1",
        "linkage.petition.received.v2",
        "linkage.matter.updated.v1",
        "linkage.dispute.registered.v1",
        "natural",
        "people",
    ),
    *(
        "urn:linkage:agency:hotline",
        "urn:linkage:agency:police",
        "application/json",
        "complaint",
        "hotline",
        "2-4",
    ),
    *(
        "2026-03-02T09:00:00+08:00",
        "2026-03-02T01:00:00Z",
        "2026-03-02t01:00:00z",
        "2026-03-02T09:00:00.123+08:00",
    ),
    *("2026-03-02T09:00:00.123456789+08:00", "2026-03-02T09:00:60+08:00", "2026-03-02T24:00:00+08:00"),
    *(
        "2026-02-30T09:00:00+08:00",
        "2026-03-02T09:00:00-00:00",
        "2026-03-02T09:00:00+0800",
        "2026-03-02 09:00:00Z",
    ),
    *(
        "2026-03-02T09:10:00+08:00",
        "2026-03-02T09:10:01+08:00",
        "2026-01-31T09:00:00+08:00",
        "2026-01-31T08:59:59Z",
    ),
    *(
        "2026-03-02T09:00:00+23:59",
        "2026-03-02T09:00:00+24:00",
        "2026-03-02T09:00:00",
        "2026-03-02",
        "1772413200",
    ),
]
NO_WORDS: list[object] = [None, True, False, 0, 1, 4, 5, 1.0, 2.5, 10**30, [], {}, [1], {"name": "x"}]
VALUES = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(NO_WORDS),
    st.text(max_size=30),
)
PIECES = [
    *(
        b'"',
        b"\\",
        b",",
        b":",
        b"{",
        b"}",
        b"[",
        b"]",
        b" ",
        b"\n",
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"0",
        b"-",
        b"e1",
    ),
    *(
        b"\\u0000",
        b"\\ud83d",
        b"\\ud83d\\ude00",
        b"\\/",
        b"\\x",
        b"null",
        b"NaN",
        b"\xc2\x85",
        b'"linkage.mat',
        b"[" * 300,
    ),
]


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A good event with up to two values changed, one key said twice, and up to two pieces of bytes put in or cut."""
    event: Json = json.loads(json.dumps(draw(st.sampled_from(ORDINARY + OTHERS))))
    for _ in range(draw(st.integers(0, 2))):
        data = event.get("data")
        target: dict[str, Any] = data if isinstance(data, dict) and draw(st.booleans()) else event
        name = draw(
            st.sampled_from([*target, "summary", "due_at", "occurred_at", "scheme", "subject", "unheard"])
        )
        if draw(st.integers(0, 3)) or name not in target:
            target[name] = json.loads(json.dumps(draw(VALUES)))
        else:
            del target[name]
    value = json.dumps(
        event, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1]))
    ).encode()
    if draw(st.booleans()):
        name = draw(
            st.sampled_from(
                ["id", "source", "type", "time", "data", "matter_id", "place", "summary", "status"]
            )
        )
        member = f"{json.dumps(name)}:{json.dumps(draw(VALUES))}".encode()
        brace = draw(st.sampled_from([place for place, byte in enumerate(value) if byte == ord("{")]))
        value = value[: brace + 1] + member + b"," + value[brace + 1 :]
        if draw(st.booleans()):
            value = value[: value.rindex(b"}")] + b"," + member + b"}"
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        cut = draw(st.integers(0, len(value)))
        value = value[:cut] + draw(st.sampled_from(PIECES)) + value[cut + draw(st.integers(0, 2)) :]
    return value


def the_long_way(gate: Gate, record: SourceRecord) -> list[Item]:
    times = Times(record.at_ms, record.at_ms)
    return [
        item_of(gate, 2, record.offset * POSITIONS_PER_OFFSET + index, decoded, times)
        for index, decoded in enumerate(decode(record.value, record.headers))
    ]


def a_gate(agency: str = HOTLINE) -> Gate:
    return Gate(POLICY, POLICY.agencies[agency])


@pytest.mark.parametrize("event", ORDINARY)
def test_both_ways_end_in_the_same_item_whatever_stands_in_a_field(event: Json) -> None:
    short, long = a_gate(), a_gate()
    taken = 0
    for inside in (False, True):
        names = event["data"] if inside else event
        for name in [*names, "occurred_at", "due_at", "scheme", "subject", "agency"]:
            for word in (*WORDS, *NO_WORDS):
                changed = json.loads(json.dumps(event))
                (changed["data"] if inside else changed)[name] = word
                record = SourceRecord(7, NOON, as_bytes(changed))
                items = intake(short, 2, record)
                assert items == the_long_way(long, record), (name, word)
                taken += items[0].outcome == "accepted"
    assert taken > 30


@given(spoiled(), st.sampled_from([HOTLINE, TOWN_DESK]))
@example(b'{"type":"linkage.petition.received.v1"}', HOTLINE)
def test_both_ways_end_in_the_same_item(value: bytes, agency: str) -> None:
    record = SourceRecord(7, NOON, value)

    assert intake(a_gate(agency), 2, record) == the_long_way(a_gate(agency), record)


@given(st.lists(spoiled(), min_size=1, max_size=4), st.sampled_from([b"[", b" [", b"[\n"]))
def test_both_ways_end_in_the_same_items_of_a_batch(values: list[bytes], opening: bytes) -> None:
    record = SourceRecord(7, NOON, opening + b",".join(values) + b"]")

    assert intake(a_gate(), 2, record) == the_long_way(a_gate(), record)


@given(st.lists(spoiled(), min_size=1, max_size=4), st.booleans(), st.sampled_from([0, NOON]))
def test_a_history_takes_both_ways_the_same(values: list[bytes], keeps_bodies: bool, hub_ms: int) -> None:
    lines = [value.replace(b"\n", b" ") for value in values]
    if hub_ms:
        lines = [b'%s,"hubtime":%d}' % (line.rstrip()[:-1], hub_ms) for line in lines]
    short = History(POLICY, NOON, keeps_bodies=keeps_bodies)
    long = History(POLICY, NOON, keeps_bodies=keeps_bodies)
    # A batch of one always goes the long way.
    wrapped = [line if hub_ms or line.lstrip()[:1] == b"[" else b"[" + line + b"]" for line in lines]

    assert list(short.admit(lines * 2)) == list(long.admit(wrapped * 2))
    assert short.clock_ms == long.clock_ms


@pytest.mark.parametrize("event", ORDINARY)
def test_reports_and_updates_go_the_short_way(event: Json) -> None:
    record = SourceRecord(7, NOON, as_bytes(event))

    assert len(read_record(as_bytes(event))) == 1
    assert [item.outcome for item in intake(a_gate(), 2, record)] == ["accepted"]
    assert intake(a_gate(), 2, record) == the_long_way(a_gate(), record)


@pytest.mark.parametrize("event", OTHERS)
def test_everything_else_goes_the_long_way(event: Json) -> None:
    assert read_record(as_bytes(event)) == []


def test_a_batch_goes_the_short_way_as_a_whole_or_not_at_all() -> None:
    assert len(read_record(as_bytes(ORDINARY))) == len(ORDINARY)
    assert read_record(as_bytes([*ORDINARY, a_heartbeat()])) == []


def test_a_repeated_key_hides_no_text() -> None:
    value = as_bytes(a_petition(**HERE, summary="好")).replace(
        b'"summary"', b'"summary": "' + IDENTITY.encode() + b'", "summary"'
    )
    (item,) = intake(a_gate(), 2, SourceRecord(7, NOON, value))

    assert item.outcome == "accepted"
    assert IDENTITY not in repr(item)


@pytest.mark.parametrize(
    "value",
    [
        as_bytes(ORDINARY[0]) + b" " * 64 * 1024,
        as_bytes([ORDINARY[0]]) + b" " * 1024 * 1024,
        as_bytes([ORDINARY[0]] * 500),
        as_bytes([ORDINARY[0]] * 501),
        as_bytes([]),
    ],
    ids=["long", "long batch", "500", "501", "none"],
)
def test_both_ways_have_the_same_bounds(value: bytes) -> None:
    record = SourceRecord(7, NOON, value)

    assert intake(a_gate(), 2, record) == the_long_way(a_gate(), record)


def test_a_whole_event_is_no_data_of_one_in_binary_mode() -> None:
    attributes = [
        (f"ce_{name}", str(value).encode()) for name, value in ORDINARY[0].items() if name != "data"
    ]
    record = SourceRecord(7, NOON, as_bytes(ORDINARY[0]), attributes)

    (item,) = intake(a_gate(), 2, record)

    assert (item.code, item.pointer) == ("SCHEMA_INVALID", "/data/matter_id")
