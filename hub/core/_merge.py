"""Merging and splitting: one cause becomes one problem, two become two, and no matter is counted twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from hub.core._said import Turn
from hub.core.escalate import escalate, problem_clock, resumed, rise, stage_due_ms, start_warning
from hub.core.link import end_task
from hub.model.clock import local
from hub.model.ids import problem_number
from hub.model.ladder import RANK
from hub.model.lifecycle import AT_WORK, HELD, Phase, TaskPhase, after, is_open
from hub.model.problem import Problem
from hub.model.state import keep_member, keep_problem, keep_task, redirect_problem, round_tasks, start_clock
from hub.model.timer import ClockKind
from hub.schemas.answers import CommandCode
from hub.schemas.reasons import ConfirmReason, DecisionKind, RiseReason, SuspicionReason
from hub.schemas.task_reasons import MergeReason, SplitReason

UNDER_WAY: Final = (*HELD, Phase.LEDGERED)
"""Somebody has the problem, and the time over all tiers is promised."""


def merge(turn: Turn, survivor: Problem, others: Sequence[str]) -> CommandCode | None:
    """Take other problems in: their matters count once, the highest tier and the earliest due moments win."""
    taken = [turn.state.problems.get(number) for number in dict.fromkeys(others)]
    if survivor.id in others or any(one is None or not is_open(one.phase) for one in taken):
        return CommandCode.UNKNOWN_PROBLEM
    merged = [one for one in taken if one is not None]
    for one in (survivor, *merged):
        after(one.phase, DecisionKind.PROBLEM_MERGED)
    under_way = any(one.phase in UNDER_WAY for one in merged)
    # A pause of the one would hold up what was promised of the other: it is merged the other way round.
    if survivor.phase is Phase.SETTLED or (survivor.phase is Phase.LEDGERED and under_way):
        return CommandCode.NOT_ALLOWED
    stages = [stage_due_ms(turn, one) for one in (survivor, *merged)]
    dues = [due for due in stages if due is not None]
    total = _earliest_total(turn, (survivor, *merged))
    highest = max((RANK[one.tier] for one in merged if one.phase in UNDER_WAY), default=0)
    for one in merged:
        _take_in(turn, survivor.id, one, MergeReason.OPERATOR)
    survivor = turn.state.problems[survivor.id]
    if survivor.phase is Phase.SUSPECTED and under_way:
        survivor = replace(survivor, phase=after(survivor.phase, DecisionKind.PROBLEM_CONFIRMED))
        keep_problem(turn.state, survivor)
        turn.state.timers.stop(survivor.id, ClockKind.CONFIRMATION)
        turn.say(DecisionKind.PROBLEM_CONFIRMED, ConfirmReason.OPERATOR, survivor)
        turn.confirmed.append(survivor.id)
        escalate(turn)
    while survivor.phase in HELD and RANK[turn.state.problems[survivor.id].tier] < highest:
        if not rise(turn, survivor.id, RiseReason.OPERATOR):
            break
    _hasten(turn, turn.state.problems[survivor.id], dues)
    _hasten_total(turn, turn.state.problems[survivor.id], total)
    return None


def roll_up(turn: Turn) -> None:
    """Let a problem that rose to where the one it is part of is held go on as part of that one."""
    for problem_id in list(turn.moved):
        problem = turn.state.problems[problem_id]
        parent = turn.state.problems.get(problem.parent)
        if parent is None or parent.phase not in HELD or parent.id in turn.moved:
            continue
        if parent.held_at == problem.held_at:
            turn.moved.remove(problem_id)
            total = _earliest_total(turn, (parent, problem))
            _take_in(turn, parent.id, problem, MergeReason.ROLLED_UP)
            _hasten_total(turn, turn.state.problems[parent.id], total)


def split(turn: Turn, origin: Problem, matters: Sequence[str]) -> CommandCode | None:
    """Take matters out into a problem of their own, at the smallest cell that holds them; some must be left."""
    members = turn.state.members.get(origin.id, {})
    counted = {key for key, member in members.items() if member.counts}
    chosen = [key for key in dict.fromkeys(matters) if key in counted]
    if len(chosen) < len(set(matters)):
        return CommandCode.UNKNOWN_MATTER
    if len(chosen) == len(counted):
        return CommandCode.NOT_ALLOWED
    phase = after(origin.phase, DecisionKind.PROBLEM_SPLIT)
    number = open_number(turn)
    place = _common(turn, origin, [members[key].place for key in chosen])
    cell = (place, origin.category)
    tier = turn.policy.places[place].tier
    new = Problem(
        id=number,
        place=place,
        place_tier=tier,
        category=origin.category,
        rule=origin.rule,
        phase=Phase.SUSPECTED,
        held_at=place,
        tier=tier,
        opened_ms=turn.cause.at_ms,
        matters=len(chosen),
        reason=origin.reason,
        severity=origin.severity,
        claims=cell not in turn.state.open_at,
        parent=origin.id if place != origin.place else origin.parent,
    )
    keep_problem(turn.state, new)
    for key in chosen:
        keep_member(turn.state, new.id, members[key])
        keep_member(turn.state, origin.id, members[key]._replace(counts=False))
    origin = replace(origin, phase=phase, matters=origin.matters - len(chosen))
    keep_problem(turn.state, origin)
    evidence = tuple(members[key].event for key in sorted(chosen, key=lambda key: members[key].entry))
    turn.say(DecisionKind.PROBLEM_SPLIT, SplitReason.OPERATOR, origin, evidence=evidence, into=new.id)
    turn.say(DecisionKind.PROBLEM_SUSPECTED, SuspicionReason(origin.reason), new, evidence=evidence)
    if origin.phase in HELD:
        new = replace(new, phase=after(new.phase, DecisionKind.PROBLEM_CONFIRMED))
        keep_problem(turn.state, new)
        turn.say(DecisionKind.PROBLEM_CONFIRMED, ConfirmReason.OPERATOR, new)
        turn.confirmed.append(new.id)
    return None


def open_number(turn: Turn) -> str:
    """Mint the number of the next problem."""
    turn.state.opened += 1
    year = local(turn.cause.at_ms, turn.policy.zone).year
    return problem_number(turn.policy.letters, year, turn.state.opened)


def _take_in(turn: Turn, survivor_id: str, other: Problem, reason: MergeReason) -> None:
    state = turn.state
    for key, member in sorted(state.members.get(other.id, {}).items()):
        known = state.members.get(survivor_id, {}).get(key)
        if known is None or (member.counts and not known.counts):
            keep_member(state, survivor_id, member)
    survivor = state.problems[survivor_id]
    counted = sum(member.counts for member in state.members.get(survivor_id, {}).values())
    keep_problem(
        state,
        replace(survivor, matters=counted, severity=min(survivor.severity, other.severity)),
    )
    tasks = [task for task in state.tasks.get(other.id, {}).values() if task.phase in AT_WORK]
    for task in tasks:
        end_task(turn, task, TaskPhase.PASSED)
    merged = replace(
        other,
        phase=after(other.phase, DecisionKind.PROBLEM_MERGED),
        merged_into=survivor_id,
        due_ms=None,
        closed_entry=state.entries,
    )
    redirect_problem(state, merged)
    for child in list(state.problems.values()):
        if child.parent == other.id and is_open(child.phase):
            keep_problem(state, replace(child, parent=_parent_after(turn, child, other, survivor_id)))
    decision = turn.say(DecisionKind.PROBLEM_MERGED, reason, merged, into=survivor_id)
    for task in tasks:
        turn.recall(task, decision)


def _parent_after(turn: Turn, child: Problem, gone: Problem, survivor_id: str) -> str:
    """Give what a part of a merged problem is part of now: the survivor if that one's cell holds it, else as before."""
    survivor, policy = turn.state.problems[survivor_id], turn.policy
    if child.id == survivor_id:
        return gone.parent if gone.parent != survivor_id else ""
    if (
        survivor.place in policy.places[child.place].chain
        and survivor.category in policy.categories[child.category].chain
    ):
        return survivor_id
    return gone.parent if gone.parent != child.id else ""


def _hasten(turn: Turn, problem: Problem, dues: Sequence[int]) -> None:
    """The earliest due moment of what was merged is the stage's, and no task of it has longer."""
    earliest = max(min(dues, default=0), turn.cause.at_ms)
    if problem.phase not in HELD or problem.due_ms is None or not dues or earliest >= problem.due_ms:
        return
    problem = replace(problem, due_ms=earliest)
    keep_problem(turn.state, problem)
    started = problem.stage_started_ms or turn.cause.at_ms
    start_clock(turn.state, problem_clock(problem, ClockKind.STAGE, started, earliest))
    start_warning(turn, problem)
    for task in list(round_tasks(turn.state, problem)):
        if task.phase in AT_WORK and task.due_ms is not None and task.due_ms > earliest:
            keep_task(turn.state, replace(task, due_ms=earliest))
            turn.state.timers.stop(task.id, ClockKind.WORK)


def _earliest_total(turn: Turn, parts: Iterable[Problem]) -> int | None:
    """Give by when all tiers together had promised the first of what is merged; what is watched promised nothing."""
    under_way = (resumed(turn, one) for one in parts if one.phase in UNDER_WAY)
    return min((one.total_due_ms for one in under_way if one.total_due_ms is not None), default=None)


def _hasten_total(turn: Turn, problem: Problem, total_ms: int | None) -> None:
    """What was promised of a part is kept of the whole; a promise that is over lifts it at once."""
    own_ms = problem.total_due_ms
    if total_ms is None or (own_ms is not None and own_ms <= total_ms):
        return
    keep_problem(turn.state, replace(problem, total_due_ms=total_ms))
    if problem.phase in HELD:
        started, due = problem.confirmed_ms or turn.cause.at_ms, max(total_ms, turn.cause.at_ms)
        start_clock(turn.state, problem_clock(problem, ClockKind.TOTAL, started, due))


def _common(turn: Turn, origin: Problem, places: Sequence[str]) -> str:
    """Give the smallest place that holds all of them, within the origin's."""
    chains = [turn.policy.places[place].chain for place in places]
    common = next(code for code in chains[0] if all(code in chain for chain in chains))
    within = turn.policy.places[common].chain
    return common if origin.place in within else origin.place
