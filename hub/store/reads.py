"""What other systems read through the API: every query needs a scope, and pages go on after a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, true, tuple_

from hub.model.lifecycle import AT_WORK, Phase
from hub.model.matter import Standing
from hub.schemas.commands import COMMANDS
from hub.schemas.inbox import POSITIONS_PER_OFFSET
from hub.schemas.reasons import DecisionKind, Outcome
from hub.store.tables import DECISION, JOURNAL, MATTER, PROBLEM, SOURCE, TASK

Fields = dict[str, Any]

MOVES: Final = (DecisionKind.TIER_RAISED, DecisionKind.TIER_LOWERED)


@dataclass(frozen=True, slots=True)
class Scope:
    """What one agency may read: its own events, and the problems it leads, has a task of, or that lie where it answers.

    A desk of the centre has no agency ("") and reads the whole city.

    `places` are the known places of its territory, None for the whole city; `categories` those it names with all
    below them, None for every one.
    """

    jurisdiction: str
    agency: str
    places: frozenset[str] | None
    categories: frozenset[str] | None

    def problems(self) -> ColumnElement[bool]:
        """Give the condition on a row of `problem`."""
        here: list[ColumnElement[bool]] = [true()]
        if self.places is not None:
            here.append(PROBLEM.c.place.in_(sorted(self.places)))
        if self.categories is not None:
            here.append(PROBLEM.c.category.in_(sorted(self.categories)))
        return and_(
            PROBLEM.c.jurisdiction == self.jurisdiction,
            or_(PROBLEM.c.lead == self.agency, PROBLEM.c.id.in_(self._at_work_on()), and_(*here)),
        )

    def _at_work_on(self) -> Select[Any]:
        return select(TASK.c.problem_id).where(
            TASK.c.jurisdiction == self.jurisdiction, TASK.c.agency == self.agency
        )

    def events(self) -> ColumnElement[bool]:
        """Give the condition on a row of `journal`."""
        if not self.agency:
            return and_(JOURNAL.c.jurisdiction == self.jurisdiction, JOURNAL.c.agency != COMMANDS)
        return and_(JOURNAL.c.jurisdiction == self.jurisdiction, JOURNAL.c.agency == self.agency)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the rows in scope; None asks for all."""

    tier: str | None = None
    phase: str | None = None
    category: str | None = None
    place: str | None = None
    kind: str | None = None
    problem: str | None = None
    agency: str | None = None
    at_work: bool = False


@dataclass(frozen=True, slots=True)
class WantedMatters:
    """Which of an agency's matters; None asks for all. Times bound when the log took the first report."""

    ids: tuple[str, ...] | None = None
    category: str | None = None
    standing: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    limit: int = 1000


def problems(
    sql: Connection, scope: Scope, wanted: Wanted, after: tuple[int, str] | None, limit: int
) -> list[Fields]:
    """Give problems, the newest first, after (`opened_ms`, number)."""
    query = select(PROBLEM).where(scope.problems())
    for column, value in (
        (PROBLEM.c.tier, wanted.tier),
        (PROBLEM.c.phase, wanted.phase),
        (PROBLEM.c.category, wanted.category),
        (PROBLEM.c.place, wanted.place),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.phase is None:
        query = query.where(PROBLEM.c.phase != Phase.DISMISSED)
    if after is not None:
        query = query.where(
            tuple_(PROBLEM.c.opened_ms, PROBLEM.c.id) < tuple_(literal(after[0]), literal(after[1]))
        )
    return _rows(sql, query.order_by(PROBLEM.c.opened_ms.desc(), PROBLEM.c.id.desc()).limit(limit))


def problem(sql: Connection, scope: Scope, number: str) -> Fields | None:
    """Give one problem by its number, if it is in scope."""
    rows = _rows(sql, select(PROBLEM).where(scope.problems(), PROBLEM.c.id == number))
    return rows[0] if rows else None


def tasks(
    sql: Connection, scope: Scope, wanted: Wanted, after: tuple[int, str] | None, limit: int
) -> list[Fields]:
    """Give the tasks of problems in scope, the newest cut first, after (`cut_ms`, id)."""
    home = and_(PROBLEM.c.jurisdiction == TASK.c.jurisdiction, PROBLEM.c.id == TASK.c.problem_id)
    query = select(TASK).join(PROBLEM, home).where(scope.problems())
    for column, value in ((TASK.c.agency, wanted.agency), (TASK.c.problem_id, wanted.problem)):
        if value is not None:
            query = query.where(column == value)
    if wanted.at_work:
        query = query.where(TASK.c.phase.in_(AT_WORK))
    if after is not None:
        query = query.where(tuple_(TASK.c.cut_ms, TASK.c.id) < tuple_(literal(after[0]), literal(after[1])))
    return _rows(sql, query.order_by(TASK.c.cut_ms.desc(), TASK.c.id.desc()).limit(limit))


def decisions(sql: Connection, scope: Scope, wanted: Wanted, after: int, limit: int) -> list[Fields]:
    """Give the decisions on problems in scope after a `seq`, in order."""
    query = (
        select(DECISION.c.line)
        .join(
            PROBLEM,
            and_(PROBLEM.c.jurisdiction == DECISION.c.jurisdiction, PROBLEM.c.id == DECISION.c.problem_id),
        )
        .where(scope.problems(), DECISION.c.jurisdiction == scope.jurisdiction, DECISION.c.seq > after)
        .order_by(DECISION.c.seq)
        .limit(limit)
    )
    if wanted.kind is not None:
        query = query.where(DECISION.c.kind == wanted.kind)
    if wanted.problem is not None:
        query = query.where(DECISION.c.problem_id == wanted.problem)
    return [orjson.loads(line) for line in sql.execute(query).scalars()]


def escalations(sql: Connection, scope: Scope, wanted: Wanted, after: int, limit: int) -> list[Fields]:
    """Give the moves between tiers of problems in scope after a `seq`, in order."""
    found: list[Fields] = []
    for kind in MOVES:
        found += decisions(sql, scope, Wanted(kind=kind, problem=wanted.problem), after, limit)
    return sorted(found, key=lambda line: int(line["seq"]))[:limit]


def events(
    sql: Connection, scope: Scope, outcome: str | None, after: int, limit: int, *, receipts: bool = False
) -> list[Fields]:
    """Give what became of the agency's events after a number, in log order; never what an event said.

    `receipts` leaves out what was accepted.
    """
    query = _event_rows(scope).where(JOURNAL.c.number > after).order_by(JOURNAL.c.number).limit(limit)
    if outcome is not None:
        query = query.where(JOURNAL.c.outcome == outcome)
    if receipts:
        query = query.where(JOURNAL.c.outcome != Outcome.ACCEPTED)
    return [_placed(row) for row in _rows(sql, query)]


def event(sql: Connection, scope: Scope, event_id: str, limit: int) -> list[Fields]:
    """Give every outcome of one id, in log order: the first, and the duplicates after it."""
    # Numbers first, from the index alone: for whole rows SQLite would rather walk the city's journal.
    numbers = (
        select(JOURNAL.c.number)
        .where(scope.events(), JOURNAL.c.event_id == event_id)
        .order_by(JOURNAL.c.number)
        .limit(limit)
    )
    found = sql.execute(numbers).scalars().all()
    query = _event_rows(scope).where(JOURNAL.c.number.in_(found)).order_by(JOURNAL.c.number)
    return [_placed(row) for row in _rows(sql, query)]


def accepted_body(sql: Connection, jurisdiction: str, agency: str, event_id: str) -> str | None:
    """Give the JSON of an accepted event by its id; None when no such event was accepted."""
    query = (
        select(JOURNAL.c.body)
        .where(
            JOURNAL.c.jurisdiction == jurisdiction,
            JOURNAL.c.agency == agency,
            JOURNAL.c.event_id == event_id,
            JOURNAL.c.outcome == Outcome.ACCEPTED,
        )
        .order_by(JOURNAL.c.number)
        .limit(1)
    )
    return sql.execute(query).scalar_one_or_none()


def matters(sql: Connection, scope: Scope, wanted: WantedMatters) -> list[Fields]:
    """Give an agency's matters with the JSON of their first report, the newest first."""
    first = and_(JOURNAL.c.jurisdiction == MATTER.c.jurisdiction, JOURNAL.c.number == MATTER.c.entry)
    query = (
        select(
            JOURNAL.c.matter_id,
            JOURNAL.c.hub_ms,
            JOURNAL.c.agency,
            JOURNAL.c.body,
            *(MATTER.c[name] for name in ("place", "category", "standing")),
        )
        .join(JOURNAL, first)
        .where(MATTER.c.jurisdiction == scope.jurisdiction, JOURNAL.c.agency == scope.agency)
        .order_by(MATTER.c.entry.desc())
        .limit(wanted.limit)
    )
    if wanted.ids is not None:
        query = query.where(MATTER.c.key.in_([f"{scope.agency}/{number}" for number in wanted.ids]))
    if wanted.category is not None:
        query = query.where(MATTER.c.category == wanted.category)
    if wanted.standing is not None:
        is_open = MATTER.c.standing == Standing.OPEN
        query = query.where(is_open if wanted.standing == Standing.OPEN else ~is_open)
    if wanted.since_ms is not None:
        query = query.where(JOURNAL.c.hub_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        query = query.where(JOURNAL.c.hub_ms <= wanted.until_ms)
    return _rows(sql, query)


def tally(sql: Connection, jurisdiction: str, agency: str) -> dict[str, int]:
    """Give an agency's events by outcome; received is their sum."""
    names = [outcome.value for outcome in Outcome]
    row = sql.execute(
        select(*(func.coalesce(func.sum(SOURCE.c[name]), 0) for name in names)).where(
            SOURCE.c.jurisdiction == jurisdiction, SOURCE.c.agency == agency
        )
    ).one()
    told = {name: int(number) for name, number in zip(names, row, strict=True)}
    return {"received": sum(told.values()), **told}


def _event_rows(scope: Scope) -> Select[Any]:
    named = (
        "number",
        "hub_ms",
        "agency",
        "partition",
        "position",
        "outcome",
        "event_id",
        "type",
        "matter_id",
    )
    told = ("place", "category", "code", "pointer", "message_zh", "message_en")
    return select(*(JOURNAL.c[name] for name in (*named, *told))).where(scope.events())


def _placed(row: Fields) -> Fields:
    offset, index = divmod(row.pop("position"), POSITIONS_PER_OFFSET)
    return {**row, "offset": offset, "index": index}


def _rows(sql: Connection, query: Select[Any]) -> list[Fields]:
    # A reserved word's name is no plain string there, and JSON writers refuse such keys.
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]
