"""What the past teaches: how often each rule was wrong, and what worked on problems like this one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, case, func, select

from hub.model.lifecycle import Phase, TaskPhase
from hub.store.tables import PROBLEM, TASK

Fields = dict[str, Any]

SIMILAR_MAX: Final = 5
DECIDED: Final = (
    Phase.DISMISSED,
    Phase.CLOSED,
    Phase.SETTLED,
    Phase.CONFIRMED,
    Phase.TREATING,
    Phase.LEDGERED,
)
"""A person or the rule said what these are; suspected ones wait, merged ones were counted in another."""


def misjudged(sql: Connection, jurisdiction: str) -> list[Fields]:
    """Give each rule's problems that were decided, those dismissed, and the share of these, by rule name."""
    wrong = func.sum(case((PROBLEM.c.phase == Phase.DISMISSED, 1), else_=0))
    rows = sql.execute(
        select(PROBLEM.c.rule, func.count(), wrong)
        .where(PROBLEM.c.jurisdiction == jurisdiction, PROBLEM.c.phase.in_(DECIDED))
        .group_by(PROBLEM.c.rule)
        .order_by(PROBLEM.c.rule)
    )
    return [
        {"rule": rule, "decided": decided, "dismissed": int(dismissed), "share": int(dismissed) / decided}
        for rule, decided, dismissed in rows
    ]


def worked(sql: Connection, jurisdiction: str, category: str, places: Collection[str]) -> list[Fields]:
    """Give the last problems of a kind that were closed at these places, and what each agency did in them.

    A problem's `days` run from confirmation to settlement; `rebounds` tells whether what was done held.
    """
    rows = (
        sql.execute(
            select(PROBLEM)
            .where(
                PROBLEM.c.jurisdiction == jurisdiction,
                PROBLEM.c.category == category,
                PROBLEM.c.place.in_(sorted(places)),
                PROBLEM.c.phase == Phase.CLOSED,
            )
            .order_by(PROBLEM.c.closed_ms.desc(), PROBLEM.c.id)
            .limit(SIMILAR_MAX)
        )
        .mappings()
        .all()
    )
    return [_with_tasks(sql, jurisdiction, {str(name): value for name, value in row.items()}) for row in rows]


def _with_tasks(sql: Connection, jurisdiction: str, row: Fields) -> Fields:
    done = (
        sql.execute(
            select(TASK.c.agency, TASK.c.role, TASK.c.note, TASK.c.redone)
            .where(
                TASK.c.jurisdiction == jurisdiction,
                TASK.c.problem_id == row["id"],
                TASK.c.phase.in_((TaskPhase.DONE, TaskPhase.VERIFIED)),
            )
            .order_by(TASK.c.round, TASK.c.id)
        )
        .mappings()
        .all()
    )
    started, ended = row["confirmed_ms"], row["settled_ms"]
    days = None if started is None or ended is None else round((ended - started) / 86_400_000, 1)
    known = ("id", "place", "category", "key", "rule", "lead", "matters", "level", "rebounds")
    return {name: row[name] for name in known} | {"days": days, "done": [dict(task) for task in done]}
