"""The world around the core: owners that die, freeze and come back, relays that repeat themselves.

Everything real but the broker and the processes: intake, packing, shard, SQL on a real SQLite file, outbox.
A crash is an exception thrown out of the database writer; what a dead process leaves is what SQL holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from sqlalchemy import Engine, Table

from hub.store.dialect import Row, Writer, writer
from hub.store.outbox import Outgoing, moved, unsent
from hub.store.shard import InboxRecord, OwnershipLost, Shard, acquire, take
from tests.simulation.log import Log

SHARD: Final = 0
TOPIC: Final = "topic-1"
LIVES_WITH_CRASHES: Final = 6


class Crash(BaseException):
    """The process is gone. No handler of the product may keep it alive."""


@dataclass(slots=True)
class FaultyWriter:
    """A writer that dies when its fuse burns down: before or after any of its steps, also inside a save."""

    inner: Writer
    fuse: int
    before_begin: Callable[[], None] | None = None

    def begin(self) -> None:
        """Start the transaction; a frozen process is overtaken just before."""
        self._burn()
        if self.before_begin is not None:
            overtake, self.before_begin = self.before_begin, None
            overtake()
        self.inner.begin()
        self._burn()

    def run(self, statement: str, parameters: Row = ()) -> int:
        """Run one statement."""
        self._burn()
        count = self.inner.run(statement, parameters)
        self._burn()
        return count

    def fetch(self, statement: str, parameters: Row = ()) -> list[Row]:
        """Run one query."""
        self._burn()
        return self.inner.fetch(statement, parameters)

    def fetch_named(self, statement: str, parameters: Row, keys: list[str]) -> list[Row]:
        """Run one query for named rows."""
        self._burn()
        return self.inner.fetch_named(statement, parameters, keys)

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows, at times only the first of them before the end."""
        self._burn()
        if self.fuse == 1:
            self.inner.insert(table, rows[: len(rows) // 2])
        else:
            self.inner.insert(table, rows)
        self._burn()

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add or replace rows."""
        self._burn()
        self.inner.upsert(table, rows)
        self._burn()

    def commit(self) -> None:
        """End the transaction."""
        self._burn()
        self.inner.commit()
        self._burn()

    def rollback(self) -> None:
        """Drop the transaction."""
        self.inner.rollback()

    def close(self) -> None:
        """Give the connection back; what was not committed is gone."""
        self.inner.close()

    def _burn(self) -> None:
        self.fuse -= 1
        if self.fuse == 0:
            raise Crash


@dataclass(slots=True)
class Wire:
    """The outbound topics: everything relayed, in order, a city at a time."""

    heard: dict[str, list[Outgoing]] = field(default_factory=dict)

    def relay(self, random: Random, sql: Writer, city: str) -> None:
        """Send some of what is unsent; at times die before noting it, at times meet another relay."""
        rows = unsent(sql, city)
        rows = rows[: random.randrange(len(rows) + 1)]
        if not rows:
            return
        self.heard.setdefault(city, []).extend(rows)
        dice = random.random()
        if dice < 0.3:
            return
        moved(sql, city, rows)
        if dice < 0.5:
            self._meet_another(sql, city, rows)

    def drain(self, sql: Writer, city: str) -> None:
        """Send all that is left."""
        while rows := unsent(sql, city):
            self.heard.setdefault(city, []).extend(rows)
            moved(sql, city, rows)

    def _meet_another(self, sql: Writer, city: str, rows: Sequence[Outgoing]) -> None:
        try:
            moved(sql, city, rows)
        except OwnershipLost:
            return
        raise AssertionError("a relay that was overtaken moved the outbox's mark")


@dataclass(slots=True)
class Owners:
    """A succession of owners of one shard, until the log is at its end."""

    random: Random
    engine: Engine
    log: Log
    wire: Wire
    after_commit: Callable[[], None]
    lives: int = 0

    def run(self) -> None:
        """Go on through crashes and take-overs until every record is taken."""
        done = False
        while not done:
            self.lives += 1
            assert self.lives < 100, "no progress"
            sql = self._open()
            try:
                done = self._live(sql)
            except Crash:
                done = False
            finally:
                sql.close()

    def _open(self) -> FaultyWriter:
        safe = self.lives > LIVES_WITH_CRASHES or self.random.random() < 0.2
        return FaultyWriter(writer(self.engine), -1 if safe else self.random.randrange(1, 160))

    def _live(self, sql: FaultyWriter) -> bool:
        offset = next_offset(sql)
        shard = acquire(sql, SHARD, TOPIC, self.log.policies, self.log.kept)
        if shard.next_offset != offset:
            return False
        while shard.next_offset < len(self.log.records):
            if self.random.random() < 0.08:
                self._be_overtaken(sql, shard)
                return False
            for _ in take(shard, sql, self._poll(shard)):
                dice = self.random.random()
                if dice < 0.2:
                    self.after_commit()
                elif dice < 0.5:
                    self.wire.relay(self.random, sql, self.random.choice(list(self.log.policies)))
        return True

    def _poll(self, shard: Shard) -> list[InboxRecord]:
        """Some records from about the next one on: after a crash the consumer may be behind SQL."""
        first = max(0, shard.next_offset - self.random.randrange(4))
        return self.log.records[first : shard.next_offset + self.random.randrange(1, 40)]

    def _be_overtaken(self, sql: FaultyWriter, shard: Shard) -> None:
        """Freeze, before a batch or in the middle of it; somebody else goes on; wake up and try to write."""

        def overtake() -> None:
            other = writer(self.engine)
            successor = acquire(other, SHARD, TOPIC, self.log.policies, self.log.kept)
            if self.random.random() < 0.5:
                for _ in take(successor, other, self._poll(successor)):
                    self.after_commit()
            other.close()

        records = self._poll(shard)
        if self.random.random() < 0.5:
            sql.before_begin = overtake
        else:
            overtake()
        try:
            written = sum(taken.records for taken in take(shard, sql, records))
        except OwnershipLost:
            return
        raise AssertionError(f"an owner that was overtaken wrote {written} records")


def run_calmly(engine: Engine, log: Log) -> None:
    """Take the whole log with no fault and one owner."""
    sql = writer(engine)
    shard = acquire(sql, SHARD, TOPIC, log.policies, log.kept)
    for _ in take(shard, sql, log.records):
        continue
    sql.close()


def next_offset(sql: Writer | FaultyWriter) -> int:
    """Give the offset at which the next owner goes on; a shard that nobody ever owned has none."""
    found = sql.fetch("SELECT next_offset FROM shard WHERE shard = ?", (SHARD,))
    sql.rollback()
    return found[0][0] if found else 0
