"""Events in quarantine that were put right: by which desk, how, and where in the log they then came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from hub.store.people_tables import MENDED


@dataclass(frozen=True, slots=True)
class Mended:
    """One event sent anew; `place` and `category` are "" where they stayed, `entry` None while it is on its way."""

    jurisdiction: str
    number: int
    login: str
    at_ms: int
    place: str
    category: str
    entry: int | None


def mended(sql: Connection, jurisdiction: str, numbers: Sequence[int]) -> dict[int, Mended]:
    """Give those of some journal rows that were put right, by their number."""
    query = select(MENDED).where(MENDED.c.jurisdiction == jurisdiction, MENDED.c.number.in_(numbers))
    return {row.number: Mended(**row) for row in sql.execute(query).mappings()}


def keep_mended(sql: Connection, done: Mended) -> None:
    """Keep that an event was put right; a later try takes the place of an earlier one."""
    sql.execute(
        delete(MENDED).where(MENDED.c.jurisdiction == done.jurisdiction, MENDED.c.number == done.number)
    )
    sql.execute(
        insert(MENDED).values(
            jurisdiction=done.jurisdiction,
            number=done.number,
            login=done.login,
            at_ms=done.at_ms,
            place=done.place,
            category=done.category,
            entry=done.entry,
        )
    )
