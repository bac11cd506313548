"""Formulas of assessment: points, ties, groups, totals, and weights that follow what is prominent."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.assessment import Value, points_of, proposed_weights, totals_of
from hub.policies.assessment import RANKED, Assessment, AssessmentItem, Every, Formula
from hub.schemas.figures import Figure

UNITS = ("a", "b", "c", "d", "e")


def an_item(formula: Formula = Formula.RATE, weight: int = 10, **changes: Any) -> AssessmentItem:  # noqa: ANN401 - any field of an item
    usual: dict[str, Any] = {"code": "item", "name_zh": "项", "name_en": "Item", "by": ("court",)}
    return AssessmentItem(weight=Fraction(weight), formula=formula, **(usual | changes))


def an_assessment(*items: AssessmentItem, **changes: Any) -> Assessment:  # noqa: ANN401 - any field
    return Assessment("towns", "乡镇", "Towns", Every.MONTH, None, items, **changes)


def given_points(
    item: AssessmentItem, *values: float | None, groups: Mapping[str, str] | None = None
) -> list[Fraction | None]:
    written = {
        unit: None if value is None else Value(Fraction(str(value)))
        for unit, value in zip(UNITS, values, strict=False)
    }
    return list(points_of(item, written, groups or {}).values())


def test_a_rate_gives_its_share_of_the_weight() -> None:
    assert given_points(an_item(), 97.5, 0, 120) == [Fraction("9.75"), 0, 10]


def test_a_deduction_takes_off_for_each_above_what_is_free() -> None:
    item = an_item(Formula.DEDUCTION, target=Fraction(2), per=Fraction(3))

    assert given_points(item, 1, 2, 3, 9) == [10, 10, 7, 0]


def test_a_band_gives_all_above_the_target_and_takes_off_below() -> None:
    item = an_item(Formula.BAND, 25, target=Fraction(90))

    assert given_points(item, 95, 90, 88.5, 40) == [25, 25, Fraction("23.5"), 0]


def test_a_band_of_what_should_be_low_takes_off_above() -> None:
    item = an_item(Formula.BAND, target=Fraction(5), lower_is_better=True)

    assert given_points(item, 4, 7) == [10, 8]


def test_at_target_is_four_fifths_and_more_or_less_is_capped() -> None:
    item = an_item(Formula.TARGET, target=Fraction(90), base=Fraction(4, 5), per=Fraction(1, 2))

    assert given_points(item, 90, 92, 99, 88, 10) == [8, 9, 10, 7, 0]


def test_min_max_spreads_between_the_worst_and_the_best() -> None:
    item = an_item(Formula.MIN_MAX, base=Fraction(3, 5))

    assert given_points(item, 50, 75, 100) == [6, 8, 10]


def test_min_max_of_what_should_be_low_is_mirrored() -> None:
    item = an_item(Formula.MIN_MAX, base=Fraction(3, 5), lower_is_better=True)

    assert given_points(item, 50, 75, 100) == [10, 8, 6]


@pytest.mark.parametrize("formula", sorted(RANKED))
def test_units_that_cannot_be_told_apart_get_the_whole_weight(formula: Formula) -> None:
    assert given_points(an_item(formula), 70) == [10]
    assert given_points(an_item(formula), 70, 70, 70) == [10, 10, 10]


def test_a_rank_step_goes_down_evenly() -> None:
    item = an_item(Formula.RANK_STEP, base=Fraction(6, 10))

    assert given_points(item, 10, 30, 20) == [6, 10, 8]


def test_rank_tiers_give_all_to_the_top_third() -> None:
    item = an_item(Formula.RANK_TIER)

    assert given_points(item, 5, 4, 3, 2, 1) == [10, 10, 9, 9, 8]


def test_those_who_tie_share_the_average_of_their_places() -> None:
    item = an_item(Formula.RANK_STEP, base=Fraction(6, 10))

    assert given_points(item, 30, 20, 20, 10) == [10, 8, 8, 6]


def test_units_are_ranked_within_their_group() -> None:
    item = an_item(Formula.RANK_STEP, base=Fraction(6, 10))
    groups = {"a": "large", "b": "large", "c": "small", "d": "small"}

    assert given_points(item, 90, 80, 20, 10, groups=groups) == [10, 6, 10, 6]


def test_a_unit_without_a_value_has_no_points_and_no_place() -> None:
    item = an_item(Formula.RANK_STEP, base=Fraction(6, 10))

    assert given_points(item, 30, None, 10) == [10, None, 6]


def test_a_figure_that_counts_too_few_is_not_judged() -> None:
    item = an_item(Formula.RANK_STEP, figure=Figure.SOLVED, by=())
    values = {
        "a": Value(Fraction(100), 4, 4),
        "b": Value(Fraction(50), 5, 10),
        "c": Value(Fraction(80), 4, 5),
    }

    assert points_of(item, values, {}) == {"a": None, "b": 6, "c": 10}


def test_the_weight_of_what_does_not_apply_goes_to_what_does() -> None:
    assessment = an_assessment(an_item(code="one", weight=30), an_item(code="two", weight=70))

    totals = totals_of(
        assessment, {"one": {"a": Fraction(15), "b": Fraction(30)}, "two": {"a": None, "b": Fraction(35)}}, {}
    )

    assert [(t.unit, int(t.points), int(t.weight), t.rank) for t in totals] == [
        ("a", 50, 30, 2),
        ("b", 65, 100, 1),
    ]


def test_equal_totals_share_a_rank_and_the_next_is_skipped() -> None:
    points = {"one": {"a": Fraction(9), "b": Fraction(9), "c": Fraction(8)}}

    totals = totals_of(an_assessment(an_item(code="one")), points, {})

    assert [t.rank for t in totals] == [1, 1, 3]


def test_totals_are_ranked_within_their_group() -> None:
    points = {"one": {"a": Fraction(9), "b": Fraction(8), "c": Fraction(7)}}

    totals = totals_of(an_assessment(an_item(code="one")), points, {"b": "small", "c": "small"})

    assert [(t.group, t.rank) for t in totals] == [("", 1), ("small", 1), ("small", 2)]


def test_weights_follow_what_is_prominent() -> None:
    assessment = an_assessment(
        an_item(code="noise", weight=20, categories=("A",)),
        an_item(code="wages", weight=20, categories=("B",)),
        an_item(code="speed", weight=60),
    )

    assert proposed_weights(assessment, {"noise": 3, "wages": 1}) == {"noise": 25, "wages": 15, "speed": 60}


def test_weights_stay_where_nothing_is_prominent() -> None:
    assessment = an_assessment(an_item(code="noise", weight=20, categories=("A",)), an_item(code="speed"))

    assert proposed_weights(assessment, {}) == {"noise": 20, "speed": 10}


@given(
    weights=st.lists(st.integers(1, 50), min_size=1, max_size=8),
    problems=st.lists(st.integers(0, 30), min_size=8, max_size=8),
    pull=st.fractions(0, 1, max_denominator=20),
)
def test_proposed_weights_are_whole_and_keep_their_sum(
    weights: list[int], problems: list[int], pull: Fraction
) -> None:
    items = [an_item(code=f"i{n}", weight=weight, categories=("A",)) for n, weight in enumerate(weights)]
    prominent = {item.code: number for item, number in zip(items, problems, strict=False)}

    proposed = proposed_weights(an_assessment(*items, pull=pull), prominent)

    assert sum(proposed.values()) == sum(weights)
    assert all(weight.denominator == 1 and weight >= 0 for weight in proposed.values())


@given(
    formula=st.sampled_from(sorted(Formula)),
    values=st.lists(st.integers(0, 100), min_size=1, max_size=5),
    lower=st.booleans(),
)
def test_points_never_leave_the_weight_and_a_better_value_never_gets_less(
    formula: Formula, values: list[int], *, lower: bool
) -> None:
    lower = lower and formula is not Formula.RATE
    item = an_item(formula, lower_is_better=lower or formula is Formula.DEDUCTION, target=Fraction(50))

    points = [point for point in given_points(item, *values) if point is not None]

    order = sorted(zip(values, points, strict=True), reverse=item.lower_is_better)
    assert all(0 <= point <= item.weight for point in points)
    assert [point for _, point in order] == sorted(points)
