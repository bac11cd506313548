"""A suspicion opens a problem at a cell or a finer key, under the nearest open one that it is part of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from hub.core._confirm import confirm
from hub.core._merge import open_number
from hub.core._recur import LEVEL_MAX, RECUR_DAYS
from hub.core._said import Turn
from hub.core.escalate import problem_clock
from hub.model.clock import due_ms
from hub.model.decision import Measure
from hub.model.ladder import stage_policy
from hub.model.lifecycle import Phase, is_open
from hub.model.place import ancestor_at
from hub.model.problem import Problem, Spot, spot_of
from hub.model.state import Member, State, keep_member, keep_problem, start_clock
from hub.model.timer import ClockKind
from hub.model.window import Cell, Sighting
from hub.policies.models import Confirmation, Policy, Span
from hub.policies.patterns import Rule, WidespreadRule
from hub.schemas.reasons import ConfirmReason, DecisionKind, SuspicionReason

ONE_MATTER: Final = frozenset(
    {SuspicionReason.LINGERING, SuspicionReason.REDONE, SuspicionReason.PASSED_AROUND}
)
"""Suspicions of one matter: what comes at its cell has nothing to do with it."""


class Suspicion(NamedTuple):
    """Why a cell is suspected: the rule, the numbers, and the matters that made it.

    `confirm_after` is how long an operator has to object, where the rule confirms by silence. `key` is the street,
    estate or river that all of them name, `level` how often it has come back.
    """

    rule: str
    confirm: Confirmation
    reason: SuspicionReason
    measure: Measure
    sightings: Sequence[Sighting]
    confirm_after: Span | None = None
    key: str = ""
    level: int = 0


def suspicion(
    rule: Rule,
    reason: SuspicionReason,
    measure: Measure,
    sightings: Sequence[Sighting],
    *,
    key: str = "",
    level: int = 0,
) -> Suspicion:
    """Give the suspicion that a rule raises."""
    return Suspicion(rule.name, rule.confirm, reason, measure, sightings, rule.confirm_after, key, level)


def suspect(turn: Turn, cell: Cell, found: Suspicion) -> None:
    """Open a problem at a cell, and confirm it as its rule says; then see whether its kind is widespread."""
    state, policy = turn.state, turn.policy
    place, category = cell
    tier = policy.places[place].tier
    number = open_number(turn)
    problem = Problem(
        id=number,
        place=place,
        place_tier=tier,
        category=category,
        rule=found.rule,
        phase=Phase.SUSPECTED,
        held_at=place,
        tier=tier,
        opened_ms=turn.cause.at_ms,
        matters=len(found.sightings),
        reason=found.reason,
        key=found.key,
        severity=min(sighting.severity for sighting in found.sightings),
        level=found.level,
        claims=found.reason not in ONE_MATTER,
    )
    problem = _after_last(turn, replace(problem, parent=_parent(state, policy, problem)))
    keep_problem(state, problem)
    for sighting in found.sightings:
        member = Member(sighting.matter, sighting.entry, sighting.event, sighting.place)
        keep_member(state, problem.id, member)
    _adopt_parts(turn, problem)
    evidence = tuple(sighting.event for sighting in found.sightings)
    turn.say(DecisionKind.PROBLEM_SUSPECTED, found.reason, problem, evidence=evidence, measure=found.measure)
    _confirm(turn, problem, found)
    for rule in policy.patterns.widespread:
        _look_around(turn, problem, rule)


def came_back(turn: Turn, spot: Spot) -> int:
    """Give the level at which something that comes at a spot now is a recurrence of a closed problem; 0: it is none.

    At least one day, and at most ninety, after the last problem there was closed.
    """
    last = turn.state.closures.get(spot)
    if last is None:
        return 0
    days = turn.state.days.of(turn.cause.at_ms) - turn.state.days.of(last.closed_ms)
    return min(last.level + 1, LEVEL_MAX) if 1 <= days <= RECUR_DAYS else 0


def _after_last(turn: Turn, problem: Problem) -> Problem:
    """Name the last problem at the same key, and how often it has come back since."""
    spot = spot_of(problem)
    last = turn.state.closures.get(spot)
    if last is None or not problem.claims:
        return problem
    return replace(problem, predecessor=last.problem_id, level=max(problem.level, came_back(turn, spot)))


def _confirm(turn: Turn, problem: Problem, found: Suspicion) -> None:
    policy, at_ms = turn.policy, turn.cause.at_ms
    if problem.severity in stage_policy(policy, problem.category).rises.severity:
        confirm(turn, problem, ConfirmReason.SEVERITY)
    elif found.confirm is Confirmation.AUTO:
        confirm(turn, problem, ConfirmReason.AUTO)
    elif found.confirm is Confirmation.AFTER:
        assert found.confirm_after is not None, "who confirms by silence says how long it waits"
        due = due_ms(at_ms, found.confirm_after, policy.calendar, policy.zone)
        start_clock(turn.state, problem_clock(problem, ClockKind.CONFIRMATION, at_ms, due))


def _parent(state: State, policy: Policy, problem: Problem) -> str:
    """Give the nearest open problem whose own cell holds this one; a wider place before a wider kind.

    A cell that a merge redirected names a problem that lies elsewhere, perhaps within this one: not that.
    """
    own = (problem.place, problem.category)
    for category in policy.categories[problem.category].chain:
        for place in policy.places[problem.place].chain:
            number = state.open_at.get((place, category))
            if number is not None and ((place, category) != own or _is_finer(problem)):
                found = state.problems[number]
                if (found.place, found.category) == (place, category):
                    return number
    return ""


def _is_finer(problem: Problem) -> bool:
    """Whether a problem is less than its cell: one matter, or one key."""
    return problem.reason in ONE_MATTER or spot_of(problem) != (problem.place, problem.category)


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
            and ((part.place, part.category) != (problem.place, problem.category) or _is_finer(part))
        ):
            keep_problem(state, replace(part, parent=problem.id))


def _look_around(turn: Turn, problem: Problem, rule: WidespreadRule) -> None:
    """See whether enough areas have an open problem of this one's kind, opened within the rule's days."""
    state, policy = turn.state, turn.policy
    chain = policy.categories[problem.category].chain
    kind = chain[len(chain) - min(rule.category_level, len(chain))]
    wide = ancestor_at(policy, problem.place, rule.lies_at)
    if (
        wide is None
        or ancestor_at(policy, problem.place, rule.areas) is None
        or (wide, kind) in state.open_at
    ):
        return
    since = state.today - rule.within_days
    areas: dict[str, list[str]] = {}
    for number, other in sorted(state.problems.items()):
        area = ancestor_at(policy, other.place, rule.areas)
        if (
            area is not None
            and is_open(other.phase)
            and other.reason not in ONE_MATTER
            and wide in policy.places[area].chain
            and kind in policy.categories[other.category].chain
            and state.days.of(other.opened_ms) > since
        ):
            areas.setdefault(area, []).append(number)
    if len(areas) < rule.areas_min:
        return
    parts = [number for numbers in areas.values() for number in numbers]
    found: dict[str, Sighting] = {}
    for number in parts:
        for one in state.members[number].values():
            if one.counts:
                severity = state.problems[number].severity
                found[one.matter] = Sighting(one.entry, one.event, one.matter, one.place, severity)
    sightings = sorted(found.values())
    measure = Measure(observed=len(areas), window_days=rule.within_days, matters=len(sightings))
    suspect(turn, (wide, kind), suspicion(rule, SuspicionReason.WIDESPREAD, measure, sightings))
