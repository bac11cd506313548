"""Traces one event: every hop from its agency's topic to what was said of it, with place and time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson
from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import Connection, select

from hub.policies.models import Policy
from hub.schemas.inbox import POSITIONS_PER_OFFSET
from hub.settings import Settings
from hub.store.reads import Scope, event
from hub.store.tables import DECISION, OUTBOX, RELAY
from hub.tools.topics import BROKER_WITHIN_MS
from hub.topology import INBOX, events_topic, shard_of

WAIT_MS: Final = 3_000
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
    return hops + list(_said(sql, policy.jurisdiction, agency, event_id, row["hub_ms"]))


def _in_kafka(settings: Settings, policy: Policy, row: dict[str, Any]) -> Iterator[Hop]:
    consumer = KafkaConsumer(
        bootstrap_servers=settings.broker.split(","), bootstrap_timeout_ms=BROKER_WITHIN_MS
    )
    source = TopicPartition(events_topic(row["agency"]), row["partition"])
    inbox = TopicPartition(INBOX, shard_of(policy.jurisdiction, settings.inbox_partitions))
    try:
        for record in _records(consumer, source, row["offset"], 1):
            traceparent = dict(record.headers).get("traceparent", b"").decode()
            yield Hop(f"{source.topic}[{source.partition}]@{record.offset}", record.timestamp, traceparent)
        found = consumer.offsets_for_times({inbox: row["hub_ms"]})[inbox]
        if found is None:
            return
        position = row["offset"] * POSITIONS_PER_OFFSET + row["index"]
        for record in _records(consumer, inbox, found.offset, LOOKED_AT_MAX):
            if _carries(record.value, row["agency"], row["partition"], position):
                yield Hop(f"{INBOX}[{inbox.partition}]@{record.offset}", record.timestamp, "")
                return
    finally:
        consumer.close()


def _records(consumer: KafkaConsumer, tp: TopicPartition, offset: int, number: int) -> Iterator[Any]:
    end = consumer.end_offsets([tp])[tp]
    consumer.assign([tp])
    consumer.seek(tp, offset)
    last = min(end, offset + number)
    while consumer.position(tp) < last:
        polled = consumer.poll(timeout_ms=WAIT_MS, max_records=number)
        if not polled:
            return
        yield from (record for records in polled.values() for record in records if record.offset < last)


def _carries(value: bytes, agency: str, partition: int, position: int) -> bool:
    items = orjson.loads(value).get("items", ())
    return any(item[1:4] == [agency, partition, position] for item in items)


def _said(sql: Connection, jurisdiction: str, agency: str, event_id: str, at_ms: int) -> Iterator[Hop]:
    """Give the decisions of that instant which the event caused, and how far they got out."""
    cause = f"{agency}/{event_id}"
    sent = sql.execute(select(RELAY.c.sent).where(RELAY.c.jurisdiction == jurisdiction)).scalar_one_or_none()
    lines = sql.execute(
        select(DECISION.c.line)
        .where(DECISION.c.jurisdiction == jurisdiction, DECISION.c.at_ms == at_ms)
        .order_by(DECISION.c.seq)
    ).scalars()
    for line in map(orjson.loads, lines):
        if line["cause"] == cause:
            yield Hop(
                f"decision {line['seq']}", at_ms, f"{line['kind']} {line['reason']} {line['problem_id']}"
            )
    rows = sql.execute(
        select(OUTBOX.c.number, OUTBOX.c.topic)
        .where(OUTBOX.c.jurisdiction == jurisdiction, OUTBOX.c.body.contains(f'"causationid":"{cause}"'))
        .order_by(OUTBOX.c.number)
    )
    for number, topic in rows:
        state = "relayed" if number <= (sent or 0) else "waiting"
        yield Hop(f"outbox {number} → {topic}", at_ms, state)
