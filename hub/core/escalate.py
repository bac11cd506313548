"""Escalate: run the stage clock of each tier, and lift what it did not solve one tier up (村 → 乡镇 → 县 → 市)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from hub.core._said import Turn
from hub.core.link import co_agencies, holder_at, working
from hub.model.clock import due_ms, resumed_due_ms, warn_ms
from hub.model.ladder import LADDER, RANK, place_above, stage_policy
from hub.model.lifecycle import HELD, after
from hub.model.place import ancestor_at
from hub.model.problem import Problem
from hub.model.state import keep_problem, start_clock
from hub.model.timer import Clock, ClockKind
from hub.policies.models import Policy, Span, Tier, Unit
from hub.schemas.reasons import DecisionKind, RiseReason

WORKED: Final = Span(1, Unit.WORKING_DAYS)
"""Stands for the span of a tier to which a policy adopted since gives none: what runs goes on in working days."""


def escalate(turn: Turn) -> None:
    """Start the first stage of newly confirmed problems, at the tier they demand; nobody there: it rises at once."""
    for problem_id in turn.confirmed:
        problem = turn.state.problems[problem_id]
        if problem.confirmed_ms is None:
            problem = _promised(turn, replace(problem, confirmed_ms=turn.cause.at_ms))
        keep_problem(turn.state, problem)
        start_stage(turn, problem)
        _lift_to_floor(turn, problem_id)
        if holder_at(turn, turn.state.problems[problem_id]) is None:
            rise(turn, problem_id, RiseReason.NO_HOLDER)
        if problem_id not in turn.moved:
            turn.moved.append(problem_id)
    turn.confirmed.clear()


def expire_stage(turn: Turn, problem: Problem) -> bool:
    """A tier's time ran out: rise. False at the top, where nothing is above."""
    return rise(turn, problem.id, RiseReason.CLOCK_EXPIRED)


def expire_total(turn: Turn, problem: Problem) -> bool:
    """The time over all tiers ran out: the highest tier that may hold the problem takes it, each step said."""
    rose = False
    while rise(turn, problem.id, RiseReason.CLOCK_EXPIRED):
        rose = True
    return rose


def rise(turn: Turn, problem_id: str, reason: RiseReason) -> bool:
    """Go up one place; a place that nobody holds hands over to the next, each step said (semantics.md, tiers)."""
    problem = turn.state.problems[problem_id]
    rose = False
    while (above := place_above(turn.policy, problem)) is not None:
        problem = _moved(turn, problem, above, DecisionKind.TIER_RAISED)
        start_stage(turn, problem)
        problem = turn.state.problems[problem_id]
        turn.say(DecisionKind.TIER_RAISED, reason, problem, due_ms=problem.due_ms)
        rose = True
        if holder_at(turn, problem) is not None:
            break
        reason = RiseReason.NO_HOLDER
    if rose and problem_id not in turn.moved:
        turn.moved.append(problem_id)
    return rose


def lower(turn: Turn, problem: Problem, reason: str) -> bool:
    """Go down one place, towards where the problem lies; False when there is none with a holder."""
    chain = turn.policy.places[problem.place].chain
    floor = stage_policy(turn.policy, problem.category).floor
    below = chain[: chain.index(problem.held_at)]
    while below:
        lowered = replace(problem, held_at=below[-1], tier=turn.policy.places[below[-1]].tier)
        if floor is not None and RANK[lowered.tier] < RANK[floor]:
            return False
        if holder_at(turn, lowered) is not None:
            problem = _moved(turn, problem, below[-1], DecisionKind.TIER_LOWERED)
            start_stage(turn, problem)
            problem = turn.state.problems[problem.id]
            turn.say(DecisionKind.TIER_LOWERED, reason, problem, due_ms=problem.due_ms)
            turn.moved.append(problem.id)
            return True
        below = below[:-1]
    return False


def reconsider(turn: Turn, problem_id: str, joining: str = "") -> bool:
    """After news: lift a held problem that by its severity, its areas or its agencies belongs further up.

    `joining` is an agency that is about to take part. True when the problem rose.
    """
    problem = turn.state.problems[problem_id]
    if problem.phase in HELD:
        _lift_to_floor(turn, problem_id, joining)
    return turn.state.problems[problem_id].round != problem.round


def start_stage(turn: Turn, problem: Problem) -> None:
    """Set the stage clock of the holding tier anew, and the first warning before it."""
    policy, at_ms = turn.policy, turn.cause.at_ms
    span = stage_policy(policy, problem.category, problem.place, at_ms).stage.get(problem.tier)
    due = None if span is None else due_ms(at_ms, span, policy.calendar, policy.zone)
    problem = replace(problem, stage_started_ms=at_ms, due_ms=due)
    keep_problem(turn.state, problem)
    turn.state.timers.stop(problem.id, ClockKind.STAGE)
    if due is not None:
        start_clock(turn.state, problem_clock(problem, ClockKind.STAGE, at_ms, due))
    start_warning(turn, problem)


def start_warning(turn: Turn, problem: Problem) -> None:
    """Start the clock of the next warning before the stage runs out, if the policy has one left."""
    turn.state.timers.stop(problem.id, ClockKind.WARNING)
    started, due = problem.stage_started_ms, problem.due_ms
    if started is None or due is None:
        return
    policy = turn.policy
    rules = stage_policy(policy, problem.category, problem.place, started)
    span = rules.stage.get(problem.tier)
    if span is None:
        # A policy adopted since gives this tier no clock: the due moment stays as it was promised, unwarned.
        return
    for fraction in rules.warns_at:
        warns = warn_ms(started, due, fraction, span, policy.calendar, policy.zone)
        if warns > turn.cause.at_ms:
            start_clock(turn.state, problem_clock(problem, ClockKind.WARNING, started, warns))
            return


def problem_clock(problem: Problem, kind: ClockKind, started_ms: int, ends_ms: int) -> Clock:
    """Give a problem's clock of a kind."""
    return Clock(f"{problem.id}/{kind}", kind, problem.id, "", started_ms, ends_ms)


def stage_span(turn: Turn, problem: Problem) -> Span:
    """Give how long the holding tier has a problem, as it did when the stage began."""
    started_ms = problem.stage_started_ms or turn.cause.at_ms
    stages = stage_policy(turn.policy, problem.category, problem.place, started_ms).stage
    return stages.get(problem.tier, WORKED)


def stage_due_ms(turn: Turn, problem: Problem) -> int | None:
    """Give when a problem's stage is over: of one that is paused, later by its pause up to now."""
    due, paused_ms, policy = problem.due_ms, problem.paused_ms, turn.policy
    if due is None or paused_ms is None:
        return due
    span = stage_span(turn, problem)
    return resumed_due_ms(due, paused_ms, turn.cause.at_ms, span, policy.calendar, policy.zone)


def resumed(turn: Turn, problem: Problem) -> Problem:
    """Give a problem whose pause is over: the total clock moves by it, and shows both with and without it."""
    paused_ms, at_ms, policy = problem.paused_ms, turn.cause.at_ms, turn.policy
    if paused_ms is None:
        return problem
    total, span = problem.total_due_ms, stage_policy(policy, problem.category).total
    if total is not None and span is not None:
        total = resumed_due_ms(total, paused_ms, at_ms, span, policy.calendar, policy.zone)
    return replace(
        problem,
        paused_ms=None,
        paused_for_ms=problem.paused_for_ms + at_ms - paused_ms,
        total_due_ms=total,
    )


def start_total(turn: Turn, problem: Problem) -> None:
    """Let the clock over all tiers run on to its due moment; one that is over stays so."""
    due = problem.total_due_ms
    if due is not None and due > turn.cause.at_ms:
        started = problem.confirmed_ms or turn.cause.at_ms
        start_clock(turn.state, problem_clock(problem, ClockKind.TOTAL, started, due))


def _moved(turn: Turn, problem: Problem, place: str, move: DecisionKind) -> Problem:
    phase = after(problem.phase, move)
    turn.state.timers.stop(problem.id, ClockKind.REPLY)
    if problem.paused_ms is not None:
        problem = resumed(turn, problem)
        start_total(turn, problem)
    return replace(
        problem,
        phase=phase,
        held_at=place,
        tier=turn.policy.places[place].tier,
        round=problem.round + 1,
        tasks=0,
        steps=0,
    )


def _promised(turn: Turn, problem: Problem) -> Problem:
    """Freeze the ladder: until when each tier has the problem, if none before it solves it; and the total clock."""
    policy, rules = turn.policy, stage_policy(turn.policy, problem.category)
    ladder: list[tuple[Tier, int]] = []
    start_ms, place = turn.cause.at_ms, problem.held_at
    while (span := _span_at(policy, problem, place, start_ms)) is not None:
        start_ms = due_ms(start_ms, span, policy.calendar, policy.zone)
        ladder.append((policy.places[place].tier, start_ms))
        above = place_above(policy, replace(problem, held_at=place))
        if above is None:
            break
        place = above
    assert all(one[1] < two[1] for one, two in pairwise(ladder)), "each tier's promise is after the one below"
    problem = replace(problem, promised=tuple(ladder))
    if rules.total is not None:
        total = due_ms(turn.cause.at_ms, rules.total, policy.calendar, policy.zone)
        start_clock(turn.state, problem_clock(problem, ClockKind.TOTAL, turn.cause.at_ms, total))
        problem = replace(problem, total_due_ms=total)
    return problem


def _span_at(policy: Policy, problem: Problem, held_at: str, start_ms: int) -> Span | None:
    """Give how long the tier of a holding place has a problem that comes to it at a moment."""
    rules = stage_policy(policy, problem.category, problem.place, start_ms)
    return rules.stage.get(policy.places[held_at].tier)


def _lift_to_floor(turn: Turn, problem_id: str, joining: str = "") -> None:
    """Rise, one tier at a time, to the lowest tier that policy allows to hold the problem."""
    for tier, reason in _floors(turn, turn.state.problems[problem_id], joining):
        while RANK[turn.state.problems[problem_id].tier] < RANK[tier]:
            if not rise(turn, problem_id, reason):
                return


def _floors(turn: Turn, problem: Problem, joining: str) -> Iterator[tuple[Tier, RiseReason]]:
    rules = stage_policy(turn.policy, problem.category)
    rises = rules.rises
    if rules.floor is not None:
        yield rules.floor, RiseReason.FLOOR
    if problem.severity in rises.severity:
        yield rises.severity[problem.severity], RiseReason.SEVERITY
    if problem.tier is not problem.place_tier or problem.tier is Tier.CITY:
        return
    above = LADDER[min(RANK[problem.place_tier] + 1, RANK[Tier.CITY])]
    if rises.recurrences_min and problem.level >= rises.recurrences_min:
        yield above, RiseReason.RECURRED
    if rises.child_areas_min and _spreads(turn, problem, rises.child_areas_min):
        yield above, RiseReason.CHILD_AREAS
    if rises.agencies_min and len(_agencies(turn, problem, joining)) >= rises.agencies_min:
        yield above, RiseReason.AGENCIES


def _agencies(turn: Turn, problem: Problem, joining: str) -> set[str]:
    """Give who takes part in a round; before its tasks are cut, who is going to."""
    found = {task.agency for task in working(turn, problem)}
    holder = None if found else holder_at(turn, problem)
    if holder is not None:
        found = {holder[0], *co_agencies(turn, problem, holder[0])}
    return found | {joining} if joining else found


def _spreads(turn: Turn, problem: Problem, areas_min: int) -> bool:
    """Whether a problem's matters lie in so many areas one tier below its own place."""
    below = RANK[problem.place_tier] - 1
    if below < 0:
        return False
    places: set[str] = set()
    areas: set[str] = set()
    # Asked at every matter that joins: it stops as soon as it can tell.
    for member in turn.state.members.get(problem.id, {}).values():
        if member.counts and member.place not in places:
            places.add(member.place)
            area = ancestor_at(turn.policy, member.place, LADDER[below])
            if area is not None:
                areas.add(area)
                if len(areas) >= areas_min:
                    return True
    return False
