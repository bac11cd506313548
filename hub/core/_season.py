"""The city tier has no area above it: a kind's last weeks are held against its own years.

What to expect is what this time of the year brought in earlier years, carried on to the level of the last months; a
city with less than two years of history has the level alone. How far such forecasts missed in the past says how much
a kind scatters by itself. Weeks that were far too high in the past count for less, so that an old wave hides no new
one (Farrington 1996, Noufaily 2013). Numbers of the level were chosen on Boston, those of the years on Noufaily's
series, and Chicago confirmed both (`docs/detection.md`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, islice
from operator import mul
from typing import Final, NamedTuple

from hub.core._scan import SCREEN_SD, Score, middle_tail, weighed
from hub.model.almanac import Almanac
from hub.policies.models import BurstRule

WEEK: Final = 7
YEAR_WEEKS: Final = 52
YEARS_MAX: Final = 5
YEARS_FOR_SEASON: Final = 2
LOOKS: Final = 0.5
"""A week that is looked at anew every day is worth about so many independent looks a day (calibrated on draws)."""

PERIODS: Final = 10
"""Parts of a year: seven weeks around today, then nine times five weeks."""

PERIOD_OF: Final = tuple(max(((back + 3) % YEAR_WEEKS - 2) // 5, 0) for back in range(YEAR_WEEKS))
ROUNDS: Final = 2

WEEKS_MIN: Final = 12
"""A kind the city has known for less says nothing: it is new, or under a new code."""

GUARD_WEEKS: Final = 4
"""The weeks that may belong to what is going on now say nothing about what the years are like."""


class Reach(NamedTuple):
    """How a kind's level of late is read: over which windows it is held against what, and how far it wanders.

    The last `guard_weeks` say nothing; weeks before count half after `half_life_weeks`. `loose` is how far the level
    may lie from what the years say: the variance of their ratio.
    """

    windows: tuple[int, ...]
    guard_weeks: int
    half_life_weeks: float
    loose: float


BY_YEARS: Final = Reach((7, 14, 28), guard_weeks=4, half_life_weeks=8.0, loose=0.05)
BY_LEVEL: Final = Reach((7, 14), guard_weeks=1, half_life_weeks=2.5, loose=1.0)
"""Where less than two years are known no season is: the level must follow it, and only what is quick is told."""

TOO_HIGH_SD: Final = 2.58
"""A past week more than so many deviations above its expectation counts for less."""

YEAR_SPREAD: Final = 0.02
"""How far a year's total wanders from a steady growth: the variance of its ratio."""

GROWTH_SPREAD: Final = 0.04
"""Growth a year is thought to lie within a fifth, give or take, before the years are heard: its variance."""

DISPERSION_PRIOR: Final = 1.5
PRIOR_WEEKS: Final = 4.0
"""How firmly a kind is thought to scatter by so much before its own weeks are heard."""


class Past(NamedTuple):
    """What a kind's weeks before the guard say: the level by the years and of late, and how far forecasts missed.

    `level` is what a week of even exposure holds today, `spread` the variance of its ratio; `dispersion` is the
    variance of a week's matters in units of their expectation.
    """

    level: float
    spread: float
    dispersion: float
    windows: tuple[int, ...]


def season_score(almanac: Almanac, rule: BurstRule, kind: str) -> Score | None:
    """Score a kind over the whole city at the end of a day; None when nothing about it is strange."""
    counts = almanac.counts.get(kind)
    if counts is None or not counts[-1]:
        return None
    span = min(len(counts) - almanac.since.get(kind, 0), (YEARS_MAX * YEAR_WEEKS + GUARD_WEEKS) * WEEK)
    days = counts[-span:].tolist()
    days.reverse()
    while days and not days[-1]:
        days.pop()
    if len(days) < (WEEKS_MIN + GUARD_WEEKS) * WEEK or not _looks_high(days, rule.matters_min):
        return None
    exposures = _exposures(days, almanac.working[-len(days) :])
    past = _past(_weeks(days), _weeks(exposures))
    best: Score | None = None
    for window_days in past.windows:
        expected = past.level * sum(exposures[:window_days]) / WEEK
        x = weighed(days[:window_days], expected / window_days)
        spread = past.spread + (past.dispersion - 1) / expected
        if x < max(rule.matters_min, expected + SCREEN_SD * math.sqrt(expected + expected**2 * spread)):
            continue
        chance = LOOKS * middle_tail(x, expected, 1 / spread)
        if best is None or chance < best.chance:
            best = Score(sum(days[:window_days]), expected, window_days, chance)
    return best


def _looks_high(days: Sequence[int], matters_min: int) -> bool:
    """Whether any window holds more than the last two months or the same weeks of a past year would bring."""
    usual = sum(days[4 * WEEK : 12 * WEEK]) / 56
    for year in range(1, YEARS_FOR_SEASON + 1):
        middle = year * YEAR_WEEKS * WEEK
        around = days[middle - 3 * WEEK : middle + 4 * WEEK]
        if len(around) == 7 * WEEK:
            usual = min(usual, sum(around) / len(around))
    for window_days in BY_YEARS.windows:
        x, expected = sum(days[:window_days]), usual * window_days
        if x >= matters_min and x > expected + SCREEN_SD * math.sqrt(expected):
            return True
    return False


def _exposures(days: Sequence[int], working: Sequence[int]) -> list[float]:
    """Give what part of a day's usual matters each day may bring: holidays and weekends bring less, or more.

    `working` runs on with time, `days` back.
    """
    newest = list(reversed(working))
    year = min(len(days), YEAR_WEEKS * WEEK)
    busy = sum(newest[:year])
    on = sum(number for number, works in zip(days[:year], newest, strict=False) if works)
    off = sum(days[:year]) - on
    rest = year - busy
    if not busy or not rest:
        return [1.0] * len(days)
    usual = (on + off + 1) / year
    worth = (1.0, 1.0) if not usual else ((off + 1) / rest / usual, (on + 1) / busy / usual)
    return [worth[works] for works in newest]


def _weeks(days: Sequence[float]) -> list[float]:
    """Give the sums of whole weeks, the last seven days first."""
    sums = [0.0, *accumulate(days)]
    return [after - before for before, after in zip(sums[::WEEK], sums[WEEK::WEEK], strict=False)]


def _past(weeks: Sequence[float], exposures: Sequence[float]) -> Past:
    """Learn a kind's year and trend where its weeks reach back far enough, then its level of late."""
    if len(weeks) >= YEARS_FOR_SEASON * YEAR_WEEKS + GUARD_WEEKS:
        usual, sureness = _by_years(weeks, exposures)
        reach = BY_YEARS
        ratio, spread, dispersion = _of_late(weeks, usual, reach)
        spread += dispersion / max(sureness, 1.0)
    else:
        mean = (sum(weeks[GUARD_WEEKS:]) + 1) / max(sum(exposures[GUARD_WEEKS:]), 1.0)
        usual = [mean * exposure for exposure in exposures]
        reach = BY_LEVEL
        ratio, spread, dispersion = _of_late(weeks, usual, reach)
    return Past(ratio * usual[0] / exposures[0] * WEEK, spread, dispersion, reach.windows)


def _by_years(weeks: Sequence[float], exposures: Sequence[float]) -> tuple[list[float], float]:
    """Give what the years say of each week, and how many matters tell about this time of the year."""
    count = len(weeks)
    weights, factors = [1.0] * count, [1.0] * PERIODS
    periods = [PERIOD_OF[back % YEAR_WEEKS] for back in range(count)]
    heard = [0.0] * PERIODS
    usual: list[float] = []
    for _ in range(ROUNDS):
        flat = [exposure * factors[period] for exposure, period in zip(exposures, periods, strict=True)]
        fade = math.exp(-_growth(weeks, flat, weights))
        carried = [exposure * fade**back for back, exposure in enumerate(exposures)]
        heard, borne = [0.0] * PERIODS, [0.0] * PERIODS
        told = zip(periods, weights, weeks, carried, strict=True)
        for period, weight, week, mean in islice(told, GUARD_WEEKS, None):
            heard[period] += weight * week
            borne[period] += weight * mean
        overall = (sum(heard) + 1) / sum(borne)
        factors = [(h + 1) / (b + 1 / overall) for h, b in zip(heard, borne, strict=True)]
        usual = [c * factors[period] for c, period in zip(carried, periods, strict=True)]
        weights = _weights(weeks, usual)
    return usual, heard[0]


def _growth(weeks: Sequence[float], flat: Sequence[float], weights: Sequence[float]) -> float:
    """Give the growth a week from the totals of whole years, which know no season; drawn to none."""
    totals: list[tuple[float, float, float]] = []
    for number, first in enumerate(range(GUARD_WEEKS, len(weeks) - YEAR_WEEKS + 1, YEAR_WEEKS)):
        of_year = slice(first, first + YEAR_WEEKS)
        held = sum(map(mul, weights[of_year], weeks[of_year])) + 0.5
        borne = sum(map(mul, weights[of_year], flat[of_year]))
        totals.append((number, math.log(held / borne), 1 / (2 / held + YEAR_SPREAD)))
    weight = sum(w for _, _, w in totals)
    middle = sum(w * number for number, _, w in totals) / weight
    slope = sum(w * (number - middle) * log for number, log, w in totals)
    return (
        -slope / (sum(w * (number - middle) ** 2 for number, _, w in totals) + 1 / GROWTH_SPREAD) / YEAR_WEEKS
    )


def _weights(weeks: Sequence[float], usual: Sequence[float]) -> list[float]:
    """Let a week that was far too high count for less."""
    misses = [(week - mean) ** 2 / mean for week, mean in zip(weeks, usual, strict=True)]
    dispersion = max(sum(misses[GUARD_WEEKS:]) / (len(misses) - GUARD_WEEKS), 1.0)
    high = TOO_HIGH_SD**2 * dispersion
    return [
        1.0 if miss <= high else _weight(week, mean, dispersion)
        for week, mean, miss in zip(weeks, usual, misses, strict=True)
    ]


def _weight(week: float, mean: float, dispersion: float) -> float:
    if week <= mean:
        return 1.0
    # Anscombe's residual: nearly normal also for small counts, and never above the plain one.
    residual = 1.5 * (week ** (2 / 3) - mean ** (2 / 3)) / (mean ** (1 / 6) * math.sqrt(dispersion))
    return 1.0 if residual <= TOO_HIGH_SD else (TOO_HIGH_SD / residual) ** 2


def _of_late(weeks: Sequence[float], usual: Sequence[float], reach: Reach) -> tuple[float, float, float]:
    """Forecast every past week as today's is forecast.

    Gives the ratio of the last months' level to the usual one, the variance of this ratio, and the dispersion: the
    mean of what the forecasts missed by, squared, in units of the forecast.
    """
    fade = 2 ** (-1 / reach.half_life_weeks)
    weights = [1.0] * len(weeks)
    seen = borne = 0.0
    missed, heard = PRIOR_WEEKS * DISPERSION_PRIOR, PRIOR_WEEKS
    ratio = spread = dispersion = 1.0
    for back in range(len(weeks) - 1, reach.guard_weeks - 1, -1):
        seen = fade * seen + weights[back] * weeks[back]
        borne = fade * borne + weights[back] * usual[back]
        dispersion = max(missed / heard, 1.0)
        spread = 1 / (borne / dispersion + 1 / reach.loose)
        ratio = (seen / dispersion + 1 / reach.loose) * spread
        ahead = back - reach.guard_weeks
        if ahead < reach.guard_weeks:
            continue
        forecast = usual[ahead] * ratio
        miss = (weeks[ahead] - forecast) ** 2 / forecast
        if miss <= TOO_HIGH_SD**2 * dispersion:
            missed += miss
            heard += 1
            continue
        weight = weights[ahead] = _weight(weeks[ahead], forecast, dispersion)
        missed += weight * miss
        heard += weight
    return ratio, spread, max(missed / heard, 1.0)
