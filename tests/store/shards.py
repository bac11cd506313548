"""A shard in a test: a database with its schema, and records of an inbox put into it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine

from hub.policies.models import Policy
from hub.schemas.inbox import Item, Message, Packed, Tick, encode_message
from hub.store.database import open_database, upgrade
from hub.store.dialect import Writer, writer
from hub.store.shard import InboxRecord, Shard, acquire, take
from tests.builders import CITY, POLICY, UNPLACED, at

TOPIC = "topic-1"


def a_database(folder: Path) -> Engine:
    """A new SQLite database, its schema up to date."""
    return migrated(f"sqlite:///{folder}/hub.db")


def migrated(url: str) -> Engine:
    """The database at a URL, its schema up to date."""
    engine = open_database(url)
    upgrade(engine)
    return engine


class Inbox:
    """One partition of the inbox: remembers its records, numbers them and the items in them."""

    def __init__(self) -> None:
        self.records: list[InboxRecord] = []
        self._position = 0

    def packed(self, when: str, *items: Item, city: str = CITY) -> InboxRecord:
        """Append one packed record."""
        placed = [self._placed(item, at(when)) for item in items]
        return self.append(when, Packed(jurisdiction=city, items=placed))

    def tick(self, when: str) -> InboxRecord:
        """Append a tick."""
        return self.append(when, Tick())

    def append(self, when: str, message: Message) -> InboxRecord:
        """Append any message."""
        record = InboxRecord(len(self.records), at(when), encode_message(message))
        self.records.append(record)
        return record

    def _placed(self, item: Item, at_ms: int) -> Item:
        if item.position == UNPLACED:
            self._position += 1
            item = item._replace(position=self._position)
        return item if item.at_ms else item._replace(at_ms=at_ms)


def an_owner(engine: Engine, policies: Mapping[str, Policy] | None = None) -> tuple[Shard, Writer]:
    """A worker that has just become the owner of shard 0."""
    sql = writer(engine)
    return acquire(sql, 0, TOPIC, policies or {CITY: POLICY}), sql


def take_all(shard: Shard, sql: Writer, inbox: Inbox) -> int:
    """Take every record of an inbox; gives how many were new."""
    return sum(taken.records for taken in take(shard, sql, inbox.records))
