"""Rises: what lifts a problem beside its clock, how far, and by whose word; and the way down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.policies.models import Confirmation, Rises, Span, Tier, Unit
from hub.schemas.commands import (
    AddCoAgency,
    AdoptPolicy,
    Command,
    ConfirmProblem,
    GiveNotice,
    JudgePair,
    LowerProblem,
    MergeProblems,
    NameLead,
    RaiseProblem,
    RecutTask,
    ReopenProblem,
    ReplyTask,
    RuleTask,
    SettleProblem,
    SplitProblem,
    VerifyTask,
    WaiveTask,
)
from tests.builders import (
    COUNTY,
    COURT,
    HOTLINE,
    NEXT_VILLAGE,
    PER_TOWN,
    PER_VILLAGE,
    THIRD_VILLAGE,
    TOWN,
    VILLAGE,
    Log,
    a_report,
    an_update,
    at,
    body_of,
    decisions,
    kinds,
    three_reports,
)
from tests.core.rounds import (
    FIRST,
    LEAD_TASK,
    OPENED,
    SECOND,
    VILLAGE_BODY,
    a_round,
    a_round_policy,
    a_suspicion,
    ask,
    problem,
    refusal,
    reply,
)

QUIET: dict[str, Any] = {"acceptance": None}


def rises(log: Log) -> list[tuple[int, str, str]]:
    """Every rise so far: when, to which tier, and why."""
    return [(said.at_ms, said.tier, said.reason) for said in log.decisions() if said.kind == "tier_raised"]


def test_a_severe_matter_lifts_its_problem_to_the_tier_that_may_hold_it() -> None:
    log = Log(a_round_policy(rises=Rises(severity={2: Tier.COUNTY})))

    log.take(OPENED, a_report("m1"), a_report("m2"), a_report("m3", severity=2))

    assert [tier for _, tier, _ in rises(log)] == ["township", "county"]
    assert {reason for _, _, reason in rises(log)} == {"SEVERITY"}
    assert problem(log).lead == body_of(COUNTY)


def test_a_severe_matter_that_comes_later_lifts_it_then() -> None:
    log = a_round(rises=Rises(severity={2: Tier.TOWNSHIP}))

    told = log.take("03-05 14:00", a_report("m4", severity=2))

    assert [(said.kind, said.reason) for said in decisions(told)][:2] == [
        ("problem_reinforced", "NEW_MATTER"),
        ("tier_raised", "SEVERITY"),
    ]


def a_town_problem(*places: str, **tier: Any) -> Log:  # noqa: ANN401 - any field of a tier policy
    """Problems of the town alone, of matters in these places."""
    rules = (replace(PER_TOWN, matters_min=3),)
    log = Log(a_round_policy(rules=rules, **QUIET, **tier))
    log.take(OPENED, *(a_report(f"m{n}", place=place) for n, place in enumerate(places)))
    return log


def test_matters_in_so_many_areas_below_lift_a_problem_one_tier() -> None:
    log = a_town_problem(VILLAGE, NEXT_VILLAGE, THIRD_VILLAGE, rises=Rises(child_areas_min=3))

    assert rises(log) == [(at(OPENED), "county", "CHILD_AREAS")]


def test_as_many_matters_in_fewer_areas_do_not() -> None:
    log = a_town_problem(VILLAGE, VILLAGE, NEXT_VILLAGE, rises=Rises(child_areas_min=3))

    assert rises(log) == []


def test_a_matter_that_was_withdrawn_counts_for_no_area() -> None:
    log = a_town_problem(VILLAGE, VILLAGE, NEXT_VILLAGE, rises=Rises(child_areas_min=3))
    log.take("03-05 12:00", an_update("withdrawn", "m2"))

    log.take("03-05 13:00", a_report("m9", place=THIRD_VILLAGE))

    assert rises(log) == []


def test_what_so_many_agencies_have_to_treat_starts_one_tier_up() -> None:
    log = a_round(co=(COURT, HOTLINE), rises=Rises(agencies_min=3), **QUIET)

    assert rises(log) == [(at(OPENED), "township", "AGENCIES")]
    assert {one.round for one in log.state.tasks[FIRST].values()} == {2}


@pytest.mark.parametrize("command", [AddCoAgency, NameLead])
def test_an_agency_that_joins_as_the_last_of_so_many_lifts_the_problem_and_works_there(
    command: type[Command],
) -> None:
    log = a_round(co=(COURT,), rises=Rises(agencies_min=3), **QUIET)

    told = ask(log, "03-05 14:00", command, problem_id=FIRST, agency=HOTLINE)

    assert rises(log) == [(at("03-05 14:00"), "township", "AGENCIES")]
    assert [(said.agency, said.reason) for said in decisions(told) if said.kind == "task_cut"] == [
        (body_of(TOWN), "LEAD"),
        (COURT, "PRECEDENT"),
        (HOTLINE, "OPERATOR"),
    ]


def test_an_agency_that_takes_part_already_lifts_nothing_by_leading() -> None:
    log = a_round(co=(COURT,), rises=Rises(agencies_min=3), **QUIET)

    ask(log, "03-05 14:00", NameLead, problem_id=FIRST, agency=COURT)

    assert rises(log) == []


def test_a_floor_of_the_category_is_where_its_problems_start() -> None:
    log = a_round(floor=Tier.TOWNSHIP)

    assert rises(log) == [(at(OPENED), "township", "FLOOR")]


def test_above_its_ceiling_a_problem_does_not_rise() -> None:
    log = a_round(ceiling=Tier.TOWNSHIP, **QUIET)

    told = log.tick("03-31 09:00")

    assert [tier for _, tier, _ in rises(log)] == ["township"]
    assert [said.reason for said in decisions(told) if said.kind == "nudged"] == ["CLOCK_EXPIRED"]


def test_when_the_total_time_is_over_the_highest_tier_has_it_at_once() -> None:
    log = a_round(total=Span(2, Unit.WORKING_DAYS), **QUIET)

    log.tick("03-10 00:00")

    assert rises(log) == [
        (at("03-10 00:00"), tier, "CLOCK_EXPIRED") for tier in ("township", "county", "city")
    ]


def test_a_rise_restarts_the_stage_and_never_the_total() -> None:
    log = a_round(total=Span(10, Unit.WORKING_DAYS), **QUIET)
    before = problem(log)

    log.tick("03-11 00:00")

    after = problem(log)
    assert (before.due_ms, after.due_ms) == (at("03-11 00:00"), at("03-19 00:00"))
    assert before.total_due_ms == after.total_due_ms == at("03-20 00:00")


def test_the_promised_ladder_stays_as_it_was_confirmed() -> None:
    log = a_round(**QUIET)
    promised = problem(log).promised

    ask(log, "03-05 14:00", RaiseProblem, problem_id=FIRST)

    assert problem(log).promised == promised


def test_an_operator_raises_and_lowers_and_each_starts_a_round() -> None:
    log = a_round(**QUIET)

    raised = ask(log, "03-05 14:00", RaiseProblem, problem_id=FIRST)
    lowered = ask(log, "03-05 15:00", LowerProblem, problem_id=FIRST)

    assert next((said.kind, said.reason, said.tier) for said in decisions(raised)) == (
        "tier_raised",
        "OPERATOR",
        "township",
    )
    assert [(said.kind, said.tier) for said in decisions(lowered)] == [
        ("tier_lowered", "village"),
        ("lead_named", "village"),
        ("task_cut", "village"),
    ]
    assert (problem(log).round, problem(log).lead) == (3, VILLAGE_BODY)


def test_it_goes_down_towards_where_the_problem_lies_past_places_nobody_holds() -> None:
    policy = a_round_policy(**QUIET)
    holders = {place: body for place, body in policy.holders.items() if place != TOWN}
    log = Log(replace(policy, holders=holders))
    three_reports(log)
    log.tick("03-11 00:00")

    ask(log, "03-11 09:00", LowerProblem, problem_id=FIRST)

    assert [tier for _, tier, _ in rises(log)] == ["township", "county"]
    assert problem(log).held_at == VILLAGE


def test_nothing_goes_below_its_place_nor_below_its_floor() -> None:
    log = a_round(**QUIET)
    floored = a_round(floor=Tier.TOWNSHIP, **QUIET)

    at_home = ask(log, "03-05 14:00", LowerProblem, problem_id=FIRST)
    at_floor = ask(floored, "03-05 14:00", LowerProblem, problem_id=FIRST)

    assert (refusal(at_home), refusal(at_floor)) == ("NOT_AT_TIER", "NOT_AT_TIER")


def test_nothing_rises_above_the_city() -> None:
    log = a_round(**QUIET)
    log.tick("12-31 09:00")

    assert refusal(ask(log, "12-31 10:00", RaiseProblem, problem_id=FIRST)) == "NOT_AT_TIER"


def test_an_edit_does_not_restart_the_stage_clock() -> None:
    log = a_round(**QUIET)
    due = problem(log).due_ms

    log.take("03-10 09:00", an_update("transferred", "m1"), a_report("m2", "again"), a_report("m9"))
    reply(log, "03-10 10:00", "accept")
    reply(log, "03-10 11:00", "progress", note="on it")

    assert problem(log).due_ms == due
    assert rises(log) == []
    log.tick("03-11 00:00")
    assert rises(log) == [(at("03-11 00:00"), "township", "CLOCK_EXPIRED")]


def test_of_more_than_a_hundred_due_at_once_the_oldest_rises_too() -> None:
    rules = (replace(PER_VILLAGE, matters_min=1),)
    policy = a_round_policy(rules=rules, **QUIET)
    villages = [f"9901010010{n:02d}" for n in range(10, 140)]
    places = {
        code: replace(policy.places[VILLAGE], code=code, chain=(code, *policy.places[VILLAGE].chain[1:]))
        for code in villages
    }
    log = Log(
        replace(
            policy,
            places=policy.places | places,
            holders=policy.holders | {code: body_of(code) for code in villages},
        )
    )
    log.take(OPENED, *(a_report(f"m{code}", place=code) for code in villages))

    log.tick("03-11 00:00")

    assert len(rises(log)) == len(villages)
    assert {one.tier for one in log.state.problems.values()} == {Tier.TOWNSHIP}


def test_a_day_off_does_not_count_and_a_made_up_day_does() -> None:
    log = Log(a_round_policy(**QUIET))

    three_reports(log, "02-10 09:00", "02-11 09:00", "02-13 09:00")
    log.tick("02-28 23:00")

    # Made-up Saturday 14, then the first days after the festival: Tue 24 and Wed 25.
    assert rises(log) == [(at("02-26 00:00"), "township", "CLOCK_EXPIRED")]


def test_without_an_operator_s_word_silence_confirms_after_its_time() -> None:
    rule = replace(PER_VILLAGE, confirm=Confirmation.AFTER, confirm_after=Span(4, Unit.HOURS))
    log = Log(a_round_policy(rules=(rule,)))
    three_reports(log)

    told = log.tick("03-05 15:00")

    assert next((said.at_ms, said.kind, said.reason) for said in decisions(told)) == (
        at("03-05 15:00"),
        "problem_confirmed",
        "UNANSWERED",
    )


def test_a_word_before_that_time_is_the_operator_s_and_silence_says_nothing_more() -> None:
    rule = replace(PER_VILLAGE, confirm=Confirmation.AFTER, confirm_after=Span(4, Unit.HOURS))
    log = Log(a_round_policy(rules=(rule,), **QUIET))
    three_reports(log)

    ask(log, "03-05 12:00", ConfirmProblem, problem_id=FIRST)

    assert kinds(log.tick("03-06 09:00")) == []


UNKNOWN = {"problem_id": SECOND}
UNCUT = {"task_id": "TC26-000009.1.1"}


@pytest.mark.parametrize(
    ("kind", "said", "code"),
    [
        (ConfirmProblem, UNKNOWN, "UNKNOWN_PROBLEM"),
        (RaiseProblem, UNKNOWN, "UNKNOWN_PROBLEM"),
        (MergeProblems, UNKNOWN | {"others": (FIRST,)}, "UNKNOWN_PROBLEM"),
        (RecutTask, UNCUT | {"agency": COURT}, "UNKNOWN_TASK"),
        (WaiveTask, UNCUT, "UNKNOWN_TASK"),
        (VerifyTask, UNCUT | {"passed": True}, "UNKNOWN_TASK"),
        (ReplyTask, UNCUT | {"agency": COURT, "reply": "accept"}, "UNKNOWN_TASK"),
        (RecutTask, {"task_id": LEAD_TASK, "agency": "nobody"}, "UNKNOWN_AGENCY"),
        (RuleTask, {"task_id": LEAD_TASK, "agency": "nobody"}, "UNKNOWN_AGENCY"),
        (RecutTask, {"task_id": LEAD_TASK, "agency": COURT}, "NOT_ALLOWED"),
        (AddCoAgency, {"problem_id": FIRST, "agency": "nobody"}, "UNKNOWN_AGENCY"),
        (JudgePair, {"pair_id": "none", "same": True}, "UNKNOWN_PAIR"),
        (AdoptPolicy, {"version": "none"}, "UNKNOWN_POLICY"),
        (SplitProblem, {"problem_id": FIRST, "matters": ("hotline/m9",)}, "UNKNOWN_MATTER"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code_and_changes_nothing(
    kind: type[Command], said: dict[str, object], code: str
) -> None:
    log = a_round(**QUIET)

    told = ask(log, "03-05 14:00", kind, **said)

    assert (refusal(told), told.posts) == (code, [])
    assert [entry.outcome for entry in told.entries] == ["refused"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (RaiseProblem, {}),
        (LowerProblem, {}),
        (NameLead, {"agency": COURT}),
        (AddCoAgency, {"agency": COURT}),
        (GiveNotice, {"agency": COURT, "step": "nudged"}),
        (ReopenProblem, {}),
        (SettleProblem, {"agency": body_of(TOWN)}),
    ],
)
def test_of_a_suspicion_nothing_is_asked_but_yes_or_no(kind: type[Command], said: dict[str, object]) -> None:
    log = a_suspicion()

    told = ask(log, "03-06 09:00", kind, problem_id=FIRST, **said)

    assert (refusal(told), problem(log).phase) == ("NOT_ALLOWED", "suspected")
