"""The city tier, which has nothing above it: a smooth background of each kind drawn anew, and waves planted in it.

A draw keeps each kind's pace (a mean over 43 days), the week of all kinds together and the scatter of a negative
binomial of size 8 a day; no wave in it is real.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple

import numpy as np

from benchmarks.detection.anchors import Anchor, Grid, Rows, ears_c3, ebp, nb_cusum
from benchmarks.detection.figures import HUB
from benchmarks.detection.measures import (
    Found,
    episodes,
    found,
    limit_for,
    marks_of,
    months,
    plant_marks,
)
from benchmarks.detection.planting import CLUSTER_DAYS, WARM_DAYS, Plant, offset
from benchmarks.detection.season import RARE_A_MONTH, Mark
from benchmarks.detection.town import CITY, Report, Town
from hub.core._scan import MONTH_DAYS
from hub.core._season import season_score
from hub.model.almanac import Almanac
from hub.policies.models import BurstRule, Calendar, Confirmation, Tier

SMOOTH_DAYS: Final = 43
SCATTER_SIZE: Final = 8.0
ACTIVE_A_YEAR: Final = 12
DEVIATIONS: Final = (2, 4, 8)
BUDGET: Final = 1.0
RULE: Final = BurstRule("burst", 1, 3, {Tier.CITY: BUDGET}, Confirmation.OPERATOR)
WEEKENDS_ALONE: Final = Calendar("weekdays", frozenset(), frozenset())
ANCHORS: Final[dict[str, Anchor]] = {"EARS C3": ears_c3, "NB-CUSUM": nb_cusum, "EBP": ebp}


class City(NamedTuple):
    """Daily counts of each kind, of shape (kinds, days)."""

    name: str
    first_day: int
    kinds: tuple[str, ...]
    days: Grid


class WaveLine(NamedTuple):
    """One detector at an equal load: what it found of each size of wave."""

    detector: str
    a_month: float
    found: tuple[Found, ...]


class Waves(NamedTuple):
    """What a city showed: chance alarms a month promised and realised, then each detector at so many a month."""

    name: str
    kinds: int
    years: float
    promised: float
    drawn: float
    real: float
    lines: list[WaveLine]


def city_of(town: Town, reports: Sequence[Report]) -> City:
    """Count a town's active kinds by day."""
    first, last = town.reports[0].day, town.reports[-1].day
    series: defaultdict[str, Grid] = defaultdict(lambda: np.zeros(last - first + 1))
    for report in reports:
        series[report.kind][report.day - first] += 1
    wanted = ACTIVE_A_YEAR * (last - first + 1) / 365.25
    kinds = tuple(sorted(kind for kind, days in series.items() if days.sum() >= wanted))
    return City(town.name, first, kinds, np.stack([series[kind] for kind in kinds]))


def drawn(city: City, seed: int) -> City:
    """Draw a city like this one that has no wave."""
    chance = np.random.default_rng(seed)
    width = SMOOTH_DAYS // 2
    counted = np.convolve(np.ones(city.days.shape[1]), np.ones(SMOOTH_DAYS), "same")
    pace = np.stack([np.convolve(days, np.ones(2 * width + 1), "same") / counted for days in city.days])
    weekday = (city.first_day + np.arange(city.days.shape[1])) % 7
    total = city.days.sum(axis=0)
    factor = np.array([total[weekday == day].mean() for day in range(7)]) / total.mean()
    mean = np.maximum(pace * factor[weekday], 1e-9)
    days = chance.negative_binomial(SCATTER_SIZE, SCATTER_SIZE / (SCATTER_SIZE + mean))
    return city._replace(days=days.astype(float))


def waves_in(city: City, number: int, deviations: int) -> list[Plant]:
    """Plant waves of so many deviations of the kind's fortnights."""
    random = Random(f"{city.name}:{deviations}")
    last = city.first_day + city.days.shape[1] - 1
    planted: list[Plant] = []
    for _ in range(number):
        row = random.randrange(len(city.kinds))
        start = random.randint(city.first_day + WARM_DAYS + 28, last - CLUSTER_DAYS)
        fortnights = np.convolve(city.days[row], np.ones(CLUSTER_DAYS), "valid")
        extra = max(math.ceil(deviations * float(fortnights.std())), 3)
        offsets = sorted(offset(random) for _ in range(extra))
        days = tuple(start + day - offsets[0] for day in offsets)
        planted.append(Plant((CITY, city.kinds[row]), start, days))
    return planted


def marks_by_season(city: City, planted: Sequence[Plant]) -> tuple[list[Mark], list[list[Mark]]]:
    """Fold a city day by day through the core's almanac; a plant is added at each day's end, scored, taken out."""
    almanac = Almanac(WEEKENDS_ALONE)
    marks: list[Mark] = []
    shown: list[list[Mark]] = [[] for _ in planted]
    for column in range(city.days.shape[1]):
        day = city.first_day + column
        almanac.advance(day)
        for kind, number in zip(city.kinds, city.days[:, column], strict=True):
            if number:
                almanac.add(day, kind, int(number))
        for kind in sorted(almanac.counts):
            marks += _mark(almanac, kind, day)
        for which, plant in enumerate(planted):
            if plant.start <= day < plant.start + CLUSTER_DAYS:
                extras = [extra for extra in plant.extras if extra <= day]
                for extra in extras:
                    almanac.add(extra, plant.cell[1])
                shown[which] += _mark(almanac, plant.cell[1], day)
                for extra in extras:
                    almanac.remove(extra, plant.cell[1])
    return marks, shown


def waves(town: Town, draws: int, number: int, *, anchors: bool) -> Waves:
    """Run a city's draws and its real days, planted alike, through the core and the anchors."""
    city = city_of(town, town.reports)
    groups = [waves_in(city, number, deviations) for deviations in DEVIATIONS]
    flat = [plant for group in groups for plant in group]
    cities = [drawn(city, seed) for seed in range(draws)]
    runs = [marks_by_season(one, flat if not seed else ()) for seed, one in enumerate(cities)]
    real, _ = marks_by_season(city, ())
    first, last = city.first_day + WARM_DAYS + 28, city.first_day + city.days.shape[1] - 1
    plain = [marks for marks, _ in runs]
    lines: list[WaveLine] = []
    for a_month in (1.0, 3.0):
        lines.append(WaveLine(HUB, a_month, _found(groups, runs[0][1], plain, a_month, (first, last))))
        for name, anchor in ANCHORS.items() if anchors else ():
            scored = [
                marks_of(anchor(_rows(one.days)), _cells(city), one.first_day, one.days.size // 5)
                for one in cities
            ]
            shown = plant_marks(anchor(_with_extras(cities[0], flat)), flat, city.first_day)
            lines.append(WaveLine(name, a_month, _found(groups, shown, scored, a_month, (first, last))))
    length = months(first, last)
    return Waves(
        town.name,
        len(city.kinds),
        city.days.shape[1] / 365.25,
        BUDGET,
        sum(episodes(marks, BUDGET, first) for marks in plain) / draws / length,
        episodes(real, BUDGET, first) / length,
        lines,
    )


def _mark(almanac: Almanac, kind: str, day: int) -> list[Mark]:
    score = season_score(almanac, RULE, kind)
    if score is None:
        return []
    kinds = len(almanac.counts)
    a_month = score.chance * kinds * MONTH_DAYS
    return [Mark(day, (CITY, kind), a_month, kinds)] if a_month <= RARE_A_MONTH else []


def _found(
    groups: Sequence[list[Plant]],
    shown: Sequence[list[Mark]],
    runs: Sequence[list[Mark]],
    a_month: float,
    span: tuple[int, int],
) -> tuple[Found, ...]:
    limit = limit_for(runs, a_month, *span)
    results: list[Found] = []
    start = 0
    for group in groups:
        results.append(found(group, shown[start : start + len(group)], runs[0], limit))
        start += len(group)
    return tuple(results)


def _cells(city: City) -> list[tuple[str, str]]:
    return [(CITY, kind) for kind in city.kinds]


def _rows(days: Grid) -> Rows:
    return Rows(days, days, days, days)


def _with_extras(city: City, planted: Sequence[Plant]) -> Rows:
    days = np.stack([city.days[city.kinds.index(plant.cell[1])] for plant in planted])
    for number, plant in enumerate(planted):
        for extra in plant.extras:
            days[number, extra - city.first_day] += 1
    return _rows(days)
