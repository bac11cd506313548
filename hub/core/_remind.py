"""The ladder of notices (催办 督办 通报 约谈 挂牌督办): numbered, with a date to answer by, in the order of policy."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from hub.core._said import Turn
from hub.core.escalate import WORKED, problem_clock
from hub.core.link import task_clock, working
from hub.model.clock import due_ms, resumed_due_ms
from hub.model.ladder import stage_policy
from hub.model.lifecycle import AT_WORK, TaskPhase
from hub.model.problem import Problem
from hub.model.state import keep_notice, keep_problem, keep_task, start_clock
from hub.model.task import Notice, Role, Task, waits
from hub.model.timer import ClockKind
from hub.policies.models import NoticeKind, NoticeStep
from hub.schemas.reasons import DecisionKind
from hub.schemas.task_reasons import NoticeReason

WITH_THE_CENTRE: Final = (TaskPhase.RETURNED, TaskPhase.DISPUTED)
"""Its agency owes nothing: the centre has yet to say whose the part is."""

KINDS: Final = {kind: DecisionKind(kind.value) for kind in NoticeKind}


def climb(turn: Turn, owner: Problem | Task, reason: NoticeReason) -> bool:
    """Give the agency the next notice of the ladder; False when it has had the last one."""
    ladder = _ladder(turn, owner)
    if owner.steps >= len(ladder):
        return False
    _give(turn, replace(owner, steps=owner.steps + 1), ladder[owner.steps], reason)
    return True


def admonish(turn: Turn, problem: Problem) -> None:
    """The time ran out where nothing is above: the next notice goes to each co-agency that is late with its part.

    The lead gets one of the whole problem while its own part is open, or one lies with the centre, or nobody else is
    late: then what is late is the whole.
    """
    owing = [task for task in working(turn, problem) if task.phase in AT_WORK]
    late = [task for task in owing if task.role is Role.CO and _is_late(task, turn.cause.at_ms)]
    told = [climb(turn, task, NoticeReason.CLOCK_EXPIRED) for task in late]
    if not any(told) or any(task.role is Role.LEAD or task.phase in WITH_THE_CENTRE for task in owing):
        climb(turn, problem, NoticeReason.CLOCK_EXPIRED)


def _is_late(task: Task, at_ms: int) -> bool:
    at_work = task.phase in (TaskPhase.CUT, TaskPhase.ACCEPTED)
    return at_work and (task.due_ms is None or task.due_ms <= at_ms)


def nudge(turn: Turn, owner: Problem | Task, reason: NoticeReason) -> None:
    """Remind the agency, outside the ladder; nothing need be answered."""
    _give(turn, owner, NoticeStep(NoticeKind.NUDGED), reason)


def give(turn: Turn, owner: Problem | Task, kind: NoticeKind, reason: NoticeReason) -> None:
    """Give a notice of a kind, to be answered as the ladder has it; the ladder goes on from there."""
    at = next((place for place, step in enumerate(_ladder(turn, owner), 1) if step.kind is kind), 0)
    _give(turn, replace(owner, steps=max(owner.steps, at)), _step(turn, owner, kind), reason)


def answer_notices(turn: Turn, task: Task) -> None:
    """The agency moved: its notices for this task are answered, and what it got for the whole problem."""
    state = turn.state
    answer_own(turn, task)
    waiting = _waiting(turn, task.problem_id)
    last = max((one for one in waiting if not one.task_id), key=lambda one: one.number, default=None)
    if last is not None and last.agency == task.agency:
        state.timers.stop(task.problem_id, ClockKind.REPLY)
    for notice in waiting:
        if not notice.task_id and notice.agency == task.agency:
            keep_notice(state, notice._replace(replied_ms=turn.cause.at_ms))


def answer_own(turn: Turn, task: Task) -> None:
    """What the agency was asked of this task alone is answered."""
    turn.state.timers.stop(task.id, ClockKind.REPLY)
    for notice in _waiting(turn, task.problem_id):
        if notice.task_id == task.id:
            keep_notice(turn.state, notice._replace(replied_ms=turn.cause.at_ms))


def wait_again(turn: Turn, problem: Problem, paused_ms: int) -> None:
    """A pause of the problem is over: what the whole of it was asked in this stage may be answered later by as long."""
    policy, at_ms = turn.policy, turn.cause.at_ms
    since = problem.stage_started_ms or 0
    last: Notice | None = None
    for notice in _waiting(turn, problem.id):
        due = notice.reply_due_ms
        if notice.task_id or notice.at_ms < since or due is None or due <= paused_ms:
            continue
        span = _step(turn, problem, notice.kind).reply_within or WORKED
        due = resumed_due_ms(due, paused_ms, at_ms, span, policy.calendar, policy.zone)
        notice = notice._replace(reply_due_ms=due)  # noqa: PLW2901 - the same notice, due later
        keep_notice(turn.state, notice)
        last = notice if last is None or notice.number > last.number else last
    if last is not None and last.reply_due_ms is not None:
        start_clock(turn.state, problem_clock(problem, ClockKind.REPLY, last.at_ms, last.reply_due_ms))


def is_asked(turn: Turn, task: Task) -> bool:
    """Whether the agency of a task owes an answer to a notice of the whole problem."""
    return any(not one.task_id and one.agency == task.agency for one in _waiting(turn, task.problem_id))


def _waiting(turn: Turn, problem_id: str) -> list[Notice]:
    return [one for one in turn.state.notices.values() if one.problem_id == problem_id and waits(one)]


def _ladder(turn: Turn, owner: Problem | Task) -> tuple[NoticeStep, ...]:
    problem = owner if isinstance(owner, Problem) else turn.state.problems[owner.problem_id]
    return stage_policy(turn.policy, problem.category).notices


def _step(turn: Turn, owner: Problem | Task, kind: NoticeKind) -> NoticeStep:
    """Give the step of the ladder that a kind of notice is; one that is none need not be answered."""
    return next((step for step in _ladder(turn, owner) if step.kind is kind), NoticeStep(kind))


def _give(turn: Turn, owner: Problem | Task, step: NoticeStep, reason: NoticeReason) -> None:
    policy, at_ms = turn.policy, turn.cause.at_ms
    span = step.reply_within
    reply_due = None if span is None else due_ms(at_ms, span, policy.calendar, policy.zone)
    owner = replace(owner, notices=owner.notices + 1)
    if isinstance(owner, Task):
        keep_task(turn.state, owner)
        problem, task, agency = turn.state.problems[owner.problem_id], owner, owner.agency
        clock = task_clock(owner, ClockKind.REPLY, at_ms, reply_due or 0)
    else:
        keep_problem(turn.state, owner)
        problem, task, agency = owner, None, owner.lead
        clock = problem_clock(owner, ClockKind.REPLY, at_ms, reply_due or 0)
    keep_notice(
        turn.state,
        Notice(
            id=f"{owner.id}/{step.kind}/{owner.notices}",
            kind=step.kind,
            number=owner.notices,
            problem_id=problem.id,
            task_id="" if task is None else task.id,
            agency=agency,
            reason=reason,
            at_ms=at_ms,
            reply_due_ms=reply_due,
        ),
    )
    if reply_due is not None:
        start_clock(turn.state, clock)
    turn.say(KINDS[step.kind], reason, problem, agency=agency, task=task, due_ms=reply_due)
