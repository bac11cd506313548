"""Calendar arithmetic: local days of an instant; due moments, warnings and pauses of a span (民法典 201, 203)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from hub.policies.models import Calendar, DayEnd, Span, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000
MINUTES_A_DAY: Final = 1440
DAYS_KEPT_MAX: Final = 100_000
FAR_DAYS: Final = 700_000
"""So many days from 1970 on and back no calendar overflows while it looks at the next day."""

SPAN_COUNT_MAX: Final = 3660
"""No span counts further: of the longest unit, working days, that is more than ten years."""
SEARCH_DAYS_MAX: Final = 40_000
"""The longest span is over by then even if only one day in ten is worked."""

DUES_KEPT_MAX: Final = 4096


@dataclass(slots=True)
class Days:
    """Day ordinals of instants in one zone; of each UTC day is remembered when the local day changes in it."""

    zone: tzinfo
    known: dict[int, tuple[int, int]] = field(default_factory=dict)

    def of(self, at_ms: int) -> int:
        """Give the local day (proleptic ordinal) of an epoch millisecond."""
        known = self.known.get(at_ms // DAY_MS) or self._learn(at_ms // DAY_MS)
        if known is None:
            return local(at_ms, self.zone).toordinal()
        day, next_ms = known
        return day if at_ms < next_ms else day + 1

    def _learn(self, utc_day: int) -> tuple[int, int] | None:
        """Give the local day that a UTC day begins in and when the next one begins; None where clocks are set anew."""
        if abs(utc_day) > FAR_DAYS:
            return None
        first, last = local(utc_day * DAY_MS, self.zone), local((utc_day + 1) * DAY_MS, self.zone)
        if first.utcoffset() != last.utcoffset():
            return None
        if len(self.known) >= DAYS_KEPT_MAX:
            self.known.clear()
        next_ms = day_end_ms(utc_day * DAY_MS, self.zone)
        self.known[utc_day] = first.toordinal(), next_ms
        return self.known[utc_day]


def local(at_ms: int, zone: tzinfo) -> datetime:
    """Give the local date and time of an epoch millisecond."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(zone)


def day_start_ms(day: date, zone: tzinfo) -> int:
    """Give the local midnight that a day begins with, epoch milliseconds."""
    return int(datetime.combine(day, time(), tzinfo=zone).timestamp()) * 1000


def day_end_ms(at_ms: int, zone: tzinfo) -> int:
    """Give the next local midnight after an instant, epoch milliseconds."""
    return day_start_ms(local(at_ms, zone).date() + timedelta(days=1), zone)


def is_working(day: date, calendar: Calendar) -> bool:
    """Whether offices work on a day; outside the covered years every weekday counts."""
    if day.year in calendar.years:
        return day in calendar.working
    return day.isoweekday() not in calendar.weekend


def due_ms(start_ms: int, span: Span, calendar: Calendar, zone: tzinfo) -> int:
    """When a span that starts at `start_ms` is over, epoch milliseconds.

    A day unit does not count its first day and ends with its last one; a last natural day that falls on a holiday
    rolls on to the next working day where the span says so. Working hours run in office hours alone.
    """
    assert 0 < span.count <= SPAN_COUNT_MAX, "a span is positive and bounded"
    match span.unit:
        case Unit.MINUTES:
            return start_ms + span.count * MINUTE_MS
        case Unit.HOURS:
            return start_ms + span.count * HOUR_MS
        case Unit.WORKING_HOURS:
            return _after_office_ms(start_ms, span.count * HOUR_MS, calendar, zone)
        case Unit.DAYS | Unit.WORKING_DAYS:
            return _day_due_ms(local(start_ms, zone).date(), span, calendar, zone)


@lru_cache(maxsize=DUES_KEPT_MAX)
def _day_due_ms(day: date, span: Span, calendar: Calendar, zone: tzinfo) -> int:
    """Remembered, as all matters of a day share it and sixty working days take long to count."""
    return _end_ms(_days_on(day, span.count, span, calendar), span, calendar, zone)


def extended_due_ms(due: int, extension: Span, calendar: Calendar, zone: tzinfo) -> int:
    """When a clock due at `due` is over after an extension: day units count from the day that was its last."""
    by_day = extension.unit in (Unit.DAYS, Unit.WORKING_DAYS)
    return due_ms(due - 1 if by_day else due, extension, calendar, zone)


def warn_ms(start_ms: int, due: int, fraction: float, span: Span, calendar: Calendar, zone: tzinfo) -> int:
    """When a fraction of the time from `start_ms` to `due` has passed: office time for working units, else all time."""
    assert start_ms <= due, "a clock is not due before it starts"
    assert 0 < fraction <= 1, "a warning lies within its span"
    if span.unit in (Unit.WORKING_HOURS, Unit.WORKING_DAYS):
        whole = office_ms(start_ms, due, calendar, zone)
        # A moved due moment may leave no office hour before it; then all time counts.
        if whole:
            return _after_office_ms(start_ms, int(whole * fraction), calendar, zone)
    return start_ms + int((due - start_ms) * fraction)


def resumed_due_ms(
    due: int, paused_ms: int, resumed_ms: int, span: Span, calendar: Calendar, zone: tzinfo
) -> int:
    """When a clock due at `due` is over after it stood still from `paused_ms` to `resumed_ms`.

    It moves by what its own unit counts of the pause: all time, office time, or the days that began in it, and a
    day clock keeps ending with a day; so it is never due before it resumes. One that was over before the pause
    stays so.
    """
    assert paused_ms <= resumed_ms, "a clock resumes after it paused"
    if paused_ms >= due:
        return due
    match span.unit:
        case Unit.MINUTES | Unit.HOURS:
            return due + resumed_ms - paused_ms
        case Unit.WORKING_HOURS:
            moved = office_ms(paused_ms, resumed_ms, calendar, zone)
            return _after_office_ms(due, moved, calendar, zone) if moved else due
        case Unit.DAYS | Unit.WORKING_DAYS:
            began = _days_began(paused_ms, resumed_ms, span, calendar, zone)
            last = local(due - 1, zone).date()
            return _end_ms(_days_on(last, began, span, calendar), span, calendar, zone) if began else due


def office_ms(from_ms: int, to_ms: int, calendar: Calendar, zone: tzinfo) -> int:
    """How many milliseconds of office hours lie between two instants."""
    hours = takewhile(lambda hours: hours[0] < to_ms, _office_from(from_ms, calendar, zone))
    return sum(min(closing, to_ms) - opening for opening, closing in hours)


def _after_office_ms(from_ms: int, passed_ms: int, calendar: Calendar, zone: tzinfo) -> int:
    """When so many milliseconds of office hours have passed; where that is a closing, not the next opening."""
    for opening, closing in _office_from(from_ms, calendar, zone):
        if passed_ms <= closing - opening:
            return opening + passed_ms
        passed_ms -= closing - opening
    raise AssertionError("the search for office hours is as long as any span")


def _office_from(from_ms: int, calendar: Calendar, zone: tzinfo) -> Iterator[tuple[int, int]]:
    """Give the office hours after an instant as (opening, closing) instants; one that runs then begins with it."""
    assert calendar.office, "a calendar has office hours"
    first = local(from_ms, zone).date()
    ended = from_ms
    for n in range(SEARCH_DAYS_MAX):
        for opens, closing in _hours_of(first + timedelta(days=n), calendar, zone):
            # Hours that touch one which summer time leaves out would overlap: none begins before the last ended.
            opening = max(opens, ended)
            if closing > opening:
                yield opening, closing
                ended = closing


@lru_cache(maxsize=DUES_KEPT_MAX)
def _hours_of(day: date, calendar: Calendar, zone: tzinfo) -> tuple[tuple[int, int], ...]:
    """Give a day's office hours as instants; none where it is not worked."""
    if not is_working(day, calendar):
        return ()
    return tuple(
        (_minute_ms(day, opens, zone), _minute_ms(day, closes, zone)) for opens, closes in calendar.office
    )


def _days_began(from_ms: int, to_ms: int, span: Span, calendar: Calendar, zone: tzinfo) -> int:
    """Count the days of a clock that begin after one instant and not after another."""
    first, last = (_day_of(at_ms, span, calendar, zone) for at_ms in (from_ms, to_ms))
    began = (last - first).days
    assert began <= SEARCH_DAYS_MAX, "a pause is bounded"
    if span.unit is Unit.DAYS:
        return began
    return sum(is_working(first + timedelta(days=n), calendar) for n in range(1, began + 1))


def _day_of(at_ms: int, span: Span, calendar: Calendar, zone: tzinfo) -> date:
    """Give the day of a clock that an instant falls on: what is over or not worked belongs to the next one."""
    day = local(at_ms, zone).date()
    if at_ms >= _end_ms(day, span, calendar, zone):
        day += timedelta(days=1)
    return day if span.unit is Unit.DAYS else _first_working(day, calendar)


def _days_on(day: date, days: int, span: Span, calendar: Calendar) -> date:
    """Give the last day of a span of days after `day`."""
    if span.unit is Unit.DAYS:
        last = day + timedelta(days=days)
        return _first_working(last, calendar) if span.rolls else last
    for _ in range(days):
        day = _first_working(day + timedelta(days=1), calendar)
    return day


def _end_ms(day: date, span: Span, calendar: Calendar, zone: tzinfo) -> int:
    if span.ends is DayEnd.OFFICE:
        return _minute_ms(day, calendar.office[-1][1], zone)
    return day_start_ms(day + timedelta(days=1), zone)


def _minute_ms(day: date, minute: int, zone: tzinfo) -> int:
    """Give the instant of a wall-clock minute of a day; minute 1440 is the next midnight."""
    if minute == MINUTES_A_DAY:
        return day_start_ms(day + timedelta(days=1), zone)
    return int(datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone).timestamp()) * 1000


def _first_working(day: date, calendar: Calendar) -> date:
    for _ in range(SEARCH_DAYS_MAX):
        if is_working(day, calendar):
            return day
        day += timedelta(days=1)
    raise AssertionError("a calendar has working days")
