"""Intake: what an agency published becomes items of the log, each admitted or rejected with its reason.

Pure, so that the intake agent, the importer and a replay share it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from hub.core.resolve import Resolution, resolve
from hub.core.screen import screen
from hub.policies.models import Agency, Policy
from hub.schemas.codec import decode, encode
from hub.schemas.flaws import Flaw, flaw
from hub.schemas.inbound import Correction, Inbound, MatterChange, Report, TaskReplied
from hub.schemas.inbox import BATCH_EVENTS_MAX, POSITIONS_PER_OFFSET, Item, Packed
from hub.schemas.reasons import QuarantineCode, RefusalCode

PACKED_BYTES_MAX: Final = 512 * 1024
"""A packed record holds whole source records up to this many bytes of bodies, or one that is larger alone."""

RESOLUTIONS_MAX: Final = 100_000
"""Bound on what an agency can make a gate remember by inventing places."""

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000

Headers = Sequence[tuple[str, bytes | None]]
Body = Callable[[Inbound], str]


class SourceRecord(NamedTuple):
    """One record of an agency's events topic; `at_ms` is the broker's append time."""

    offset: int
    at_ms: int
    value: bytes | None
    headers: Headers = ()


class Times(NamedTuple):
    """The instants an event's own time is held against: not after `now_ms`, not long before `log_ms`."""

    now_ms: int
    log_ms: int


@dataclass(slots=True)
class Gate:
    """What one agency may bring in; remembers how its places and categories resolve."""

    policy: Policy
    agency: Agency
    resolved: dict[tuple[str, str], Resolution] = field(default_factory=dict)

    def resolution(self, place: str, category: str) -> Resolution:
        """Resolve a place and a category, once for each pair."""
        found = self.resolved.get((place, category))
        if found is None:
            if len(self.resolved) >= RESOLUTIONS_MAX:
                self.resolved.clear()
            found = self.resolved[place, category] = resolve(self.policy, self.agency, place, category)
        return found


def intake(gate: Gate, partition: int, record: SourceRecord) -> list[Item]:
    """Turn one source record into its items, one for each event in it, at least one."""
    first = record.offset * POSITIONS_PER_OFFSET
    times = Times(record.at_ms, record.at_ms)
    return [
        item_of(gate, partition, first + index, decoded, times)
        for index, decoded in enumerate(decode(record.value, record.headers))
    ]


def item_of(
    gate: Gate,
    partition: int,
    position: int,
    decoded: Inbound | Flaw,
    times: Times | None,
    clock_ms: int = 0,
    body: Body = encode,
) -> Item:
    """Judge one decoded event.

    Without `times` (a replay of what was once accepted) its age is not judged again. `body` writes what the
    journal keeps; a replay, which has no journal, passes one that writes nothing.
    """
    if isinstance(decoded, Flaw):
        return rejected(gate.agency.id, partition, position, decoded, decoded.event_id)
    found = _identity_flaw(gate, decoded) or screen(decoded)
    at_ms = epoch_ms(_happened(decoded))
    if found is None and times is not None:
        found = _time_flaw(gate, decoded, at_ms, times)
    if found is None:
        judged = _resolved(gate, decoded)
        if isinstance(judged, Resolution):
            return _admitted(gate, partition, position, decoded, judged, at_ms, clock_ms, body(decoded))
        found = judged
    return rejected(gate.agency.id, partition, position, found, decoded.id)


def rejected(agency: str, partition: int, position: int, found: Flaw, event_id: str) -> Item:
    """Write down why an event did not get in, and where it lies; of a restricted one not even its id is kept."""
    return Item(
        outcome="quarantined" if isinstance(found.code, QuarantineCode) else "refused",
        agency=agency,
        partition=partition,
        position=position,
        id="" if found.code is RefusalCode.RESTRICTED_CLASS else event_id,
        code=found.code,
        pointer=found.pointer,
        message_zh=found.message_zh,
        message_en=found.message_en,
    )


def pack(jurisdiction: str, records: Iterable[Sequence[Item]], *, backfill: bool = False) -> Iterator[Packed]:
    """Pack the items of whole source records into messages of at most 500 events.

    A source record is never split: its mark in the shard would else pass events not yet taken.
    """
    items: list[Item] = []
    size = 0
    for record in records:
        record_size = sum(len(item.body) for item in record)
        if items and (len(items) + len(record) > BATCH_EVENTS_MAX or size + record_size > PACKED_BYTES_MAX):
            yield Packed(jurisdiction=jurisdiction, backfill=backfill, items=items)
            items, size = [], 0
        items.extend(record)
        size += record_size
    if items:
        yield Packed(jurisdiction=jurisdiction, backfill=backfill, items=items)


def epoch_ms(at: datetime) -> int:
    """Give an aware time as epoch milliseconds."""
    return round(at.timestamp() * 1000)


def _happened(event: Inbound) -> datetime:
    if isinstance(event.data, Report) and event.data.occurred_at is not None:
        return event.data.occurred_at
    return event.time


def _identity_flaw(gate: Gate, event: Inbound) -> Flaw | None:
    if event.source == f"urn:linkage:agency:{gate.agency.id}":
        return None
    return flaw(RefusalCode.SOURCE_MISMATCH, "/source")


def _time_flaw(gate: Gate, event: Inbound, happened_ms: int, times: Times) -> Flaw | None:
    limits = gate.policy.limits
    said_ms = epoch_ms(event.time)
    latest_ms = times.now_ms + limits.ahead_minutes * MINUTE_MS
    if said_ms > latest_ms:
        return flaw(RefusalCode.CLOCK_SKEW, "/time")
    if happened_ms > latest_ms:
        return flaw(RefusalCode.CLOCK_SKEW, "/data/occurred_at")
    if said_ms < times.log_ms - limits.lateness_days * DAY_MS:
        return flaw(RefusalCode.TOO_OLD, "/time")
    return None


def _resolved(gate: Gate, event: Inbound) -> Resolution | Flaw:
    """Resolve what the event names; what names neither place nor category resolves to nothing."""
    data = event.data
    if isinstance(data, Report):
        if data.scheme is not None and data.scheme != gate.policy.scheme:
            return flaw(QuarantineCode.CATEGORY_UNKNOWN, "/data/scheme")
        resolution = gate.resolution(data.place, data.category)
    elif isinstance(data, Correction):
        resolution = gate.resolution(data.place or "", data.category or "")
    else:
        return NOTHING_NAMED
    if resolution.code is None:
        return resolution
    return flaw(resolution.code, resolution.pointer)


NOTHING_NAMED: Final = Resolution("", "", place_flagged=False)


def _admitted(
    gate: Gate,
    partition: int,
    position: int,
    event: Inbound,
    resolution: Resolution,
    at_ms: int,
    clock_ms: int,
    body: str,
) -> Item:
    data = event.data
    matter_id = nature = status = task_id = ""
    if isinstance(data, Report):
        matter_id, nature = data.matter_id, data.nature
    elif isinstance(data, MatterChange | Correction):
        matter_id, status = data.matter_id, data.status
    elif isinstance(event, TaskReplied):
        task_id = event.data.task_id
    return Item(
        "accepted",
        gate.agency.id,
        partition,
        position,
        event.id,
        QuarantineCode.PLACE_UNKNOWN if resolution.place_flagged else "",
        "/data/place" if resolution.place_flagged else "",
        type=event.type,
        at_ms=at_ms,
        clock_ms=clock_ms,
        matter_id=matter_id,
        place=resolution.place,
        category=resolution.category,
        nature=nature,
        status=status,
        task_id=task_id,
        body=body,
    )
