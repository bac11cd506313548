"""Assessment periods: their names (`2026`, `2026-H1`, `2026-Q1`, `2026-03`), their days, and when they close."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.model.clock import day_start_ms, due_ms
from hub.policies.assessment import Every

if TYPE_CHECKING:
    from hub.policies.assessment import Assessment
    from hub.policies.models import Policy

MONTHS: Final = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}
YEAR_LENGTH: Final = 4


class Period(NamedTuple):
    """A period: its name, its first moment, the first one after it, and when its scores are worked out; epoch ms."""

    name: str
    start_ms: int
    end_ms: int
    closes_ms: int


def period_name(day: date, every: Every) -> str:
    """Give the name of the period that a day lies in."""
    if every is Every.MONTH:
        return f"{day.year:04d}-{day.month:02d}"
    if every is Every.YEAR:
        return f"{day.year:04d}"
    number = (day.month - 1) // MONTHS[every] + 1
    return f"{day.year:04d}-{'Q' if every is Every.QUARTER else 'H'}{number}"


def period_days(name: str) -> tuple[date, date]:
    """Give a period's first day and the first day after it; raises `ValueError` for what names none."""
    year = int(name[:YEAR_LENGTH])
    part = name[YEAR_LENGTH:]
    if not part:
        months, first = 12, 1
    elif part.startswith(("-Q", "-H")):
        months = 3 if part[1] == "Q" else 6
        first = (int(part[2:]) - 1) * months + 1
    else:
        months, first = 1, int(part[1:])
    begin = date(year, first, 1)
    last = first + months - 1
    end = date(year + (last == 12), last % 12 + 1, 1)
    return begin, end


def months_of(name: str) -> range:
    """Give a period's months, each as its year times 12 plus its month from 0."""
    first, after = period_days(name)
    return range(first.year * 12 + first.month - 1, after.year * 12 + after.month - 1)


def period_at(day: int, assessment: Assessment, policy: Policy) -> Period:
    """Give the period of an assessment that a day (proleptic ordinal) lies in."""
    return named_period(period_name(date.fromordinal(day), assessment.every), assessment, policy)


def named_period(name: str, assessment: Assessment, policy: Policy) -> Period:
    """Give an assessment's period by its name; raises `ValueError` for what names none."""
    first, after = period_days(name)
    start_ms, end_ms = day_start_ms(first, policy.zone), day_start_ms(after, policy.zone)
    closes_ms = end_ms
    if assessment.closes_after is not None:
        # Counted from the last day, which is the first day and so not counted itself.
        closes_ms = due_ms(end_ms - 1, assessment.closes_after, policy.calendar, policy.zone)
    return Period(name, start_ms, end_ms, closes_ms)


def last_day(period: Period) -> date:
    """Give the last day of a period."""
    return period_days(period.name)[1] - timedelta(days=1)
