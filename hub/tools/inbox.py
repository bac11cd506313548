"""Asking the log: a command goes out over one kept connection, and its answer is read from SQL."""

from __future__ import annotations

import time
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
        if (known := self._answer(command)) is not None:
            return known
        try:
            self._connected().send(
                INBOX,
                value=encode_message(command),
                key=command.jurisdiction.encode(),
                partition=shard_of(command.jurisdiction, self._settings.inbox_partitions),
            ).get(timeout=SEND_WITHIN_S)
        except KafkaError as error:
            raise LogAway(str(error)) from error
        until = time.monotonic() + ANSWER_WITHIN_S
        while time.monotonic() < until:
            if (answer := self._answer(command)) is not None:
                return answer
            time.sleep(LOOK_EVERY_S)
        return None

    def _answer(self, command: Command) -> dict[str, Any] | None:
        with self._engine.connect() as sql:
            return queries.answer(sql, command.jurisdiction, command.id)

    def close(self) -> None:
        """Let the connection go."""
        if self._producer is not None:
            self._producer.close(timeout=SEND_WITHIN_S)

    def _connected(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                self._producer = KafkaProducer(
                    bootstrap_servers=self._settings.broker.split(","),
                    acks="all",
                    linger_ms=0,
                    max_block_ms=int(SEND_WITHIN_S * 1000),
                )
            return self._producer
