"""A worker that falls behind catches up at once: full buffers cost it steps of 20 ms, not Faust's whole second."""

from __future__ import annotations

import asyncio

from faust.types import TP

from hub.agents._transport import BatchConsumer, BatchTransport, HubApp

CITY = TP("hub.inbox.v1", 0)


class Unplugged(BatchConsumer):
    """A consumer whose broker has nothing new."""

    async def _getmany(self, active_partitions: object, timeout: float) -> dict[TP, list[object]]:  # noqa: ARG002, ASYNC109
        return {}


async def nothing(*_: object) -> None:
    """Neither messages nor rebalances come."""


async def polls_soon_after_the_buffer_drops() -> bool:
    app = HubApp("pressure", broker="kafka://127.0.0.1:9", stuck_after_s=60)
    transport = BatchTransport(app.conf.broker_consumer, app)
    consumer = Unplugged(transport, nothing, nothing, nothing)
    consumer.flow_active = True
    consumer._active_partitions = {CITY}
    consumer.on_buffer_full(CITY)
    polling = asyncio.ensure_future(consumer._wait_next_records(1.0))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not polling.done()

    consumer.on_buffer_drop(CITY)

    # Stock Faust is in the middle of a second's sleep here.
    done, _ = await asyncio.wait([polling], timeout=0.5)
    polling.cancel()
    consumer._thread.thread_loop.close()
    return bool(done)


def test_a_full_buffer_does_not_cost_a_second() -> None:
    assert asyncio.run(polls_soon_after_the_buffer_drops())
