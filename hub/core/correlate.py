"""Correlate: does this matter keep coming back by place and kind? Rules open problems, news reinforces them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from hub.core._merge import open_number
from hub.core._said import Turn
from hub.core._scan import Score, chance_interval_days, scan, threshold
from hub.core.escalate import problem_clock, reconsider
from hub.core.settle import watch
from hub.core.steer import confirm
from hub.model.clock import due_ms
from hub.model.decision import Measure
from hub.model.lattice import ALL_KINDS, Lattice
from hub.model.lifecycle import Phase, after, is_open
from hub.model.matter import Matter
from hub.model.place import RuleCell
from hub.model.problem import Problem
from hub.model.state import Member, State, keep_member, keep_problem, start_clock
from hub.model.timer import ClockKind
from hub.model.window import Cell, Sighting
from hub.policies.models import BurstRule, Confirmation, FrequentRule, Policy, Span
from hub.schemas.reasons import ConfirmReason, DecisionKind, ReinforceReason, SuspicionReason


class Suspicion(NamedTuple):
    """Why a cell is suspected: the rule, the numbers, and the matters that made it.

    `confirm_after` is how long an operator has to object, where the rule confirms by silence.
    """

    rule: str
    confirm: Confirmation
    reason: SuspicionReason
    measure: Measure
    sightings: Sequence[Sighting]
    confirm_after: Span | None = None


def correlate(turn: Turn, matter: Matter, cells: Sequence[RuleCell]) -> None:
    """Weigh a newly counted matter against the open problems and the counted rules of its cells."""
    for problem_id in _finest(turn.state, _open_cells(turn.state, matter, cells)):
        join(turn, problem_id, matter)
    for number, cell in cells:
        rule = turn.policy.rules[number]
        if cell not in turn.state.open_at and turn.state.windows[number].count(cell) >= rule.matters_min:
            suspect(turn, cell, _frequent(turn.state, rule, number, cell))


def close_day(turn: Turn) -> None:
    """Scan the cells that had a matter today, at the end of the day, lowest code first."""
    state, lattice, rule = turn.state, turn.state.lattice, turn.policy.burst
    if lattice is None or rule is None:
        return
    limits = {tier: threshold(lattice, rule, tier) for tier in rule.chance_alarms_per_month}
    for cell in sorted(lattice.recent.by_day.get(state.today, ())):
        tier = turn.policy.places[cell[0]].tier
        if (
            cell[1] == ALL_KINDS
            or tier not in limits
            or cell in state.open_at
            or _was_cleared(state, lattice, cell)
        ):
            continue
        score = scan(lattice, rule, cell)
        if score is not None and score.chance <= limits[tier]:
            suspect(turn, cell, _burst(lattice, rule, cell, score))


def join(turn: Turn, problem_id: str, matter: Matter) -> None:
    """Add a matter to an open problem: it is reinforced, or, where it was settled, perhaps back."""
    problem = turn.state.problems[problem_id]
    if matter.key in turn.state.members.get(problem_id, {}):
        return
    problem = replace(
        problem,
        phase=after(problem.phase, DecisionKind.PROBLEM_REINFORCED),
        matters=problem.matters + 1,
        severity=min(problem.severity, matter.severity),
    )
    keep_problem(turn.state, problem)
    keep_member(turn.state, problem_id, Member(matter.key, matter.entry, matter.event, matter.place))
    turn.say(DecisionKind.PROBLEM_REINFORCED, ReinforceReason.NEW_MATTER, problem, evidence=(matter.event,))
    if problem.phase is Phase.SETTLED:
        watch(turn, problem_id, matter.event)
    else:
        reconsider(turn, problem_id)


def leave(turn: Turn, matter: str) -> None:
    """Take a withdrawn or corrected matter out of its problems; it stays listed there as counter-evidence."""
    state = turn.state
    for problem_id in state.joined.get(matter, ()):
        member = state.members[problem_id][matter]
        if member.counts and is_open(state.problems[problem_id].phase):
            keep_member(state, problem_id, member._replace(counts=False))
            problem = state.problems[problem_id]
            keep_problem(state, replace(problem, matters=problem.matters - 1))


def _open_cells(state: State, matter: Matter, cells: Sequence[RuleCell]) -> Iterator[str]:
    for _, cell in cells:
        problem_id = state.open_at.get(cell)
        if problem_id is not None:
            yield problem_id
    if state.lattice is not None:
        for cell in state.lattice.cells(matter.place, matter.category, matter.nature):
            problem_id = state.open_at.get(cell)
            if problem_id is not None:
                yield problem_id


def _finest(state: State, candidates: Iterator[str]) -> list[str]:
    """Leave out what another candidate is part of: it counts there already, through its part."""
    found = dict.fromkeys(candidates)
    if len(found) > 1:
        for problem_id in list(found):
            parent = state.problems[problem_id].parent
            while parent:
                found.pop(parent, None)
                parent = state.problems[parent].parent if parent in state.problems else ""
    return list(found)


def _was_cleared(state: State, lattice: Lattice, cell: Cell) -> bool:
    """Whether the recent weeks still hold a matter that an operator found to be no problem."""
    cleared = state.cleared.get(cell)
    return cleared is not None and lattice.recent.sightings(cell)[0].entry <= cleared


def _frequent(state: State, rule: FrequentRule, number: int, cell: Cell) -> Suspicion:
    sightings = state.windows[number].sightings(cell)
    measure = Measure(observed=len(sightings), window_days=rule.within_days)
    return Suspicion(
        rule.name, rule.confirm, SuspicionReason.FREQUENT, measure, sightings, rule.confirm_after
    )


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


def suspect(turn: Turn, cell: Cell, suspicion: Suspicion) -> None:
    """Open a problem at a cell, under the nearest open one that it is part of, and confirm it as its rule says."""
    state, policy = turn.state, turn.policy
    place, category = cell
    tier = policy.places[place].tier
    before = state.closures.get(cell)
    problem = Problem(
        id=open_number(turn),
        place=place,
        place_tier=tier,
        category=category,
        rule=suspicion.rule,
        phase=Phase.SUSPECTED,
        held_at=place,
        tier=tier,
        opened_ms=turn.cause.at_ms,
        matters=len(suspicion.sightings),
        reason=suspicion.reason,
        severity=min(sighting.severity for sighting in suspicion.sightings),
        parent=_parent(state, policy, cell),
        predecessor="" if before is None else before.problem_id,
    )
    keep_problem(state, problem)
    for sighting in suspicion.sightings:
        keep_member(
            state, problem.id, Member(sighting.matter, sighting.entry, sighting.event, sighting.place)
        )
    _adopt_parts(turn, problem)
    turn.say(
        DecisionKind.PROBLEM_SUSPECTED,
        suspicion.reason,
        problem,
        evidence=tuple(sighting.event for sighting in suspicion.sightings),
        measure=suspicion.measure,
    )
    if suspicion.confirm is Confirmation.AUTO:
        confirm(turn, problem, ConfirmReason.AUTO)
    elif suspicion.confirm is Confirmation.AFTER:
        assert suspicion.confirm_after is not None, "who confirms by silence says how long it waits"
        at_ms = turn.cause.at_ms
        due = due_ms(at_ms, suspicion.confirm_after, policy.calendar, policy.zone)
        start_clock(state, problem_clock(problem, ClockKind.CONFIRMATION, at_ms, due))


def _parent(state: State, policy: Policy, cell: Cell) -> str:
    """Give the nearest open problem whose cell holds this one; a wider place before a wider kind."""
    for category in policy.categories[cell[1]].chain:
        for place in policy.places[cell[0]].chain:
            if (place, category) != cell and (place, category) in state.open_at:
                return state.open_at[place, category]
    return ""


def _adopt_parts(turn: Turn, problem: Problem) -> None:
    """Open problems within this one's cell that share a matter with it are parts of it from here."""
    state, policy = turn.state, turn.policy
    shared = {number for key in state.members[problem.id] for number in state.joined[key]}
    for number in sorted(shared - {problem.id, problem.parent}):
        part = state.problems[number]
        if (
            is_open(part.phase)
            and part.parent in ("", problem.parent)
            and problem.place in policy.places[part.place].chain
            and problem.category in policy.categories[part.category].chain
        ):
            keep_problem(state, replace(part, parent=problem.id))
