"""The outbox as the relay sees it: in order, resumable, moved by one relay at a time."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from hub.store.dialect import Writer
from hub.store.outbox import ROWS_MAX, moved, unsent
from hub.store.shard import OwnershipLost
from tests.builders import CITY, a_rejected
from tests.store.shards import Inbox, an_owner, take_all


def with_messages(engine: Engine, number: int) -> Writer:
    """A connection to a hub that has so many messages to send."""
    shard, sql = an_owner(engine)
    inbox = Inbox()
    for first in range(0, number, 400):
        wanted = range(first, min(number, first + 400))
        inbox.packed("03-02 09:00", *(a_rejected(event=f"e{n}") for n in wanted))
    take_all(shard, sql, inbox)
    return sql


def numbers(sql: Writer) -> list[int]:
    return [row.number for row in unsent(sql, CITY)]


def test_nothing_said_is_nothing_to_send(engine: Engine) -> None:
    sql = with_messages(engine, 0)

    assert unsent(sql, CITY) == []
    sql.close()


def test_messages_come_in_the_order_they_were_said(engine: Engine) -> None:
    sql = with_messages(engine, 3)

    assert [(row.number, row.key) for row in unsent(sql, CITY)] == [(1, "e0"), (2, "e1"), (3, "e2")]
    sql.close()


def test_what_was_not_noted_comes_again(engine: Engine) -> None:
    sql = with_messages(engine, 3)
    first = unsent(sql, CITY)

    assert unsent(sql, CITY) == first
    sql.close()


def test_what_was_noted_comes_no_more(engine: Engine) -> None:
    sql = with_messages(engine, 3)

    moved(sql, CITY, unsent(sql, CITY)[:2])

    assert numbers(sql) == [3]
    sql.close()


def test_a_relay_reads_a_bounded_number_at_once(engine: Engine) -> None:
    sql = with_messages(engine, ROWS_MAX + 1)

    assert numbers(sql) == list(range(1, ROWS_MAX + 1))
    moved(sql, CITY, unsent(sql, CITY))
    assert numbers(sql) == [ROWS_MAX + 1]
    sql.close()


def test_a_relay_that_was_overtaken_ends(engine: Engine) -> None:
    sql = with_messages(engine, 3)
    rows = unsent(sql, CITY)
    moved(sql, CITY, rows[:1])

    with pytest.raises(OwnershipLost, match="another worker relays this outbox"):
        moved(sql, CITY, rows)

    assert numbers(sql) == [2, 3]
    sql.close()


def test_a_relay_may_not_jump_ahead(engine: Engine) -> None:
    sql = with_messages(engine, 3)

    with pytest.raises(OwnershipLost):
        moved(sql, CITY, unsent(sql, CITY)[1:])

    assert numbers(sql) == [1, 2, 3]
    sql.close()
