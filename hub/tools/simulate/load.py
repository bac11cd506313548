"""Loads a year with its answers into the empty log of its city: events packed, commands between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kafka import KafkaProducer

from hub.schemas.inbox import ClockStarted, Message, Packed, encode_message
from hub.store import queries
from hub.store.database import open_database, require_tables
from hub.tools.imports import SEND_WITHIN_S, NotEmpty
from hub.topology import INBOX, INBOX_BYTES_MAX, shard_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.policies.models import Policy
    from hub.schemas.commands import Command
    from hub.settings import Settings


def load(policy: Policy, settings: Settings, messages: Iterable[Packed | Command]) -> int:
    """Send messages to the log in order and start its clock; gives how many events and commands they hold.

    Raises `NotEmpty` where the jurisdiction lives already.
    """
    _require_empty(policy, settings)
    producer = KafkaProducer(
        bootstrap_servers=settings.broker.split(","),
        acks="all",
        max_request_size=INBOX_BYTES_MAX,
        linger_ms=5,
    )
    count = 0
    sent: list[Any] = []
    try:
        for message in messages:
            count += len(message.items) if isinstance(message, Packed) else 1
            sent.append(_send(producer, policy, settings, message))
        sent.append(_send(producer, policy, settings, ClockStarted(jurisdiction=policy.jurisdiction)))
        for one in sent:
            one.get(timeout=SEND_WITHIN_S)
    finally:
        producer.close()
    return count


def _require_empty(policy: Policy, settings: Settings) -> None:
    engine = open_database(settings.database)
    require_tables(engine)
    with engine.connect() as sql:
        entries = sum(
            row["entries"] for row in queries.jurisdictions(sql) if row["code"] == policy.jurisdiction
        )
    engine.dispose()
    if entries:
        raise NotEmpty(
            f"{policy.jurisdiction} 已有 {entries} 条事件,模拟的一年只能写入空的辖区 /"
            f" {policy.jurisdiction} holds {entries} events; a simulated year needs an empty jurisdiction"
        )


def _send(producer: KafkaProducer, policy: Policy, settings: Settings, message: Message) -> Any:  # noqa: ANN401 - untyped library
    return producer.send(
        INBOX,
        value=encode_message(message),
        key=policy.jurisdiction.encode(),
        partition=shard_of(policy.jurisdiction, settings.inbox_partitions),
    )
