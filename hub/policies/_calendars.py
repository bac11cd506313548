"""Reads `calendars/*.toml` and lays out the working days of the covered years."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
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


class OverrideFile(PolicyFile):
    """One day that is decided here, whatever the source says."""

    day: date
    working: bool


class CalendarFile(PolicyFile):
    """Where the working days come from.

    `chinesecalendar` knows China's moved working days (调休); `holidays` needs a `country` (ISO 3166 alpha-2)
    and knows that country's weekend; `weekdays` is Monday to Friday without holidays. A year with an override
    counts as covered.
    """

    name: Annotated[str, Field(min_length=1)]
    source: Literal["chinesecalendar", "holidays", "weekdays"]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    overrides: list[OverrideFile] = Field(default_factory=list)


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
        _check_overrides(written, name, faults)
        source = _source(written, name, faults)
        if source is not None and written.name == wanted:
            found = _lay_out(written, source)
    # A calendar that could not be read may be the one that is wanted.
    if wanted is not None and wanted not in names and readable:
        zh, en = f"calendars/ 里没有日历“{wanted}”", f'there is no calendar "{wanted}" in calendars/'
        faults.append(Fault("jurisdiction.toml", "calendar", zh, en))
    return found


def _check_overrides(written: CalendarFile, name: str, faults: list[Fault]) -> None:
    for day, times in Counter(override.day for override in written.overrides).items():
        if times > 1:
            faults.append(Fault(name, "overrides", f"日期 {day} 重复", f"day {day} appears twice"))


def _source(written: CalendarFile, name: str, faults: list[Fault]) -> _Source | None:
    if (written.country is not None) != (written.source == "holidays"):
        zh, en = (
            "country 只能且必须与 source = holidays 同用",
            "country goes with source = holidays, and only there",
        )
        faults.append(Fault(name, "country", zh, en))
        return None
    if written.source == "chinesecalendar":
        return _china()
    if written.source == "weekdays":
        years = range(YEAR_MIN, YEAR_MAX + 1)
        return _Source(years, SATURDAY_AND_SUNDAY, lambda day: day.isoweekday() not in SATURDAY_AND_SUNDAY)
    try:
        return _country(written.country or "")
    except NotImplementedError:
        zh = f"没有国家“{written.country}”的假日数据,请改用 weekdays 加 overrides"
        en = f'no holiday data for country "{written.country}"; use source = weekdays with overrides'
        faults.append(Fault(name, "country", zh, en))
        return None


def _china() -> _Source:
    # The package's own is_workday() searches its whole table for every day asked.
    from chinese_calendar.constants import holidays, workdays  # noqa: PLC0415

    def works(day: date) -> bool:
        return day in workdays or (day.isoweekday() not in SATURDAY_AND_SUNDAY and day not in holidays)

    return _Source(range(YEAR_MIN, max(holidays).year + 1), SATURDAY_AND_SUNDAY, works)


def _country(country: str) -> _Source:
    # Importing the package takes longer than loading a whole Chinese jurisdiction, which has no need of it.
    from holidays import country_holidays  # noqa: PLC0415

    listed = country_holidays(country)
    years = range(max(YEAR_MIN, listed.start_year), min(YEAR_MAX, listed.end_year) + 1)
    listed = country_holidays(country, years=years)
    return _Source(years, frozenset(day + 1 for day in listed.weekend), listed.is_working_day)


def _lay_out(written: CalendarFile, source: _Source) -> Calendar:
    overrides = {override.day: override.working for override in written.overrides}
    years = frozenset(source.years) | {day.year for day in overrides}

    def works(day: date) -> bool:
        if day in overrides:
            return overrides[day]
        return source.works(day) if day.year in source.years else day.isoweekday() not in source.weekend

    working = frozenset(day for year in years for day in _days(year) if works(day))
    return Calendar(written.name, years, working, source.weekend)


def _days(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
