"""How far the hub has come: the few counters that tell a watcher that something changed, and nothing of what."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from hub.store.tables import JURISDICTION, SHARD


class Progress(NamedTuple):
    """Decisions and journal rows of each city by its code, and the sum of all shards' next offsets."""

    said: dict[str, int]
    entries: dict[str, int]
    offsets: int


def progress(sql: Connection) -> Progress:
    """Read the counters."""
    rows = sql.execute(select(JURISDICTION.c.code, JURISDICTION.c.said, JURISDICTION.c.entries)).all()
    offsets = sql.execute(select(func.coalesce(func.sum(SHARD.c.next_offset), 0))).scalar_one()
    return Progress(
        {row.code: row.said for row in rows}, {row.code: row.entries for row in rows}, int(offsets)
    )
