"""Reads records of one partition from an offset on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition

WAIT_MS: Final = 3_000


def records(consumer: KafkaConsumer, tp: TopicPartition, offset: int, number: int) -> Iterator[Any]:
    """Give up to `number` records from an offset; fewer at the end of the log, or when the broker is slow."""
    end = consumer.end_offsets([tp])[tp]
    consumer.assign([tp])
    consumer.seek(tp, offset)
    last = min(end, offset + number)
    while consumer.position(tp) < last:
        polled = consumer.poll(timeout_ms=WAIT_MS, max_records=number)
        if not polled:
            return
        yield from (record for found in polled.values() for record in found if record.offset < last)
