"""A clock warns at a fraction of its span, stands still while paused and is extended; dates worked out by hand."""

from __future__ import annotations

import pytest

from hub.model.clock import due_ms, extended_due_ms, office_ms, resumed_due_ms, warn_ms
from hub.policies.models import DayEnd, Span, Unit
from tests.model.notices import CALENDAR, CHINA, at

MONTH = Span(30, Unit.DAYS)


def resumed(due: str, paused: str, resumed: str, span: Span) -> int:
    return resumed_due_ms(at(due), at(paused), at(resumed), span, CALENDAR, CHINA)


@pytest.mark.parametrize(
    ("start", "span", "fraction", "warned"),
    [
        ("2026-03-02 09:00", Span(24, Unit.HOURS), 0.5, "2026-03-02 21:00"),
        ("2026-03-02 09:00", Span(30, Unit.MINUTES), 0.5, "2026-03-02 09:15"),
        ("2026-03-05 11:00", Span(4, Unit.WORKING_HOURS), 0.5, "2026-03-05 15:30"),
        # Office hours to the end: Thu 4, Fri 7, made-up Sat 7, Tue 7; half of 25 is Sat 09:30.
        ("2026-02-12 11:00", Span(3, Unit.WORKING_DAYS), 0.5, "2026-02-14 09:30"),
        # 20 hours are Tue 24 10:00: nobody is warned in the holiday.
        ("2026-02-12 11:00", Span(3, Unit.WORKING_DAYS), 0.8, "2026-02-24 10:00"),
        # From 03-02 00:00 to 03-13 00:00 are eleven days.
        ("2026-03-02 00:00", Span(10, Unit.DAYS), 0.5, "2026-03-07 12:00"),
    ],
)
def test_a_warning_comes_when_its_share_of_the_span_has_passed(
    start: str, span: Span, fraction: float, warned: str
) -> None:
    due = due_ms(at(start), span, CALENDAR, CHINA)

    assert warn_ms(at(start), due, fraction, span, CALENDAR, CHINA) == at(warned)


def test_a_warning_of_a_clock_whose_rest_lies_outside_office_hours_counts_all_time() -> None:
    start, due = at("2026-03-07 00:00"), at("2026-03-08 00:00")

    warned = warn_ms(start, due, 0.5, Span(1, Unit.WORKING_DAYS), CALENDAR, CHINA)

    assert warned == at("2026-03-07 12:00")


@pytest.mark.parametrize("fraction", [0, -0.5, 1.01])
def test_a_warning_outside_its_span_is_our_own_mistake(fraction: float) -> None:
    with pytest.raises(AssertionError, match="within its span"):
        warn_ms(at("2026-03-02 09:00"), at("2026-03-03 00:00"), fraction, MONTH, CALENDAR, CHINA)


@pytest.mark.parametrize(
    ("due", "paused", "until", "moved"),
    [
        ("2026-04-02 00:00", "2026-03-10 14:00", "2026-03-17 10:00", "2026-04-09 00:00"),
        # Three days on lie in 清明 and roll to Tuesday.
        ("2026-04-02 00:00", "2026-03-10 14:00", "2026-03-13 10:00", "2026-04-08 00:00"),
        ("2026-04-02 00:00", "2026-03-10 08:00", "2026-03-10 18:00", "2026-04-02 00:00"),
    ],
)
def test_a_hearing_moves_a_clock_of_natural_days_by_the_days_that_began_in_it(
    due: str, paused: str, until: str, moved: str
) -> None:
    assert resumed(due, paused, until, MONTH) == at(moved)


@pytest.mark.parametrize(
    ("paused", "until", "moved"),
    [
        # Sat 14, Tue 24, Wed 25 and Thu 26 began; after Tue 24 come Wed, Thu, Fri and made-up Sat 28.
        ("2026-02-13 09:00", "2026-02-26 09:00", "2026-03-01 00:00"),
        # A pause within the holiday takes no working day.
        ("2026-02-16 09:00", "2026-02-22 09:00", "2026-02-25 00:00"),
        # One that ends in the holiday ends with it: the rest of Saturday is owed on Tuesday, Tuesday's on Wednesday.
        ("2026-02-14 09:00", "2026-02-18 09:00", "2026-02-26 00:00"),
    ],
)
def test_an_appraisal_moves_a_clock_of_working_days_by_the_worked_days_that_began_in_it(
    paused: str, until: str, moved: str
) -> None:
    assert resumed("2026-02-25 00:00", paused, until, Span(3, Unit.WORKING_DAYS)) == at(moved)


def test_a_pause_moves_working_hours_by_the_office_hours_it_took() -> None:
    # Half an hour on Saturday and two hours after the holiday.
    moved = resumed("2026-02-24 08:30", "2026-02-14 17:00", "2026-02-24 10:00", Span(2, Unit.WORKING_HOURS))

    assert moved == at("2026-02-24 11:00")


def test_a_pause_over_a_holiday_takes_no_office_hours() -> None:
    moved = resumed("2026-02-24 08:30", "2026-02-14 17:30", "2026-02-24 08:00", Span(2, Unit.WORKING_HOURS))

    assert moved == at("2026-02-24 08:30")


@pytest.mark.parametrize("unit", [Unit.HOURS, Unit.MINUTES])
def test_a_pause_moves_hours_and_minutes_by_all_the_time_it_took(unit: Unit) -> None:
    moved = resumed("2026-02-14 12:00", "2026-02-14 11:00", "2026-02-16 11:30", Span(90, unit))

    assert moved == at("2026-02-16 12:30")


def test_a_pause_that_ends_after_closing_leaves_the_next_day_to_a_clock_that_ends_at_closing() -> None:
    span = Span(3, Unit.WORKING_DAYS, ends=DayEnd.OFFICE)

    moved = resumed("2026-03-05 17:30", "2026-03-05 10:00", "2026-03-05 20:00", span)

    assert moved == at("2026-03-06 17:30")


@pytest.mark.parametrize("unit", list(Unit))
def test_a_clock_that_was_over_before_the_pause_stays_over(unit: Unit) -> None:
    over = resumed("2026-03-05 00:00", "2026-03-05 00:00", "2026-04-05 00:00", Span(3, unit))

    assert over == at("2026-03-05 00:00")


def test_a_clock_that_resumes_before_it_paused_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="resumes after it paused"):
        resumed("2026-04-02 00:00", "2026-03-10 14:00", "2026-03-10 13:00", MONTH)


def test_an_extension_counts_from_the_day_that_was_the_last() -> None:
    # Sixty days from 2 March end on 1 May, a holiday: Wed 6 May; thirty more on Fri 5 June.
    due = due_ms(at("2026-03-02 09:00"), Span(60, Unit.DAYS), CALENDAR, CHINA)

    assert due == at("2026-05-07 00:00")
    assert extended_due_ms(due, MONTH, CALENDAR, CHINA) == at("2026-06-06 00:00")


def test_an_extension_by_hours_counts_from_the_due_moment() -> None:
    due = at("2026-03-02 09:00")

    assert extended_due_ms(due, Span(2, Unit.HOURS), CALENDAR, CHINA) == at("2026-03-02 11:00")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-05 11:00", "2026-03-05 17:00", 3.5),
        ("2026-03-05 12:00", "2026-03-05 14:30", 0),
        ("2026-03-06 17:00", "2026-03-09 08:15", 0.75),
        ("2026-03-05 11:00", "2026-03-05 11:00", 0),
        ("2026-02-01 00:00", "2026-03-01 00:00", 16 * 7),
    ],
)
def test_office_hours_between_two_instants(start: str, end: str, hours: float) -> None:
    assert office_ms(at(start), at(end), CALENDAR, CHINA) == hours * 3_600_000
