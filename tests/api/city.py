"""A hub of one small city behind the API, with a log that remembers what was published instead of Kafka."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from starlette.applications import Starlette

from hub.api.app import api_routes
from hub.api.holders import Holders
from hub.api.limits import EVENTS, READS, Rate
from hub.api.outlet import LogAway, Outlet, Record
from hub.core.intake import Gate, SourceRecord, intake, pack
from hub.policies.load import load_policy
from hub.policies.models import Policy
from hub.reach import Reach
from hub.schemas.codec import decode
from hub.schemas.flaws import Flaw
from hub.schemas.inbound import Inbound
from hub.schemas.inbox import encode_message
from hub.store.database import open_database, upgrade
from hub.store.dialect import writer
from hub.store.keys import Owner, Role, issue
from hub.store.shard import InboxRecord, acquire, take
from tests.console.desks import Log
from tests.e2e.cities import City, a_report, make_city

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


class KeptLog(Outlet):
    """Keeps records in memory, in the order they came; answers like Kafka with so many partitions."""

    def __init__(self, partitions: int = 1) -> None:
        """Start empty."""
        super().__init__(Reach("nowhere:1"))
        self.count = partitions
        self.records: list[tuple[str, int, Record]] = []
        self.is_away = False

    async def partitions(self, agency: str) -> int:
        """Give the partitions every topic has."""
        assert agency
        if self.is_away:
            raise LogAway("away")
        return self.count

    async def publish(self, agency: str, records: Sequence[Record]) -> None:
        """Keep records under their agency and partition."""
        self.records += [(agency, record.hashed % self.count, record) for record in records]

    def events(self) -> list[Inbound]:
        """Every event published so far, as intake will read it."""
        taken = [event for _, _, r in self.records for event in decode(r.value, list(r.headers))]
        assert not [event for event in taken if isinstance(event, Flaw)]
        return [event for event in taken if not isinstance(event, Flaw)]


@dataclass(slots=True)
class Served:
    """The API over one database, and what a test needs beside it."""

    city: City
    policy: Policy
    engine: Engine
    log: KeptLog
    client: TestClient
    taken: int = 0
    _keys: dict[str, str] = field(default_factory=dict)

    def key(self, agency: str) -> str:
        """A working key of an agency."""
        if agency not in self._keys:
            with self.engine.begin() as sql:
                self._keys[agency] = issue(sql, Owner(Role.AGENCY, agency), 1)
        return self._keys[agency]

    def desk_head(self, name: str = "duty", **more: str) -> dict[str, str]:
        """Headers with a desk's key."""
        key = f"desk/{name}"
        if key not in self._keys:
            with self.engine.begin() as sql:
                self._keys[key] = issue(sql, Owner(Role.DESK, name, self.policy.jurisdiction), 1)
        return {"Authorization": f"Bearer {self._keys[key]}", **more}

    def head(self, agency: str, **more: str) -> dict[str, str]:
        """Headers with an agency's key."""
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.key(agency)}", **named}

    def event(self, number: int, agency: str = "", place: str = "", **data: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
        """A petition of now."""
        place = place or self.city.villages()[0]
        return a_report(agency or self.city.hotline, number, datetime.now(UTC), place, **data)

    def post(self, body: object, agency: str = "", kind: str = "", **more: str) -> Any:  # noqa: ANN401 - the client's own type
        """Publish an event, or a list of them."""
        kind = kind or (BATCH if isinstance(body, list) else STRUCTURED)
        head = self.head(agency or self.city.hotline, content_type=kind, **more)
        if isinstance(body, bytes):
            return self.client.post("/v1/events", content=body, headers=head)
        return self.client.post("/v1/events", json=body, headers=head)

    def get(self, path: str, agency: str = "", **asked: object) -> Any:  # noqa: ANN401 - the client's own type
        """Read."""
        params = {name: str(value) for name, value in asked.items()} or None
        return self.client.get(f"/v1{path}", params=params, headers=self.head(agency or self.city.hotline))

    def take_all(self) -> None:
        """Do what intake and linkage do with what was published since the last time."""
        sql = writer(self.engine)
        shard = acquire(sql, 0, "a-topic", {self.policy.jurisdiction: self.policy})
        now_ms = time.time_ns() // 1_000_000
        fresh = self.log.records[self.taken :]
        items = [
            intake(
                Gate(self.policy, self.policy.agencies[agency]),
                partition,
                SourceRecord(self.taken + number, now_ms, record.value, list(record.headers)),
            )
            for number, (agency, partition, record) in enumerate(fresh)
        ]
        packed = [encode_message(message) for message in pack(self.policy.jurisdiction, items)]
        first = shard.next_offset
        inbox = [InboxRecord(first + n, now_ms, value) for n, value in enumerate(packed)]
        assert sum(taken.records for taken in take(shard, sql, inbox)) == len(inbox)
        self.taken = len(self.log.records)
        sql.close()


def serve(
    folder: Path, partitions: int = 1, *, events_rate: Rate = EVENTS, reads_rate: Rate = READS
) -> Served:
    """Make a city, its empty database and the API over it."""
    city = make_city(folder / "city", "TA")
    policy = load_policy(folder / "city")
    engine = open_database(f"sqlite:///{folder}/hub.db")
    upgrade(engine)
    log = KeptLog(partitions)
    desk_log = Log(engine, {policy.jurisdiction: policy}, lambda: time.time_ns() // 1_000_000)
    holders = Holders(engine, {policy.jurisdiction: policy}, events_rate, reads_rate)
    return Served(
        city, policy, engine, log, TestClient(Starlette(routes=api_routes(holders, log, desk_log.ask)))
    )
