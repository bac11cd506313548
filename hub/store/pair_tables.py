"""The table of suspected pairs: two matters that may be one told over two channels."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from hub.store.tables import METADATA

PAIR: Final = Table(
    "pair",
    METADATA,
    Column("jurisdiction", Text, primary_key=True, nullable=False),
    Column("id", Text, primary_key=True, nullable=False),
    Column("first", Text, nullable=False),
    Column("second", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("days_apart", Integer, nullable=False),
    Column("shared", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("standing", Text, nullable=False),
    Column("problems", Text, nullable=False),
    Index("pair_standing", "jurisdiction", "standing", "at_ms"),
    sqlite_with_rowid=False,
)
"""`score` in thousandths; `problems` are numbers with spaces between, in which the second stopped counting."""
