"""Times as text, fast: RFC 3339 with the zone's offset, and the promised days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from hub.tools.simulate.demand import is_working

if TYPE_CHECKING:
    from datetime import tzinfo

    from hub.policies.models import Calendar

DAY_S: Final = 86400
HOTLINE_WORKING_DAYS: Final = 5
MINUTES: Final = tuple(f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1440))
SECONDS: Final = tuple(f"{second:02d}" for second in range(60))
EPOCH: Final = date(1970, 1, 1)


def offset_of(zone: tzinfo, day: date) -> int:
    """The zone's offset from UTC at noon of a day, in seconds."""
    delta = datetime.combine(day, time(12), zone).utcoffset() or timedelta(0)
    return int(delta.total_seconds())


def offset_text(offset: int) -> str:
    """An offset as RFC 3339 writes it, e.g. `+08:00`."""
    sign, minutes = "-" if offset < 0 else "+", abs(offset) // 60
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"


@cache
def _date(day: int) -> str:
    return (EPOCH + timedelta(day)).isoformat()


class Stamps:
    """Writes epoch seconds as the local time of one offset from UTC."""

    def __init__(self, offset: int) -> None:
        self._offset = offset
        self._text = offset_text(offset)

    def text(self, epoch: int) -> str:
        """RFC 3339 with this offset."""
        day, of_day = divmod(epoch + self._offset, DAY_S)
        minute, second = divmod(of_day, 60)
        return f"{_date(day)}{MINUTES[minute]}{SECONDS[second]}{self._text}"


def promise(calendar: Calendar, day: date, days: int, offset: int) -> str:
    """The time a source promises: 18:00 after `days` natural days, or (0) after five working days."""
    left = HOTLINE_WORKING_DAYS if days == 0 else 0
    due = day + timedelta(days)
    while left:
        due += timedelta(1)
        left -= is_working(calendar, due)
    return f"{due.isoformat()}T18:00:00{offset_text(offset)}"


def base36(number: int) -> str:
    """A whole number in digits and lower-case letters."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = digits[number % 36]
    while number := number // 36:
        text = digits[number % 36] + text
    return text


def run_tag(seed: int, start: datetime) -> str:
    """What makes the ids of one run its own: the seed and the instant it starts at (milliseconds)."""
    since = start - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{seed}.{base36(since // timedelta(milliseconds=1))}"
