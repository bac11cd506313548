"""The events every contender gets: one simulated city through one agency, and how they are published."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import orjson
from confluent_kafka import Producer

from hub.policies.models import Policy
from hub.tools.simulate.city import simulate_city
from hub.topology import events_topic

AGENCY: Final = "petition-office"
TOPIC: Final = events_topic(AGENCY)
PARTITIONS: Final = 4
SEED: Final = 1
DAYS: Final = 28
"""All events are live events of the last four weeks: older ones would be refused as too old."""

WARM_UP: Final = 1.35
"""A simulated city needs days until its matters run their course, so more is asked for than is needed."""

DELIVERED_WITHIN_S: Final = 60


class Event(NamedTuple):
    """One record: its key (the village of its matter), its CloudEvents id, its JSON."""

    key: bytes
    id: str
    body: bytes


def simulated(policy: Policy, count: int) -> list[Event]:
    """Give `count` events in order of time, all said by one agency of the city.

    The key is the place of the matter, so that every event of a matter lies behind its report.
    """
    start = datetime.now(policy.zone) - timedelta(days=DAYS)
    city = simulate_city(policy, SEED, start, DAYS, count * WARM_UP / DAYS)
    places: dict[str, str] = {}
    events: list[Event] = []
    for event in islice(city, count):
        data = event["data"]
        key = places.setdefault(data["matter_id"], data.get("place", ""))
        body = orjson.dumps(event | {"source": f"urn:linkage:agency:{AGENCY}"})
        events.append(Event(key.encode(), event["id"], body))
    assert len(events) == count, f"the city gave only {len(events)} events"
    return events


def write_lines(events: Iterable[Event], file: Path) -> None:
    """Write the events as the JSON lines that `hub replay` takes."""
    with file.open("wb") as out:
        out.writelines(event.body + b"\n" for event in events)


def publish(broker: str, events: Sequence[Event], rate: float = 0) -> list[float]:
    """Publish one event a record and give the `time.time()` of each; `rate` a second, 0 as fast as possible.

    Raises `AssertionError` when the broker has not acknowledged all of them in a minute.
    """
    producer = Producer(
        {
            "bootstrap.servers": broker,
            "acks": "all",
            "linger.ms": 1 if rate else 20,
            "queue.buffering.max.messages": 1_000_000,
        }
    )
    sent: list[float] = []
    begun = time.monotonic()
    for number, event in enumerate(events):
        if rate and (wait := begun + number / rate - time.monotonic()) > 0:
            time.sleep(wait)
        sent.append(time.time())
        producer.produce(TOPIC, event.body, event.key)
        producer.poll(0)
    assert producer.flush(DELIVERED_WITHIN_S) == 0, "the broker did not take every event"
    return sent
