"""Oversee: accept, return, ask, report, be silent; what each does to the clocks of a task."""

from __future__ import annotations

import pytest

from hub.model.timer import ClockKind
from hub.policies.models import Span, Unit
from hub.schemas.commands import (
    AddCoAgency,
    DismissProblem,
    GiveNotice,
    RecutTask,
    ReplyTask,
    RuleTask,
    VerifyTask,
)
from hub.schemas.reasons import DismissReason
from tests.builders import COURT, HOTLINE, NOISE, TOWN_DESK, VILLAGE, Log, a_report, at, decisions, kinds
from tests.core.rounds import (
    CO_TASK,
    FIRST,
    LEAD_TASK,
    SECOND,
    THIRD_TASK,
    VILLAGE_BODY,
    a_round,
    ask,
    orders,
    problem,
    refusal,
    reply,
    task,
)


def test_accepting_stops_the_acceptance_clock_and_nobody_is_nudged() -> None:
    log = a_round()

    told = reply(log, "03-05 15:59", "accept")

    assert [(said.kind, said.reason, said.agency) for said in decisions(told)] == [
        ("task_accepted", "AGENCY", VILLAGE_BODY)
    ]
    assert task(log).accepted_ms == at("03-05 15:59")
    assert kinds(log.tick("03-10 23:00")) == []


def test_the_acceptance_clock_runs_from_cutting_though_nobody_looked() -> None:
    log = a_round()

    early, late = log.tick("03-05 15:59"), log.tick("03-05 16:00")

    assert (kinds(early), kinds(late)) == ([], ["nudged"])


def test_an_agency_that_accepts_late_is_still_taken() -> None:
    log = a_round()
    log.tick("03-06 09:00")

    told = reply(log, "03-06 10:00", "accept")

    assert kinds(told) == ["task_accepted"]


def test_only_the_task_s_own_agency_may_reply() -> None:
    log = a_round()

    told = reply(log, "03-05 14:00", "accept", LEAD_TASK, COURT)

    assert (refusal(told), task(log).phase) == ("UNKNOWN_TASK", "cut")


def test_a_second_acceptance_is_not_allowed() -> None:
    log = a_round()
    reply(log, "03-05 14:00", "accept")

    assert refusal(reply(log, "03-05 15:00", "accept")) == "NOT_ALLOWED"


def test_a_reply_sent_twice_acts_once() -> None:
    log = a_round()
    first = reply(log, "03-05 14:00", "accept")
    sent = first.entries[0].item

    told = log.take("03-05 14:01", sent._replace(position=99))

    assert [entry.outcome for entry in told.entries] == ["duplicate"]


def test_progress_stops_no_clock() -> None:
    log = a_round()

    told = reply(log, "03-05 14:00", "progress", note="on it")

    assert kinds(told) == []
    assert task(log).note == "on it"
    assert kinds(log.tick("03-05 16:00")) == ["nudged"]


def test_a_return_within_the_window_says_its_ground_and_stops_the_clocks_of_the_task() -> None:
    log = a_round()

    told = reply(log, "03-06 23:59", "return", ground="another territory")

    assert kinds(told)[-1] == "task_returned"
    assert (task(log).phase, task(log).note) == ("returned", "another territory")
    assert log.state.timers.get(LEAD_TASK, ClockKind.ACCEPTANCE) is None


def test_a_return_after_the_window_is_too_late() -> None:
    log = a_round()

    told = reply(log, "03-07 00:00", "return", ground="another territory")

    assert (refusal(told), task(log).phase) == ("TOO_LATE", "cut")


def test_a_return_does_not_stop_the_clock_of_the_problem() -> None:
    log = a_round()
    reply(log, "03-06 09:00", "return", ground="not ours")

    told = log.tick("03-11 00:00")

    assert kinds(told)[0] == "tier_raised"


def test_a_first_return_waits_for_the_centre_which_cuts_anew() -> None:
    log = a_round(co=(HOTLINE,))

    returned = reply(log, "03-05 14:00", "return", CO_TASK, HOTLINE, ground="not ours")
    recut = ask(log, "03-05 15:00", RecutTask, task_id=CO_TASK, agency=COURT)

    assert "arbitration_opened" not in kinds(returned)
    assert [(said.kind, said.agency, said.reason) for said in decisions(recut)] == [
        ("task_cut", COURT, "RECUT")
    ]
    assert (task(log, CO_TASK).phase, task(log, THIRD_TASK).phase) == ("passed", "cut")
    assert task(log, THIRD_TASK).accept_due_ms == at("03-06 11:00")
    assert orders(recut) == [(COURT, "task_cut", THIRD_TASK, False)]


def test_a_lead_s_returned_part_goes_to_a_new_lead() -> None:
    log = a_round()
    reply(log, "03-05 14:00", "return", ground="not ours")

    told = ask(log, "03-05 15:00", RecutTask, task_id=LEAD_TASK, agency=COURT)

    assert [(said.kind, said.agency) for said in decisions(told)] == [
        ("lead_named", COURT),
        ("task_cut", COURT),
    ]
    assert (problem(log).lead, task(log, CO_TASK).role) == (COURT, "lead")


def a_disputed_lead() -> Log:
    """A log whose lead's part was returned by the village's body, then by the court."""
    log = a_round()
    reply(log, "03-05 14:00", "return", ground="not ours")
    ask(log, "03-05 14:30", RecutTask, task_id=LEAD_TASK, agency=COURT)
    reply(log, "03-05 15:00", "return", CO_TASK, COURT, ground="nor ours")
    return log


def test_a_second_return_counted_over_agencies_goes_to_arbitration() -> None:
    log = a_disputed_lead()

    assert kinds(log.told)[-2:] == ["task_returned", "arbitration_opened"]
    assert log.decisions()[-1].reason == "SECOND_RETURN"
    assert task(log, CO_TASK).phase == "disputed"


def test_a_part_is_not_given_to_an_agency_that_has_one() -> None:
    log = a_round(co=(COURT, TOWN_DESK))
    reply(log, "03-05 14:00", "return", CO_TASK, COURT, ground="not ours")

    told = ask(log, "03-05 15:00", RecutTask, task_id=CO_TASK, agency=TOWN_DESK)

    assert (refusal(told), task(log, CO_TASK).phase) == ("NOT_ALLOWED", "returned")
    assert [one.agency for one in log.state.tasks[FIRST].values()] == [VILLAGE_BODY, COURT, TOWN_DESK]


def test_an_agency_that_is_given_the_lead_s_part_leads_with_the_one_it_has() -> None:
    log = a_round(co=(COURT,))
    reply(log, "03-05 14:00", "return", ground="not ours")

    told = ask(log, "03-05 15:00", RecutTask, task_id=LEAD_TASK, agency=COURT)

    assert [(said.kind, said.agency) for said in decisions(told)] == [("lead_named", COURT)]
    assert (task(log).phase, task(log, CO_TASK).role, len(log.state.tasks[FIRST])) == ("passed", "lead", 2)


def test_a_ruling_for_an_agency_that_has_a_part_makes_that_one_final_and_is_learned() -> None:
    log = a_disputed_lead()
    lead = problem(log).lead
    ask(log, "03-05 15:30", AddCoAgency, problem_id=FIRST, agency=TOWN_DESK)

    ask(log, "03-05 16:00", RuleTask, task_id=CO_TASK, agency=TOWN_DESK)

    mine = task(log, THIRD_TASK)
    assert lead != TOWN_DESK == problem(log).lead
    assert (mine.role, mine.ruled, mine.returns) == ("lead", True, 2)
    told = reply(log, "03-05 16:30", "return", THIRD_TASK, TOWN_DESK, ground="not ours")
    assert refusal(told) == "NOT_ALLOWED"
    assert log.state.precedents[VILLAGE, NOISE].lead == TOWN_DESK


def test_what_is_disputed_is_ruled_and_not_just_cut_anew() -> None:
    log = a_disputed_lead()

    told = ask(log, "03-05 16:00", RecutTask, task_id=CO_TASK, agency=TOWN_DESK)

    assert (refusal(told), told.posts) == ("NOT_ALLOWED", [])


def test_what_was_returned_once_is_not_ruled() -> None:
    log = a_round()
    reply(log, "03-05 14:00", "return", ground="not ours")

    told = ask(log, "03-05 16:00", RuleTask, task_id=LEAD_TASK, agency=TOWN_DESK)

    assert refusal(told) == "NOT_ALLOWED"


def test_a_ruling_is_final_and_cannot_be_returned() -> None:
    log = a_disputed_lead()

    ruled = ask(log, "03-05 16:00", RuleTask, task_id=CO_TASK, agency=TOWN_DESK)
    returned = reply(log, "03-05 16:30", "return", THIRD_TASK, TOWN_DESK, ground="nor ours")

    assert [(said.kind, said.agency, said.reason) for said in decisions(ruled)] == [
        ("arbitration_ruled", TOWN_DESK, "RULED"),
        ("lead_named", TOWN_DESK, "RULED"),
        ("task_cut", TOWN_DESK, "RULED"),
    ]
    assert task(log, THIRD_TASK).ruled
    assert refusal(returned) == "NOT_ALLOWED"


def test_a_notice_to_a_part_that_was_given_on_is_not_followed_by_another() -> None:
    log = a_disputed_lead()
    ask(log, "03-05 15:50", GiveNotice, problem_id=FIRST, agency=task(log, CO_TASK).agency, step="nudged")

    ask(log, "03-05 16:00", RuleTask, task_id=CO_TASK, agency=TOWN_DESK)
    reply(log, "03-05 16:10", "accept", THIRD_TASK, TOWN_DESK)

    assert log.state.timers.get(CO_TASK, ClockKind.REPLY) is None
    assert kinds(log.tick("03-10 09:00")) == []


def test_a_ruling_is_the_precedent_of_the_next_problem_of_its_place_and_kind() -> None:
    log = a_disputed_lead()
    ask(log, "03-05 16:00", RuleTask, task_id=CO_TASK, agency=TOWN_DESK)
    reply(log, "03-05 16:30", "done", THIRD_TASK, TOWN_DESK, result="repaired")
    close(log)

    told = log.take("04-20 09:00", *(a_report(f"later{n}") for n in range(3)))

    named = next(said for said in decisions(told) if said.kind == "lead_named")
    assert (named.problem_id, named.agency, named.reason) == (SECOND, TOWN_DESK, "PRECEDENT")


def close(log: Log) -> None:
    """Let the village's problem come to its end by an operator's check and a quiet watch."""
    ask(log, "03-05 17:00", VerifyTask, task_id=THIRD_TASK, passed=True)
    log.tick("04-10 09:00")
    assert (VILLAGE, NOISE) not in log.state.open_at


def test_silence_is_nudged_again_and_again_and_ends_with_a_word() -> None:
    log = a_round(acceptance=None, silent=Span(1, Unit.WORKING_DAYS))

    silence = log.tick("03-10 12:00")
    reply(log, "03-10 13:00", "progress")

    assert [(said.at_ms, said.kind, said.reason) for said in decisions(silence)] == [
        (at("03-07 00:00"), "nudged", "SILENT"),
        (at("03-10 00:00"), "nudged", "SILENT"),
    ]
    assert kinds(log.tick("03-10 23:59")) == []


def test_done_is_said_with_its_result_and_evidence_and_counts_as_accepted() -> None:
    log = a_round()

    told = reply(
        log,
        "03-05 14:00",
        "done",
        result="repaired",
        evidence=[{"name": "photo", "sha256": "0" * 64}],
    )

    assert kinds(told) == ["task_done"]
    one = task(log)
    assert (one.phase, one.note, one.accepted_ms) == ("done", "repaired", at("03-05 14:00"))
    assert '"photo"' in one.evidence


def test_after_done_the_task_s_clocks_are_still() -> None:
    log = a_round(silent=Span(1, Unit.WORKING_DAYS))
    reply(log, "03-05 14:00", "done", result="repaired")

    assert kinds(log.tick("03-10 23:59")) == []


def test_a_task_of_an_earlier_round_takes_no_reply() -> None:
    log = a_round()
    log.tick("03-11 09:00")

    assert refusal(reply(log, "03-11 10:00", "accept")) == "NOT_ALLOWED"


def test_a_reply_at_a_screen_is_taken_as_an_operator_s_word() -> None:
    log = a_round()

    told = ask(log, "03-05 14:00", ReplyTask, task_id=LEAD_TASK, agency=VILLAGE_BODY, reply="accept")

    assert [(said.kind, said.reason) for said in decisions(told)] == [("task_accepted", "OPERATOR")]


@pytest.mark.parametrize(
    "said",
    [
        {"reply": "extend"},
        {"reply": "ledger"},
        {"reply": "ledger", "review_on": "2026-02-30"},
    ],
)
def test_a_screen_that_leaves_out_how_long_gets_an_answer_and_stops_nothing(said: dict[str, str]) -> None:
    log = a_round()

    told = ask(log, "03-05 14:00", ReplyTask, task_id=LEAD_TASK, agency=VILLAGE_BODY, **said)

    assert (refusal(told), task(log).asked) == ("INCOMPLETE", None)


def test_a_reply_to_a_task_of_a_problem_that_ended_finds_no_task() -> None:
    log = a_round()
    ask(log, "03-05 14:00", DismissProblem, problem_id=FIRST, reason=DismissReason.EXPECTED)

    assert refusal(reply(log, "03-05 14:30", "progress")) == "UNKNOWN_TASK"
