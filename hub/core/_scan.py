"""The share scan finds a cell that holds more than the areas above it explain.

What a place has of a kind is held against what the rest of the area above it has of the same kind in the same days,
times the place's usual share; where that area is too small to tell, the area above it in turn says what to expect of
it. A wave over an area, a season or a holiday moves both and explains itself away. The tail is negative binomial, as
the share and the wave are known only as well as the past is long and the area large. The numbers below were chosen on
Boston and confirmed on Chicago (`docs/detection.md`).
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Final, NamedTuple

from hub.model.aside import Aside
from hub.model.lattice import ALL_KINDS, RECENT_DAYS, Lattice
from hub.model.window import Cell
from hub.policies.models import BurstRule, Tier

WINDOWS: Final = (7, 14, 28)
LOOKS: Final = 1.5
"""Three overlapping windows are worth about so many independent looks (calibrated on permuted years)."""

DAY_MATTERS_MAX: Final = 3
"""What one day adds beyond this, and beyond three times its expectation, may be one walker's or one office's batch."""

DAY_EXPECTED_TIMES: Final = 3.0
SHARE_SPREAD: Final = 0.02
"""How much a share wanders by itself: the variance of its ratio."""

DECAY_GAIN: Final = 1.5
"""A sum that fades tells more than its size: up to twice as much, when the past is long."""

WAVE_MATTERS: Final = 6.0
"""How firmly the area above says what to expect of an area, as so many matters of its own."""

MONTH_DAYS: Final = 30.44
SCREEN_SD: Final = 2.0
TAIL_TERMS_MAX: Final = 10_000
CHANCE_MIN: Final = 1e-9
"""What is stranger is not told apart: no model is true that far out, and the interval stays a number one can store."""


class Score(NamedTuple):
    """The strangest window of a cell: how many, how many expected, over how many days, and by what chance."""

    observed: int
    expected: float
    window_days: int
    chance: float


class Expected(NamedTuple):
    """What to expect of a cell in one window, and how surely: `spread` is the variance of the ratio to it."""

    matters: float
    spread: float


class Ground(NamedTuple):
    """What a cell is judged on: the counts, the rule, and what earlier bursts set aside.

    `known` remembers what was expected of areas, as long as neither counts nor bursts change.
    """

    lattice: Lattice
    rule: BurstRule
    aside: Aside
    known: dict[Cell, list[Expected]]


def scan(lattice: Lattice, rule: BurstRule, cell: Cell, aside: Aside | None = None) -> Score | None:
    """Score one cell at the end of a day; None when nothing about it is strange."""
    return scan_on(Ground(lattice, rule, aside or Aside(), {}), cell)


def scan_on(ground: Ground, cell: Cell) -> Score | None:
    """Score one cell on a ground that it shares with others.

    A kind that its city has known for less than four weeks (new, or under a new code) says nothing. What the ground
    has set aside of earlier bursts does not pass for usual.
    """
    lattice, rule, _, _ = ground
    place, kind = cell
    chain = lattice.policy.places[place].chain
    if len(chain) == 1 or lattice.recent.count(cell) < rule.matters_min:
        return None
    if lattice.past_matters((chain[-1], kind)) < 1:
        return None
    days = lattice.daily(cell)
    best: Score | None = None
    explained = _expected(ground, cell, _sums(days))
    for window_days, (expected, spread) in zip(WINDOWS, explained, strict=False):
        x = weighed(days[:window_days], expected / window_days)
        if x < max(rule.matters_min, expected + SCREEN_SD * math.sqrt(expected + expected**2 * spread)):
            continue
        chance = LOOKS * middle_tail(x, expected, 1 / spread)
        if best is None or chance < best.chance:
            best = Score(sum(days[:window_days]), expected, window_days, chance)
    return best


def threshold(lattice: Lattice, rule: BurstRule, tier: Tier) -> float:
    """Give the chance below which a tier raises an alarm: its budget a month, spread over its active cells and days."""
    return rule.chance_alarms_per_month[tier] / (max(lattice.active[tier], 1) * MONTH_DAYS)


def chance_interval_days(lattice: Lattice, tier: Tier, chance: float) -> int:
    """Give how often, in days, all cells of a tier together show such a thing by chance."""
    return round(1 / (max(chance, CHANCE_MIN) * max(lattice.active[tier], 1)))


def middle_tail(x: int, mean: float, size: float) -> float:
    """P(N > x) + P(N = x) / 2: as counts are whole, the plain tail would be too careful for small ones."""
    return (tail(x, mean, size) + tail(x + 1, mean, size)) / 2


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
        if term <= total * 1e-12:
            break
    return min(total, 1.0)


def weighed(days: list[int], expected: float) -> int:
    """Add up days, none of which counts for more than one day may."""
    if max(days) <= DAY_MATTERS_MAX:
        return sum(days)
    most = DAY_MATTERS_MAX + DAY_EXPECTED_TIMES * expected
    return int(sum([min(number, most) for number in days]))


def _expected(ground: Ground, cell: Cell, mine: list[int]) -> list[Expected]:
    """Give what the rest of the area above explains in each window; nothing where there is no past to tell by.

    `mine` is what the cell itself holds in each window. Given the rest's number r, an area expected to
    hold m, as firmly as k matters tell, holds Gamma(r + k) over 1 - share + k/m; the cell has its share of that.
    """
    place, kind = cell
    lattice = ground.lattice
    area = lattice.policy.places[place].parent
    assert area is not None, "the city is held against nothing"
    above = (area, kind)
    share, weight = _share(ground, cell, above)
    if not 0 < share < 1:
        return []
    theirs = _sums(lattice.daily(above))
    rests = [their - my for my, their in zip(mine, theirs, strict=True)]
    expected: list[Expected] = []
    for rest, (matters, spread) in zip(rests, _of_area(ground, above, theirs, rests[-1]), strict=True):
        firmness = 1 / spread
        mean = share * (rest + firmness) / (1 - share + firmness / matters)
        expected.append(Expected(mean, 1 / weight + SHARE_SPREAD + 1 / (rest + firmness)))
    return expected


def _of_area(ground: Ground, area: Cell, theirs: list[int], rest: int) -> list[Expected]:
    """Give what to expect of the whole area: what its own area explains, else the pace of its last four weeks."""
    is_city = ground.lattice.policy.places[area[0]].parent is None
    above = ground.known.get(area)
    if above is None:
        above = ground.known[area] = [] if is_city else _expected(ground, area, theirs)
    if not above:
        # As firm as a single matter: what the days say is trusted, but their silence is not.
        return [Expected(max(rest, 1) * days / RECENT_DAYS, 1.0) for days in WINDOWS]
    return [Expected(matters, 1 / WAVE_MATTERS + spread) for matters, spread in above]


def _share(ground: Ground, cell: Cell, above: Cell) -> tuple[float, float]:
    """Give the cell's usual share of the kind above, drawn to the place's share of all kinds, and its weight."""
    lattice, rule, aside, _ = ground
    usual_units = max(lattice.past.get(cell, 0) - aside.past_units(cell, lattice.recent.today), 0)
    mine, theirs = usual_units / lattice.past_unit, lattice.past_matters(above)
    volume = lattice.past_matters((cell[0], ALL_KINDS))
    if not volume:
        return 0.0, 0.0
    usual = volume / lattice.past_matters((above[0], ALL_KINDS))
    weight = DECAY_GAIN * mine + rule.prior_matters
    return weight / (DECAY_GAIN * theirs + rule.prior_matters / usual), weight


def _sums(days: list[int]) -> list[int]:
    sums = list(accumulate(days))
    return [sums[length - 1] for length in WINDOWS]
