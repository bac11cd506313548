"""What a pause of the whole problem does to all that is due in it: each moves by the pause, none is lost or doubled."""

from __future__ import annotations

from typing import Any

from hub.model.figure import task_marks
from hub.model.timer import ClockKind
from hub.policies.models import Span, Tier, Unit
from hub.schemas.commands import AnswerAsked, MergeProblems, NameLead
from hub.schemas.figures import Figure
from tests.builders import COURT, NEXT_VILLAGE, Log, a_report, at, decisions, kinds
from tests.core.rounds import CO_TASK, FIRST, LEAD_TASK, SECOND, a_round, ask, problem, refusal, reply, task

AT_THE_TOP: dict[str, Any] = {"ceiling": Tier.VILLAGE, "acceptance": None}
"""The village has nothing above it."""

ASKED = f"{FIRST}/nudged/1"


def paused(log: Log, asked: str, granted: str, review_on: str = "2026-03-20") -> None:
    """Let the lead ask for a pause at one moment and get it at another."""
    reply(log, asked, "ledger", ground="winter", review_on=review_on)
    assert refusal(ask(log, granted, AnswerAsked, task_id=LEAD_TASK, granted=True)) is None


def admonished_and_paused() -> Log:
    """At 03-11 the total clock is over at the top: an answer is due by the end of 03-12; from 03-12 09:00 it rests."""
    stage = {Tier.VILLAGE: Span(20, Unit.WORKING_DAYS)}
    log = a_round(total=Span(3, Unit.WORKING_DAYS), stage=stage, **AT_THE_TOP)
    reply(log, "03-05 12:00", "accept")
    paused(log, "03-10 09:00", "03-12 09:00")
    assert log.state.notices[ASKED].reply_due_ms == at("03-13 00:00")
    return log


def test_a_notice_to_the_whole_goes_on_after_a_pause_with_the_time_that_was_left() -> None:
    log = admonished_and_paused()

    told = log.tick("03-21 00:00")

    # Six working days began in the pause, Friday 03-20 the last of them.
    assert [(said.at_ms, said.kind, said.reason) for said in decisions(told)] == [
        (at("03-20 00:00"), "nudged", "REVIEW_DUE"),
        (at("03-21 00:00"), "supervised", "UNANSWERED"),
    ]
    assert log.state.notices[ASKED].reply_due_ms == at("03-21 00:00")


def test_a_notice_that_is_answered_in_the_pause_asks_for_nothing_after_it() -> None:
    log = admonished_and_paused()
    reply(log, "03-16 09:00", "progress", note="the frost has gone")

    assert kinds(log.tick("03-31 09:00")) == ["nudged"]


def test_a_notice_that_was_left_unanswered_before_the_pause_is_not_asked_again() -> None:
    log = a_round(total=Span(3, Unit.WORKING_DAYS), stage={Tier.VILLAGE: Span(20, Unit.DAYS)}, **AT_THE_TOP)
    reply(log, "03-05 12:00", "accept")
    paused(log, "03-10 09:00", "03-19 09:00")

    assert kinds(log.tick("03-20 09:00")) == ["nudged"]
    assert log.state.timers.get(FIRST, ClockKind.REPLY) is None


def test_what_was_asked_of_a_task_alone_is_answered_when_it_may_rest() -> None:
    log = a_round(co=(COURT,))
    log.tick("03-05 16:00")
    reply(log, "03-05 17:00", "ledger", CO_TASK, COURT, ground="winter", review_on="2026-03-20")
    assert log.state.notices[f"{CO_TASK}/nudged/1"].replied_ms is None

    ask(log, "03-06 09:00", AnswerAsked, task_id=CO_TASK, granted=True)

    assert log.state.notices[f"{CO_TASK}/nudged/1"].replied_ms == at("03-06 09:00")


def test_a_stage_that_was_over_before_the_pause_does_not_run_out_a_second_time() -> None:
    log = a_round(notices=(), **AT_THE_TOP)
    paused(log, "03-10 09:00", "03-12 09:00")

    log.tick("03-20 09:00")

    assert problem(log).due_ms == at("03-11 00:00")
    assert log.state.timers.get(FIRST, ClockKind.STAGE) is None
    assert [said.at_ms for said in log.decisions()] == sorted(said.at_ms for said in log.decisions())


def test_what_a_co_agency_owes_with_the_stage_is_due_later_with_it() -> None:
    log = a_round(co=(COURT,), acceptance=None)
    paused(log, "03-06 09:00", "03-06 10:00")

    log.tick("03-20 00:00")

    assert task(log, CO_TASK).due_ms == task(log).due_ms == problem(log).due_ms == at("03-25 00:00")


def test_what_is_done_in_the_pause_is_done_in_time() -> None:
    log = a_round(acceptance=None)
    paused(log, "03-06 09:00", "03-06 10:00")

    reply(log, "03-18 09:00", "done", result="repaired")

    assert task(log).due_ms == problem(log).due_ms
    assert [mark.met for mark in task_marks(task(log)) if mark.figure is Figure.DONE_IN_TIME] == [True]


def test_a_paused_part_that_is_merged_brings_its_stage_with_its_pause_counted() -> None:
    log = a_round()
    paused(log, "03-05 14:00", "03-05 15:00", "2026-04-10")
    log.take("03-16 09:00", *(a_report(f"n{n}", place=NEXT_VILLAGE) for n in range(3)))
    assert problem(log, SECOND).due_ms == at("03-20 00:00")

    told = ask(log, "03-16 10:00", MergeProblems, problem_id=SECOND, others=(FIRST,))

    # Three days of the village's stage were left when it was paused on 03-05, and are left on 03-16.
    assert problem(log, SECOND).due_ms == at("03-20 00:00")
    assert kinds(told) == ["problem_merged"]
    assert "tier_raised" not in kinds(log.tick("03-19 23:00"))


def test_a_merge_that_hastens_the_stage_leaves_no_task_more_time() -> None:
    log = a_round(co=(COURT,), acceptance=None)
    log.take("03-09 09:00", *(a_report(f"n{n}", place=NEXT_VILLAGE) for n in range(3)))
    assert task(log, f"{SECOND}.1.2").due_ms == at("03-13 00:00")

    ask(log, "03-09 10:00", MergeProblems, problem_id=SECOND, others=(FIRST,))

    assert {task(log, f"{SECOND}.1.{n}").due_ms for n in (1, 2)} == {at("03-11 00:00")}


def test_who_comes_to_lead_with_less_time_cannot_shorten_the_stage_by_asking_for_more() -> None:
    log = a_round(co=(COURT,), acceptance=None)
    reply(log, "03-05 14:00", "extend", days=5, ground="parts are late")
    ask(log, "03-05 15:00", AnswerAsked, task_id=LEAD_TASK, granted=True)
    ask(log, "03-05 16:00", NameLead, problem_id=FIRST, agency=COURT)
    stage = problem(log).due_ms

    reply(log, "03-05 17:00", "extend", CO_TASK, COURT, days=2, ground="parts are late")
    ask(log, "03-06 09:00", AnswerAsked, task_id=CO_TASK, granted=True)

    assert problem(log).due_ms == stage == at("03-18 00:00")
    assert task(log, CO_TASK).due_ms == at("03-13 00:00")
