"""A console over real rows with real accounts: who signs in, and what the log answers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from hub.console.app import make_console
from hub.console.desk import SESSION_COOKIE
from hub.core.intake import Gate, SourceRecord, intake, pack
from hub.policies.models import Policy
from hub.schemas.codec import decode, encode
from hub.schemas.commands import Command
from hub.schemas.flaws import Flaw
from hub.schemas.inbound import Inbound
from hub.schemas.inbox import POSITIONS_PER_OFFSET, Message, encode_message
from hub.store import queries
from hub.store.database import open_database
from hub.store.dialect import writer
from hub.store.people import Account, Role, add_account, writing
from hub.store.shard import InboxRecord, acquire, take
from hub.tools.kept import load_kept
from tests.console.rows import Filled

PASSWORD = "one-two-three-four"  # noqa: S105 - of accounts that live in a test
ORIGIN = "http://testserver"


class Log:
    """The way into the log without a broker: the shard itself takes what comes, as intake and linkage would."""

    def __init__(
        self,
        engine: Engine,
        policies: Mapping[str, Policy],
        clock_ms: Callable[[], int],
        kept: Path | None = None,
    ) -> None:
        self._engine = engine
        self._policies = dict(policies)
        self._clock_ms = clock_ms
        self._kept = kept
        self.asked: list[Command] = []
        self.topics: dict[str, list[bytes]] = {}

    def ask(self, command: Command) -> dict[str, Any] | None:
        """Take one command at the end of the log, and read the answer."""
        return self.ask_all([command])[0]

    def ask_all(self, commands: Sequence[Command]) -> list[dict[str, Any] | None]:
        """Take commands in this order."""
        self.asked += commands
        self._take(*commands)
        with self._engine.connect() as read:
            answers = queries.answers(read, commands[0].jurisdiction, [command.id for command in commands])
        return [answers.get(command.id) for command in commands]

    def read(self, agency: str, partition: int, position: int) -> Inbound | None:
        """Give an event out of its agency's topic; None for one that is not kept there."""
        offset, index = divmod(position, POSITIONS_PER_OFFSET)
        topic = self.topics.get(agency, [])
        event = decode(topic[offset], ())[index] if partition == 0 and offset < len(topic) else None
        return None if isinstance(event, Flaw) else event

    def publish(self, agency: str, event: Inbound) -> None:
        """Put an event into its agency's topic."""
        self.send(agency, encode(event).encode())

    def send(self, agency: str, value: bytes) -> None:
        """Put a record into an agency's topic, and take what intake makes of it."""
        (policy,) = self._policies.values()
        topic = self.topics.setdefault(agency, [])
        topic.append(value)
        record = SourceRecord(len(topic) - 1, time.time_ns() // 1_000_000, value)
        items = intake(Gate(policy, policy.agencies[agency]), 0, record)
        for packed in pack(policy.jurisdiction, [items]):
            self._take(packed)

    def _take(self, *messages: Message) -> None:
        sql = writer(self._engine)
        try:
            kept = load_kept(self._kept) if self._kept else {}
            shard = acquire(sql, 0, "a-topic", self._policies, kept)
            records = [
                InboxRecord(shard.next_offset + n, self._clock_ms(), encode_message(message))
                for n, message in enumerate(messages)
            ]
            list(take(shard, sql, records))
        finally:
            sql.close()


@dataclass(slots=True)
class Centre:
    """A console, its rows, and desks that sign in."""

    engine: Engine
    filled: Filled
    log: Log
    client: TestClient
    tokens: dict[str, str] = field(default_factory=dict)

    def number(self, query: str) -> int:
        """The one number a query asks for."""
        with self.engine.connect() as sql:
            return int(sql.execute(text(query)).scalar_one())

    def rows(self, query: str) -> list[Any]:
        """The rows a query asks for."""
        with self.engine.connect() as sql:
            return list(sql.execute(text(query)).all())

    def desk(self, role: Role = Role.DUTY, territory: str = "", agency: str = "") -> TestClient:
        """Give a browser in which a desk of this role has signed in."""
        policy = self.filled.policy
        root = next(code for code, place in policy.places.items() if place.parent is None)
        place = territory or ("" if role is Role.AGENCY else root)
        login = f"{role}-{place}-{agency}".lower()
        client = TestClient(self.client.app, headers={"origin": ORIGIN})
        if login not in self.tokens:
            with writing(self.engine) as sql:
                add_account(sql, Account(login, role, policy.jurisdiction, place, agency), PASSWORD, 0)
            client.post("/login", data={"login": login, "password": PASSWORD}, follow_redirects=False)
            self.tokens[login] = client.cookies[SESSION_COOKIE]
        client.cookies.set(SESSION_COOKIE, self.tokens[login])
        return client


def csrf(page: str) -> str:
    """The token that a page's forms carry."""
    found = re.search(r'name="csrf" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


@contextmanager
def open_centre(filled: Filled) -> Iterator[Centre]:
    """Open a console over filled rows."""
    engine = open_database(filled.url)
    policies = {filled.policy.jurisdiction: filled.policy}
    with engine.connect() as sql:
        reached_ms = queries.jurisdictions(sql)[0]["hub_ms"]
    log = Log(engine, policies, lambda: reached_ms, filled.folders.kept)
    with TestClient(make_console(engine, policies, log.ask_all, log, filled.folders)) as client:
        yield Centre(engine, filled, log, client)
    engine.dispose()
