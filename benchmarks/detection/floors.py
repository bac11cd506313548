"""The least that the benchmark must show: where one is missed, the run fails and says which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from benchmarks.detection.citywide import Waves
from benchmarks.detection.figures import HUB, Figures
from benchmarks.detection.noufaily import ALPHA, Weekly
from benchmarks.detection.repeats import Duplicates, Planted, Stubborn

BUDGET_MIN, BUDGET_MAX = 0.1, 1.5
"""Chance alarms that came, in units of what the budget promised."""

FOUND_MIN: Final = {
    "Boston neighbourhood": (0.25, 0.55, 0.80),
    "Chicago community area": (0.45, 0.78, 0.95),
}
"""Share found of each size of cluster at one chance alarm a month, less three sampling errors of the short form."""

WAVES_MIN: Final = {"Boston neighbourhood": (0.05, 0.35, 0.75), "Chicago community area": (0.55, 0.70, 0.70)}
WEEKLY_MIN: Final = (0.12, 0.35, 0.80)
AUC_MIN, PRECISION_MIN, PLANTED_MIN, DECOYS_MAX, F1_MIN = 0.69, 0.48, 0.95, 0.02, 0.60


def missed_by_scan(shown: Sequence[Figures]) -> Iterator[str]:
    """Say what the share scan missed."""
    for town in shown:
        for budget in town.budgets:
            yield from _budget(f"{town.town} {budget.tier}", budget.permuted, budget.promised)
        for line in town.lines:
            wanted = FOUND_MIN.get(town.town)
            if wanted and line.detector == HUB and (line.background, line.a_month) == ("permuted", 1.0):
                yield from _found(town.town, [one.share for one in line.found], wanted)


def missed_by_season(waves: Sequence[Waves], weekly: Sequence[Weekly]) -> Iterator[str]:
    """Say what the judge of the city tier missed."""
    for city in waves:
        yield from _budget(f"{city.name} city", city.drawn, city.promised)
        hub = next(line for line in city.lines if line.detector == HUB)
        yield from _found(f"{city.name} city", [one.share for one in hub.found], WAVES_MIN[city.name])
    yield from _budget("weekly series", weekly[0].false_rate, ALPHA)
    yield from _found("weekly series", weekly[0].found, WEEKLY_MIN)


def missed_by_repeats(
    stubborn: Sequence[Stubborn], planted: Sequence[Planted], duplicates: Sequence[Duplicates]
) -> Iterator[str]:
    """Say what recurrence and duplicates missed."""
    for town in stubborn:
        if town.auc < AUC_MIN:
            yield f"{town.town}: AUC {town.auc:.3f} < {AUC_MIN}"
        if town.top < PRECISION_MIN:
            yield f"{town.town}: precision {town.top:.2f} < {PRECISION_MIN} at five per cent flagged"
    for keys in planted:
        if keys.times > 1 and keys.recall < PLANTED_MIN:
            yield f"{keys.town}: recall {keys.recall:.2f} < {PLANTED_MIN} at {keys.times} recurrences"
        if keys.decoys > DECOYS_MAX:
            yield f"{keys.town}: decoys {keys.decoys:.2f} > {DECOYS_MAX}"
    for years in duplicates:
        if years.f1 < F1_MIN:
            yield f"duplicates {years.years}: F1 {years.f1:.2f} < {F1_MIN}"


def _budget(name: str, came: float, promised: float) -> Iterator[str]:
    if not BUDGET_MIN <= came / promised <= BUDGET_MAX:
        yield f"{name}: {came:.3g} chance alarms where {promised:g} are promised"


def _found(name: str, shares: Sequence[float], wanted: Sequence[float]) -> Iterator[str]:
    for share, least in zip(shares, wanted, strict=True):
        if share < least:
            yield f"{name}: found {share:.2f} < {least}"
