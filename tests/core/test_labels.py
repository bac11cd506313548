"""Labels come when what they ask for holds and go when it no longer does; each with its numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from hub.core._labels import effective_number
from hub.model.decision import Decision
from hub.policies.models import BurstRule, Confirmation, FrequentRule, Tier
from hub.policies.patterns import LabelRule, LingeringRule, Patterns
from hub.schemas.reasons import Label
from tests.builders import (
    FAR_VILLAGE,
    NEXT_VILLAGE,
    NOISE,
    PER_VILLAGE,
    THIRD_VILLAGE,
    VILLAGE,
    WAGES,
    WATER,
    Log,
    a_policy,
    a_report,
)

QUIET = BurstRule("burst", 2, 1000, {Tier.VILLAGE: 0.001}, Confirmation.OPERATOR)
REMEMBERS = LingeringRule(name="lingering", confirm=Confirmation.OPERATOR, open_days=200, closed_min=1.0)
COUNTY_RULE = FrequentRule("county", Tier.COUNTY, 2, 30, 4, Confirmation.AUTO)


def a_rule(label: Label, **numbers: Any) -> LabelRule:  # noqa: ANN401 - any number
    usual: dict[str, Any] = {
        "matters_min": 3,
        "within_days": 30,
        "level_min": 2,
        "open_days": 60,
        "rises_min": 3,
        "tier": Tier.TOWNSHIP,
        "areas_min": 2,
        "branches_min": 2,
        "share_min": 0.2,
        "margin": 0.9,
    }
    return LabelRule(name=f"label-{label}", label=label, **(usual | numbers))


def a_log(rule: LabelRule, *rules: FrequentRule) -> Log:
    patterns = Patterns(labels=(rule,), lingering=REMEMBERS)
    return Log(a_policy(rules=rules or (PER_VILLAGE,), burst=QUIET, patterns=patterns))


def day(number: int) -> str:
    return f"{date(2026, 1, 1) + timedelta(days=number):%m-%d} 09:00"


def labelled(log: Log) -> list[Decision]:
    return [one for one in log.decisions() if one.kind.startswith("label_")]


@pytest.mark.parametrize(("counts", "number"), [((5, 5), 2.0), ((7,), 1.0), ((), 0.0), ((0, 3, 0, 3), 2.0)])
def test_the_effective_number_is_that_of_equal_areas(counts: tuple[int, ...], number: float) -> None:
    assert effective_number(counts) == pytest.approx(number)


def test_three_in_thirty_days_are_frequent_on_the_day_and_later_no_more() -> None:
    log = a_log(a_rule(Label.FREQUENT))
    log.take(day(1), *(a_report(f"m{n}") for n in range(3)))

    log.tick(day(2))
    (added,) = labelled(log)
    log.tick(day(50))

    assert (added.kind, added.label, added.labels) == ("label_added", Label.FREQUENT, (Label.FREQUENT,))
    assert added.measure is not None
    assert (added.measure.observed, added.measure.window_days) == (3, 30)
    assert [one.kind for one in labelled(log)] == ["label_added", "label_removed"]
    assert labelled(log)[1].measure is not None
    assert log.state.problems["TC26-000001"].labels == ()


def test_what_is_open_longer_than_sixty_days_is_stubborn() -> None:
    log = a_log(a_rule(Label.STUBBORN, rises_min=9))
    log.take(day(1), *(a_report(f"m{n}") for n in range(3)))

    log.tick(day(60))
    early = labelled(log)
    log.tick(day(70))

    assert early == []
    assert [one.label for one in labelled(log)] == [Label.STUBBORN]


def test_later_decisions_carry_the_labels() -> None:
    log = a_log(a_rule(Label.FREQUENT))
    log.take(day(1), *(a_report(f"m{n}") for n in range(3)))
    log.tick(day(2))

    log.take(day(3), a_report("m9"))

    assert log.decisions()[-1].labels == (Label.FREQUENT,)


def test_a_problem_spread_over_two_towns_is_typical_one_of_one_town_is_not() -> None:
    spread, narrow = (a_log(a_rule(Label.TYPICAL), COUNTY_RULE) for _ in range(2))
    spread.take(day(1), *(a_report(f"m{n}", place=(VILLAGE, FAR_VILLAGE)[n % 2]) for n in range(4)))
    narrow.take(day(1), *(a_report(f"m{n}", place=(VILLAGE, NEXT_VILLAGE)[n % 2]) for n in range(4)))
    for log in (spread, narrow):
        log.tick(day(2))

    assert [one.measure and one.measure.observed for one in labelled(spread)] == [2.0]
    assert labelled(narrow) == []


def test_a_kind_that_is_everywhere_is_of_an_industry() -> None:
    log = a_log(a_rule(Label.INDUSTRY), COUNTY_RULE)
    log.take(day(1), *(a_report(f"m{n}", place=(VILLAGE, FAR_VILLAGE)[n % 2]) for n in range(6)))
    log.take(day(1), *(a_report(f"w{n}", category=WATER) for n in range(6)))
    log.tick(day(2))

    assert {(one.label, one.category) for one in labelled(log)} == {(Label.INDUSTRY, NOISE)}


def test_a_place_with_many_branches_of_trouble_is_local() -> None:
    log = a_log(a_rule(Label.LOCAL))
    log.take(day(1), *(a_report(f"m{n}", category=(NOISE, WAGES)[n % 2]) for n in range(8)))
    log.take(day(1), *(a_report(f"x{n}", place=THIRD_VILLAGE) for n in range(8)))
    log.tick(day(2))

    assert {one.place for one in labelled(log)} == {VILLAGE}


def test_an_agency_with_late_problems_in_many_towns_has_a_department_s_label() -> None:
    rule = a_rule(Label.DEPARTMENT, matters_min=2)
    policy = a_log(rule).policy
    policy = replace(policy, departments={(policy.jurisdiction, "A"): ("court",)})
    log = Log(policy)
    log.take(day(4), *(a_report(f"m{n}") for n in range(3)))
    log.take(day(4), *(a_report(f"f{n}", place=FAR_VILLAGE) for n in range(3)))
    log.take(day(25), *(a_report(f"w{n}", place=NEXT_VILLAGE, category=WAGES) for n in range(3)))
    log.tick(day(40))

    leads = {problem.lead for problem in log.state.problems.values()}
    assert leads >= {"court"}
    assert {one.label for one in labelled(log) if one.kind == "label_added"} <= {Label.DEPARTMENT}
    assert {log.state.problems[one.problem_id].lead for one in labelled(log)} == {"court"}
