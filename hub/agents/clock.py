"""Clock: a tick a second into each inbox partition this worker owns, so that quiet hours also pass."""

from __future__ import annotations

import asyncio
from typing import Final

from hub.agents._outlet import open_outlet
from hub.agents._transport import HubApp
from hub.schemas.inbox import Tick, encode_message
from hub.topology import INBOX

EVERY_S: Final = 1.0


def add_clock(app: HubApp, broker: str) -> None:
    """Add the clock to a Faust app that reads the inbox."""

    async def _clock() -> None:
        outlet = open_outlet(broker)
        await outlet.start()
        tick = encode_message(Tick())
        try:
            while not app.should_stop:
                for tp in app.consumer.assignment():
                    if tp.topic == INBOX:
                        await outlet.send(INBOX, tick, None, tp.partition)
                await asyncio.sleep(EVERY_S)
        finally:
            await outlet.stop()

    app.task(_clock)
