"""Progress: whether each agent takes what it was handed of each shard; a process that stands still ends and says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

from hub.agents._end import STUCK, end

LOOK_EVERY_S: Final = 1.0
OWN_GAP_S: Final = 5 * LOOK_EVERY_S
"""A look that comes later than this was stopped itself, with all the rest: nothing is held against anybody."""

Key = tuple[str, int]
"""A topic and its partition."""


class StandsStill(Exception):
    """An agent took nothing for too long while there was something to take."""


@dataclass(slots=True)
class Progress:
    """What each agent was handed and has not taken yet; times are of a monotonic clock, in seconds.

    Written by the event loop and read by the thread that looks. `joined` tells whether the consumer group has given
    this worker its partitions, be they none.
    """

    limit_s: float
    clock: Callable[[], float] = time.monotonic
    joined: bool = False
    _in_hand: dict[Key, int] = field(default_factory=dict)
    _moved_s: dict[Key, float] = field(default_factory=dict)
    _turned_s: float | None = None

    def handed(self, topic: str, partition: int) -> None:
        """A chunk waits for its agent."""
        key = (topic, partition)
        if not self._in_hand.get(key):
            self._moved_s[key] = self.clock()
        self._in_hand[key] = self._in_hand.get(key, 0) + 1

    def moved(self, topic: str, partition: int) -> None:
        """A part of a chunk was taken."""
        self._moved_s[topic, partition] = self.clock()

    def took(self, topic: str, partition: int) -> None:
        """A chunk was taken whole."""
        key = (topic, partition)
        self._in_hand[key] = max(0, self._in_hand.get(key, 0) - 1)
        self._moved_s[key] = self.clock()

    def forget(self) -> None:
        """What was in flight is fetched again."""
        self._in_hand.clear()
        self._moved_s.clear()

    def turned(self) -> None:
        """The event loop turns."""
        self._turned_s = self.clock()

    def excuse(self) -> None:
        """Count from now: the whole process was stopped for a while."""
        now_s = self.clock()
        for key in list(self._moved_s):
            self._moved_s[key] = now_s
        if self._turned_s is not None:
            self._turned_s = now_s

    def stuck(self) -> tuple[str, ...]:
        """Give what stands still: `topic[partition]` that has chunks in hand, and `loop` when nothing turns at all."""
        late_s = self.clock() - self.limit_s
        waiting = [key for key, number in list(self._in_hand.items()) if number]
        names = [f"{topic}[{part}]" for topic, part in waiting if self._moved_s[topic, part] < late_s]
        if self._turned_s is not None and self._turned_s < late_s:
            names.append("loop")
        return tuple(sorted(names))


async def turn(progress: Progress) -> None:
    """Show for ever that the event loop turns."""
    while True:
        progress.turned()
        await asyncio.sleep(LOOK_EVERY_S)


def guard(progress: Progress) -> None:
    """Look every second, from a thread that an agent blocked inside cannot hold up; end the process that is stuck."""
    Thread(target=_look, args=(progress,), name="guard", daemon=True).start()


def _look(progress: Progress) -> None:
    pause, looked_s = Event(), progress.clock()
    while not pause.wait(LOOK_EVERY_S):
        now_s = progress.clock()
        if now_s - looked_s > OWN_GAP_S:
            progress.excuse()
        looked_s = now_s
        if names := progress.stuck():
            end(STUCK, StandsStill(f"{progress.limit_s:g} s: {', '.join(names)}"))
