"""Reads what became of an agency's events: every refusal and quarantine, and more where the agency asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition

from hub.reach import Reach, reached

LOOK_MS: Final = 500


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one event. `code` and after are empty for one that was accepted or came twice.

    `outcome` is accepted, duplicate, quarantined or refused; `pointer` a JSON pointer into the event as it was sent;
    `partition`, `offset` and `index` say where it lies in the agency's events topic.
    """

    id: str
    outcome: str
    code: str
    pointer: str
    message_zh: str
    message_en: str
    partition: int
    offset: int
    index: int


class Receipts:
    """Receipts of one agency, each given once: where reading stopped is kept by Kafka under `group`.

    with Receipts("broker:9092", "housing") as receipts:
        for receipt in receipts:
            print(receipt.id, receipt.outcome, receipt.code, receipt.pointer, receipt.message_zh)
    """

    def __init__(self, reach: str | Reach, agency: str, group: str = "") -> None:
        """Connect to a cluster, like `Publisher`; a group that never read starts at the first receipt kept."""
        self._topic = f"agency.{agency}.receipts.v1"
        self._consumer = KafkaConsumer(
            self._topic,
            **reached(reach).options(),
            group_id=group or f"agency-{agency}-receipts",
            client_id=f"agency-{agency}",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )

    def __iter__(self) -> Iterator[Receipt]:
        """Give receipts for ever, waiting for the next."""
        while True:
            yield from self.poll()

    def poll(self, timeout_s: float = LOOK_MS / 1000) -> Iterator[Receipt]:
        """Give the receipts that come within `timeout_s`; one counts as read when the next is asked for."""
        for partition, records in self._consumer.poll(timeout_ms=round(timeout_s * 1000)).items():
            for record in records:
                yield _receipt(record.value)
                self._mark(partition, record.offset + 1)

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def __enter__(self) -> Self:
        """Give the reader itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close, whatever happened inside."""
        self.close()

    def _mark(self, partition: TopicPartition, offset: int) -> None:
        self._consumer.commit({partition: OffsetAndMetadata(offset, "", -1)})


def _receipt(value: bytes) -> Receipt:
    data: dict[str, Any] = json.loads(value)["data"]
    why = {name: str(data.get(name) or "") for name in ("code", "pointer", "message_zh", "message_en")}
    where = {name: int(data[name]) for name in ("partition", "offset", "index")}
    told: dict[str, Any] = {**why, **where}
    return Receipt(id=data["id"], outcome=data["outcome"], **told)
