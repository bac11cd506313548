"""What flows through the hub: events by outcome, decisions by kind, sources by agency, and what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Column, Connection, Table, and_, case, func, select

from hub.schemas.commands import COMMANDS
from hub.schemas.reasons import DecisionKind
from hub.store.screens.register import LIVE, Fields
from hub.store.screens.scope import Scope, journal_rows, problem_rows, source_rows
from hub.store.tables import DECISION, JOURNAL, JURISDICTION, PROBLEM, SOURCE

OUTCOMES: Final = ("accepted", "duplicate", "quarantined", "refused")
CHANGES_MAX: Final = 500
HOUR_MS: Final = 3_600_000

PROBLEM_OF_DECISION: Final = and_(
    PROBLEM.c.jurisdiction == DECISION.c.jurisdiction, PROBLEM.c.id == DECISION.c.problem_id
)


def counters(sql: Connection, scope: Scope) -> Fields:
    """Give the city's counters: the log's clock, journal rows and decisions; zeros before its first message."""
    row = (
        sql.execute(select(JURISDICTION).where(JURISDICTION.c.code == scope.jurisdiction)).mappings().first()
    )
    if row is None:
        return {"hub_ms": 0, "entries": 0, "said": 0, "policy": "", "backfilling": False}
    return {str(name): value for name, value in row.items()}


def outcomes(sql: Connection, scope: Scope, from_ms: int, until_ms: int) -> dict[str, int]:
    """Count the events that the log took in a span of time, by outcome."""
    first = _first_at(sql, JOURNAL, JOURNAL.c.number, JOURNAL.c.hub_ms, scope, from_ms)
    last = _first_at(sql, JOURNAL, JOURNAL.c.number, JOURNAL.c.hub_ms, scope, until_ms)
    query = (
        select(JOURNAL.c.outcome, func.count())
        .where(
            journal_rows(scope),
            JOURNAL.c.number >= first,
            JOURNAL.c.number < last,
            JOURNAL.c.agency != COMMANDS,
        )
        .group_by(JOURNAL.c.outcome)
    )
    return dict.fromkeys(OUTCOMES, 0) | dict(sql.execute(query).tuples().all())


def said(sql: Connection, scope: Scope, from_ms: int, until_ms: int) -> dict[str, int]:
    """Count the decisions dated in a span of time, by kind."""
    first = _first_at(sql, DECISION, DECISION.c.seq, DECISION.c.at_ms, scope, from_ms)
    last = _first_at(sql, DECISION, DECISION.c.seq, DECISION.c.at_ms, scope, until_ms)
    query = (
        select(DECISION.c.kind, func.count())
        .join(PROBLEM, PROBLEM_OF_DECISION)
        .where(
            problem_rows(scope),
            DECISION.c.jurisdiction == scope.jurisdiction,
            DECISION.c.seq >= first,
            DECISION.c.seq < last,
        )
        .group_by(DECISION.c.kind)
    )
    return dict(sql.execute(query).tuples().all())


def latest(sql: Connection, scope: Scope, kinds: Sequence[str], limit: int) -> list[Fields]:
    """Give the newest decisions of some kinds, newest first."""
    query = (
        select(DECISION.c.line)
        .join(PROBLEM, PROBLEM_OF_DECISION)
        .where(problem_rows(scope), DECISION.c.jurisdiction == scope.jurisdiction, DECISION.c.kind.in_(kinds))
        .order_by(DECISION.c.seq.desc())
        .limit(limit)
    )
    return [orjson.loads(line) for line in sql.execute(query).scalars()]


def since(sql: Connection, scope: Scope, after: int, kinds: Sequence[str]) -> list[Fields]:
    """Give the decisions of some kinds after a number, newest first."""
    query = (
        select(DECISION.c.line)
        .join(PROBLEM, PROBLEM_OF_DECISION)
        .where(
            problem_rows(scope),
            DECISION.c.jurisdiction == scope.jurisdiction,
            DECISION.c.seq > after,
            DECISION.c.kind.in_(kinds),
        )
        .order_by(DECISION.c.seq.desc())
        .limit(CHANGES_MAX)
    )
    return [orjson.loads(line) for line in sql.execute(query).scalars()]


def last_rises(sql: Connection, scope: Scope, numbers: Sequence[str]) -> dict[str, Fields]:
    """Give the last rise of each of these problems."""
    newest = (
        select(func.max(DECISION.c.seq).label("seq"))
        .where(
            DECISION.c.jurisdiction == scope.jurisdiction,
            DECISION.c.problem_id.in_(numbers),
            DECISION.c.kind == "tier_raised",
        )
        .group_by(DECISION.c.problem_id)
        .subquery()
    )
    query = (
        select(DECISION.c.line)
        .join(PROBLEM, PROBLEM_OF_DECISION)
        .where(
            problem_rows(scope),
            DECISION.c.jurisdiction == scope.jurisdiction,
            DECISION.c.seq.in_(select(newest.c.seq)),
        )
    )
    lines = [orjson.loads(line) for line in sql.execute(query).scalars()]
    return {line["problem_id"]: line for line in lines}


def changes(sql: Connection, scope: Scope, after: int) -> tuple[int, list[str]]:
    """Give how far the city's decisions have come, and the problems that were decided about since `after`."""
    newest = int(counters(sql, scope)["said"])
    query = (
        select(DECISION.c.problem_id)
        .join(PROBLEM, PROBLEM_OF_DECISION)
        .where(problem_rows(scope), DECISION.c.jurisdiction == scope.jurisdiction, DECISION.c.seq > after)
        .order_by(DECISION.c.seq.desc())
        .limit(CHANGES_MAX)
    )
    return newest, list(dict.fromkeys(sql.execute(query).scalars()))


def events(
    sql: Connection,
    scope: Scope,
    *,
    outcome: str = "",
    agency: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[Fields]:
    """Give events of the journal, newest first, before a number."""
    query = select(JOURNAL).where(journal_rows(scope)).order_by(JOURNAL.c.number.desc()).limit(limit)
    if outcome:
        query = query.where(JOURNAL.c.outcome == outcome)
    if agency:
        query = query.where(JOURNAL.c.agency == agency)
    if before is not None:
        query = query.where(JOURNAL.c.number < before)
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]


def event(sql: Connection, scope: Scope, number: int) -> Fields | None:
    """Give one event of the journal by its number, None when there is none in the scope."""
    query = select(JOURNAL).where(journal_rows(scope), JOURNAL.c.number == number)
    row = sql.execute(query).mappings().first()
    return None if row is None else {str(name): value for name, value in row.items()}


def arrived(sql: Connection, scope: Scope, after: int, agency: str, event_id: str) -> Fields | None:
    """Give the first row of an agency's event after a number of the journal; None while it has not come in."""
    query = (
        select(JOURNAL)
        .where(
            journal_rows(scope),
            JOURNAL.c.number > after,
            JOURNAL.c.agency == agency,
            JOURNAL.c.event_id == event_id,
        )
        .order_by(JOURNAL.c.number)
        .limit(1)
    )
    row = sql.execute(query).mappings().first()
    return None if row is None else {str(name): value for name, value in row.items()}


def sources(sql: Connection, scope: Scope, territories: Mapping[str, str]) -> list[Fields]:
    """Give the tally of each agency; received is the sum of its four outcomes by definition of the log."""
    sums = [func.sum(SOURCE.c[name]).label(name) for name in OUTCOMES]
    query = (
        select(SOURCE.c.agency, *sums)
        .where(source_rows(scope, territories))
        .group_by(SOURCE.c.agency)
        .order_by(SOURCE.c.agency)
    )
    rows = [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]
    return [{**row, "received": sum(int(row[name]) for name in OUTCOMES)} for row in rows]


def recent_by_agency(sql: Connection, scope: Scope, from_ms: int) -> dict[str, Fields]:
    """Give each agency's last event and number of events since a moment."""
    first = _first_at(sql, JOURNAL, JOURNAL.c.number, JOURNAL.c.hub_ms, scope, from_ms)
    query = (
        select(JOURNAL.c.agency, func.max(JOURNAL.c.hub_ms).label("last_ms"), func.count().label("number"))
        .where(journal_rows(scope), JOURNAL.c.number >= first)
        .group_by(JOURNAL.c.agency)
    )
    return {row.agency: {"last_ms": row.last_ms, "number": row.number} for row in sql.execute(query)}


def biggest(sql: Connection, scope: Scope, order: str, limit: int) -> list[Fields]:
    """Give open problems with the most matters, the most rounds, or open the longest."""
    key = {"matters": PROBLEM.c.matters.desc(), "rounds": PROBLEM.c.round.desc(), "age": PROBLEM.c.opened_ms}
    query = (
        select(PROBLEM)
        .where(problem_rows(scope), PROBLEM.c.phase.in_(LIVE))
        .order_by(key[order], PROBLEM.c.matters.desc(), PROBLEM.c.id)
        .limit(limit)
    )
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]


def by_rule(sql: Connection, scope: Scope) -> tuple[dict[str, int], dict[str, int]]:
    """Count the problems that each rule opened, and those of them that were found to be none."""
    query = (
        select(PROBLEM.c.rule, func.count(), func.sum(case((PROBLEM.c.phase == "dismissed", 1), else_=0)))
        .where(problem_rows(scope))
        .group_by(PROBLEM.c.rule)
    )
    rows = sql.execute(query).tuples().all()
    return {rule: number for rule, number, _ in rows}, {rule: int(wrong) for rule, _, wrong in rows}


def adopted(sql: Connection, scope: Scope) -> list[Fields]:
    """Give the decisions that put a version of the policy into force, the newest first."""
    query = (
        select(DECISION.c.line)
        .where(DECISION.c.jurisdiction == scope.jurisdiction, DECISION.c.kind == DecisionKind.POLICY_ADOPTED)
        .order_by(DECISION.c.seq.desc())
    )
    return [orjson.loads(line) for line in sql.execute(query).scalars()]


def hourly(sql: Connection, scope: Scope, from_ms: int, hours: int) -> list[int]:
    """Count the events that the log took in each of so many hours."""
    first = _first_at(sql, JOURNAL, JOURNAL.c.number, JOURNAL.c.hub_ms, scope, from_ms)
    hour = (JOURNAL.c.hub_ms - from_ms) / HOUR_MS
    query = (
        select(func.floor(hour), func.count())
        .where(journal_rows(scope), JOURNAL.c.number >= first, JOURNAL.c.agency != COMMANDS)
        .group_by(func.floor(hour))
    )
    counts = {int(number): count for number, count in sql.execute(query)}
    return [counts.get(number, 0) for number in range(hours)]


def _first_at(
    sql: Connection, table: Table, number: Column[Any], at: Column[Any], scope: Scope, at_ms: int
) -> int:
    """Give the first number whose time is not before `at_ms`.

    Number and time grow together, so the key alone finds it: a guess by the mean rate and a halving take turns.
    """
    mine = table.c.jurisdiction == scope.jurisdiction
    ends = select(number, at).where(mine).limit(1)
    first = sql.execute(ends.order_by(number)).first()
    last = sql.execute(ends.order_by(number.desc())).first()
    if first is None or last is None:
        return 1
    low, low_ms, high, high_ms = *first, *last
    if at_ms <= low_ms:
        return int(low)
    if at_ms > high_ms:
        return int(high) + 1
    guesses = True
    while high - low > 1:
        share = (at_ms - low_ms) / max(1, high_ms - low_ms) if guesses else 0.5
        middle = min(high - 1, max(low + 1, low + int((high - low) * share)))
        found = sql.execute(select(at).where(mine, number == middle)).scalar_one()
        if found < at_ms:
            low, low_ms = middle, found
        else:
            high, high_ms = middle, found
        guesses = not guesses
    return int(high)
