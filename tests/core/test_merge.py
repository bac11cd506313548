"""Merge, split and roll-up: one cause is one problem, no matter counts twice, and what is gone redirects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.model.timer import ClockKind
from hub.policies.models import Confirmation, Policy, Span, Tier, Unit
from hub.schemas.commands import AnswerAsked, DismissProblem, MergeProblems, RaiseProblem, SplitProblem
from hub.schemas.reasons import DismissReason
from tests.builders import (
    COURT,
    NEXT_VILLAGE,
    NOISE,
    PER_TOWN,
    PER_VILLAGE,
    THIRD_VILLAGE,
    VILLAGE,
    WATER,
    Log,
    a_report,
    an_update,
    at,
    decisions,
    kinds,
    three_reports,
)
from tests.core.rounds import (
    CO_TASK,
    FIRST,
    LEAD_TASK,
    SECOND,
    a_round,
    a_round_policy,
    ask,
    orders,
    problem,
    refusal,
    reply,
)

THIRD = "TC26-000003"
TWO_TIERS = (PER_VILLAGE, PER_TOWN)
BY_OPERATOR = replace(PER_VILLAGE, confirm=Confirmation.OPERATOR)


def two_problems(policy: Policy | None = None) -> Log:
    """Noise in the village on Thursday, and the next village's the day after."""
    log = Log(policy or a_round_policy(co=(COURT,)))
    three_reports(log)
    log.take("03-06 09:00", *(a_report(f"n{n}", place=NEXT_VILLAGE) for n in range(3)))
    return log


def test_a_merge_says_who_went_into_whom_and_counts_each_matter_once() -> None:
    log = two_problems()

    told = ask(log, "03-06 10:00", MergeProblems, problem_id=FIRST, others=(SECOND,))

    assert [(said.kind, said.problem_id, said.into) for said in decisions(told)] == [
        ("problem_merged", SECOND, FIRST)
    ]
    assert problem(log).matters == len(log.state.members[FIRST]) == 6
    assert (problem(log, SECOND).phase, problem(log, SECOND).merged_into) == ("merged", FIRST)


def test_a_matter_of_both_counts_once() -> None:
    policy = a_round_policy(rules=(PER_VILLAGE, replace(PER_TOWN, matters_min=3)))
    log = Log(policy)
    three_reports(log)
    parent = next(one.id for one in log.state.problems.values() if one.place_tier is Tier.TOWNSHIP)
    part = next(one.id for one in log.state.problems.values() if one.place_tier is Tier.VILLAGE)

    ask(log, "03-06 10:00", MergeProblems, problem_id=parent, others=(part,))

    assert problem(log, parent).matters == 3


def test_the_tasks_of_what_was_merged_are_recalled() -> None:
    log = two_problems()

    told = ask(log, "03-06 10:00", MergeProblems, problem_id=FIRST, others=(SECOND,))

    assert orders(told) == [(COURT, "problem_merged", f"{SECOND}.1.2", True)]
    assert {one.phase for one in log.state.tasks[SECOND].values()} == {"passed"}


def test_the_next_matter_at_a_merged_cell_joins_the_survivor() -> None:
    log = two_problems()
    ask(log, "03-06 10:00", MergeProblems, problem_id=FIRST, others=(SECOND,))

    told = log.take("03-06 11:00", a_report("n9", place=NEXT_VILLAGE))

    assert [(said.kind, said.problem_id) for said in decisions(told)] == [("problem_reinforced", FIRST)]
    assert "hotline/n9" in log.state.members[FIRST]


def test_of_three_merged_the_earliest_due_moment_wins() -> None:
    log = two_problems()
    log.take("03-09 09:00", *(a_report(f"o{n}", place=THIRD_VILLAGE) for n in range(3)))
    latest, earliest = problem(log, THIRD).due_ms, problem(log, FIRST).due_ms
    assert earliest != latest

    ask(log, "03-09 10:00", MergeProblems, problem_id=THIRD, others=(FIRST, SECOND))

    assert problem(log, THIRD).due_ms == earliest == at("03-11 00:00")
    assert problem(log, THIRD).matters == 9
    assert "tier_raised" in kinds(log.tick("03-11 00:00"))


def total(log: Log, number: str = FIRST) -> int | None:
    return problem(log, number).total_due_ms


def test_the_earliest_total_time_of_the_merged_is_the_survivors() -> None:
    log = two_problems(a_round_policy(total=Span(20, Unit.DAYS)))
    earliest = total(log)
    assert total(log, SECOND) != earliest

    ask(log, "03-06 10:00", MergeProblems, problem_id=SECOND, others=(FIRST,))

    assert total(log, SECOND) == earliest == at("03-26 00:00")
    clock = log.state.timers.get(SECOND, ClockKind.TOTAL)
    assert clock is not None
    assert clock.due_ms == earliest


def test_a_later_total_time_of_what_was_merged_changes_nothing() -> None:
    log = two_problems(a_round_policy(total=Span(20, Unit.DAYS)))

    ask(log, "03-06 10:00", MergeProblems, problem_id=FIRST, others=(SECOND,))

    assert total(log) == at("03-26 00:00")


def test_what_rolls_up_brings_its_total_time_along() -> None:
    log = a_town_problem(total=Span(20, Unit.DAYS))
    promised = total(log)

    told = log.tick("03-11 00:00")

    assert "problem_merged" in kinds(told)
    assert total(log, SECOND) == promised == at("03-26 00:00")


def test_a_suspicion_that_takes_in_what_is_paused_is_confirmed_and_keeps_its_total_time() -> None:
    rules = (PER_VILLAGE, replace(BY_OPERATOR, tier=Tier.TOWNSHIP, matters_min=4))
    log = Log(a_round_policy(rules=rules, total=Span(20, Unit.DAYS, rolls=False)))
    three_reports(log)
    a_pause(log)
    log.take("03-06 15:00", a_report("n1", place=NEXT_VILLAGE))
    assert problem(log, SECOND).phase == "suspected"

    ask(log, "03-12 10:00", MergeProblems, problem_id=SECOND, others=(FIRST,))

    # From the 6th to the 12th it stood still: six days later than was promised first, and before its own twenty.
    assert (problem(log, SECOND).phase, total(log, SECOND)) == ("treating", at("04-01 00:00"))


def test_what_is_paused_takes_in_nothing_that_somebody_works_on() -> None:
    log = two_problems()
    a_pause(log)

    told = ask(log, "03-06 16:00", MergeProblems, problem_id=FIRST, others=(SECOND,))

    assert (refusal(told), problem(log, SECOND).phase) == ("NOT_ALLOWED", "treating")


def a_pause(log: Log) -> None:
    """Put the first problem on the ledger on the 6th, until the 20th."""
    reply(log, "03-06 14:00", "ledger", review_on="2026-03-20", ground="funds")
    ask(log, "03-06 14:30", AnswerAsked, task_id=LEAD_TASK, granted=True)
    assert problem(log).phase == "ledgered"


def test_the_highest_tier_of_the_merged_holds_the_survivor() -> None:
    log = two_problems()
    ask(log, "03-06 10:00", RaiseProblem, problem_id=SECOND)

    told = ask(log, "03-06 11:00", MergeProblems, problem_id=FIRST, others=(SECOND,))

    assert kinds(told)[:2] == ["problem_merged", "tier_raised"]
    assert problem(log).tier == "township"


def test_a_suspicion_that_takes_in_what_is_treated_is_confirmed_and_loses_neither_tier_nor_time() -> None:
    log = Log(a_round_policy(rules=(PER_VILLAGE, replace(BY_OPERATOR, tier=Tier.TOWNSHIP, matters_min=6))))
    log.take("03-05 11:00", *(a_report(f"m{n}") for n in range(3)))
    ask(log, "03-05 12:00", RaiseProblem, problem_id=FIRST)
    log.take("03-09 09:00", *(a_report(f"n{n}", place=NEXT_VILLAGE) for n in range(2)))
    log.take("03-09 10:00", a_report("o1", place=THIRD_VILLAGE))
    suspected = problem(log, SECOND)
    due = problem(log).due_ms

    told = ask(log, "03-09 11:00", MergeProblems, problem_id=SECOND, others=(FIRST,))

    assert suspected.phase == "suspected"
    assert kinds(told) == ["problem_merged", "problem_confirmed", "lead_named", "task_cut"]
    assert (problem(log, SECOND).tier, problem(log, SECOND).due_ms) == ("township", due)


def test_clocks_of_what_was_merged_are_still() -> None:
    log = two_problems()

    ask(log, "03-06 10:00", MergeProblems, problem_id=FIRST, others=(SECOND,))

    assert [clock.owner for clock in log.state.timers.clocks.values() if clock.problem_id == SECOND] == []
    told = log.tick("12-31 09:00")
    assert {said.problem_id for said in decisions(told)} == {FIRST}


@pytest.mark.parametrize("others", [(FIRST,), ("TC26-000099",), (SECOND, "TC26-000099")])
def test_a_merge_with_itself_or_with_what_nobody_knows_changes_nothing(others: tuple[str, ...]) -> None:
    log = two_problems()

    told = ask(log, "03-06 10:00", MergeProblems, problem_id=FIRST, others=others)

    assert (refusal(told), told.posts) == ("UNKNOWN_PROBLEM", [])
    assert problem(log, SECOND).phase == "treating"


def test_a_closed_survivor_frees_the_cells_of_all_it_took_in() -> None:
    log = two_problems()
    ask(log, "03-06 10:00", MergeProblems, problem_id=FIRST, others=(SECOND,))

    ask(log, "03-06 11:00", DismissProblem, problem_id=FIRST, reason=DismissReason.EXPECTED)

    assert log.state.open_at == {}
    assert log.counted(NEXT_VILLAGE) == 0


def test_a_split_takes_matters_out_into_a_problem_of_their_own() -> None:
    log = a_round()
    log.take("03-05 12:00", a_report("m4"))

    told = ask(log, "03-05 14:00", SplitProblem, problem_id=FIRST, matters=("hotline/m1", "hotline/m3"))

    assert [(said.kind, said.problem_id, said.into) for said in decisions(told)] == [
        ("problem_split", FIRST, SECOND),
        ("problem_suspected", SECOND, ""),
        ("problem_confirmed", SECOND, ""),
        ("lead_named", SECOND, ""),
        ("task_cut", SECOND, ""),
    ]
    assert decisions(told)[0].evidence == ("hotline/e-m1", "hotline/e-m3")
    assert (problem(log).matters, problem(log, SECOND).matters) == (2, 2)


def test_what_was_split_off_stays_listed_as_counter_evidence() -> None:
    log = a_round()
    ask(log, "03-05 14:00", SplitProblem, problem_id=FIRST, matters=("hotline/m1",))

    member = log.state.members[FIRST]["hotline/m1"]
    assert (member.counts, log.state.members[SECOND]["hotline/m1"].counts) == (False, True)


def test_the_cell_stays_with_the_origin_and_the_next_matter_joins_that() -> None:
    log = a_round()
    ask(log, "03-05 14:00", SplitProblem, problem_id=FIRST, matters=("hotline/m1",))

    told = log.take("03-05 15:00", a_report("m4"))

    assert not problem(log, SECOND).claims
    assert [(said.kind, said.problem_id) for said in decisions(told)] == [("problem_reinforced", FIRST)]


def test_some_matters_must_stay() -> None:
    log = a_round()

    told = ask(
        log, "03-05 14:00", SplitProblem, problem_id=FIRST, matters=("hotline/m1", "hotline/m2", "hotline/m3")
    )

    assert (refusal(told), told.posts) == ("NOT_ALLOWED", [])


def test_a_matter_that_is_not_in_it_cannot_be_split_off() -> None:
    log = a_round()

    told = ask(log, "03-05 14:00", SplitProblem, problem_id=FIRST, matters=("hotline/m1", "hotline/m9"))

    assert refusal(told) == "UNKNOWN_MATTER"


def a_town_problem(**tier: Any) -> Log:  # noqa: ANN401 - any field of a tier policy
    """Noise in the village, then enough in the town for a problem of the town, which the village's is part of."""
    log = Log(a_round_policy(rules=TWO_TIERS, acceptance=None, **tier))
    three_reports(log)
    log.take("03-06 09:00", a_report("w1", place=NEXT_VILLAGE, category=WATER))
    log.take("03-06 10:00", a_report("w2", place=THIRD_VILLAGE, category=WATER))
    assert problem(log).parent == SECOND
    return log


def test_a_part_that_rises_to_where_its_parent_is_held_goes_on_as_part_of_that() -> None:
    log = a_town_problem()

    told = log.tick("03-11 00:00")

    assert [(said.kind, said.problem_id, said.reason, said.into) for said in decisions(told)] == [
        ("tier_raised", FIRST, "CLOCK_EXPIRED", ""),
        ("problem_merged", FIRST, "ROLLED_UP", SECOND),
    ]
    assert problem(log, SECOND).matters == 5


def test_a_matter_counts_in_the_part_and_not_again_in_its_parent() -> None:
    log = a_town_problem()

    told = log.take("03-06 11:00", a_report("m9"))

    assert [(said.kind, said.problem_id) for said in decisions(told)] == [("problem_reinforced", FIRST)]


def test_what_is_part_of_a_problem_that_ended_is_part_of_what_that_was_part_of() -> None:
    log = a_town_problem()

    ask(log, "03-06 11:00", DismissProblem, problem_id=SECOND, reason=DismissReason.NO_COMMON_CAUSE)

    assert problem(log).parent == ""


@pytest.mark.parametrize(
    "news", [an_update("withdrawn", "m2"), an_update("corrected", "m2", place=NEXT_VILLAGE)]
)
def test_what_is_withdrawn_or_corrected_away_leaves_and_stays_listed(news: object) -> None:
    log = a_round()

    log.take("03-05 14:00", news)  # type: ignore[arg-type]

    assert problem(log).matters == 2
    assert not log.state.members[FIRST]["hotline/m2"].counts


def test_a_dismissal_recalls_the_tasks_of_those_at_work() -> None:
    log = a_round(co=(COURT,))

    told = ask(log, "03-05 14:00", DismissProblem, problem_id=FIRST, reason=DismissReason.NO_COMMON_CAUSE)

    assert orders(told) == [(COURT, "problem_dismissed", CO_TASK, True)]
    assert log.state.tasks[FIRST][LEAD_TASK].phase == "waived"
    assert log.state.timers.get(LEAD_TASK, ClockKind.ACCEPTANCE) is None
    assert (VILLAGE, NOISE) not in log.state.open_at


def test_a_problem_that_took_in_a_wider_one_is_no_part_of_what_opens_around_it() -> None:
    """What was merged into it redirects from a wide cell; taken as a parent there, parts would go round in a ring."""
    rules = (
        PER_VILLAGE,
        replace(PER_TOWN, name="town-kind", category_level=2, matters_min=4),
        replace(PER_TOWN, name="county", tier=Tier.COUNTY, matters_min=5),
        replace(PER_TOWN, name="town", matters_min=6),
    )
    log = Log(a_round_policy(rules=rules, acceptance=None))
    three_reports(log)
    log.take("03-05 12:00", a_report("m4", place=NEXT_VILLAGE))
    log.take("03-05 13:00", a_report("m5", place=NEXT_VILLAGE, category=WATER))
    ask(log, "03-05 14:00", MergeProblems, problem_id=FIRST, others=(THIRD,))

    log.take("03-05 15:00", a_report("m6", place=NEXT_VILLAGE, category=WATER))
    told = log.take("03-05 16:00", a_report("m7"))

    assert [problem(log, number).parent for number in (FIRST, SECOND, "TC26-000004")] == [
        SECOND,
        "TC26-000004",
        "",
    ]
    assert [(said.kind, said.problem_id) for said in decisions(told)] == [("problem_reinforced", FIRST)]
