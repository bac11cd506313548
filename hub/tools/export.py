"""Export: the accepted events in log order, each with the time the log took it: a file that `hub replay` takes."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from hub.store import queries


def export(sql: Connection, jurisdiction: str) -> Iterator[str]:
    """Give a line an event or command; where the city is live, a last line says how far the log's clock has come."""
    for hub_ms, body in queries.accepted_bodies(sql, jurisdiction):
        yield f'{body[:-1]},"hubtime":{hub_ms}}}'
    for row in queries.jurisdictions(sql):
        if row["code"] == jurisdiction and not row["backfilling"]:
            yield f'{{"hubtime":{row["hub_ms"]}}}'
