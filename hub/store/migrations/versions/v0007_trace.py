"""Indexes that find what came of one event: the decisions of an instant, and what was said of a problem or an event."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the indexes."""
    op.create_index("decision_at", "decision", ["at_ms"])
    op.create_index("outbox_key", "outbox", ["key"])
