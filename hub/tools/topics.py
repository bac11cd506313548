"""Topics made and checked: what is missing is created, what differs is said, nothing is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kafka import KafkaAdminClient

from hub.policies.models import Policy
from hub.settings import Settings
from hub.topology import Topic, topics

BROKER_WITHIN_MS: Final = 5_000
"""How long to look for a broker before saying that it is away."""


class TopicsDiffer(Exception):
    """A topic exists with other partitions than settings say; the text names each and what to do."""


@dataclass(frozen=True, slots=True)
class Applied:
    """How many topics were made and how many were there."""

    made: int
    kept: int


def wanted_topics(settings: Settings, policies: Mapping[str, Policy]) -> list[Topic]:
    """Give every topic that these settings and jurisdictions need."""
    publishers = sorted(
        agency.id for policy in policies.values() for agency in policy.agencies.values() if agency.publishes
    )
    return list(
        topics(
            publishers,
            inbox_partitions=settings.inbox_partitions,
            events_partitions=settings.events_partitions,
        )
    )


def apply_topics(settings: Settings, policies: Mapping[str, Policy]) -> Applied:
    """Create what is missing; raises `TopicsDiffer` where a topic has other partitions.

    The partition of a jurisdiction follows from the inbox's partitions, so their number never changes.
    """
    wanted = wanted_topics(settings, policies)
    admin = KafkaAdminClient(**settings.reach.options(), bootstrap_timeout_ms=BROKER_WITHIN_MS)
    try:
        there = {
            topic["name"]: len(topic["partitions"])
            for topic in admin.describe_topics()
            if not topic["error_code"]
        }
        missing = [topic for topic in wanted if topic.name not in there]
        differing = [
            f"{topic.name}: {there[topic.name]} → {topic.partitions}"
            for topic in wanted
            if there.get(topic.name, topic.partitions) != topic.partitions
        ]
        if differing:
            raise TopicsDiffer(
                "主题分区数与设置不符，请改回设置 / topics have other partitions than the settings say,"
                " set HUB_INBOX_PARTITIONS or HUB_EVENTS_PARTITIONS back: " + "; ".join(differing)
            )
        if missing:
            admin.create_topics(
                {
                    topic.name: {
                        "num_partitions": topic.partitions,
                        "replication_factor": settings.replication,
                        "configs": {"message.timestamp.type": "LogAppendTime", **topic.settings},
                    }
                    for topic in missing
                },
                wait_for_metadata=True,
            )
    finally:
        admin.close()
    return Applied(made=len(missing), kept=len(wanted) - len(missing))
