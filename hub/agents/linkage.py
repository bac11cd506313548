"""Linkage's shell: the inbox in, one SQL transaction a batch; offsets live in SQL, Kafka's are only flow control."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from faust.types import TP, EventT, StreamT
from sqlalchemy import Engine

from hub.agents._end import BROKEN, LOG_BROKEN, OWNERSHIP_LOST, end
from hub.agents._hops import linkage_hops
from hub.agents._measure import measure_batch, measure_states
from hub.agents._transport import HubApp, RawBatch, chunks
from hub.metrics import STAGE_SECONDS
from hub.policies.models import Policy
from hub.store.dialect import Writer, writer
from hub.store.shard import (
    InboxRecord,
    LogBroken,
    OwnershipLost,
    Shard,
    acquire,
    offsets,
    require_owned,
    take,
)
from hub.store.versions import NONE_KEPT, Versions
from hub.topology import INBOX, shard_of
from hub.traces import TRACES


@dataclass(slots=True)
class Holdings:
    """The shards this worker owns, each loaded in the generation of the consumer group it was assigned in."""

    sql: Writer
    policies: Mapping[str, Policy]
    inbox_partitions: int
    topic_id: str
    kept: Versions = field(default_factory=dict)
    shards: dict[int, tuple[int, Shard]] = field(default_factory=dict)
    committed: asyncio.Event = field(default_factory=asyncio.Event)
    settled: bool = False

    def peopled(self) -> frozenset[int]:
        """Give the partitions that hold a city; nobody waits for time to pass in the others."""
        return frozenset(shard_of(code, self.inbox_partitions) for code in self.policies)

    def unsettle(self) -> None:
        """Note that a rebalance began: until it is over, another worker may rightly take what is held here."""
        self.settled = False

    def settle(self, assigned: set[TP]) -> None:
        """Let go what was not assigned again; the rest is this worker's alone."""
        numbers = {tp.partition for tp in assigned if tp.topic == INBOX}
        self.shards = {number: held for number, held in self.shards.items() if number in numbers}
        self.settled = True

    def require_owned(self) -> None:
        """Raise `OwnershipLost` when another worker took a shard without a rebalance this one knows of.

        So it is after a freeze past the session timeout: with nothing in hand, no batch would tell.
        """
        if self.settled:
            require_owned(self.sql, [shard for _, shard in self.shards.values()])

    def holds(self, shard: Shard) -> bool:
        """Tell whether a shard is this worker's for sure: no rebalance is under way, and none took it away."""
        held = self.shards.get(shard.number)
        return self.settled and held is not None and held[1] is shard

    def positions(self, assigned: set[TP]) -> dict[TP, int]:
        """Where each partition goes on, 0 for one that nobody ever owned."""
        known = offsets(self.sql)
        return {tp: known.get(tp.partition, 0) for tp in assigned}

    def shard(self, number: int, generation: int) -> Shard:
        """Give a shard, loading it when it came with a new generation."""
        held = self.shards.get(number)
        if held is not None and held[0] == generation:
            return held[1]
        policies = {
            code: policy
            for code, policy in self.policies.items()
            if shard_of(code, self.inbox_partitions) == number
        }
        shard = acquire(self.sql, number, self.topic_id, policies, self.kept)
        self.shards[number] = (generation, shard)
        return shard


class LinkageApp(HubApp):
    """The Faust app of the linkage stage, which goes on where SQL says."""

    sql_topic = INBOX
    holdings: Holdings

    def listen(self) -> None:
        """Follow the rebalances of the consumer group."""

        @self.on_partitions_revoked.connect(weak=False)
        async def _unsettle(_app: HubApp, _revoked: set[TP], **_: Any) -> None:  # noqa: ANN401 - Faust's signature
            # A rebalance waits for every member, so nobody can have taken a shard yet, unless this one was frozen.
            try:
                self.holdings.require_owned()
            except OwnershipLost as error:
                end(OWNERSHIP_LOST, error)
            self.holdings.unsettle()

        @self.on_partitions_assigned.connect(weak=False)
        async def _settle(_app: HubApp, assigned: set[TP], **_: Any) -> None:  # noqa: ANN401 - Faust's signature
            self.holdings.settle(assigned)

    def sql_positions(self, assigned: set[TP]) -> Mapping[TP, int]:
        """Ask SQL; called in the middle of a rebalance, so nothing is loaded here."""
        return self.holdings.positions(assigned)


def hold(
    engine: Engine,
    policies: Mapping[str, Policy],
    inbox_partitions: int,
    topic_id: str,
    kept: Versions = NONE_KEPT,
) -> Holdings:
    """Open this worker's holdings, with no shard yet."""
    return Holdings(writer(engine), policies, inbox_partitions, topic_id, kept)


def add_linkage(app: LinkageApp) -> None:
    """Add the linkage agent to a Faust app."""
    app.listen()

    async def _linkage(stream: StreamT[Any]) -> AsyncIterator[None]:
        async for event in chunks(stream):
            try:
                # A chunk of an earlier generation may be another worker's by now: loading its shard would steal it.
                if event.message.generation_id == app.consumer_generation_id:
                    await _take(app, event)
            except OwnershipLost as error:
                end(OWNERSHIP_LOST, error)
            except LogBroken as error:
                end(LOG_BROKEN, error)
            except Exception as error:  # noqa: BLE001 - memory may be ahead of SQL now: only a new start is sound
                end(BROKEN, error)
            event.ack()
            app.progress.took(event.message.topic, event.message.partition)
            yield

    app.agent(app.topic(INBOX, schema=RawBatch()), name="linkage", concurrency=1)(_linkage)


async def _take(app: LinkageApp, event: EventT[Any]) -> None:
    holdings, message = app.holdings, event.message
    chunk: Any = event.value
    shard = holdings.shard(message.partition, message.generation_id or 0)
    records = [InboxRecord(record.offset, record.timestamp, record.value) for record in chunk]
    started = time.perf_counter()
    for taken in take(shard, holdings.sql, records):
        STAGE_SECONDS.labels("linkage").observe(time.perf_counter() - started)
        measure_batch(taken.folded)
        if TRACES.is_on:
            TRACES.note(linkage_hops(taken.folded))
        holdings.committed.set()
        app.progress.moved(message.topic, message.partition)
        await asyncio.sleep(0)
        if not holdings.holds(shard):
            # A rebalance began meanwhile: whoever gets the shard goes on where SQL says.
            return
        started = time.perf_counter()
    states = [state for _, held in holdings.shards.values() for state in held.states.values()]
    measure_states(states, len(holdings.shards))
