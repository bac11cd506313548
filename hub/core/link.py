"""Link: name the one lead that holds a problem at its tier (territory x category)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hub.core._said import Cause, said
from hub.model.decision import Decision
from hub.model.state import State, keep_problem
from hub.policies.models import Policy
from hub.schemas.reasons import DecisionKind, LeadReason


def link(state: State, policy: Policy, moved: Iterable[str], cause: Cause) -> list[Decision]:
    """Name the lead of every problem that came into new hands."""
    decisions: list[Decision] = []
    for problem_id in moved:
        problem = state.problems[problem_id]
        holder = holder_at(policy, problem.held_at, problem.category)
        if holder is None:
            continue
        agency, reason = holder
        problem = replace(problem, lead=agency)
        keep_problem(state, problem)
        decisions.append(
            said(
                state,
                policy,
                cause,
                DecisionKind.LEAD_NAMED,
                reason,
                problem,
                agency=agency,
                due_ms=problem.due_ms,
            )
        )
    return decisions


def holder_at(policy: Policy, place: str, category: str) -> tuple[str, LeadReason] | None:
    """Give who holds a category at a place: the department for its nearest ancestor, else the territory's body."""
    for node in policy.categories[category].chain:
        departments = policy.departments.get((place, node))
        if departments:
            return departments[0], LeadReason.CATEGORY
    body = policy.holders.get(place)
    return None if body is None else (body, LeadReason.TERRITORY)
