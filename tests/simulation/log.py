"""The inbox of a season: what agencies sent and operators asked, packed by intake that crashes and repeats itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random

from hub.core.intake import Gate, SourceRecord, intake, pack
from hub.policies.models import Policy
from hub.schemas.commands import AdoptPolicy, Seat
from hub.schemas.inbox import ClockStarted, Item, Message, Packed, Tick, encode_message
from hub.store.shard import InboxRecord
from hub.tools.history import History
from tests.simulation.auditor import Auditor
from tests.simulation.cities import versions
from tests.simulation.nouns import Heard, Step
from tests.simulation.people import Act, People
from tests.simulation.workload import DAY, MINUTE, SEASON, START, Said, Sent, Workload


@dataclass(slots=True)
class Log:
    """The inbox as the broker has it; beside it, a naive hub a city hears each record as somebody who knows the truth.

    `kept` are the versions of each city's policy that may be adopted.
    """

    policies: Mapping[str, Policy]
    kept: Mapping[str, Mapping[str, Policy]] = field(init=False)
    records: list[InboxRecord] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    arrived: set[tuple[str, str, int, int]] = field(default_factory=set)
    auditors: dict[str, Auditor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let a naive hub hear each city."""
        self.kept = {city: versions(policy) for city, policy in self.policies.items()}
        self.auditors = {city: Auditor(policy, self.kept[city]) for city, policy in self.policies.items()}

    def append(self, message: Message, at_ms: int, truth: Mapping[tuple[str, int, int], Said]) -> None:
        """Append one record; only the first arrival of an event is a step of the truth."""
        if isinstance(message, Packed):
            heard = tuple(self._first(message.jurisdiction, item, truth) for item in message.items)
            fresh = tuple(h for h in heard if h is not None)
            step = Step(message.jurisdiction, at_ms, fresh, message.backfill)
        elif isinstance(message, ClockStarted):
            step = Step(message.jurisdiction, at_ms, ends_backfill=True)
        elif isinstance(message, Tick):
            step = Step("", at_ms)
        else:
            step = Step(message.jurisdiction, at_ms, command=message)
        self.put(encode_message(message), step)

    def put(self, value: bytes, step: Step) -> None:
        """Append a record and what it says."""
        self.records.append(InboxRecord(len(self.records), step.at_ms, value))
        self.steps.append(step)
        for city, auditor in self.auditors.items():
            if step.city in ("", city):
                auditor.hear(step)

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
    _Season(random, workload, log).run()
    return log


@dataclass(slots=True)
class _Season:
    """A season as it goes: what was sent lies in the agencies' topics, what people will do on an agenda."""

    random: Random
    workload: Workload
    log: Log
    agenda: list[tuple[int, int, Sent | Act | None, str]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)
    workers: dict[tuple[str, str, int], IntakeWorker] = field(default_factory=dict)
    truth: dict[str, dict[tuple[str, int, int], Said]] = field(default_factory=dict)
    answered: dict[tuple[str, str], int] = field(default_factory=dict)

    def run(self) -> None:
        """Let the season pass, and two months more, in which what it began can end."""
        random, log = self.random, self.log
        people = {city: People(random, city) for city in log.policies}
        self.truth = {city: {} for city in log.policies}
        for record in self.workload.sent:
            self._plan(record.at_ms, record, record.city)
        end = START + SEASON + 60 * DAY
        moment = START
        while moment < end:
            self._plan(moment, None, "")
            moment += random.randrange(1, 12) * DAY // 2
        for city in log.policies:
            self._plan_changes(city)
        while self.agenda and self.agenda[0][0] < end:
            now_ms, _, what, city = heappop(self.agenda)
            self._do(now_ms, what, city)
            for code, auditor in log.auditors.items():
                for act in people[code].look(auditor.book, now_ms):
                    self._plan(act.at_ms, act, code)
        for key, worker in sorted(self.workers.items()):
            worker.flush(random, log, end, self.truth[key[0]])
        log.append(Tick(), end, {})

    def _plan_changes(self, city: str) -> None:
        """Let some adopt their next policy in the year, some of them go back; and what no hub may adopt."""
        first, following, lacking = self.log.kept[city]
        asked = [(following, 0.6), (following, 0.2), (first, 0.3), (lacking, 0.1), ("v-never-kept", 0.1)]
        for number, (version, chance) in enumerate(asked):
            if self.random.random() < chance:
                proposed_by = "one" if self.random.random() < 0.1 else "another"
                is_duty = self.random.random() < 0.1
                command = AdoptPolicy(
                    jurisdiction=city,
                    id=f"adopt-{number}",
                    version=version,
                    by="one",
                    proposed_by=proposed_by,
                    seat=Seat(role="duty" if is_duty else "admin", territory=city),
                )
                at_ms = START + self.random.randrange(SEASON)
                self._plan(at_ms, Act(at_ms, command=command), city)

    def _plan(self, at_ms: int, what: Sent | Act | None, city: str) -> None:
        heappush(self.agenda, (at_ms, next(self.order), what, city))

    def _do(self, now_ms: int, what: Sent | Act | None, city: str) -> None:
        if what is None:
            self.log.append(Tick(), _wobble(self.random, now_ms), {})
        elif isinstance(what, Sent):
            self._take(now_ms, what)
            _disturb(self.random, self.log, now_ms)
        elif what.said is not None:
            # A reply waits in its topic for no more than a moment; the rest is the delay of who gives it.
            partition = self.random.randrange(2, 4)
            offset = self.answered.get((what.agency, str(partition) + city), 0) + 1
            self.answered[what.agency, str(partition) + city] = offset
            self._take(now_ms, Sent(city, what.agency, partition, offset, now_ms, (what.said,)))
        else:
            assert what.command is not None
            self.log.append(what.command, _wobble(self.random, now_ms), {})

    def _take(self, now_ms: int, record: Sent) -> None:
        known = self.truth[record.city]
        for index, said in enumerate(record.events):
            known[record.agency, record.partition, record.offset * 512 + index] = said
        key = (record.city, record.agency, record.partition)
        if key not in self.workers:
            policy = self.workload.policies[record.city]
            self.workers[key] = IntakeWorker(Gate(policy, policy.agencies[record.agency]), record.partition)
        self.workers[key].taken.append(record)
        if self.random.random() < 0.7:
            self.workers[key].flush(self.random, self.log, _wobble(self.random, now_ms), known)


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
            log.put(old.value, Step(step.city, now_ms, command=step.command))


def _load_past(log: Log, policy: Policy, past: Sequence[tuple[str, Said]]) -> None:
    lines = [Sent(policy.jurisdiction, agency, -1, 0, 0, (said,)).value() for agency, said in past]
    truth = {(agency, -1, n * 512): said for n, (agency, said) in enumerate(past, start=1)}
    end_ms = past[-1][1].said_ms + DAY
    for message in History(policy, end_ms).packed(lines):
        log.append(message, end_ms, truth)
    log.append(Tick(), end_ms, {})
    log.append(ClockStarted(jurisdiction=policy.jurisdiction), end_ms, {})
