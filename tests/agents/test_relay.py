"""The relay beside a rebalance: a shard that leaves in peace ends nobody, one that was stolen ends the worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder
from faust.types import TP

from hub.agents.linkage import Holdings
from hub.agents.relay import relay_one
from hub.store.dialect import writer
from hub.store.outbox import moved, unsent
from hub.store.shard import OwnershipLost
from hub.topology import INBOX, INBOX_BYTES_MAX
from tests.builders import CITY, POLICY, a_rejected
from tests.store.shards import TOPIC, Inbox, a_database, an_owner, take_all


class Outlet:
    """Takes batches as a producer does; while one is on its way, something happens."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self.sent = 0
        self._meanwhile = meanwhile

    def create_batch(self) -> BatchBuilder:
        """Make an empty batch."""
        return BatchBuilder(INBOX_BYTES_MAX, 0, is_transactional=False)

    async def send_batch(
        self, _batch: BatchBuilder, _topic: str, *, partition: int
    ) -> asyncio.Future[object]:
        """Take a batch: it has arrived once what happens meanwhile is over."""
        assert partition == 0
        self.sent += 1
        self._meanwhile()
        arrived: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        arrived.set_result(None)
        return arrived


class Scene:
    """A worker that owns shard 0 with three rows to send, and another relay that may come past."""

    def __init__(self, folder: Path) -> None:
        engine = a_database(folder)
        self.shard, sql = an_owner(engine)
        inbox = Inbox()
        inbox.packed("03-02 09:00", *(a_rejected(event=f"e{n}") for n in range(3)))
        take_all(self.shard, sql, inbox)
        self.holdings = Holdings(sql, {CITY: POLICY}, 1, TOPIC, shards={0: (1, self.shard)})
        self.holdings.settle({TP(INBOX, 0)})
        self.other = writer(engine)

    def relay(self, meanwhile: Callable[[], None]) -> int:
        """Relay once; gives how many batches left."""
        outlet = Outlet(meanwhile)
        asyncio.run(relay_one(self.holdings, cast("AIOKafkaProducer", cast("Any", outlet)), self.shard, CITY))
        return outlet.sent

    def overtake(self) -> None:
        """Let the other relay send all of it."""
        moved(self.other, CITY, unsent(self.other, CITY))


def test_a_shard_that_leaves_while_rows_are_on_their_way_ends_nobody(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    def rebalance() -> None:
        scene.holdings.unsettle()
        scene.holdings.settle(set())
        scene.overtake()

    assert scene.relay(rebalance) == 1


def test_a_rebalance_under_way_leaves_the_note_to_whoever_gets_the_shard(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    assert scene.relay(scene.holdings.unsettle) == 1
    assert len(unsent(scene.other, CITY)) == 3


def test_nothing_is_sent_while_a_rebalance_is_under_way(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.holdings.unsettle()

    assert scene.relay(scene.overtake) == 0


def test_a_relay_overtaken_without_a_rebalance_ends_the_worker(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    with pytest.raises(OwnershipLost, match="another worker relays this outbox"):
        scene.relay(scene.overtake)
