"""The outbox seen from the relay: what is not yet sent, and how far it got."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from hub.store.dialect import Writer
from hub.store.shard import OwnershipLost

ROWS_MAX: Final = 500


class Outgoing(NamedTuple):
    """One row of the outbox."""

    number: int
    topic: str
    key: str
    body: str


def unsent(sql: Writer, jurisdiction: str) -> list[Outgoing]:
    """Give the next rows to send, in order."""
    rows = sql.fetch(
        "SELECT number, topic, key, body FROM outbox WHERE jurisdiction = ? AND number >"
        " COALESCE((SELECT sent FROM relay WHERE jurisdiction = ?), 0) ORDER BY number LIMIT ?",
        (jurisdiction, jurisdiction, ROWS_MAX),
    )
    sql.rollback()
    return [Outgoing(*row) for row in rows]


def moved(sql: Writer, jurisdiction: str, rows: Sequence[Outgoing]) -> None:
    """Note that rows arrived; raises `OwnershipLost` when another relay went past them."""
    sql.begin()
    sql.run("INSERT INTO relay VALUES (?, 0) ON CONFLICT (jurisdiction) DO NOTHING", (jurisdiction,))
    if (
        sql.run(
            "UPDATE relay SET sent = ? WHERE jurisdiction = ? AND sent = ?",
            (rows[-1].number, jurisdiction, rows[0].number - 1),
        )
        != 1
    ):
        sql.rollback()
        raise OwnershipLost(f"{jurisdiction}: 发件箱由另一进程发送 / another worker relays this outbox")
    sql.commit()
