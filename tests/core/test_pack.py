"""Packing: whole source records, within 500 events and the size of a message."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.core.intake import PACKED_BYTES_MAX, pack
from hub.schemas.inbox import BATCH_EVENTS_MAX, POSITIONS_PER_OFFSET, Item, encode_message
from hub.topology import INBOX_BYTES_MAX
from tests.builders import CITY, a_report


def a_source_record(offset: int, events: int, body: str = "{}") -> list[Item]:
    first = offset * POSITIONS_PER_OFFSET
    return [a_report(f"m{n}", position=first + n, body=body) for n in range(events)]


def packed(*records: Sequence[Item]) -> list[list[int]]:
    """The offsets in each message."""
    return [
        sorted({item.position // POSITIONS_PER_OFFSET for item in message.items})
        for message in pack(CITY, records)
    ]


def test_small_records_travel_together() -> None:
    assert packed(*(a_source_record(n, 1) for n in range(5))) == [[0, 1, 2, 3, 4]]


def test_a_message_never_holds_more_than_500_events() -> None:
    assert packed(a_source_record(0, 300), a_source_record(1, 200), a_source_record(2, 1)) == [[0, 1], [2]]


def test_a_record_that_does_not_fit_goes_whole_into_the_next_message() -> None:
    assert packed(a_source_record(0, 300), a_source_record(1, 201)) == [[0], [1]]


def test_a_message_is_full_at_its_size() -> None:
    large = "x" * (PACKED_BYTES_MAX // 2)

    assert packed(*(a_source_record(n, 1, large) for n in range(3))) == [[0, 1], [2]]


def test_a_record_larger_than_a_message_travels_alone() -> None:
    huge = "x" * PACKED_BYTES_MAX

    assert packed(a_source_record(0, 1), a_source_record(1, 2, huge), a_source_record(2, 1)) == [
        [0],
        [1],
        [2],
    ]


def test_nothing_makes_no_message() -> None:
    assert packed() == []


def test_a_message_full_of_chinese_fits_the_inbox() -> None:
    full = a_source_record(0, 1, '{"summary":"' + "村" * (PACKED_BYTES_MAX - 100) + '"}')

    (message,) = pack(CITY, [full])

    assert len(encode_message(message)) < INBOX_BYTES_MAX


def test_a_backfill_says_so_on_every_message() -> None:
    messages = list(pack(CITY, [a_source_record(0, 400), a_source_record(1, 400)], backfill=True))

    assert [message.backfill for message in messages] == [True, True]


@given(st.lists(st.integers(1, BATCH_EVENTS_MAX), max_size=12), st.integers(1, 3000))
def test_every_record_arrives_once_whole_and_in_order(sizes: list[int], width: int) -> None:
    records = [a_source_record(offset, size, "x" * width) for offset, size in enumerate(sizes)]

    messages = list(pack(CITY, records))

    positions = [item.position for message in messages for item in message.items]
    assert positions == [item.position for record in records for item in record]
    for message in messages:
        assert 0 < len(message.items) <= BATCH_EVENTS_MAX
    for before, after in pairwise(messages):
        assert (
            before.items[-1].position // POSITIONS_PER_OFFSET
            != after.items[0].position // POSITIONS_PER_OFFSET
        )
