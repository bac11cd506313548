"""The way out to Kafka: an idempotent producer, so that a retried send neither doubles nor reorders."""

from __future__ import annotations

import asyncio
from typing import Final

from aiokafka import AIOKafkaProducer

from hub.reach import Reach
from hub.topology import INBOX_BYTES_MAX

LINGER_MS: Final = 5
BATCH_BYTES_MAX: Final = 1024 * 1024


def open_outlet(reach: Reach) -> AIOKafkaProducer:
    """Make a producer; the caller starts it in its loop and stops it.

    Order matters as much as arrival: a mark in the shard passes every event before it.
    """
    return AIOKafkaProducer(
        **reach.options(),
        enable_idempotence=True,
        linger_ms=LINGER_MS,
        max_batch_size=BATCH_BYTES_MAX,
        max_request_size=INBOX_BYTES_MAX,
        request_timeout_ms=30_000,
    )


async def arrival(sent: list[asyncio.Future[object]]) -> None:
    """Wait until the broker has acknowledged every send; raises the first failure."""
    for future in sent:
        await future
