"""What waits for whom: tasks and notices by what they need next, and each agency's share of the work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, true

from hub.model.lifecycle import Phase
from hub.store.screens.register import LIVE, NEVER_MS, Fields
from hub.store.screens.scope import Scope, problem_rows
from hub.store.tables import NOTICE, PROBLEM, TASK

OWED: Final = tuple(phase for phase in LIVE if phase != Phase.SETTLED)
"""Phases of problems that somebody still owes something for."""

NEEDS: Final[dict[str, ColumnElement[bool]]] = {
    "accept": TASK.c.phase == "cut",
    "work": TASK.c.phase == "accepted",
    "route": TASK.c.phase == "returned",
    "rule": TASK.c.phase == "disputed",
    "grant": TASK.c.asked != "",
    "verify": TASK.c.phase == "done",
}
"""What a task needs next, by the tab that shows it."""

DUE: Final = case((TASK.c.phase == "cut", TASK.c.accept_due_ms), else_=TASK.c.due_ms)
OF_PROBLEM: Final = and_(PROBLEM.c.jurisdiction == TASK.c.jurisdiction, PROBLEM.c.id == TASK.c.problem_id)


def waiting(sql: Connection, scope: Scope, need: str, agency: str, limit: int, skip: int = 0) -> list[Fields]:
    """Give the tasks that need something, the soonest due first; with `agency`, its own alone."""
    due = func.coalesce(DUE, NEVER_MS)
    query = (
        _tasks(scope, agency)
        .add_columns(
            PROBLEM.c.place,
            PROBLEM.c.category,
            PROBLEM.c.tier,
            PROBLEM.c.lead.label("led_by"),
            DUE.label("next_due_ms"),
        )
        .where(NEEDS[need])
        .order_by(due, TASK.c.id)
        .limit(limit)
        .offset(skip)
    )
    return _rows(sql, query)


def needs(sql: Connection, scope: Scope, agency: str) -> dict[str, int]:
    """Count the tasks by what they need."""
    counted = [func.coalesce(func.sum(case((need, 1), else_=0)), 0) for need in NEEDS.values()]
    # Most tasks need nothing any more: leaving them out first saves a look at their problems.
    row = sql.execute(_tasks(scope, agency).where(or_(*NEEDS.values())).with_only_columns(*counted)).one()
    return {name: int(number) for name, number in zip(NEEDS, row, strict=True)}


def unanswered(sql: Connection, scope: Scope, agency: str, limit: int) -> list[Fields]:
    """Give the notices that wait for a reply, the soonest due first."""
    query = (
        select(NOTICE, PROBLEM.c.place, PROBLEM.c.category, PROBLEM.c.tier)
        .join(
            PROBLEM,
            and_(PROBLEM.c.jurisdiction == NOTICE.c.jurisdiction, PROBLEM.c.id == NOTICE.c.problem_id),
        )
        .where(
            problem_rows(scope),
            NOTICE.c.jurisdiction == scope.jurisdiction,
            NOTICE.c.reply_due_ms.is_not(None),
            NOTICE.c.replied_ms.is_(None),
            PROBLEM.c.phase.in_(OWED),
            NOTICE.c.agency == agency if agency else true(),
        )
        .order_by(NOTICE.c.reply_due_ms, NOTICE.c.id)
        .limit(limit)
    )
    return _rows(sql, query)


def tasks_of(sql: Connection, scope: Scope, numbers: Sequence[str]) -> dict[str, list[Fields]]:
    """Give the tasks of the present round of these problems, the lead's first."""
    query = (
        _tasks(scope, "")
        .where(TASK.c.problem_id.in_(numbers), TASK.c.role != "copy", TASK.c.phase != "passed")
        .order_by(case((TASK.c.role == "lead", 0), else_=1), TASK.c.cut_ms, TASK.c.id)
    )
    found: dict[str, list[Fields]] = {number: [] for number in numbers}
    for row in _rows(sql, query):
        found[row["problem_id"]].append(row)
    return found


def loads(sql: Connection, scope: Scope, now_ms: int) -> list[Fields]:
    """Give each agency's open tasks: how many, not accepted, late, returned, waiting for verification."""
    open_now = TASK.c.phase.in_(("cut", "accepted", "ledgered", "done"))
    late = and_(TASK.c.phase.in_(("cut", "accepted")), now_ms >= DUE)
    columns = {
        "open": open_now,
        "unaccepted": TASK.c.phase == "cut",
        "late": late,
        "verifying": TASK.c.phase == "done",
        "redone": and_(open_now, TASK.c.redone > 0),
    }
    counted = [func.sum(case((kind, 1), else_=0)).label(name) for name, kind in columns.items()]
    # By the bare column SQLite walks the index of all tasks there ever were and looks up the problem of each.
    unit = (TASK.c.agency + "").label("unit")
    query = (
        _tasks(scope, "")
        .with_only_columns(unit, *counted)
        .where(TASK.c.role != "copy", TASK.c.phase != "passed")
        .group_by(unit.name)
    )
    rows = [{"agency": row.pop("unit"), **row} for row in _rows(sql, query) if row["open"]]
    return sorted(rows, key=lambda row: (-row["late"], -row["open"], row["agency"]))


def _tasks(scope: Scope, agency: str) -> Select[Any]:
    """Select the tasks of present rounds of problems that somebody still owes something for."""
    return (
        select(TASK)
        .join(PROBLEM, OF_PROBLEM)
        .where(
            problem_rows(scope),
            TASK.c.jurisdiction == scope.jurisdiction,
            TASK.c.round == PROBLEM.c.round,
            PROBLEM.c.phase.in_(OWED),
            TASK.c.agency == agency if agency else true(),
        )
    )


def _rows(sql: Connection, query: Select[Any]) -> list[Fields]:
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]
