"""Clock: a tick a second into each inbox partition that holds a city and is this worker's: quiet hours also pass."""

from __future__ import annotations

import asyncio
from typing import Final

from hub.agents._end import BROKEN, OWNERSHIP_LOST, end
from hub.agents._outlet import open_outlet
from hub.agents._transport import HubApp
from hub.agents.linkage import Holdings
from hub.metrics import LAST_TICK_SECONDS
from hub.reach import Reach
from hub.schemas.inbox import Tick, encode_message
from hub.store.shard import OwnershipLost
from hub.topology import INBOX

EVERY_S: Final = 1.0


def add_clock(app: HubApp, holdings: Holdings, reach: Reach) -> None:
    """Add the clock to the Faust app that owns the shards; it also sees when they are owned no more."""

    async def _clock() -> None:
        outlet = open_outlet(reach)
        await outlet.start()
        tick, peopled = encode_message(Tick()), holdings.peopled()
        try:
            while not app.should_stop:
                holdings.require_owned()
                for tp in app.consumer.assignment():
                    if tp.topic == INBOX and tp.partition in peopled:
                        await outlet.send(INBOX, tick, None, tp.partition)
                LAST_TICK_SECONDS.set_to_current_time()
                await asyncio.sleep(EVERY_S)
        except OwnershipLost as error:
            end(OWNERSHIP_LOST, error)
        except Exception as error:  # noqa: BLE001 - without ticks the quiet hours stand still, so the worker must not go on
            end(BROKEN, error)
        finally:
            await outlet.stop()

    app.task(_clock)
