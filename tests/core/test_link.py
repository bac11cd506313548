"""Link: who leads by precedent, category and territory; who takes part; and a task for each of them."""

from __future__ import annotations

from dataclasses import replace

from hub.model.task import Role
from hub.policies.models import Policy, Precedent, Span, Unit
from hub.schemas.commands import AddCoAgency, NameLead
from tests.builders import (
    COUNTY,
    COURT,
    HOTLINE,
    NOISE,
    TOWN,
    TOWN_DESK,
    VILLAGE,
    WATER,
    Log,
    a_report,
    at,
    decisions,
    kinds,
    three_reports,
)
from tests.core.rounds import (
    CO_TASK,
    FIRST,
    LEAD_TASK,
    OPENED,
    THIRD_TASK,
    VILLAGE_BODY,
    a_round,
    a_round_policy,
    ask,
    orders,
    problem,
    refusal,
    reply,
    task,
)


def lead_of(policy: Policy, category: str = NOISE) -> tuple[str, str]:
    """Who leads a problem of the village under a policy, and why."""
    log = Log(policy)
    told = log.take(OPENED, *(a_report(f"m{n}", category=category) for n in range(3)))
    named = next(said for said in decisions(told) if said.kind == "lead_named")
    return named.agency, named.reason


def test_the_territory_s_body_leads_where_no_department_does() -> None:
    assert lead_of(a_round_policy()) == (VILLAGE_BODY, "TERRITORY")


def test_a_department_of_the_place_comes_before_its_body() -> None:
    policy = replace(a_round_policy(), departments={(VILLAGE, NOISE): ("noise-desk",)})

    assert lead_of(policy) == ("noise-desk", "CATEGORY")
    assert lead_of(policy, WATER) == (VILLAGE_BODY, "TERRITORY")


def test_the_department_of_the_nearest_category_leads() -> None:
    departments = {(VILLAGE, "A"): ("a-desk",), (VILLAGE, NOISE): ("noise-desk", "z-second")}
    policy = replace(a_round_policy(), departments=departments)

    assert lead_of(policy) == ("noise-desk", "CATEGORY")
    assert lead_of(policy, WATER) == ("a-desk", "CATEGORY")


def test_a_precedent_comes_before_department_and_body() -> None:
    policy = replace(
        a_round_policy(),
        departments={(VILLAGE, NOISE): ("noise-desk",)},
        precedents={("", "A"): Precedent("A", lead=COURT)},
    )

    assert lead_of(policy) == (COURT, "PRECEDENT")


def test_a_precedent_agreed_for_the_place_comes_before_one_that_holds_everywhere() -> None:
    precedents = {
        ("", NOISE): Precedent(NOISE, lead=COURT),
        (VILLAGE, NOISE): Precedent(NOISE, VILLAGE, lead=TOWN_DESK),
    }

    assert lead_of(replace(a_round_policy(), precedents=precedents)) == (TOWN_DESK, "PRECEDENT")


def test_the_lead_and_each_co_agency_get_a_task_of_their_own_with_clocks_from_its_cutting() -> None:
    log = a_round(co=(COURT, HOTLINE))

    lead, co, other = (task(log, number) for number in (LEAD_TASK, CO_TASK, THIRD_TASK))
    assert [(one.agency, one.role) for one in (lead, co, other)] == [
        (VILLAGE_BODY, Role.LEAD),
        (COURT, Role.CO),
        (HOTLINE, Role.CO),
    ]
    for one in (lead, co, other):
        assert (one.cut_ms, one.accept_due_ms, one.return_due_ms, one.due_ms) == (
            at(OPENED),
            at("03-05 16:00"),
            at("03-07 00:00"),
            at("03-11 00:00"),
        )


def test_no_task_is_due_after_its_problem() -> None:
    log = a_round(co=(COURT, HOTLINE))
    log.tick("03-12 09:00")

    cut = [one for one in log.state.tasks[FIRST].values() if one.round == 2 and one.role is not Role.COPY]
    assert {one.due_ms for one in cut} == {problem(log).due_ms}


def test_an_order_goes_to_the_topic_of_an_agency_that_publishes_and_of_no_other() -> None:
    policy = a_round_policy(co=(COURT, HOTLINE))
    silent = replace(policy.agencies[HOTLINE], publishes=False)
    log = Log(replace(policy, agencies=policy.agencies | {HOTLINE: silent}))

    told = three_reports(log)

    assert kinds(told).count("task_cut") == 3
    assert orders(told) == [(COURT, "task_cut", CO_TASK, False)]


def test_whoever_answers_for_a_named_category_here_or_above_takes_part() -> None:
    policy = replace(
        a_round_policy(),
        departments={(TOWN, WATER): (TOWN_DESK,), (COUNTY, WATER): (COURT,)},
        precedents={("", NOISE): Precedent(NOISE, co_categories=(WATER,))},
    )
    log = Log(policy)
    three_reports(log)

    assert task(log, CO_TASK).agency == TOWN_DESK


def test_an_agency_named_twice_gets_one_task_and_the_lead_none_beside_its_own() -> None:
    precedents = {("", NOISE): Precedent(NOISE, lead=COURT, co=(HOTLINE, COURT, HOTLINE))}
    log = Log(replace(a_round_policy(), precedents=precedents))

    three_reports(log)

    assert [one.agency for one in log.state.tasks[FIRST].values()] == [COURT, HOTLINE]


def test_a_risen_problem_gets_the_lead_of_its_new_place() -> None:
    log = Log(replace(a_round_policy(), departments={(TOWN, "A"): ("town-a",)}))
    three_reports(log)

    told = log.tick("03-11 00:00")

    named = next(said for said in decisions(told) if said.kind == "lead_named")
    assert (named.agency, named.reason, named.tier) == ("town-a", "CATEGORY", "township")
    assert problem(log).lead == "town-a"


def test_a_rise_ends_the_tasks_of_the_round_before_and_says_so_to_their_agencies() -> None:
    log = a_round(co=(COURT,))

    told = log.tick("03-11 00:00")

    assert [task(log, number).phase for number in (LEAD_TASK, CO_TASK)] == ["passed", "passed"]
    assert (COURT, "tier_raised", CO_TASK, True) in orders(told)


def test_a_place_without_a_holder_is_named_once_for_the_next_above() -> None:
    policy = a_round_policy()
    holders = {place: body for place, body in policy.holders.items() if place != VILLAGE}
    log = Log(replace(policy, holders=holders))

    told = three_reports(log)

    assert kinds(told) == ["problem_suspected", "problem_confirmed", "tier_raised", "lead_named", "task_cut"]


def test_another_lead_works_and_the_first_one_goes_on_beside_it() -> None:
    log = a_round()
    reply(log, "03-05 14:00", "accept")

    told = ask(log, "03-06 09:00", NameLead, problem_id=FIRST, agency=COURT)

    assert [(said.kind, said.agency, said.reason) for said in decisions(told)] == [
        ("lead_named", COURT, "OPERATOR"),
        ("task_cut", COURT, "OPERATOR"),
    ]
    assert (task(log).role, task(log).phase) == (Role.CO, "accepted")
    assert (task(log, CO_TASK).role, task(log, CO_TASK).agency) == (Role.LEAD, COURT)
    assert problem(log).due_ms == at("03-11 00:00")


def test_a_co_agency_that_is_named_lead_keeps_its_task() -> None:
    log = a_round(co=(COURT,))
    reply(log, "03-05 14:00", "accept", CO_TASK, COURT)

    told = ask(log, "03-05 15:00", NameLead, problem_id=FIRST, agency=COURT)

    assert kinds(told) == ["lead_named"]
    assert (task(log, CO_TASK).role, task(log, CO_TASK).phase) == (Role.LEAD, "accepted")


def test_the_lead_cannot_be_named_again_nor_an_agency_that_nobody_knows() -> None:
    log = a_round()
    ask(log, "03-06 09:00", NameLead, problem_id=FIRST, agency=COURT)

    again = ask(log, "03-06 10:00", NameLead, problem_id=FIRST, agency=COURT)
    unknown = ask(log, "03-06 10:00", NameLead, problem_id=FIRST, agency="nobody")

    assert (refusal(again), refusal(unknown)) == ("NOT_ALLOWED", "UNKNOWN_AGENCY")
    assert (again.posts, unknown.posts) == ([], [])


def test_one_more_agency_takes_part_once() -> None:
    log = a_round()

    first = ask(log, "03-06 09:00", AddCoAgency, problem_id=FIRST, agency=COURT)
    again = ask(log, "03-06 10:00", AddCoAgency, problem_id=FIRST, agency=COURT)

    assert orders(first) == [(COURT, "task_cut", CO_TASK, False)]
    assert refusal(again) == "NOT_ALLOWED"


def test_without_a_clock_for_acceptance_none_runs() -> None:
    log = a_round(acceptance=None, returns_within=Span(1, Unit.WORKING_DAYS))

    assert task(log).accept_due_ms is None
    assert kinds(log.tick("03-10 23:00")) == []
