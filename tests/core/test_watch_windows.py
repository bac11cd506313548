"""Watch windows: tighter clocks at places and on days that policy names."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from hub.model.ladder import stage_policy
from hub.policies.models import Policy, Span, Tier, TierPolicy, Unit
from hub.policies.windows import WatchWindow
from tests.builders import (
    FAR_VILLAGE,
    NOISE,
    STAGES,
    TOWN,
    VILLAGE,
    WATER,
    Log,
    a_policy,
    a_report,
    at,
    kinds,
)

RULES = TierPolicy("default", (), STAGES, acceptance=Span(4, Unit.WORKING_HOURS), warns_at=(0.5,))
HALVED = Span(1, Unit.WORKING_DAYS)


def a_window(**changes: Any) -> WatchWindow:  # noqa: ANN401 - any field of a window
    """Exams: the first ten days of March every year, in one town, half of the time."""
    usual: dict[str, Any] = {
        "name": "exams",
        "name_zh": "考试",
        "name_en": "Exams",
        "first": 301,
        "last": 310,
        "yearly": True,
        "places": frozenset({TOWN}),
        "categories": frozenset({NOISE}),
        "factor": Fraction(1, 2),
    }
    return WatchWindow(**(usual | changes))


def a_watched(*windows: WatchWindow) -> Policy:
    return a_policy(tiers=(RULES,), windows=windows or (a_window(),))


def village_stage(policy: Policy, when: str, place: str = VILLAGE, category: str = NOISE) -> Span:
    return stage_policy(policy, category, place, at(when)).stage[Tier.VILLAGE]


def test_inside_a_window_the_clocks_are_tighter() -> None:
    rules = stage_policy(a_watched(), NOISE, VILLAGE, at("03-05 09:00"))

    assert rules.stage[Tier.VILLAGE] == HALVED
    assert rules.acceptance == Span(2, Unit.WORKING_HOURS)


@pytest.mark.parametrize(
    ("when", "place", "category"),
    [
        ("02-28 23:59", VILLAGE, NOISE),
        ("03-11 00:00", VILLAGE, NOISE),
        ("03-05 09:00", FAR_VILLAGE, NOISE),
        ("03-05 09:00", VILLAGE, WATER),
    ],
)
def test_outside_its_days_places_and_kinds_a_window_changes_nothing(
    when: str, place: str, category: str
) -> None:
    assert village_stage(a_watched(), when, place, category) == STAGES[Tier.VILLAGE]


def test_a_window_over_the_new_year_is_open_on_both_sides_of_it() -> None:
    policy = a_watched(a_window(first=1225, last=105))

    assert [village_stage(policy, day) == HALVED for day in ("12-24 12:00", "12-25 00:00")] == [False, True]
    assert [village_stage(policy, day) == HALVED for day in ("01-05 23:59", "01-06 00:00")] == [True, False]


def test_a_window_of_one_year_is_closed_in_the_next() -> None:
    first, last = date(2026, 3, 1).toordinal(), date(2026, 3, 10).toordinal()
    policy = a_watched(a_window(first=first, last=last, yearly=False))

    assert village_stage(policy, "03-10 12:00") == HALVED
    assert village_stage(policy, "2027-03-05 12:00") == STAGES[Tier.VILLAGE]


def test_a_window_may_have_spans_of_its_own() -> None:
    hours = Span(6, Unit.HOURS)
    policy = a_watched(a_window(stage=((Tier.VILLAGE, hours),), factor=Fraction(1)))

    rules = stage_policy(policy, NOISE, VILLAGE, at("03-05 09:00"))

    assert (rules.stage[Tier.VILLAGE], rules.stage[Tier.TOWNSHIP]) == (hours, STAGES[Tier.TOWNSHIP])


def test_of_two_open_windows_the_tighter_one_holds() -> None:
    policy = a_watched(a_window(factor=Fraction(9, 10)), a_window(name="other"))

    assert village_stage(policy, "03-05 09:00") == HALVED


def test_a_clock_never_becomes_nothing() -> None:
    policy = a_watched(a_window(factor=Fraction(1, 100)))

    assert village_stage(policy, "03-05 09:00").count == 1


def test_a_problem_confirmed_in_a_window_rises_sooner() -> None:
    log = Log(a_watched())
    log.take("03-05 09:00", a_report(), a_report("m2"), a_report("m3"))
    (problem,) = log.state.problems.values()

    assert problem.due_ms == at("03-07 00:00")
    assert problem.promised[0] == (Tier.VILLAGE, at("03-07 00:00"))
    assert "tier_raised" in kinds(log.tick("03-07 00:00"))
