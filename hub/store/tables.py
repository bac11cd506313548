"""The tables, once for SQLite and PostgreSQL. Migrations build them; a test holds the two together."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text, text

METADATA: Final = MetaData()


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _number(name: str, *, key: bool = False, optional: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=optional, autoincrement=False)


SHARD: Final = Table(
    "shard",
    METADATA,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    _number("next_offset"),
    _number("owner_epoch"),
    _text("topic_id"),
    sqlite_with_rowid=False,
)
"""One inbox partition: the next offset to take, and the epoch of the one worker that may take it."""

JURISDICTION: Final = Table(
    "jurisdiction",
    METADATA,
    _text("code", key=True),
    Column("shard", Integer, nullable=False),
    _number("hub_ms"),
    _number("entries"),
    _number("said"),
    _number("opened"),
    _number("posted"),
    Column("backfilling", Boolean, nullable=False),
    _text("policy"),
    sqlite_with_rowid=False,
)
"""The counters of one city's log, and the policy its last batch was decided under."""

SOURCE: Final = Table(
    "source",
    METADATA,
    _text("jurisdiction", key=True),
    _text("agency", key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    _number("mark"),
    _number("accepted"),
    _number("duplicate"),
    _number("quarantined"),
    _number("refused"),
    sqlite_with_rowid=False,
)
"""How far each source partition has been taken, and the tally of its outcomes."""

JOURNAL: Final = Table(
    "journal",
    METADATA,
    _text("jurisdiction", key=True),
    _number("number", key=True),
    _number("hub_ms"),
    _text("agency"),
    Column("partition", Integer, nullable=False),
    _number("position"),
    _text("outcome"),
    _text("event_id"),
    _text("type"),
    _number("at_ms"),
    _text("matter_id"),
    _text("place"),
    _text("category"),
    _text("code"),
    _text("pointer"),
    _text("message_zh"),
    _text("message_en"),
    _text("body"),
    Index(
        "journal_command",
        "jurisdiction",
        "event_id",
        sqlite_where=text("agency = '@command'"),
        postgresql_where=text("agency = '@command'"),
    ),
    sqlite_with_rowid=False,
)
"""Every event and its one outcome, in log order; `body` only of accepted ones."""

MATTER: Final = Table(
    "matter",
    METADATA,
    _text("jurisdiction", key=True),
    _text("key", key=True),
    _number("entry"),
    _text("event"),
    Column("day", Integer, nullable=False),
    _text("place"),
    _text("category"),
    _text("nature"),
    _text("standing"),
    Column("reports", Integer, nullable=False),
    Column("transfers", Integer, nullable=False),
    Column("redone", Integer, nullable=False),
    Column("severity", Integer, nullable=False),
    _text("type"),
    _text("channel"),
    _text("form"),
    _number("received_ms"),
    _number("accepted_ms"),
    _number("closed_ms"),
    _number("due_ms"),
    _text("in_charge"),
    _text("result"),
    _text("satisfaction"),
    _text("summary"),
    _number("occurred_ms"),
    _number("transferred_ms"),
    _number("returned_ms"),
    _number("reopened_ms"),
    _number("passed_ms"),
    _number("report_due_ms"),
    _number("pass_due_ms"),
    _number("accept_due_ms"),
    _number("close_due_ms"),
    _text("word"),
    _number("word_ms"),
    Index("matter_day", "jurisdiction", "day"),
    sqlite_with_rowid=False,
)

PROBLEM: Final = Table(
    "problem",
    METADATA,
    _text("jurisdiction", key=True),
    _text("id", key=True),
    _text("place"),
    _text("place_tier"),
    _text("category"),
    _text("rule"),
    _text("phase"),
    _text("held_at"),
    _text("tier"),
    _number("opened_ms"),
    Column("matters", Integer, nullable=False),
    _text("reason"),
    _text("key"),
    Column("severity", Integer, nullable=False),
    _text("labels"),
    Column("round", Integer, nullable=False),
    Column("tasks", Integer, nullable=False),
    _text("lead"),
    _number("confirmed_ms", optional=True),
    _number("stage_started_ms", optional=True),
    _number("due_ms", optional=True),
    _number("total_due_ms", optional=True),
    _number("paused_ms", optional=True),
    _number("paused_for_ms"),
    _number("settled_ms", optional=True),
    _number("closed_ms", optional=True),
    _text("promised"),
    Column("watched", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("notices", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("rebounds", Integer, nullable=False),
    _text("parent"),
    _text("merged_into"),
    _text("predecessor"),
    Column("claims", Boolean, nullable=False),
    _number("closed_entry", optional=True),
    Index("problem_phase", "jurisdiction", "phase", "tier"),
    Index("problem_cell", "jurisdiction", "place", "category"),
    sqlite_with_rowid=False,
)
"""Every problem; `labels` are words with spaces between, `promised` is the frozen ladder as JSON."""

MEMBER: Final = Table(
    "member",
    METADATA,
    _text("jurisdiction", key=True),
    _text("problem_id", key=True),
    _text("matter", key=True),
    _number("entry"),
    _text("event"),
    _text("place"),
    Column("counts", Boolean, nullable=False),
    _text("satisfaction"),
    Index("member_matter", "jurisdiction", "matter"),
    sqlite_with_rowid=False,
)
"""The matters of each problem; what no longer counts stays, as counter-evidence."""

TASK: Final = Table(
    "task",
    METADATA,
    _text("jurisdiction", key=True),
    _text("id", key=True),
    _text("problem_id"),
    Column("round", Integer, nullable=False),
    _text("agency"),
    _text("role"),
    _text("phase"),
    _number("cut_ms"),
    _number("touched_ms"),
    _number("accept_due_ms", optional=True),
    _number("return_due_ms", optional=True),
    _number("due_ms", optional=True),
    _number("accepted_ms", optional=True),
    _number("done_ms", optional=True),
    _number("verified_ms", optional=True),
    Column("returns", Integer, nullable=False),
    Column("ruled", Boolean, nullable=False),
    Column("extended", Boolean, nullable=False),
    _text("asked"),
    Column("asked_days", Integer, nullable=False),
    Column("review_day", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("notices", Integer, nullable=False),
    Column("redone", Integer, nullable=False),
    _text("note"),
    _text("evidence"),
    _number("returned_ms", optional=True),
    _number("ended_ms", optional=True),
    Index("task_problem", "jurisdiction", "problem_id"),
    Index("task_agency", "jurisdiction", "agency", "phase"),
    sqlite_with_rowid=False,
)
"""Each agency's part in each round; `asked` is what waits for an operator, "" when nothing does."""

TOUCHED: Final = Table(
    "touched",
    METADATA,
    _text("jurisdiction", key=True),
    _text("problem_id", key=True),
    _number("next_offset"),
    Index("touched_offset", "jurisdiction", "next_offset"),
    sqlite_with_rowid=False,
)
"""The shard's next offset after the batch that last wrote a problem or a task of it; older problems have no row."""

NOTICE: Final = Table(
    "notice",
    METADATA,
    _text("jurisdiction", key=True),
    _text("id", key=True),
    _text("kind"),
    Column("number", Integer, nullable=False),
    _text("problem_id"),
    _text("task_id"),
    _text("agency"),
    _text("reason"),
    _number("at_ms"),
    _number("reply_due_ms", optional=True),
    _number("replied_ms", optional=True),
    Index("notice_problem", "jurisdiction", "problem_id"),
    sqlite_with_rowid=False,
)
"""Every notice, numbered by kind under its task or problem."""

CLOCK: Final = Table(
    "clock",
    METADATA,
    _text("jurisdiction", key=True),
    _text("id", key=True),
    _text("kind"),
    _text("problem_id"),
    _text("task_id"),
    _number("started_ms"),
    _number("due_ms"),
    Column("running", Boolean, nullable=False),
    Index("clock_due", "jurisdiction", "running", "due_ms"),
    sqlite_with_rowid=False,
)
"""The last clock of each kind of each problem and task, running or ended."""

PRECEDENT: Final = Table(
    "precedent",
    METADATA,
    _text("jurisdiction", key=True),
    _text("place", key=True),
    _text("category", key=True),
    _text("lead"),
    _text("co"),
    sqlite_with_rowid=False,
)
"""Who took a kind of problem at a place by ruling; `co` are ids with spaces between."""

DECISION: Final = Table(
    "decision",
    METADATA,
    _text("jurisdiction", key=True),
    _number("seq", key=True),
    _number("at_ms"),
    _text("kind"),
    _text("reason"),
    _text("problem_id"),
    _text("line"),
    Index("decision_kind", "jurisdiction", "kind", "seq"),
    Index("decision_problem", "jurisdiction", "problem_id", "seq"),
    sqlite_with_rowid=False,
)
"""Every decision as the line that `hub decisions --json` prints."""

SUBMISSION: Final = Table(
    "submission",
    METADATA,
    _text("jurisdiction", key=True),
    _text("period", key=True),
    _text("item", key=True),
    _text("unit", key=True),
    _text("value"),
    _text("agency"),
    _number("entry"),
    sqlite_with_rowid=False,
)
"""What agencies submitted of each unit, the last word of each; `value` is an exact fraction."""

SCORE: Final = Table(
    "score",
    METADATA,
    _text("jurisdiction", key=True),
    _text("assessment", key=True),
    _text("period", key=True),
    _text("unit", key=True),
    _text("item", key=True),
    _number("at_ms"),
    _text("policy"),
    _text("value"),
    Column("met", Integer, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("excluded", Integer, nullable=False),
    _text("points"),
    _text("weight"),
    _text("size_group"),
    Column("rank", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Each unit's points, as exact fractions: by item, and in all where `item` is ""; "" where an item does not apply."""

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    _text("jurisdiction", key=True),
    _number("number", key=True),
    _text("topic"),
    _text("key"),
    _text("body"),
    sqlite_with_rowid=False,
)
"""What the hub says to the outside, in the order it was said."""

RELAY: Final = Table(
    "relay",
    METADATA,
    _text("jurisdiction", key=True),
    _number("sent"),
    sqlite_with_rowid=False,
)
"""How far the outbox of a jurisdiction has been relayed."""
