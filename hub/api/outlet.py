"""The way from HTTP to Kafka: one idempotent producer, opened with the first event."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from hub.reach import Reach
from hub.topology import SOURCE_BYTES_MAX, events_topic

LINGER_MS: Final = 2
BATCH_BYTES_MAX: Final = 256 * 1024
ARRIVE_WITHIN_S: Final = 10.0
COUNTED_FOR_S: Final = 30.0
"""A topic seldom gets more partitions; a record of that half minute is then out of order with its matter's next."""


class LogAway(Exception):
    """Kafka did not acknowledge in time; whether it has the events is not known."""


class Record(NamedTuple):
    """One record for an agency's events topic; `hashed` chooses the partition, so equal keys keep their order."""

    key: bytes
    hashed: int
    value: bytes
    headers: Sequence[tuple[str, bytes]]


class Outlet:
    """Publishes records; safe to use from many requests of one event loop."""

    def __init__(self, reach: Reach) -> None:
        """Nothing is opened yet: the API answers also while Kafka is away."""
        self._reach = reach
        self._producer: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()
        self._counts: dict[str, tuple[float, int]] = {}

    async def partitions(self, agency: str) -> int:
        """Give how many partitions an agency's topic has; raises `LogAway`."""
        until, count = self._counts.get(agency, (0.0, 0))
        now = time.monotonic()
        if now < until:
            return count
        try:
            async with asyncio.timeout(ARRIVE_WITHIN_S):
                producer = await self._opened()
                count = len(await producer.partitions_for(events_topic(agency)))
        except (KafkaError, TimeoutError) as error:
            raise LogAway(repr(error)) from None
        self._counts[agency] = (now + COUNTED_FOR_S, count)
        return count

    async def publish(self, agency: str, records: Sequence[Record]) -> None:
        """Return when every replica has all of it; raises `LogAway`."""
        partitions = await self.partitions(agency)
        try:
            async with asyncio.timeout(ARRIVE_WITHIN_S):
                producer = self._producer or await self._opened()
                sent = [
                    await producer.send(
                        events_topic(agency), value, key, hashed % partitions, headers=list(headers)
                    )
                    for key, hashed, value, headers in records
                ]
                for future in sent:
                    await future
        except (KafkaError, TimeoutError) as error:
            raise LogAway(repr(error)) from None

    async def stop(self) -> None:
        """Send what waits and disconnect."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _opened(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._reach.options(),
                    enable_idempotence=True,
                    linger_ms=LINGER_MS,
                    max_batch_size=BATCH_BYTES_MAX,
                    max_request_size=SOURCE_BYTES_MAX,
                    request_timeout_ms=int(ARRIVE_WITHIN_S * 1000),
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer
