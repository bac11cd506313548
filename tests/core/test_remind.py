"""Remind: the ladder of notices step by step, warnings before a stage ends, and the top where nothing is above."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.model.state import round_tasks
from hub.model.task import Role, Task
from hub.policies.models import NoticeKind, NoticeStep, Rises, Span, Tier, Unit
from hub.schemas.commands import AddCoAgency, GiveNotice, LowerProblem
from tests.builders import CITY, COURT, STAGES, TOWN, Log, at, body_of, decisions, kinds, three_reports
from tests.core.rounds import (
    CO_TASK,
    FIRST,
    LADDER,
    LEAD_TASK,
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

SLOW = {Tier.VILLAGE: Span(30, Unit.WORKING_DAYS)}
TO_THE_CITY = STAGES | {Tier.CITY: Span(5, Unit.WORKING_DAYS)}


def test_whoever_accepts_nothing_climbs_the_ladder_in_the_order_of_the_policy() -> None:
    log = a_round(stage=SLOW)

    told = log.tick("03-31 09:00")

    assert [(said.at_ms, said.kind, said.reason, said.due_ms) for said in decisions(told)] == [
        (at("03-05 16:00"), "nudged", "NOT_ACCEPTED", at("03-07 00:00")),
        (at("03-07 00:00"), "supervised", "UNANSWERED", at("03-11 00:00")),
        (at("03-11 00:00"), "circulated", "UNANSWERED", None),
    ]


def test_another_order_of_steps_is_another_policy_and_no_more() -> None:
    listed = NoticeStep(NoticeKind.LISTED, Span(1, Unit.WORKING_DAYS))
    log = a_round(stage=SLOW, notices=(listed, NoticeStep(NoticeKind.INTERVIEWED)))

    assert kinds(log.tick("03-31 09:00")) == ["listed", "interviewed"]


def test_notices_are_numbered_and_say_by_when_to_answer() -> None:
    log = a_round(stage=SLOW)
    log.tick("03-31 09:00")

    assert [(notice.id, notice.number, notice.reply_due_ms) for notice in log.state.notices.values()] == [
        (f"{LEAD_TASK}/nudged/1", 1, at("03-07 00:00")),
        (f"{LEAD_TASK}/supervised/2", 2, at("03-11 00:00")),
        (f"{LEAD_TASK}/circulated/3", 3, None),
    ]


def test_accepting_answers_the_notice_and_the_next_is_not_given() -> None:
    log = a_round(stage=SLOW)
    log.tick("03-06 09:00")

    reply(log, "03-06 10:00", "accept")

    assert log.state.notices[f"{LEAD_TASK}/nudged/1"].replied_ms == at("03-06 10:00")
    assert kinds(log.tick("03-31 09:00")) == []


def test_progress_without_acceptance_answers_no_notice() -> None:
    log = a_round(stage=SLOW)
    log.tick("03-06 09:00")

    reply(log, "03-06 10:00", "progress", note="later")

    assert kinds(log.tick("03-09 09:00")) == ["supervised"]


def test_each_agency_climbs_a_ladder_of_its_own() -> None:
    log = a_round(co=(COURT,), stage=SLOW)
    reply(log, "03-05 14:00", "accept")

    told = log.tick("03-09 09:00")

    assert [(said.kind, said.task_id) for said in decisions(told)] == [
        ("nudged", CO_TASK),
        ("supervised", CO_TASK),
    ]
    assert orders(told) == [(COURT, "nudged", CO_TASK, False), (COURT, "supervised", CO_TASK, False)]


def test_a_lead_that_answers_no_nudge_may_lose_the_problem_upwards() -> None:
    log = a_round(stage=SLOW, rises=Rises(not_accepted_min=2))

    told = log.tick("03-11 09:00")

    assert [(said.at_ms, said.kind, said.reason) for said in decisions(told)][:5] == [
        (at("03-05 16:00"), "nudged", "NOT_ACCEPTED"),
        (at("03-07 00:00"), "supervised", "UNANSWERED"),
        (at("03-11 00:00"), "circulated", "UNANSWERED"),
        (at("03-11 00:00"), "tier_raised", "NOT_ACCEPTED"),
        (at("03-11 00:00"), "lead_named", "TERRITORY"),
    ]


def test_a_co_agency_that_answers_no_nudge_lifts_nothing() -> None:
    log = a_round(co=(COURT,), stage=SLOW, rises=Rises(not_accepted_min=1))
    reply(log, "03-05 14:00", "accept")

    assert "tier_raised" not in kinds(log.tick("03-31 09:00"))


def test_a_problem_without_a_lead_still_rises_when_its_time_is_over() -> None:
    policy = a_round_policy()
    holders = {place: body for place, body in policy.holders.items() if place == TOWN}
    log = Log(replace(policy, holders=holders))
    three_reports(log)

    told = log.tick("03-31 09:00")

    assert [(said.tier, said.reason) for said in decisions(told) if said.kind == "tier_raised"] == [
        ("county", "CLOCK_EXPIRED"),
        ("city", "NO_HOLDER"),
    ]


def test_warnings_come_at_fractions_of_the_stage_counted_in_working_time() -> None:
    log = a_round(acceptance=None, warns_at=(0.5, 0.9))

    told = log.tick("03-10 23:59")

    # The stage holds 26 office hours: 5 on Thursday and 7 on each of three more days.
    assert [(said.kind, said.reason, said.agency) for said in decisions(told)] == [
        ("nudged", "DUE_SOON", VILLAGE_BODY),
        ("nudged", "DUE_SOON", VILLAGE_BODY),
    ]
    assert [said.at_ms for said in decisions(told)] == [at("03-09 10:00"), at("03-10 14:24")]


def test_a_warning_asks_for_no_answer() -> None:
    log = a_round(acceptance=None, warns_at=(0.5,))

    told = log.tick("03-10 12:00")

    assert [said.due_ms for said in decisions(told)] == [None]
    assert kinds(log.tick("03-10 23:59")) == []


def test_at_the_city_an_expired_stage_climbs_the_ladder_instead() -> None:
    log = a_round(acceptance=None, stage=TO_THE_CITY)
    log.tick("03-31 00:00")

    told = log.tick("04-30 09:00")

    assert [(said.at_ms, said.kind, said.reason, said.tier) for said in decisions(told)] == [
        (at("04-09 00:00"), "nudged", "CLOCK_EXPIRED", "city"),
        (at("04-11 00:00"), "supervised", "UNANSWERED", "city"),
        (at("04-15 00:00"), "circulated", "UNANSWERED", "city"),
    ]


def late_at_the_city(lead: str = "", court: str = "") -> list[tuple[str, str, str, str]]:
    """Who is told what, on the whole problem ("") or a task, when the city's time is over: after these replies."""
    log = a_round(co=(COURT,), acceptance=None, stage=TO_THE_CITY)
    log.tick("03-31 09:00")
    for number, agency, said in ((f"{FIRST}.4.1", body_of(CITY), lead), (f"{FIRST}.4.2", COURT, court)):
        if said:
            reply(log, "03-31 10:00", said, number, agency, result="repaired", ground="not ours")
    return [
        (said.kind, said.reason, said.agency, said.task_id.removeprefix(f"{FIRST}."))
        for said in decisions(log.tick("04-15 00:00"))
    ]


def test_at_the_top_a_late_co_agency_is_told_and_not_the_lead_that_is_done() -> None:
    assert late_at_the_city(lead="done") == [
        ("nudged", "CLOCK_EXPIRED", COURT, "4.2"),
        ("supervised", "UNANSWERED", COURT, "4.2"),
        ("circulated", "UNANSWERED", COURT, "4.2"),
    ]


def test_at_the_top_a_late_lead_is_told_and_not_the_co_agency_that_is_done() -> None:
    told = late_at_the_city(court="done")

    assert told[0] == ("nudged", "CLOCK_EXPIRED", body_of(CITY), "")
    assert {agency for _, _, agency, _ in told} == {body_of(CITY)}


def test_at_the_top_each_late_one_climbs_a_ladder_of_its_own() -> None:
    assert late_at_the_city()[:2] == [
        ("nudged", "CLOCK_EXPIRED", COURT, "4.2"),
        ("nudged", "CLOCK_EXPIRED", body_of(CITY), ""),
    ]


@pytest.mark.parametrize("court", ["done", "return"])
def test_where_nobody_is_late_with_a_part_the_lead_answers_for_the_whole(court: str) -> None:
    told = late_at_the_city(lead="done", court=court)

    assert [said for said in told if said[1] == "CLOCK_EXPIRED"] == [
        ("nudged", "CLOCK_EXPIRED", body_of(CITY), "")
    ]


def test_at_the_top_a_co_agency_that_had_every_notice_leaves_the_next_to_the_lead() -> None:
    log = a_round(co=(COURT,), notices=LADDER[2:], stage=TO_THE_CITY)
    log.tick("04-03 09:00")
    reply(log, "04-03 10:00", "done", f"{FIRST}.4.1", body_of(CITY), result="repaired")

    told = decisions(log.tick("04-09 00:00"))

    assert [(said.agency, said.reason) for said in told] == [(body_of(CITY), "CLOCK_EXPIRED")]


def at_the_city(*, done: bool = False) -> tuple[Log, Task]:
    """A problem of the city, admonished on 04-09 as its stage was over; its lead at work, or done by then."""
    log = a_round(acceptance=None, stage=TO_THE_CITY)
    log.tick("04-03 09:00")
    lead = next(one for one in round_tasks(log.state, problem(log)) if one.role is Role.LEAD)
    if done:
        reply(log, "04-08 09:00", "done", lead.id, lead.agency, result="repaired")
    else:
        reply(log, "04-08 09:00", "accept", lead.id, lead.agency)
    log.tick("04-09 09:00")
    return log, lead


@pytest.mark.parametrize("done", [False, True])
def test_a_notice_of_the_whole_problem_is_answered_by_a_word_of_the_lead(done: bool) -> None:
    log, lead = at_the_city(done=done)

    told = reply(log, "04-10 09:00", "progress", lead.id, lead.agency, note="we are on it")

    assert refusal(told) is None
    assert log.state.notices[f"{FIRST}/nudged/1"].replied_ms == at("04-10 09:00")
    assert kinds(log.tick("04-30 09:00")) == []


def test_what_is_done_takes_no_word_that_nobody_asked_for() -> None:
    log, lead = at_the_city(done=True)
    reply(log, "04-10 09:00", "progress", lead.id, lead.agency, note="we are on it")

    told = reply(log, "04-10 10:00", "progress", lead.id, lead.agency, note="again")

    assert refusal(told) == "NOT_ALLOWED"


def test_who_was_not_asked_answers_nothing_of_the_problem() -> None:
    log, _ = at_the_city()
    ask(log, "04-09 10:00", AddCoAgency, problem_id=FIRST, agency=COURT)
    court = next(one for one in round_tasks(log.state, problem(log)) if one.agency == COURT)

    reply(log, "04-10 09:00", "accept", court.id, COURT)

    assert kinds(log.tick("04-30 09:00")) == ["supervised", "circulated"]


def test_what_goes_down_again_leaves_the_ladder_of_the_city_behind() -> None:
    log = a_round(acceptance=None, stage=TO_THE_CITY)
    log.tick("04-09 09:00")

    ask(log, "04-09 10:00", LowerProblem, problem_id=FIRST)

    assert kinds(log.tick("04-13 23:00")) == []


def test_an_operator_gives_a_notice_out_of_turn_and_the_ladder_goes_on_from_there() -> None:
    log = a_round(stage=SLOW)
    reply(log, "03-05 14:00", "accept")

    given = ask(log, "03-06 09:00", GiveNotice, problem_id=FIRST, agency=VILLAGE_BODY, step="supervised")

    assert [(said.kind, said.reason, said.due_ms) for said in decisions(given)] == [
        ("supervised", "OPERATOR", at("03-11 00:00"))
    ]
    assert task(log).steps == 2
    assert kinds(log.tick("03-31 09:00")) == ["circulated"]


def test_a_notice_that_is_no_step_of_the_ladder_is_given_all_the_same() -> None:
    log = a_round(stage=SLOW)
    reply(log, "03-05 14:00", "accept")

    given = ask(log, "03-06 09:00", GiveNotice, problem_id=FIRST, agency=VILLAGE_BODY, step="vetoed")

    assert [(said.kind, said.due_ms) for said in decisions(given)] == [("vetoed", None)]
    assert task(log).steps == 0


@pytest.mark.parametrize("agency", [COURT, body_of(TOWN)])
def test_a_notice_goes_only_to_who_is_at_work_on_the_problem(agency: str) -> None:
    log = a_round()

    told = ask(log, "03-05 14:00", GiveNotice, problem_id=FIRST, agency=agency, step="nudged")

    assert (refusal(told), told.posts) == ("UNKNOWN_AGENCY", [])


def test_the_last_step_is_given_once() -> None:
    log = a_round(stage=SLOW, notices=LADDER[:1])

    assert kinds(log.tick("03-31 09:00")) == ["nudged"]
