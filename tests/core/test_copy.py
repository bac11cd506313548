"""In copy: whoever had a problem before it changed hands is kept informed, and is asked for nothing (抄送)."""

from __future__ import annotations

from hub.core._posts import Order, Told
from hub.model.figure import task_marks
from hub.model.lifecycle import TaskPhase
from hub.model.task import Role
from hub.schemas.commands import AddCoAgency, LowerProblem, RaiseProblem, RecutTask, SettleProblem
from tests.builders import COUNTY, COURT, HOTLINE, TOWN, TOWN_DESK, Log, a_report, body_of, decisions
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

LEAD_COPY = f"{FIRST}.2.copy-{VILLAGE_BODY}"
COURT_COPY = f"{FIRST}.2.copy-{COURT}"
RAISED = "03-06 09:00"


def copied(told: Told) -> list[tuple[str, str, str]]:
    """What those in copy hear: agency, decision, task."""
    said = (order for order in told.posts if isinstance(order, Order) and order.copied)
    return [(order.agency, order.decision.kind, order.task_id) for order in said]


def in_copy(log: Log, round_number: int) -> list[str]:
    """Who is in copy in a round."""
    tasks = log.state.tasks[FIRST].values()
    return [one.agency for one in tasks if one.role is Role.COPY and one.round == round_number]


def a_risen_round() -> tuple[Log, Told]:
    """The village leads with the court beside it; then the problem is the town's, which never asked the court."""
    log = a_round()
    ask(log, "03-05 12:00", AddCoAgency, problem_id=FIRST, agency=COURT)
    return log, ask(log, RAISED, RaiseProblem, problem_id=FIRST)


def test_lead_and_co_agency_of_the_tier_below_are_in_copy_after_a_rise() -> None:
    log, _ = a_risen_round()

    assert in_copy(log, 2) == [VILLAGE_BODY, COURT]
    assert (task(log).role, task(log).phase) == (Role.LEAD, "passed")
    assert problem(log).lead == body_of(TOWN)


def test_a_copy_has_no_due_moment_and_no_clock_runs_for_it() -> None:
    log, _ = a_risen_round()

    copy = task(log, LEAD_COPY)

    assert (copy.accept_due_ms, copy.return_due_ms, copy.due_ms) == (None, None, None)
    assert [one.id for one in log.state.timers.clocks.values() if one.task_id.find("copy") >= 0] == []


def test_a_copy_takes_no_number_of_a_task() -> None:
    log, _ = a_risen_round()

    ask(log, "03-06 10:00", AddCoAgency, problem_id=FIRST, agency=HOTLINE)

    assert task(log, f"{FIRST}.2.2").agency == HOTLINE


def test_who_takes_part_again_is_not_in_copy_beside_its_task() -> None:
    log = a_round(co=(COURT,))

    ask(log, RAISED, RaiseProblem, problem_id=FIRST)

    assert task(log, f"{FIRST}.2.2").agency == COURT
    assert in_copy(log, 2) == [VILLAGE_BODY]


def test_who_is_in_copy_hears_that_its_task_is_over_and_who_leads_now() -> None:
    _, told = a_risen_round()

    assert orders(told)[-2:] == [
        (COURT, "tier_raised", f"{FIRST}.1.2", True),
        (COURT, "lead_named", COURT_COPY, False),
    ]
    assert copied(told) == [(COURT, "lead_named", COURT_COPY)]


def test_who_is_in_copy_hears_how_the_problem_ends() -> None:
    log, _ = a_risen_round()

    settled = ask(log, "03-06 10:00", SettleProblem, problem_id=FIRST, agency=body_of(COUNTY))
    closed = log.tick("03-31 09:00")

    assert copied(settled) == [(COURT, "problem_settled", COURT_COPY)]
    assert copied(closed) == [(COURT, "problem_closed", COURT_COPY)]


def test_who_is_in_copy_may_not_answer_as_if_it_were_asked() -> None:
    log, _ = a_risen_round()

    answers = [reply(log, "03-06 10:00", said, COURT_COPY, COURT) for said in ("accept", "done", "progress")]

    assert {refusal(told) for told in answers} == {"NOT_ALLOWED"}
    assert [decisions(told) for told in answers] == [[], [], []]


def test_the_gate_waits_for_nobody_in_copy() -> None:
    log, _ = a_risen_round()

    ask(log, "03-06 10:00", SettleProblem, problem_id=FIRST, agency=body_of(COUNTY))

    assert problem(log).phase == "settled"
    assert task(log, COURT_COPY).phase is TaskPhase.PASSED


def test_a_copy_stays_over_every_tier_that_follows() -> None:
    log, _ = a_risen_round()

    ask(log, "03-06 10:00", RaiseProblem, problem_id=FIRST)

    assert in_copy(log, 3) == sorted((VILLAGE_BODY, COURT, body_of(TOWN)))


def test_one_tier_down_the_upper_one_is_in_copy() -> None:
    log, _ = a_risen_round()

    ask(log, "03-06 10:00", LowerProblem, problem_id=FIRST)

    assert in_copy(log, 3) == sorted((COURT, body_of(TOWN)))


def test_who_gave_its_part_back_never_had_the_problem() -> None:
    log = a_round(co=(COURT,))
    ask(log, "03-05 12:00", AddCoAgency, problem_id=FIRST, agency=HOTLINE)
    reply(log, "03-05 14:00", "return", f"{FIRST}.1.3", HOTLINE, ground="not ours")
    ask(log, "03-05 15:00", RecutTask, task_id=f"{FIRST}.1.3", agency=TOWN_DESK)

    ask(log, RAISED, RaiseProblem, problem_id=FIRST)

    assert in_copy(log, 2) == sorted((TOWN_DESK, VILLAGE_BODY))


def test_whoever_settled_what_came_back_is_in_copy_of_the_tier_above() -> None:
    log = a_round()
    ask(log, "03-05 15:00", SettleProblem, problem_id=FIRST, agency=body_of(TOWN))

    log.take("03-09 09:00", a_report("m9"))

    assert problem(log).lead == body_of(TOWN)
    assert in_copy(log, 2) == [VILLAGE_BODY]


def test_no_figure_counts_a_copy_though_the_work_before_it_counts_on() -> None:
    log, _ = a_risen_round()

    assert list(task_marks(task(log, LEAD_COPY))) == []
    assert list(task_marks(task(log, LEAD_TASK))) != []
    assert list(task_marks(task(log, CO_TASK))) != []
