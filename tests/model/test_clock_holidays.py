"""春节, 国庆 and 调休 of 2024 to 2026 in each unit; due dates worked out by hand from the State Council's notices.

Notices: 国办发明电〔2023〕7号 (2024), 国办发明电〔2024〕12号 (2025), 国办发明电〔2025〕7号 (2026).
Office hours 08:00-12:00 and 14:30-17:30, seven hours a day.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hub.model.clock import due_ms, is_working
from hub.policies.models import DayEnd, Span, Unit
from tests.model.notices import CALENDAR, CHINA, at

NOTICES = {
    2024: (
        "01-01 02-10..02-17 04-04..04-06 05-01..05-05 06-10 09-15..09-17 10-01..10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}


def days_of(year: int, text: str) -> set[date]:
    """The days of `01-01 02-10..02-17`."""
    found = set()
    for part in text.split():
        first, _, last = part.partition("..")
        day, end = (date.fromisoformat(f"{year}-{end}") for end in (first, last or first))
        found |= {day + timedelta(days=n) for n in range((end - day).days + 1)}
    return found


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_every_day_of_the_year_is_worked_or_free_as_the_notice_says(year: int) -> None:
    free, made_up = (days_of(year, text) for text in NOTICES[year])
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366 if year % 4 == 0 else 365)]

    wrong = [
        day
        for day in days
        if is_working(day, CALENDAR) != (day in made_up or (day.weekday() < 5 and day not in free))
    ]

    assert wrong == []


WORKING_DAYS = [
    ("2024-02-08 10:00", 3, "2024-02-20 00:00"),  # Fri 9, Sun 18 made up, Mon 19
    ("2024-02-03 10:00", 1, "2024-02-05 00:00"),  # Sun 4 made up
    ("2024-02-12 10:00", 1, "2024-02-19 00:00"),  # from within the holiday: Sun 18
    ("2024-09-27 16:00", 3, "2024-10-09 00:00"),  # Sun 29 made up, Mon 30, Tue 8
    ("2024-10-10 09:00", 2, "2024-10-13 00:00"),  # Fri 11, Sat 12 made up
    ("2025-01-24 09:00", 3, "2025-02-06 00:00"),  # Sun 26 made up, Mon 27, Wed 5
    ("2025-02-06 09:00", 2, "2025-02-09 00:00"),  # Fri 7, Sat 8 made up
    ("2025-09-26 23:59", 4, "2025-10-10 00:00"),  # Sun 28 made up, 29, 30, Thu 9
    ("2025-10-09 00:00", 2, "2025-10-12 00:00"),  # Fri 10, Sat 11 made up
    ("2026-02-12 09:00", 3, "2026-02-25 00:00"),  # Fri 13, Sat 14 made up, Tue 24
    ("2026-02-26 09:00", 2, "2026-03-01 00:00"),  # Fri 27, Sat 28 made up
    ("2026-09-18 09:00", 2, "2026-09-22 00:00"),  # Sun 20 made up, Mon 21
    ("2026-09-29 09:00", 2, "2026-10-09 00:00"),  # Wed 30, Thu 8
    ("2026-10-08 09:00", 2, "2026-10-11 00:00"),  # Fri 9, Sat 10 made up
]
DAYS = [
    ("2024-02-08 10:00", 3, "2024-02-19 00:00"),  # Sun 11 is free: Sun 18 made up
    ("2024-02-03 10:00", 1, "2024-02-05 00:00"),  # Sun 4 is worked
    ("2024-09-26 10:00", 15, "2024-10-12 00:00"),  # Fri 11, the holiday inside counts
    ("2024-09-27 10:00", 5, "2024-10-09 00:00"),  # Wed 2 is free: Tue 8
    ("2024-10-05 10:00", 7, "2024-10-13 00:00"),  # Sat 12 is worked
    ("2025-01-14 10:00", 15, "2025-02-06 00:00"),  # Wed 29 is free: Wed 5
    ("2025-01-25 10:00", 1, "2025-01-27 00:00"),  # Sun 26 is worked
    ("2025-02-01 10:00", 7, "2025-02-09 00:00"),  # Sat 8 is worked
    ("2025-09-24 10:00", 7, "2025-10-10 00:00"),  # Wed 1 is free: Thu 9
    ("2025-12-19 10:00", 60, "2026-02-25 00:00"),  # Tue 17 is free: Tue 24
    ("2026-02-08 10:00", 7, "2026-02-25 00:00"),  # Sun 15 is free: Tue 24
    ("2026-02-13 10:00", 1, "2026-02-15 00:00"),  # Sat 14 is worked
    ("2026-09-25 10:00", 15, "2026-10-11 00:00"),  # Sat 10 is worked
    ("2026-09-28 10:00", 3, "2026-10-09 00:00"),  # Thu 1 is free: Thu 8
]
WORKING_HOURS = [
    ("2024-02-09 16:30", 4, "2024-02-18 11:00"),  # 1 h on Friday, 3 h on the made-up Sunday
    ("2024-02-12 10:00", 2, "2024-02-18 10:00"),
    ("2024-02-03 20:00", 4, "2024-02-04 12:00"),  # the whole morning of the made-up Sunday, no more
    ("2024-09-28 09:00", 1, "2024-09-29 09:00"),
    ("2024-09-30 17:00", 2, "2024-10-08 09:30"),
    ("2024-10-11 17:00", 1, "2024-10-12 08:30"),
    ("2025-01-25 10:00", 8, "2025-01-27 09:00"),  # 7 h on the made-up Sunday, 1 h on Monday
    ("2025-01-27 15:30", 3, "2025-02-05 09:00"),
    ("2025-02-07 17:30", 1, "2025-02-08 09:00"),
    ("2025-09-30 11:00", 5, "2025-10-09 09:00"),  # 1 h and 3 h on Tuesday, 1 h after the holiday
    ("2025-10-10 16:30", 2, "2025-10-11 09:00"),
    ("2026-02-14 16:00", 2, "2026-02-24 08:30"),
    ("2026-02-28 09:00", 4, "2026-02-28 15:30"),
    ("2026-09-20 07:00", 1, "2026-09-20 09:00"),
    ("2026-09-30 12:30", 4, "2026-10-08 09:00"),
    ("2026-10-10 11:30", 1, "2026-10-10 15:00"),
]
HOURS = [
    ("2024-02-10 09:00", 24, "2024-02-11 09:00"),
    ("2024-10-01 23:30", 2, "2024-10-02 01:30"),
    ("2025-01-28 09:00", 24, "2025-01-29 09:00"),
    ("2025-10-08 22:00", 24, "2025-10-09 22:00"),
    ("2026-02-14 18:00", 24, "2026-02-15 18:00"),
    ("2026-10-01 00:00", 2, "2026-10-01 02:00"),
]
MINUTES = [
    ("2024-02-10 00:10", 30, "2024-02-10 00:40"),
    ("2024-10-12 12:00", 15, "2024-10-12 12:15"),
    ("2025-01-28 23:45", 30, "2025-01-29 00:15"),
    ("2025-10-01 09:00", 90, "2025-10-01 10:30"),
    ("2026-02-15 09:00", 15, "2026-02-15 09:15"),
    ("2026-10-07 23:50", 20, "2026-10-08 00:10"),
]
TABLE = [
    (Unit.WORKING_DAYS, WORKING_DAYS),
    (Unit.DAYS, DAYS),
    (Unit.WORKING_HOURS, WORKING_HOURS),
    (Unit.HOURS, HOURS),
    (Unit.MINUTES, MINUTES),
]


@pytest.mark.parametrize(
    ("unit", "start", "count", "due"), [(unit, *case) for unit, cases in TABLE for case in cases]
)
def test_a_clock_over_a_holiday_is_due_on_the_day_worked_out_by_hand(
    unit: Unit, start: str, count: int, due: str
) -> None:
    assert due_ms(at(start), Span(count, unit), CALENDAR, CHINA) == at(due)


def test_every_unit_is_in_the_table_for_both_holidays_of_each_year() -> None:
    for unit, cases in TABLE:
        seen = {(start[:4], int(start[5:7]) > 8) for start, _, _ in cases}
        assert {(str(year), late) for year in NOTICES for late in (False, True)} <= seen, unit


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2024-09-27 10:00", 5, "2024-10-03 00:00"),
        ("2025-01-14 10:00", 15, "2025-01-30 00:00"),
        ("2026-02-08 10:00", 7, "2026-02-16 00:00"),
    ],
)
def test_a_span_that_does_not_roll_may_end_on_a_holiday(start: str, count: int, due: str) -> None:
    assert due_ms(at(start), Span(count, Unit.DAYS, rolls=False), CALENDAR, CHINA) == at(due)


@pytest.mark.parametrize(
    ("unit", "start", "count", "due"),
    [
        (Unit.DAYS, "2026-02-08 10:00", 7, "2026-02-24 17:30"),
        (Unit.WORKING_DAYS, "2025-09-26 10:00", 4, "2025-10-09 17:30"),
        (Unit.WORKING_DAYS, "2024-02-03 23:00", 1, "2024-02-04 17:30"),
    ],
)
def test_a_day_clock_may_end_when_offices_close(unit: Unit, start: str, count: int, due: str) -> None:
    assert due_ms(at(start), Span(count, unit, ends=DayEnd.OFFICE), CALENDAR, CHINA) == at(due)


def test_the_dates_of_the_golden_walk_come_out() -> None:
    four_hours, stages = Span(4, Unit.WORKING_HOURS), {n: Span(n, Unit.WORKING_DAYS) for n in (3, 5)}

    accept_by = due_ms(at("2026-03-05 11:00"), four_hours, CALENDAR, CHINA)
    village = due_ms(at("2026-03-05 11:00"), stages[3], CALENDAR, CHINA)
    township = due_ms(village, stages[5], CALENDAR, CHINA)

    assert [accept_by, village, township] == [
        at("2026-03-05 17:30"),
        at("2026-03-11 00:00"),
        at("2026-03-19 00:00"),
    ]
