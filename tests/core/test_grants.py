"""Grants: more time once, and a pause with a day of review; both asked by an agency, decided by an operator."""

from __future__ import annotations

from dataclasses import replace

from hub.model.timer import ClockKind
from hub.policies.models import Span, Tier, Unit
from hub.schemas.commands import AnswerAsked, RaiseProblem, RecutTask, SettleProblem
from tests.builders import COURT, TOWN, Log, at, body_of, decisions, kinds
from tests.core.rounds import (
    CO_TASK,
    FIRST,
    LEAD_TASK,
    VILLAGE_BODY,
    a_round,
    ask,
    orders,
    problem,
    refusal,
    reply,
    task,
)

MONTH = Span(30, Unit.DAYS)


def test_what_an_agency_asks_for_changes_no_clock_until_it_is_granted() -> None:
    log = a_round()

    told = reply(log, "03-05 14:00", "extend", days=2, ground="parts are late")

    assert (kinds(told), task(log).asked, task(log).note) == ([], "extension", "parts are late")
    assert problem(log).due_ms == at("03-11 00:00")


def test_an_extension_of_the_lead_moves_the_stage_by_the_unit_of_its_clock() -> None:
    log = a_round()
    reply(log, "03-05 14:00", "extend", days=2, ground="parts are late")

    told = ask(log, "03-06 09:00", AnswerAsked, task_id=LEAD_TASK, granted=True)

    due = at("03-13 00:00")
    assert [(said.kind, said.reason, said.due_ms) for said in decisions(told)][-1:] == [
        ("extension_granted", "OPERATOR", due)
    ]
    assert (task(log).due_ms, problem(log).due_ms, task(log).extended) == (due, due, True)
    assert "tier_raised" not in kinds(log.tick("03-12 23:59"))
    assert "tier_raised" in kinds(log.tick("03-13 00:00"))


def test_an_extension_that_is_declined_may_be_asked_for_again() -> None:
    log = a_round()
    reply(log, "03-05 14:00", "extend", days=2, ground="parts are late")

    ask(log, "03-05 15:00", AnswerAsked, task_id=LEAD_TASK, granted=False)

    assert (task(log).asked, task(log).extended, problem(log).due_ms) == (None, False, at("03-11 00:00"))
    assert refusal(reply(log, "03-05 16:00", "extend", days=1, ground="still")) is None


def test_an_extension_is_granted_once() -> None:
    log = a_round()
    reply(log, "03-05 14:00", "extend", days=2, ground="parts are late")
    ask(log, "03-06 09:00", AnswerAsked, task_id=LEAD_TASK, granted=True)

    again = reply(log, "03-06 10:00", "extend", days=1, ground="still")

    assert refusal(again) == "NOT_ALLOWED"


def test_an_extension_is_bounded_by_policy() -> None:
    log = a_round(extension_days_max=5)

    within = reply(log, "03-05 14:00", "extend", days=5, ground="parts are late")
    beyond = reply(log, "03-05 15:00", "extend", days=6, ground="parts are late")

    assert (refusal(within), refusal(beyond)) == (None, "NOT_ALLOWED")


def test_when_the_clock_is_over_it_is_too_late_to_ask_and_to_grant() -> None:
    log = a_round(co=(COURT,))
    reply(log, "03-05 14:00", "extend", CO_TASK, COURT, days=2, ground="parts are late")
    early = task(log, CO_TASK)
    reply(log, "03-05 14:00", "extend", days=4, ground="parts are late")
    ask(log, "03-06 09:00", AnswerAsked, task_id=LEAD_TASK, granted=True)

    log.tick("03-11 00:00")
    asked = reply(log, "03-11 09:00", "ledger", CO_TASK, COURT, ground="winter", review_on="2026-04-01")
    granted = ask(log, "03-11 09:00", AnswerAsked, task_id=CO_TASK, granted=True)

    assert early.due_ms == at("03-11 00:00")
    assert (refusal(asked), refusal(granted)) == ("TOO_LATE", "TOO_LATE")


def test_an_extension_of_a_co_agency_goes_no_further_than_its_problem() -> None:
    log = a_round(co=(COURT,))
    reply(log, "03-05 14:00", "extend", CO_TASK, COURT, days=5, ground="parts are late")

    ask(log, "03-06 09:00", AnswerAsked, task_id=CO_TASK, granted=True)

    assert task(log, CO_TASK).due_ms == problem(log).due_ms == at("03-11 00:00")


def test_when_the_lead_has_more_time_the_others_keep_their_date_and_are_reminded_of_it() -> None:
    log = a_round(co=(COURT,), acceptance=None)
    reply(log, "03-05 14:00", "extend", days=2, ground="parts are late")
    ask(log, "03-06 09:00", AnswerAsked, task_id=LEAD_TASK, granted=True)

    told = log.tick("03-11 00:00")

    assert [(said.kind, said.reason, said.task_id) for said in decisions(told)] == [
        ("nudged", "NOT_DONE", CO_TASK)
    ]


def test_nothing_asked_is_nothing_to_answer() -> None:
    log = a_round()

    assert refusal(ask(log, "03-05 14:00", AnswerAsked, task_id=LEAD_TASK, granted=True)) == "NOTHING_ASKED"


def a_ledgered(*, co: tuple[str, ...] = (), review_on: str = "2026-04-01") -> Log:
    """A problem whose lead accepted, and on Friday 03-06 at noon was granted a pause."""
    log = a_round(co=co, total=MONTH)
    reply(log, "03-05 14:00", "accept")
    reply(log, "03-06 09:00", "ledger", ground="the river is high", review_on=review_on)
    ask(log, "03-06 12:00", AnswerAsked, task_id=LEAD_TASK, granted=True)
    return log


def test_a_pause_of_the_lead_stops_the_clocks_of_the_problem() -> None:
    log = a_ledgered()

    said = log.decisions()[-1]
    assert (said.kind, said.due_ms) == ("ledgered", at("04-01 00:00"))
    assert (problem(log).phase, problem(log).paused_ms) == ("ledgered", at("03-06 12:00"))
    assert [log.state.timers.get(FIRST, kind) for kind in (ClockKind.STAGE, ClockKind.TOTAL)] == [None, None]
    assert kinds(log.tick("03-31 23:59")) == []


def test_on_the_day_of_review_work_goes_on_with_clocks_moved_by_the_pause() -> None:
    log = a_ledgered()

    told = log.tick("04-01 00:00")

    assert [(said.kind, said.reason, said.agency) for said in decisions(told)] == [
        ("nudged", "REVIEW_DUE", VILLAGE_BODY)
    ]
    one = problem(log)
    assert (one.phase, one.paused_ms, one.paused_for_ms) == (
        "treating",
        None,
        at("04-01 00:00") - at("03-06 12:00"),
    )
    # Friday 6 had begun, 9 and 10 were left: after 04-01, which has begun, they are 04-02 and 04-03.
    assert one.due_ms == task(log).due_ms == at("04-04 00:00")
    # 26 days began in the pause: 04-07 moves to 05-03, a holiday, and rolls on.
    assert one.total_due_ms == at("05-07 00:00")
    assert "tier_raised" in kinds(log.tick("04-04 00:00"))


def test_the_day_of_review_lies_ahead() -> None:
    log = a_round()

    told = reply(log, "03-05 14:00", "ledger", ground="the river is high", review_on="2026-03-05")

    assert refusal(told) == "TOO_LATE"


def test_a_pause_of_a_co_agency_pauses_its_task_alone() -> None:
    log = a_round(co=(COURT,))
    reply(log, "03-05 14:00", "ledger", CO_TASK, COURT, ground="winter", review_on="2026-03-10")

    told = ask(log, "03-05 15:00", AnswerAsked, task_id=CO_TASK, granted=True)

    assert orders(told) == [(COURT, "ledgered", CO_TASK, False)]
    assert (task(log, CO_TASK).phase, problem(log).phase) == ("ledgered", "treating")
    assert [said.reason for said in decisions(log.tick("03-10 09:00")) if said.task_id == CO_TASK] == [
        "REVIEW_DUE"
    ]


def test_after_a_pause_the_agency_s_silence_is_heard_again() -> None:
    log = a_round(silent=Span(1, Unit.WORKING_DAYS), acceptance=None, stage={})
    reply(log, "03-06 09:00", "ledger", ground="the river is high", review_on="2026-04-01")
    ask(log, "03-06 12:00", AnswerAsked, task_id=LEAD_TASK, granted=True)

    told = log.tick("04-03 00:00")

    assert [said.reason for said in decisions(told)] == ["REVIEW_DUE", "SILENT"]


def test_what_is_done_while_paused_ends_the_pause() -> None:
    log = a_ledgered()

    told = reply(log, "03-09 09:00", "done", result="repaired")

    assert kinds(told) == ["task_done"]
    assert (problem(log).phase, problem(log).paused_ms) == ("treating", None)
    assert log.state.timers.get(FIRST, ClockKind.STAGE) is not None
    assert "tier_raised" in kinds(log.tick("04-01 00:00"))


def test_a_paused_problem_that_is_raised_gets_its_total_clock_back() -> None:
    log = a_ledgered()

    told = ask(log, "03-09 09:00", RaiseProblem, problem_id=FIRST)

    assert (kinds(told)[0], problem(log).phase, problem(log).lead) == (
        "tier_raised",
        "treating",
        body_of(TOWN),
    )
    total = log.state.timers.get(FIRST, ClockKind.TOTAL)
    # Thirty days end on 04-07, as 04-04 to 04-06 are holidays; three days began in the pause.
    assert total is not None
    assert total.due_ms == problem(log).total_due_ms == at("04-11 00:00")


def test_a_pause_that_a_forced_settling_ends_counts_as_a_pause() -> None:
    log = a_ledgered()

    ask(log, "03-09 12:00", SettleProblem, problem_id=FIRST, agency=body_of(TOWN))

    assert problem(log).paused_for_ms == at("03-09 12:00") - at("03-06 12:00")


def test_while_the_problem_is_paused_no_part_is_cut_and_what_was_returned_is_not_lost() -> None:
    log = a_round(co=(COURT,))
    reply(log, "03-05 13:30", "return", CO_TASK, COURT, ground="not ours")
    reply(log, "03-05 14:00", "ledger", ground="the river is high", review_on="2026-04-01")
    ask(log, "03-05 15:00", AnswerAsked, task_id=LEAD_TASK, granted=True)

    told = ask(log, "03-05 16:00", RecutTask, task_id=CO_TASK, agency=COURT)

    assert (refusal(told), told.posts, task(log, CO_TASK).phase) == ("NOT_ALLOWED", [], "returned")


def test_days_asked_for_are_days_also_where_the_stage_counts_hours() -> None:
    log = a_round(stage={Tier.VILLAGE: Span(8, Unit.WORKING_HOURS)})
    reply(log, "03-05 14:00", "extend", days=2, ground="parts are late")

    ask(log, "03-05 16:00", AnswerAsked, task_id=LEAD_TASK, granted=True)

    assert problem(log).due_ms == at("03-11 00:00")


def test_a_policy_that_drops_a_stage_leaves_running_clocks_as_they_were_promised() -> None:
    log = a_round(warns_at=(0.5, 0.75))
    log.policy = replace(log.policy, tiers=(replace(log.policy.tiers[0], stage={}),))

    log.tick("03-10 00:00")

    assert problem(log).due_ms == at("03-11 00:00")
    assert "tier_raised" in kinds(log.tick("03-11 00:00"))
