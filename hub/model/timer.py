"""Timers: the running clocks of problems, tasks and notices, each with the due moment it was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple

NEVER_MS: Final = 2**62


class ClockKind(StrEnum):
    """What a clock measures (semantics.md, clocks)."""

    CONFIRMATION = "confirmation"
    STAGE = "stage"
    WARNING = "warning"
    TOTAL = "total"
    WATCH = "watch"
    REVIEW = "review"
    ACCEPTANCE = "acceptance"
    WORK = "work"
    SILENCE = "silence"
    REPLY = "reply"


class Clock(NamedTuple):
    """One clock; `id` is `owner/kind`, so that an owner has one of a kind. `owner` is a problem's or a task's id."""

    id: str
    kind: ClockKind
    problem_id: str
    task_id: str
    started_ms: int
    due_ms: int

    @property
    def owner(self) -> str:
        """The task it runs for, else the problem."""
        return self.task_id or self.problem_id


@dataclass(slots=True)
class Timers:
    """Running clocks by id, and the order in which they fire: by (due, id).

    `changed` are those to write, each as `known` last held it, running or not.
    """

    clocks: dict[str, Clock] = field(default_factory=dict)
    heap: list[tuple[int, str]] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    known: dict[str, Clock] = field(default_factory=dict)

    def start(self, clock: Clock) -> None:
        """Start a clock, in place of the one of its kind that its owner has."""
        self.clocks[clock.id] = self.known[clock.id] = clock
        self.changed.add(clock.id)
        heappush(self.heap, (clock.due_ms, clock.id))

    def stop(self, owner: str, kind: ClockKind) -> Clock | None:
        """Stop an owner's clock of a kind, if it runs; gives it."""
        clock = self.clocks.pop(f"{owner}/{kind}", None)
        if clock is not None:
            self.changed.add(clock.id)
        return clock

    def stop_all(self, owner: str) -> None:
        """Stop every clock of an owner."""
        for kind in ClockKind:
            self.stop(owner, kind)

    def get(self, owner: str, kind: ClockKind) -> Clock | None:
        """Give an owner's running clock of a kind."""
        return self.clocks.get(f"{owner}/{kind}")

    def next_ms(self) -> int:
        """Give the next due moment, dropping what was stopped or set anew; `NEVER_MS` when nothing runs."""
        heap = self.heap
        while heap:
            due_ms, clock_id = heap[0]
            clock = self.clocks.get(clock_id)
            if clock is not None and clock.due_ms == due_ms:
                return due_ms
            heappop(heap)
        return NEVER_MS

    def pop(self) -> Clock:
        """Take the clock that is due next; it no longer runs."""
        self.next_ms()
        clock = self.clocks.pop(heappop(self.heap)[1])
        self.changed.add(clock.id)
        return clock

    def settle(self) -> None:
        """All is written: forget the clocks that ended."""
        for clock_id in self.changed - self.clocks.keys():
            del self.known[clock_id]
        self.changed.clear()

    def load(self, clocks: list[Clock]) -> None:
        """Set the running clocks, as rows hold them."""
        self.clocks = {clock.id: clock for clock in clocks}
        self.known = dict(self.clocks)
        self.heap = [(clock.due_ms, clock.id) for clock in clocks]
        heapify(self.heap)
