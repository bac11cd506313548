"""Escalate: start the stage clock of each tier, and lift what it did not solve one tier up (村 → 乡镇 → 县 → 市)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hub.core._said import Cause, said
from hub.core.link import holder_at
from hub.model.clock import due_ms
from hub.model.decision import Decision
from hub.model.lifecycle import after
from hub.model.problem import Problem
from hub.model.state import State, Timer, keep_problem
from hub.policies.models import Policy, TierPolicy
from hub.schemas.reasons import DecisionKind, RiseReason


def escalate(state: State, policy: Policy, confirmed: Iterable[str], cause: Cause) -> list[Decision]:
    """Start the first stage of newly confirmed problems; one that nobody can hold here rises at once."""
    decisions: list[Decision] = []
    for problem_id in confirmed:
        problem = state.problems[problem_id]
        if holder_at(policy, problem.held_at, problem.category) is None:
            decisions += _rise(state, policy, problem, RiseReason.NO_HOLDER, cause)
        else:
            keep_problem(state, _staged(policy, problem, cause.at_ms))
    return decisions


def expire(state: State, policy: Policy, timer: Timer) -> tuple[list[Decision], str | None]:
    """Fire a stage clock: say the rise, dated at the due moment; a timer of an earlier round says nothing.

    Returns the decisions and the problem that changed hands, if any.
    """
    due, problem_id, round_number = timer
    problem = state.problems.get(problem_id)
    if problem is None or problem.round != round_number or problem.due_ms != due:
        return [], None
    cause = Cause(f"timer/{problem_id}/{round_number}", due)
    return _rise(state, policy, problem, RiseReason.CLOCK_EXPIRED, cause), problem_id


def _rise(state: State, policy: Policy, problem: Problem, reason: RiseReason, cause: Cause) -> list[Decision]:
    """Go up one place; a place that nobody holds hands over to the next, each step said (semantics.md, tiers)."""
    decisions: list[Decision] = []
    while (above := policy.places[problem.held_at].parent) is not None:
        problem = replace(
            problem,
            phase=after(problem.phase, DecisionKind.TIER_RAISED),
            held_at=above,
            tier=policy.places[above].tier,
            round=problem.round + 1,
        )
        problem = _staged(policy, problem, cause.at_ms)
        decisions.append(
            said(state, policy, cause, DecisionKind.TIER_RAISED, reason, problem, due_ms=problem.due_ms)
        )
        if holder_at(policy, above, problem.category) is not None:
            break
        reason = RiseReason.NO_HOLDER
    keep_problem(state, problem)
    return decisions


def _staged(policy: Policy, problem: Problem, at_ms: int) -> Problem:
    """Set the stage clock of the holding tier; at the top nothing is above and no clock runs."""
    span = stage_policy(policy, problem.category).stage.get(problem.tier)
    above = policy.places[problem.held_at].parent
    due = None if span is None or above is None else due_ms(at_ms, span, policy.calendar, policy.zone)
    return replace(problem, stage_started_ms=at_ms, due_ms=due)


def stage_policy(policy: Policy, category: str) -> TierPolicy:
    """Give the tier policy that names the nearest ancestor of a category, else the default one."""
    for node in policy.categories[category].chain:
        for tiers in policy.tiers:
            if node in tiers.categories:
                return tiers
    return next(tiers for tiers in policy.tiers if not tiers.categories)
