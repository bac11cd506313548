"""The figures of assessments that are under way, and who was late of late: sums of marks, kept as they change.

All of it is what the rows of matters, tasks and decisions already say; loading counts them anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.model.clock import Days
from hub.model.figure import Mark, closing_mark, matter_marks, task_marks
from hub.model.matter import Matter, Standing, agency_of
from hub.model.period import Period, period_at
from hub.model.place import ancestor_at
from hub.schemas.figures import Figure

if TYPE_CHECKING:
    from hub.model.task import Task
    from hub.policies.assessment import Assessment
    from hub.policies.models import Policy

LATE_DAYS: Final = 90
"""Who was late is asked over as many days."""


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
Key = tuple[str, str, str, Figure]
"""An assessment, a period, a unit and a figure."""


@dataclass(slots=True)
class Tallies:
    """Counts by assessment, period, unit and figure, of periods that were not closed by `closed_to_ms`.

    `late` holds by agency and day how many matters had to be closed by then, and how many of those were.
    """

    policy: Policy
    days: Days = field(init=False)
    counts: dict[Key, Count] = field(default_factory=dict)
    late: dict[str, dict[int, Count]] = field(default_factory=dict)
    today: int = 0
    closed_to_ms: int = 0
    periods: dict[tuple[str, int], Period] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Days begin where the city lies."""
        self.days = Days(self.policy.zone)

    def retell(self, old: Matter | None, new: Matter) -> None:
        """Count a matter as it stands now, and no longer as it stood."""
        for matter, sign in ((old, -1), (new, 1)):
            if matter is None:
                continue
            if matter.close_due_ms and matter.standing is not Standing.WITHDRAWN:
                self._add_late(agency_of(matter), closing_mark(matter), sign)
            if self.policy.assessments:
                self.add(matter_marks(matter), agency_of(matter), matter.place, sign)

    def retask(self, old: Task | None, new: Task, place: str) -> None:
        """Count a task as it stands now, and no longer as it stood; `place` is its problem's."""
        if self.policy.assessments:
            if old is not None:
                self.add(task_marks(old), old.agency, place, -1)
            self.add(task_marks(new), new.agency, place, 1)

    def add(self, marks: Iterable[Mark], agency: str, place: str, sign: int = 1) -> None:
        """Add marks (or take them off) where their unit is assessed in a period that is open."""
        for mark in marks:
            for assessment in self.policy.assessments:
                period = self._period(assessment, mark.at_ms)
                unit = self._unit(assessment, agency, place)
                if period.closes_ms > self.closed_to_ms and unit is not None:
                    key = (assessment.name, period.name, unit, mark.figure)
                    count = self.counts.get(key, NOTHING).plus(mark, sign)
                    if count == NOTHING:
                        self.counts.pop(key, None)
                    else:
                        self.counts[key] = count

    def advance(self, today: int) -> None:
        """Begin a day: what was due too long ago is forgotten."""
        self.today = today
        for agency, days in list(self.late.items()):
            kept = {day: count for day, count in days.items() if day > today - LATE_DAYS}
            if kept:
                self.late[agency] = kept
            else:
                del self.late[agency]

    def close(self, assessment: Assessment, period: Period) -> None:
        """Forget a period whose scores were worked out."""
        for key in [key for key in self.counts if key[:2] == (assessment.name, period.name)]:
            del self.counts[key]

    def late_share(self, agency: str) -> tuple[int, int]:
        """Give how many of an agency's matters were late, of those whose time ran out in the last 90 days."""
        days = self.late.get(agency, {})
        over = [count for day, count in days.items() if day < self.today]
        counted = sum(count.counted for count in over)
        return counted - sum(count.met for count in over), counted

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

    def _period(self, assessment: Assessment, at_ms: int) -> Period:
        key = (assessment.name, self.days.of(at_ms))
        period = self.periods.get(key)
        if period is None:
            period = self.periods[key] = period_at(key[1], assessment, self.policy)
        return period

    def _unit(self, assessment: Assessment, agency: str, place: str) -> str | None:
        if assessment.units is None:
            return agency
        return ancestor_at(self.policy, place, assessment.units)
