"""What agencies asked for and an operator grants: more time, once (延期), or a pause with a day of review (挂账)."""

from __future__ import annotations

from datetime import date
from typing import Final

from msgspec.structs import replace

from hub.core._remind import answer_own, nudge, wait_again
from hub.core._said import Turn
from hub.core.escalate import problem_clock, resumed, stage_due_ms, stage_span, start_total, start_warning
from hub.core.link import listen, task_clock
from hub.model.clock import day_start_ms, extended_due_ms
from hub.model.lifecycle import AT_WORK, TaskPhase, after, task_after
from hub.model.problem import Problem
from hub.model.state import keep_problem, keep_task, round_tasks, start_clock
from hub.model.task import Asked, Role, Task
from hub.model.timer import Clock, ClockKind
from hub.policies.models import Span, Unit
from hub.schemas.answers import CommandCode
from hub.schemas.reasons import DecisionKind
from hub.schemas.task_reasons import ActReason, NoticeReason


def answer_asked(turn: Turn, task: Task, *, granted: bool) -> CommandCode | None:
    """Grant or decline what a task asks for; an extension only while its clock still runs."""
    if task.asked is None:
        return CommandCode.NOTHING_ASKED
    if not granted:
        keep_task(turn.state, replace(task, asked=None))
        return None
    if task.asked is Asked.LEDGER:
        _ledger(turn, task)
        return None
    if task.due_ms is None or turn.cause.at_ms >= task.due_ms:
        return CommandCode.TOO_LATE
    _extend(turn, task, task.due_ms)
    return None


def review(turn: Turn, clock: Clock) -> None:
    """The day of review came: what was ledgered is worked on again, its clocks moved by the pause."""
    problem = turn.state.problems[clock.problem_id]
    task = turn.state.tasks[problem.id][clock.task_id]
    if task.phase is not TaskPhase.LEDGERED:
        return
    if task.role is Role.LEAD and problem.paused_ms is not None:
        problem = work_again(turn, problem)
    task = replace(task, phase=task_after(task.phase, DecisionKind.NUDGED), due_ms=problem.due_ms)
    keep_task(turn.state, task)
    listen(turn, task)
    nudge(turn, task, NoticeReason.REVIEW_DUE)


def _extend(turn: Turn, task: Task, due: int) -> None:
    """Move a task's due moment; the lead's moves the stage's on, a co-agency's goes no further than that.

    Who came to lead with less time than the stage has may ask for more and still have less.
    """
    problem, policy = turn.state.problems[task.problem_id], turn.policy
    unit = DAYS_OF.get(stage_span(turn, problem).unit, Unit.DAYS)
    span = Span(task.asked_days, unit)
    due = extended_due_ms(due, span, policy.calendar, policy.zone)
    if task.role is Role.LEAD and (problem.due_ms is None or due > problem.due_ms):
        for other in list(round_tasks(turn.state, problem)):
            if other.id != task.id and other.due_ms == problem.due_ms and other.phase in AT_WORK:
                _start_work(turn, other)
        problem = replace(problem, due_ms=due)
        keep_problem(turn.state, problem)
        start_clock(turn.state, problem_clock(problem, ClockKind.STAGE, problem.stage_started_ms or 0, due))
        start_warning(turn, problem)
    elif problem.due_ms is not None:
        due = min(due, problem.due_ms)
    task = replace(
        task,
        phase=task_after(task.phase, DecisionKind.EXTENSION_GRANTED),
        due_ms=due,
        extended=True,
        asked=None,
    )
    keep_task(turn.state, task)
    if problem.due_ms is not None and due < problem.due_ms:
        _start_work(turn, task)
    turn.say(DecisionKind.EXTENSION_GRANTED, ActReason.OPERATOR, problem, task=task, due_ms=due)


def _ledger(turn: Turn, task: Task) -> None:
    """Pause a task until its day of review; when it is the lead's, the whole problem."""
    problem, at_ms = turn.state.problems[task.problem_id], turn.cause.at_ms
    # What was asked of a task that rests is answered by the grant: nothing would ask for it again.
    answer_own(turn, task)
    turn.state.timers.stop_all(task.id)
    task = replace(task, phase=task_after(task.phase, DecisionKind.LEDGERED), asked=None)
    keep_task(turn.state, task)
    review_ms = day_start_ms(date.fromordinal(task.review_day), turn.policy.zone)
    start_clock(turn.state, task_clock(task, ClockKind.REVIEW, at_ms, max(review_ms, at_ms)))
    if task.role is Role.LEAD:
        problem = replace(problem, phase=after(problem.phase, DecisionKind.LEDGERED), paused_ms=at_ms)
        keep_problem(turn.state, problem)
        for kind in (ClockKind.STAGE, ClockKind.WARNING, ClockKind.TOTAL, ClockKind.REPLY):
            turn.state.timers.stop(problem.id, kind)
    turn.say(DecisionKind.LEDGERED, ActReason.OPERATOR, problem, task=task, due_ms=review_ms)


def work_again(turn: Turn, problem: Problem) -> Problem:
    """End the pause of a problem: its clocks run on, moved by its length, and so is what was due with its stage."""
    paused_ms, was, due = problem.paused_ms, problem.due_ms, stage_due_ms(turn, problem)
    assert paused_ms is not None, "only what is paused is worked on again"
    for task in list(round_tasks(turn.state, problem)):
        if task.phase in AT_WORK and task.due_ms == was:
            keep_task(turn.state, replace(task, due_ms=due))
    problem = replace(resumed(turn, problem), phase=after(problem.phase, DecisionKind.NUDGED), due_ms=due)
    keep_problem(turn.state, problem)
    # A stage that was over before the pause has had its say: it does not run out twice.
    if was is not None and due is not None and was > paused_ms:
        started = problem.stage_started_ms or turn.cause.at_ms
        start_clock(turn.state, problem_clock(problem, ClockKind.STAGE, started, due))
    start_total(turn, problem)
    start_warning(turn, problem)
    wait_again(turn, problem, paused_ms)
    return problem


def _start_work(turn: Turn, task: Task) -> None:
    if task.due_ms is not None:
        start_clock(turn.state, task_clock(task, ClockKind.WORK, task.cut_ms, task.due_ms))


DAYS_OF: Final = {Unit.WORKING_DAYS: Unit.WORKING_DAYS, Unit.WORKING_HOURS: Unit.WORKING_DAYS}
"""In which days an extension counts, by the unit of the clock; else in natural ones."""
