"""API keys may end by themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say until when a key works; those there are go on without an end."""
    op.add_column("api_key", sa.Column("expires_ms", sa.BigInteger(), nullable=True))
