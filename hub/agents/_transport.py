"""The one file that overrides Faust internals (faust-streaming 0.15.3): batches instead of single messages.

Six changes, each held by a test in tests/contract:

- One Faust message for each partition and poll chunk; Faust's cost is a message's, not an event's.
- Commits stop exactly below the first chunk not yet acked. Stock Faust steps over an in-flight head
  (faust-streaming issue 606).
- Full stream buffers are waited for in steps of 10 ms, not of a second.
- Faust's keeper of tables sleeps a second before partitions are asked for; we have no tables to wait for.
- A fetch that leaves out a partition waits 10 ms at the broker; one that asks for all, a second.
- Partitions of a log whose truth lies in SQL are sought to the SQL offset; the group's offset is never trusted.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any, Final, cast

import faust
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.subscription_state import Assignment
from faust.tables import TableManager
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT, EventT, Message, StreamT
from faust.types.core import K, V
from faust.types.tuples import ConsumerMessage

from hub.agents._end import LOG_BROKEN, end
from hub.agents._progress import Progress

CHUNK_RECORDS_MAX: Final = 2_000
"""Most Kafka records in one chunk."""

PACE_S: Final = 0.01
"""Pause after a small poll: without it tiny chunks fill Faust's stream buffer and it sleeps a second
(linkage.md, section 5)."""

PART_WAIT_MS: Final = 10
WHOLE_WAIT_MS: Final = 1_000
"""How long the broker may hold a fetch that has nothing to give. One that asks for every partition is answered at the
first news of any; one that leaves out those whose last records still wait for us is not, and aiokafka sends no other
to that broker meanwhile: a busy partition would wait for quiet ones."""

PACE_BELOW_RECORDS: Final = 1_000

Positions = Callable[[set[TP]], Mapping[TP, int]]
"""Says at which offset each given partition goes on; only asks, changes nothing."""


class SeekRefused(Exception):
    """The place to go on lies outside the log: going on would lose events in silence (exit 71)."""


class RawBatch(faust.Schema[Any, Any]):
    """Hands the records of a chunk to the agent as they are."""

    def loads_key(self, app: AppT, message: Message, **_: Any) -> K:  # noqa: ANN401, ARG002 - Faust's signature
        """A chunk has no key."""
        return None

    def loads_value(self, app: AppT, message: Message, **_: Any) -> V:  # noqa: ANN401, ARG002 - Faust's signature
        """Give the list of records."""
        value: V = message.value
        return value


def plan_fetches(fetcher: Fetcher, assignment: Assignment) -> Any:  # noqa: ANN401 - aiokafka gives a bare tuple
    """Give aiokafka's next fetches, made to wait by what they leave out."""
    is_part = any(tp in fetcher._records for tp in assignment.tps)
    fetcher._fetch_max_wait_ms = PART_WAIT_MS if is_part else WHOLE_WAIT_MS
    return Fetcher._get_actions_per_node(fetcher, assignment)


class PacedThread(driver.AIOKafkaConsumerThread):
    """Faust's thread of the Kafka client, whose fetches wait as `plan_fetches` says."""

    async def on_start(self) -> None:
        """Start the client; it plans no fetch before it is subscribed."""
        await super().on_start()
        fetcher = self._ensure_consumer()._fetcher
        fetcher._get_actions_per_node = partial(plan_fetches, fetcher)


class BatchConsumer(driver.Consumer):
    """A Faust consumer that yields chunks and knows exactly what may be committed."""

    app: HubApp

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - Faust's signature
        self._inflight: defaultdict[TP, deque[int]] = defaultdict(deque)
        super().__init__(*arguments, **options)

    def _new_consumer_thread(self) -> PacedThread:
        return PacedThread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(
        self,
        timeout: float,  # noqa: ASYNC109 - Faust's signature
    ) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """Poll once and yield one message for each partition and chunk."""
        records, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if records is None or self.should_stop:
            return
        if not self.flow_active:
            await self._go_back()
            return
        seen = 0
        for tp, fetched in records.items():
            seen += len(fetched)
            if not (active is None or tp in active or tp in self._buffered_partitions):
                continue
            self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
            for start in range(0, len(fetched), CHUNK_RECORDS_MAX):
                if self._is_over(generation):
                    return
                yield tp, self._chunk(tp, fetched[start : start + CHUNK_RECORDS_MAX], generation)
        if seen < PACE_BELOW_RECORDS:
            await asyncio.sleep(PACE_S)

    async def _wait_next_records(self, timeout: float) -> tuple[Any, set[TP] | None]:  # noqa: ASYNC109 - Faust's signature
        """Wait in short steps while all buffers are full: Faust sleeps a second, and the burst after fills them."""
        while self.flow_active and not self.should_stop and self._is_full():  # noqa: ASYNC110 - Faust has no such event
            await asyncio.sleep(PACE_S)
        waited: tuple[Any, set[TP] | None] = await super()._wait_next_records(timeout)
        return waited

    def _is_full(self) -> bool:
        return bool(self._buffered_partitions) and not self._get_active_partitions()

    def _is_over(self, generation: int) -> bool:
        """Whether a rebalance began while an earlier chunk was being taken."""
        return not self.flow_active or self.app.consumer_generation_id != generation

    def _chunk(self, tp: TP, records: list[Any], generation: int) -> ConsumerMessage:
        last = records[-1]
        self._inflight[tp].append(last.offset)
        self.app.progress.handed(tp.topic, tp.partition)
        value: Any = records
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000,
            last.timestamp_type,
            [],
            None,
            value,
            None,
            0,
            0,
            tp,
            generation_id=generation,
        )

    async def _go_back(self) -> None:
        try:
            await self.perform_seek()
        except Exception as error:  # noqa: BLE001 - partitions may be gone mid-rebalance; the next assignment seeks again
            self.log.warning("seek while flow stopped: %r", error)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Gaps between chunks need no tracking: what may be committed is read off the chunks in flight."""

    def _new_offset(self, tp: TP) -> int | None:
        """Give the offset after the last chunk of the acked head, None while the head is in flight."""
        inflight, acked, newest = self._inflight[tp], self._acked_index[tp], None
        while inflight and inflight[0] in acked:
            newest = inflight.popleft()
            acked.discard(newest)
        self._acked[tp].clear()
        return None if newest is None else newest + 1

    async def perform_seek(self) -> None:
        """Forget what was in flight, then go where this consumer is to go on."""
        self._inflight.clear()
        self.app.progress.forget()
        self._acked.clear()
        self._acked_index.clear()
        try:
            await super().perform_seek()
        except SeekRefused as error:
            end(LOG_BROKEN, error)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek to the group's offsets, or to those of SQL where SQL is the truth; refuse one outside the log."""
        offsets = dict(await super().seek_to_committed())
        assigned = {tp for tp in self.assignment() if tp.topic == self.app.sql_topic}
        if assigned:
            wanted = self.app.sql_positions(assigned)
            earliest = await self.earliest_offsets(*assigned)
            ends = await self.highwaters(*assigned)
            for tp, position in wanted.items():
                if not earliest[tp] <= position <= ends[tp]:
                    raise SeekRefused(
                        f"{tp.topic}[{tp.partition}]: 数据库的位置 {position} 不在日志 {earliest[tp]}…{ends[tp]} 之内 /"
                        f" SQL goes on at {position}, the log holds {earliest[tp]}…{ends[tp]};"
                        " 日志被截断或重建，请恢复日志 / the log was truncated or recreated, restore it."
                    )
            await self.seek_wait(wanted)
            offsets.update(wanted)
        return offsets


def chunks(stream: StreamT[Any]) -> AsyncIterator[EventT[Any]]:
    """Give a stream's events, each a chunk that the agent acks itself once its effect is sure."""
    events: AsyncIterator[EventT[Any]] = cast("faust.Stream[Any]", stream).noack().events()
    return events


class NoTables(TableManager):
    """Faust's keeper of tables for an app without any, which also lets the streams begin."""

    async def on_start(self) -> None:
        """Begin at once: Faust sleeps a second here, so that tables may be told of."""
        await self._update_channels()
        await self.recovery.start()


class BatchTransport(driver.Transport):
    """Faust's Kafka transport with our consumer."""

    Consumer = BatchConsumer


class HubApp(faust.App):
    """A Faust app on the batch transport. `sql_positions` says where partitions of `sql_topic` go on.

    What agents are handed is counted in `progress`; they say themselves what they took.
    """

    sql_topic: str = ""

    def __init__(self, *arguments: Any, stuck_after_s: float, **options: Any) -> None:  # noqa: ANN401 - Faust's signature
        self.progress = Progress(stuck_after_s)
        super().__init__(*arguments, TableManager=NoTables, **options)

        @self.on_partitions_revoked.connect(weak=False)
        async def _left(_app: HubApp, _revoked: set[TP], **_: Any) -> None:  # noqa: ANN401 - Faust's signature
            self.progress.joined = False

        @self.on_partitions_assigned.connect(weak=False)
        async def _joined(_app: HubApp, _assigned: set[TP], **_: Any) -> None:  # noqa: ANN401 - Faust's signature
            self.progress.joined = True

    def sql_positions(self, assigned: set[TP]) -> Mapping[TP, int]:
        """Give the offsets to go on at; an app without a SQL topic is never asked."""
        raise AssertionError(f"no SQL topic, yet asked for {assigned}")

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)
