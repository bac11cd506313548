"""Where clusters are planted and how they grow, and the background in which no local cluster is real."""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random
from typing import Final, NamedTuple

from benchmarks.detection.town import Report, Town
from hub.model.window import Cell
from hub.policies.models import Tier

CLUSTER_DAYS: Final = 14
OFFSET_MEDIAN_DAYS: Final = CLUSTER_DAYS / 2.2
OFFSET_SD: Final = 0.55
WARM_DAYS: Final = 91
"""Nothing is planted or counted before a quarter of history."""

YEAR_DAYS: Final = 365.25
ACTIVE_A_YEAR: Final = {Tier.COUNTY: 12, Tier.TOWNSHIP: 12, Tier.VILLAGE: 3}
EXTRAS: Final = {Tier.COUNTY: (6, 10, 16), Tier.TOWNSHIP: (6, 10, 16), Tier.VILLAGE: (4, 6, 10)}


class Plant(NamedTuple):
    """One planted cluster: its cell, its first day, the days of its extra reports."""

    cell: Cell
    start: int
    extras: tuple[int, ...]


def permuted(town: Town, seed: int) -> list[Report]:
    """Shuffle the days within each kind: places and the city's curve of each kind stay, local clusters do not."""
    random = Random(f"{seed}:{town.name}")
    days: defaultdict[str, list[int]] = defaultdict(list)
    for report in town.reports:
        days[report.kind].append(report.day)
    for kind in sorted(days):
        random.shuffle(days[kind])
    return sorted(report._replace(day=days[report.kind].pop()) for report in town.reports)


def active_cells(town: Town, tier: Tier) -> list[Cell]:
    """Give the cells of a tier with enough reports a year to be planted in."""
    years = (town.reports[-1].day - town.reports[0].day + 1) / YEAR_DAYS
    counts: Counter[Cell] = Counter()
    for report in town.reports:
        for place in town.policy.places[report.place].chain:
            counts[place, report.kind] += 1
    wanted = ACTIVE_A_YEAR[tier] * years
    return sorted(
        cell for cell, n in counts.items() if n >= wanted and town.policy.places[cell[0]].tier is tier
    )


def plants(town: Town, tier: Tier, extra: int, number: int, seed: int) -> list[Plant]:
    """Plant clusters of so many extra reports, uniformly over active cells and days."""
    random = Random(f"{seed}:{town.name}:{tier}:{extra}")
    cells, first, last = active_cells(town, tier), town.reports[0].day, town.reports[-1].day
    planted: list[Plant] = []
    for _ in range(number):
        start = random.randint(first + WARM_DAYS, last - CLUSTER_DAYS)
        offsets = sorted(offset(random) for _ in range(extra))
        # The cluster starts with its first report.
        planted.append(Plant(random.choice(cells), start, tuple(start + day - offsets[0] for day in offsets)))
    return planted


def offset(random: Random) -> int:
    """Give how many days after a cluster's start one of its reports comes."""
    return min(int(OFFSET_MEDIAN_DAYS * random.lognormvariate(0, OFFSET_SD)), CLUSTER_DAYS - 1)
