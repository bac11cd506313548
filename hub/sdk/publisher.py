"""Publishes one agency's events: checks them first, batches them, and answers for every one it took."""

from __future__ import annotations

import json
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, Final, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError

from hub.reach import Reach, reached
from hub.schemas.codec import decode
from hub.schemas.flaws import Flaw
from hub.sdk._batches import Batch, Batches

if TYPE_CHECKING:
    from collections.abc import Mapping

LINGER_S: Final = 0.020
FLUSH_S: Final = 120.0
# A missing topic is told after this long; the broker may be electing a leader for it.
BLOCK_MS_MAX: Final = 10_000


class NotValid(ValueError):
    """The hub would refuse this event; nothing was sent. `code` and `pointer` are those of its receipt."""

    def __init__(self, code: str, pointer: str, message: str) -> None:
        super().__init__(f"{code} {pointer}: {message}" if pointer else f"{code}: {message}")
        self.code = code
        self.pointer = pointer


class NotDelivered(RuntimeError):
    """The broker did not take events that `publish` had accepted; send them again, ids unchanged, anew."""


def key_of(event: Mapping[str, Any]) -> str:
    """The word that keeps an event in order with its like: its matter, its task, or else its own id."""
    data = event["data"]
    key = data.get("matter_id") or data.get("task_id") or event["id"]
    return str(key)


def checked(event: Mapping[str, Any], agency: str) -> bytes:
    """The event as JSON, proven against the contract for this agency.

    Raises `NotValid` with the code and JSON pointer that the hub's receipt would carry.
    """
    try:
        raw = json.dumps(event, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise NotValid("MALFORMED", "", f"不是合法的 JSON / not JSON: {error}") from None
    taken = decode(raw, [("content-type", b"application/cloudevents+json")])[0]
    if isinstance(taken, Flaw):
        raise NotValid(str(taken.code), taken.pointer, f"{taken.message_zh} / {taken.message_en}")
    expected = f"urn:linkage:agency:{agency}"
    if event["source"] != expected:
        text = f"来源应为 {expected} / the source must be {expected}"
        raise NotValid("SOURCE_MISMATCH", "/source", text)
    return raw


class Publisher:
    """Sends events of one agency to `agency.<id>.events.v1`; safe to use from several threads.

    Events wait at most 20 ms (or for `flush`) so that up to 100 travel in one record. Delivery is idempotent
    and acknowledged by all replicas; where it fails, the next `publish`, `flush` or `close` raises
    `NotDelivered`.

        with Publisher("broker:9092", "housing") as publisher:
            publisher.publish(event)
    """

    def __init__(self, reach: str | Reach, agency: str) -> None:
        """Connect to a cluster, by its servers or by a `Reach`; raises `KafkaError` without broker or topic."""
        self._agency = agency
        self._topic = f"agency.{agency}.events.v1"
        self._producer = KafkaProducer(
            **reached(reach).options(),
            client_id=f"agency-{agency}",
            acks="all",
            enable_idempotence=True,
            max_block_ms=BLOCK_MS_MAX,
        )
        try:
            self._batches = Batches(len(self._producer.partitions_for(self._topic)))
        except BaseException:
            self._producer.close(timeout=0)
            raise
        self._changed = Condition()
        self._failures: list[BaseException] = []
        self._closing = False
        self._linger = Thread(target=self._send_when_due, name=f"publisher-{agency}", daemon=True)
        self._linger.start()

    def publish(self, event: Mapping[str, Any]) -> None:
        """Check one CloudEvent and queue it; raises `NotValid`, or `NotDelivered` for earlier ones."""
        raw = checked(event, self._agency)
        with self._changed:
            if self._closing:
                raise NotDelivered(f"{self._topic}: 已关闭 / the publisher is closed")
            self._raise_failures()
            # The lingering thread sleeps only while nothing waits; a wake-up an event would be dear.
            was_empty = len(self._batches) == 0
            self._send(self._batches.add(key_of(event), raw))
            if was_empty:
                self._changed.notify()

    def flush(self) -> None:
        """Send what waits and return when the broker has it all; raises `NotDelivered` when it does not."""
        with self._changed:
            self._send(self._batches.drain())
        try:
            self._producer.flush(timeout=FLUSH_S)
        except KafkaError as error:
            self._failures.append(error)
        self._raise_failures()

    def close(self) -> None:
        """Flush and disconnect; raises `NotDelivered` like `flush`. A closed publisher takes nothing more."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._linger.join()
        try:
            self.flush()
        finally:
            self._producer.close()

    def __enter__(self) -> Self:
        """Give the publisher itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close, whatever happened inside."""
        self.close()

    def _send_when_due(self) -> None:
        with self._changed:
            while not self._closing:
                # An empty publisher sleeps until the first event; 20 ms later the batches leave.
                self._changed.wait_for(lambda: self._closing or len(self._batches) > 0)
                self._changed.wait_for(lambda: self._closing, timeout=LINGER_S)
                self._send(self._batches.drain())

    def _send(self, batches: list[tuple[int, Batch]]) -> None:
        for partition, batch in batches:
            kind = (
                b"application/cloudevents+json"
                if len(batch.events) == 1
                else b"application/cloudevents-batch+json"
            )
            headers = [("content-type", kind)]
            try:
                future = self._producer.send(self._topic, batch.record(), batch.key, headers, partition)
            except KafkaError as error:
                self._failures.append(error)
            else:
                future.add_errback(self._failures.append)

    def _raise_failures(self) -> None:
        if self._failures:
            count, first = len(self._failures), self._failures[0]
            raise NotDelivered(f"{self._topic}: {count} 批未送达 / batches not delivered: {first!r}")
