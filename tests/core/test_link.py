"""Link: who leads, by territory and category."""

from __future__ import annotations

from hub.core.link import holder_at
from tests.builders import (
    NOISE,
    PER_VILLAGE,
    POLICY,
    TOWN,
    VILLAGE,
    WATER,
    Log,
    a_policy,
    body_of,
    decisions,
    three_reports,
)


def test_the_territory_s_body_leads_where_no_department_does() -> None:
    assert holder_at(POLICY, VILLAGE, NOISE) == (body_of(VILLAGE), "TERRITORY")


def test_a_department_of_the_place_comes_before_its_body() -> None:
    policy = a_policy(departments={(TOWN, NOISE): ("town-noise",)})

    assert holder_at(policy, TOWN, NOISE) == ("town-noise", "CATEGORY")
    assert holder_at(policy, VILLAGE, NOISE) == (body_of(VILLAGE), "TERRITORY")
    assert holder_at(policy, TOWN, WATER) == (body_of(TOWN), "TERRITORY")


def test_the_department_of_the_nearest_category_leads() -> None:
    policy = a_policy(departments={(TOWN, "A"): ("town-a",), (TOWN, NOISE): ("town-noise", "z-second")})

    assert holder_at(policy, TOWN, NOISE) == ("town-noise", "CATEGORY")
    assert holder_at(policy, TOWN, WATER) == ("town-a", "CATEGORY")


def test_a_place_without_department_and_body_has_no_holder() -> None:
    assert holder_at(a_policy(holders={}), VILLAGE, NOISE) is None


def test_a_risen_problem_gets_the_lead_of_its_new_place() -> None:
    log = Log(a_policy(rules=(PER_VILLAGE,), departments={(TOWN, "A"): ("town-a",)}))
    three_reports(log)

    told = log.tick("03-11 00:00")

    named = decisions(told)[-1]
    assert (named.kind, named.agency, named.reason, named.tier) == (
        "lead_named",
        "town-a",
        "CATEGORY",
        "township",
    )
    assert log.state.problems["TC26-000001"].lead == "town-a"
