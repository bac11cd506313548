"""Always high among its peers: a place that for months has more of a kind than its share of all reports (CHRONIC).

The rate against the peers' is a gamma-Poisson posterior; what counts is its lower end, so that few matters prove
nothing (EB05, DuMouchel 1999).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from hub.core._said import Turn
from hub.core._suspect import suspect, suspicion
from hub.model.decision import Measure
from hub.model.lattice import ALL_KINDS, HALF_LIFE_DAYS, RECENT_DAYS, Lattice
from hub.model.state import State
from hub.model.window import Cell
from hub.policies.patterns import ChronicRule
from hub.schemas.reasons import SuspicionReason

CHRONIC_DAYS: Final = RECENT_DAYS + round(HALF_LIFE_DAYS / math.log(2))
"""The recent weeks and as long as a past that is worth half after sixty days weighs altogether."""

NO_MATTER: Final = 1e-3
LOWER_END: Final = -1.645
"""Standard deviations below the middle: one in twenty lies lower."""


class Rate(NamedTuple):
    """Matters of a place, and how many its peers' pace gives it: in the past (weighed) and in the recent weeks."""

    past: float
    recent: int
    past_expected: float
    recent_expected: float

    @property
    def matters(self) -> float:
        """All of them."""
        return self.past + self.recent

    @property
    def expected(self) -> float:
        """All that the peers' pace gives."""
        return self.past_expected + self.recent_expected


def chronic(turn: Turn) -> None:
    """At a day's end, look at the cells of the rule's tier that had a matter today, lowest code first."""
    state, rule, lattice = turn.state, turn.policy.patterns.chronic, turn.state.lattice
    if rule is None or lattice is None:
        return
    today = lattice.recent.by_day.get(state.today, ())
    for cell in sorted(cell for cell in today if lattice.past_matters(cell) >= rule.matters_min):
        place, kind = cell
        if (
            kind == ALL_KINDS
            or turn.policy.places[place].tier is not rule.tier
            or cell in state.open_at
            or was_cleared(state, lattice, cell)
        ):
            continue
        rate = rate_of(lattice, cell)
        if rate is not None and is_chronic(rate, rule):
            measure = Measure(
                observed=round(rate.matters), expected=round(rate.expected, 2), window_days=CHRONIC_DAYS
            )
            sightings = lattice.recent.sightings(cell)
            suspect(turn, cell, suspicion(rule, SuspicionReason.CHRONIC, measure, sightings))


def is_chronic(rate: Rate, rule: ChronicRule) -> bool:
    """Whether a place is surely so many times above its peers, in the past as in the recent weeks."""
    return (
        rate.past > rate.past_expected
        and rate.recent > rate.recent_expected
        and lower_end(rate, rule.prior_matters) >= rule.times_min
    )


def lower_end(rate: Rate, prior: float) -> float:
    """Give what the place's rate, in units of its peers', is at least, in nineteen of twenty cases.

    The posterior is Gamma(prior + matters, prior + expected); its quantile after Wilson and Hilferty.
    """
    shape = prior + rate.matters
    cube = 1 - 1 / (9 * shape) + LOWER_END / (3 * math.sqrt(shape))
    return shape * cube**3 / (prior + rate.expected)


def rate_of(lattice: Lattice, cell: Cell) -> Rate | None:
    """Give a cell's matters and what the rest of the area above gives it by its share of all other kinds.

    None where there is nothing to compare with.
    """
    place, kind = cell
    area = lattice.policy.places[place].parent
    assert area is not None, "the city has no peers"
    mine, all_mine = lattice.past_matters(cell), lattice.past_matters((place, ALL_KINDS))
    rest = lattice.past_matters((area, kind)) - mine
    others, others_rest = all_mine - mine, lattice.past_matters((area, ALL_KINDS)) - all_mine - rest
    # Sums of floats: a thousandth of a matter is none.
    if others < NO_MATTER or others_rest < NO_MATTER:
        return None
    share = others / others_rest
    recent = lattice.recent.count(cell)
    return Rate(mine, recent, rest * share, (lattice.recent.count((area, kind)) - recent) * share)


def was_cleared(state: State, lattice: Lattice, cell: Cell) -> bool:
    """Whether the recent weeks still hold a matter that an operator found to be no problem."""
    cleared = state.cleared.get(cell)
    if cleared is None:
        return False
    sightings = lattice.recent.sightings(cell)
    return bool(sightings) and sightings[0].entry <= cleared
