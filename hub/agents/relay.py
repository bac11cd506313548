"""Relay: the outbox to the outbound topics, in order, resumable; what is said twice carries the same id."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from hub.agents._end import BROKEN, OWNERSHIP_LOST, end
from hub.agents._hops import relay_hops
from hub.agents._outlet import arrival, open_outlet
from hub.agents._transport import HubApp
from hub.agents.linkage import Holdings
from hub.metrics import OUTBOX_RELAYED
from hub.reach import Reach
from hub.store.outbox import Outgoing, moved, unsent
from hub.store.shard import OwnershipLost, Shard
from hub.traces import TRACES

LOOK_AGAIN_S: Final = 1.0
"""Longest wait for news: what another worker's crash left unsent has no other bell."""


def add_relay(app: HubApp, holdings: Holdings, reach: Reach) -> None:
    """Add the relay to the Faust app that owns the shards."""

    async def _relay() -> None:
        outlet = open_outlet(reach)
        await outlet.start()
        try:
            while not app.should_stop:
                await _wait(holdings)
                for _, shard in list(holdings.shards.values()):
                    for code in shard.states:
                        await relay_one(holdings, outlet, shard, code)
        except OwnershipLost as error:
            end(OWNERSHIP_LOST, error)
        except Exception as error:  # noqa: BLE001 - an outbox that does not move must be seen, not retried in silence
            end(BROKEN, error)
        finally:
            await outlet.stop()

    app.task(_relay)


def _batches(outlet: AIOKafkaProducer, rows: Sequence[Outgoing]) -> Iterator[tuple[str, BatchBuilder]]:
    """Put rows of one topic after another into batches, a tenth of the cost of single sends.

    Every outbound topic has one partition, so a batch says where it goes.
    """
    for topic, of_topic in groupby(sorted(rows, key=lambda row: row.topic), key=lambda row: row.topic):
        batch = outlet.create_batch()
        for row in of_topic:
            if batch.append(key=row.key.encode(), value=row.body.encode(), timestamp=None) is None:
                yield topic, batch
                batch = outlet.create_batch()
                taken = batch.append(key=row.key.encode(), value=row.body.encode(), timestamp=None)
                assert taken is not None, "one message fits into an empty batch"
        yield topic, batch


async def _wait(holdings: Holdings) -> None:
    try:
        await asyncio.wait_for(holdings.committed.wait(), LOOK_AGAIN_S)
    except TimeoutError:
        return
    holdings.committed.clear()


async def relay_one(holdings: Holdings, outlet: AIOKafkaProducer, shard: Shard, code: str) -> None:
    """Send what one city still has to say; raises `OwnershipLost` when another relay went past this one."""
    while holdings.holds(shard) and (rows := unsent(holdings.sql, code)):
        began_ms = time.time_ns() // 1_000_000
        for topic, batch in _batches(outlet, rows):
            await arrival([await outlet.send_batch(batch, topic, partition=0)])
        if not holdings.holds(shard):
            # A rebalance took the shard while the rows were on their way: its owner says them again, by the same ids.
            return
        moved(holdings.sql, code, rows)
        if TRACES.is_on:
            TRACES.note(relay_hops(rows, began_ms))
        OUTBOX_RELAYED.inc(len(rows))
