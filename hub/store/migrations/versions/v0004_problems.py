"""Problems and what belongs to them: matters, tasks, notices, clocks; precedents; deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the tables."""
    op.create_table(
        "problem",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("place_tier", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("held_at", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("matters", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("tasks", sa.Integer(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("confirmed_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("stage_started_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("due_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("total_due_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("paused_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("paused_for_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("settled_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("closed_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("promised", sa.Text(), nullable=False),
        sa.Column("watched", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("rebounds", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=False),
        sa.Column("predecessor", sa.Text(), nullable=False),
        sa.Column("claims", sa.Boolean(), nullable=False),
        sa.Column("closed_entry", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("jurisdiction", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("problem_cell", "problem", ["jurisdiction", "place", "category"], unique=False)
    op.create_index("problem_phase", "problem", ["jurisdiction", "phase", "tier"], unique=False)
    op.create_table(
        "member",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("problem_id", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("satisfaction", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "problem_id", "matter"),
        sqlite_with_rowid=False,
    )
    op.create_index("member_matter", "member", ["jurisdiction", "matter"], unique=False)
    op.create_table(
        "task",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("problem_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("cut_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("touched_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("accept_due_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("return_due_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("due_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("accepted_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("done_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("verified_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("ruled", sa.Boolean(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("asked_days", sa.Integer(), nullable=False),
        sa.Column("review_day", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("redone", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("returned_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("jurisdiction", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("task_agency", "task", ["jurisdiction", "agency", "phase"], unique=False)
    op.create_index("task_problem", "task", ["jurisdiction", "problem_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reply_due_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("replied_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("jurisdiction", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("notice_problem", "notice", ["jurisdiction", "problem_id"], unique=False)
    op.create_table(
        "clock",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("problem_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("clock_due", "clock", ["jurisdiction", "running", "due_ms"], unique=False)
    op.create_table(
        "precedent",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("co", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "place", "category"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "delivery",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "seq", "channel"),
        sqlite_with_rowid=False,
    )
    op.create_index("delivery_next", "delivery", ["state", "next_ms"], unique=False)
    op.create_table(
        "looked",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "submission",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "period", "item", "unit"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "score",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Integer(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("size_group", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "assessment", "period", "unit", "item"),
        sqlite_with_rowid=False,
    )
