"""The world around the core: intake that crashes and repeats itself, owners that die, freeze and come back, relays.

Everything real but the broker and the processes: intake, packing, shard, SQL on a real SQLite file, outbox.
A crash is an exception thrown out of the database writer; what a dead process leaves is what SQL holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from sqlalchemy import Engine, Table

from hub.core.intake import Gate, SourceRecord, intake, pack
from hub.policies.models import Policy
from hub.schemas.inbox import ClockStarted, Item, Message, Packed, Tick, encode_message
from hub.store.dialect import Row, Writer, writer
from hub.store.outbox import Outgoing, moved, unsent
from hub.store.shard import InboxRecord, OwnershipLost, Shard, acquire, take
from hub.tools.history import History
from tests.simulation.auditor import Heard, Step
from tests.simulation.workload import DAY, MINUTE, Said, Sent, Workload

SHARD: Final = 0
TOPIC: Final = "topic-1"
LIVES_WITH_CRASHES: Final = 12


@dataclass(slots=True)
class Log:
    """The inbox as the broker has it, and beside each record what it says to somebody who knows the truth."""

    policies: Mapping[str, Policy]
    records: list[InboxRecord] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    arrived: set[tuple[str, str, int, int]] = field(default_factory=set)

    def append(self, message: Message, at_ms: int, truth: Mapping[tuple[str, int, int], Said]) -> None:
        """Append one record; only the first arrival of an event is a step of the truth."""
        self.records.append(InboxRecord(len(self.records), at_ms, encode_message(message)))
        if isinstance(message, Packed):
            heard = tuple(self._first(message.jurisdiction, item, truth) for item in message.items)
            fresh = tuple(h for h in heard if h is not None)
            self.steps.append(Step(message.jurisdiction, at_ms, fresh, message.backfill))
        elif isinstance(message, ClockStarted):
            self.steps.append(Step(message.jurisdiction, at_ms, ends_backfill=True))
        else:
            self.steps.append(Step("", at_ms))

    def _first(self, city: str, item: Item, truth: Mapping[tuple[str, int, int], Said]) -> Heard | None:
        key = (item.agency, item.partition, item.position)
        if (city, *key) in self.arrived:
            return None
        self.arrived.add((city, *key))
        return Heard(*key, truth[key])


@dataclass(slots=True)
class IntakeWorker:
    """Intake of one source partition: what it took from its topic, and how far its own offset is committed."""

    gate: Gate
    partition: int
    taken: list[Sent] = field(default_factory=list)
    committed: int = 0
    packed_until: int = 0

    def flush(
        self, random: Random, log: Log, now_ms: int, truth: Mapping[tuple[str, int, int], Said]
    ) -> None:
        """Pack what is new, at times after a crash that repeats what was never committed."""
        crashed = random.random() < 0.25
        start = self.committed if crashed else self.packed_until
        while start < len(self.taken):
            end = min(len(self.taken), start + random.randrange(1, 6))
            items = (self._items(record) for record in self.taken[start:end])
            for message in pack(self.gate.policy.jurisdiction, items):
                log.append(message, now_ms, truth)
            start = end
        self.packed_until = len(self.taken)
        if random.random() < 0.6:
            self.committed = self.packed_until

    def _items(self, record: Sent) -> list[Item]:
        return intake(self.gate, self.partition, SourceRecord(record.offset, record.at_ms, record.value()))


def build_log(random: Random, workload: Workload) -> Log:
    """Bring a season into one inbox partition, with repeats, late flushes, stray old records and storms of ticks."""
    log = Log(workload.policies)
    for city, past in workload.past.items():
        _load_past(log, workload.policies[city], past)
    workers: dict[tuple[str, str, int], IntakeWorker] = {}
    truth: dict[str, dict[tuple[str, int, int], Said]] = {city: {} for city in workload.policies}
    now_ms = 0
    for record in workload.sent:
        now_ms = record.at_ms
        known = truth[record.city]
        for index, said in enumerate(record.events):
            known[record.agency, record.partition, record.offset * 512 + index] = said
        worker = _worker(workers, workload, record)
        worker.taken.append(record)
        if random.random() < 0.7:
            worker.flush(random, log, _wobble(random, now_ms), known)
        _disturb(random, log, now_ms)
    for key, worker in sorted(workers.items()):
        worker.flush(random, log, now_ms, truth[key[0]])
    for later in sorted(random.randrange(70 * DAY) for _ in range(random.randrange(1, 8))):
        log.append(Tick(), now_ms + later, {})
    return log


def _worker(
    workers: dict[tuple[str, str, int], IntakeWorker], workload: Workload, record: Sent
) -> IntakeWorker:
    key = (record.city, record.agency, record.partition)
    if key not in workers:
        policy = workload.policies[record.city]
        workers[key] = IntakeWorker(Gate(policy, policy.agencies[record.agency]), record.partition)
    return workers[key]


def _wobble(random: Random, now_ms: int) -> int:
    """The broker's clock, which at times steps back."""
    return now_ms - random.randrange(60 * MINUTE) if random.random() < 0.1 else now_ms + 5


def _disturb(random: Random, log: Log, now_ms: int) -> None:
    dice = random.random()
    if dice < 0.25:
        log.append(Tick(), now_ms + random.randrange(MINUTE), {})
    elif dice < 0.30:
        for _ in range(random.randrange(3, 12)):
            log.append(Tick(), now_ms, {})
    elif dice < 0.38 and log.records:
        # A frozen intake worker wakes up and sends again what its successor sent long ago.
        index = random.randrange(len(log.records))
        old, step = log.records[index], log.steps[index]
        if step.city and not step.backfill and not step.ends_backfill:
            log.records.append(InboxRecord(len(log.records), now_ms, old.value))
            log.steps.append(Step(step.city, now_ms))


def _load_past(log: Log, policy: Policy, past: Sequence[tuple[str, Said]]) -> None:
    lines = [Sent(policy.jurisdiction, agency, -1, 0, 0, (said,)).value() for agency, said in past]
    truth = {(agency, -1, n * 512): said for n, (agency, said) in enumerate(past, start=1)}
    end_ms = past[-1][1].said_ms + DAY
    for message in pack(policy.jurisdiction, History(policy, end_ms).admit(lines), backfill=True):
        log.append(message, end_ms, truth)
    log.append(Tick(), end_ms, {})
    log.append(ClockStarted(jurisdiction=policy.jurisdiction), end_ms, {})


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
        shard = acquire(sql, SHARD, TOPIC, self.log.policies)
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
        return self.log.records[first : shard.next_offset + self.random.randrange(1, 25)]

    def _be_overtaken(self, sql: FaultyWriter, shard: Shard) -> None:
        """Freeze, before a batch or in the middle of it; somebody else goes on; wake up and try to write."""

        def overtake() -> None:
            other = writer(self.engine)
            successor = acquire(other, SHARD, TOPIC, self.log.policies)
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
    """Take the whole log in one go, with one owner and no fault."""
    sql = writer(engine)
    shard = acquire(sql, SHARD, TOPIC, log.policies)
    for _ in take(shard, sql, log.records):
        continue
    sql.close()


def positions(log: Log) -> Iterator[tuple[str, str, int]]:
    """The source partitions that anything ever arrived from, a city at a time."""
    return iter(sorted({(city, agency, partition) for city, agency, partition, _ in log.arrived}))
