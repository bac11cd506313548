"""Matters of earlier bursts, set aside so that they do not pass for what is usual in their cell.

A burst holds usual matters too, so each of its matters is set aside by a part: what the burst held above its
expectation. After four weeks a level that stays is usual. All of it is a function of the bursts and of the matters by
day, so late, corrected and reloaded matters give exactly the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hub.model.lattice import RECENT_DAYS, worth
from hub.model.window import Cell

PARTS: Final = 1_000
"""A part is told in thousandths, so that it is the same number wherever it is stored."""

WORTH_SETTING_ASIDE: Final = 0.7
"""An alarm picks out the highest, so some of its excess is chance; so much of it is not (chosen on Boston)."""

BURST_DAYS: Final = 28
"""So many days after its alarm a burst's matters are set aside, however long its problem stays open."""


class Burst(NamedTuple):
    """The days of a burst, both counted, and the part of each of its matters that is set aside, in thousandths."""

    first: int
    last: int
    part: int


@dataclass(slots=True)
class Aside:
    """The bursts of each cell, oldest first, and how many matters it holds on each of their days."""

    bursts: dict[Cell, tuple[Burst, ...]] = field(default_factory=dict)
    counts: dict[Cell, dict[int, int]] = field(default_factory=dict)

    def open(self, cell: Cell, burst: Burst, days: Iterable[tuple[int, int]]) -> None:
        """Set a burst aside; `days` gives the cell's matters by day, of which only the burst's own count.

        Days that belong to an earlier burst stay with it.
        """
        before = self.bursts.get(cell, ())
        if before:
            burst = burst._replace(first=max(burst.first, before[-1].last + 1))
        self.bursts[cell] = (*before, burst)
        counts = self.counts.setdefault(cell, {})
        counts.update((day, number) for day, number in days if burst.first <= day <= burst.last and number)

    def drop(self, cell: Cell) -> None:
        """Let the last burst count as usual after all: an operator found it to be none."""
        *before, burst = self.bursts[cell]
        for day in [day for day in self.counts[cell] if day >= burst.first]:
            del self.counts[cell][day]
        if before:
            self.bursts[cell] = tuple(before)
        else:
            del self.bursts[cell], self.counts[cell]

    def add(self, day: int, cell: Cell) -> None:
        """Count a matter if it falls into a burst."""
        if self._part(cell, day):
            counts = self.counts[cell]
            counts[day] = counts.get(day, 0) + 1

    def remove(self, day: int, cell: Cell) -> None:
        """Take a matter out again."""
        if self._part(cell, day):
            counts = self.counts[cell]
            counts[day] -= 1
            if not counts[day]:
                del counts[day]

    def is_open(self, cell: Cell, today: int) -> bool:
        """Whether today's matters of a cell are set aside."""
        return self._part(cell, today) > 0

    def past_units(self, cell: Cell, today: int) -> int:
        """Give what is set aside of the days that have left the recent weeks, in the lattice's units."""
        if cell not in self.bursts:
            return 0
        past = ((day, number) for day, number in self.counts[cell].items() if day <= today - RECENT_DAYS)
        return sum(self._part(cell, day) * number * worth(day) for day, number in past) // PARTS

    def _part(self, cell: Cell, day: int) -> int:
        for burst in reversed(self.bursts.get(cell, ())):
            if burst.first <= day:
                return burst.part if day <= burst.last else 0
        return 0


def burst_of(observed: int, expected: float, window_days: int, today: int) -> Burst:
    """Give the burst that an alarm of today shows; it began in the alarm's window and lasts four weeks more."""
    part = max(round(PARTS * WORTH_SETTING_ASIDE * (1 - expected / observed)), 0)
    return Burst(today - window_days + 1, today + BURST_DAYS, part)
