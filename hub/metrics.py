"""The one catalogue of metrics: name, type, unit, help and bounded labels; never a place, an id or a person.

Shells read the values off the core's outputs; `docs/metrics.md` is written from this file.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

EVENTS: Final = Counter("hub_events", "Events taken into the log, by their one outcome.", ("outcome",))
NOT_TAKEN: Final = Counter("hub_events_not_taken", "Events refused or quarantined, by code.", ("code",))
API_EVENTS: Final = Counter(
    "hub_api_events", "Events that came over HTTP: published to their topic, or refused at once.", ("outcome",)
)
DECISIONS: Final = Counter("hub_decisions", "Decisions, by kind and reason.", ("kind", "reason"))
TIERS_RAISED: Final = Counter(
    "hub_tiers_raised", "Problems lifted a tier, by the tier that holds them now and why.", ("tier", "reason")
)
STAGE_SECONDS: Final = Histogram(
    "hub_stage_batch_seconds",
    "Seconds a stage worked on one batch.",
    ("stage",),
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3),
)
SHARDS_OWNED: Final = Gauge("hub_shards_owned", "Inbox partitions this worker owns.")
PROBLEMS_OPEN: Final = Gauge(
    "hub_problems_open", "Open problems of this worker's shards, by holding tier.", ("tier",)
)
TIMERS_PENDING: Final = Gauge("hub_timers_pending", "Stage clocks that run in this worker's shards.")
OUTBOX_RELAYED: Final = Counter("hub_outbox_relayed", "Messages of the outbox that reached Kafka.")
LAST_COMMIT_SECONDS: Final = Gauge(
    "hub_last_commit_timestamp_seconds", "When this worker last committed a batch, Unix seconds."
)
ESCALATIONS_MISSED: Final = Gauge(
    "hub_escalations_missed", "Problems the auditor says should have risen and have not; 0 is right."
)
