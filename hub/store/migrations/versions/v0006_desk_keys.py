"""API keys belong to agencies or to desks; a desk's key names its city."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rename who holds a key, and say what the holder is."""
    op.execute("ALTER TABLE api_key RENAME COLUMN agency TO holder")
    op.add_column("api_key", sa.Column("role", sa.Text(), nullable=False, server_default=sa.text("'agency'")))
    op.add_column(
        "api_key", sa.Column("jurisdiction", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
