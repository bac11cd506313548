"""What people read: problems, decisions, events and tallies, for the command line and the console."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Select, case, func, select

from hub.model.lifecycle import OPEN
from hub.schemas.commands import COMMANDS
from hub.store.tables import DECISION, JOURNAL, JURISDICTION, OUTBOX, PROBLEM, RELAY, SHARD, SOURCE

Fields = dict[str, Any]

PAGE: Final = 1_000
"""Rows fetched at a time where all are wanted."""


def jurisdictions(sql: Connection) -> list[Fields]:
    """Give each city's counters: the log's clock, journal rows, decisions, problems opened, messages posted."""
    return _all(sql, select(JURISDICTION).order_by(JURISDICTION.c.code))


def tallies(sql: Connection) -> list[Fields]:
    """Give the outcomes of each agency's partitions; received is their sum by definition of the log."""
    total = SOURCE.c.accepted + SOURCE.c.duplicate + SOURCE.c.quarantined + SOURCE.c.refused
    return _all(
        sql,
        select(SOURCE, total.label("received")).order_by(
            SOURCE.c.jurisdiction, SOURCE.c.agency, SOURCE.c.partition
        ),
    )


def outcomes(sql: Connection) -> Fields:
    """Give the number of events by outcome, over all agencies."""
    names = ("accepted", "duplicate", "quarantined", "refused")
    row = sql.execute(select(*(func.coalesce(func.sum(SOURCE.c[name]), 0) for name in names))).one()
    return {name: int(value) for name, value in zip(names, row, strict=True)}


def open_problems_by_tier(sql: Connection) -> Fields:
    """Give the number of open problems by the tier that holds them."""
    rows = sql.execute(
        select(PROBLEM.c.tier, func.count()).where(PROBLEM.c.phase.in_(OPEN)).group_by(PROBLEM.c.tier)
    )
    return {tier: int(number) for tier, number in rows}


def problems(
    sql: Connection,
    jurisdiction: str | None = None,
    tier: str | None = None,
    category: str | None = None,
    limit: int = 50,
) -> list[Fields]:
    """Give open problems, the highest tier and the longest open first."""
    rank = case({"city": 0, "county": 1, "township": 2, "village": 3}, value=PROBLEM.c.tier)
    query = (
        select(PROBLEM)
        .where(PROBLEM.c.phase.in_(OPEN))
        .order_by(rank, PROBLEM.c.opened_ms, PROBLEM.c.id)
        .limit(limit)
    )
    for column, value in (
        (PROBLEM.c.jurisdiction, jurisdiction),
        (PROBLEM.c.tier, tier),
        (PROBLEM.c.category, category),
    ):
        if value is not None:
            query = query.where(column == value)
    return _all(sql, query)


def decisions(
    sql: Connection,
    jurisdiction: str,
    kinds: Sequence[str] = (),
    after: int = 0,
    limit: int | None = None,
) -> Iterator[str]:
    """Give decision lines after a `seq`, in order, as they were written."""
    given = 0
    while limit is None or given < limit:
        page = PAGE if limit is None else min(PAGE, limit - given)
        query = (
            select(DECISION.c.seq, DECISION.c.line)
            .where(DECISION.c.jurisdiction == jurisdiction, DECISION.c.seq > after)
            .order_by(DECISION.c.seq)
            .limit(page)
        )
        if kinds:
            query = query.where(DECISION.c.kind.in_(kinds))
        rows = sql.execute(query).all()
        yield from (line for _, line in rows)
        after = rows[-1].seq if rows else after
        given += len(rows)
        if len(rows) < page:
            return


def latest_decisions(sql: Connection, limit: int) -> list[Fields]:
    """Give the newest decisions of all cities, newest first, with their city's code."""
    rows = sql.execute(
        select(DECISION.c.jurisdiction, DECISION.c.line)
        .order_by(DECISION.c.at_ms.desc(), DECISION.c.seq.desc())
        .limit(limit)
    )
    return [{"jurisdiction": code, **orjson.loads(line)} for code, line in rows]


def events(
    sql: Connection,
    jurisdiction: str,
    outcome: str | None = None,
    agency: str | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Fields]:
    """Give journal rows after a number, in log order."""
    query: Select[Any] = (
        select(JOURNAL)
        .where(JOURNAL.c.jurisdiction == jurisdiction, JOURNAL.c.number > after)
        .order_by(JOURNAL.c.number)
        .limit(limit)
    )
    for column, value in ((JOURNAL.c.outcome, outcome), (JOURNAL.c.agency, agency)):
        if value is not None:
            query = query.where(column == value)
    return _all(sql, query)


def accepted_bodies(sql: Connection, jurisdiction: str) -> Iterator[tuple[int, str]]:
    """Give every accepted event in log order: when the log took it (epoch ms), and its JSON."""
    after = 0
    while rows := events(sql, jurisdiction, outcome="accepted", after=after, limit=PAGE):
        for row in rows:
            yield row["hub_ms"], row["body"]
        after = rows[-1]["number"]


def answers(sql: Connection, jurisdiction: str, commands: Sequence[str]) -> dict[str, Fields]:
    """Give what became of operators' commands, by id, of those the log has taken: the outcome and why."""
    query = (
        select(
            JOURNAL.c.event_id,
            JOURNAL.c.outcome,
            JOURNAL.c.code,
            JOURNAL.c.message_zh,
            JOURNAL.c.message_en,
        )
        .where(
            JOURNAL.c.jurisdiction == jurisdiction,
            JOURNAL.c.agency == COMMANDS,
            JOURNAL.c.event_id.in_(commands),
        )
        .order_by(JOURNAL.c.number.desc())
    )
    # What was asked twice was answered first by the earlier entry.
    return {row.pop("event_id"): row for row in _all(sql, query)}


def shards(sql: Connection) -> list[Fields]:
    """Give each shard's next offset and owner epoch."""
    return _all(sql, select(SHARD).order_by(SHARD.c.shard))


def outbox_depths(sql: Connection) -> dict[str, int]:
    """Give how many outgoing messages of each city wait for the relay."""
    newest = dict(
        sql.execute(select(OUTBOX.c.jurisdiction, func.max(OUTBOX.c.number)).group_by(OUTBOX.c.jurisdiction))
        .tuples()
        .all()
    )
    sent = dict(sql.execute(select(RELAY.c.jurisdiction, RELAY.c.sent)).tuples().all())
    return {code: number - sent.get(code, 0) for code, number in newest.items()}


def _all(sql: Connection, query: Select[Any]) -> list[Fields]:
    # A reserved word's name is no plain string there, and JSON writers refuse such keys.
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]
