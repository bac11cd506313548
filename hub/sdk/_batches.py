"""Batches in the making: events wait here, per partition, until a record is full or its time is up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

# A record holds at most 500 events and 1 MiB by the contract; these stay under broker defaults.
BATCH_EVENTS_MAX: Final = 100
BATCH_BYTES_MAX: Final = 512 * 1024


@dataclass(slots=True)
class Batch:
    """Events of one partition that will travel as one Kafka record; `key` is that of the first."""

    key: bytes
    events: list[bytes] = field(default_factory=list)
    size: int = 0

    def record(self) -> bytes:
        """The record's value: the event itself, or a JSON array of them (batch mode)."""
        return self.events[0] if len(self.events) == 1 else b"[" + b",".join(self.events) + b"]"


class Batches:
    """One open batch a partition. All events of a key meet in one partition, so their order survives."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._open: dict[int, Batch] = {}

    def add(self, key: str, event: bytes) -> list[tuple[int, Batch]]:
        """Add an event; returns the batches (partition, batch) that must be sent now, in order."""
        raw = key.encode()
        partition = crc32(raw) % self._partitions
        full = []
        batch = self._open.get(partition)
        if batch is not None and batch.size + len(event) > BATCH_BYTES_MAX:
            full.append((partition, self._open.pop(partition)))
            batch = None
        if batch is None:
            batch = self._open[partition] = Batch(raw)
        batch.events.append(event)
        batch.size += len(event)
        if len(batch.events) == BATCH_EVENTS_MAX:
            full.append((partition, self._open.pop(partition)))
        return full

    def drain(self) -> list[tuple[int, Batch]]:
        """Take out every open batch, as (partition, batch)."""
        rest = list(self._open.items())
        self._open = {}
        return rest

    def __len__(self) -> int:
        """How many batches are open."""
        return len(self._open)
