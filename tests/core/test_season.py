"""The city tier: a kind's last weeks are held against its own years."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from math import cos, pi
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core._season import WEEKS_MIN, season_score
from hub.model.almanac import Almanac
from hub.policies.models import BurstRule, Calendar, Confirmation, Tier

NOISE = "noise"
TODAY = date(2026, 3, 2).toordinal()
YEAR = 364
WEEKDAYS = Calendar("weekdays", frozenset(), frozenset())
RULE = BurstRule("burst", 1, 3, {Tier.CITY: 1.0}, Confirmation.OPERATOR)


def a_city(days: int, pace: Callable[[int], float] = lambda _: 2.0, calendar: Calendar = WEEKDAYS) -> Almanac:
    """Give so many days up to today; `pace` is the number of matters a day, by how many days ago it was."""
    random = Random(7)
    almanac = Almanac(calendar)
    almanac.advance(TODAY)
    for age in range(days):
        number = sum(random.random() < pace(age) / 10 for _ in range(10))
        if number:
            almanac.add(TODAY - age, NOISE, number)
    almanac.add(TODAY, NOISE)
    return almanac


def expected(almanac: Almanac) -> float:
    """What is expected of the strangest window after a wave, a day."""
    for age in range(7):
        almanac.add(TODAY - age, NOISE, 8)
    score = season_score(almanac, RULE, NOISE)
    assert score is not None
    return score.expected / score.window_days


def by_the_year(age: int) -> float:
    """A kind that has its high season around today's time of the year: five a day, and one half a year away."""
    return 3 + 2 * cos(2 * pi * age / YEAR)


def test_the_order_in_which_matters_come_leaves_no_trace() -> None:
    one, other = Almanac(WEEKDAYS), Almanac(WEEKDAYS)
    one.advance(TODAY - 3)
    one.add(TODAY - 9, NOISE)
    one.advance(TODAY)
    one.add(TODAY - 1, NOISE, 2)

    other.advance(TODAY)
    other.add(TODAY - 1, NOISE, 2)
    other.add(TODAY - 9, NOISE)

    assert one == other


def test_a_matter_taken_out_leaves_no_trace() -> None:
    almanac, never = Almanac(WEEKDAYS), Almanac(WEEKDAYS)
    almanac.advance(TODAY)
    never.advance(TODAY)

    almanac.add(TODAY - 5, NOISE)
    almanac.remove(TODAY - 5, NOISE)

    assert almanac == never


def test_working_days_are_those_of_the_calendar() -> None:
    monday = date(2026, 3, 2)
    shut = Calendar("one", frozenset({2026}), frozenset({monday - timedelta(days=2)}))
    almanac = Almanac(shut)

    almanac.advance(TODAY)

    assert list(almanac.working[-3:]) == [1, 0, 0]


@pytest.mark.parametrize("days", [300, 5 * YEAR])
def test_a_kind_at_its_usual_pace_is_not_strange(days: int) -> None:
    assert season_score(a_city(days), RULE, NOISE) is None


@pytest.mark.parametrize("days", [300, 5 * YEAR])
def test_a_week_of_five_times_the_pace_is_strange(days: int) -> None:
    almanac = a_city(days)
    for age in range(7):
        almanac.add(TODAY - age, NOISE, 8)

    score = season_score(almanac, RULE, NOISE)

    assert score is not None
    assert score.window_days == 7
    assert score.expected == pytest.approx(14, rel=0.25)
    assert score.chance < 1e-4


def test_a_day_without_a_matter_says_nothing_new() -> None:
    almanac = a_city(300)
    for age in range(1, 8):
        almanac.add(TODAY - age, NOISE, 8)
    almanac.advance(TODAY + 1)

    assert season_score(almanac, RULE, NOISE) is None


def test_a_kind_new_to_the_city_says_nothing() -> None:
    almanac = a_city((WEEKS_MIN + 3) * 7)
    for age in range(7):
        almanac.add(TODAY - age, NOISE, 8)

    assert season_score(almanac, RULE, NOISE) is None


def test_a_season_that_comes_every_year_is_expected() -> None:
    assert expected(a_city(5 * YEAR, by_the_year)) == pytest.approx(5, rel=0.15)


def test_the_same_height_out_of_season_is_strange() -> None:
    low = a_city(5 * YEAR, lambda age: by_the_year(age + YEAR // 2))
    for age in range(14):
        low.add(TODAY - age, NOISE, 3)

    score = season_score(low, RULE, NOISE)

    assert score is not None
    assert score.chance < 1e-4


def test_growth_over_the_years_is_carried_on() -> None:
    assert expected(a_city(5 * YEAR, lambda age: 5 * 0.75 ** (age / YEAR))) == pytest.approx(5, rel=0.15)


def test_a_level_that_changed_months_ago_is_the_usual_one() -> None:
    assert expected(a_city(5 * YEAR, lambda age: 4.0 if age < 120 else 2.0)) == pytest.approx(4, rel=0.25)


def test_a_wave_of_last_year_hides_none_of_this_year() -> None:
    waves = (YEAR - 7, 2 * YEAR)
    waved = a_city(5 * YEAR, lambda age: 10.0 if any(0 <= age - wave < 14 for wave in waves) else 2.0)

    assert expected(waved) < 1.25 * expected(a_city(5 * YEAR))


def test_a_week_of_holidays_is_expected_to_bring_less() -> None:
    working = frozenset(
        day
        for age in range(YEAR)
        if (day := date.fromordinal(TODAY - age)).isoweekday() < 6 and not 1 <= age < 6
    )
    holidays = Calendar("holidays", frozenset({2025, 2026}), working)

    def by_weekday(age: int) -> float:
        return 3.0 if date.fromordinal(TODAY - age).isoweekday() < 6 else 0.5

    assert expected(a_city(300, by_weekday, holidays)) < 0.75 * expected(a_city(300, by_weekday))


def test_a_heap_on_one_day_is_no_wave() -> None:
    heaped = a_city(300)

    heaped.add(TODAY, NOISE, 200)

    assert season_score(heaped, RULE, NOISE) is None


@settings(max_examples=60)
@given(
    blocks=st.lists(
        st.tuples(st.integers(1, 200), st.sampled_from([0, 0, 1, 3, 40])), min_size=1, max_size=12
    ),
    off=st.sets(st.integers(0, 400), max_size=60),
)
def test_whatever_a_kind_has_been_its_score_is_a_chance(blocks: list[tuple[int, int]], off: set[int]) -> None:
    working = frozenset(date.fromordinal(TODAY - age) for age in range(400) if age not in off)
    almanac = Almanac(Calendar("any", frozenset({2025, 2026}), working))
    almanac.advance(TODAY)
    counts = [number for days, number in blocks for _ in range(days)]
    for age, number in enumerate(counts):
        if number:
            almanac.add(TODAY - age, NOISE, number)
    almanac.add(TODAY, NOISE)

    score = season_score(almanac, RULE, NOISE)

    assert score is None or (0 <= score.chance <= 1 and score.expected > 0)
