"""One problem whole, and the tasks and notices of all: what the command line, the API and the console read of them."""

from __future__ import annotations

from typing import Any, Final

import orjson
from sqlalchemy import Connection, Select, Table, func, select

from hub.model.lifecycle import AT_WORK, TaskPhase
from hub.store.tables import CLOCK, DECISION, MEMBER, NOTICE, PROBLEM, TASK

Fields = dict[str, Any]

GONE: Final = (TaskPhase.PASSED, TaskPhase.WAIVED)


def problem(sql: Connection, number: str) -> Fields | None:
    """Give one problem with its matters, tasks, notices, running clocks, parts, and decisions in order."""
    rows = _all(sql, select(PROBLEM).where(PROBLEM.c.id == number))
    if not rows:
        return None
    row = rows[0]
    code = row["jurisdiction"]
    lines = sql.execute(
        select(DECISION.c.line)
        .where(DECISION.c.jurisdiction == code, DECISION.c.problem_id == number)
        .order_by(DECISION.c.seq)
    ).scalars()
    return {
        **row,
        "labels": row["labels"].split(),
        "promised": orjson.loads(row["promised"]),
        "parts": list(
            sql.execute(
                select(PROBLEM.c.id).where(PROBLEM.c.jurisdiction == code, PROBLEM.c.parent == number)
            ).scalars()
        ),
        "members": members(sql, code, number),
        "tasks": tasks(sql, code, problem_id=number),
        "notices": _of(sql, NOTICE, code, number, "at_ms"),
        "clocks": [clock for clock in _of(sql, CLOCK, code, number, "due_ms") if clock["running"]],
        "decisions": [orjson.loads(line) for line in lines],
    }


def members(sql: Connection, jurisdiction: str, number: str) -> list[Fields]:
    """Give the matters of a problem in log order; what no longer counts is there too, as counter-evidence."""
    return _of(sql, MEMBER, jurisdiction, number, "entry")


def tasks(
    sql: Connection,
    jurisdiction: str | None = None,
    *,
    problem_id: str | None = None,
    agency: str | None = None,
    at_work: bool = False,
    limit: int = 1_000,
) -> list[Fields]:
    """Give tasks, the earliest due first; `at_work` leaves out what nobody owes anything for."""
    query = select(TASK).order_by(TASK.c.due_ms.is_(None), TASK.c.due_ms, TASK.c.id).limit(limit)
    for column, value in (
        (TASK.c.jurisdiction, jurisdiction),
        (TASK.c.problem_id, problem_id),
        (TASK.c.agency, agency),
    ):
        if value is not None:
            query = query.where(column == value)
    if at_work:
        query = query.where(TASK.c.phase.in_(AT_WORK))
    return _all(sql, query)


def acceptance(sql: Connection, jurisdiction: str, number: str) -> tuple[int, int]:
    """Give how many agencies of the present round have accepted, and how many there are (N 家签收)."""
    accepted, all_of_them = sql.execute(
        select(func.count(TASK.c.accepted_ms), func.count())
        .select_from(TASK)
        .join(PROBLEM, (PROBLEM.c.jurisdiction == TASK.c.jurisdiction) & (PROBLEM.c.id == TASK.c.problem_id))
        .where(
            TASK.c.jurisdiction == jurisdiction,
            TASK.c.problem_id == number,
            TASK.c.round == PROBLEM.c.round,
            TASK.c.phase.not_in(GONE),
        )
    ).one()
    return int(accepted), int(all_of_them)


def _of(sql: Connection, table: Table, jurisdiction: str, number: str, order: str) -> list[Fields]:
    query = (
        select(table)
        .where(table.c.jurisdiction == jurisdiction, table.c.problem_id == number)
        .order_by(table.c[order], table.c.id if "id" in table.c else table.c.matter)
    )
    return _all(sql, query)


def _all(sql: Connection, query: Select[Any]) -> list[Fields]:
    # A reserved word's name is no plain string there, and JSON writers refuse such keys.
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]
