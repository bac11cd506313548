"""The one catalogue of metrics: name, type, unit, help and bounded labels; never a place, an id or a person.

Shells read the values off the core's outputs; `docs/metrics.md` is written from this file.
"""

from __future__ import annotations

from typing import Final, get_args

from prometheus_client import REGISTRY, Counter, Gauge, Histogram

from hub.schemas.outbound import TierName
from hub.schemas.reasons import NOTICE_KINDS, Outcome, QuarantineCode, RefusalCode, RiseReason

EVENTS: Final = Counter("hub_events", "Events taken into the log, by their one outcome.", ("outcome",))
NOT_TAKEN: Final = Counter("hub_events_not_taken", "Events refused or quarantined, by code.", ("code",))
API_EVENTS: Final = Counter(
    "hub_api_events",
    "Events that came over HTTP: published to their topic, or refused at once.",
    ("outcome",),
)
DECISIONS: Final = Counter("hub_decisions", "Decisions, by kind and reason.", ("kind", "reason"))
TIERS_RAISED: Final = Counter(
    "hub_tiers_raised", "Problems lifted a tier, by the tier that holds them now and why.", ("tier", "reason")
)
NOTICES: Final = Counter("hub_notices", "Notices given to agencies, by kind.", ("kind",))

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S
SPANS_S: Final = (
    HOUR_S,
    4 * HOUR_S,
    DAY_S,
    3 * DAY_S,
    7 * DAY_S,
    15 * DAY_S,
    30 * DAY_S,
    60 * DAY_S,
    120 * DAY_S,
)
ACCEPTANCE_SECONDS: Final = Histogram(
    "hub_task_acceptance_seconds",
    "Log time from a task's cutting to its acceptance, by the tier that holds the problem.",
    ("tier",),
    buckets=SPANS_S,
)
SETTLEMENT_SECONDS: Final = Histogram(
    "hub_problem_settlement_seconds",
    "Log time from a problem's opening to its settlement, by the tier that settled it.",
    ("tier",),
    buckets=SPANS_S,
)
RISE_SECONDS: Final = Histogram(
    "hub_problem_rise_seconds",
    "Log time from a problem's opening to each rise, by the tier it rose to.",
    ("tier",),
    buckets=SPANS_S,
)
STAGE_SECONDS: Final = Histogram(
    "hub_stage_batch_seconds",
    "Seconds a stage worked on one batch.",
    ("stage",),
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3),
)
STAGE_EVENTS: Final = Histogram(
    "hub_stage_batch_events",
    "Events, or records not yet taken apart, that a stage took in one batch.",
    ("stage",),
    buckets=(1, 3, 10, 30, 100, 300, 1000, 3000),
)
LAST_TICK_SECONDS: Final = Gauge(
    "hub_last_tick_timestamp_seconds", "When this worker last let time pass in its shards, Unix seconds."
)
SHARDS_OWNED: Final = Gauge("hub_shards_owned", "Inbox partitions this worker owns.")
PROBLEMS_OPEN: Final = Gauge(
    "hub_problems_open", "Open problems of this worker's shards, by holding tier.", ("tier",)
)
TIMERS_PENDING: Final = Gauge("hub_timers_pending", "Stage clocks that run in this worker's shards.")
OUTBOX_RELAYED: Final = Counter("hub_outbox_relayed", "Messages of the outbox that reached Kafka.")
NOTICES_DELIVERED: Final = Counter(
    "hub_notices_delivered", "Tries to deliver a notice beside Kafka, by how they ended.", ("outcome",)
)
LAST_COMMIT_SECONDS: Final = Gauge(
    "hub_last_commit_timestamp_seconds", "When this worker last committed a batch, Unix seconds."
)
ESCALATIONS_MISSED: Final = Gauge(
    "hub_escalations_missed",
    "Problems of which the auditor misses a clock, a rise, a notice or a lead; 0 is right.",
)

# What the console sees from outside, in SQL and Kafka, every few seconds: it tells also of workers that tell nothing.
LAG: Final = Gauge("hub_lag_records", "Records that wait, by the stage that will take them.", ("stage",))
LOG_TAKEN: Final = Gauge(
    "hub_log_taken_records", "Records of the inbox that SQL holds; stands still when no worker works."
)
SHOWN_AGE_SECONDS: Final = Gauge(
    "hub_shown_age_seconds", "Seconds since what people read held all of the log; 0 when it does."
)
OUTBOX_WAITING: Final = Gauge("hub_outbox_waiting", "Messages of the outbox that Kafka does not have yet.")
TIMERS_LATE: Final = Gauge(
    "hub_timers_late", "Running clocks that were due a minute ago or earlier and have not fired; 0 is right."
)
PROBLEMS_AGED: Final = Gauge(
    "hub_problems_aged", "Open problems, by holding tier and days since they were opened.", ("tier", "days")
)
PROBLEMS_OVERDUE: Final = Gauge(
    "hub_problems_overdue",
    "Open problems past the due moment of their stage, by holding tier and days overdue.",
    ("tier", "days"),
)
AGENCIES_SILENT: Final = Gauge(
    "hub_agencies_silent", "Agencies that have said nothing for longer than is usual for them."
)
AGENCY_EVENTS: Final = Gauge(
    "hub_agency_events", "Events of an agency in the log, by outcome; only grows.", ("agency", "outcome")
)
AGENCY_SILENT_SECONDS: Final = Gauge(
    "hub_agency_silent_seconds", "Seconds since an agency's last event or heartbeat.", ("agency",)
)
AGENCY_SILENCE_LIMIT_SECONDS: Final = Gauge(
    "hub_agency_silence_limit_seconds",
    "Longest silence that is usual for an agency, learned from its last 14 days.",
    ("agency",),
)
KEY_DAYS_LEFT: Final = Gauge(
    "hub_key_days_left",
    "Days until the first working API key of an agency or a desk expires; below 0 it has. None without an end.",
    ("holder",),
)
DISK_FREE_RATIO: Final = Gauge("hub_disk_free_ratio", "Free share of the disk that holds HUB_VAR, 0 to 1.")
SQL_ERRORS: Final = Counter(
    "hub_sql_errors", "Statements of this process that SQL refused or did not answer."
)
WATCH_FAILED: Final = Gauge(
    "hub_watch_failed", "1 when the last look could not reach a part (kafka, sql, disk), else 0.", ("part",)
)
WATCH_SECONDS: Final = Gauge(
    "hub_watch_timestamp_seconds", "When the console last looked at SQL and Kafka, Unix seconds."
)

WATCHED: Final = (
    ESCALATIONS_MISSED,
    LOG_TAKEN,
    SHOWN_AGE_SECONDS,
    OUTBOX_WAITING,
    TIMERS_LATE,
    AGENCIES_SILENT,
    DISK_FREE_RATIO,
    WATCH_SECONDS,
)
"""What only the console sees. A gauge that nobody sets reads 0: a full disk, a blind watch."""


def leave_out_watched() -> None:
    """Let this process say nothing of what only the console sees; called once by every other one."""
    for gauge in WATCHED:
        REGISTRY.unregister(gauge)


def _show_zeros() -> None:
    """Let every value of a closed list be there from the start: a rate of what never happened is 0, not nothing."""
    for outcome in Outcome:
        EVENTS.labels(outcome)
    for code in (*RefusalCode, *QuarantineCode):
        NOT_TAKEN.labels(code)
    for answer in ("published", "refused"):
        API_EVENTS.labels(answer)
    for kind in NOTICE_KINDS:
        NOTICES.labels(kind)
    for end in ("sent", "failed"):
        NOTICES_DELIVERED.labels(end)
    for tier in get_args(TierName):
        for histogram in (ACCEPTANCE_SECONDS, SETTLEMENT_SECONDS, RISE_SECONDS):
            histogram.labels(tier)
        for reason in RiseReason:
            TIERS_RAISED.labels(tier, reason)


_show_zeros()
