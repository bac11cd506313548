"""Published detectors beside the share scan, as references in this benchmark only.

Every anchor scores rows of daily counts at once: `own` is the cell, `kind` its kind over the city, `place` its place's
volume of all kinds, `city` all there is, each of shape (rows, days). A score of a day is higher when it is stranger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.detection.planting import Plant
from benchmarks.detection.town import Report, Town
from hub.model.window import Cell

Grid = npt.NDArray[np.float64]
WINDOWS: Final = (1, 3, 7, 14, 28)
GUARD_DAYS: Final = 28
FADE: Final = 2 ** (-1 / 60)
TINY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Rows:
    """Daily counts of some cells and of what they are held against."""

    own: Grid
    kind: Grid
    place: Grid
    city: Grid


Anchor = Callable[[Rows], Grid]


def rows_of(town: Town, reports: Sequence[Report], cells: Sequence[Cell]) -> Rows:
    """Count a background's days for some cells."""
    first = town.reports[0].day
    days = town.reports[-1].day - first + 1
    root = town.policy.places[town.reports[0].place].chain[-1]
    series: dict[Cell, Grid] = {}
    for report in reports:
        for place in town.policy.places[report.place].chain:
            for cell in ((place, report.kind), (place, "")):
                if cell not in series:
                    series[cell] = np.zeros(days)
                series[cell][report.day - first] += 1
    return Rows(
        np.stack([series[cell] for cell in cells]),
        np.stack([series[root, kind] for _, kind in cells]),
        np.stack([series[place, ""] for place, _ in cells]),
        np.stack([series[root, ""]] * len(cells)),
    )


def with_extras(rows: Rows, planted: Sequence[Plant], first_day: int) -> Rows:
    """Add each plant's extra reports to its own row, one row a plant."""
    extra = np.zeros_like(rows.own)
    for number, plant in enumerate(planted):
        for day in plant.extras:
            extra[number, day - first_day] += 1
    return Rows(rows.own + extra, rows.kind + extra, rows.place + extra, rows.city + extra)


def ears_c3(rows: Rows) -> Grid:
    """EARS C3 (Hutwagner 2003): three days' excess over a week that ended two days ago; a deviation is at least 0.5."""
    means, squares = (_lagged(_sums(grid, 7), 3) / 7 for grid in (rows.own, rows.own**2))
    deviation = np.sqrt(np.maximum(squares - means**2, 0) * 7 / 6)
    excess = np.maximum((rows.own - means) / np.maximum(deviation, 0.5) - 1, 0)
    return _sums(excess, 3)


def nb_cusum(rows: Rows) -> Grid:
    """Sum the evidence that a negative binomial count of size 8 doubled, against four weeks that ended a week ago."""
    usual = np.maximum(_lagged(_sums(rows.own, 28), 8) / 28, 0.02)
    doubled, size = 2 * usual + 0.05, 8.0
    grown = np.log((doubled + size) / (usual + size))
    gains = rows.own * (np.log(doubled / usual) - grown) - size * grown
    scores: Grid = np.zeros_like(gains)
    for day in range(1, gains.shape[1]):
        scores[:, day] = np.maximum(scores[:, day - 1] + gains[:, day], 0)
    return scores


def ebp(rows: Rows) -> Grid:
    """Expectation-based Poisson scan in time (Neill 2005): likelihood ratio against the cell's own faded past."""
    pace: Grid = _past(rows.own) / np.maximum(_past(np.ones_like(rows.own)), TINY)
    return _strangest(rows, lambda days: _at_least(pace * days, 0.05))


def stp(rows: Rows) -> Grid:
    """Space-time permutation expectation (Kulldorff 2005): the place's volume times the kind's part of sixty days."""
    part = _sums(rows.kind, 60) / np.maximum(_sums(rows.city, 60), 1)
    return _strangest(rows, lambda days: _at_least(_sums(rows.place, days) * part, 0.01))


def share_scan(prior: float) -> Anchor:
    """Give the hierarchical share scan as first measured: one prior strength, five windows, the plain tail."""

    def score(rows: Rows) -> Grid:
        own, kind = _past(rows.own), _past(rows.kind)
        usual = _past(rows.place) / np.maximum(_past(rows.city), TINY)
        weight = own + prior * usual
        size = 1 / (1 / np.maximum(weight, TINY) + 0.05)
        best = np.zeros_like(rows.own)
        for days in WINDOWS:
            seen = _sums(rows.own, days)
            expected = weight / (kind + prior) * (_sums(rows.kind, days) - seen + 1)
            best = np.maximum(best, _surprise(seen, expected, size))
        return best

    return score


def told_rates(background: Rows) -> Anchor:
    """Give a ceiling for what looks at the cell alone: Poisson tails against the rate the whole year truly had."""
    rate = background.own.mean(axis=1, keepdims=True)

    def score(rows: Rows) -> Grid:
        best = np.zeros_like(rows.own)
        for days in WINDOWS:
            expected = np.broadcast_to(rate * days, rows.own.shape)
            best = np.maximum(best, _surprise(_sums(rows.own, days), expected, np.full_like(rows.own, 1e6)))
        return best

    return score


ANCHORS: Final[dict[str, Anchor]] = {
    "EARS C3": ears_c3,
    "NB-CUSUM": nb_cusum,
    "EBP": ebp,
    "STP": stp,
    "HB 20": share_scan(20),
    "HB 60": share_scan(60),
}


def _at_least(grid: Grid, floor: float) -> Grid:
    raised: Grid = np.maximum(grid, floor)
    return raised


def _sums(grid: Grid, days: int) -> Grid:
    """Sum the last days, today's included."""
    total = np.cumsum(grid, axis=1)
    total[:, days:] -= total[:, :-days].copy()
    return total


def _lagged(grid: Grid, days: int) -> Grid:
    moved = np.zeros_like(grid)
    moved[:, days:] = grid[:, :-days]
    return moved


def _past(grid: Grid) -> Grid:
    """Sum what is older than the guard, worth half after sixty days."""
    old = _lagged(grid, GUARD_DAYS)
    for day in range(1, old.shape[1]):
        old[:, day] += FADE * old[:, day - 1]
    return old


def _strangest(rows: Rows, expectation: Callable[[int], Grid]) -> Grid:
    """Give the highest Poisson likelihood ratio over the windows, from three reports on."""
    best = np.zeros_like(rows.own)
    for days in WINDOWS:
        seen, expected = _sums(rows.own, days), expectation(days)
        ratio = seen * np.log(np.maximum(seen, TINY) / expected) + expected - seen
        best = np.maximum(best, np.where((seen >= 3) & (seen > expected), ratio, 0))
    return best


def _surprise(seen: Grid, expected: Grid, size: Grid) -> Grid:
    """Give -log10 P(N >= seen) of a negative binomial, zero where nothing is strange or fewer than three were seen."""
    deviation = np.sqrt(np.maximum(expected + expected**2 / size, TINY))
    worth = (seen >= 3) & (expected > TINY) & (seen > expected + 2 * deviation)
    x, mean, r = seen[worth], expected[worth], size[worth]
    success = mean / (mean + r)
    term = np.exp(r * np.log1p(-success))
    below = np.zeros_like(x)
    for k in range(int(x.max(initial=0))):
        below += np.where(k < x, term, 0)
        term *= (k + r) / (k + 1) * success
    surprise = np.zeros_like(seen)
    surprise[worth] = -np.log10(np.maximum(1 - below, 1e-15))
    return surprise
