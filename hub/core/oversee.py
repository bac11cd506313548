"""Oversee: what agencies reply to their tasks, and what happens when they do not (签收 退回 办结 延期 挂账 催办)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from hub.core._grants import work_again
from hub.core._remind import answer_notices, climb, is_asked, nudge
from hub.core._said import Turn
from hub.core.escalate import rise, start_warning
from hub.core.link import end_task, listen
from hub.core.settle import pass_gate
from hub.model.clock import local
from hub.model.ladder import stage_policy
from hub.model.lifecycle import AT_WORK, MoveRefused, TaskPhase, is_open, task_after
from hub.model.problem import Problem
from hub.model.state import find_task, keep_task
from hub.model.task import Asked, Role, Task
from hub.model.timer import ClockKind
from hub.schemas.answers import CommandCode
from hub.schemas.reasons import DecisionKind, RiseReason
from hub.schemas.task_reasons import ActReason, ArbitrationReason, NoticeReason

RETURNS_BEFORE_RULING = 2


class Reply(NamedTuple):
    """What an agency says to a task of its (`linkage.task.replied.v1`)."""

    task_id: str
    agency: str
    reply: str
    note: str = ""
    days: int = 0
    review_on: str = ""
    evidence: str = ""


def oversee(turn: Turn, reply: Reply, reason: ActReason = ActReason.AGENCY) -> CommandCode | None:
    """Take a reply, or say why it has no effect; only the task's own agency may give it."""
    task = find_task(turn.state, reply.task_id)
    if task is None or task.agency != reply.agency or not is_open(_problem(turn, task).phase):
        return CommandCode.UNKNOWN_TASK
    try:
        return _taken(turn, task, reply, reason)
    except MoveRefused:
        return CommandCode.NOT_ALLOWED


def _taken(turn: Turn, task: Task, reply: Reply, reason: ActReason) -> CommandCode | None:
    match reply.reply:
        case "accept":
            _accept(turn, task, reason)
        case "return":
            return _return(turn, task, reply, reason)
        case "progress":
            return _progress(turn, task, reply)
        case "done":
            _done(turn, task, reply, reason)
        case "extend" | "ledger":
            return _ask(turn, task, reply)
        case _:
            raise AssertionError(f"no such reply: {reply.reply}")
    return None


def _accept(turn: Turn, task: Task, reason: ActReason) -> None:
    task = replace(
        task, phase=task_after(task.phase, DecisionKind.TASK_ACCEPTED), accepted_ms=turn.cause.at_ms
    )
    turn.state.timers.stop(task.id, ClockKind.ACCEPTANCE)
    task = _heard(turn, task)
    turn.say(DecisionKind.TASK_ACCEPTED, reason, _problem(turn, task), task=task, due_ms=task.due_ms)


def _return(turn: Turn, task: Task, reply: Reply, reason: ActReason) -> CommandCode | None:
    if task.ruled:
        return CommandCode.NOT_ALLOWED
    phase = task_after(task.phase, DecisionKind.TASK_RETURNED)
    if task.return_due_ms is not None and turn.cause.at_ms >= task.return_due_ms:
        return CommandCode.TOO_LATE
    answer_notices(turn, task)
    task = end_task(
        turn, replace(task, returns=task.returns + 1, note=reply.note, returned_ms=turn.cause.at_ms), phase
    )
    problem = _problem(turn, task)
    turn.say(DecisionKind.TASK_RETURNED, reason, problem, task=task)
    if task.returns >= RETURNS_BEFORE_RULING:
        keep_task(turn.state, replace(task, phase=task_after(task.phase, DecisionKind.ARBITRATION_OPENED)))
        turn.say(DecisionKind.ARBITRATION_OPENED, ArbitrationReason.SECOND_RETURN, problem, task=task)
    return None


def _done(turn: Turn, task: Task, reply: Reply, reason: ActReason) -> None:
    phase = task_after(task.phase, DecisionKind.TASK_DONE)
    answer_notices(turn, task)
    problem = _problem(turn, task)
    if task.phase is TaskPhase.LEDGERED and task.role is Role.LEAD and problem.paused_ms is not None:
        # Done before its day of review: nothing else would end the pause.
        work_again(turn, problem)
        task = turn.state.tasks[problem.id][task.id]
    at_ms = turn.cause.at_ms
    task = replace(task, done_ms=at_ms, touched_ms=at_ms, note=reply.note, evidence=reply.evidence)
    task = end_task(turn, replace(task, accepted_ms=task.accepted_ms or at_ms), phase)
    turn.say(DecisionKind.TASK_DONE, reason, _problem(turn, task), task=task)
    pass_gate(turn, task.problem_id)


def _progress(turn: Turn, task: Task, reply: Reply) -> CommandCode | None:
    if task.phase in AT_WORK:
        _heard(turn, replace(task, note=reply.note or task.note))
    elif is_asked(turn, task):
        answer_notices(turn, task)
    else:
        return CommandCode.NOT_ALLOWED
    return None


def _ask(turn: Turn, task: Task, reply: Reply) -> CommandCode | None:
    """Note what an agency asks for, before its clock runs out; an operator grants or declines it."""
    if reply.reply == "extend":
        task_after(task.phase, DecisionKind.EXTENSION_GRANTED)
        asking = replace(task, asked=Asked.EXTENSION, asked_days=reply.days, note=reply.note)
        flaw = _extension_flaw(turn, task, reply)
    else:
        task_after(task.phase, DecisionKind.LEDGERED)
        asking = replace(task, asked=Asked.LEDGER, review_day=_day(reply.review_on), note=reply.note)
        flaw = _review_flaw(turn, asking.review_day)
    if flaw is None and task.due_ms is not None and turn.cause.at_ms >= task.due_ms:
        flaw = CommandCode.TOO_LATE
    if flaw is None:
        _heard(turn, asking)
    return flaw


def _extension_flaw(turn: Turn, task: Task, reply: Reply) -> CommandCode | None:
    """An extension is asked for once, and in bounds."""
    most = stage_policy(turn.policy, _problem(turn, task).category).extension_days_max
    if not reply.days:
        return CommandCode.INCOMPLETE
    return CommandCode.NOT_ALLOWED if task.extended or reply.days > most else None


def _review_flaw(turn: Turn, review_day: int) -> CommandCode | None:
    """A pause has a day of review, and that lies ahead."""
    if not review_day:
        return CommandCode.INCOMPLETE
    today = local(turn.cause.at_ms, turn.policy.zone).toordinal()
    return CommandCode.TOO_LATE if review_day <= today else None


def _day(written: str) -> int:
    """Give a date's ordinal; 0 for what is none, which only a screen can send."""
    try:
        return date.fromisoformat(written).toordinal()
    except ValueError:
        return 0


def _heard(turn: Turn, task: Task) -> Task:
    """Note that the agency gave word: its silence begins anew, and its notices are answered once it has accepted."""
    task = replace(task, touched_ms=turn.cause.at_ms)
    keep_task(turn.state, task)
    if task.phase is not TaskPhase.CUT:
        answer_notices(turn, task)
    listen(turn, task)
    return task


def expire_acceptance(turn: Turn, task: Task) -> None:
    """Nobody took the task in time: the ladder of notices begins."""
    if task.phase is TaskPhase.CUT:
        climb(turn, task, NoticeReason.NOT_ACCEPTED)


def expire_work(turn: Turn, task: Task) -> None:
    """The task's own time ran out before the stage's."""
    if task.phase in AT_WORK:
        climb(turn, task, NoticeReason.NOT_DONE)


def expire_silence(turn: Turn, task: Task) -> None:
    """Nothing was heard for long: nudge, and listen again."""
    if task.phase in (TaskPhase.CUT, TaskPhase.ACCEPTED):
        nudge(turn, task, NoticeReason.SILENT)
        listen(turn, task)


def expire_reply(turn: Turn, owner: Problem | Task) -> None:
    """A notice was not answered in time: the next one; a lead that accepts nothing may lose the problem upwards."""
    climb(turn, owner, NoticeReason.UNANSWERED)
    if isinstance(owner, Task) and owner.role is Role.LEAD and owner.phase is TaskPhase.CUT:
        problem = _problem(turn, owner)
        most = stage_policy(turn.policy, problem.category).rises.not_accepted_min
        if most and owner.steps >= most:
            rise(turn, problem.id, RiseReason.NOT_ACCEPTED)


def expire_warning(turn: Turn, problem: Problem) -> None:
    """The stage is about to run out: remind whoever leads, and set the next warning."""
    nudge(turn, problem, NoticeReason.DUE_SOON)
    start_warning(turn, turn.state.problems[problem.id])


def _problem(turn: Turn, task: Task) -> Problem:
    return turn.state.problems[task.problem_id]
