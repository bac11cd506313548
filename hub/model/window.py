"""Recurrence windows: which matters were sighted in a cell within the last days.

Counts are kept by event day and cell; a day that leaves the window is subtracted once, so an event costs the same
however long the history is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

Cell = tuple[str, str]
"""A place node and a category node."""


class Sighting(NamedTuple):
    """One distinct matter in a window: its place in the log, first event (`agency/id`), key, place and severity."""

    entry: int
    event: str
    matter: str
    place: str = ""
    severity: int = 4


@dataclass(slots=True)
class Window:
    """Sightings of the last `within_days` days up to `today` (day ordinals in the jurisdiction's zone)."""

    within_days: int
    today: int = 0
    by_day: dict[int, dict[Cell, list[Sighting]]] = field(default_factory=dict)
    counts: dict[Cell, int] = field(default_factory=dict)

    def advance(self, today: int) -> None:
        """Move to `today`, forgetting the days that leave the window; time never runs back."""
        assert today >= self.today, "a window only moves forward"
        self.today = today
        first = today - self.within_days + 1
        for day in [day for day in self.by_day if day < first]:
            for cell, sightings in self.by_day.pop(day).items():
                self._subtract(cell, len(sightings))

    def add(self, day: int, cell: Cell, sighting: Sighting) -> None:
        """Count a sighting on its own day; one outside the window leaves no trace."""
        assert day <= self.today, "an event's day is never after the log's day"
        if day <= self.today - self.within_days:
            return
        self.by_day.setdefault(day, {}).setdefault(cell, []).append(sighting)
        self.counts[cell] = self.counts.get(cell, 0) + 1

    def remove(self, day: int, cell: Cell, matter: str) -> None:
        """Take a matter out again (withdrawn, corrected); one that already left the window is no fault."""
        sightings = self.by_day.get(day, {}).get(cell)
        if sightings is None:
            return
        kept = [sighting for sighting in sightings if sighting.matter != matter]
        self._subtract(cell, len(sightings) - len(kept))
        if kept:
            self.by_day[day][cell] = kept
        else:
            del self.by_day[day][cell]

    def clear(self, cell: Cell) -> None:
        """Take out all that a cell holds."""
        for cells in self.by_day.values():
            cells.pop(cell, None)
        self.counts.pop(cell, None)

    def count(self, cell: Cell) -> int:
        """How many distinct matters the cell holds."""
        return self.counts.get(cell, 0)

    def sightings(self, cell: Cell, within_days: int | None = None) -> list[Sighting]:
        """The cell's sightings of the window, or of its last days, in log order, whatever order they came in."""
        first = self.today - (within_days or self.within_days) + 1
        return sorted(s for day, cells in self.by_day.items() if day >= first for s in cells.get(cell, ()))

    def _subtract(self, cell: Cell, number: int) -> None:
        left = self.counts[cell] - number
        assert left >= 0, "a window never counts below zero"
        if left:
            self.counts[cell] = left
        else:
            del self.counts[cell]
