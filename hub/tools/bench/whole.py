"""The whole job on one database: intake, linkage, SQL and relay over events that wait in Kafka; then the quiet.

Measured from the moment the broker took intake's first packed record, when linkage already owned its partition, to
the moment every event is in the journal and the outbox has been relayed to its end. Booting is not measured.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Final

from kafka import KafkaConsumer, TopicPartition

from hub.tools.bench.load import Event, publish
from hub.tools.bench.results import Row
from hub.tools.bench.stand import Stand, Worker
from hub.topology import INBOX

WITHIN_S: Final = 900
LOOK_EVERY_S: Final = 0.05
IDLE_S: Final = 20
SETTLED_AFTER_S: Final = 3
LINKAGE: Final = "bench"


def measure_whole(stand: Stand, what: str, events: Sequence[Event]) -> Iterator[Row]:
    """Give the rate of the whole job, the most memory each worker held, and what they use when nothing comes.

    `stand` is prepared and its broker fresh; both workers run on when this is done.
    """
    publish(stand.broker, events)
    linkage = stand.work("linkage", LINKAGE)
    stand.wait_until(lambda: stand.number("SELECT count(*) FROM shard") > 0, 60, "linkage owns its partition")
    intake = stand.work("intake", "bench")
    ended = stand.wait_until(lambda: _is_done(stand, len(events)), WITHIN_S, "all effective", LOOK_EVERY_S)
    seconds = ended - _first_packed(stand)
    decided = stand.number("SELECT sum(said) FROM jurisdiction")
    posted = stand.number("SELECT sum(posted) FROM jurisdiction")
    note = f"{decided} decisions, {posted} messages relayed; one worker a stage"
    yield Row(what, len(events), seconds, len(events) / seconds, "events/s", note)
    workers = {"intake": intake, "linkage": linkage}
    for stage, worker in workers.items():
        yield Row(f"{what} memory {stage}", len(events), seconds, worker.peak_mb(), "MB", "peak catching up")
    yield from _idle(what, workers)


def _idle(what: str, workers: dict[str, Worker]) -> Iterator[Row]:
    time.sleep(SETTLED_AFTER_S)
    before = {stage: worker.cpu_s() for stage, worker in workers.items()}
    time.sleep(IDLE_S)
    for stage, worker in workers.items():
        share = 100 * (worker.cpu_s() - before[stage]) / IDLE_S
        yield Row(f"{what} idle {stage}", 0, IDLE_S, share, "% of a core", "a tick a second and nothing else")


def _is_done(stand: Stand, events: int) -> bool:
    relayed = "SELECT sum(posted) - (SELECT coalesce(sum(sent), 0) FROM relay) FROM jurisdiction"
    return stand.entries() == events and stand.number(relayed) == 0


def _first_packed(stand: Stand) -> float:
    """When the broker took the first record of the inbox that is no tick."""
    consumer = KafkaConsumer(bootstrap_servers=stand.broker, consumer_timeout_ms=5000)
    partitions = [TopicPartition(INBOX, number) for number in range(stand.inbox_partitions)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    first = next(record.timestamp for record in consumer if record.value.startswith(b'{"kind":"packed"'))
    consumer.close()
    return float(first) / 1000
