"""The share scan finds a cell that holds more than its parent area's own count explains.

What a place has of a kind is held against what the area above it has of the same kind in the same days, times the
place's usual share. A wave over the whole area, a season or a holiday moves both and explains itself away. The tail
is negative binomial, as the share is known only as well as the past is long.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from hub.model.lattice import ALL_KINDS, Lattice
from hub.model.window import Cell
from hub.policies.models import BurstRule, Tier

WINDOWS: Final = (1, 3, 7, 14, 28)
LOOKS: Final = 3.0
"""Five overlapping windows are worth about three independent looks (calibrated on a permuted year)."""

SHARE_SPREAD: Final = 0.05
"""How much a share wanders by itself: the variance of its ratio."""

MONTH_DAYS: Final = 30.44
FEW_KINDS: Final = 15
"""With fewer kinds than this in an area, the kind's own share of the place's volume is held against it as well."""

SCREEN_SD: Final = 2.5
TAIL_TERMS_MAX: Final = 10_000


class Score(NamedTuple):
    """The strangest window of a cell: how many, how many expected, over how many days, and by what chance."""

    observed: int
    expected: float
    window_days: int
    chance: float


def scan(lattice: Lattice, rule: BurstRule, cell: Cell) -> Score | None:
    """Score one cell at the end of a day; None when nothing about it is strange."""
    place, kind = cell
    node = lattice.policy.places[place]
    if node.parent is None or lattice.recent.count(cell) < rule.matters_min:
        return None
    parent = (node.parent, kind)
    seen, above = lattice.counts(cell, WINDOWS), lattice.counts(parent, WINDOWS)
    share, weight = _share(lattice, cell, parent, rule.prior_matters[node.tier])
    if not 0 < share < 1:
        return None
    size = 1 / (1 / weight + SHARE_SPREAD)
    volumes = _by_volume(lattice, place, parent)
    best: Score | None = None
    for window_days, x, y, by_volume in zip(WINDOWS, seen, above, volumes, strict=True):
        if x < rule.matters_min:
            continue
        # What the rest of the area has, in the proportion of the place to the rest; one more, so that none is some.
        expected = max(share / (1 - share) * (y - x + 1), by_volume)
        if x <= expected + SCREEN_SD * math.sqrt(expected + expected * expected / size):
            continue
        chance = LOOKS * tail(x, expected, size)
        if best is None or chance < best.chance:
            best = Score(x, expected, window_days, chance)
    return best


def threshold(lattice: Lattice, rule: BurstRule, tier: Tier) -> float:
    """Give the chance below which a tier raises an alarm: its budget a month, spread over its active cells and days."""
    return rule.chance_alarms_per_month[tier] / (max(lattice.active[tier], 1) * MONTH_DAYS)


def chance_interval_days(lattice: Lattice, tier: Tier, chance: float) -> int:
    """Give how often, in days, all cells of a tier together show such a thing by chance."""
    return round(1 / (chance * max(lattice.active[tier], 1)))


def tail(x: int, mean: float, size: float) -> float:
    """P(N >= x) of a negative binomial with this mean and size (variance mean + mean²/size)."""
    assert x > 0, "a tail starts above nothing"
    assert mean > 0, "an expectation is positive"
    success = mean / (mean + size)
    term = math.exp(
        math.lgamma(x + size)
        - math.lgamma(size)
        - math.lgamma(x + 1)
        + x * math.log(success)
        + size * math.log1p(-success)
    )
    total = 0.0
    for k in range(x, x + TAIL_TERMS_MAX):
        total += term
        term *= (k + size) / (k + 1) * success
        if term < total * 1e-12:
            break
    return min(total, 1.0)


def _by_volume(lattice: Lattice, place: str, parent: Cell) -> list[float]:
    """Give what the place's volume of all kinds explains in each window, where the area has few kinds; else nothing.

    With few kinds one of them can rise everywhere in the place without the others: then the space-time-permutation
    expectation (Kulldorff 2005) is the better one.
    """
    if lattice.kinds.get(parent[0], 0) >= FEW_KINDS:
        return [0.0] * len(WINDOWS)
    area = (parent[0], ALL_KINDS)
    of_kind = lattice.past_matters(parent) + lattice.recent.count(parent)
    of_all = lattice.past_matters(area) + lattice.recent.count(area)
    return [volume * of_kind / of_all for volume in lattice.counts((place, ALL_KINDS), WINDOWS)]


def _share(lattice: Lattice, cell: Cell, parent: Cell, prior: float) -> tuple[float, float]:
    """Give the cell's usual share of its parent's kind, drawn to the place's share of all kinds, and its weight."""
    mine, theirs = lattice.past_matters(cell), lattice.past_matters(parent)
    volume = lattice.past_matters((cell[0], ALL_KINDS))
    area = lattice.past_matters((parent[0], ALL_KINDS))
    usual = volume / area if area > 0 else 0.0
    weight = mine + prior * usual
    return weight / (theirs + prior), weight
