"""When clocks run out, day by day and office hour by office hour: slow, and easy to believe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from hub.policies.models import Policy, Span, Unit

MINUTE = 60_000
HOUR = 60 * MINUTE


def ends(policy: Policy, from_ms: int, span: Span | None) -> int | None:
    """When a span that begins at an instant is over; None for no span."""
    if span is None:
        return None
    if span.unit == Unit.MINUTES:
        return from_ms + span.count * MINUTE
    if span.unit == Unit.HOURS:
        return from_ms + span.count * HOUR
    if span.unit == Unit.WORKING_HOURS:
        return after_office(policy, from_ms, span.count * HOUR)
    return midnight(policy, last_day(policy, day_of(policy, from_ms), span.count, span) + timedelta(days=1))


def last_day(policy: Policy, day: date, count: int, span: Span) -> date:
    """Give the last day of `count` days after a day."""
    while count:
        day += timedelta(days=1)
        count -= span.unit == Unit.DAYS or works(policy, day)
    while span.rolls and not works(policy, day):
        day += timedelta(days=1)
    return day


def warns(policy: Policy, from_ms: int, due: int, fraction: float, span: Span) -> int:
    """When a fraction of the time between two instants has passed, office time for units that are worked."""
    share = Fraction(fraction)
    if span.unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS):
        worked = sum(min(shut, due) - opened for opened, shut in office(policy, from_ms, due))
        if worked:
            return after_office(policy, from_ms, int(worked * share))
    return from_ms + int((due - from_ms) * share)


def moved(policy: Policy, due: int | None, paused_ms: int, resumed_ms: int, span: Span | None) -> int | None:
    """When a clock is due after a pause: later by the days that began in it, or by its length."""
    if due is None or span is None or paused_ms >= due:
        return due
    if span.unit in (Unit.MINUTES, Unit.HOURS):
        return due + resumed_ms - paused_ms
    day, last = (_clock_day(policy, at_ms, span) for at_ms in (paused_ms, resumed_ms))
    began = 0
    while day < last:
        day += timedelta(days=1)
        began += span.unit == Unit.DAYS or works(policy, day)
    if not began:
        return due
    return midnight(policy, last_day(policy, day_of(policy, due - 1), began, span) + timedelta(days=1))


def longer(policy: Policy, due: int, days: int, span: Span) -> int:
    """When a clock is due that got so many more days of its own unit."""
    more = last_day(policy, day_of(policy, due - 1), days, span)
    return midnight(policy, more + timedelta(days=1))


def after_office(policy: Policy, from_ms: int, worked: int) -> int:
    """When so much office time has passed since an instant."""
    for opened, shut in office(policy, from_ms, from_ms + 400 * 24 * HOUR):
        if worked <= shut - opened:
            return opened + worked
        worked -= shut - opened
    raise AssertionError("no office for more than a year")


def office(policy: Policy, from_ms: int, to_ms: int) -> Iterator[tuple[int, int]]:
    """Give the office hours that begin before an instant, from another one on."""
    day = day_of(policy, from_ms)
    while (start := midnight(policy, day)) < to_ms:
        if works(policy, day):
            for opens, shuts in policy.calendar.office:
                opened = max(_wall(policy, day, opens), from_ms)
                shut = _wall(policy, day, shuts)
                if opened < min(shut, to_ms):
                    yield opened, shut
        day += timedelta(days=1)
        assert start < midnight(policy, day)


def works(policy: Policy, day: date) -> bool:
    """Whether offices work on a day."""
    if day.year in policy.calendar.years:
        return day in policy.calendar.working
    return day.isoweekday() not in policy.calendar.weekend


def midnight(policy: Policy, day: date) -> int:
    """Give the instant a local day begins."""
    return _wall(policy, day, 0)


def day_of(policy: Policy, at_ms: int) -> date:
    """Give the local day of an instant."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(policy.zone).date()


def _clock_day(policy: Policy, at_ms: int, span: Span) -> date:
    day = day_of(policy, at_ms)
    while span.unit == Unit.WORKING_DAYS and not works(policy, day):
        day += timedelta(days=1)
    return day


def _wall(policy: Policy, day: date, minute: int) -> int:
    clock = datetime.combine(day, time(minute // 60, minute % 60), policy.zone)
    return round(clock.timestamp() * 1000)
