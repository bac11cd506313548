"""Four live cities: intake killed five times, a second linkage worker comes and goes; every event counts once."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from hub.sdk import Publisher
from hub.tools.broker import find_free_port, start_broker
from hub.topology import ESCALATIONS, NOTICES, PROBLEMS, TASKS, orders_topic, receipts_topic, shard_of
from tests.e2e.cities import City, Event, make_city, traffic
from tests.e2e.hub_process import Database, Hub, above, looking_at
from tests.e2e.topics import read_topics

pytestmark = [pytest.mark.broker, pytest.mark.slow]

CODES = ("LA", "LB", "LC", "LD")
SLICES = 12
SLICE_EVENTS = 150
INTAKE_KILLS = 5
INBOX_PARTITIONS = 3


@dataclass(frozen=True, slots=True)
class Live:
    """The hub after the storm, and what was published to it."""

    hub: Hub
    cities: list[City]
    database: Database
    published: Counter[tuple[str, str]]


class Agencies:
    """Publishers of all agencies of all cities; counts each (agency, id) they sent."""

    def __init__(self, hub: Hub, cities: list[City]) -> None:
        """Connect them all."""
        self.published: Counter[tuple[str, str]] = Counter()
        self._publishers = {a: Publisher(hub.broker, a) for city in cities for a in city.agencies}
        now = datetime.now(UTC)
        times = [now] * (SLICES * SLICE_EVENTS)
        self._events = [list(traffic(city, times, seed)) for seed, city in enumerate(cities)]

    def publish(self, number: int) -> None:
        """Publish one slice of every city's events."""
        for events in self._events:
            for event in events[number * SLICE_EVENTS : (number + 1) * SLICE_EVENTS]:
                self._publish(event)
        for publisher in self._publishers.values():
            publisher.flush()

    def close(self) -> None:
        """Disconnect them all."""
        for publisher in self._publishers.values():
            publisher.close()

    def _publish(self, event: Event) -> None:
        agency = event["source"].rpartition(":")[2]
        self._publishers[agency].publish(event)
        self.published[agency, event["id"]] += 1


def storm(hub: Hub, database: Database, agencies: Agencies) -> None:
    """Publish slice after slice; kill intake after every second, let a second linkage worker join and leave."""
    hub.start("linkage", member="first")
    intake = hub.start("intake", member="in")
    second = None
    for number in range(SLICES):
        before = database.entries()
        agencies.publish(number)
        hub.wait_until("news in the log", above(database.entries, before))
        if number % 2 == 0 and number // 2 < INTAKE_KILLS:
            intake.kill()
            intake = hub.start("intake", member="in")
        if number == 3:
            second = hub.start("linkage")
            epochs = database.epochs()
            hub.wait_until("the second owns a shard", above(database.epochs, epochs))
        if number == 8 and second is not None:
            assert second.stop() == 0
    hub.wait_until("all is taken", lambda: database.entries() >= agencies.published.total())
    hub.wait_until("all is said", lambda: said(database))


def said(database: Database) -> bool:
    """Whether the whole outbox is sent."""
    posted = database.rows("SELECT jurisdiction, max(number) FROM outbox GROUP BY 1 ORDER BY 1")
    return posted == database.rows("SELECT jurisdiction, sent FROM relay ORDER BY 1")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    broker = start_broker(folder / "broker", find_free_port())
    cities = [make_city(folder / "cities" / code.lower(), code) for code in CODES]
    try:
        with Hub(
            folder / "hub",
            broker.bootstrap,
            folder / "cities",
            inbox_partitions=INBOX_PARTITIONS,
            events_partitions=2,
        ) as hub:
            hub.prepare()
            agencies = Agencies(hub, cities)
            with looking_at(hub) as database:
                storm(hub, database, agencies)
                agencies.close()
                yield Live(hub, cities, database, agencies.published)
    finally:
        broker.kill()


def test_the_cities_spread_over_several_shards() -> None:
    assert len({shard_of(code, INBOX_PARTITIONS) for code in CODES}) > 1


def test_every_event_is_in_the_journal_once(live: Live) -> None:
    rows = live.database.rows("SELECT agency, event_id FROM journal")
    places = live.database.rows("SELECT agency, partition, position FROM journal")

    assert Counter(rows) == live.published
    assert len(set(places)) == len(places)


def test_received_is_the_sum_of_outcomes_and_of_what_was_published(live: Live) -> None:
    tallies = live.hub.rows_said("events", "tally")

    received: Counter[str] = Counter()
    for row in tallies:
        assert row["received"] == sum(row[o] for o in ("accepted", "duplicate", "quarantined", "refused"))
        received[row["agency"]] += row["received"]
    published: Counter[str] = Counter()
    for (agency, _), number in live.published.items():
        published[agency] += number
    assert received == published


@pytest.mark.parametrize("code", CODES)
def test_decisions_are_those_of_a_replay_of_the_export(live: Live, code: str) -> None:
    exported = live.hub.folder / f"{code}.jsonl"
    exported.write_bytes(live.hub.say("events", "export", "--jurisdiction", code))

    decided = live.hub.say("decisions", "--jurisdiction", code, "--json")

    assert decided.count(b'"kind":"problem_confirmed"') > 0
    assert decided == live.hub.say("replay", exported, "--config", live.hub.config / code.lower(), "--json")


def test_outbound_topics_hold_the_whole_outbox_in_order_for_each_key(live: Live) -> None:
    outbox: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for topic, key, body in live.database.rows(
        "SELECT topic, key, body FROM outbox ORDER BY jurisdiction, number"
    ):
        outbox[topic, key].append(body)
    own = [
        of(agency)
        for city in live.cities
        for agency in city.agencies
        for of in (receipts_topic, orders_topic)
    ]
    heard: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for record in read_topics(live.hub.broker, [PROBLEMS, ESCALATIONS, TASKS, NOTICES, *own]):
        heard[record.topic, (record.key or b"").decode()].append((record.value or b"").decode())

    assert {where: once(bodies) for where, bodies in heard.items()} == outbox
    assert len({json.loads(body)["id"] for bodies in outbox.values() for body in bodies}) == sum(
        len(bodies) for bodies in outbox.values()
    )


def once(bodies: list[str]) -> list[str]:
    """Bodies in the order first heard: what is said twice is the same to the byte."""
    return list(dict.fromkeys(bodies))


def test_only_the_killed_workers_ended(live: Live) -> None:
    statuses = Counter(worker.status for worker in live.hub.workers)

    assert statuses == {-9: INTAKE_KILLS, 0: 1, None: 2}, [
        worker.said()[-1000:] for worker in live.hub.workers if worker.status not in (-9, 0, None)
    ]
