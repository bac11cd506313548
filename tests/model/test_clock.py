"""Calendar arithmetic: 民法典 201 and 203, holidays, made-up days, zones with summer time."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from hub.model.clock import Days, due_ms, is_working, local
from hub.policies.models import Calendar, Span, Unit
from tests.builders import CHINA, a_calendar, at

CALENDAR = a_calendar()
WEEKDAYS = Calendar("weekdays", frozenset(), frozenset())
BERLIN = ZoneInfo("Europe/Berlin")
BEIRUT = ZoneInfo("Asia/Beirut")


def working(count: int) -> Span:
    return Span(count, Unit.WORKING_DAYS)


def natural(count: int) -> Span:
    return Span(count, Unit.DAYS)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("03-05 11:00", 3, "03-11 00:00"),
        ("03-05 00:00", 3, "03-11 00:00"),
        ("03-05 23:59", 3, "03-11 00:00"),
        ("03-11 00:00", 5, "03-19 00:00"),
        ("03-19 00:00", 7, "03-31 00:00"),
        ("03-06 09:00", 1, "03-10 00:00"),
        ("03-07 09:00", 1, "03-10 00:00"),
        ("02-13 09:00", 1, "02-15 00:00"),
        ("02-14 09:00", 1, "02-25 00:00"),
        ("02-27 09:00", 1, "03-01 00:00"),
        ("04-03 09:00", 1, "04-08 00:00"),
        ("04-30 09:00", 2, "05-08 00:00"),
        ("05-08 09:00", 1, "05-10 00:00"),
        ("09-30 09:00", 1, "10-09 00:00"),
        ("12-31 09:00", 1, "2027-01-02 00:00"),
    ],
)
def test_working_days_skip_the_first_day_and_every_holiday(start: str, count: int, due: str) -> None:
    assert due_ms(at(start), working(count), CALENDAR, CHINA) == at(due)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("03-02 09:00", 1, "03-04 00:00"),
        ("03-02 09:00", 4, "03-07 00:00"),
        ("03-02 09:00", 5, "03-10 00:00"),
        ("03-02 09:00", 6, "03-10 00:00"),
        ("02-10 09:00", 10, "02-25 00:00"),
        ("02-13 09:00", 1, "02-15 00:00"),
    ],
)
def test_a_last_natural_day_on_a_holiday_rolls_on_to_the_next_working_day(
    start: str, count: int, due: str
) -> None:
    assert due_ms(at(start), natural(count), CALENDAR, CHINA) == at(due)


def test_a_made_up_saturday_is_a_working_day_and_a_holiday_monday_is_none() -> None:
    assert is_working(date(2026, 2, 14), CALENDAR)
    assert not is_working(date(2026, 2, 16), CALENDAR)


def test_outside_the_covered_years_every_weekday_works() -> None:
    assert is_working(date(2031, 10, 1), CALENDAR)
    assert not is_working(date(2031, 10, 4), CALENDAR)


def test_another_weekend_is_kept() -> None:
    calendar = Calendar("friday", frozenset(), frozenset(), weekend=frozenset({5, 6}))

    assert [is_working(date(2026, 3, day), calendar) for day in range(5, 9)] == [True, False, False, True]


def test_a_day_clock_ends_at_local_midnight_though_the_clocks_were_put_forward() -> None:
    start = at("2026-03-27T12:00:00+01:00")

    assert due_ms(start, working(1), WEEKDAYS, BERLIN) == at("2026-03-31T00:00:00+02:00")


def test_a_day_clock_ends_at_local_midnight_though_the_clocks_were_put_back() -> None:
    start = at("2026-10-23T12:00:00+02:00")

    assert due_ms(start, working(1), WEEKDAYS, BERLIN) == at("2026-10-27T00:00:00+01:00")


def test_a_midnight_that_summer_time_leaves_out_is_the_moment_it_starts() -> None:
    start = at("2026-03-27T12:00:00+02:00")

    assert due_ms(start, natural(1), Calendar("none", frozenset(), frozenset(), frozenset()), BEIRUT) == at(
        "2026-03-28T22:00:00+00:00"
    )


@pytest.mark.parametrize("count", [0, -1, 3661])
def test_a_span_without_length_or_bound_is_our_own_mistake(count: int) -> None:
    with pytest.raises(AssertionError, match="positive and bounded"):
        due_ms(at("03-02 09:00"), working(count), CALENDAR, CHINA)


@pytest.mark.parametrize(
    "zone", [CHINA, BERLIN, BEIRUT, ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC"), ZoneInfo("America/St_Johns")]
)
def test_the_day_of_an_instant_is_its_local_day(zone: ZoneInfo) -> None:
    days = Days(zone)
    start = at("2026-01-01T00:00:00+00:00")
    instants = [start + n * 7 * 60_000 - 1 for n in range(0, 80_000, 7)]

    assert [days.of(instant) for instant in instants] == [
        local(instant, zone).toordinal() for instant in instants
    ]


@pytest.mark.parametrize("moment", ["0001-01-02T00:00:00+00:00", "9999-12-31T09:00:00+08:00"])
def test_the_ends_of_the_calendar_have_days_too(moment: str) -> None:
    assert Days(CHINA).of(at(moment)) == local(at(moment), CHINA).toordinal()


def test_a_day_begins_at_its_first_millisecond() -> None:
    days = Days(CHINA)

    assert days.of(at("03-02 00:00")) - days.of(at("03-02 00:00") - 1) == 1
