"""Numbering what is said: the only place where a decision gets its `seq`."""

from __future__ import annotations

from typing import NamedTuple

from hub.model.decision import Decision, Measure
from hub.model.problem import Problem
from hub.model.state import State
from hub.policies.models import Policy
from hub.schemas.reasons import DecisionKind


class Cause(NamedTuple):
    """What made a decision, and the moment it is dated."""

    id: str
    at_ms: int


def said(
    state: State,
    policy: Policy,
    cause: Cause,
    kind: DecisionKind,
    reason: str,
    problem: Problem,
    *,
    agency: str = "",
    due_ms: int | None = None,
    evidence: tuple[str, ...] = (),
    measure: Measure | None = None,
) -> Decision:
    """Say one thing about a problem as it stands now."""
    state.said += 1
    return Decision(
        seq=state.said,
        at_ms=cause.at_ms,
        kind=kind,
        reason=reason,
        cause=cause.id,
        policy=policy.version,
        problem_id=problem.id,
        place=problem.place,
        place_tier=problem.place_tier,
        tier=problem.tier,
        category=problem.category,
        agency=agency,
        due_ms=due_ms,
        evidence=evidence,
        measure=measure,
    )
