"""What kind of stubborn a problem is: labels come and go by rule, each with its evidence (多发性 … 部门病).

How widely matters are spread is told by the effective number: exp of Shannon's entropy, the number of equal areas (or
kinds) that would be as uncertain. It is held against the same number of all matters, the margin.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from msgspec.structs import replace

from hub.core._said import Turn
from hub.model.decision import Measure
from hub.model.ladder import RANK
from hub.model.lattice import ALL_KINDS, Lattice
from hub.model.lifecycle import HELD, after, is_open
from hub.model.place import ancestor_at
from hub.model.problem import Problem
from hub.model.state import keep_problem, kind_at
from hub.policies.models import Tier
from hub.policies.patterns import LabelRule
from hub.schemas.reasons import DecisionKind, Label, LabelReason

ALL_PLACES: Final = ""
WHOLE_CITY: Final = "*"
EVERY_DAYS: Final = 7
"""A problem is looked at once a week, on a day that its number tells, so that no day has all of them."""


class Led(NamedTuple):
    """What an agency leads: problems, how many of them late, and in which areas of each tier."""

    problems: int
    late: int
    places: frozenset[str]


@dataclass(slots=True)
class Look:
    """A day's look at labels: the turn, the areas of each tier, the kinds the lattice counts, what each agency leads.

    `spreads` remembers what was worked out: many problems share a place or a kind.
    """

    turn: Turn
    areas: dict[Tier, list[str]]
    kinds: list[str]
    led: dict[str, Led]
    spreads: dict[tuple[str, str], Held] = field(default_factory=dict)
    margins: dict[str, float] = field(default_factory=dict)


class Held(NamedTuple):
    """Whether what a label asks for holds, and the numbers it rests on."""

    holds: bool
    measure: Measure


NOT_SO: Final = Held(holds=False, measure=Measure(observed=0, window_days=0, matters=0))


def relabel(turn: Turn) -> None:
    """At a day's end, look at the labels of the problems opened today and of those whose weekday it is."""
    state = turn.state
    if not turn.policy.patterns.labels:
        return
    look = _look(turn)
    for number, problem in sorted(state.problems.items()):
        opened = state.days.of(problem.opened_ms) == state.today
        if is_open(problem.phase) and (opened or _serial(number) % EVERY_DAYS == state.today % EVERY_DAYS):
            for rule in turn.policy.patterns.labels:
                _judge(look, number, rule)


def effective_number(counts: Iterable[float]) -> float:
    """Give exp of the entropy of a spread; 0 for none."""
    held = [count for count in counts if count > 0]
    total = sum(held)
    if not total:
        return 0.0
    return math.exp(-math.fsum(count / total * math.log(count / total) for count in held))


def _look(turn: Turn) -> Look:
    policy = turn.policy
    areas: dict[Tier, list[str]] = {tier: [] for tier in Tier}
    for code, place in policy.places.items():
        areas[place.tier].append(code)
    level = 1 if turn.state.lattice is None else turn.state.lattice.category_level
    kinds = dict.fromkeys(kind_at(policy, code, level) for code in policy.categories)
    return Look(turn, areas, list(kinds), _leads(turn))


def _leads(turn: Turn) -> dict[str, Led]:
    problems: Counter[str] = Counter()
    late: Counter[str] = Counter()
    places: dict[str, set[str]] = {}
    for problem in turn.state.problems.values():
        if problem.phase in HELD and problem.lead:
            problems[problem.lead] += 1
            late[problem.lead] += RANK[problem.tier] > RANK[problem.place_tier] or problem.steps > 0
            places.setdefault(problem.lead, set()).add(problem.place)
    return {lead: Led(number, late[lead], frozenset(places[lead])) for lead, number in problems.items()}


def _serial(number: str) -> int:
    return int(number.rpartition("-")[2])


def _judge(look: Look, number: str, rule: LabelRule) -> None:
    turn = look.turn
    problem = turn.state.problems[number]
    held = JUDGES[rule.label](look, problem, rule)
    if held.holds == (rule.label in problem.labels):
        return
    if held.holds:
        kind, reason = DecisionKind.LABEL_ADDED, LabelReason.HOLDS
        labels = tuple(label for label in Label if label in (*problem.labels, rule.label))
    else:
        kind, reason = DecisionKind.LABEL_REMOVED, LabelReason.NO_LONGER
        labels = tuple(label for label in problem.labels if label is not rule.label)
    problem = replace(problem, phase=after(problem.phase, kind), labels=labels)
    keep_problem(turn.state, problem)
    turn.say(kind, reason, problem, label=rule.label, measure=held.measure)


def _frequent(look: Look, problem: Problem, rule: LabelRule) -> Held:
    """Enough distinct matters of the last days."""
    state = look.turn.state
    recent = 0
    if state.episodes is not None and problem.matters >= rule.matters_min:
        since = state.episodes.first_entry(rule.within_days)
        recent = sum(one.counts and one.entry >= since for one in state.members.get(problem.id, {}).values())
    return Held(recent >= rule.matters_min, Measure(observed=recent, window_days=rule.within_days))


def _stubborn(look: Look, problem: Problem, rule: LabelRule) -> Held:
    turn = look.turn
    open_days = turn.state.today - turn.state.days.of(problem.opened_ms)
    rises = RANK[problem.tier] - RANK[problem.place_tier]
    back = problem.level + problem.rebounds
    holds = back >= rule.level_min or open_days > rule.open_days or rises >= rule.rises_min
    return Held(holds, Measure(observed=open_days, window_days=0, matters=problem.matters))


def _typical(look: Look, problem: Problem, rule: LabelRule) -> Held:
    turn = look.turn
    if problem.matters < rule.areas_min:
        return NOT_SO
    members = turn.state.members.get(problem.id, {}).values()
    places = Counter(one.place for one in members if one.counts)
    areas: Counter[str | None] = Counter()
    for place, number in places.items():
        areas[ancestor_at(turn.policy, place, rule.tier)] += number
    areas.pop(None, None)
    spread = effective_number(areas.values())
    measure = Measure(observed=round(spread, 2), window_days=0, matters=problem.matters)
    return Held(round(spread, 2) >= rule.areas_min, measure)


def _industry(look: Look, problem: Problem, rule: LabelRule) -> Held:
    """The kind is nearly everywhere: in so many of all areas, spread nearly as all kinds together are."""
    lattice = look.turn.state.lattice
    if lattice is None or RANK[problem.place_tier] < RANK[Tier.COUNTY]:
        return NOT_SO
    kind = kind_at(look.turn.policy, problem.category, lattice.category_level)
    known = look.spreads.get((ALL_PLACES, kind))
    if known is not None:
        return known
    areas = look.areas[rule.tier]
    mine = [held(lattice, area, kind) for area in areas]
    if ALL_KINDS not in look.margins:
        look.margins[ALL_KINDS] = effective_number(held(lattice, area, ALL_KINDS) for area in areas)
    number, margin, matters = effective_number(mine), look.margins[ALL_KINDS], sum(mine)
    holds = (
        matters >= rule.matters_min
        and sum(count > 0 for count in mine) >= rule.share_min * len(areas)
        and number >= rule.margin * margin
    )
    found = Held(holds, _spread(number, margin, matters))
    look.spreads[ALL_PLACES, kind] = found
    return found


def _local(look: Look, problem: Problem, rule: LabelRule) -> Held:
    """The place ails in many ways: several branches with a good share each, spread nearly as in the whole city."""
    lattice, policy, place = look.turn.state.lattice, look.turn.policy, problem.place
    if lattice is None or problem.place_tier is Tier.CITY:
        return NOT_SO
    if held(lattice, place, ALL_KINDS) < rule.matters_min:
        return NOT_SO
    known = look.spreads.get((place, ALL_KINDS))
    if known is not None:
        return known
    counts, past, unit = lattice.recent.counts, lattice.past, lattice.past_unit
    here = lattice.kinds_at.get(place, frozenset[str]())
    mine = {
        kind: counts.get((place, kind), 0) + past.get((place, kind), 0) / unit
        for kind in look.kinds
        if kind in here
    }
    branches: defaultdict[str, list[float]] = defaultdict(list)
    for kind, count in mine.items():
        if count:
            branches[policy.categories[kind].chain[-1]].append(count)
    if WHOLE_CITY not in look.margins:
        city = (held(lattice, policy.jurisdiction, kind) for kind in look.kinds)
        look.margins[WHOLE_CITY] = effective_number(city)
    number, margin, matters = effective_number(mine.values()), look.margins[WHOLE_CITY], sum(mine.values())
    wide = sum(sum(counts) >= rule.share_min * matters for counts in branches.values())
    holds = wide >= rule.branches_min and number >= rule.margin * margin
    found = Held(holds, _spread(number, margin, matters))
    look.spreads[place, ALL_KINDS] = found
    return found


def _department(look: Look, problem: Problem, rule: LabelRule) -> Held:
    """Its lead has problems in many areas, and a larger share of them late than all others have."""
    led = look.led.get(problem.lead)
    if led is None or led.problems < rule.matters_min:
        return NOT_SO
    policy = look.turn.policy
    areas = {ancestor_at(policy, place, rule.tier) for place in led.places} - {None}
    others = sum(one.problems for one in look.led.values()) - led.problems
    others_late = sum(one.late for one in look.led.values()) - led.late
    share, peers = led.late / led.problems, others_late / max(others, 1)
    holds = len(areas) >= rule.areas_min and share > peers
    measure = Measure(observed=round(share, 2), window_days=0, expected=round(peers, 2), matters=led.problems)
    return Held(holds, measure)


JUDGES: Final = {
    Label.FREQUENT: _frequent,
    Label.STUBBORN: _stubborn,
    Label.TYPICAL: _typical,
    Label.INDUSTRY: _industry,
    Label.LOCAL: _local,
    Label.DEPARTMENT: _department,
}


def held(lattice: Lattice, place: str, kind: str) -> float:
    """Give the matters of a cell, the recent ones and the past ones as they weigh."""
    return lattice.recent.count((place, kind)) + lattice.past_matters((place, kind))


def _spread(number: float, margin: float, matters: float) -> Measure:
    return Measure(
        observed=round(number, 2), window_days=0, expected=round(margin, 2), matters=round(matters)
    )
