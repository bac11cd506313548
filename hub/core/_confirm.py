"""A suspicion becomes a problem: by its rule, its severity, an operator's word or nobody's objection."""

from __future__ import annotations

from msgspec.structs import replace

from hub.core._said import Turn
from hub.model.lifecycle import after
from hub.model.problem import Problem
from hub.model.state import keep_problem
from hub.model.timer import ClockKind
from hub.schemas.reasons import ConfirmReason, DecisionKind


def confirm(turn: Turn, problem: Problem, reason: ConfirmReason) -> None:
    """Confirm a suspected problem; its first stage starts when this turn goes on to escalate."""
    confirmed = replace(problem, phase=after(problem.phase, DecisionKind.PROBLEM_CONFIRMED))
    turn.state.timers.stop(problem.id, ClockKind.CONFIRMATION)
    keep_problem(turn.state, confirmed)
    turn.say(DecisionKind.PROBLEM_CONFIRMED, reason, confirmed)
    turn.confirmed.append(problem.id)
