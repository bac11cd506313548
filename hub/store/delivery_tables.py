"""What is delivered beside Kafka: one row a notice and channel, and how far decisions were looked through."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from hub.store.tables import METADATA

DELIVERY: Final = Table(
    "delivery",
    METADATA,
    Column("jurisdiction", Text, primary_key=True, nullable=False),
    Column("seq", BigInteger, primary_key=True, nullable=False, autoincrement=False),
    Column("channel", Text, primary_key=True, nullable=False),
    Column("agency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_ms", BigInteger, nullable=False),
    Column("sent_ms", BigInteger),
    Column("error", Text, nullable=False),
    Index("delivery_next", "state", "next_ms"),
    sqlite_with_rowid=False,
)
"""`seq` is the decision that is told; its primary key is the one claim of a notice on a channel."""

LOOKED: Final = Table(
    "looked",
    METADATA,
    Column("jurisdiction", Text, primary_key=True, nullable=False),
    Column("seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""How far the decisions of a jurisdiction have been looked through for notices."""
