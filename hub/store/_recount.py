"""The auditor's own calendar: when a span is over, counted minute by minute of office and day by day.

Written anew beside `hub/model/clock.py` and slower: it steps through days and hours instead of looking them up.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hub.policies.models import DayEnd, Policy, Span, Unit

MS: Final = timedelta(milliseconds=1)
FLAT: Final = {Unit.MINUTES: timedelta(minutes=1), Unit.HOURS: timedelta(hours=1)}


def due_by_hand(policy: Policy, started_ms: int, span: Span, extended: int = 0) -> int:
    """Give when a span from a moment is over, epoch milliseconds; `extended` is as many more of its unit."""
    if span.unit in FLAT:
        return started_ms + (span.count + extended) * (FLAT[span.unit] // MS)
    if span.unit is Unit.WORKING_HOURS:
        return _after_hours(policy, started_ms, timedelta(hours=span.count + extended))
    last = _last_day(policy, _moment(policy, started_ms).date(), span, span.count)
    if extended:
        last = _last_day(policy, last, span, extended)
    if span.ends is DayEnd.OFFICE:
        return _ms(policy, last, policy.calendar.office[-1][1])
    return _ms(policy, last, 24 * 60)


def _last_day(policy: Policy, day: date, span: Span, count: int) -> date:
    while count:
        day += timedelta(days=1)
        if span.unit is Unit.DAYS or _works(policy, day):
            count -= 1
    while span.unit is Unit.DAYS and span.rolls and not _works(policy, day):
        day += timedelta(days=1)
    return day


def _after_hours(policy: Policy, started_ms: int, left: timedelta) -> int:
    day = _moment(policy, started_ms).date()
    now_ms = started_ms
    while True:
        for opens, closes in policy.calendar.office if _works(policy, day) else ():
            begin, end = max(now_ms, _ms(policy, day, opens)), _ms(policy, day, closes)
            if end > begin:
                if left <= (end - begin) * MS:
                    return begin + left // MS
                left -= (end - begin) * MS
                now_ms = end
        day += timedelta(days=1)


def _works(policy: Policy, day: date) -> bool:
    calendar = policy.calendar
    return day in calendar.working if day.year in calendar.years else day.isoweekday() not in calendar.weekend


def _moment(policy: Policy, at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone(policy.zone)


def _ms(policy: Policy, day: date, minute: int) -> int:
    day += timedelta(days=minute // 1440)
    minute %= 1440
    return round(
        datetime.combine(day, time(minute // 60, minute % 60), tzinfo=policy.zone).timestamp() * 1000
    )
