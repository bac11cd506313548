"""Asking the log: a command goes out over one kept connection, and its answer is read from SQL."""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Lock
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError
from sqlalchemy import Engine

from hub.schemas.commands import Command
from hub.schemas.inbox import encode_message
from hub.settings import Settings
from hub.store import queries
from hub.topology import INBOX, shard_of

ANSWER_WITHIN_S: Final = 3.0
LOOK_EVERY_S: Final = 0.02
SEND_WITHIN_S: Final = 5.0


class LogAway(Exception):
    """The broker does not answer; nothing was sent."""


class Inbox:
    """The way into the log. Connects when first used, so that pages can be read while the broker is away."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._producer: KafkaProducer | None = None
        self._lock = Lock()

    def ask(self, command: Command) -> dict[str, Any] | None:
        """Send a command and wait for its answer; None when it is still in the queue after three seconds.

        What was answered under this id before is said again and nothing is sent, so that asking twice acts once.
        Raises `LogAway` when it could not be sent.
        """
        return self.ask_all([command])[0]

    def ask_all(self, commands: Sequence[Command]) -> list[dict[str, Any] | None]:
        """Send commands of one city in this order and wait for their answers together, as `ask` does for one."""
        city = commands[0].jurisdiction
        ids = [command.id for command in commands]
        answers = self._answers(city, ids)
        self._send([command for command in commands if command.id not in answers])
        until = time.monotonic() + ANSWER_WITHIN_S
        while len(answers) < len(ids) and time.monotonic() < until:
            time.sleep(LOOK_EVERY_S)
            answers |= self._answers(city, [asked for asked in ids if asked not in answers])
        return [answers.get(asked) for asked in ids]

    def _send(self, commands: Sequence[Command]) -> None:
        try:
            sent = [
                self._connected().send(
                    INBOX,
                    value=encode_message(command),
                    key=command.jurisdiction.encode(),
                    partition=shard_of(command.jurisdiction, self._settings.inbox_partitions),
                )
                for command in commands
            ]
            for one in sent:
                one.get(timeout=SEND_WITHIN_S)
        except KafkaError as error:
            raise LogAway(str(error)) from error

    def _answers(self, jurisdiction: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        with self._engine.connect() as sql:
            return queries.answers(sql, jurisdiction, ids)

    def close(self) -> None:
        """Let the connection go."""
        if self._producer is not None:
            self._producer.close(timeout=SEND_WITHIN_S)

    def _connected(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                self._producer = KafkaProducer(
                    **self._settings.reach.options(),
                    acks="all",
                    linger_ms=0,
                    max_block_ms=int(SEND_WITHIN_S * 1000),
                )
            return self._producer
