"""The lattice of cells a share scan looks at: place nodes of every tier x category nodes of one level, and all kinds.

Recent matters are kept by day for four weeks; what is older lives on as a sum in which a matter is worth half after
sixty days. The sum is a whole number in units that grow with time, so that late, corrected and reloaded matters give
exactly the same sum in whatever order they come.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from hub.model.window import Cell, Sighting, Window
from hub.policies.models import Policy, Tier

RECENT_DAYS: Final = 28
HALF_LIFE_DAYS: Final = 60
EPOCH_DAY: Final = date(2000, 1, 1).toordinal()
STEPS: Final = tuple(round(2 ** (step / HALF_LIFE_DAYS) * 2**20) for step in range(HALF_LIFE_DAYS))
ABOVE_KEPT_MAX: Final = 20_000
ALL_KINDS: Final = ""
"""Stands for the category of a cell that counts every kind."""


def worth(day: int) -> int:
    """Give the units that a matter of a day is worth; they double every sixty days."""
    age, step = divmod(max(day - EPOCH_DAY, 0), HALF_LIFE_DAYS)
    return STEPS[step] << age


@dataclass(slots=True)
class Lattice:
    """Counts of distinct matters in every cell above a matter's place and kind.

    `active` counts the cells of each tier that ever held a matter; all kinds together are no cell in that sense.
    `past_unit` is what a matter is worth that has just left the recent weeks.
    `kinds_at` holds the kinds of each place's active cells, all kinds together among them. `days` remembers what
    `daily` counted, as many cells are held against the same area at a day's end; `kinds` the node of each category at
    the lattice's level, `above` the cells of a place and a kind.
    """

    policy: Policy
    category_level: int
    natures: frozenset[str]
    recent: Window = field(default_factory=lambda: Window(RECENT_DAYS))
    past: dict[Cell, int] = field(default_factory=dict)
    active: dict[Tier, int] = field(default_factory=lambda: dict.fromkeys(Tier, 0))
    past_unit: int = STEPS[0]
    kinds_at: dict[str, set[str]] = field(default_factory=dict, compare=False, repr=False)
    days: dict[Cell, list[int]] = field(default_factory=dict, compare=False, repr=False)
    kinds: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    above: dict[Cell, tuple[Cell, ...]] = field(default_factory=dict, compare=False, repr=False)

    def cells(self, place: str, category: str, nature: str) -> tuple[Cell, ...]:
        """Give the cells a matter counts in: its kind and all kinds, at its place and every place above."""
        if self.natures and nature not in self.natures:
            return ()
        kind = self.kinds.get(category)
        if kind is None:
            chain, depth = self.policy.categories[category].chain, self.policy.categories[category].level
            kind = self.kinds[category] = chain[depth - min(self.category_level, depth)]
        cells = self.above.get((place, kind))
        if cells is None:
            if len(self.above) >= ABOVE_KEPT_MAX:
                self.above.clear()
            nodes = self.policy.places[place].chain
            cells = tuple((node, each) for node in nodes for each in (kind, ALL_KINDS))
            self.above[place, kind] = cells
        return cells

    def count(self, day: int, cells: tuple[Cell, ...], sighting: Sighting) -> None:
        """Count a matter on its own day in all its cells."""
        if day <= self.recent.today - RECENT_DAYS:
            for cell in cells:
                self.add(day, cell, sighting)
            return
        assert day <= self.recent.today, "an event's day is never after the log's day"
        of_day, counts = self.recent.by_day.setdefault(day, {}), self.recent.counts
        for cell in cells:
            held = counts.get(cell, 0)
            if not held and cell not in self.past:
                self._activate(cell, 1)
            counts[cell] = held + 1
            sightings = of_day.get(cell)
            if sightings is None:
                of_day[cell] = [sighting]
            else:
                sightings.append(sighting)
        if self.days:
            self.days.clear()

    def advance(self, today: int) -> None:
        """Move to `today`; days that leave the recent weeks go over into the past."""
        first = today - RECENT_DAYS + 1
        for day, cells in self.recent.by_day.items():
            if day < first:
                for cell, sightings in cells.items():
                    self.past[cell] = self.past.get(cell, 0) + len(sightings) * worth(day)
        self.recent.advance(today)
        self.days.clear()
        self.past_unit = worth(today - RECENT_DAYS)

    def add(self, day: int, cell: Cell, sighting: Sighting) -> None:
        """Count a matter on its own day."""
        if not self._is_active(cell):
            self._activate(cell, 1)
        if day > self.recent.today - RECENT_DAYS:
            self.recent.add(day, cell, sighting)
            self.days.pop(cell, None)
        else:
            self.past[cell] = self.past.get(cell, 0) + worth(day)

    def add_past(self, day: int, cell: Cell, number: int) -> None:
        """Count matters of a day that has left the recent weeks, as they are loaded."""
        if not self._is_active(cell):
            self._activate(cell, 1)
        self.past[cell] = self.past.get(cell, 0) + number * worth(day)

    def remove(self, day: int, cell: Cell, matter: str) -> None:
        """Take a matter out again on its own day."""
        if day > self.recent.today - RECENT_DAYS:
            self.recent.remove(day, cell, matter)
            self.days.pop(cell, None)
        else:
            left = self.past[cell] - worth(day)
            assert left >= 0, "the past never holds less than nothing"
            self.past[cell] = left
            if not left:
                del self.past[cell]
        if not self._is_active(cell):
            self._activate(cell, -1)

    def past_matters(self, cell: Cell) -> float:
        """Give the decayed number of matters older than the recent weeks."""
        return self.past.get(cell, 0) / self.past_unit

    def daily(self, cell: Cell) -> list[int]:
        """Give the distinct matters of each recent day, today's first."""
        days = self.days.get(cell)
        if days is None:
            today, by_day = self.recent.today, self.recent.by_day
            days = [0] * RECENT_DAYS
            left = self.recent.count(cell)
            for day, held in reversed(by_day.items()):
                if not left:
                    break
                sightings = held.get(cell)
                if sightings is not None:
                    days[today - day] = len(sightings)
                    left -= len(sightings)
            self.days[cell] = days
        return days

    def _is_active(self, cell: Cell) -> bool:
        return cell in self.recent.counts or cell in self.past

    def _activate(self, cell: Cell, step: int) -> None:
        place, kind = cell
        if kind != ALL_KINDS:
            self.active[self.policy.places[place].tier] += step
        if step > 0:
            self.kinds_at.setdefault(place, set()).add(kind)
        else:
            self.kinds_at[place].remove(kind)
