"""A whole background through the core's own lattice and scan, day by day, and every planted cluster beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from benchmarks.detection.planting import CLUSTER_DAYS, Plant
from benchmarks.detection.town import Report, Town
from hub.core._scan import MONTH_DAYS, scan
from hub.model.lattice import ALL_KINDS, Lattice
from hub.model.window import Cell, Sighting
from hub.policies.models import Tier

RARE_A_MONTH: Final = 1_000.0
"""What chance shows more often than this over a tier is not kept."""


class Mark(NamedTuple):
    """How often a month chance shows, over all cells of the tier, what this cell showed on this day."""

    day: int
    cell: Cell
    a_month: float
    cells: int


class Season(NamedTuple):
    """Marks of the background by tier, and of each plant with its extra reports, in the order planted.

    `cell_days` sums each tier's active cells over the days.
    """

    marks: dict[Tier, list[Mark]]
    planted: list[list[Mark]]
    cell_days: dict[Tier, int]


def season(town: Town, reports: Iterable[Report], planted: Sequence[Plant]) -> Season:
    """Fold a background; a plant is added to its cells at each day's end, scanned, and taken out again."""
    lattice = Lattice(town.policy, 1, frozenset())
    by_day: defaultdict[int, list[Report]] = defaultdict(list)
    for report in reports:
        by_day[report.day].append(report)
    marks: dict[Tier, list[Mark]] = {tier: [] for tier in town.tiers}
    found: list[list[Mark]] = [[] for _ in planted]
    cell_days = dict.fromkeys(town.tiers, 0)
    number = 0
    for day in range(min(by_day), max(by_day) + 1):
        lattice.advance(day)
        for report in by_day[day]:
            number += 1
            _put(lattice, report, Sighting(number, str(number), str(number)))
        for tier in town.tiers:
            cell_days[tier] += lattice.active[tier]
        for cell in sorted(lattice.recent.by_day.get(day, ())):
            tier = town.policy.places[cell[0]].tier
            if cell[1] != ALL_KINDS and tier in marks:
                _mark(lattice, cell, marks[tier])
        for which, plant in enumerate(planted):
            if plant.start <= day < plant.start + CLUSTER_DAYS:
                _scan_planted(lattice, plant, found[which])
    return Season(marks, found, cell_days)


def _put(lattice: Lattice, report: Report, sighting: Sighting) -> None:
    for cell in lattice.cells(report.place, report.kind, ""):
        lattice.add(report.day, cell, sighting)


def _scan_planted(lattice: Lattice, plant: Plant, found: list[Mark]) -> None:
    place, kind = plant.cell
    today = lattice.recent.today
    extras = [Report(day, place, kind) for day in plant.extras if day <= today]
    names = [f"extra {number}" for number in range(len(extras))]
    for extra, name in zip(extras, names, strict=True):
        _put(lattice, extra, Sighting(0, name, name))
    if plant.cell in lattice.recent.by_day.get(today, ()):
        _mark(lattice, plant.cell, found)
    for extra, name in zip(extras, names, strict=True):
        for cell in lattice.cells(place, kind, ""):
            lattice.remove(extra.day, cell, name)


def _mark(lattice: Lattice, cell: Cell, marks: list[Mark]) -> None:
    rule = lattice.policy.burst
    assert rule is not None, "the benchmark's policy has the share scan"
    score = scan(lattice, rule, cell)
    if score is None:
        return
    cells = max(lattice.active[lattice.policy.places[cell[0]].tier], 1)
    a_month = score.chance * cells * MONTH_DAYS
    if a_month <= RARE_A_MONTH:
        marks.append(Mark(lattice.recent.today, cell, a_month, cells))
