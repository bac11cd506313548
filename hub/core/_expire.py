"""What each kind of clock does when it runs out; the fold fires them in order, each dated at its due moment."""

from __future__ import annotations

from hub.core._confirm import confirm
from hub.core._grants import review
from hub.core._remind import admonish
from hub.core._said import Turn
from hub.core.escalate import expire_stage, expire_total
from hub.core.oversee import (
    expire_acceptance,
    expire_reply,
    expire_silence,
    expire_warning,
    expire_work,
)
from hub.core.settle import close
from hub.model.timer import Clock, ClockKind
from hub.schemas.reasons import ConfirmReason


def expire(turn: Turn, clock: Clock) -> None:
    """Do what a clock that ran out asks for."""
    problem = turn.state.problems[clock.problem_id]
    match clock.kind:
        case ClockKind.CONFIRMATION:
            confirm(turn, problem, ConfirmReason.UNANSWERED)
        case ClockKind.STAGE | ClockKind.TOTAL:
            rose = (expire_stage if clock.kind is ClockKind.STAGE else expire_total)(turn, problem)
            if not rose:
                admonish(turn, problem)
        case ClockKind.WARNING:
            expire_warning(turn, problem)
        case ClockKind.WATCH:
            close(turn, problem)
        case ClockKind.REVIEW:
            review(turn, clock)
        case _:
            _expire_task(turn, clock)


def _expire_task(turn: Turn, clock: Clock) -> None:
    task = turn.state.tasks[clock.problem_id].get(clock.task_id) if clock.task_id else None
    if clock.kind is ClockKind.REPLY:
        expire_reply(turn, task or turn.state.problems[clock.problem_id])
        return
    assert task is not None, "a clock of work is a task's"
    if clock.kind is ClockKind.ACCEPTANCE:
        expire_acceptance(turn, task)
    elif clock.kind is ClockKind.WORK:
        expire_work(turn, task)
    else:
        expire_silence(turn, task)
