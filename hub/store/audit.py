"""The auditor: what should have happened by the log's clock and has not, told from the rows alone.

It shares no code with `core/`: its calendar arithmetic and its reading of the policy are its own, so that a mistake
there is not repeated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, Table, select

from hub.policies.models import Policy, TierPolicy
from hub.store._recount import due_by_hand
from hub.store.tables import CLOCK, JURISDICTION, NOTICE, PROBLEM, TASK


class Missed(StrEnum):
    """What the auditor finds."""

    CLOCK_PASSED = "CLOCK_PASSED"
    STAGE_UNTIMED = "STAGE_UNTIMED"
    STAGE_LATE = "STAGE_LATE"
    STAGE_TOO_LONG = "STAGE_TOO_LONG"
    PAUSE_UNTIMED = "PAUSE_UNTIMED"
    WATCH_UNTIMED = "WATCH_UNTIMED"
    ACCEPTANCE_UNTIMED = "ACCEPTANCE_UNTIMED"
    COPY_TIMED = "COPY_TIMED"
    LATE_UNTOLD = "LATE_UNTOLD"
    NOBODY_AT_WORK = "NOBODY_AT_WORK"
    NO_LEAD = "NO_LEAD"
    NOTICE_UNANSWERED = "NOTICE_UNANSWERED"


MISSED_TEXTS: Final[dict[Missed, tuple[str, str]]] = {
    Missed.CLOCK_PASSED: ("时限已过而未触发", "a running clock is past its due moment"),
    Missed.STAGE_UNTIMED: ("在办而本级时限未走", "held, and no stage clock runs"),
    Missed.STAGE_LATE: ("本级时限已过而未升级", "its stage is over and it has not risen"),
    Missed.STAGE_TOO_LONG: ("本级时限长于规则所定", "its stage is due later than the policy allows"),
    Missed.PAUSE_UNTIMED: ("挂账而无复核时限", "paused, and no day of review comes"),
    Missed.WATCH_UNTIMED: ("观察期而无期限", "watched, and no end of the watch comes"),
    Missed.ACCEPTANCE_UNTIMED: ("待签收而签收时限未走", "not accepted, and no acceptance clock runs"),
    Missed.COPY_TIMED: ("抄送单位被计时", "an agency that is only in copy is held to a clock"),
    Missed.LATE_UNTOLD: (
        "逾期的协办没有收到通知",
        "a co-agency was late at the top and got no notice",
    ),
    Missed.NOBODY_AT_WORK: ("任务没有承办单位", "a task at work has no agency"),
    Missed.NO_LEAD: ("有承办单位而未定主办", "held without a lead though somebody holds the place"),
    Missed.NOTICE_UNANSWERED: (
        "通知逾期未复而无下一步",
        "a notice was not answered in time and nothing followed",
    ),
}


class Miss(NamedTuple):
    """One thing that did not happen: of which problem, of which task or notice (else the problem), and what."""

    jurisdiction: str
    problem_id: str
    subject: str
    what: Missed


HELD: Final = ("confirmed", "treating")
UNDER_WAY: Final = ("cut", "accepted", "ledgered", "returned", "disputed")

AnyRow = Row[Any]


class Books(NamedTuple):
    """The rows of one jurisdiction that tell what runs; `clocks` are the running ones by (owner, kind)."""

    policy: Policy
    now_ms: int
    problems: dict[str, AnyRow]
    tasks: list[AnyRow]
    notices: list[AnyRow]
    clocks: dict[tuple[str, str], AnyRow]


def missed(sql: Connection, policies: Mapping[str, Policy]) -> list[str]:
    """Give the numbers of the problems of which something was missed, each once."""
    return sorted({miss.problem_id for miss in misses(sql, policies)})


def misses(sql: Connection, policies: Mapping[str, Policy]) -> list[Miss]:
    """Give everything that the log's clock has passed and that did not happen; none is right."""
    clocks = dict(sql.execute(select(JURISDICTION.c.code, JURISDICTION.c.hub_ms)).tuples().all())
    found: list[Miss] = []
    for code in sorted(clocks.keys() & policies.keys()):
        books = _books(sql, code, policies[code], clocks[code])
        found += [Miss(code, *told) for told in _all(books)]
    return found


Told = tuple[str, str, Missed]


def _all(books: Books) -> Iterator[Told]:
    for clock in books.clocks.values():
        if clock.due_ms <= books.now_ms:
            yield clock.problem_id, clock.id, Missed.CLOCK_PASSED
    for problem in books.problems.values():
        yield from ((problem.id, problem.id, what) for what in _of_problem(books, problem))
    for task in books.tasks:
        if task.problem_id in books.problems:
            yield from ((task.problem_id, task.id, what) for what in _of_task(books, task))
    for notice in books.notices:
        if _is_ignored(books, notice):
            yield notice.problem_id, notice.id, Missed.NOTICE_UNANSWERED


def _of_problem(books: Books, problem: AnyRow) -> Iterator[Missed]:
    if problem.phase == "ledgered" and not _is_reviewed(books, problem):
        yield Missed.PAUSE_UNTIMED
    if problem.phase == "settled" and (problem.id, "watch") not in books.clocks:
        yield Missed.WATCH_UNTIMED
    if problem.phase in HELD:
        yield from _of_stage(books, problem)
        if not problem.lead and _has_holder(books.policy, problem):
            yield Missed.NO_LEAD


def _of_stage(books: Books, problem: AnyRow) -> Iterator[Missed]:
    """Weigh the stage of a held problem: the stored due moment, the clock, and what the policy's days come to."""
    policy = books.policy
    span = _rules(policy, problem.category).stage.get(policy.places[problem.held_at].tier)
    if span is None:
        return
    if problem.due_ms is None or problem.stage_started_ms is None:
        yield Missed.STAGE_UNTIMED
        return
    more = [task.asked_days for task in books.tasks if _is_extended(task, problem)]
    over = problem.due_ms
    # A pause moves the stage by what its unit counts of it, and two extensions add up by their order: those due
    # moments are believed.
    if not problem.paused_for_ms and len(more) <= 1:
        latest = due_by_hand(policy, problem.stage_started_ms, span, sum(more))
        if over > latest:
            yield Missed.STAGE_TOO_LONG
        over = min(over, latest)
    if books.now_ms >= over:
        if _is_below_the_top(policy, problem) or not _is_admonished(books, problem, over):
            yield Missed.STAGE_LATE
        elif any(_is_untold(books, task, over) for task in books.tasks if task.problem_id == problem.id):
            yield Missed.LATE_UNTOLD
    elif (problem.id, "stage") not in books.clocks:
        yield Missed.STAGE_UNTIMED


def _of_task(books: Books, task: AnyRow) -> Iterator[Missed]:
    if task.role == "copy" and (
        task.due_ms is not None or any(owner == task.id for owner, _kind in books.clocks)
    ):
        yield Missed.COPY_TIMED
    if task.phase in UNDER_WAY and not task.agency:
        yield Missed.NOBODY_AT_WORK
    if task.phase == "cut" and task.accept_due_ms is not None:
        nudged = any(
            notice.task_id == task.id and notice.at_ms >= task.accept_due_ms for notice in books.notices
        )
        ladder = _rules(books.policy, books.problems[task.problem_id].category).notices
        over = books.now_ms >= task.accept_due_ms
        if (over and task.steps < len(ladder) and not nudged) or (
            not over and (task.id, "acceptance") not in books.clocks
        ):
            yield Missed.ACCEPTANCE_UNTIMED


def _is_ignored(books: Books, notice: AnyRow) -> bool:
    """Whether a notice was left without answer and nothing followed, though the ladder goes on."""
    problem = books.problems.get(notice.problem_id)
    if notice.replied_ms is not None or notice.reply_due_ms is None or problem is None:
        return False
    if books.now_ms < notice.reply_due_ms:
        return False
    owner = next((task for task in books.tasks if task.id == notice.task_id), problem)
    if owner is problem and notice.at_ms < problem.stage_started_ms:
        return False
    if owner.phase not in (HELD if owner is problem else ("cut", "accepted")):
        return False
    ladder = _rules(books.policy, problem.category).notices
    return owner.steps < len(ladder) and not any(
        later.task_id == notice.task_id and later.number > notice.number
        for later in books.notices
        if later.problem_id == notice.problem_id
    )


def _is_reviewed(books: Books, problem: AnyRow) -> bool:
    tasks = (task.id for task in books.tasks if task.problem_id == problem.id and task.phase == "ledgered")
    return any((task, "review") in books.clocks for task in tasks)


def _is_admonished(books: Books, problem: AnyRow, over_ms: int) -> bool:
    """Whether at the top, where nothing is above, an expired stage climbed the ladder of notices."""
    if problem.steps >= len(_rules(books.policy, problem.category).notices):
        return True
    return any(
        notice.at_ms >= over_ms and (not notice.task_id or notice.reason == "CLOCK_EXPIRED")
        for notice in books.notices
        if notice.problem_id == problem.id
    )


def _is_untold(books: Books, task: AnyRow, over_ms: int) -> bool:
    """Whether a co-agency was at work when its time and the stage's were over, and has got no notice since.

    What was sent back to it since, or is with it only since then, was not late at that time.
    """
    problem = books.problems[task.problem_id]
    if task.round != problem.round or task.role != "co" or task.phase not in ("cut", "accepted"):
        return False
    if task.redone or task.cut_ms >= over_ms or task.due_ms is None or task.due_ms > over_ms:
        return False
    if task.steps >= len(_rules(books.policy, problem.category).notices):
        return False
    return not any(notice.task_id == task.id and notice.at_ms >= over_ms for notice in books.notices)


def _is_extended(task: AnyRow, problem: AnyRow) -> bool:
    """Whether a task's extension may have moved the stage: a lead's did, and who led may be a co-agency by now."""
    return bool(task.problem_id == problem.id and task.round == problem.round and task.extended)


def _is_below_the_top(policy: Policy, problem: AnyRow) -> bool:
    above = policy.places[problem.held_at].parent
    ceiling = _rules(policy, problem.category).ceiling
    if above is None or ceiling is None:
        return above is not None
    order = ("village", "township", "county", "city")
    return order.index(policy.places[above].tier) <= order.index(ceiling)


def _has_holder(policy: Policy, problem: AnyRow) -> bool:
    kinds = policy.categories[problem.category].chain
    return problem.held_at in policy.holders or any(
        policy.departments.get((problem.held_at, kind)) for kind in kinds
    )


def _rules(policy: Policy, category: str) -> TierPolicy:
    named = [
        rules
        for node in policy.categories[category].chain
        for rules in policy.tiers
        if node in rules.categories
    ]
    return (named or [rules for rules in policy.tiers if not rules.categories])[0]


def _books(sql: Connection, code: str, policy: Policy, now_ms: int) -> Books:
    open_problems = PROBLEM.c.phase.not_in(("closed", "dismissed", "merged"))
    problems = {row.id: row for row in _rows(sql, PROBLEM, code, open_problems)}
    running = _rows(sql, CLOCK, code, CLOCK.c.running.is_(True))
    return Books(
        policy,
        now_ms,
        problems,
        [row for row in _rows(sql, TASK, code) if row.problem_id in problems],
        [row for row in _rows(sql, NOTICE, code) if row.problem_id in problems],
        {(row.task_id or row.problem_id, row.kind): row for row in running},
    )


def _rows(sql: Connection, table: Table, code: str, *only: Any) -> list[AnyRow]:  # noqa: ANN401 - a condition
    return list(sql.execute(select(table).where(table.c.jurisdiction == code, *only)))
