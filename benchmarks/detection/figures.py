"""All figures of one town: the share scan and the anchors on the same backgrounds and the same plants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from benchmarks.detection.anchors import ANCHORS, Anchor, rows_of, told_rates, with_extras
from benchmarks.detection.measures import (
    Found,
    calibration,
    episodes,
    found,
    limit_for,
    marks_of,
    months,
    plant_marks,
)
from benchmarks.detection.planting import EXTRAS, WARM_DAYS, Plant, active_cells, permuted, plants
from benchmarks.detection.season import Mark, Season, season
from benchmarks.detection.town import BUDGETS, Report, Town
from hub.policies.models import Tier

CHANCES = (1e-3, 1e-4, 1e-5)
HUB = "hub"
TOLD = "told the rate"


class Line(NamedTuple):
    """One detector on one tier and background at an equal load: what it found of each size of cluster."""

    tier: Tier
    background: str
    a_month: float
    detector: str
    found: tuple[Found, ...]


class Budget(NamedTuple):
    """What a tier's budget promised, what the permuted years and the real one gave, and the chance's honesty."""

    tier: Tier
    cells: int
    promised: float
    permuted: float
    real: float
    honest: tuple[float, ...]


class Figures(NamedTuple):
    """What one town showed."""

    town: str
    reports: int
    budgets: list[Budget]
    lines: list[Line]


class Size(NamedTuple):
    """How much is run: permuted backgrounds, plants of each size, anchors or not."""

    backgrounds: int
    plants: int
    anchors: bool


def figures(town: Town, size: Size) -> Figures:
    """Run a town's permuted and real backgrounds, planted alike, through the core and through the anchors."""
    groups = {
        tier: [plants(town, tier, extra, size.plants, 1) for extra in EXTRAS[tier]] for tier in town.tiers
    }
    every = [plant for tier in town.tiers for group in groups[tier] for plant in group]
    shuffled = [permuted(town, seed) for seed in range(size.backgrounds)]
    nulls = [season(town, reports, every if not seed else ()) for seed, reports in enumerate(shuffled)]
    real = season(town, town.reports, every)
    lines: list[Line] = []
    start = 0
    for tier in town.tiers:
        planted = groups[tier]
        stop = start + sum(len(group) for group in planted)
        for a_month in (1.0, 10.0):
            runs = [run.marks[tier] for run in nulls]
            shown = nulls[0].planted[start:stop]
            lines.append(_line(town, tier, ("permuted", a_month, HUB), planted, runs, shown))
        lines.append(
            _line(town, tier, ("real", 10.0, HUB), planted, [real.marks[tier]], real.planted[start:stop])
        )
        if size.anchors:
            lines += _anchor_lines(town, tier, planted, shuffled)
        start = stop
    return Figures(
        town.name, len(town.reports), [_budget(town, tier, nulls, real) for tier in town.tiers], lines
    )


def _budget(town: Town, tier: Tier, nulls: Sequence[Season], real: Season) -> Budget:
    first, last = _span(town)
    length = months(first, last)
    total = sum(episodes(run.marks[tier], BUDGETS[tier], first) for run in nulls)
    return Budget(
        tier,
        len(active_cells(town, tier)),
        BUDGETS[tier],
        total / len(nulls) / length,
        episodes(real.marks[tier], BUDGETS[tier], first) / length,
        tuple(calibration(nulls, tier, chance) for chance in CHANCES),
    )


def _anchor_lines(
    town: Town, tier: Tier, planted: list[list[Plant]], shuffled: Sequence[list[Report]]
) -> Iterable[Line]:
    cells = active_cells(town, tier)
    flat = [plant for group in planted for plant in group]
    plant_cells = [plant.cell for plant in flat]
    first = town.reports[0].day
    backgrounds = {"permuted": list(shuffled), "real": [town.reports]}
    for background, a_months in (("permuted", (1.0, 10.0)), ("real", (10.0,))):
        grids = [rows_of(town, reports, cells) for reports in backgrounds[background]]
        plain = rows_of(town, backgrounds[background][0], plant_cells)
        with_plants = with_extras(plain, flat, first)
        anchors: dict[str, Anchor] = {**ANCHORS, TOLD: told_rates(grids[0])}
        for name, anchor in anchors.items():
            shown = told_rates(plain) if name == TOLD else anchor
            kept = 40 * round(months(*_span(town)) * 20)
            runs = [
                marks_of((told_rates(grid) if name == TOLD else anchor)(grid), cells, first, kept)
                for grid in grids
            ]
            marks = plant_marks(shown(with_plants), flat, first)
            for a_month in a_months:
                yield _line(town, tier, (background, a_month, name), planted, runs, marks)


def _line(
    town: Town,
    tier: Tier,
    what: tuple[str, float, str],
    planted: list[list[Plant]],
    runs: Sequence[list[Mark]],
    shown: Sequence[list[Mark]],
) -> Line:
    background, a_month, detector = what
    limit = limit_for(runs, a_month, *_span(town))
    results: list[Found] = []
    start = 0
    for group in planted:
        results.append(found(group, shown[start : start + len(group)], runs[0], limit))
        start += len(group)
    return Line(tier, background, a_month, detector, tuple(results))


def _span(town: Town) -> tuple[int, int]:
    return town.reports[0].day + WARM_DAYS, town.reports[-1].day
