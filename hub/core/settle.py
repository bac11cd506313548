"""Settle: the gate of a round, the watch over what went through it, and what comes back (办结 观察期 销号 反弹)."""

from __future__ import annotations

from msgspec.structs import replace

from hub.core._said import Turn
from hub.core.escalate import problem_clock, resumed, rise, start_stage, start_total
from hub.core.link import end_task, holder_at, listen, working
from hub.model.clock import due_ms
from hub.model.figure import watch_mark
from hub.model.ladder import place_above, stage_policy
from hub.model.lifecycle import AT_WORK, HELD, MoveRefused, Phase, TaskPhase, after, task_after
from hub.model.matter import Matter
from hub.model.problem import Problem
from hub.model.state import close_problem, keep_member, keep_problem, keep_task, note_closure, start_clock
from hub.model.task import Role, Task
from hub.model.timer import ClockKind
from hub.policies.models import Verification
from hub.schemas.reasons import DecisionKind, RiseReason
from hub.schemas.task_reasons import CloseReason, NoticeReason, ReboundReason, SettleReason, VerifyReason

PLEASED = ("satisfied", "basically_satisfied")
RATED = (*PLEASED, "dissatisfied")


def pass_gate(turn: Turn, problem_id: str) -> None:
    """Settle a problem when its round is through: all done or waived, the lead's word given, all verified."""
    problem = turn.state.problems[problem_id]
    tasks = working(turn, problem)
    if problem.phase not in HELD or any(task.phase in AT_WORK for task in tasks):
        return
    if not any(task.role is Role.LEAD for task in tasks):
        return
    if _are_pleased(turn, problem):
        for task in tasks:
            if task.phase is TaskPhase.DONE:
                _verified(turn, task, VerifyReason.REVISIT)
    if all(task.phase is TaskPhase.VERIFIED for task in working(turn, problem)):
        settle(turn, problem, SettleReason.GATE)


def verify(turn: Turn, task: Task, *, passed: bool) -> None:
    """What was done was looked at on site: good, or it is the agency's again, with the clock that is left.

    Only of the round that is under way: what an earlier one did is past.
    """
    if task.round != turn.state.problems[task.problem_id].round:
        raise MoveRefused(f"{task.id} is not of the round that is under way")
    if passed:
        _verified(turn, task, VerifyReason.ON_SITE)
        pass_gate(turn, task.problem_id)
        return
    phase = task_after(task.phase, DecisionKind.TASK_REOPENED)
    task = replace(task, phase=phase, done_ms=None, redone=task.redone + 1)
    keep_task(turn.state, task)
    listen(turn, task)
    problem = turn.state.problems[task.problem_id]
    turn.say(DecisionKind.TASK_REOPENED, NoticeReason.NOT_VERIFIED, problem, task=task, due_ms=task.due_ms)


def settle(turn: Turn, problem: Problem, reason: SettleReason, agency: str = "") -> None:
    """Stop the clocks and watch; without a watch in the policy the problem closes at once."""
    phase = after(problem.phase, DecisionKind.PROBLEM_SETTLED)
    for task in working(turn, problem):
        if task.phase in AT_WORK or task.phase is TaskPhase.DONE:
            end_task(turn, task, TaskPhase.WAIVED)
    at_ms, policy = turn.cause.at_ms, turn.policy
    watch = stage_policy(policy, problem.category).watch
    turn.state.timers.stop_all(problem.id)
    problem = replace(resumed(turn, problem), phase=phase, settled_ms=at_ms, due_ms=None, watched=0)
    keep_problem(turn.state, problem)
    until = at_ms if watch is None else due_ms(at_ms, watch, policy.calendar, policy.zone)
    turn.say(DecisionKind.PROBLEM_SETTLED, reason, problem, agency=agency or problem.lead, due_ms=until)
    if watch is None:
        close(turn, problem)
    else:
        start_clock(turn.state, problem_clock(problem, ClockKind.WATCH, at_ms, until))


def close(turn: Turn, problem: Problem) -> None:
    """The watch stayed quiet: the cell is free, and remembers."""
    state = turn.state
    problem = replace(
        problem,
        phase=after(problem.phase, DecisionKind.PROBLEM_CLOSED),
        closed_ms=turn.cause.at_ms,
        closed_entry=state.entries,
    )
    close_problem(state, problem)
    note_closure(state, problem, turn.cause.at_ms)
    lead = problem.lead
    turn.say(DecisionKind.PROBLEM_CLOSED, CloseReason.WATCH_QUIET, problem, agency=lead)
    state.tallies.add((watch_mark(turn.cause.at_ms, rebounded=False),), lead, problem.place)


def watch(turn: Turn, problem_id: str, event: str) -> None:
    """Another matter fell into a settled problem: when they are as many as policy says, it is back."""
    problem = turn.state.problems[problem_id]
    assert problem.phase is Phase.SETTLED, "only what is settled is watched"
    problem = replace(problem, watched=problem.watched + 1)
    keep_problem(turn.state, problem)
    enough = stage_policy(turn.policy, problem.category).rebound_matters.get(problem.place_tier, 1)
    if problem.watched >= enough:
        rebound(turn, problem, ReboundReason.NEW_MATTER, (event,))


def hear(turn: Turn, matter: Matter) -> None:
    """News of a matter: how satisfied people are may open the gate of a problem that waits for nothing else."""
    for problem_id in sorted(turn.state.joined.get(matter.key, ())):
        member = turn.state.members[problem_id][matter.key]
        if matter.satisfaction != member.satisfaction:
            keep_member(turn.state, problem_id, member._replace(satisfaction=matter.satisfaction))
            pass_gate(turn, problem_id)


def rebound(turn: Turn, problem: Problem, reason: ReboundReason, evidence: tuple[str, ...] = ()) -> None:
    """Treat a settled problem again, one tier above, under its number; its total clock was never reset."""
    state = turn.state
    phase = after(problem.phase, DecisionKind.PROBLEM_REBOUNDED)
    state.timers.stop_all(problem.id)
    above = place_above(turn.policy, problem) or problem.held_at
    problem = replace(
        problem,
        phase=phase,
        held_at=above,
        tier=turn.policy.places[above].tier,
        round=problem.round + 1,
        tasks=0,
        steps=0,
        rebounds=problem.rebounds + 1,
        settled_ms=None,
    )
    keep_problem(state, problem)
    start_stage(turn, problem)
    problem = state.problems[problem.id]
    start_total(turn, problem)
    lead = problem.lead
    turn.say(
        DecisionKind.PROBLEM_REBOUNDED, reason, problem, agency=lead, due_ms=problem.due_ms, evidence=evidence
    )
    state.tallies.add((watch_mark(turn.cause.at_ms, rebounded=True),), lead, problem.place)
    if holder_at(turn, problem) is None:
        rise(turn, problem.id, RiseReason.NO_HOLDER)
    if problem.id not in turn.moved:
        turn.moved.append(problem.id)


def _verified(turn: Turn, task: Task, reason: VerifyReason) -> None:
    phase = task_after(task.phase, DecisionKind.TASK_VERIFIED)
    task = replace(task, phase=phase, verified_ms=turn.cause.at_ms)
    keep_task(turn.state, task)
    turn.say(DecisionKind.TASK_VERIFIED, reason, turn.state.problems[task.problem_id], task=task)


def _are_pleased(turn: Turn, problem: Problem) -> bool:
    """Whether enough of those asked again are satisfied; where nobody was asked, somebody has to go and look."""
    rules = stage_policy(turn.policy, problem.category)
    if rules.verification is not Verification.REVISIT:
        return False
    said = [m.satisfaction for m in turn.state.members.get(problem.id, {}).values() if m.counts]
    rated = [word for word in said if word in RATED]
    pleased = sum(word in PLEASED for word in rated)
    return bool(rated) and pleased >= rules.revisit_satisfied_min * len(rated)
