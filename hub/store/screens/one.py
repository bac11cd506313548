"""One problem: its row, its decisions in order, the events behind it, and what was like it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Select, and_, case, exists, select

from hub.model.lifecycle import TaskPhase
from hub.store.screens.register import ENDED, LIVE, Fields, clock_state
from hub.store.screens.scope import Scope, problem_rows
from hub.store.tables import DECISION, JOURNAL, MEMBER, NOTICE, PROBLEM, TASK

DECISIONS_MAX: Final = 400
NEVER: Final = 2**62
"""A number that no decision has."""

SIMILAR_MAX: Final = 5
NEARBY_MAX: Final = 12
MEMBERS_MAX: Final = 20
NOTICES_MAX: Final = 50


def problem(sql: Connection, scope: Scope, number: str, now_ms: int) -> Fields | None:
    """Give a problem by its number, None when there is none in the scope."""
    query = select(PROBLEM, clock_state(now_ms).label("clock")).where(
        problem_rows(scope), PROBLEM.c.id == number
    )
    row = sql.execute(query).mappings().first()
    return None if row is None else {str(name): value for name, value in row.items()}


def decisions(
    sql: Connection, scope: Scope, number: str, kinds: Collection[str], before: int = NEVER
) -> list[Fields]:
    """Give the newest decisions of some kinds about a problem, up to 400 of those before a number, as taken."""
    query = (
        select(DECISION.c.line)
        .join(
            PROBLEM,
            (PROBLEM.c.jurisdiction == DECISION.c.jurisdiction) & (PROBLEM.c.id == DECISION.c.problem_id),
        )
        .where(
            problem_rows(scope),
            DECISION.c.jurisdiction == scope.jurisdiction,
            DECISION.c.problem_id == number,
            DECISION.c.kind.in_(kinds),
            DECISION.c.seq < before,
        )
        .order_by(DECISION.c.seq.desc())
        .limit(DECISIONS_MAX)
    )
    return [orjson.loads(line) for line in reversed(sql.execute(query).scalars().all())]


def grounds(sql: Connection, scope: Scope, number: str, events: Sequence[str]) -> list[Fields]:
    """Give the journal rows of a suspicion's evidence, in log order."""
    entries = select(MEMBER.c.entry).where(
        MEMBER.c.jurisdiction == scope.jurisdiction,
        MEMBER.c.problem_id == number,
        MEMBER.c.event.in_(events),
    )
    return _rows(sql, _journal_of(scope, number, entries).order_by(JOURNAL.c.number))


def members(sql: Connection, scope: Scope, number: str, before: int = NEVER) -> list[Fields]:
    """Give the first events of a problem's newest matters, up to 20 of those before an entry, the newest first."""
    entries = (
        select(MEMBER.c.entry)
        .where(
            MEMBER.c.jurisdiction == scope.jurisdiction,
            MEMBER.c.problem_id == number,
            MEMBER.c.counts,
            MEMBER.c.entry < before,
        )
        .order_by(MEMBER.c.entry.desc())
        .limit(MEMBERS_MAX)
    )
    return _rows(sql, _journal_of(scope, number, entries).order_by(JOURNAL.c.number.desc()))


def tasks(sql: Connection, scope: Scope, number: str) -> list[Fields]:
    """Give the tasks of a problem's present round, the lead's first."""
    query = (
        select(TASK)
        .join(PROBLEM, and_(PROBLEM.c.jurisdiction == TASK.c.jurisdiction, PROBLEM.c.id == TASK.c.problem_id))
        .where(
            problem_rows(scope),
            TASK.c.jurisdiction == scope.jurisdiction,
            TASK.c.problem_id == number,
            TASK.c.round == PROBLEM.c.round,
        )
        .order_by(case((TASK.c.role == "lead", 0), else_=1), TASK.c.cut_ms, TASK.c.id)
    )
    return _rows(sql, query)


def task(sql: Connection, scope: Scope, task_id: str) -> Fields | None:
    """Give a task by its id, with the place of its problem; None when there is none in the scope."""
    query = (
        select(TASK, PROBLEM.c.place, PROBLEM.c.held_at)
        .join(PROBLEM, and_(PROBLEM.c.jurisdiction == TASK.c.jurisdiction, PROBLEM.c.id == TASK.c.problem_id))
        .where(problem_rows(scope), TASK.c.jurisdiction == scope.jurisdiction, TASK.c.id == task_id)
    )
    rows = _rows(sql, query)
    return rows[0] if rows else None


def notices(sql: Connection, scope: Scope, number: str) -> list[Fields]:
    """Give the notices of a problem, the newest first."""
    query = (
        select(NOTICE)
        .join(
            PROBLEM,
            and_(PROBLEM.c.jurisdiction == NOTICE.c.jurisdiction, PROBLEM.c.id == NOTICE.c.problem_id),
        )
        .where(
            problem_rows(scope), NOTICE.c.jurisdiction == scope.jurisdiction, NOTICE.c.problem_id == number
        )
        .order_by(NOTICE.c.at_ms.desc(), NOTICE.c.id)
        .limit(NOTICES_MAX)
    )
    return _rows(sql, query)


def similar(sql: Connection, scope: Scope, row: Fields, places: Iterable[str]) -> list[Fields]:
    """Give other problems of the same kind nearby: those that ended first, then the newest."""
    ended_first = case((PROBLEM.c.phase.in_(ENDED), 0), else_=1)
    query = _of_its_kind(scope, row, places).order_by(ended_first, PROBLEM.c.opened_ms.desc())
    return _rows(sql, query.limit(SIMILAR_MAX))


def nearby(sql: Connection, scope: Scope, row: Fields, places: Iterable[str]) -> list[Fields]:
    """Give open problems of the same kind nearby, the newest first: what this one may be one with."""
    query = _of_its_kind(scope, row, places).where(PROBLEM.c.phase.in_(LIVE))
    return _rows(sql, query.order_by(PROBLEM.c.opened_ms.desc()).limit(NEARBY_MAX))


def worked(sql: Connection, scope: Scope, numbers: Sequence[str]) -> dict[str, list[Fields]]:
    """Give what each agency did in these problems, where it was done: agency, role, its note, how often redone."""
    query = (
        select(TASK.c.problem_id, TASK.c.agency, TASK.c.role, TASK.c.note, TASK.c.redone)
        .join(PROBLEM, and_(PROBLEM.c.jurisdiction == TASK.c.jurisdiction, PROBLEM.c.id == TASK.c.problem_id))
        .where(
            problem_rows(scope),
            TASK.c.jurisdiction == scope.jurisdiction,
            TASK.c.problem_id.in_(numbers),
            TASK.c.phase.in_((TaskPhase.DONE, TaskPhase.VERIFIED)),
        )
        .order_by(TASK.c.round, case((TASK.c.role == "lead", 0), else_=1), TASK.c.id)
    )
    found: dict[str, list[Fields]] = {number: [] for number in numbers}
    for task in _rows(sql, query):
        found[task["problem_id"]].append(task)
    return found


def _of_its_kind(scope: Scope, row: Fields, places: Iterable[str]) -> Select[Any]:
    return select(PROBLEM).where(
        problem_rows(scope),
        PROBLEM.c.category == row["category"],
        PROBLEM.c.place.in_(sorted(places)),
        PROBLEM.c.id != row["id"],
    )


def _journal_of(scope: Scope, number: str, entries: Select[Any]) -> Select[Any]:
    # Whoever may see a problem may see what it is made of, wherever its events came from.
    seen = exists().where(problem_rows(scope), PROBLEM.c.id == number)
    return select(JOURNAL).where(
        JOURNAL.c.jurisdiction == scope.jurisdiction,
        JOURNAL.c.number.in_(select(entries.subquery().c.entry)),
        seen.correlate(JOURNAL),
    )


def _rows(sql: Connection, query: Select[Any]) -> list[Fields]:
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]
