"""Ask: an operator's command into the log, and the answer out of SQL."""

from __future__ import annotations

import time
from typing import Any, Final

from kafka import KafkaProducer
from sqlalchemy import Engine

from hub.schemas.commands import Command
from hub.schemas.inbox import encode_message
from hub.settings import Settings
from hub.store import queries
from hub.topology import INBOX, shard_of

ANSWER_WITHIN_S: Final = 3.0
LOOK_EVERY_S: Final = 0.02
SEND_WITHIN_S: Final = 10.0


def ask(settings: Settings, engine: Engine, command: Command) -> dict[str, Any] | None:
    """Send a command and wait for its answer; None when it is still in the queue after three seconds."""
    producer = KafkaProducer(bootstrap_servers=settings.broker.split(","), acks="all")
    try:
        producer.send(
            INBOX,
            value=encode_message(command),
            key=command.jurisdiction.encode(),
            partition=shard_of(command.jurisdiction, settings.inbox_partitions),
        ).get(timeout=SEND_WITHIN_S)
    finally:
        producer.close()
    until = time.monotonic() + ANSWER_WITHIN_S
    while time.monotonic() < until:
        with engine.connect() as sql:
            answer = queries.answer(sql, command.jurisdiction, command.id)
        if answer is not None:
            return answer
        time.sleep(LOOK_EVERY_S)
    return None
