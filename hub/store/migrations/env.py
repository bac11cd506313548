"""How Alembic reaches the database: over the connection that `hub.store.database.upgrade` hands it."""

from __future__ import annotations

from alembic import context

from hub.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
