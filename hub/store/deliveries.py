"""Deliveries: each notice is claimed once a channel, tried until it is taken or given up, and logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from hub.core._said import ORDERED
from hub.store.delivery_tables import DELIVERY, LOOKED
from hub.store.people import writing
from hub.store.tables import DECISION

PAGE: Final = 500
WAITING, SENDING, SENT, GIVEN_UP = "waiting", "sending", "sent", "given_up"
LEASE_MS: Final = 10 * 60 * 1000
"""A try that died with its process may be tried again after this; the receiver knows it by its id."""

BACK_OFF_MS: Final = (60_000, 300_000, 1_800_000, 7_200_000, 21_600_000)
"""How long to wait after each failed try; after the last the delivery is given up."""


class Due(NamedTuple):
    """One delivery in hand: the decision line to tell, and over which channel."""

    jurisdiction: str
    seq: int
    channel: str
    agency: str
    attempts: int
    line: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The delivery's id, the same at every try."""
        return f"{self.jurisdiction}-{self.seq}-{self.channel}"


def collect(engine: Engine, jurisdiction: str, channels: Callable[[str], Sequence[str]], now_ms: int) -> int:
    """Claim the notices among new decisions: a row for each and each channel of its agency. Gives how many.

    The first look at a jurisdiction starts at its present end: a history is not news. One transaction moves the
    look and writes the rows, so that no notice is claimed twice or missed.
    """
    with writing(engine) as sql:
        after = _looked(sql, jurisdiction)
        rows = sql.execute(
            select(DECISION.c.seq, DECISION.c.kind, DECISION.c.line)
            .where(DECISION.c.jurisdiction == jurisdiction, DECISION.c.seq > after)
            .order_by(DECISION.c.seq)
            .limit(PAGE)
        ).all()
        if not rows:
            return 0
        claimed = [
            {
                "jurisdiction": jurisdiction,
                "seq": seq,
                "channel": channel,
                "agency": agency,
                "state": WAITING,
                "attempts": 0,
                "next_ms": now_ms,
                "error": "",
            }
            for seq, kind, line in rows
            if kind in ORDERED
            for agency in [orjson.loads(line).get("agency", "")]
            for channel in channels(agency)
        ]
        if claimed:
            sql.execute(insert(DELIVERY), claimed)
        sql.execute(update(LOOKED).where(LOOKED.c.jurisdiction == jurisdiction).values(seq=rows[-1].seq))
        return len(rows)


def take_due(engine: Engine, now_ms: int) -> Due | None:
    """Take the next delivery that is due, for this process alone until its lease is over."""
    due = (
        select(DELIVERY)
        .where(DELIVERY.c.state.in_((WAITING, SENDING)), DELIVERY.c.next_ms <= now_ms)
        .order_by(DELIVERY.c.next_ms, DELIVERY.c.jurisdiction, DELIVERY.c.seq, DELIVERY.c.channel)
        .limit(1)
    )
    with writing(engine) as sql:
        row = sql.execute(due).one_or_none()
        if row is None:
            return None
        taken = sql.execute(
            update(DELIVERY)
            .where(*_is(row), DELIVERY.c.state == row.state, DELIVERY.c.next_ms == row.next_ms)
            .values(state=SENDING, next_ms=now_ms + LEASE_MS)
        )
        if not taken.rowcount:
            return None
        line = sql.execute(
            select(DECISION.c.line).where(
                DECISION.c.jurisdiction == row.jurisdiction, DECISION.c.seq == row.seq
            )
        ).scalar_one()
    return Due(row.jurisdiction, row.seq, row.channel, row.agency, row.attempts, orjson.loads(line))


def note_sent(engine: Engine, due: Due, now_ms: int) -> None:
    """Log that a delivery was taken."""
    _note(engine, due, state=SENT, attempts=due.attempts + 1, sent_ms=now_ms, error="")


def note_failed(engine: Engine, due: Due, now_ms: int, error: str) -> None:
    """Log a failed try: the next one comes later, or none."""
    if due.attempts < len(BACK_OFF_MS):
        state, next_ms = WAITING, now_ms + BACK_OFF_MS[due.attempts]
    else:
        state, next_ms = GIVEN_UP, now_ms
    _note(engine, due, state=state, attempts=due.attempts + 1, next_ms=next_ms, error=error[:200])


def put_off(engine: Engine, due: Due, until_ms: int) -> None:
    """Leave a delivery for after the quiet hours; that is no try."""
    _note(engine, due, state=WAITING, next_ms=until_ms)


def deliveries(sql: Connection, jurisdiction: str, limit: int) -> list[dict[str, Any]]:
    """Give the log of deliveries, the newest first."""
    query = (
        select(DELIVERY)
        .where(DELIVERY.c.jurisdiction == jurisdiction)
        .order_by(DELIVERY.c.seq.desc(), DELIVERY.c.channel)
        .limit(limit)
    )
    return [dict(row) for row in sql.execute(query).mappings()]


def _looked(sql: Connection, jurisdiction: str) -> int:
    mine = select(LOOKED.c.seq).where(LOOKED.c.jurisdiction == jurisdiction).with_for_update()
    known = sql.execute(mine).scalar()
    if known is not None:
        return int(known)
    newest = sql.execute(
        select(DECISION.c.seq)
        .where(DECISION.c.jurisdiction == jurisdiction)
        .order_by(DECISION.c.seq.desc())
        .limit(1)
    ).scalar()
    add = sqlite_insert if sql.dialect.name == "sqlite" else postgres_insert
    sql.execute(add(LOOKED).values(jurisdiction=jurisdiction, seq=newest or 0).on_conflict_do_nothing())
    return int(newest or 0)


def _is(row: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a row of DELIVERY or a Due
    return (
        DELIVERY.c.jurisdiction == row.jurisdiction,
        DELIVERY.c.seq == row.seq,
        DELIVERY.c.channel == row.channel,
    )


def _note(engine: Engine, due: Due, **values: object) -> None:
    with writing(engine) as sql:
        sql.execute(update(DELIVERY).where(*_is(due)).values(**values))
