"""Correlate: does this matter keep coming back by place and kind? Counted rules open problems, news reinforces them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from hub.core._said import Cause, said
from hub.core._scan import Score, chance_interval_days, scan, threshold
from hub.model.clock import local
from hub.model.decision import Decision, Measure
from hub.model.ids import problem_number
from hub.model.lattice import ALL_KINDS, Lattice
from hub.model.lifecycle import Phase, after
from hub.model.matter import Matter
from hub.model.place import RuleCell
from hub.model.problem import Problem
from hub.model.state import State, keep_problem
from hub.model.window import Cell, Sighting
from hub.policies.models import BurstRule, Confirmation, FrequentRule, Policy
from hub.schemas.reasons import ConfirmReason, DecisionKind, ReinforceReason, SuspicionReason


class Correlated(NamedTuple):
    """What was said, the problems confirmed by it, and every problem the matter now belongs to."""

    decisions: list[Decision]
    confirmed: list[str]
    joined: list[str]


class Suspicion(NamedTuple):
    """Why a cell is suspected: the rule, the numbers, and the matters that made it."""

    rule: str
    confirm: Confirmation
    reason: SuspicionReason
    measure: Measure
    sightings: list[Sighting]


def correlate(
    state: State, policy: Policy, matter: Matter, cells: Sequence[RuleCell], cause: Cause
) -> Correlated:
    """Weigh a newly counted matter against the open problems and the counted rules of its cells."""
    correlated = Correlated([], [], [])
    for number, cell in cells:
        problem_id = state.open_at.get(cell)
        if problem_id is not None:
            _reinforce(state, policy, problem_id, matter, cause, correlated)
        elif state.windows[number].count(cell) >= policy.rules[number].matters_min:
            _suspect(
                state, policy, cell, _frequent(state, policy.rules[number], number, cell), cause, correlated
            )
    if state.lattice is not None:
        for cell in state.lattice.cells(matter.place, matter.category, matter.nature):
            problem_id = state.open_at.get(cell)
            if problem_id is not None:
                _reinforce(state, policy, problem_id, matter, cause, correlated)
    return correlated


def close_day(state: State, policy: Policy, cause: Cause) -> Correlated:
    """Scan the cells that had a matter today, at the end of the day, lowest code first."""
    correlated = Correlated([], [], [])
    lattice, rule = state.lattice, policy.burst
    if lattice is None or rule is None:
        return correlated
    limits = {tier: threshold(lattice, rule, tier) for tier in rule.chance_alarms_per_month}
    for cell in sorted(lattice.recent.by_day.get(state.today, ())):
        tier = policy.places[cell[0]].tier
        if (
            cell[1] == ALL_KINDS
            or tier not in limits
            or cell in state.open_at
            or _was_cleared(state, lattice, cell)
        ):
            continue
        score = scan(lattice, rule, cell)
        if score is not None and score.chance <= limits[tier]:
            _suspect(state, policy, cell, _burst(lattice, rule, cell, score), cause, correlated)
    return correlated


def _was_cleared(state: State, lattice: Lattice, cell: Cell) -> bool:
    """Whether the recent weeks still hold a matter that an operator found to be no problem."""
    cleared = state.cleared.get(cell)
    return cleared is not None and lattice.recent.sightings(cell)[0].entry <= cleared


def _frequent(state: State, rule: FrequentRule, number: int, cell: Cell) -> Suspicion:
    sightings = state.windows[number].sightings(cell)
    measure = Measure(observed=len(sightings), window_days=rule.within_days)
    return Suspicion(rule.name, rule.confirm, SuspicionReason.FREQUENT, measure, sightings)


def _burst(lattice: Lattice, rule: BurstRule, cell: Cell, score: Score) -> Suspicion:
    tier = lattice.policy.places[cell[0]].tier
    measure = Measure(
        observed=score.observed,
        window_days=score.window_days,
        expected=round(score.expected, 2),
        chance_interval_days=chance_interval_days(lattice, tier, score.chance),
    )
    sightings = lattice.recent.sightings(cell, score.window_days)
    return Suspicion(rule.name, rule.confirm, SuspicionReason.BURST, measure, sightings)


def _reinforce(
    state: State, policy: Policy, problem_id: str, matter: Matter, cause: Cause, correlated: Correlated
) -> None:
    if problem_id in correlated.joined:
        return
    problem = state.problems[problem_id]
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
    state: State, policy: Policy, cell: Cell, suspicion: Suspicion, cause: Cause, correlated: Correlated
) -> None:
    problem = _opened(state, policy, suspicion, cell, cause)
    keep_problem(state, problem)
    correlated.joined.append(problem.id)
    correlated.decisions.append(
        said(
            state,
            policy,
            cause,
            DecisionKind.PROBLEM_SUSPECTED,
            suspicion.reason,
            problem,
            evidence=tuple(sighting.event for sighting in suspicion.sightings),
            measure=suspicion.measure,
        )
    )
    if suspicion.confirm is Confirmation.AUTO:
        _confirm(state, policy, problem, cause, correlated)


def _confirm(state: State, policy: Policy, problem: Problem, cause: Cause, correlated: Correlated) -> None:
    problem = replace(problem, phase=after(problem.phase, DecisionKind.PROBLEM_CONFIRMED))
    keep_problem(state, problem)
    correlated.confirmed.append(problem.id)
    correlated.decisions.append(
        said(state, policy, cause, DecisionKind.PROBLEM_CONFIRMED, ConfirmReason.AUTO, problem)
    )


def _opened(state: State, policy: Policy, suspicion: Suspicion, cell: Cell, cause: Cause) -> Problem:
    state.opened += 1
    place, category = cell
    tier = policy.places[place].tier
    return Problem(
        id=problem_number(policy.letters, local(cause.at_ms, policy.zone).year, state.opened),
        place=place,
        place_tier=tier,
        category=category,
        rule=suspicion.rule,
        phase=Phase.SUSPECTED,
        held_at=place,
        tier=tier,
        opened_ms=cause.at_ms,
        matters=len(suspicion.sightings),
    )
