"""Laws of the clocks, for any start, span, pause, calendar and zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hub.model.clock import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    due_ms,
    extended_due_ms,
    is_working,
    office_ms,
    resumed_due_ms,
    warn_ms,
)
from hub.policies.models import Calendar, DayEnd, Span, Unit
from tests.model.notices import CALENDAR, at

BY_DAY = (Unit.DAYS, Unit.WORKING_DAYS)
FIRST, LAST = at("2024-01-01 00:00"), at("2027-03-01 00:00")
FRIDAYS_OFF = Calendar("fridays", frozenset(), frozenset(), frozenset({5}), office=((0, 90), (600, 1440)))
SHORT_WEEKS = Calendar("short", frozenset(), frozenset(), frozenset({3, 4, 5, 6, 7}), office=((1020, 1021),))

calendars = st.sampled_from([CALENDAR, FRIDAYS_OFF, SHORT_WEEKS])
zones = st.sampled_from(
    [
        ZoneInfo(name)
        for name in ("Asia/Shanghai", "Europe/Berlin", "Asia/Beirut", "Asia/Kathmandu", "America/Havana")
    ]
)
instants = st.integers(FIRST, LAST)
units = st.sampled_from(list(Unit))
spans = st.builds(
    Span,
    count=st.integers(1, 90),
    unit=units,
    rolls=st.booleans(),
    ends=st.sampled_from(DayEnd),
)
pauses = st.integers(0, 40 * DAY_MS) | st.integers(0, 2 * DAY_MS) | st.just(0)


def wall(at_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, zone) + timedelta(milliseconds=at_ms % 1000)


def last_day(due: int, zone: ZoneInfo) -> date:
    return wall(due - 1, zone).date()


def worked_after(first: date, last: date, calendar: Calendar) -> int:
    return sum(is_working(first + timedelta(days=n), calendar) for n in range(1, (last - first).days + 1))


@given(instants, pauses, spans, calendars, zones)
def test_who_starts_later_is_not_due_sooner(
    start: int, later: int, span: Span, calendar: Calendar, zone: ZoneInfo
) -> None:
    assert due_ms(start, span, calendar, zone) <= due_ms(start + later, span, calendar, zone)


@given(instants, st.integers(1, 90), units, calendars, zones)
def test_a_longer_span_is_not_due_sooner(
    start: int, count: int, unit: Unit, calendar: Calendar, zone: ZoneInfo
) -> None:
    dues = [due_ms(start, Span(n, unit), calendar, zone) for n in (count, count + 1)]

    assert dues == sorted(dues)


@given(instants, spans, calendars, zones)
def test_nobody_has_less_time_than_the_span_says(
    start: int, span: Span, calendar: Calendar, zone: ZoneInfo
) -> None:
    due = due_ms(start, span, calendar, zone)

    match span.unit:
        case Unit.MINUTES:
            assert due - start == span.count * MINUTE_MS
        case Unit.HOURS:
            assert due - start == span.count * HOUR_MS
        case Unit.WORKING_HOURS:
            assert office_ms(start, due, calendar, zone) == span.count * HOUR_MS
        case Unit.WORKING_DAYS:
            assert worked_after(wall(start, zone).date(), last_day(due, zone), calendar) == span.count
        case Unit.DAYS:
            assert (last_day(due, zone) - wall(start, zone).date()).days >= span.count


@given(instants, st.integers(1, 90), calendars, zones)
def test_a_natural_day_clock_rolls_no_further_than_the_next_working_day(
    start: int, count: int, calendar: Calendar, zone: ZoneInfo
) -> None:
    rigid, rolled = (
        last_day(due_ms(start, Span(count, Unit.DAYS, rolls=rolls), calendar, zone), zone)
        for rolls in (False, True)
    )

    assert (rigid - wall(start, zone).date()).days == count
    assert is_working(rolled, calendar)
    assert worked_after(rigid - timedelta(days=1), rolled, calendar) == 1


@given(instants, st.integers(1, 90), st.sampled_from([CALENDAR, SHORT_WEEKS]), zones)
def test_working_hours_end_inside_office_hours(
    start: int, count: int, calendar: Calendar, zone: ZoneInfo
) -> None:
    due = wall(due_ms(start, Span(count, Unit.WORKING_HOURS), calendar, zone), zone)

    minutes = due.hour * 60 + due.minute + (due.second + due.microsecond / 1e6) / 60
    assert is_working(due.date(), calendar)
    assert any(opens < minutes <= closes for opens, closes in calendar.office)


@given(instants, spans, calendars, zones)
def test_a_day_clock_ends_with_a_day_or_with_its_office_hours(
    start: int, span: Span, calendar: Calendar, zone: ZoneInfo
) -> None:
    due = due_ms(start, span, calendar, zone)

    if span.unit in BY_DAY:
        # Where summer time leaves out midnight the day begins with what comes after it.
        begins = last_day(due, zone) != wall(due, zone).date()
        closes = calendar.office[-1][1] % 1440 == wall(due, zone).hour * 60 + wall(due, zone).minute
        assert begins if span.ends is DayEnd.MIDNIGHT else closes or begins


@given(instants, st.lists(st.floats(0.01, 1), min_size=2, max_size=4), spans, calendars, zones)
def test_warnings_come_in_order_between_start_and_due(
    start: int, fractions: list[float], span: Span, calendar: Calendar, zone: ZoneInfo
) -> None:
    due = due_ms(start, span, calendar, zone)

    warned = [warn_ms(start, due, fraction, span, calendar, zone) for fraction in sorted(fractions)]

    assert warned == sorted(warned)
    assert start <= warned[0] <= warned[-1] <= due


@given(instants, st.floats(0, 1, exclude_max=True), spans, calendars, zones)
def test_a_pause_of_zero_changes_nothing(
    start: int, share: float, span: Span, calendar: Calendar, zone: ZoneInfo
) -> None:
    due = due_ms(start, span, calendar, zone)
    paused = start + int((due - start) * share)

    assert resumed_due_ms(due, paused, paused, span, calendar, zone) == due


@given(instants, st.floats(0, 1, exclude_max=True), pauses, pauses, spans, calendars, zones)
def test_a_longer_pause_never_ends_a_clock_sooner_nor_before_it_resumes(
    start: int, share: float, pause: int, more: int, span: Span, calendar: Calendar, zone: ZoneInfo
) -> None:
    due = due_ms(start, span, calendar, zone)
    paused = start + int((due - start) * share)

    short, long = (
        resumed_due_ms(due, paused, paused + length, span, calendar, zone) for length in (pause, pause + more)
    )

    assert due <= short <= long
    assert short > paused + pause


@given(instants, st.floats(0, 1, exclude_max=True), pauses, pauses, spans, calendars, zones)
def test_two_pauses_on_end_are_one_pause(
    start: int, share: float, first: int, second: int, span: Span, calendar: Calendar, zone: ZoneInfo
) -> None:
    # A clock that rolls may roll at each of the two.
    rigid = Span(span.count, span.unit, rolls=False, ends=span.ends)
    due = due_ms(start, rigid, calendar, zone)
    paused = start + int((due - start) * share)
    between, resumed = paused + first, paused + first + second

    moved = resumed_due_ms(due, paused, between, rigid, calendar, zone)

    assert resumed_due_ms(moved, between, resumed, rigid, calendar, zone) == resumed_due_ms(
        due, paused, resumed, rigid, calendar, zone
    )


@given(instants, spans, spans, calendars, zones)
def test_an_extension_leaves_at_least_its_own_length_after_the_due_moment(
    start: int, span: Span, extension: Span, calendar: Calendar, zone: ZoneInfo
) -> None:
    due = due_ms(start, span, calendar, zone)

    extended = extended_due_ms(due, extension, calendar, zone)

    assert extended > due
    if extension.unit is Unit.DAYS:
        assert (last_day(extended, zone) - last_day(due, zone)).days >= extension.count
    if extension.unit is Unit.WORKING_DAYS:
        assert worked_after(last_day(due, zone), last_day(extended, zone), calendar) == extension.count
