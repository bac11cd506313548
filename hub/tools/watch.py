"""The watch: looks every few seconds, from outside the workers, whether they do what they should.

It stands in the console's process and reads SQL and Kafka alone, so that a worker that is stuck, frozen or gone is seen
by what it leaves undone. A part that does not answer is a value too, never an error.
"""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Final

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaConnectionError, KafkaError
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from hub import metrics
from hub.model.clock import DAY_MS
from hub.policies.models import Policy
from hub.reach import Reach
from hub.store import queries
from hub.store.keys import first_to_expire
from hub.store.pulse import Pulse, agency_outcomes, positions, problems_aged, problems_overdue, timers_late
from hub.topology import INBOX, INTAKE_GROUP, events_topic

EVERY_S: Final = 5.0
STALE_AFTER_S: Final = 6 * EVERY_S
ANSWER_WITHIN_MS: Final = 3_000


@dataclass(slots=True)
class Ends:
    """The ends of topics, read over one connection that is opened again when it breaks."""

    reach: Reach
    _consumer: KafkaConsumer | None = None
    _admin: KafkaAdminClient | None = None

    def lags(self, agencies: Mapping[str, int], taken: Mapping[int, int]) -> dict[str, int]:
        """Give the records that wait for intake and for linkage.

        `agencies` are those that publish with the partitions of their topics, `taken` SQL's offsets of the inbox.
        Raises `KafkaError`.
        """
        consumer, admin = self._opened()
        topics = [
            TopicPartition(events_topic(name), n) for name, count in agencies.items() for n in range(count)
        ]
        inbox = [TopicPartition(INBOX, number) for number in taken]
        there = consumer.topics()
        topics = [tp for tp in topics if tp.topic in there]
        ends = consumer.end_offsets([*topics, *inbox])
        first = consumer.beginning_offsets(topics)
        done = admin.list_group_offsets({INTAKE_GROUP: topics})[INTAKE_GROUP] if topics else {}
        return {
            "intake": sum(max(0, ends[tp] - _committed(done.get(tp), first[tp])) for tp in topics),
            "linkage": sum(max(0, ends[tp] - taken[tp.partition]) for tp in inbox),
        }

    def close(self) -> None:
        """Let go of the connections."""
        for client in (self._consumer, self._admin):
            if client is not None:
                client.close()
        self._consumer = self._admin = None

    def _opened(self) -> tuple[KafkaConsumer, KafkaAdminClient]:
        if self._consumer is None:
            # The client leaves a socket behind for each time it finds nobody.
            if not any(_listens(server) for server in self.reach.addresses()):
                raise KafkaConnectionError
            self._consumer = KafkaConsumer(**self.reach.options(), bootstrap_timeout_ms=ANSWER_WITHIN_MS)
        if self._admin is None:
            self._admin = KafkaAdminClient(**self.reach.options(), bootstrap_timeout_ms=ANSWER_WITHIN_MS)
        return self._consumer, self._admin


def _listens(server: str) -> bool:
    host, _, port = server.rpartition(":")
    try:
        socket.create_connection((host, int(port)), ANSWER_WITHIN_MS / 1000).close()
    except OSError:
        return False
    return True


def _committed(found: object, first: int) -> int:
    offset = getattr(found, "offset", -1)
    return first if offset < 0 else int(offset)


@dataclass(slots=True)
class Watch:
    """Looks at one hub; `look` once, or `start` a thread that looks for ever."""

    engine: Engine
    policies: Mapping[str, Policy]
    reach: Reach
    events_partitions: int
    var: Path
    pulse: Pulse = field(default_factory=Pulse)
    ends: Ends = field(init=False)
    failed: tuple[str, ...] = ("watch",)
    looked_s: float = 0.0
    _behind_since_s: float | None = None
    _key_holders: set[str] = field(default_factory=set)
    _stop: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def __post_init__(self) -> None:
        """Count what SQL refuses from here on."""
        self.ends = Ends(self.reach)
        event.listen(self.engine, "handle_error", _count_error)

    def look(self, now_s: float) -> tuple[str, ...]:
        """Set every gauge; gives the parts that could not be reached, none when all is well."""
        failed = tuple(
            part
            for part, look in (
                ("sql", self._look_at_sql),
                ("kafka", self._look_at_kafka),
                ("disk", self._look_at_disk),
            )
            if not look(now_s)
        )
        for part in ("sql", "kafka", "disk"):
            metrics.WATCH_FAILED.labels(part).set(part in failed)
        metrics.WATCH_SECONDS.set(now_s)
        self.failed, self.looked_s = failed, now_s
        return failed

    def unready(self, now_s: float) -> tuple[str, ...]:
        """Give the parts that keep the hub from serving; `watch` itself when it has not looked for a while."""
        return self.failed if now_s - self.looked_s < STALE_AFTER_S else ("watch",)

    def start(self) -> None:
        """Look every few seconds in a thread of its own."""
        self._thread = Thread(target=self._go_on, name="watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.ends.close()

    def _go_on(self) -> None:
        while not self._stop.is_set():
            self.look(time.time())
            self._stop.wait(EVERY_S)

    def _look_at_sql(self, now_s: float) -> bool:
        now_ms = round(now_s * 1000)
        try:
            with self.engine.connect() as sql:
                metrics.OUTBOX_WAITING.set(sum(queries.outbox_depths(sql).values()))
                metrics.TIMERS_LATE.set(timers_late(sql, now_ms))
                for (tier, days), number in problems_aged(sql, now_ms).items():
                    metrics.PROBLEMS_AGED.labels(tier, days).set(number)
                for (tier, days), number in problems_overdue(sql, now_ms).items():
                    metrics.PROBLEMS_OVERDUE.labels(tier, days).set(number)
                for (agency, outcome), number in agency_outcomes(sql).items():
                    metrics.AGENCY_EVENTS.labels(agency, outcome).set(number)
                self.pulse.read(sql, self.policies, now_ms)
                expiries = first_to_expire(sql)
        except SQLAlchemyError:
            return False
        for holder, expires_ms in expiries.items():
            metrics.KEY_DAYS_LEFT.labels(holder).set((expires_ms - now_ms) / DAY_MS)
        # A key that was revoked warns no more.
        for holder in self._key_holders - set(expiries):
            metrics.KEY_DAYS_LEFT.remove(holder)
        self._key_holders = set(expiries)
        silences = self.pulse.silences(now_ms)
        metrics.AGENCIES_SILENT.set(sum(silence.is_unusual for silence in silences.values()))
        for agency, silence in silences.items():
            metrics.AGENCY_SILENT_SECONDS.labels(agency).set(silence.silent_ms / 1000)
            if silence.limit_ms is not None:
                metrics.AGENCY_SILENCE_LIMIT_SECONDS.labels(agency).set(silence.limit_ms / 1000)
        return True

    def _look_at_kafka(self, now_s: float) -> bool:
        agencies = {
            agency.id: self.events_partitions
            for policy in self.policies.values()
            for agency in policy.agencies.values()
            if agency.publishes
        }
        try:
            with self.engine.connect() as sql:
                taken = positions(sql)
            lags = self.ends.lags(agencies, taken)
        except (KafkaError, SQLAlchemyError, ValueError):
            self.ends.close()
            return False
        for stage, waiting in lags.items():
            metrics.LAG.labels(stage).set(waiting)
        metrics.LOG_TAKEN.set(sum(taken.values()))
        if not lags["linkage"]:
            self._behind_since_s = None
        elif self._behind_since_s is None:
            self._behind_since_s = now_s
        metrics.SHOWN_AGE_SECONDS.set(0 if self._behind_since_s is None else now_s - self._behind_since_s)
        return True

    def _look_at_disk(self, _now_s: float) -> bool:
        try:
            usage = shutil.disk_usage(self.var)
        except OSError:
            return False
        metrics.DISK_FREE_RATIO.set(usage.free / usage.total)
        return True


def _count_error(_context: object) -> None:
    metrics.SQL_ERRORS.inc()
