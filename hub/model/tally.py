"""The figures of assessments that are under way, and who was late of late: sums of marks, kept as they change.

All of it is what the rows of matters, tasks and decisions already say; loading counts them anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.model.clock import DAYS_KEPT_MAX, Days, day_start_ms
from hub.model.figure import Mark, closing_mark, matter_marks, task_marks
from hub.model.matter import Matter, Standing, agency_of
from hub.model.period import months_of, period_at
from hub.model.place import ancestor_at
from hub.policies.models import Tier
from hub.schemas.figures import Figure

if TYPE_CHECKING:
    from hub.model.period import Period
    from hub.model.task import Task
    from hub.policies.assessment import Assessment
    from hub.policies.models import Policy

LATE_DAYS: Final = 90
"""Who was late is asked over as many days."""

WAITING_MAX: Final = 16_384
"""So many matters wait to be counted: most of what becomes of a matter comes soon, and is then counted once."""

LADDER: Final = tuple(Tier)


class Count(NamedTuple):
    """A figure: how many met what it asks, of how many counted; how many were left out."""

    met: int = 0
    counted: int = 0
    excluded: int = 0

    def plus(self, mark: Mark, sign: int) -> Count:
        """Give the count with one mark more, or less (`sign` -1)."""
        if not mark.counts:
            return Count(self.met, self.counted, self.excluded + sign)
        return Count(self.met + sign * mark.met, self.counted + sign, self.excluded)


NOTHING: Final = Count()
MonthCell = tuple[int, str, str, Figure]
"""A month (its year times 12 plus its number from 0), agency, area and figure: periods and units are sums of them."""


@dataclass(slots=True)
class Tallies:
    """Counts by month, agency, area and figure, from the first month on whose period is not closed.

    `closed_to_ms` is the last moment at which periods were closed. The area is of the lowest tier that is assessed.
    `late` holds by agency and day how many matters had to be closed by then, and how many of those were.
    A matter that changed waits in `was`, as it was last counted, and `now`, until somebody asks or many wait.
    """

    policy: Policy
    days: Days = field(init=False)
    figures: frozenset[Figure] = field(init=False)
    tier: Tier | None = field(init=False)
    cells: dict[MonthCell, Count] = field(default_factory=dict)
    late: dict[str, dict[int, Count]] = field(default_factory=dict)
    today: int = 0
    closed_to_ms: int = 0
    open_from: int = 0
    months: dict[int, int] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)
    was: dict[str, Matter | None] = field(default_factory=dict)
    now: dict[str, Matter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Days begin where the city lies; only figures that some item asks for are counted."""
        assessments = self.policy.assessments
        self.days = Days(self.policy.zone)
        self.figures = frozenset(
            item.figure for one in assessments for item in one.items if item.figure is not None
        )
        tiers = [one.units for one in assessments if one.units is not None]
        self.tier = min(tiers, key=LADDER.index, default=None)

    def retell(self, old: Matter | None, new: Matter) -> None:
        """Let a matter count as it stands now, and no longer as it stood."""
        key = new.key
        if key not in self.now:
            if len(self.now) >= WAITING_MAX:
                self.settle()
            self.was[key] = old
        self.now[key] = new

    def leave_out(self, matter: Matter) -> None:
        """Let a matter count no more: it is another one told again."""
        self.settle()
        closing = _closing(matter)
        if closing is not None:
            self._add_late(*closing, -1)
        self.add(matter_marks(matter), agency_of(matter), matter.place, -1)

    def settle(self) -> None:
        """Count the matters that wait: counts are sums, so it makes no difference when."""
        for key, new in self.now.items():
            self._recount_matter(self.was[key], new)
        self.was.clear()
        self.now.clear()

    def _recount_matter(self, old: Matter | None, new: Matter) -> None:
        self._relate(old, new)
        if self.figures:
            before = [] if old is None else self._wanted(matter_marks(old))
            was = new if old is None else old
            after = self._wanted(matter_marks(new))
            self._recount(before, (agency_of(was), was.place), after, (agency_of(new), new.place))

    def retask(self, old: Task | None, new: Task, place: str) -> None:
        """Count a task as it stands now, and no longer as it stood; `place` is its problem's."""
        if self.figures:
            before = [] if old is None else self._wanted(task_marks(old))
            was = new if old is None else old
            self._recount(before, (was.agency, place), self._wanted(task_marks(new)), (new.agency, place))

    def add(self, marks: Iterable[Mark], agency: str, place: str, sign: int = 1) -> None:
        """Add marks, or take them off, in months that are open."""
        area = self._area(place)
        cells = self.cells
        for mark in marks:
            month = self._month(mark.at_ms)
            if month < self.open_from or mark.figure not in self.figures:
                continue
            key = (month, agency, area, mark.figure)
            count = cells.get(key, NOTHING).plus(mark, sign)
            if count == NOTHING:
                cells.pop(key, None)
            else:
                cells[key] = count

    def counts_of(self, assessment: Assessment, period: Period) -> dict[tuple[str, Figure], Count]:
        """Sum up what each unit of an assessment has in a period."""
        self.settle()
        months = months_of(period.name)
        sums: dict[tuple[str, Figure], Count] = {}
        for (month, agency, area, figure), count in self.cells.items():
            if month not in months:
                continue
            unit = agency if assessment.units is None else self._unit(area, assessment.units)
            if unit is not None:
                met, counted, excluded = sums.get((unit, figure), NOTHING)
                sums[unit, figure] = Count(met + count[0], counted + count[1], excluded + count[2])
        return sums

    def close(self, at_ms: int) -> None:
        """Periods that closed by a moment take no more marks; months in none that is open are forgotten."""
        self.closed_to_ms = at_ms
        self.open_from = min(
            (self._first_open(one, at_ms) for one in self.policy.assessments), default=self.open_from
        )
        for key in [key for key in self.cells if key[0] < self.open_from]:
            del self.cells[key]

    def advance(self, today: int) -> None:
        """Begin a day: what was due too long ago is forgotten."""
        self.today = today
        if not self.closed_to_ms:
            # What closed before the log began is none of its periods.
            self.close(day_start_ms(date.fromordinal(today), self.policy.zone))
        for agency, days in list(self.late.items()):
            kept = {day: count for day, count in days.items() if day > today - LATE_DAYS}
            if kept:
                self.late[agency] = kept
            else:
                del self.late[agency]

    def late_share(self, agency: str) -> tuple[int, int]:
        """Give how many of an agency's matters were late, of those whose time ran out in the last 90 days."""
        self.settle()
        days = self.late.get(agency, {})
        over = [count for day, count in days.items() if day < self.today]
        counted = sum(count.counted for count in over)
        return counted - sum(count.met for count in over), counted

    def _first_open(self, assessment: Assessment, at_ms: int) -> int:
        """Give the first month of the earliest period that is not closed by a moment."""
        first = period_at(self.days.of(at_ms), assessment, self.policy)
        before = period_at(self.days.of(first.start_ms - 1), assessment, self.policy)
        while before.closes_ms > at_ms:
            first = before
            before = period_at(self.days.of(first.start_ms - 1), assessment, self.policy)
        return months_of(first.name).start

    def _wanted(self, marks: Iterable[Mark]) -> list[Mark]:
        figures = self.figures
        return [mark for mark in marks if mark.figure in figures]

    def _recount(
        self, before: list[Mark], was: tuple[str, str], after: list[Mark], now: tuple[str, str]
    ) -> None:
        """Most news changes little: only marks that came or went are counted, unless the unit is another."""
        if before and was == now:
            gone = [mark for mark in before if mark not in after]
            after = [mark for mark in after if mark not in before]
            before = gone
        if before:
            self.add(before, *was, -1)
        if after:
            self.add(after, *now)

    def _relate(self, old: Matter | None, new: Matter) -> None:
        """Keep who was late: by the agency in charge, on the day that the time limit ended."""
        before = None if old is None else _closing(old)
        after = _closing(new)
        if before != after:
            for closing, sign in ((before, -1), (after, 1)):
                if closing is not None:
                    self._add_late(*closing, sign)

    def _add_late(self, agency: str, mark: Mark, sign: int) -> None:
        day = self.days.of(mark.at_ms)
        if day <= self.today - LATE_DAYS:
            return
        days = self.late.setdefault(agency, {})
        count = days.get(day, NOTHING).plus(mark, sign)
        if count == NOTHING:
            del days[day]
            if not days:
                del self.late[agency]
        else:
            days[day] = count

    def _month(self, at_ms: int) -> int:
        ordinal = self.days.of(at_ms)
        month = self.months.get(ordinal)
        if month is None:
            if len(self.months) >= DAYS_KEPT_MAX:
                self.months.clear()
            day = date.fromordinal(ordinal)
            month = self.months[ordinal] = day.year * 12 + day.month - 1
        return month

    def _area(self, place: str) -> str:
        """Give the area that a place counts in, the place itself where that is higher; "" where none is assessed."""
        area = self.areas.get(place)
        if area is None:
            area = (ancestor_at(self.policy, place, self.tier) or place) if self.tier is not None else ""
            self.areas[place] = area
        return area

    def _unit(self, area: str, tier: Tier) -> str | None:
        return ancestor_at(self.policy, area, tier)


def _closing(matter: Matter) -> tuple[str, Mark] | None:
    if not matter.close_due_ms or matter.standing is Standing.WITHDRAWN:
        return None
    return agency_of(matter), closing_mark(matter)
