"""Topics, keys and partitions as data (contract.md, Topics); the one place that spells a topic's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from kafka.partitioner.default import murmur2

from hub.schemas.reasons import NOTICE_KINDS, DecisionKind

INBOX: Final = "hub.inbox.v1"
PROBLEMS: Final = "hub.problems.v1"
ESCALATIONS: Final = "hub.escalations.v1"
TASKS: Final = "hub.tasks.v1"
NOTICES: Final = "hub.notices.v1"

INTAKE_GROUP: Final = "hub-intake"
LINKAGE_GROUP: Final = "hub-linkage"

MIB: Final = 1024 * 1024
DAY_MS: Final = 86_400_000
SOURCE_BYTES_MAX: Final = MIB
INBOX_BYTES_MAX: Final = 4 * MIB
"""A packed record holds one source record of up to 1 MiB with what intake adds to each of its events."""

EVENTS_TOPIC: Final = re.compile(r"^agency\.([a-z0-9-]{1,40})\.events\.v1$")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: name, partitions and broker settings. Every topic uses the broker's append time."""

    name: str
    partitions: int
    settings: dict[str, str] = field(default_factory=dict)


def decision_topic(kind: DecisionKind) -> str:
    """Where a decision is said."""
    return DECISION_TOPICS.get(kind, PROBLEMS)


DECISION_TOPICS: Final = {
    **dict.fromkeys((DecisionKind.TIER_RAISED, DecisionKind.TIER_LOWERED), ESCALATIONS),
    **dict.fromkeys(
        (
            DecisionKind.TASK_CUT,
            DecisionKind.TASK_ACCEPTED,
            DecisionKind.TASK_RETURNED,
            DecisionKind.ARBITRATION_OPENED,
            DecisionKind.ARBITRATION_RULED,
            DecisionKind.TASK_DONE,
            DecisionKind.TASK_VERIFIED,
            DecisionKind.TASK_REOPENED,
            DecisionKind.TASK_WAIVED,
            DecisionKind.EXTENSION_GRANTED,
            DecisionKind.LEDGERED,
        ),
        TASKS,
    ),
    **dict.fromkeys(NOTICE_KINDS, NOTICES),
}
"""Where a decision is said, unless with the problems."""


def events_topic(agency: str) -> str:
    """Where an agency publishes."""
    return f"agency.{agency}.events.v1"


def receipts_topic(agency: str) -> str:
    """Where an agency reads what became of its events."""
    return f"agency.{agency}.receipts.v1"


def orders_topic(agency: str) -> str:
    """Where an agency reads what it is asked to do."""
    return f"agency.{agency}.orders.v1"


def agency_of(topic: str) -> str:
    """Whose events topic this is; a name that is none is a broken invariant."""
    match = EVENTS_TOPIC.match(topic)
    assert match is not None, f"not an events topic: {topic}"
    return match[1]


def shard_of(jurisdiction: str, inbox_partitions: int) -> int:
    """Give the inbox partition of a jurisdiction: what Kafka's own partitioner gives for its key."""
    hashed: int = murmur2(jurisdiction.encode())
    return (hashed & 0x7FFFFFFF) % inbox_partitions


def topics(publishers: Iterable[str], *, inbox_partitions: int, events_partitions: int) -> Iterator[Topic]:
    """Give every topic of the hub and of the agencies that publish.

    The inbox is kept a year: longer than any outage plus the age of a database backup (linkage.md, T3).
    """
    yield Topic(
        INBOX,
        inbox_partitions,
        {"retention.ms": str(366 * DAY_MS), "max.message.bytes": str(INBOX_BYTES_MAX)},
    )
    for name in (PROBLEMS, ESCALATIONS, TASKS, NOTICES):
        yield Topic(name, 1, {"retention.ms": str(90 * DAY_MS)})
    for agency in publishers:
        kept = {"retention.ms": str(30 * DAY_MS)}
        yield Topic(
            events_topic(agency), events_partitions, {**kept, "max.message.bytes": str(SOURCE_BYTES_MAX)}
        )
        yield Topic(receipts_topic(agency), 1, kept)
        yield Topic(orders_topic(agency), 1, kept)
