"""The first tables: shard, counters, sources, journal, matters, decisions, outbox, relay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the tables."""
    op.create_table(
        "decision",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("problem_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("decision_kind", "decision", ["jurisdiction", "kind", "seq"], unique=False)
    op.create_index("decision_problem", "decision", ["jurisdiction", "problem_id", "seq"], unique=False)
    op.create_table(
        "journal",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hub_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("matter_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("pointer", sa.Text(), nullable=False),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "journal_command",
        "journal",
        ["jurisdiction", "event_id"],
        unique=False,
        sqlite_where=sa.text("agency = '@command'"),
        postgresql_where=sa.text("agency = '@command'"),
    )
    op.create_table(
        "jurisdiction",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("hub_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("said", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("opened", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("posted", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("backfilling", sa.Boolean(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "matter",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("redone", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("accepted_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("in_charge", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("satisfaction", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("occurred_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transferred_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("returned_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reopened_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("passed_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("report_due_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pass_due_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("accept_due_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("close_due_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("word_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("matter_day", "matter", ["jurisdiction", "day"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "relay",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("sent", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shard",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("shard"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("accepted", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("duplicate", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("quarantined", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("refused", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "agency", "partition"),
        sqlite_with_rowid=False,
    )
