"""A second cluster sixty days after a first one in the same cell, and whether the first passes for usual there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from benchmarks.detection.measures import episodes, found, limit_for, months
from benchmarks.detection.planting import CLUSTER_DAYS, EXTRAS, WARM_DAYS, Plant, permuted, plants
from benchmarks.detection.season import Mark, put, scan_planted, season
from benchmarks.detection.town import BUDGETS, Report, Town
from hub.model.aside import Aside, burst_of
from hub.model.lattice import Lattice
from hub.model.window import Sighting
from hub.policies.models import Tier

GAP_DAYS: Final = 60


class Second(NamedTuple):
    """Share of second clusters of so many extra reports found: alone, after a first, and with the first set aside."""

    extra: int
    alone: float
    after_first: float
    set_aside: float


class Aftermath(NamedTuple):
    """What setting bursts aside gains and costs: second clusters, and alarms a month on permuted and real days.

    `permuted` and `real` hold the alarms without and with bursts set aside.
    """

    town: str
    promised: float
    permuted: tuple[float, float]
    real: tuple[float, float]
    seconds: list[Second]


class Twice(NamedTuple):
    """Two clusters in one cell: the second, and the days of the first one's extra reports."""

    second: Plant
    first: tuple[int, ...]


def aftermath(town: Town, number: int) -> Aftermath:
    """Plant pairs of clusters in a permuted year, the first of the largest size, at one chance alarm a month."""
    background = permuted(town, 0)
    tier = town.tiers[0]
    begin, end = town.reports[0].day + WARM_DAYS, town.reports[-1].day
    runs = {
        (which, aside): season(town, reports, (), set_aside=aside).marks[tier]
        for which, reports in (("permuted", background), ("real", town.reports))
        for aside in (False, True)
    }
    a_month = {key: episodes(marks, BUDGETS[tier], begin) / months(begin, end) for key, marks in runs.items()}
    marks = runs["permuted", False]
    limit = limit_for([marks], 1.0, begin, end)
    seconds: list[Second] = []
    for extra in EXTRAS[tier][1:]:
        pairs = _pairs(town, tier, extra, number)
        alone = [Twice(pair.second, ()) for pair in pairs]
        planted = [pair.second for pair in pairs]
        shares = [
            found(planted, _shown(town, background, twice, limit, set_aside=aside), marks, limit).share
            for twice, aside in ((alone, False), (pairs, False), (pairs, True))
        ]
        seconds.append(Second(extra, *shares))
    return Aftermath(
        town.name,
        BUDGETS[tier],
        (a_month["permuted", False], a_month["permuted", True]),
        (a_month["real", False], a_month["real", True]),
        seconds,
    )


def _pairs(town: Town, tier: Tier, extra: int, number: int) -> list[Twice]:
    begin = town.reports[0].day + WARM_DAYS
    later = [plant for plant in plants(town, tier, extra, 2 * number, 1) if plant.start > begin + GAP_DAYS]
    firsts = plants(town, tier, EXTRAS[tier][-1], number, 2)
    return [
        Twice(second, tuple(day - first.start + second.start - GAP_DAYS for day in first.extras))
        for second, first in zip(later, firsts, strict=False)
    ]


def _shown(
    town: Town, reports: Sequence[Report], pairs: Sequence[Twice], limit: float, *, set_aside: bool
) -> list[list[Mark]]:
    """Give the marks of each second cluster; what belongs to the first one's alarm is set aside, or not."""
    lattice = Lattice(town.policy, 1, frozenset())
    by_day: defaultdict[int, list[Report]] = defaultdict(list)
    of_cell: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for report in reports:
        by_day[report.day].append(report)
        for place in town.policy.places[report.place].chain:
            of_cell[place, report.kind][report.day] += 1
    asides: list[Aside | None] = [None] * len(pairs)
    shown: list[list[Mark]] = [[] for _ in pairs]
    for day in range(min(by_day), max(by_day) + 1):
        lattice.advance(day)
        for number, report in enumerate(by_day[day]):
            put(lattice, report, Sighting(number, str(number), f"{day}/{number}"))
        for which, (second, first) in enumerate(pairs):
            both = second._replace(extras=(*first, *second.extras))
            if second.start <= day < second.start + CLUSTER_DAYS:
                shown[which] += scan_planted(lattice, both, asides[which] or Aside())[0]
            elif set_aside and first and first[0] <= day < first[0] + CLUSTER_DAYS and asides[which] is None:
                marks, score = scan_planted(lattice, both, Aside())
                if score is not None and marks and marks[0].a_month <= limit:
                    days = of_cell[second.cell] + Counter(first)
                    aside = asides[which] = Aside()
                    burst = burst_of(score.observed, score.expected, score.window_days, day)
                    aside.open(second.cell, burst, days.items())
    return shown
