"""How Alembic reaches the database: over the connection that `hub.store.database.upgrade` hands it."""

from __future__ import annotations

from alembic import context

from hub.store import delivery_tables, key_tables, pair_tables, people_tables, proposal_tables
from hub.store.tables import METADATA

TABLES = (
    delivery_tables.DELIVERY,
    key_tables.API_KEY,
    pair_tables.PAIR,
    people_tables.ACCOUNT,
    proposal_tables.PROPOSAL,
)
assert {table.metadata for table in TABLES} == {METADATA}, "every table belongs to the one schema"

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
