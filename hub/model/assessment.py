"""From values to points, ranks and weights: exact, and a function of what was counted and submitted alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.policies.assessment import RANKED, Formula

if TYPE_CHECKING:
    from hub.policies.assessment import Assessment, AssessmentItem

HUNDRED: Final = 100
TOP: Final = Fraction(3, 10)
MIDDLE: Final = Fraction(7, 10)
TIERS: Final = (Fraction(1), Fraction(9, 10), Fraction(4, 5))
NO_GROUP: Final = ""


class Value(NamedTuple):
    """What a unit has of an item: the value, and of an own figure the counts that it is the share of, in percent."""

    value: Fraction
    met: int = 0
    counted: int = 0
    excluded: int = 0


class Score(NamedTuple):
    """What a unit got for an item: None where the item does not apply to it or counts too little."""

    unit: str
    item: str
    value: Value | None
    points: Fraction | None


class Total(NamedTuple):
    """What a unit got in all, as if every item applied to it; its rank in its group, ties sharing one."""

    unit: str
    group: str
    points: Fraction
    weight: Fraction
    rank: int


class Submitted(NamedTuple):
    """A value that an agency submitted, in the journal's row `entry`."""

    value: Fraction
    agency: str
    entry: int


class ScoreRow(NamedTuple):
    """What was worked out for a unit when a period closed, at that moment and under that policy."""

    assessment: str
    period: str
    at_ms: int
    policy: str
    got: Score | Total


def points_of(
    item: AssessmentItem, values: Mapping[str, Value | None], groups: Mapping[str, str]
) -> dict[str, Fraction | None]:
    """Give each unit's points for an item; `groups` says beside which others a unit is."""
    known = {unit: value for unit, value in values.items() if value is not None and _is_enough(item, value)}
    points: dict[str, Fraction | None] = dict.fromkeys(values)
    if item.formula not in RANKED:
        give = ALONE[item.formula]
        return points | {unit: give(item, value.value) for unit, value in known.items()}
    for group in sorted({groups.get(unit, NO_GROUP) for unit in known}):
        inside = {u: value.value for u, value in known.items() if groups.get(u, NO_GROUP) == group}
        points |= _compared(item, inside)
    return points


def totals_of(
    assessment: Assessment, points: Mapping[str, Mapping[str, Fraction | None]], groups: Mapping[str, str]
) -> list[Total]:
    """Give each unit's total and rank; the weight of an item that does not apply goes to those that do.

    `points` holds by item the points of each unit. A unit without any item has no total.
    """
    weights = {item.code: item.weight for item in assessment.items}
    whole = sum(weights.values(), Fraction(0))
    units = sorted({unit for given in points.values() for unit in given})
    sums: dict[str, tuple[Fraction, Fraction]] = {}
    for unit in units:
        got = [(code, given[unit]) for code, given in points.items() if given.get(unit) is not None]
        applied = sum((weights[code] for code, _ in got), Fraction(0))
        if applied:
            reached = sum((point for _, point in got if point is not None), Fraction(0))
            sums[unit] = (reached * whole / applied, applied)
    return [
        Total(
            unit,
            group,
            total,
            applied,
            1 + sum(_group_total(sums, groups, other, group) > total for other in sums),
        )
        for unit, (total, applied) in sums.items()
        for group in [groups.get(unit, NO_GROUP)]
    ]


def _group_total(
    sums: Mapping[str, tuple[Fraction, Fraction]], groups: Mapping[str, str], unit: str, group: str
) -> Fraction:
    """Give a unit's total if it is of the group, else less than any."""
    return sums[unit][0] if groups.get(unit, NO_GROUP) == group else Fraction(-1)


def group_of(assessment: Assessment) -> dict[str, str]:
    """Give the group of each unit that is in one."""
    return {unit: group for group, units in assessment.groups.items() for unit in units}


def proposed_weights(assessment: Assessment, prominent: Mapping[str, int]) -> dict[str, Fraction]:
    """Give weights that follow what is prominent (什么问题突出，就重点考评怎么解决), as whole numbers of the same sum.

    `prominent` says how many stubborn problems of the period each item is there for. An item keeps `1 - pull` of its
    weight; what is freed goes to the items by their problems. Items that are there for no kind keep all of theirs.
    """
    for_kinds = [item for item in assessment.items if item.categories]
    problems = sum(prominent.get(item.code, 0) for item in for_kinds)
    weights = {item.code: item.weight for item in assessment.items}
    if not problems:
        return weights
    freed = assessment.pull * sum((item.weight for item in for_kinds), Fraction(0))
    for item in for_kinds:
        share = Fraction(prominent.get(item.code, 0), problems)
        weights[item.code] = item.weight * (1 - assessment.pull) + freed * share
    return _whole(weights)


def _whole(weights: dict[str, Fraction]) -> dict[str, Fraction]:
    """Round to whole numbers that keep the sum where it is one: the largest remainders are rounded up."""
    total = sum(weights.values(), Fraction(0))
    down = {code: Fraction(weight // 1) for code, weight in weights.items()}
    over = int(total - sum(down.values()))
    by_remainder = sorted(weights, key=lambda code: (down[code] - weights[code], code))
    return {code: down[code] + (code in by_remainder[:over]) for code in weights}


def _is_enough(item: AssessmentItem, value: Value) -> bool:
    return item.figure is None or value.counted >= item.counted_min


def _worse(item: AssessmentItem, value: Fraction) -> Fraction:
    """Give by how much a value is on the wrong side of the target; below 0 on the good side."""
    return value - item.target if item.lower_is_better else item.target - value


def _bounded(item: AssessmentItem, points: Fraction) -> Fraction:
    return min(max(points, Fraction(0)), item.weight)


def _rate(item: AssessmentItem, value: Fraction) -> Fraction:
    return _bounded(item, item.weight * value / HUNDRED)


def _deduction(item: AssessmentItem, value: Fraction) -> Fraction:
    return _bounded(item, item.weight - item.per * max(value - item.target, Fraction(0)))


def _band(item: AssessmentItem, value: Fraction) -> Fraction:
    return _bounded(item, item.weight - item.per * max(_worse(item, value), Fraction(0)))


def _target(item: AssessmentItem, value: Fraction) -> Fraction:
    return _bounded(item, item.weight * item.base - item.per * _worse(item, value))


ALONE: Final[Mapping[Formula, Callable[[AssessmentItem, Fraction], Fraction]]] = {
    Formula.RATE: _rate,
    Formula.DEDUCTION: _deduction,
    Formula.BAND: _band,
    Formula.TARGET: _target,
}
"""Formulas that judge a unit by its own value."""


def _compared(item: AssessmentItem, values: Mapping[str, Fraction]) -> dict[str, Fraction | None]:
    """Give the points of a group's units by what they have beside one another."""
    best, worst = max(values.values()), min(values.values())
    if item.lower_is_better:
        best, worst = worst, best
    if best == worst:
        return dict.fromkeys(values, item.weight)
    if item.formula is Formula.MIN_MAX:
        return {
            unit: item.weight * (item.base + (1 - item.base) * (value - worst) / (best - worst))
            for unit, value in values.items()
        }
    order = sorted(values.values(), reverse=not item.lower_is_better)
    steps = [_step(item, place, len(order)) for place in range(len(order))]
    return {unit: item.weight * _shared(order, steps, value) for unit, value in values.items()}


def _step(item: AssessmentItem, place: int, units: int) -> Fraction:
    """Give the share of the weight at a place of the ranking, counted from 0."""
    if item.formula is Formula.RANK_STEP:
        return 1 - (1 - item.base) * Fraction(place, units - 1)
    share = Fraction(place, units)
    return TIERS[0] if share < TOP else TIERS[1] if share < MIDDLE else TIERS[2]


def _shared(order: Sequence[Fraction], steps: Sequence[Fraction], value: Fraction) -> Fraction:
    """Give those with the same value the average of the places they take together."""
    places = [step for step, other in zip(steps, order, strict=True) if other == value]
    return sum(places, Fraction(0)) / len(places)
