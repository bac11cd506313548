"""A year of a jurisdiction's calendar as it is drawn: months of days that work or rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from hub.policies.models import Calendar


class Day(NamedTuple):
    """A day of a month: whether it works, and whether that is not what its weekday says."""

    number: int
    works: bool
    odd: bool


class Month(NamedTuple):
    """A month: its name, the ISO weekday of its first day, and its days."""

    name: str
    starts: int
    days: tuple[Day, ...]


class Year(NamedTuple):
    """A year: how many days work, how many weekdays are off (放假), how many weekend days are worked (调休)."""

    number: int
    works: int
    off: int
    made_up: int
    months: tuple[Month, ...]


def year_of(calendar: Calendar, number: int) -> Year:
    """Lay out a year; one that the calendar does not cover goes by the week alone."""
    months = tuple(_month(calendar, date(number, month, 1)) for month in range(1, 13))
    days = [day for month in months for day in month.days]
    return Year(
        number,
        works=sum(day.works for day in days),
        off=sum(day.odd and not day.works for day in days),
        made_up=sum(day.odd and day.works for day in days),
        months=months,
    )


def _month(calendar: Calendar, first: date) -> Month:
    return Month(f"{first:%Y-%m}", first.isoweekday(), tuple(_days(calendar, first)))


def _days(calendar: Calendar, first: date) -> Iterator[Day]:
    day = first
    while day.month == first.month:
        weekday = day.isoweekday() not in calendar.weekend
        works = day in calendar.working if day.year in calendar.years else weekday
        yield Day(day.day, works, works is not weekday)
        if day == date.max:
            return
        day += timedelta(days=1)
