"""Calendar arithmetic: local days of an instant, and the due moment of a span (民法典 201, 203)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from hub.policies.models import Calendar, Span, Unit

DAY_MS: Final = 86_400_000
SLOT_MS: Final = 15 * 60 * 1000
"""Every zone in use starts its days on a quarter of an hour, so one look-up serves a quarter."""

SPAN_DAYS_MAX: Final = 3660
"""No clock of the hub runs longer than ten years."""


@dataclass(slots=True)
class Days:
    """Day ordinals of instants in one zone, remembered by quarter of an hour."""

    zone: tzinfo
    known: dict[int, int] = field(default_factory=dict)

    def of(self, at_ms: int) -> int:
        """Give the local day (proleptic ordinal) of an epoch millisecond."""
        slot = at_ms // SLOT_MS
        day = self.known.get(slot)
        if day is None:
            if len(self.known) > 100_000:
                self.known.clear()
            day = self.known[slot] = local(at_ms, self.zone).toordinal()
        return day


def local(at_ms: int, zone: tzinfo) -> datetime:
    """Give the local date and time of an epoch millisecond."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(zone)


def day_end_ms(at_ms: int, zone: tzinfo) -> int:
    """Give the next local midnight after an instant, epoch milliseconds."""
    return _midnight_ms(local(at_ms, zone).date() + timedelta(days=1), zone)


def is_working(day: date, calendar: Calendar) -> bool:
    """Whether offices work on a day; outside the covered years every weekday counts."""
    if day.year in calendar.years:
        return day in calendar.working
    return day.isoweekday() not in calendar.weekend


def due_ms(start_ms: int, span: Span, calendar: Calendar, zone: tzinfo) -> int:
    """When a span that starts at `start_ms` is over: 24:00 local of its last day, the first day not counted.

    A last day of natural days that falls on a holiday rolls on to the next working day.
    """
    assert 0 < span.count <= SPAN_DAYS_MAX, "a span is positive and bounded"
    day = local(start_ms, zone).date()
    if span.unit is Unit.DAYS:
        day = _first_working(day + timedelta(days=span.count), calendar)
    else:
        for _ in range(span.count):
            day = _first_working(day + timedelta(days=1), calendar)
    return _midnight_ms(day + timedelta(days=1), zone)


def _midnight_ms(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), tzinfo=zone).timestamp()) * 1000


def _first_working(day: date, calendar: Calendar) -> date:
    while not is_working(day, calendar):
        day += timedelta(days=1)
    return day
