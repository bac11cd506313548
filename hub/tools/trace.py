"""Traces one event: every hop from its agency's topic to what was said of it, with place and time."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson
from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import Connection, select

from hub.policies.models import Policy
from hub.schemas.inbox import POSITIONS_PER_OFFSET
from hub.settings import Settings
from hub.store.reads import Scope, event
from hub.store.tables import DECISION, OUTBOX, RELAY
from hub.tools.records import records
from hub.tools.topics import BROKER_WITHIN_MS
from hub.topology import INBOX, events_topic, shard_of

LOOKED_AT_MAX: Final = 200
"""Inbox records read to find the one that carries the event: those of the same instant."""


class Hop(NamedTuple):
    """One place the event was at: `where` with its position, epoch milliseconds, and what is to be known of it."""

    where: str
    at_ms: int
    what: str


def trace(settings: Settings, sql: Connection, policy: Policy, agency: str, event_id: str) -> list[Hop]:
    """Give the hops of an event's first arrival, in order; none when the log has no such event.

    Raises `KafkaError` when the broker is away.
    """
    scope = Scope(policy.jurisdiction, agency, None, None)
    rows = event(sql, scope, event_id, limit=1)
    if not rows:
        return []
    row = rows[0]
    hops = list(_in_kafka(settings, policy, row)) if row["partition"] >= 0 else []
    journal = f"journal {policy.jurisdiction}/{row['number']}"
    hops.append(Hop(journal, row["hub_ms"], f"{row['outcome']} {row['code']}".strip()))
    return hops + list(_said(sql, policy.jurisdiction, row))


def _in_kafka(settings: Settings, policy: Policy, row: dict[str, Any]) -> Iterator[Hop]:
    consumer = KafkaConsumer(**settings.reach.options(), bootstrap_timeout_ms=BROKER_WITHIN_MS)
    source = TopicPartition(events_topic(row["agency"]), row["partition"])
    inbox = TopicPartition(INBOX, shard_of(policy.jurisdiction, settings.inbox_partitions))
    try:
        for record in records(consumer, source, row["offset"], 1):
            traceparent = dict(record.headers).get("traceparent", b"").decode()
            yield Hop(f"{source.topic}[{source.partition}]@{record.offset}", record.timestamp, traceparent)
        found = consumer.offsets_for_times({inbox: row["hub_ms"]})[inbox]
        if found is None:
            return
        position = row["offset"] * POSITIONS_PER_OFFSET + row["index"]
        for record in records(consumer, inbox, found.offset, LOOKED_AT_MAX):
            if _carries(record.value, row["agency"], row["partition"], position):
                yield Hop(f"{INBOX}[{inbox.partition}]@{record.offset}", record.timestamp, "")
                return
    finally:
        consumer.close()


def _carries(value: bytes, agency: str, partition: int, position: int) -> bool:
    items = orjson.loads(value).get("items", ())
    return any(item[1:4] == [agency, partition, position] for item in items)


def _said(sql: Connection, jurisdiction: str, row: dict[str, Any]) -> Iterator[Hop]:
    """Give the decisions of that instant which the event caused, and how far they and its receipt got out."""
    cause, at_ms = f"{row['agency']}/{row['event_id']}", row["hub_ms"]
    position = row["offset"] * POSITIONS_PER_OFFSET + row["index"]
    causes = (cause, f"{row['agency']}/{row['partition']}/{position}")
    keys = {row["event_id"]}
    # Told apart and sorted here: asked for one city, or for an order, SQLite walks a city's whole key.
    rows = sql.execute(
        select(DECISION.c.jurisdiction, DECISION.c.line).where(DECISION.c.at_ms == at_ms)
    ).tuples()
    lines = [orjson.loads(line) for code, line in rows if code == jurisdiction]
    for line in sorted(lines, key=itemgetter("seq")):
        if line["cause"] == cause:
            keys |= {line["problem_id"], line.get("task_id", "")}
            what = f"{line['kind']} {line['reason']} {line['problem_id']}"
            yield Hop(f"decision {line['seq']}", at_ms, what)
    yield from _sent(sql, jurisdiction, causes, keys, at_ms)


def _sent(
    sql: Connection, jurisdiction: str, causes: tuple[str, ...], keys: set[str], at_ms: int
) -> Iterator[Hop]:
    sent = sql.execute(select(RELAY.c.sent).where(RELAY.c.jurisdiction == jurisdiction)).scalar_one_or_none()
    rows = sql.execute(
        select(OUTBOX.c.number, OUTBOX.c.topic, OUTBOX.c.body, OUTBOX.c.jurisdiction).where(
            OUTBOX.c.key.in_(sorted(keys - {""}))
        )
    ).tuples()
    for number, topic, body, code in sorted(rows):
        said = orjson.loads(body)
        if code == jurisdiction and said["causationid"] in causes:
            state = "relayed" if number <= (sent or 0) else "waiting"
            what = f"{state} {said.get('traceparent', '')}".rstrip()
            yield Hop(f"outbox {number} → {topic}", at_ms, what)
