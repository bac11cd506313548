"""Relay: the outbox to the outbound topics, in order, resumable; what is said twice carries the same id."""

from __future__ import annotations

import asyncio
from typing import Final

from aiokafka import AIOKafkaProducer

from hub.agents._end import BROKEN, OWNERSHIP_LOST, end
from hub.agents._outlet import arrival, open_outlet
from hub.agents._transport import HubApp
from hub.agents.linkage import Holdings
from hub.metrics import OUTBOX_RELAYED
from hub.store.outbox import moved, unsent
from hub.store.shard import OwnershipLost

LOOK_AGAIN_S: Final = 1.0
"""Longest wait for news: what another worker's crash left unsent has no other bell."""


def add_relay(app: HubApp, holdings: Holdings, broker: str) -> None:
    """Add the relay to the Faust app that owns the shards."""

    async def _relay() -> None:
        outlet = open_outlet(broker)
        await outlet.start()
        try:
            while not app.should_stop:
                await _wait(holdings)
                for _, shard in list(holdings.shards.values()):
                    for code in shard.states:
                        await _relay_one(holdings, outlet, code)
        except OwnershipLost as error:
            end(OWNERSHIP_LOST, error)
        except Exception as error:  # noqa: BLE001 - an outbox that does not move must be seen, not retried in silence
            end(BROKEN, error)
        finally:
            await outlet.stop()

    app.task(_relay)


async def _wait(holdings: Holdings) -> None:
    try:
        await asyncio.wait_for(holdings.committed.wait(), LOOK_AGAIN_S)
    except TimeoutError:
        return
    holdings.committed.clear()


async def _relay_one(holdings: Holdings, outlet: AIOKafkaProducer, code: str) -> None:
    while rows := unsent(holdings.sql, code):
        sent = [await outlet.send(row.topic, row.body.encode(), row.key.encode()) for row in rows]
        await arrival(sent)
        moved(holdings.sql, code, rows)
        OUTBOX_RELAYED.inc(len(rows))
