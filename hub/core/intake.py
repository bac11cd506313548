"""Intake: what an agency published becomes items of the log, each admitted or rejected with its reason.

Pure, so that the intake agent, the importer and a replay share it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from hub.core.resolve import NOTHING, Found, resolve_category, resolve_place
from hub.core.screen import screen
from hub.model.clock import DAY_MS
from hub.policies.models import Agency, Policy
from hub.schemas.codec import decode, encode
from hub.schemas.explain import safe_event_id
from hub.schemas.flaws import Flaw, flaw
from hub.schemas.inbound import (
    Assessment,
    Correction,
    Dispute,
    Inbound,
    Incident,
    MatterChange,
    Reply,
    Report,
)
from hub.schemas.inbox import BATCH_EVENTS_MAX, POSITIONS_PER_OFFSET, Item, Packed
from hub.schemas.reasons import QuarantineCode, RefusalCode

PACKED_BYTES_MAX: Final = 512 * 1024
"""A packed record holds whole source records up to this many bytes of bodies, or one that is larger alone."""

REMEMBERED_MAX: Final = 100_000
"""Bound on what an agency can make a gate remember by inventing codes."""

MINUTE_MS: Final = 60_000

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
    source: str = field(init=False)
    places: dict[str, Found] = field(default_factory=dict)
    categories: dict[str, Found] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Work out the one source that this agency may name."""
        self.source = f"urn:linkage:agency:{self.agency.id}"

    def place(self, code: str) -> Found:
        """Resolve a place, once for each code."""
        found = self.places.get(code)
        if found is None:
            if len(self.places) >= REMEMBERED_MAX:
                self.places.clear()
            found = self.places[code] = resolve_place(self.policy, self.agency, code)
        return found

    def category(self, code: str) -> Found:
        """Resolve a category, once for each code."""
        found = self.categories.get(code)
        if found is None:
            if len(self.categories) >= REMEMBERED_MAX:
                self.categories.clear()
            found = self.categories[code] = resolve_category(self.policy, code)
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
    if decoded.source != gate.source:
        return rejected(gate.agency.id, partition, position, SOURCE_MISMATCH, decoded.id)
    said_ms = epoch_ms(decoded.time)
    happened_ms = _happened_ms(decoded, said_ms)
    found = screen(decoded)
    if found is None and times is not None:
        found = _time_flaw(gate, said_ms, happened_ms, times)
    named = _named(gate, decoded.data)
    if found is None:
        found = _misplaced(gate, decoded.data, named)
    if found is not None:
        return rejected(gate.agency.id, partition, position, found, decoded.id)
    return Item(
        "accepted",
        gate.agency.id,
        partition,
        position,
        decoded.id,
        QuarantineCode.PLACE_UNKNOWN if named.place.flagged else "",
        "/data/place" if named.place.flagged else "",
        "",
        "",
        decoded.type,
        happened_ms,
        clock_ms,
        named.matter_id,
        named.place.known,
        named.category.known,
        named.nature,
        named.status,
        named.task_id,
        body(decoded),
        *named.more,
    )


class More(NamedTuple):
    """The fields of `Item` after its body, which only some kinds of data have."""

    severity: int = 4
    channel: str = ""
    responsible: str = ""
    due_ms: int = 0
    summary: str = ""
    form: str = ""
    to_agency: str = ""
    result: str = ""
    satisfaction: str = ""
    detail: str = ""


NOTHING_MORE: Final = More()


class Named(NamedTuple):
    """What an event names, by the kind of its data."""

    matter_id: str = ""
    place: Found = NOTHING
    category: Found = NOTHING
    nature: str = ""
    status: str = ""
    task_id: str = ""
    more: More = NOTHING_MORE


NAMELESS: Final = Named()


def _named(gate: Gate, data: object) -> Named:
    if isinstance(data, Report):
        return Named(
            data.matter_id,
            gate.place(data.place),
            gate.category(data.category),
            data.nature,
            more=_told(data),
        )
    if isinstance(data, MatterChange):
        return Named(data.matter_id, status=data.status, more=_news(data))
    if isinstance(data, Correction):
        place = NOTHING if data.place is None else gate.place(data.place)
        category = NOTHING if data.category is None else gate.category(data.category)
        return Named(data.matter_id, place, category, status=data.status, more=_news(data))
    if isinstance(data, Reply):
        return Named(task_id=data.task_id, more=_detailed(data))
    if isinstance(data, Assessment):
        return Named(more=_detailed(data))
    return NAMELESS


def _told(data: Report) -> More:
    form: str = data.incident_kind if isinstance(data, Incident) else ""
    if isinstance(data, Dispute):
        form = data.mediation_kind or ""
    due_ms = 0 if data.due_at is None else epoch_ms(data.due_at)
    return More(data.severity, data.channel, data.responsible_agency or "", due_ms, data.summary or "", form)


def _news(data: MatterChange | Correction) -> More:
    return More(to_agency=data.agency or "", result=data.outcome or "", satisfaction=data.satisfaction or "")


def _detailed(data: Reply | Assessment) -> More:
    return More(detail=data.model_dump_json(exclude_none=True))


def rejected(agency: str, partition: int, position: int, found: Flaw, event_id: str) -> Item:
    """Write down why an event did not get in, and where it lies; of a restricted one not even its id is kept."""
    return Item(
        outcome="quarantined" if isinstance(found.code, QuarantineCode) else "refused",
        agency=agency,
        partition=partition,
        position=position,
        id="" if found.code is RefusalCode.RESTRICTED_CLASS else safe_event_id(event_id),
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


def _happened_ms(event: Inbound, said_ms: int) -> int:
    data = event.data
    if isinstance(data, Report) and data.occurred_at is not None:
        return epoch_ms(data.occurred_at)
    return said_ms


SOURCE_MISMATCH: Final = flaw(RefusalCode.SOURCE_MISMATCH, "/source")


def _time_flaw(gate: Gate, said_ms: int, happened_ms: int, times: Times) -> Flaw | None:
    limits = gate.policy.limits
    latest_ms = times.now_ms + limits.ahead_minutes * MINUTE_MS
    if said_ms > latest_ms:
        return flaw(RefusalCode.CLOCK_SKEW, "/time")
    if happened_ms > latest_ms:
        return flaw(RefusalCode.CLOCK_SKEW, "/data/occurred_at")
    if said_ms < times.log_ms - limits.lateness_days * DAY_MS:
        return flaw(RefusalCode.TOO_OLD, "/time")
    return None


def _misplaced(gate: Gate, data: object, named: Named) -> Flaw | None:
    """Say what is wrong with the place or the category that an event names; the class it may not be, first."""
    place, category = named.place.code, named.category.code
    if isinstance(data, Report) and data.scheme is not None and data.scheme != gate.policy.scheme:
        return flaw(QuarantineCode.CATEGORY_UNKNOWN, "/data/scheme")
    if place is None and category is None:
        return None
    if place is None or category is RefusalCode.RESTRICTED_CLASS:
        assert category is not None, "one of the two is wrong"
        return flaw(category, "/data/category")
    return flaw(place, "/data/place")
