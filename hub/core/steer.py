"""Steer: what operators ask, checked against actor, place, lifecycle, tier and clock at its place in the log."""

from __future__ import annotations

import dataclasses
from typing import assert_never

from msgspec.structs import replace

from hub.core._adopt import adopt
from hub.core._confirm import confirm
from hub.core._grants import answer_asked
from hub.core._judge import judge
from hub.core._merge import merge, split
from hub.core._remind import give
from hub.core._said import Turn
from hub.core._seats import barred
from hub.core.escalate import lower, reconsider, rise
from hub.core.link import cut, end_task, name_lead, working
from hub.core.oversee import Reply, oversee
from hub.core.settle import pass_gate, rebound, settle, verify
from hub.model.ladder import place_above
from hub.model.lifecycle import AT_WORK, HELD, MoveRefused, Phase, TaskPhase, after, is_open, task_after
from hub.model.problem import Problem
from hub.model.state import close_problem, find_task, keep_problem, keep_task
from hub.model.task import Role, Task
from hub.policies.models import NoticeKind, Precedent
from hub.schemas.answers import CommandCode
from hub.schemas.commands import (
    AddCoAgency,
    AdoptPolicy,
    AnswerAsked,
    Command,
    ConfirmProblem,
    DismissProblem,
    GiveNotice,
    JudgePair,
    LowerProblem,
    MergeProblems,
    NameLead,
    OnProblem,
    OnTask,
    RaiseProblem,
    RecutTask,
    ReopenProblem,
    ReplyTask,
    RuleTask,
    SettleProblem,
    SplitProblem,
    VerifyTask,
    WaiveTask,
)
from hub.schemas.reasons import ConfirmReason, DecisionKind, RiseReason
from hub.schemas.task_reasons import (
    ActReason,
    ArbitrationReason,
    CutReason,
    LeadReason,
    LowerReason,
    NoticeReason,
    ReboundReason,
    SettleReason,
)


def steer(turn: Turn, command: Command) -> CommandCode | None:
    """Do what is asked, or give the code that says why nothing was done."""
    try:
        return barred(turn, command) or _steered(turn, command)
    except MoveRefused:
        return CommandCode.NOT_ALLOWED


def _steered(turn: Turn, command: Command) -> CommandCode | None:
    if isinstance(command, AdoptPolicy):
        return adopt(turn, command)
    if isinstance(command, JudgePair):
        return judge(turn, command.pair_id, same=command.same)
    if isinstance(command, OnTask):
        return _on_task(turn, command)
    problem = turn.state.problems.get(command.problem_id)
    if problem is None or not is_open(problem.phase):
        return CommandCode.UNKNOWN_PROBLEM
    return _on_problem(turn, problem, command)


def _on_problem(turn: Turn, problem: Problem, command: OnProblem) -> CommandCode | None:
    match command:
        case ConfirmProblem():
            confirm(turn, problem, ConfirmReason.OPERATOR)
        case DismissProblem():
            _dismiss(turn, problem, command)
        case ReopenProblem():
            rebound(turn, problem, ReboundReason.OPERATOR)
        case RaiseProblem() | LowerProblem():
            return _shift(turn, problem, command)
        case MergeProblems() | SplitProblem():
            return _regroup(turn, problem, command)
        case NameLead() | AddCoAgency():
            return _engage(turn, problem, command)
        case GiveNotice():
            return _notify(turn, problem, command)
        case SettleProblem():
            return _force(turn, problem, command)
        case _:
            assert_never(command)
    return None


def _shift(turn: Turn, problem: Problem, command: RaiseProblem | LowerProblem) -> CommandCode | None:
    if isinstance(command, RaiseProblem):
        after(problem.phase, DecisionKind.TIER_RAISED)
        went = rise(turn, problem.id, RiseReason.OPERATOR)
    else:
        after(problem.phase, DecisionKind.TIER_LOWERED)
        went = lower(turn, problem, LowerReason.OPERATOR)
    return None if went else CommandCode.NOT_AT_TIER


def _regroup(turn: Turn, problem: Problem, command: MergeProblems | SplitProblem) -> CommandCode | None:
    if isinstance(command, MergeProblems):
        return merge(turn, problem, command.others)
    return split(turn, problem, command.matters)


def _dismiss(turn: Turn, problem: Problem, command: DismissProblem) -> None:
    phase = after(problem.phase, DecisionKind.PROBLEM_DISMISSED)
    for task in working(turn, problem):
        if task.phase in AT_WORK:
            end_task(turn, task, TaskPhase.WAIVED)
    dismissed = replace(problem, phase=phase, due_ms=None, closed_entry=turn.state.entries)
    close_problem(turn.state, dismissed)
    turn.state.aside.drop((problem.place, problem.category), problem.id)
    decision = turn.say(DecisionKind.PROBLEM_DISMISSED, command.reason, dismissed)
    for task in turn.state.tasks.get(problem.id, {}).values():
        if task.phase is TaskPhase.WAIVED:
            turn.recall(task, decision)


def _engage(turn: Turn, problem: Problem, command: NameLead | AddCoAgency) -> CommandCode | None:
    after(problem.phase, DecisionKind.TASK_CUT)
    if command.agency not in turn.policy.agencies:
        return CommandCode.UNKNOWN_AGENCY
    takes_part = any(task.agency == command.agency for task in working(turn, problem))
    leads = isinstance(command, NameLead)
    if (command.agency == problem.lead) if leads else takes_part:
        return CommandCode.NOT_ALLOWED
    if not takes_part and reconsider(turn, problem.id, command.agency):
        turn.joining[problem.id] = command.agency
    elif leads:
        name_lead(turn, problem.id, command.agency, LeadReason.OPERATOR)
    else:
        cut(turn, problem.id, command.agency, Role.CO, CutReason.OPERATOR)
    return None


def _notify(turn: Turn, problem: Problem, command: GiveNotice) -> CommandCode | None:
    if problem.phase not in (*HELD, Phase.LEDGERED):
        return CommandCode.NOT_ALLOWED
    mine = [task for task in working(turn, problem) if task.agency == command.agency]
    if not mine:
        return CommandCode.UNKNOWN_AGENCY
    give(turn, mine[0], NoticeKind(command.step), NoticeReason.OPERATOR)
    return None


def _force(turn: Turn, problem: Problem, command: SettleProblem) -> CommandCode | None:
    """Only the body one tier up may settle what has not passed its gate; at the top, the city's own."""
    above = place_above(turn.policy, problem) or problem.held_at
    if command.agency != turn.policy.holders.get(above):
        return CommandCode.NOT_AT_TIER
    settle(turn, problem, SettleReason.FORCED, command.agency)
    return None


def _on_task(turn: Turn, command: OnTask) -> CommandCode | None:
    task = find_task(turn.state, command.task_id)
    if task is None or not is_open(turn.state.problems[task.problem_id].phase):
        return CommandCode.UNKNOWN_TASK
    match command:
        case RecutTask() | RuleTask():
            return _give_on(turn, task, command)
        case WaiveTask():
            phase = task_after(task.phase, DecisionKind.TASK_WAIVED)
            if task.role is Role.LEAD:
                return CommandCode.NOT_ALLOWED
            waived = end_task(turn, task, phase)
            problem = turn.state.problems[task.problem_id]
            turn.say(DecisionKind.TASK_WAIVED, ActReason.OPERATOR, problem, task=waived)
            pass_gate(turn, task.problem_id)
        case AnswerAsked():
            return answer_asked(turn, task, granted=command.granted)
        case ReplyTask():
            reply = Reply(
                command.task_id,
                command.agency,
                command.reply,
                command.ground,
                command.days,
                command.review_on,
            )
            return oversee(turn, reply, ActReason.OPERATOR)
        case VerifyTask():
            verify(turn, task, passed=command.passed)
        case _:
            assert_never(command)
    return None


def _give_on(turn: Turn, task: Task, command: RecutTask | RuleTask) -> CommandCode | None:
    """Give a returned part to an agency, the same or another; a ruling is learned and cannot be returned.

    Who has a part already gets no second one: it leads with the one it has, or is refused.
    """
    if command.agency not in turn.policy.agencies:
        return CommandCode.UNKNOWN_AGENCY
    ruled = isinstance(command, RuleTask)
    move = DecisionKind.ARBITRATION_RULED if ruled else DecisionKind.TASK_CUT
    problem = turn.state.problems[task.problem_id]
    after(problem.phase, DecisionKind.TASK_CUT)
    others = (one for one in working(turn, problem) if one.id != task.id)
    mine = next((one for one in others if one.agency == command.agency), None)
    if mine is not None and (task.role is not Role.LEAD or mine.phase not in AT_WORK):
        return CommandCode.NOT_ALLOWED
    keep_task(turn.state, replace(task, phase=task_after(task.phase, move)))
    # While it lay with the centre, an operator may have given it a notice to answer.
    turn.state.timers.stop_all(task.id)
    if ruled:
        turn.say(DecisionKind.ARBITRATION_RULED, ArbitrationReason.RULED, problem, agency=command.agency)
        _learn(turn, problem, task, command.agency)
    if task.role is Role.LEAD and problem.lead != command.agency:
        problem = replace(problem, lead=command.agency)
        keep_problem(turn.state, problem)
        reason = LeadReason.RULED if ruled else LeadReason.OPERATOR
        turn.say(DecisionKind.LEAD_NAMED, reason, problem, agency=command.agency, due_ms=problem.due_ms)
    if mine is None:
        how = CutReason.RULED if ruled else CutReason.RECUT
        cut(turn, problem.id, command.agency, task.role, how, returns=task.returns)
    else:
        keep_task(turn.state, replace(mine, role=Role.LEAD, returns=task.returns, ruled=ruled or mine.ruled))
    return None


def _learn(turn: Turn, problem: Problem, task: Task, agency: str) -> None:
    """A ruling is a precedent for the place that holds the problem and its category."""
    key = (problem.held_at, problem.category)
    known = turn.state.precedents.get(key) or turn.policy.precedents.get(key)
    known = known or Precedent(problem.category, problem.held_at)
    if task.role is Role.LEAD:
        known = dataclasses.replace(known, lead=agency)
    else:
        known = dataclasses.replace(known, co=tuple(dict.fromkeys((*known.co, agency))))
    turn.state.precedents[key] = dataclasses.replace(known, place=problem.held_at, category=problem.category)
    turn.state.changed.precedents.add(key)
