"""How units are assessed, as data: items with weights and formulas, for units of one size, over periods."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.policies.models import Span, Tier
    from hub.schemas.figures import Figure


class Every(StrEnum):
    """How long an assessment period is: 月 季 半年 年."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


class Formula(StrEnum):
    """How a value becomes points, of at most the item's weight.

    A rate gives that share of the weight; a deduction takes `per` off for each one above `target`; a band takes
    `per` off for each point on the wrong side of `target`; at target, `base` of the weight with `per` more or less
    a point; min-max spreads `base` to all of the weight between the worst and the best of a group; a rank step
    goes down evenly from all of the weight to `base`; rank tiers give the top
    30% all of it, the middle 40% 0.9 and the rest 0.8.
    """

    RATE = "rate"
    DEDUCTION = "deduction"
    BAND = "band"
    TARGET = "target"
    MIN_MAX = "min_max"
    RANK_STEP = "rank_step"
    RANK_TIER = "rank_tier"


RANKED = frozenset({Formula.MIN_MAX, Formula.RANK_STEP, Formula.RANK_TIER})
"""Formulas that compare the units of a group with one another."""


@dataclass(frozen=True, slots=True)
class AssessmentItem:
    """One item: a figure of the hub's own, in percent, or values that one of the agencies `by` submits.

    `counted_min`: a unit whose figure counts fewer is not judged by it. `categories` are the kinds of problem that
    the item is there for; the weights that are proposed follow them.
    """

    code: str
    name_zh: str
    name_en: str
    weight: Fraction
    formula: Formula
    figure: Figure | None = None
    by: tuple[str, ...] = ()
    lower_is_better: bool = False
    target: Fraction = Fraction(0)
    per: Fraction = Fraction(1)
    base: Fraction = Fraction(3, 5)
    counted_min: int = 5
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is assessed of which units, and how often.

    `units` is a tier, or None for agencies. `groups` put like beside like (量级竞赛); a unit in none of them is
    beside all others that are in none. Scores are worked out when `closes_after` has passed since the period's end.
    `pull`: how far proposed weights follow what is prominent, from 0 to 1.
    """

    name: str
    name_zh: str
    name_en: str
    every: Every
    units: Tier | None
    items: tuple[AssessmentItem, ...]
    closes_after: Span | None = None
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pull: Fraction = Fraction(1, 2)
