"""A city's year in a real SQLite database, made by the store itself without a broker."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Final

from sqlalchemy import Engine

from hub.policies.load import load_policy
from hub.policies.models import Policy
from hub.schemas.inbox import ClockStarted, Tick, encode_message
from hub.store.database import open_database, upgrade
from hub.store.dialect import writer
from hub.store.shard import InboxRecord, acquire, take
from hub.store.tables import OUTBOX
from hub.tools.history import History
from hub.tools.kept import Folders
from hub.tools.simulate.year import Year
from tests.e2e.cities import City, a_year, draw_map, make_city

SANMING: Final = Path(__file__).resolve().parents[2] / "deploy" / "jurisdictions" / "sanming"
TICK_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with rows, the folder of its city, and the file the rows come from."""

    url: str
    config: Path
    policy: Policy
    city: City
    file: Path

    @property
    def folders(self) -> Folders:
        """Where its policy lies, and where versions are kept."""
        return Folders(self.config, self.config.parent / "policies")


def fill_sanming(
    folder: Path, days: int, per_day: float, start: datetime | None = None
) -> tuple[str, Policy]:
    """Take days of the simulated Sanming, the last ones unless a start is given, into a new database.

    All that its people did is among them.
    """
    policy = load_policy(SANMING)
    start = start or datetime.now(policy.zone) - timedelta(days)
    year = Year(policy, 1, start, days, per_day)
    url = f"sqlite:///{folder}/hub.db"
    engine = open_database(url)
    upgrade(engine)
    sql = writer(engine)
    shard = acquire(sql, 0, "a-topic", {policy.jurisdiction: policy})
    now_ms = time.time_ns() // 1_000_000
    messages = [*year.messages(), ClockStarted(jurisdiction=policy.jurisdiction)]
    records = [
        InboxRecord(number, now_ms, encode_message(message)) for number, message in enumerate(messages)
    ]
    assert sum(taken.records for taken in take(shard, sql, records)) == len(records)
    sql.close()
    engine.dispose()
    return url, policy


@contextmanager
def living(engine: Engine, policies: Mapping[str, Policy]) -> Iterator[None]:
    """Let the clock of a filled city go on, as its worker does, with all sent that was to be sent."""
    over = Event()
    with engine.begin() as sent:
        sent.execute(OUTBOX.delete())

    def go_on() -> None:
        sql = writer(engine)
        shard = acquire(sql, 0, "a-topic", policies)
        while not over.wait(TICK_EVERY_S):
            tick = InboxRecord(shard.next_offset, time.time_ns() // 1_000_000, encode_message(Tick()))
            assert sum(taken.records for taken in take(shard, sql, [tick])) == 1
        sql.close()

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def fill(folder: Path, events: int) -> Filled:
    """Take a year of a small city's events into a new database."""
    city = make_city(folder / "city", "TA")
    draw_map(folder / "city", city)
    policy = load_policy(folder / "city")
    lines = a_year(city, events, seed=5)
    file = folder / "year.jsonl"
    file.write_bytes(b"".join(lines))
    url = f"sqlite:///{folder}/hub.db"
    engine = open_database(url)
    upgrade(engine)
    sql = writer(engine)
    shard = acquire(sql, 0, "a-topic", {policy.jurisdiction: policy})
    packed = History(policy, time.time_ns() // 1_000_000).packed(lines)
    records = [InboxRecord(number, 0, encode_message(message)) for number, message in enumerate(packed)]
    assert sum(taken.records for taken in take(shard, sql, records)) == len(records)
    sql.close()
    engine.dispose()
    return Filled(url, folder / "city", policy, city, file)
