"""Import: a file of events into the agencies' topics, or, for a city's past, straight into its log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from kafka import KafkaProducer

from hub.policies.models import Policy
from hub.schemas.commands import Command
from hub.schemas.inbox import (
    POSITIONS_PER_OFFSET,
    ClockStarted,
    Item,
    Message,
    Packed,
    command_item,
    encode_message,
)
from hub.sdk.publisher import NotValid, Publisher
from hub.settings import Settings
from hub.store import queries
from hub.store.database import open_database, require_tables
from hub.tools.history import History
from hub.topology import INBOX, INBOX_BYTES_MAX, shard_of

SHOWN_MAX: Final = 20
"""Refused lines a report names; the rest are counted."""

SEND_WITHIN_S: Final = 120.0


class NotEmpty(Exception):
    """A backfill needs an empty jurisdiction; the text says what is there."""


@dataclass(slots=True)
class Report:
    """What became of a file's events at the gate: counts by outcome and code, and the first lines not let in."""

    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    shown: list[dict[str, Any]] = field(default_factory=list)

    def leave_out(self, line: int, code: str, pointer: str = "") -> None:
        """Count a line that was not sent."""
        self.codes[code] += 1
        if len(self.shown) < SHOWN_MAX:
            self.shown.append({"line": line, "id": "", "code": code, "pointer": pointer})

    def note(self, items: Iterable[Item]) -> None:
        """Count items, and keep the first that were not let in."""
        for item in items:
            self.outcomes[item.outcome] += 1
            if item.outcome == "accepted":
                continue
            self.codes[str(item.code)] += 1
            if len(self.shown) < SHOWN_MAX:
                self.shown.append(
                    {
                        "line": item.position // POSITIONS_PER_OFFSET,
                        "id": item.id,
                        "code": str(item.code),
                        "pointer": item.pointer,
                        "message_zh": item.message_zh,
                        "message_en": item.message_en,
                    }
                )


def check(policy: Policy, lines: Iterable[bytes], now_ms: int) -> Report:
    """Judge every line as intake would, and send nothing."""
    report = Report()
    for items in History(policy, now_ms).admit(lines):
        report.note(items)
    return report


def backfill(
    policy: Policy,
    settings: Settings,
    messages: Iterable[Packed | Command],
    *,
    start_clock: bool,
    may_go_on: bool,
) -> Report:
    """Write a city's past to its log, in order: what `History` or `Year` made messages of.

    The log's clock stays on the events' own time until a live event comes, or `start_clock` says the past is over.
    `may_go_on`: after an interruption the same messages come again, and what the log has is dropped by its marks.
    Raises `NotEmpty` where the jurisdiction lives already, or where something of another past lies in it.
    """
    _require_empty(policy, settings, may_go_on=may_go_on)
    report = Report()
    producer = KafkaProducer(
        **settings.reach.options(),
        acks="all",
        max_request_size=INBOX_BYTES_MAX,
        linger_ms=5,
    )
    sent: list[Any] = []
    try:
        for message in messages:
            report.note(message.items if isinstance(message, Packed) else [command_item(message)])
            sent.append(_send(producer, policy, settings, message))
        if start_clock:
            sent.append(_send(producer, policy, settings, ClockStarted(jurisdiction=policy.jurisdiction)))
        for one in sent:
            one.get(timeout=SEND_WITHIN_S)
    finally:
        producer.close()
    return report


def publish(settings: Settings, policies: Mapping[str, Policy], lines: Iterable[bytes]) -> Report:
    """Send every line to its agency's events topic as it is, through the publisher kit.

    A line that is no event, or whose agency has no topic, cannot enter the hub: the report counts and names it.
    """
    publishers = {
        agency.id for policy in policies.values() for agency in policy.agencies.values() if agency.publishes
    }
    report = Report()
    with ExitStack() as stack:
        opened: dict[str, Publisher] = {}
        for number, line in enumerate(lines, start=1):
            if line.isspace():
                continue
            event = _event_of(line)
            agency = str(event.get("source", "")).removeprefix("urn:linkage:agency:")
            if agency not in publishers:
                report.leave_out(number, "UNKNOWN_AGENCY" if event else "MALFORMED")
                continue
            if agency not in opened:
                opened[agency] = stack.enter_context(Publisher(settings.reach, agency))
            try:
                opened[agency].publish(event)
            except NotValid as error:
                report.leave_out(number, error.code, error.pointer)
            else:
                report.outcomes["sent"] += 1
    return report


def _event_of(line: bytes) -> dict[str, Any]:
    """Read a line; one that is no JSON object is an empty event, which names no agency."""
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return event if isinstance(event, dict) else {}


def _require_empty(policy: Policy, settings: Settings, *, may_go_on: bool) -> None:
    engine = open_database(settings.database)
    require_tables(engine)
    with engine.connect() as sql:
        rows = [row for row in queries.jurisdictions(sql) if row["code"] == policy.jurisdiction]
    if rows and rows[0]["entries"] and not (may_go_on and rows[0]["backfilling"]):
        raise NotEmpty(
            f"{policy.jurisdiction} 已有 {rows[0]['entries']} 条事件,历史只能写入空的辖区 /"
            f" {policy.jurisdiction} holds {rows[0]['entries']} events already; a backfill needs an empty"
            " jurisdiction, publish without --backfill instead"
        )


def _send(producer: KafkaProducer, policy: Policy, settings: Settings, message: Message) -> Any:  # noqa: ANN401 - untyped library
    return producer.send(
        INBOX,
        value=encode_message(message),
        key=policy.jurisdiction.encode(),
        partition=shard_of(policy.jurisdiction, settings.inbox_partitions),
    )
