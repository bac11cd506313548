"""Settle: the gate of a round, verification, the watch over what was settled, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from hub.model.task import Role
from hub.model.timer import ClockKind
from hub.policies.models import Span, Tier, Unit, Verification
from hub.schemas.commands import (
    AnswerAsked,
    DismissProblem,
    ReopenProblem,
    SettleProblem,
    VerifyTask,
    WaiveTask,
)
from hub.schemas.reasons import DismissReason
from tests.builders import (
    CITY,
    COUNTY,
    COURT,
    NOISE,
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
    CO_TASK,
    FIRST,
    LEAD_TASK,
    SECOND,
    VILLAGE_BODY,
    a_round,
    a_suspicion,
    all_done,
    ask,
    problem,
    refusal,
    reply,
    task,
)

TO_THE_CITY = {tier: Span(3, Unit.WORKING_DAYS) for tier in Tier}


def a_settled(**tier: Any) -> Log:  # noqa: ANN401 - any field of a tier policy
    """The village's problem, done and found good on Friday 03-06 at 10:00; its watch ends on 03-17."""
    log = a_round(**tier)
    all_done(log, "03-06 09:00")
    told = ask(log, "03-06 10:00", VerifyTask, task_id=LEAD_TASK, passed=True)
    assert "problem_settled" in kinds(told)
    return log


def test_the_gate_stays_shut_while_a_co_agency_is_at_work() -> None:
    log = a_round(co=(COURT,))
    all_done(log, "03-06 09:00")

    verified = ask(log, "03-06 10:00", VerifyTask, task_id=LEAD_TASK, passed=True)

    assert kinds(verified) == ["task_verified"]
    assert problem(log).phase == "treating"


def test_the_gate_opens_when_all_are_done_and_verified() -> None:
    log = a_round(co=(COURT,))
    all_done(log, "03-05 14:00", (CO_TASK, COURT))
    ask(log, "03-06 10:00", VerifyTask, task_id=LEAD_TASK, passed=True)

    told = ask(log, "03-06 11:00", VerifyTask, task_id=CO_TASK, passed=True)

    assert [(said.kind, said.reason, said.agency) for said in decisions(told)] == [
        ("task_verified", "ON_SITE", COURT),
        ("problem_settled", "GATE", VILLAGE_BODY),
    ]


def test_a_waived_part_does_not_keep_the_gate_shut() -> None:
    log = a_round(co=(COURT,))
    all_done(log, "03-05 14:00")
    ask(log, "03-05 15:00", VerifyTask, task_id=LEAD_TASK, passed=True)

    told = ask(log, "03-05 15:30", WaiveTask, task_id=CO_TASK)

    assert [(said.kind, said.agency) for said in decisions(told)] == [
        ("task_waived", COURT),
        ("problem_settled", VILLAGE_BODY),
    ]


def test_the_lead_s_part_cannot_be_waived() -> None:
    log = a_round(co=(COURT,))

    assert refusal(ask(log, "03-05 15:00", WaiveTask, task_id=LEAD_TASK)) == "NOT_ALLOWED"


def test_what_was_returned_keeps_the_gate_shut() -> None:
    log = a_round(co=(COURT,))
    reply(log, "03-05 13:30", "return", CO_TASK, COURT, ground="not ours")
    all_done(log, "03-05 14:00")

    ask(log, "03-05 15:00", VerifyTask, task_id=LEAD_TASK, passed=True)

    assert problem(log).phase == "treating"


def test_what_was_found_wanting_is_the_agency_s_again_and_counts_as_redone() -> None:
    log = a_round()
    all_done(log, "03-05 14:00")

    told = ask(log, "03-06 10:00", VerifyTask, task_id=LEAD_TASK, passed=False)

    assert [(said.kind, said.reason) for said in decisions(told)] == [("task_reopened", "NOT_VERIFIED")]
    assert (task(log).phase, task(log).redone, task(log).done_ms) == ("accepted", 1, None)
    assert "tier_raised" in kinds(log.tick("03-11 00:00"))


def test_what_is_not_done_cannot_be_verified() -> None:
    log = a_round()

    assert refusal(ask(log, "03-05 14:00", VerifyTask, task_id=LEAD_TASK, passed=True)) == "NOT_ALLOWED"


@pytest.mark.parametrize("passed", [True, False])
def test_what_an_earlier_round_did_is_past_and_is_not_verified(passed: bool) -> None:
    log = a_round()
    all_done(log, "03-05 14:00")
    log.tick("03-11 09:00")

    told = ask(log, "03-11 10:00", VerifyTask, task_id=LEAD_TASK, passed=passed)

    assert (refusal(told), task(log).phase) == ("NOT_ALLOWED", "done")


def rated(log: Log, when: str, *words: str) -> list[str]:
    """Let those who reported m1, m2, … say how satisfied they are; gives what that decided."""
    said = [
        an_update("resolved", f"m{n}", f"s{n}-{word}", satisfaction=word) for n, word in enumerate(words, 1)
    ]
    return kinds(log.take(when, *said))


def test_enough_satisfied_people_open_the_gate_by_themselves() -> None:
    log = a_round(verification=Verification.REVISIT, revisit_satisfied_min=0.6)
    all_done(log, "03-05 14:00")

    told = rated(log, "03-06 09:00", "satisfied")

    assert told[-2:] == ["task_verified", "problem_settled"]
    assert log.decisions()[-2].reason == "REVISIT"


def test_too_few_satisfied_people_keep_it_shut_until_somebody_has_looked() -> None:
    log = a_round(verification=Verification.REVISIT, revisit_satisfied_min=0.8)
    rated(log, "03-05 13:30", "dissatisfied", "satisfied", "unrated")

    done = all_done(log, "03-05 14:00")
    looked = ask(log, "03-05 15:00", VerifyTask, task_id=LEAD_TASK, passed=True)

    assert (kinds(done), kinds(looked)) == (["task_done"], ["task_verified", "problem_settled"])


def test_where_nobody_was_asked_again_nobody_is_pleased() -> None:
    log = a_round(verification=Verification.REVISIT)

    assert kinds(all_done(log, "03-05 14:00")) == ["task_done"]


def test_where_policy_wants_eyes_on_site_satisfaction_opens_nothing() -> None:
    log = a_round(verification=Verification.OPERATOR)
    all_done(log, "03-05 14:00")

    assert rated(log, "03-05 15:00", "satisfied", "satisfied", "satisfied") == []


def test_only_the_body_one_tier_up_settles_by_force() -> None:
    log = a_round()

    own = ask(log, "03-05 14:00", SettleProblem, problem_id=FIRST, agency=VILLAGE_BODY)
    too_high = ask(log, "03-05 14:00", SettleProblem, problem_id=FIRST, agency=body_of(COUNTY))
    above = ask(log, "03-05 14:00", SettleProblem, problem_id=FIRST, agency=body_of(TOWN))

    assert (refusal(own), refusal(too_high)) == ("NOT_AT_TIER", "NOT_AT_TIER")
    assert [(said.kind, said.reason, said.agency) for said in decisions(above)] == [
        ("problem_settled", "FORCED", body_of(TOWN))
    ]
    assert task(log).phase == "waived"


def test_at_the_top_the_city_s_own_body_settles_by_force() -> None:
    log = a_round(stage=TO_THE_CITY)
    log.tick("04-20 09:00")
    assert problem(log).tier == "city"

    told = ask(log, "04-20 10:00", SettleProblem, problem_id=FIRST, agency=body_of(CITY))

    assert kinds(told) == ["problem_settled"]


def test_a_settled_problem_is_watched_and_then_closed() -> None:
    log = a_settled()

    assert kinds(log.tick("03-16 23:59")) == []
    told = log.tick("03-17 00:00")

    assert [(said.at_ms, said.kind, said.reason) for said in decisions(told)] == [
        (at("03-17 00:00"), "problem_closed", "WATCH_QUIET")
    ]
    assert (VILLAGE, NOISE) not in log.state.open_at
    assert log.state.closures[VILLAGE, NOISE].problem_id == FIRST


def test_while_watched_no_clock_of_a_stage_runs() -> None:
    log = a_settled(total=Span(5, Unit.WORKING_DAYS), watch=Span(60, Unit.DAYS))

    assert kinds(log.tick("04-30 09:00")) == []


def test_without_a_watch_a_settled_problem_closes_at_once() -> None:
    log = a_settled(watch=None)

    assert kinds(log.told)[-2:] == ["problem_settled", "problem_closed"]


def test_after_closing_what_comes_counts_anew_and_names_its_predecessor() -> None:
    log = a_settled()
    log.tick("03-17 09:00")

    first = three_reports(log, "03-18 09:00", "03-19 09:00", "03-20 09:00")
    told = log.take("03-20 10:00", a_report("n1"), a_report("n2"), a_report("n3"))

    assert kinds(first) == []
    assert decisions(told)[0].problem_id == SECOND
    assert problem(log, SECOND).predecessor == FIRST


def test_a_new_matter_while_watched_is_a_rebound_one_tier_above_under_the_same_number() -> None:
    log = a_settled()

    told = log.take("03-10 09:00", a_report("m4"))

    assert [(said.kind, said.reason, said.tier, said.agency) for said in decisions(told)] == [
        ("problem_reinforced", "NEW_MATTER", "village", ""),
        ("problem_rebounded", "NEW_MATTER", "township", body_of(VILLAGE)),
        ("lead_named", "TERRITORY", "township", body_of(TOWN)),
        ("task_cut", "LEAD", "township", body_of(TOWN)),
    ]
    one = problem(log)
    assert (one.id, one.round, one.rebounds, one.phase) == (FIRST, 2, 1, "treating")
    cut = [number for number, one in log.state.tasks[FIRST].items() if one.role is not Role.COPY]
    assert cut == [LEAD_TASK, f"{FIRST}.2.1"]


def test_a_rebound_starts_the_stage_anew_and_never_the_total_clock() -> None:
    log = a_settled(total=Span(10, Unit.WORKING_DAYS))
    promised = problem(log).total_due_ms

    log.take("03-10 09:00", a_report("m4"))

    assert problem(log).total_due_ms == promised == at("03-20 00:00")
    told = log.tick("03-20 00:00")
    assert [said.tier for said in decisions(told) if said.kind == "tier_raised"] == ["county", "city"]


def test_as_many_matters_make_a_rebound_as_policy_says_for_the_tier() -> None:
    log = a_settled(rebound_matters={Tier.VILLAGE: 2})

    first = log.take("03-10 09:00", a_report("m4"))
    second = log.take("03-10 10:00", a_report("m5"))

    assert kinds(first) == ["problem_reinforced"]
    assert kinds(second)[:2] == ["problem_reinforced", "problem_rebounded"]


def test_a_rebound_at_the_ceiling_stays_with_who_held_it() -> None:
    log = a_settled(ceiling=Tier.VILLAGE)

    told = log.take("03-10 09:00", a_report("m4"))

    assert [(said.kind, said.tier) for said in decisions(told)][1:3] == [
        ("problem_rebounded", "village"),
        ("lead_named", "village"),
    ]


def test_an_operator_reopens_what_is_watched() -> None:
    log = a_settled()

    told = ask(log, "03-10 09:00", ReopenProblem, problem_id=FIRST)

    assert (decisions(told)[0].kind, decisions(told)[0].reason) == ("problem_rebounded", "OPERATOR")
    assert problem(log).tier == "township"


def test_a_refused_reopening_leaves_the_clocks_running() -> None:
    log = a_round()

    told = ask(log, "03-05 14:00", ReopenProblem, problem_id=FIRST)

    assert refusal(told) == "NOT_ALLOWED"
    assert log.state.timers.get(FIRST, ClockKind.STAGE) is not None


def test_a_refused_settling_leaves_the_watch_running() -> None:
    log = a_settled()

    told = ask(log, "03-10 09:00", SettleProblem, problem_id=FIRST, agency=body_of(TOWN))

    assert refusal(told) == "NOT_ALLOWED"
    assert kinds(log.tick("03-17 00:00")) == ["problem_closed"]


def test_a_suspicion_cannot_be_settled() -> None:
    log = a_suspicion()

    told = ask(log, "03-06 09:00", SettleProblem, problem_id=FIRST, agency=body_of(TOWN))

    assert (refusal(told), problem(log).phase) == ("NOT_ALLOWED", "suspected")


def test_news_of_its_matters_reaches_no_problem_that_ended() -> None:
    log = a_round()
    ask(log, "03-05 14:00", DismissProblem, problem_id=FIRST, reason=DismissReason.EXPECTED)

    withdrawn = log.take("03-05 14:30", an_update("withdrawn", "m1"))
    later = log.take("03-06 09:00", a_report("m4"), a_report("m5"), a_report("m6"))

    assert kinds(withdrawn) == []
    assert decisions(later)[0].problem_id == SECOND


def test_what_was_asked_dies_with_the_round() -> None:
    log = a_round()
    reply(log, "03-05 14:00", "extend", days=1, ground="parts are late")
    ask(log, "03-05 15:00", SettleProblem, problem_id=FIRST, agency=body_of(TOWN))

    assert refusal(ask(log, "03-05 16:00", AnswerAsked, task_id=LEAD_TASK, granted=True)) == "NOTHING_ASKED"
