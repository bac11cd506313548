"""Four cities live over their agencies' topics; workers join, leave and are killed: every event once."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson
import pytest
from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import text

from evaluation.boston import STAFF, City, Rows
from evaluation.conftest import Boston, init_city
from hub.tools.bench.stand import Stand
from hub.tools.broker import Broker, find_free_port, start_broker
from hub.topology import EVENTS_TOPIC, agency_of, shard_of
from tests.postgres import Postgres

CITIES: Final = 4
DAYS: Final = 20
INTAKE_KILLS: Final = 5
INBOX_PARTITIONS: Final = 4
WITHIN_S: Final = 300

Place = tuple[str, int]
"""An agency and a partition of its topic."""


@dataclass(frozen=True, slots=True)
class Cities:
    """A folder of jurisdictions, and one file of all their events in order of time."""

    config: Path
    codes: list[str]
    file: Path
    events: int


@pytest.fixture(scope="module")
def cities(boston: Boston, tmp_path_factory: pytest.TempPathFactory) -> Cities:
    folder = tmp_path_factory.mktemp("cities")
    rows = [row for row in boston.rows if row["Source"] not in STAFF]
    made = [City(rows, prefix=f"{letter}-") for letter in "ABCD"]
    codes = [f"{letter}-BOS" for letter in "ABCD"]
    assert len({shard_of(code, INBOX_PARTITIONS) for code in codes}) > 1, "a second worker would idle"
    for city, code in zip(made, codes, strict=True):
        init_city(city, folder / f"tables-{code}", folder / "config" / code, f"BO{code[0]}")
    file = folder / "events.jsonl"
    with file.open("wb") as out:
        for line in recent(rows, made):
            out.write(line + b"\n")
    return Cities(folder / "config", codes, file, len(rows))


def recent(rows: Rows, made: list[City]) -> Iterator[bytes]:
    """Give the reports dealt out to the cities in turn, order kept, their year pressed into the last days."""
    start = datetime.now(UTC) - timedelta(days=DAYS)
    step = timedelta(days=DAYS) / len(rows)
    for number, prepared in enumerate(zip(*(city.prepared() for city in made), strict=True)):
        row = prepared[number % CITIES]
        data = {"matter_id": row["number"], "place": row["place"], "category": row["category"]}
        yield orjson.dumps(
            {
                "specversion": "1.0",
                "id": row["number"],
                "source": f"urn:linkage:agency:{row['agency']}",
                "type": "linkage.petition.received.v1",
                "time": (start + number * step).isoformat(),
                "data": {**data, "nature": "complaint", "channel": "online"},
            }
        )


@pytest.fixture(scope="module")
def live_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = start_broker(tmp_path_factory.mktemp("live-broker"), find_free_port())
    yield broker
    broker.stop()


@pytest.fixture(scope="module")
def disturbed(
    cities: Cities, live_node: Broker, postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stand]:
    """The live run on PostgreSQL, over and quiet."""
    folder = tmp_path_factory.mktemp("live")
    database = postgres_server.fresh_database()
    stand = Stand(folder, cities.config, live_node.bootstrap, database, INBOX_PARTITIONS, 2)
    stand.prepare()
    with stand:
        started = time.monotonic()
        disturb(stand, cities)
        stand.wait_until(lambda: stand.entries() >= cities.events, WITHIN_S, "every event in the journal")
        print(f"\n{cities.events} events of {CITIES} cities in {time.monotonic() - started:.1f} s")
        stand.stop("intake")
        stand.wait_drained(WITHIN_S)
        stand.stop()
        yield stand


def disturb(stand: Stand, cities: Cities) -> None:
    """Import while intake is killed again and again; a second linkage worker joins, then leaves."""
    rng = random.Random(20150704)
    stand.work("linkage", "")
    importing = stand.begin("import", str(cities.file), "--json")
    second = None
    for number in range(INTAKE_KILLS):
        intake = stand.work("intake", "taker")
        goal = stand.entries() + rng.randrange(1, cities.events // (INTAKE_KILLS + 2))
        stand.wait_until(lambda goal=goal: stand.entries() >= goal, 60, "progress")  # type: ignore[misc]
        intake.kill()
        assert stand.entries() < cities.events, "killed too late to disturb anything"
        if number == 1:
            second = stand.work("linkage", "")
            stand.wait_until(lambda: owns(stand), 60, "the second worker owns a shard")
    stand.work("intake", "taker")
    assert second is not None
    second.stop()
    assert importing.wait(timeout=WITHIN_S) == 0


def owns(stand: Stand) -> bool:
    return stand.number("SELECT max(owner_epoch) FROM shard") > 1


def published(stand: Stand) -> Counter[Place]:
    """Count the events that really lie in each partition of each agency's topic."""
    consumer = KafkaConsumer(
        bootstrap_servers=stand.broker, auto_offset_reset="earliest", consumer_timeout_ms=3000
    )
    topics = [name for name in consumer.topics() if EVENTS_TOPIC.match(name)]
    partitions = [
        TopicPartition(name, number) for name in topics for number in consumer.partitions_for_topic(name)
    ]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    counts: Counter[Place] = Counter()
    for record in consumer:
        events = orjson.loads(record.value)
        counts[agency_of(record.topic), record.partition] += len(events) if isinstance(events, list) else 1
    consumer.close()
    return counts


def test_every_event_is_once_in_the_journal(cities: Cities, disturbed: Stand) -> None:
    sent = Counter(
        (event["source"].rpartition(":")[2], event["id"])
        for event in map(json.loads, cities.file.read_bytes().splitlines())
    )

    with disturbed.sql() as sql:
        rows = sql.execute(text("SELECT agency, event_id FROM journal")).all()

    assert Counter(tuple(row) for row in rows) == sent
    assert set(sent.values()) == {1}


def test_received_is_the_sum_of_outcomes_for_every_partition(disturbed: Stand) -> None:
    tally = [json.loads(line) for line in disturbed.run("events", "tally", "--json").splitlines()]

    received = Counter({(row["agency"], row["partition"]): row["received"] for row in tally})
    assert received == published(disturbed)
    assert all(row["accepted"] == row["received"] for row in tally)


def test_decisions_are_those_of_a_replay_of_the_export(
    cities: Cities, disturbed: Stand, tmp_path: Path
) -> None:
    for code in cities.codes:
        exported = tmp_path / f"{code}.jsonl"
        exported.write_bytes(disturbed.run("events", "export", "--jurisdiction", code))

        replayed = disturbed.run("replay", str(exported), "--config", str(cities.config / code), "--json")

        decided = disturbed.run("decisions", "--jurisdiction", code, "--json")
        print(f"\n{code}: {decided.count(b'seq')} decisions")
        assert decided.count(b"\n") > 100
        assert decided == replayed
