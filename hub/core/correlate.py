"""Correlate: does this matter keep coming back by place and kind? Counted rules open problems, news reinforces them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from hub.core._said import Cause, said
from hub.model.clock import local
from hub.model.decision import Decision, Measure
from hub.model.ids import problem_number
from hub.model.lifecycle import Phase, after
from hub.model.matter import Matter
from hub.model.place import RuleCell
from hub.model.problem import Problem
from hub.model.state import State, keep_problem
from hub.model.window import Cell
from hub.policies.models import Confirmation, FrequentRule, Policy
from hub.schemas.reasons import ConfirmReason, DecisionKind, ReinforceReason, SuspicionReason


class Correlated(NamedTuple):
    """What was said, the problems confirmed by it, and every problem the matter now belongs to."""

    decisions: list[Decision]
    confirmed: list[str]
    joined: list[str]


def correlate(
    state: State, policy: Policy, matter: Matter, cells: Sequence[RuleCell], cause: Cause
) -> Correlated:
    """Weigh a newly counted matter against the open problems and the rules of its cells."""
    correlated = Correlated([], [], [])
    for number, cell in cells:
        problem_id = state.open_at.get(cell)
        if problem_id is not None:
            if problem_id not in correlated.joined:
                _reinforce(state, policy, state.problems[problem_id], matter, cause, correlated)
        elif state.windows[number].count(cell) >= policy.rules[number].matters_min:
            _suspect(state, policy, number, cell, cause, correlated)
    return correlated


def _reinforce(
    state: State, policy: Policy, problem: Problem, matter: Matter, cause: Cause, correlated: Correlated
) -> None:
    phase = after(problem.phase, DecisionKind.PROBLEM_REINFORCED)
    problem = replace(problem, phase=phase, matters=problem.matters + 1)
    keep_problem(state, problem)
    correlated.joined.append(problem.id)
    correlated.decisions.append(
        said(
            state,
            policy,
            cause,
            DecisionKind.PROBLEM_REINFORCED,
            ReinforceReason.NEW_MATTER,
            problem,
            evidence=(matter.event,),
        )
    )


def _suspect(
    state: State, policy: Policy, number: int, cell: Cell, cause: Cause, correlated: Correlated
) -> None:
    rule = policy.rules[number]
    sightings = state.windows[number].sightings(cell)
    problem = _opened(state, policy, rule, cell, len(sightings), cause)
    keep_problem(state, problem)
    correlated.joined.append(problem.id)
    correlated.decisions.append(
        said(
            state,
            policy,
            cause,
            DecisionKind.PROBLEM_SUSPECTED,
            SuspicionReason.FREQUENT,
            problem,
            evidence=tuple(sighting.event for sighting in sightings),
            measure=Measure(observed=len(sightings), window_days=rule.within_days),
        )
    )
    if rule.confirm is Confirmation.AUTO:
        _confirm(state, policy, problem, cause, correlated)


def _confirm(state: State, policy: Policy, problem: Problem, cause: Cause, correlated: Correlated) -> None:
    problem = replace(problem, phase=after(problem.phase, DecisionKind.PROBLEM_CONFIRMED))
    keep_problem(state, problem)
    correlated.confirmed.append(problem.id)
    correlated.decisions.append(
        said(state, policy, cause, DecisionKind.PROBLEM_CONFIRMED, ConfirmReason.AUTO, problem)
    )


def _opened(
    state: State, policy: Policy, rule: FrequentRule, cell: Cell, matters: int, cause: Cause
) -> Problem:
    state.opened += 1
    place, category = cell
    tier = policy.places[place].tier
    return Problem(
        id=problem_number(policy.letters, local(cause.at_ms, policy.zone).year, state.opened),
        place=place,
        place_tier=tier,
        category=category,
        rule=rule.name,
        phase=Phase.SUSPECTED,
        held_at=place,
        tier=tier,
        opened_ms=cause.at_ms,
        matters=matters,
    )
