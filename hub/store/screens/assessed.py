"""Figures and scores of the units in a reader's scope, and the single things behind each number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, or_, select

from hub.model.figure import Mark, matter_marks, task_marks, watch_mark
from hub.model.matter import agency_of
from hub.policies.models import Policy
from hub.schemas.figures import Figure
from hub.schemas.reasons import DecisionKind
from hub.store import figures
from hub.store.assessments import TASK_MOMENTS, WATCH_ENDS
from hub.store.figures import Asked, Figures
from hub.store.rows import TASK_COLUMNS, task_of
from hub.store.screens.scope import Scope
from hub.store.tables import DECISION, PROBLEM, SCORE, TASK

Fields = dict[str, Any]

TASK_FIGURES: Final = frozenset(
    {Figure.SIGNED_IN_TIME, Figure.DONE_IN_TIME, Figure.RETURNED, Figure.TASK_REDONE}
)


class Item(NamedTuple):
    """One thing that a figure counts: `entry` is the journal number of a matter, `problem` the number of a problem."""

    entry: int
    problem: str
    place: str
    agency: str
    at_ms: int = 0
    met: bool = False
    counts: bool = False


def units(sql: Connection, scope: Scope, policy: Policy, asked: Asked) -> list[Figures]:
    """Give the figures of every unit that the scope holds."""
    return [
        unit for unit in figures.figures(sql, policy, asked) if is_seen(scope, policy, unit.unit, asked.by)
    ]


def scores(sql: Connection, scope: Scope, policy: Policy, period: str) -> list[Fields]:
    """Give the scores in a period of every unit that the scope holds: each item, and the total where it is ""."""
    kinds = {one.name: "agency" if one.units is None else one.units.value for one in policy.assessments}
    return [
        row
        for row in figures.scores(sql, scope.jurisdiction, period)
        if is_seen(scope, policy, row["unit"], kinds.get(row["assessment"], "agency"))
    ]


def scored_periods(sql: Connection, scope: Scope) -> list[str]:
    """Give the periods that have scores, the newest first."""
    query = select(SCORE.c.period).where(SCORE.c.jurisdiction == scope.jurisdiction).distinct()
    return sorted(sql.execute(query).scalars(), reverse=True)


def behind(
    sql: Connection, scope: Scope, policy: Policy, asked: Asked, unit: str, figure: Figure
) -> list[Item]:
    """Give all that a figure of a unit counts or leaves out, the newest first; nothing of a unit outside the scope."""
    if not is_seen(scope, policy, unit, asked.by):
        return []
    found = [
        item._replace(at_ms=mark.at_ms, met=mark.met, counts=mark.counts)
        for item, marks in _sources(sql, scope, policy, asked, unit, figure)
        for mark in marks
        if mark.figure is figure and asked.holds(mark.at_ms)
    ]
    return sorted(found, key=lambda item: (-item.at_ms, item.entry, item.problem))


def is_seen(scope: Scope, policy: Policy, unit: str, by: str) -> bool:
    """Whether a unit's figures may be shown: a kind of mediation counts the whole city, and is for those who see it."""
    if by == "kind":
        return scope.places is None and scope.within is None
    if by != "agency":
        return scope.holds(unit)
    agency = policy.agencies.get(unit)
    return scope.holds("" if agency is None else agency.territory, unit)


def _sources(
    sql: Connection, scope: Scope, policy: Policy, asked: Asked, unit: str, figure: Figure
) -> Iterator[tuple[Item, Iterator[Mark]]]:
    if figure in TASK_FIGURES:
        yield from _tasks(sql, scope, policy, asked, unit)
    elif figure is Figure.REBOUNDED:
        yield from _watches(sql, scope, policy, asked, unit)
    else:
        for matter in figures.matters(sql, scope.jurisdiction, asked):
            agency = agency_of(matter)
            if figures.unit_of(policy, asked.by, agency, matter.place, matter) == unit:
                yield Item(matter.entry, "", matter.place, agency), matter_marks(matter)


def _tasks(
    sql: Connection, scope: Scope, policy: Policy, asked: Asked, unit: str
) -> Iterator[tuple[Item, Iterator[Mark]]]:
    query = (
        select(*(TASK.c[name] for name in TASK_COLUMNS.split(", ")), PROBLEM.c.place)
        .join(PROBLEM, (PROBLEM.c.jurisdiction == TASK.c.jurisdiction) & (PROBLEM.c.id == TASK.c.problem_id))
        .where(
            TASK.c.jurisdiction == scope.jurisdiction,
            or_(*(TASK.c[name].between(asked.start_ms, asked.end_ms) for name in TASK_MOMENTS)),
        )
    )
    for *row, place in sql.execute(query):
        task = task_of(tuple(row))
        if figures.unit_of(policy, asked.by, task.agency, place) == unit:
            yield Item(0, task.problem_id, place, task.agency), task_marks(task)


def _watches(
    sql: Connection, scope: Scope, policy: Policy, asked: Asked, unit: str
) -> Iterator[tuple[Item, Iterator[Mark]]]:
    query = select(DECISION.c.at_ms, DECISION.c.kind, DECISION.c.line).where(
        DECISION.c.jurisdiction == scope.jurisdiction,
        DECISION.c.kind.in_(WATCH_ENDS),
        DECISION.c.at_ms.between(asked.start_ms, asked.end_ms),
    )
    for at_ms, kind, line in sql.execute(query):
        said = orjson.loads(line)
        agency = said.get("agency", "")
        if figures.unit_of(policy, asked.by, agency, said["place"]) == unit:
            mark = watch_mark(at_ms, rebounded=kind == DecisionKind.PROBLEM_REBOUNDED)
            yield Item(0, said["problem_id"], said["place"], agency), iter((mark,))
