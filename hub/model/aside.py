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
    """The days of a burst, both counted, and the part of each of its matters that is set aside, in thousandths.

    `problem` is the number of the problem that it opened.
    """

    first: int
    last: int
    part: int
    problem: str = ""


@dataclass(slots=True)
class Aside:
    """The bursts of each cell, oldest first, and how many matters it holds on each of their days."""

    bursts: dict[Cell, tuple[Burst, ...]] = field(default_factory=dict)
    counts: dict[Cell, dict[int, int]] = field(default_factory=dict)

    def open(self, cell: Cell, burst: Burst, days: Iterable[tuple[int, int]]) -> None:
        """Set a burst aside; `days` gives the cell's matters by day, of which only the burst's own count."""
        self.bursts[cell] = (*self.bursts.get(cell, ()), burst)
        counts = self.counts.setdefault(cell, {})
        counts.update((day, number) for day, number in days if burst.first <= day <= burst.last and number)

    def drop(self, cell: Cell, problem: str) -> None:
        """Let the burst of a problem count as usual after all, if it has one: an operator found it to be none."""
        kept = tuple(burst for burst in self.bursts.get(cell, ()) if burst.problem != problem)
        if kept:
            self.bursts[cell] = kept
            counts = self.counts[cell]
            self.counts[cell] = {day: counts[day] for day in counts if _burst_on(kept, day) is not None}
        elif cell in self.bursts:
            del self.bursts[cell], self.counts[cell]

    def add(self, day: int, cell: Cell, number: int = 1) -> None:
        """Count matters if they fall into a burst."""
        bursts = self.bursts.get(cell)
        if bursts is not None and _burst_on(bursts, day) is not None:
            counts = self.counts[cell]
            counts[day] = counts.get(day, 0) + number

    def remove(self, day: int, cell: Cell) -> None:
        """Take a matter out again."""
        bursts = self.bursts.get(cell)
        if bursts is not None and _burst_on(bursts, day) is not None:
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
        burst = _burst_on(self.bursts.get(cell, ()), day)
        return 0 if burst is None else burst.part


def _burst_on(bursts: tuple[Burst, ...], day: int) -> Burst | None:
    """Give the burst that a day belongs to: days of an earlier one stay with it."""
    for burst in bursts:
        if burst.first <= day <= burst.last:
            return burst
    return None


def burst_of(observed: int, expected: float, window_days: int, today: int, problem: str = "") -> Burst:
    """Give the burst that an alarm of today shows; it began in the alarm's window and lasts four weeks more."""
    part = max(round(PARTS * WORTH_SETTING_ASIDE * (1 - expected / observed)), 0)
    return Burst(today - window_days + 1, today + BURST_DAYS, part, problem)
