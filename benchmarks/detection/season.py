"""A whole background through the core's own lattice and scan, day by day, and every planted cluster beside it.

Where bursts are set aside, a first alarm within the tier's budget is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from benchmarks.detection.planting import CLUSTER_DAYS, Plant
from benchmarks.detection.town import BUDGETS, Report, Town
from hub.core._scan import MONTH_DAYS, Score, scan
from hub.model.aside import Aside, burst_of
from hub.model.lattice import ALL_KINDS, Lattice
from hub.model.window import Cell, Sighting
from hub.policies.models import Tier

QUIET_DAYS: Final = 14
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


def season(
    town: Town,
    reports: Iterable[Report],
    planted: Sequence[Plant],
    *,
    set_aside: bool = True,
    quiet_days: int = QUIET_DAYS,
) -> Season:
    """Fold a background; a plant is added to its cells at each day's end, scanned, and taken out again.

    An alarm after `quiet_days` without one is a new burst, as a problem would be closed by then.
    """
    lattice = Lattice(town.policy, 1, frozenset())
    bursts = Bursts(lattice, quiet_days, set_aside=set_aside)
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
            put(lattice, report, Sighting(number, str(number), str(number)))
            bursts.join(report)
        for tier in town.tiers:
            cell_days[tier] += lattice.active[tier]
        for cell in sorted(lattice.recent.by_day.get(day, ())):
            tier = town.policy.places[cell[0]].tier
            if cell[1] != ALL_KINDS and tier in marks:
                bursts.weigh(cell, marks[tier])
        for which, plant in enumerate(planted):
            if plant.start <= day < plant.start + CLUSTER_DAYS:
                found[which] += scan_planted(lattice, plant, bursts.aside)[0]
    return Season(marks, found, cell_days)


@dataclass(slots=True)
class Bursts:
    """What the alarms of a background set aside, and when each cell last alarmed."""

    lattice: Lattice
    quiet_days: int
    set_aside: bool
    aside: Aside = field(default_factory=Aside)
    alarmed: dict[Cell, int] = field(default_factory=dict)

    def join(self, report: Report) -> None:
        """Count a new report with the bursts of its cells."""
        for cell in self.lattice.cells(report.place, report.kind, ""):
            self.aside.add(report.day, cell)

    def weigh(self, cell: Cell, marks: list[Mark]) -> None:
        """Scan a cell, note its mark, and set a burst aside at a first alarm after quiet days."""
        today = self.lattice.recent.today
        score, mark = marked(self.lattice, cell, self.aside)
        if score is None or mark is None:
            return
        marks.append(mark)
        if not self.set_aside or mark.a_month > BUDGETS[self.lattice.policy.places[cell[0]].tier]:
            return
        if today >= self.alarmed.get(cell, 0) + self.quiet_days and not self.aside.is_open(cell, today):
            days = ((day, len(cells.get(cell, ()))) for day, cells in self.lattice.recent.by_day.items())
            burst = burst_of(score.observed, score.expected, score.window_days, today)
            self.aside.open(cell, burst, days)
        self.alarmed[cell] = today


def put(lattice: Lattice, report: Report, sighting: Sighting) -> None:
    """Count a report in all its cells."""
    for cell in lattice.cells(report.place, report.kind, ""):
        lattice.add(report.day, cell, sighting)


def scan_planted(lattice: Lattice, plant: Plant, aside: Aside) -> tuple[list[Mark], Score | None]:
    """Scan a plant's cell with its reports up to today in it, and take them out again."""
    place, kind = plant.cell
    today = lattice.recent.today
    extras = [Report(day, place, kind) for day in plant.extras if day <= today]
    names = [f"extra {number}" for number in range(len(extras))]
    for extra, name in zip(extras, names, strict=True):
        put(lattice, extra, Sighting(0, name, name))
    score, mark = None, None
    if plant.cell in lattice.recent.by_day.get(today, ()):
        score, mark = marked(lattice, plant.cell, aside)
    for extra, name in zip(extras, names, strict=True):
        for cell in lattice.cells(place, kind, ""):
            lattice.remove(extra.day, cell, name)
    return [mark] if mark else [], score


def marked(lattice: Lattice, cell: Cell, aside: Aside) -> tuple[Score | None, Mark | None]:
    """Scan a cell and say how often a month chance shows such a thing."""
    rule = lattice.policy.burst
    assert rule is not None, "the benchmark's policy has the share scan"
    score = scan(lattice, rule, cell, aside)
    if score is None:
        return None, None
    cells = max(lattice.active[lattice.policy.places[cell[0]].tier], 1)
    a_month = score.chance * cells * MONTH_DAYS
    return score, Mark(lattice.recent.today, cell, a_month, cells) if a_month <= RARE_A_MONTH else None
