"""Reads whole topics, and publishes records as they are, as an agency without the publisher kit would."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from confluent_kafka import Consumer, Producer, TopicPartition
from kafka import KafkaAdminClient

Headers = list[tuple[str, bytes]]


class Record(NamedTuple):
    """One record of a topic."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


class Sent(NamedTuple):
    """Where a published record lies."""

    partition: int
    offset: int


class Mailbox:
    """A plain producer of one compression codec, which can send anything."""

    def __init__(self, bootstrap: str, codec: str = "none") -> None:
        """Connect."""
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "compression.type": codec,
                "message.max.bytes": 2_000_000,
                "linger.ms": 20,
                "acks": "all",
            }
        )
        self._sent: dict[int, Sent] = {}
        self._failed: list[str] = []

    def post(
        self, topic: str, value: bytes | None, headers: Headers | None = None, key: bytes | None = None
    ) -> Callable[[], Sent]:
        """Send one record; what is given back tells, after `flush`, where it lies."""
        number = len(self._sent)
        self._sent[number] = Sent(-1, -1)

        def delivered(error: object, message: Any) -> None:  # noqa: ANN401 - the library has no types
            if error is not None:
                self._failed.append(f"{topic}: {error}")
            else:
                self._sent[number] = Sent(message.partition(), message.offset())

        self._producer.produce(topic, value, key=key, headers=headers, on_delivery=delivered)
        self._producer.poll(0)
        return lambda: self._sent[number]

    def flush(self) -> None:
        """Return when the broker has everything."""
        self._producer.flush(30)
        assert self._failed == []


def topic_names(bootstrap: str) -> list[str]:
    """Give the topics of a broker but its own."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        return sorted(name for name in admin.list_topics() if not name.startswith("__"))
    finally:
        admin.close()


def read_topics(bootstrap: str, names: Iterable[str]) -> list[Record]:
    """Give every record of these topics, each partition in order."""
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "tests", "enable.auto.commit": False, "log_level": 0}
    )
    found: list[Record] = []
    try:
        known = consumer.list_topics(timeout=10).topics
        homes = [(name, number) for name in names for number in known[name].partitions]
        ends = {home: consumer.get_watermark_offsets(TopicPartition(*home), timeout=10) for home in homes}
        left = {home for home, (first, end) in ends.items() if end > first}
        consumer.assign([TopicPartition(*home, ends[home][0]) for home in left])
        while left:
            for record in consumer.consume(5_000, timeout=1.0):
                assert record.error() is None, record.error()
                home = (record.topic(), record.partition())
                found.append(Record(*home, record.offset(), record.key(), record.value()))
                if record.offset() + 1 >= ends[home][1]:
                    left.discard(home)
    finally:
        consumer.close()
    return found


def read_messages(bootstrap: str, *names: str) -> list[dict[str, Any]]:
    """Give what the hub said in these topics, parsed."""
    return [json.loads(record.value or b"null") for record in read_topics(bootstrap, names)]
