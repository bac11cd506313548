"""One problem: its row, its decisions in order, the events behind it, and what was like it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import orjson
from sqlalchemy import Connection, case, select

from hub.store.screens.register import ENDED, Fields, clock_state
from hub.store.screens.scope import Scope, journal_rows, problem_rows
from hub.store.tables import DECISION, JOURNAL, MATTER, PROBLEM

DECISIONS_MAX: Final = 1_000
SIMILAR_MAX: Final = 5


def problem(sql: Connection, scope: Scope, number: str, now_ms: int) -> Fields | None:
    """Give a problem by its number, None when there is none in the scope."""
    query = select(PROBLEM, clock_state(now_ms).label("clock")).where(
        problem_rows(scope), PROBLEM.c.id == number
    )
    row = sql.execute(query).mappings().first()
    return None if row is None else {str(name): value for name, value in row.items()}


def decisions(sql: Connection, scope: Scope, number: str) -> list[Fields]:
    """Give the newest thousand decisions about a problem in the order taken."""
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
        )
        .order_by(DECISION.c.seq.desc())
        .limit(DECISIONS_MAX)
    )
    return [orjson.loads(line) for line in reversed(sql.execute(query).scalars().all())]


def first_events(
    sql: Connection, scope: Scope, events: Sequence[str], days: tuple[int, int], places: Iterable[str]
) -> list[Fields]:
    """Give the journal rows of a suspicion's evidence: first events of matters on these days at these places."""
    entries = (
        select(MATTER.c.entry)
        .where(
            MATTER.c.jurisdiction == scope.jurisdiction,
            MATTER.c.day.between(*days),
            MATTER.c.place.in_(sorted(places)),
            MATTER.c.event.in_(events),
        )
        .subquery()
    )
    query = (
        select(JOURNAL)
        .where(journal_rows(scope), JOURNAL.c.number.in_(select(entries.c.entry)))
        .order_by(JOURNAL.c.number)
    )
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]


def similar(sql: Connection, scope: Scope, row: Fields, places: Iterable[str]) -> list[Fields]:
    """Give other problems of the same kind nearby: those that ended first, then the newest."""
    query = (
        select(PROBLEM)
        .where(
            problem_rows(scope),
            PROBLEM.c.category == row["category"],
            PROBLEM.c.place.in_(sorted(places)),
            PROBLEM.c.id != row["id"],
        )
        .order_by(case((PROBLEM.c.phase.in_(ENDED), 0), else_=1), PROBLEM.c.opened_ms.desc())
        .limit(SIMILAR_MAX)
    )
    return [{str(name): value for name, value in found.items()} for found in sql.execute(query).mappings()]
