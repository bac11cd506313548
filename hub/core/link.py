"""Link: 1 lead and N co-agencies for every round, each with a task of its own (territory x category x precedent)."""

from __future__ import annotations

from msgspec.structs import replace

from hub.core._said import Turn
from hub.model.clock import due_ms
from hub.model.decision import Decision
from hub.model.ladder import stage_policy
from hub.model.lifecycle import AT_WORK, TaskPhase, after
from hub.model.problem import Problem
from hub.model.state import keep_problem, keep_task, round_tasks, start_clock
from hub.model.task import Role, Task
from hub.model.timer import Clock, ClockKind
from hub.policies.models import Policy, Precedent, Span
from hub.schemas.reasons import DecisionKind
from hub.schemas.task_reasons import CutReason, LeadReason


def link(turn: Turn) -> None:
    """Name the lead of every problem that came into new hands, and cut the tasks of its round."""
    for problem_id in turn.moved:
        problem = turn.state.problems[problem_id]
        before = _pass_on(turn, problem)
        told = _last_said(turn)
        holder = holder_at(turn, problem)
        if holder is not None:
            lead, reason = holder
            told = name_lead(turn, problem_id, lead, reason)
            for agency in co_agencies(turn, problem, lead):
                cut(turn, problem_id, agency, Role.CO, CutReason.PRECEDENT)
        _keep_informed(turn, turn.state.problems[problem_id], before, told)
    turn.moved.clear()
    for problem_id, agency in turn.joining.items():
        problem = turn.state.problems[turn.state.problems[problem_id].merged_into or problem_id]
        if all(task.agency != agency for task in working(turn, problem)):
            cut(turn, problem.id, agency, Role.CO, CutReason.OPERATOR)
    turn.joining.clear()


def name_lead(turn: Turn, problem_id: str, agency: str, reason: LeadReason) -> Decision:
    """Name the lead and cut its task; who led this round before works on as co-agency."""
    problem = turn.state.problems[problem_id]
    for task in list(round_tasks(turn.state, problem)):
        if task.role is Role.LEAD:
            keep_task(turn.state, replace(task, role=Role.CO))
    problem = replace(problem, lead=agency, phase=after(problem.phase, DecisionKind.LEAD_NAMED))
    keep_problem(turn.state, problem)
    told = turn.say(DecisionKind.LEAD_NAMED, reason, problem, agency=agency, due_ms=problem.due_ms)
    mine = next((task for task in working(turn, problem) if task.agency == agency), None)
    if mine is not None and mine.phase in AT_WORK:
        keep_task(turn.state, replace(mine, role=Role.LEAD))
    else:
        cut(turn, problem_id, agency, Role.LEAD, CUT_BY.get(reason, CutReason.LEAD))
    return told


CUT_BY = {LeadReason.OPERATOR: CutReason.OPERATOR, LeadReason.RULED: CutReason.RULED}


def cut(turn: Turn, problem_id: str, agency: str, role: Role, reason: CutReason, *, returns: int = 0) -> Task:
    """Cut one task; its clocks start here, whether anybody looks or not."""
    problem, at_ms = turn.state.problems[problem_id], turn.cause.at_ms
    rules = stage_policy(turn.policy, problem.category, problem.place, at_ms)
    problem = replace(problem, phase=after(problem.phase, DecisionKind.TASK_CUT), tasks=problem.tasks + 1)
    keep_problem(turn.state, problem)
    task = Task(
        id=f"{problem.id}.{problem.round}.{problem.tasks}",
        problem_id=problem.id,
        round=problem.round,
        agency=agency,
        role=role,
        phase=TaskPhase.CUT,
        cut_ms=at_ms,
        touched_ms=at_ms,
        accept_due_ms=_due(turn, rules.acceptance),
        return_due_ms=_due(turn, rules.returns_within),
        due_ms=problem.due_ms,
        returns=returns,
        ruled=reason is CutReason.RULED,
    )
    keep_task(turn.state, task)
    if task.accept_due_ms is not None:
        start_clock(turn.state, task_clock(task, ClockKind.ACCEPTANCE, at_ms, task.accept_due_ms))
    listen(turn, task)
    turn.say(DecisionKind.TASK_CUT, reason, problem, task=task, due_ms=task.due_ms)
    return task


def listen(turn: Turn, task: Task) -> None:
    """Let an agency's silence begin anew, where policy bounds it."""
    silent = stage_policy(turn.policy, turn.state.problems[task.problem_id].category).silent
    due = _due(turn, silent)
    if due is not None:
        start_clock(turn.state, task_clock(task, ClockKind.SILENCE, turn.cause.at_ms, due))


def task_clock(task: Task, kind: ClockKind, started_ms: int, ends_ms: int) -> Clock:
    """Give a task's clock of a kind."""
    return Clock(f"{task.id}/{kind}", kind, task.problem_id, task.id, started_ms, ends_ms)


def end_task(turn: Turn, task: Task, phase: TaskPhase) -> Task:
    """Put a task at an end where no clock of it runs."""
    ended = replace(task, phase=phase, asked=None, ended_ms=turn.cause.at_ms)
    turn.state.timers.stop_all(task.id)
    keep_task(turn.state, ended)
    return ended


def holder_at(turn: Turn, problem: Problem) -> tuple[str, LeadReason] | None:
    """Give who leads at the holding place: by precedent, as the category's department, as the territory's body."""
    precedent = precedent_for(turn, problem)
    if precedent is not None and precedent.lead in turn.policy.agencies:
        return precedent.lead, LeadReason.PRECEDENT
    department = department_at(turn.policy, problem.held_at, problem.category)
    if department is not None:
        return department, LeadReason.CATEGORY
    body = turn.policy.holders.get(problem.held_at)
    return None if body is None else (body, LeadReason.TERRITORY)


def department_at(policy: Policy, place: str, category: str) -> str | None:
    """Give the department of a place that answers for the nearest ancestor of a category."""
    for node in policy.categories[category].chain:
        departments = policy.departments.get((place, node))
        if departments:
            return departments[0]
    return None


def precedent_for(turn: Turn, problem: Problem) -> Precedent | None:
    """Give the precedent that fits best: learned at the place, agreed for it, agreed everywhere; nearest category."""
    for node in turn.policy.categories[problem.category].chain:
        for known, place in (
            (turn.state.precedents, problem.held_at),
            (turn.policy.precedents, problem.held_at),
            (turn.policy.precedents, ""),
        ):
            if (place, node) in known:
                return known[place, node]
    return None


def co_agencies(turn: Turn, problem: Problem, lead: str) -> list[str]:
    """Give who takes part beside the lead: as named, and whoever answers for the named categories here or above."""
    precedent = precedent_for(turn, problem)
    if precedent is None:
        return []
    found = [agency for agency in precedent.co if agency in turn.policy.agencies]
    for category in precedent.co_categories:
        for place in turn.policy.places[problem.held_at].chain:
            department = department_at(turn.policy, place, category)
            if department is not None:
                found.append(department)
                break
    return [agency for agency in dict.fromkeys(found) if agency != lead]


def working(turn: Turn, problem: Problem) -> list[Task]:
    """Give the tasks of a problem's present round that are somebody's, done or not."""
    gone = (TaskPhase.PASSED, TaskPhase.WAIVED)
    return [task for task in round_tasks(turn.state, problem) if task.phase not in gone]


def _pass_on(turn: Turn, problem: Problem) -> set[str]:
    """End what earlier rounds left undone, which its agencies hear; gives who had the problem in them."""
    earlier = [task for task in turn.state.tasks.get(problem.id, {}).values() if task.round < problem.round]
    for task in earlier:
        if task.phase in AT_WORK:
            end_task(turn, task, TaskPhase.PASSED)
            turn.recall(task, _last_said(turn))
    return {task.agency for task in earlier if _had_it(task)}


def _had_it(task: Task) -> bool:
    """Whether a task was its agency's: what was returned never was, and what others were given is no longer."""
    if task.role is Role.COPY or task.phase in (TaskPhase.DONE, TaskPhase.VERIFIED):
        return True
    waived = task.phase is TaskPhase.WAIVED and task.role is Role.LEAD
    return waived or task.phase in (TaskPhase.CUT, TaskPhase.ACCEPTED, TaskPhase.LEDGERED)


def _keep_informed(turn: Turn, problem: Problem, before: set[str], told: Decision) -> None:
    """Keep who had the problem before in copy, without task or clock, unless it takes part in this round too."""
    at_ms = turn.cause.at_ms
    for agency in sorted(before - {task.agency for task in working(turn, problem)}):
        copy = Task(
            id=f"{problem.id}.{problem.round}.copy-{agency}",
            problem_id=problem.id,
            round=problem.round,
            agency=agency,
            role=Role.COPY,
            phase=TaskPhase.PASSED,
            cut_ms=at_ms,
            touched_ms=at_ms,
            ended_ms=at_ms,
        )
        keep_task(turn.state, copy)
        turn.inform(copy, told)


def _last_said(turn: Turn) -> Decision:
    return next(post for post in reversed(turn.posts) if isinstance(post, Decision))


def _due(turn: Turn, span: Span | None) -> int | None:
    policy = turn.policy
    return None if span is None else due_ms(turn.cause.at_ms, span, policy.calendar, policy.zone)
