"""Which problems each batch wrote, for those who keep counts of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "touched",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("problem_id", sa.Text(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "problem_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("touched_offset", "touched", ["jurisdiction", "next_offset"], unique=False)
