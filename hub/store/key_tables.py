"""Tables of the HTTP face: API keys, answers kept for repeated requests, and how to find an event fast."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from hub.store.tables import DECISION, JOURNAL, METADATA, OUTBOX

API_KEY: Final = Table(
    "api_key",
    METADATA,
    Column("id", Text, primary_key=True, nullable=False),
    Column("holder", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger, nullable=True),
    Column("role", Text, nullable=False, server_default=text("'agency'")),
    Column("jurisdiction", Text, nullable=False, server_default=text("''")),
    Column("expires_ms", BigInteger, nullable=True),
    Index("api_key_agency", "holder"),
    sqlite_with_rowid=False,
)
"""One key of an agency's systems, or of a desk's (`role`) in a city: the SHA-256 of its secret, never the secret."""

API_ANSWER: Final = Table(
    "api_answer",
    METADATA,
    Column("agency", Text, primary_key=True, nullable=False),
    Column("key", Text, primary_key=True, nullable=False),
    Column("digest", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Index("api_answer_at", "at_ms"),
    sqlite_with_rowid=False,
)
"""What was answered to a request with an `Idempotency-Key`, and the SHA-256 of what it asked."""

JOURNAL_EVENT: Final = Index(
    "journal_event", JOURNAL.c.jurisdiction, JOURNAL.c.agency, JOURNAL.c.event_id, JOURNAL.c.number
)
"""Finds what became of one event by its id."""

_NOT_TAKEN: Final = text("outcome <> 'accepted'")
JOURNAL_RECEIPT: Final = Index(
    "journal_receipt",
    JOURNAL.c.jurisdiction,
    JOURNAL.c.agency,
    JOURNAL.c.number,
    sqlite_where=_NOT_TAKEN,
    postgresql_where=_NOT_TAKEN,
)
"""Lists an agency's receipts without walking what was accepted."""

DECISION_AT: Final = Index("decision_at", DECISION.c.at_ms)
"""Finds what was decided at one instant."""

OUTBOX_KEY: Final = Index("outbox_key", OUTBOX.c.key)
"""Finds what was said of one problem, task or event."""
