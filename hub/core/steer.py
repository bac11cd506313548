"""Steer: what an operator asks, checked against the lifecycle at its place in the log."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from hub.core._said import Cause, said
from hub.model.decision import Decision
from hub.model.lifecycle import MoveRefused, after
from hub.model.problem import Problem
from hub.model.state import State, close_problem, keep_problem
from hub.policies.models import Policy
from hub.schemas.inbox import Command, ConfirmProblem
from hub.schemas.reasons import CommandCode, ConfirmReason, DecisionKind, DismissReason


class Steered(NamedTuple):
    """What a command did: decisions and newly confirmed problems, or the code that says why it did nothing."""

    decisions: tuple[Decision, ...] = ()
    confirmed: tuple[str, ...] = ()
    code: CommandCode | None = None


def steer(state: State, policy: Policy, command: Command, cause: Cause) -> Steered:
    """Do what an operator asks of an open problem, if its phase allows it."""
    problem = state.problems.get(command.problem_id)
    if problem is None:
        return Steered(code=CommandCode.UNKNOWN_PROBLEM)
    try:
        if isinstance(command, ConfirmProblem):
            return _confirm(state, policy, problem, cause)
        return _dismiss(state, policy, problem, command.reason, cause)
    except MoveRefused:
        return Steered(code=CommandCode.NOT_ALLOWED)


def _confirm(state: State, policy: Policy, problem: Problem, cause: Cause) -> Steered:
    confirmed = replace(problem, phase=after(problem.phase, DecisionKind.PROBLEM_CONFIRMED))
    keep_problem(state, confirmed)
    decision = said(state, policy, cause, DecisionKind.PROBLEM_CONFIRMED, ConfirmReason.OPERATOR, confirmed)
    return Steered((decision,), (confirmed.id,))


def _dismiss(state: State, policy: Policy, problem: Problem, reason: DismissReason, cause: Cause) -> Steered:
    phase = after(problem.phase, DecisionKind.PROBLEM_DISMISSED)
    dismissed = replace(problem, phase=phase, due_ms=None, closed_entry=state.entries)
    close_problem(state, dismissed)
    return Steered((said(state, policy, cause, DecisionKind.PROBLEM_DISMISSED, reason, dismissed),))
