"""The further parts of the detection benchmark: their figures are what they claim."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from benchmarks.detection.citywide import City, WaveLine, Waves, drawn, marks_by_season, waves_in
from benchmarks.detection.figures import HUB
from benchmarks.detection.floors import missed_by_repeats, missed_by_season
from benchmarks.detection.measures import Found
from benchmarks.detection.noufaily import FIRST_TESTED, Weekly, _alarms, _drawn
from benchmarks.detection.repeats import Duplicates, Keys, Planted, Rule, Stubborn, planted_keys, stubborn
from hub.core._recur import Spell

FIRST_DAY = date(2025, 1, 1).toordinal()


def a_city(kinds: int = 3, days: int = 330) -> City:
    """Kinds of four matters a day."""
    chance = np.random.default_rng(1)
    return City(
        "test", FIRST_DAY, tuple(map(str, range(kinds))), chance.poisson(4.0, (kinds, days)).astype(float)
    )


def keys_that_return(times: int) -> Keys:
    """Half of the keys come back every month, half never."""
    return {
        **{f"back {n}": [Spell(100 + 30 * k, 105 + 30 * k) for k in range(times)] for n in range(20)},
        **{f"once {n}": [Spell(220 + n, 225 + n)] for n in range(20)},
        "last": [Spell(100 + 30 * times + 60, None)],
    }


def test_keys_that_always_return_are_told_from_those_that_never_do() -> None:
    shown = stubborn("test", keys_that_return(8), from_day=200)

    assert shown.auc == 1.0
    assert shown.rules[1][1:] == (1.0, shown.base, 1.0)


def test_what_comes_back_after_the_data_ends_is_not_asked() -> None:
    shown = stubborn("test", {"one": [Spell(100, 110), Spell(150, 160), Spell(240, None)]}, from_day=0)

    assert shown.closures == 1


def test_planted_returns_are_found_and_decoys_are_not() -> None:
    keys = {f"key {n}": [Spell(10 * n, 10 * n + 5)] for n in range(50)}

    shown = planted_keys("test", keys, 3)

    assert shown.recall == 1.0
    assert shown.decoys == 0.0


def test_a_drawn_city_keeps_pace_and_loses_waves() -> None:
    city = a_city()
    city.days[0, 200:214] += 40

    after = drawn(city, 1)

    assert after.days.sum() == pytest.approx(city.days.sum(), rel=0.1)
    assert after.days[0, 200:214].sum() < 0.8 * city.days[0, 200:214].sum()


def test_a_planted_wave_leaves_the_city_as_it_was() -> None:
    city = a_city(days=180)
    planted = waves_in(city, 5, 8)

    with_waves, shown = marks_by_season(city, planted)

    assert with_waves == marks_by_season(city, ())[0]
    assert any(shown)


def test_a_large_outbreak_of_a_weekly_series_alarms_in_its_weeks() -> None:
    series = _drawn(which=6, waves=1, trend=1, replicate=0, deviations=10)

    alarms = _alarms(series)

    assert alarms[series.outbreak[FIRST_TESTED:]].any()
    assert alarms.sum() < 10


def some_waves(drawn_a_month: float, middle: float) -> Waves:
    """A city whose waves of middle size were found so often."""
    found = tuple(Found(share, 1, 0) for share in (0.5, middle, 0.9))
    return Waves("Boston neighbourhood", 1, 1, 1.0, drawn_a_month, 0.5, [WaveLine(HUB, 1.0, found)])


RULE = Rule(1, 0.5, 0.1, 0.3)


def test_nothing_is_missed_where_the_least_is_shown() -> None:
    assert list(missed_by_season([some_waves(0.5, 0.6)], [Weekly("hub", 0.01, (0.2, 0.5, 0.9))])) == []
    shown = (
        [Stubborn("test", 1, 0.1, 0.7, 0.5, (RULE, RULE, RULE))],
        [Planted("test", 2, 0.96, 30, 0.0)],
        [Duplicates("2011-2012", 10, 0.8, 0.9)],
    )
    assert list(missed_by_repeats(*shown)) == []


def test_each_miss_is_said() -> None:
    season = missed_by_season([some_waves(2.0, 0.1)], [Weekly("hub", 0.02, (0.2, 0.5, 0.7))])
    repeats = missed_by_repeats(
        [Stubborn("test", 1, 0.1, 0.6, 0.4, (RULE, RULE, RULE))],
        [Planted("test", 2, 0.9, 30, 0.1)],
        [Duplicates("2011-2012", 10, 0.5, 0.5)],
    )

    assert len(list(season)) == 4
    assert len(list(repeats)) == 5
