"""The table of what waits for a second person."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Table, Text

from hub.store.tables import METADATA

PROPOSAL: Final = Table(
    "proposal",
    METADATA,
    Column("jurisdiction", Text, primary_key=True, nullable=False),
    Column("version", Text, nullable=False),
    Column("adoption", BigInteger, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The version of a city's policy that somebody wants adopted, and the `adoption` before it; one a city."""
