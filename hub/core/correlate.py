"""Correlate: does this matter keep coming back by place and kind? Rules open problems, news reinforces them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from hub.core._habits import handled_badly, key_of, lingering, recurrent, severe, shared_key
from hub.core._labels import relabel
from hub.core._peers import chronic, was_cleared
from hub.core._said import Turn
from hub.core._scan import MONTH_DAYS, Ground, Score, chance_interval_days, scan_on, threshold
from hub.core._season import season_score
from hub.core._suspect import Suspicion, suspect
from hub.core.escalate import reconsider
from hub.core.settle import watch
from hub.model.aside import burst_of
from hub.model.decision import Measure
from hub.model.lattice import ALL_KINDS, Lattice
from hub.model.lifecycle import Phase, after, is_open
from hub.model.matter import Matter, Standing
from hub.model.place import RuleCell
from hub.model.problem import Spot
from hub.model.state import Member, State, keep_episode, keep_member, keep_problem
from hub.model.window import Cell
from hub.policies.models import BurstRule, FrequentRule, Tier
from hub.schemas.reasons import DecisionKind, ReinforceReason, SuspicionReason

EXPECTED_DIGITS: Final = 2
"""So far an expectation is told; what a burst sets aside goes by what was told of it, as a load knows no more."""


def correlate(turn: Turn, matter: Matter, cells: Sequence[RuleCell]) -> None:
    """Weigh a newly counted matter against the open problems, the counted rules of its cells, and what it is like."""
    state = turn.state
    keep_episode(state, matter)
    if matter.key in state.twins:
        return
    for problem_id in _finest(state, _open_spots(state, matter, cells)):
        join(turn, problem_id, matter)
    for number, cell in cells:
        rule = turn.policy.rules[number]
        if cell not in state.open_at and state.windows[number].count(cell) >= rule.matters_min:
            suspect(turn, cell, _frequent(state, rule, number, cell))
    severe(turn, matter)
    recurrent(turn, matter)


def heed(turn: Turn, matter: Matter) -> None:
    """Take news of a matter that counts where it counted before."""
    keep_episode(turn.state, matter)
    if matter.standing is not Standing.WITHDRAWN and matter.key not in turn.state.twins:
        handled_badly(turn, matter)


def close_day(turn: Turn) -> None:
    """At a day's end: scan the cells that had a matter today, the whole city, what stays open; then labels."""
    _scan_places(turn)
    _scan_city(turn)
    chronic(turn)
    lingering(turn)
    relabel(turn)


def _scan_places(turn: Turn) -> None:
    """Scan below the city, lowest code first."""
    state, lattice, rule = turn.state, turn.state.lattice, turn.policy.burst
    if lattice is None or rule is None:
        return
    ground = Ground(lattice, rule, state.aside, {})
    limits = {tier: threshold(lattice, rule, tier) for tier in rule.chance_alarms_per_month}
    recent = lattice.recent
    today = recent.by_day.get(state.today, ())
    # Most cells hold a matter or two: what cannot be enough is neither sorted nor weighed.
    for cell in sorted(cell for cell in today if recent.count(cell) >= rule.matters_min):
        tier = turn.policy.places[cell[0]].tier
        if (
            cell[1] == ALL_KINDS
            or tier not in limits
            or cell in state.open_at
            or was_cleared(state, lattice, cell)
        ):
            continue
        score = scan_on(ground, cell)
        if score is not None and score.chance <= limits[tier]:
            suspect(turn, cell, _burst(lattice, rule, cell, score))
            _set_aside(state, lattice, cell, score)
            ground.known.clear()


def _set_aside(state: State, lattice: Lattice, cell: Cell, score: Score) -> None:
    """Let what the new problem of a cell holds above its expectation not pass for usual there."""
    days = ((day, len(cells.get(cell, ()))) for day, cells in lattice.recent.by_day.items())
    told = round(score.expected, EXPECTED_DIGITS)
    burst = burst_of(score.observed, told, score.window_days, state.today, state.open_at[cell])
    state.aside.open(cell, burst, days)


def _scan_city(turn: Turn) -> None:
    """Hold each kind over the whole city against its own years."""
    state, almanac, lattice = turn.state, turn.state.almanac, turn.state.lattice
    rule = turn.policy.patterns.season
    if almanac is None or lattice is None or rule is None:
        return
    limit = rule.chance_alarms_per_month[Tier.CITY] / (max(len(almanac.counts), 1) * MONTH_DAYS)
    for kind in sorted(almanac.counts):
        cell = (state.jurisdiction, kind)
        if cell in state.open_at or was_cleared(state, lattice, cell):
            continue
        score = season_score(almanac, rule, kind)
        if score is not None and score.chance <= limit:
            suspect(turn, cell, _burst(lattice, rule, cell, score))


def join(turn: Turn, problem_id: str, matter: Matter) -> None:
    """Add a matter to an open problem: it is reinforced, or, where it was settled, perhaps back.

    One that had left it, corrected away or withdrawn, counts again.
    """
    problem = turn.state.problems[problem_id]
    known = turn.state.members.get(problem_id, {}).get(matter.key)
    if known is not None and known.counts:
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


def open_at(state: State, matter: Matter) -> list[str]:
    """Give the open problems whose place and kind hold a matter, the finest of each."""
    cells = state.cells.of(matter.place, matter.category, matter.nature)
    return _finest(state, _open_spots(state, matter, cells))


def leave(turn: Turn, matter: str, staying: Sequence[str] = ()) -> list[str]:
    """Take a matter out of its problems, but for those it stays in; it stays listed there as counter-evidence.

    Gives the problems it left.
    """
    state = turn.state
    keep_episode(state, state.matters[matter])
    left = []
    for problem_id in sorted(state.joined.get(matter, ())):
        member = state.members[problem_id][matter]
        if problem_id in staying:
            keep_member(state, problem_id, member._replace(place=state.matters[matter].place))
        elif member.counts and is_open(state.problems[problem_id].phase):
            keep_member(state, problem_id, member._replace(counts=False))
            problem = state.problems[problem_id]
            keep_problem(state, replace(problem, matters=problem.matters - 1))
            left.append(problem_id)
    return left


def _open_spots(state: State, matter: Matter, cells: Sequence[RuleCell]) -> list[str]:
    open_at = state.open_at
    own = (matter.place, matter.category)
    spots: list[Spot] = []
    if own in state.keyed:
        spots.append((*own, key_of(matter.summary)))
    spots += [cell for _, cell in cells]
    spots.append(own)
    if state.lattice is not None:
        spots += state.lattice.cells(matter.place, matter.category, matter.nature)
    return [open_at[spot] for spot in spots if spot in open_at]


def _finest(state: State, candidates: list[str]) -> list[str]:
    """Leave out what another candidate is part of: it counts there already, through its part."""
    if not candidates:
        return candidates
    found = dict.fromkeys(candidates)
    if len(found) > 1:
        for problem_id in list(found):
            parent = state.problems[problem_id].parent
            while parent:
                found.pop(parent, None)
                parent = state.problems[parent].parent if parent in state.problems else ""
    return list(found)


def _frequent(state: State, rule: FrequentRule, number: int, cell: Cell) -> Suspicion:
    sightings = state.windows[number].sightings(cell)
    measure = Measure(observed=len(sightings), window_days=rule.within_days)
    key = shared_key(state, sightings, rule.within_days)
    return Suspicion(
        rule.name, rule.confirm, SuspicionReason.FREQUENT, measure, sightings, rule.confirm_after, key
    )


def _burst(lattice: Lattice, rule: BurstRule, cell: Cell, score: Score) -> Suspicion:
    tier = lattice.policy.places[cell[0]].tier
    measure = Measure(
        observed=score.observed,
        window_days=score.window_days,
        expected=round(score.expected, EXPECTED_DIGITS),
        chance_interval_days=chance_interval_days(lattice, tier, score.chance),
        cells=max(lattice.active[tier], 1),
    )
    sightings = lattice.recent.sightings(cell, score.window_days)
    return Suspicion(rule.name, rule.confirm, SuspicionReason.BURST, measure, sightings, rule.confirm_after)
