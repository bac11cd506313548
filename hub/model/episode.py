"""Episodes: the matters of the last months, when each came and when it was closed, by day and by finest cell.

What comes back, what stays open and what is told twice is read off them; they are rows of the journal's matters, so a
reload gives the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from hub.model.clock import Days
from hub.model.matter import Matter, Standing
from hub.model.window import Cell, Sighting

NEVER: Final = 2**63 - 1
"""A journal number that no matter has."""


class Episode(Struct, frozen=True, order=True, gc=False):
    """One matter: its cell, the local days on which it came and was closed (None: open), and what it said."""

    entry: int
    event: str
    matter: str
    place: str
    category: str
    severity: int
    opened: int
    closed: int | None
    nature: str
    channel: str
    summary: str

    @property
    def source(self) -> str:
        """The agency that reported it."""
        return self.matter.partition("/")[0]

    @property
    def sighting(self) -> Sighting:
        """What it is among the evidence of a suspicion."""
        return Sighting(self.entry, self.event, self.matter, self.place, self.severity)


NO_EPISODES: Final[Mapping[str, Episode]] = {}


@dataclass(slots=True)
class Episodes:
    """Episodes that came in the last `keep_days` days up to `today`, each once."""

    keep_days: int
    today: int = 0
    by_day: dict[int, dict[str, Episode]] = field(default_factory=dict)
    by_cell: dict[Cell, dict[str, Episode]] = field(default_factory=dict)
    by_place: dict[tuple[int, str], dict[str, Episode]] = field(default_factory=dict)

    def advance(self, today: int) -> None:
        """Move to `today`, forgetting the days that are too old; time never runs back."""
        assert today >= self.today, "episodes only move forward"
        self.today = today
        for day in [day for day in self.by_day if day <= today - self.keep_days]:
            for matter in list(self.by_day[day]):
                self.drop(day, matter)

    def put(self, episode: Episode) -> None:
        """Keep an episode in place of what was known of its matter."""
        if episode.opened <= self.today - self.keep_days:
            return
        known = self.by_day.get(episode.opened, NO_EPISODES).get(episode.matter)
        if known is not None and (known.place, known.category) != (episode.place, episode.category):
            self.drop(episode.opened, episode.matter)
        self.by_day.setdefault(episode.opened, {})[episode.matter] = episode
        self.by_cell.setdefault((episode.place, episode.category), {})[episode.matter] = episode
        self.by_place.setdefault((episode.opened, episode.place), {})[episode.matter] = episode

    def knows(self, matter: Matter, days: Days) -> bool:
        """Whether a matter is kept as it stands: of what one is made of, news changes only these."""
        of_day = self.by_day.get(matter.day)
        known = None if of_day is None else of_day.get(matter.key)
        return (
            known is not None
            and known.entry == matter.entry
            and known.closed == closed_day(matter, days)
            and known.place == matter.place
            and known.category == matter.category
        )

    def drop(self, day: int, matter: str) -> None:
        """Forget a matter (withdrawn, or moved elsewhere); one that is not known is no fault."""
        of_day = self.by_day.get(day)
        known = None if of_day is None else of_day.pop(matter, None)
        if of_day is None or known is None:
            return
        if not of_day:
            del self.by_day[day]
        cell, spot = (known.place, known.category), (day, known.place)
        del self.by_cell[cell][matter]
        if not self.by_cell[cell]:
            del self.by_cell[cell]
        del self.by_place[spot][matter]
        if not self.by_place[spot]:
            del self.by_place[spot]

    def find(self, matter: str, place: str, within_days: int) -> Episode | None:
        """Give the episode of a matter that came to a place in the last days."""
        for day in range(self.today, self.today - within_days, -1):
            found = self.by_place.get((day, place), {}).get(matter)
            if found is not None:
                return found
        return None

    def first_entry(self, within_days: int) -> int:
        """Give the journal number of the first matter of the last days; past all of them where there was none."""
        for day in range(self.today - within_days + 1, self.today + 1):
            of_day = self.by_day.get(day)
            if of_day:
                return min(one.entry for one in of_day.values())
        return NEVER

    def at(self, cell: Cell) -> list[Episode]:
        """Give the episodes of a finest cell in log order."""
        return sorted(self.by_cell.get(cell, {}).values())

    def of_days(self, days: range) -> Iterator[Episode]:
        """Give the episodes that came on these days, in log order within a day."""
        for day in days:
            yield from sorted(self.by_day.get(day, {}).values())


def episode_of(matter: Matter, days: Days) -> Episode:
    """Give the episode that a matter is."""
    return Episode(
        matter.entry,
        matter.event,
        matter.key,
        matter.place,
        matter.category,
        matter.severity,
        matter.day,
        closed_day(matter, days),
        matter.nature,
        matter.channel,
        matter.summary,
    )


def closed_day(matter: Matter, days: Days) -> int | None:
    """Give the local day on which a matter was closed; None while it is open."""
    return days.of(matter.closed_ms) if matter.standing is Standing.CLOSED else None
