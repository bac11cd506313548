"""From publishing an event to its row in the journal, seen from outside, at a steady rate."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

from sqlalchemy import select

from hub.store.database import open_database
from hub.store.tables import JOURNAL, JURISDICTION
from hub.tools.bench.load import Event, publish
from hub.tools.bench.results import Row
from hub.tools.bench.stand import Stand, StandFailed

RATE: Final = 1_000
SECONDS: Final = 20
LOOK_EVERY_S: Final = 0.002
WITHIN_S: Final = 60


def measure_latency(stand: Stand, what: str, events: Sequence[Event]) -> Iterator[Row]:
    """Publish at 1,000 a second from one process, watch the journal from another, and give the percentiles.

    The clock starts before the event is handed to the producer and stops when a query, asked every 2 ms, shows
    its row: linger, broker, intake, inbox, linkage and SQL lie between.
    """
    newest = stand.number("SELECT max(number) FROM journal")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        watching = pool.submit(watch, stand.database, newest, len(events))
        sending = pool.submit(publish, stand.broker, events, RATE)
        sent = dict(zip((event.id for event in events), sending.result(), strict=True))
        seen = watching.result()
    # An id sent twice counts from its first sending: the journal shows both, one as a duplicate.
    waits = sorted(1000 * (at - sent[event_id]) for event_id, at in seen.items())
    note = f"{RATE} events/s for {len(events) / RATE:.0f} s, publish to visible journal row"
    for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
        value = waits[min(len(waits) - 1, int(share * len(waits)))]
        yield Row(f"{what} {name}", len(events), len(events) / RATE, value, "ms", note)


def watch(database: str, after: int, count: int) -> dict[str, float]:
    """Give the `time.time()` at which each of the next `count` rows of the journal was first seen, by event id.

    Raises `StandFailed` when they do not come.
    """
    seen: dict[str, float] = {}
    goal, deadline = after + count, time.monotonic() + SECONDS + WITHIN_S
    engine = open_database(database)
    with engine.connect() as sql:
        city = sql.execute(select(JURISDICTION.c.code)).scalar_one()
    # By the key: without its city each look would read the whole journal, and the watch would measure itself.
    query = (
        select(JOURNAL.c.number, JOURNAL.c.event_id)
        .where(JOURNAL.c.jurisdiction == city)
        .order_by(JOURNAL.c.number)
    )
    while after < goal:
        if time.monotonic() > deadline:
            raise StandFailed(f"{goal - after} events never came to the journal")
        with engine.connect() as sql:
            rows = sql.execute(query.where(JOURNAL.c.number > after)).all()
        now = time.time()
        for number, event_id in rows:
            after = number
            seen[event_id] = now
        time.sleep(LOOK_EVERY_S)
    engine.dispose()
    return seen
