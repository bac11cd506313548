"""The fence: one owner writes, every record once, all of a batch or nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from hub.schemas.inbox import Packed
from hub.store import tables
from hub.store.shard import InboxRecord, LogBroken, OwnershipLost, acquire, offsets, take
from tests.builders import CITY, POLICY, a_policy, a_report
from tests.store.shards import Inbox, an_owner, take_all

OTHER_CITY = "990200000000"


def rows(engine: Engine, table: Any) -> list[Any]:  # noqa: ANN401 - rows of a query
    with engine.connect() as sql:
        return list(sql.execute(select(table)).all())


def an_inbox(*matters: str) -> Inbox:
    inbox = Inbox()
    for matter in matters:
        inbox.packed("03-02 09:00", a_report(matter))
    return inbox


def test_a_first_owner_starts_at_the_beginning(engine: Engine) -> None:
    shard, sql = an_owner(engine)

    assert (shard.next_offset, shard.epoch) == (0, 1)
    assert offsets(sql) == {0: 0}
    sql.close()


def test_a_taken_batch_moves_the_offset_with_its_rows(engine: Engine) -> None:
    shard, sql = an_owner(engine)

    assert take_all(shard, sql, an_inbox("m1", "m2")) == 2

    assert offsets(sql) == {0: 2}
    assert [row.event_id for row in rows(engine, tables.JOURNAL)] == ["e-m1", "e-m2"]
    sql.close()


def test_records_already_taken_are_dropped(engine: Engine) -> None:
    shard, sql = an_owner(engine)
    inbox = an_inbox("m1", "m2")
    take_all(shard, sql, inbox)

    assert take_all(shard, sql, inbox) == 0
    inbox.packed("03-02 10:00", a_report("m3"))
    assert take_all(shard, sql, inbox) == 1

    assert len(rows(engine, tables.JOURNAL)) == 3
    sql.close()


def test_a_hole_in_the_log_is_fatal(engine: Engine) -> None:
    shard, sql = an_owner(engine)
    inbox = an_inbox("m1", "m2", "m3")
    take_all(shard, sql, _only(inbox, 0))

    with pytest.raises(LogBroken, match="lacks records 1 to 1 of shard 0"):
        take_all(shard, sql, _only(inbox, 2))

    assert len(rows(engine, tables.JOURNAL)) == 1
    sql.close()


def test_a_recreated_topic_is_refused_and_its_owner_keeps_the_shard(engine: Engine) -> None:
    shard, sql = an_owner(engine)

    with pytest.raises(LogBroken, match="recreated"):
        acquire(sql, 0, "topic-2", {CITY: POLICY})

    assert take_all(shard, sql, an_inbox("m1")) == 1
    sql.close()


def test_a_new_owner_shuts_out_the_old_one(engine: Engine) -> None:
    old, old_sql = an_owner(engine)
    new, new_sql = an_owner(engine)
    inbox = an_inbox("m1")

    with pytest.raises(OwnershipLost, match="another worker owns shard 0"):
        take_all(old, old_sql, inbox)

    assert rows(engine, tables.JOURNAL) == []
    assert take_all(new, new_sql, inbox) == 1
    old_sql.close()
    new_sql.close()


def test_an_old_owner_stays_out_after_the_new_one_went_on(engine: Engine) -> None:
    old, old_sql = an_owner(engine)
    new, new_sql = an_owner(engine)
    inbox = an_inbox("m1", "m2")
    take_all(new, new_sql, inbox)
    before = rows(engine, tables.JOURNAL)

    with pytest.raises(OwnershipLost):
        take_all(old, old_sql, inbox)

    assert rows(engine, tables.JOURNAL) == before
    old_sql.close()
    new_sql.close()


def test_an_offset_that_moved_without_its_owner_shuts_it_out_too(engine: Engine) -> None:
    """A database put back from a backup: the epoch may be the same, the rows are not."""
    shard, sql = an_owner(engine)
    inbox = an_inbox("m1", "m2")
    take_all(shard, sql, inbox)
    with engine.begin() as other:
        other.execute(update(tables.SHARD).values(next_offset=1))
    inbox.packed("03-02 10:00", a_report("m3"))

    with pytest.raises(OwnershipLost):
        take_all(shard, sql, inbox)

    assert len(rows(engine, tables.JOURNAL)) == 2
    sql.close()


def test_a_batch_is_capped_by_events_and_each_is_one_transaction(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.shard.BATCH_EVENTS_MAX", 3)
    shard, sql = an_owner(engine)
    inbox = Inbox()
    for n in range(4):
        inbox.packed("03-02 09:00", a_report(f"a{n}"), a_report(f"b{n}"))
    inbox.tick("03-02 10:00")

    taken = list(take(shard, sql, inbox.records))

    assert [batch.records for batch in taken] == [1, 1, 1, 2]
    assert offsets(sql) == {0: 5}
    sql.close()


def test_a_tick_before_any_event_leaves_no_row(engine: Engine) -> None:
    shard, sql = an_owner(engine)
    inbox = Inbox()
    inbox.tick("03-02 10:00")

    take_all(shard, sql, inbox)

    assert rows(engine, tables.JURISDICTION) == []
    assert offsets(sql) == {0: 1}
    sql.close()


def test_cities_of_one_shard_move_together(engine: Engine) -> None:
    policies = {CITY: POLICY, OTHER_CITY: a_policy(jurisdiction=OTHER_CITY)}
    shard, sql = an_owner(engine, policies)
    inbox = an_inbox("m1")
    inbox.packed("03-02 10:00", a_report("m2"), city=OTHER_CITY)
    inbox.tick("03-02 11:00")

    take_all(shard, sql, inbox)

    assert sorted((row.jurisdiction, row.event_id) for row in rows(engine, tables.JOURNAL)) == [
        (CITY, "e-m1"),
        (OTHER_CITY, "e-m2"),
    ]
    assert len({row.hub_ms for row in rows(engine, tables.JURISDICTION)}) == 1
    sql.close()


def test_a_message_for_a_city_of_another_shard_is_our_own_mistake(engine: Engine) -> None:
    shard, sql = an_owner(engine)
    inbox = Inbox()
    inbox.append("03-02 09:00", Packed(jurisdiction=OTHER_CITY, items=[]))

    with pytest.raises(AssertionError, match="is not of shard 0"):
        take_all(shard, sql, inbox)
    sql.close()


def test_a_matter_that_left_memory_is_found_in_its_row(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.save.MATTERS_CACHED_MAX", 0)
    shard, sql = an_owner(engine)
    inbox = an_inbox("m1")
    take_all(shard, sql, inbox)
    inbox.packed("03-03 09:00", a_report("m1", "e2"))

    take_all(shard, sql, inbox)

    assert shard.states[CITY].matters == {}
    assert [(row.key, row.reports) for row in rows(engine, tables.MATTER)] == [("hotline/m1", 2)]
    sql.close()


def _only(inbox: Inbox, offset: int) -> Inbox:
    found = Inbox()
    found.records = [record for record in inbox.records if record.offset == offset]
    return found


def test_bytes_that_are_no_inbox_message_stop_the_worker(engine: Engine) -> None:
    shard, sql = an_owner(engine)

    with pytest.raises(ValueError, match="validation error"):
        list(take(shard, sql, [InboxRecord(0, 0, b'{"kind":"other"}')]))

    assert offsets(sql) == {0: 0}
    sql.close()
