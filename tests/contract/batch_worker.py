"""A worker on the batch transport that writes down what it gets, and acknowledges as it is told.

Run as `python -m tests.contract.batch_worker BROKER GROUP TOPIC FOLDER`. Every record is a line
`partition offset` in FOLDER/got-PID. While FOLDER/hold is there, the first chunk is not acknowledged,
and later chunks are acknowledged in pairs, the later first. With FOLDER/slow each chunk blocks the event loop
for 0.3 s, and a fetch of all partitions may wait 30 s at the broker.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import faust
from faust.types import EventT

from hub.agents import _transport
from hub.agents._transport import HubApp, RawBatch


def run(broker: str, group: str, topic: str, folder: Path) -> None:
    """Run until told to stop."""
    app = HubApp(
        group,
        broker=f"kafka://{broker}",
        datadir=str(folder / f"data-{os.getpid()}"),
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        broker_session_timeout=6.0,
        broker_heartbeat_interval=2.0,
        broker_commit_interval=0.1,
        stuck_after_s=60,
    )
    got = (folder / f"got-{os.getpid()}").open("a", encoding="utf-8")
    hold = folder / "hold"
    slow = (folder / "slow").exists()
    held: list[EventT[Any]] = []
    if slow:
        _transport.WHOLE_WAIT_MS = 30_000  # type: ignore[misc]  # so that a wait that must not be shows

    async def _agent(stream: Any) -> AsyncIterator[None]:  # noqa: ANN401 - Faust publishes no noack
        async for event in stream.noack().events():
            got.writelines(f"{event.message.partition} {record.offset}\n" for record in event.value)
            got.flush()
            if slow:
                time.sleep(0.3)  # noqa: ASYNC251 - as a long fold does
            _acknowledge(event, held, holding=hold.exists())
            yield

    async def _release() -> None:
        while not app.should_stop:
            if not hold.exists():
                while held:
                    held.pop().ack()
            await asyncio.sleep(0.05)

    app.agent(app.topic(topic, schema=RawBatch()), name="batch", concurrency=1)(_agent)
    app.task(_release)
    app.finalize()
    app.conf.datadir.mkdir(parents=True, exist_ok=True)
    faust.Worker(app, loglevel="WARNING").execute_from_commandline()


def _acknowledge(event: EventT[Any], held: list[EventT[Any]], *, holding: bool) -> None:
    if not holding:
        event.ack()
        return
    held.append(event)
    # The head stays in flight; of the rest, every second chunk frees itself and then the one before it.
    if len(held) > 2:
        held.pop().ack()
        held.pop().ack()


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
