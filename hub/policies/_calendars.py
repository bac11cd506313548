"""Reads `calendars/*.toml`: office hours, and the working days of the covered years laid out."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.faults import Fault
from hub.policies.models import Calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

YEAR_MIN: Final = 2010
YEAR_MAX: Final = 2040
SATURDAY_AND_SUNDAY: Final = frozenset({6, 7})
OFFICE_HOURS: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
USUAL_HOURS: Final = ["09:00-12:00", "13:00-17:00"]
DAYS_A_WEEK: Final = 7


class DecidedFile(PolicyFile):
    """Days that are decided here whatever the source says, and by whom or on which ground."""

    days: list[date] = Field(min_length=1)
    why: str = Field(min_length=1)


class CalendarFile(PolicyFile):
    """Where the working days come from.

    `chinesecalendar` knows China's moved working days (调休); `holidays` needs a `country` (ISO 3166 alpha-2)
    and knows that country's weekend; `weekdays` is Monday to Friday without holidays. `holidays` and
    `working_days` decide single days whatever the source says; their years count as covered. `weekend` (ISO weekday
    numbers) is for a source that has no moved days. `office_hours` are worked on every working day.
    """

    name: Annotated[str, Field(min_length=1)]
    source: Literal["chinesecalendar", "holidays", "weekdays"]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    weekend: list[Annotated[int, Field(ge=1, le=7)]] | None = None
    office_hours: list[Annotated[str, Field(pattern=OFFICE_HOURS)]] = Field(default=USUAL_HOURS, min_length=1)
    holidays: list[DecidedFile] = Field(default_factory=list)
    working_days: list[DecidedFile] = Field(default_factory=list)


class _Source:
    """Years a source covers, the weekend it keeps and its answer for a day."""

    def __init__(self, years: range, weekend: frozenset[int], works: Callable[[date], bool]) -> None:
        self.years = years
        self.weekend = weekend
        self.works = works


def read_calendar(folder: Path, wanted: str | None, faults: list[Fault]) -> Calendar | None:
    """Read every calendar and lay out the one that is wanted; None with a fault when it cannot be."""
    found: Calendar | None = None
    names: set[str] = set()
    readable = True
    for name in names_of(folder, "calendars"):
        written = read_file(folder, name, CalendarFile, faults)
        if written is None:
            readable = False
            continue
        if written.name in names:
            zh, en = f"日历“{written.name}”重复", f'calendar "{written.name}" appears twice'
            faults.append(Fault(name, "name", zh, en))
        names.add(written.name)
        _check_decided(written, name, faults)
        office = _office(written, name, faults)
        source = _source(written, name, faults)
        if source is not None and written.name == wanted:
            found = _lay_out(written, source, office)
    # A calendar that could not be read may be the one that is wanted.
    if wanted is not None and wanted not in names and readable:
        zh, en = f"calendars/ 里没有日历“{wanted}”", f'there is no calendar "{wanted}" in calendars/'
        faults.append(Fault("jurisdiction.toml", "calendar", zh, en))
    return found


def _check_decided(written: CalendarFile, name: str, faults: list[Fault]) -> None:
    times = Counter(day for decided in (*written.holidays, *written.working_days) for day in decided.days)
    for day in (day for day, often in times.items() if often > 1):
        zh, en = f"日期 {day} 写了不止一次", f"day {day} is written more than once"
        faults.append(Fault(name, "holidays, working_days", zh, en))


def _office(written: CalendarFile, name: str, faults: list[Fault]) -> tuple[tuple[int, int], ...]:
    """Read the office hours as minutes of the day; they must be in order and apart."""
    hours = [tuple(map(_minute, text.split("-"))) for text in written.office_hours]
    ended = -1
    for n, (opens, closes) in enumerate(hours):
        if not ended < opens < closes:
            zh, en = "时段须先后有序、互不相接", "hours must be in order, apart and not empty"
            faults.append(Fault(name, f"office_hours[{n}]", zh, en))
        ended = closes
    return tuple((opens, closes) for opens, closes in hours)


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _source(written: CalendarFile, name: str, faults: list[Fault]) -> _Source | None:
    if (written.country is not None) != (written.source == "holidays"):
        zh, en = (
            "country 只能且必须与 source = holidays 同用",
            "country goes with source = holidays, and only there",
        )
        faults.append(Fault(name, "country", zh, en))
        return None
    weekend = None if written.weekend is None else frozenset(written.weekend)
    if weekend is not None and (written.source == "chinesecalendar" or len(weekend) == DAYS_A_WEEK):
        # A notice of moved days says which Saturdays and Sundays are worked, and means only those.
        zh = "weekend 至多六天,且不能与 source = chinesecalendar 同用"
        en = "weekend has at most six days and does not go with source = chinesecalendar"
        faults.append(Fault(name, "weekend", zh, en))
        return None
    if written.source == "chinesecalendar":
        return _china()
    if written.source == "weekdays":
        years, weekend = range(YEAR_MIN, YEAR_MAX + 1), SATURDAY_AND_SUNDAY if weekend is None else weekend
        return _Source(years, weekend, lambda day: day.isoweekday() not in weekend)
    try:
        return _country(written.country or "", weekend)
    except NotImplementedError:
        zh = f"没有国家“{written.country}”的假日数据,请改用 weekdays 加 holidays 表"
        en = f'no holiday data for country "{written.country}"; use source = weekdays and list holidays'
        faults.append(Fault(name, "country", zh, en))
        return None


def _china() -> _Source:
    # The package's own is_workday() searches its whole table for every day asked.
    from chinese_calendar.constants import holidays, workdays  # noqa: PLC0415

    def works(day: date) -> bool:
        return day in workdays or (day.isoweekday() not in SATURDAY_AND_SUNDAY and day not in holidays)

    return _Source(range(YEAR_MIN, max(holidays).year + 1), SATURDAY_AND_SUNDAY, works)


def _country(country: str, weekend: frozenset[int] | None) -> _Source:
    # Importing the package takes longer than loading a whole Chinese jurisdiction, which has no need of it.
    from holidays import country_holidays  # noqa: PLC0415

    listed = country_holidays(country)
    years = range(max(YEAR_MIN, listed.start_year), min(YEAR_MAX, listed.end_year) + 1)
    listed = country_holidays(country, years=years)
    if weekend is not None:
        listed.weekend = {day - 1 for day in weekend}
    return _Source(years, frozenset(day + 1 for day in listed.weekend), listed.is_working_day)


def _lay_out(written: CalendarFile, source: _Source, office: tuple[tuple[int, int], ...]) -> Calendar:
    decided = {day: False for listed in written.holidays for day in listed.days}
    decided |= {day: True for listed in written.working_days for day in listed.days}
    years = frozenset(source.years) | {day.year for day in decided}

    def works(day: date) -> bool:
        if day in decided:
            return decided[day]
        return source.works(day) if day.year in source.years else day.isoweekday() not in source.weekend

    working = frozenset(day for year in years for day in _days(year) if works(day))
    return _one(written.name, years, working, source.weekend, office)


@lru_cache(maxsize=16)
def _one(
    name: str,
    years: frozenset[int],
    working: frozenset[date],
    weekend: frozenset[int],
    office: tuple[tuple[int, int], ...],
) -> Calendar:
    """Equal calendars are one object: due moments are remembered by it, and to compare years of days takes long."""
    return Calendar(name, years, working, weekend, office)


def _days(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
