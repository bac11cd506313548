"""Intake: what an agency published becomes items of the log, each admitted or rejected with its reason.

Pure, so that the intake agent, the importer and a replay share it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hub.core.named import Named, named
from hub.core.resolve import NOTHING, Found, resolve_category, resolve_place
from hub.core.screen import screen
from hub.model.clock import DAY_MS
from hub.policies.models import Agency, Policy
from hub.schemas.codec import decode, encode, is_binary
from hub.schemas.envelope import TRACEPARENT_PATTERN, epoch_ms
from hub.schemas.explain import safe_event_id
from hub.schemas.flaws import Flaw, flaw
from hub.schemas.inbound import Inbound, Report
from hub.schemas.inbox import BATCH_EVENTS_MAX, POSITIONS_PER_OFFSET, Item, Packed
from hub.schemas.ordinary import (
    OrdinaryDispute,
    OrdinaryEvent,
    OrdinaryIncident,
    OrdinaryReport,
    Read,
    read_record,
    write_ordinary,
)
from hub.schemas.reasons import QuarantineCode, RefusalCode

PACKED_BYTES_MAX: Final = 512 * 1024
"""A packed record holds whole source records up to this many bytes of bodies, or one that is larger alone."""

REMEMBERED_MAX: Final = 100_000
"""Bound on what an agency can make a gate remember by inventing codes."""

MINUTE_MS: Final = 60_000

TRACEPARENT: Final = re.compile(TRACEPARENT_PATTERN)

Headers = Sequence[tuple[str, bytes | None]]
Body = Callable[[Inbound], str]
Write = Callable[[OrdinaryEvent], str]


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
    ahead_ms: int = field(init=False)
    lateness_ms: int = field(init=False)
    places: dict[str, Found] = field(default_factory=dict)
    categories: dict[str, Found] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Work out the one source that this agency may name, and how far an event may lie from its log's time."""
        self.source = f"urn:linkage:agency:{self.agency.id}"
        self.ahead_ms = self.policy.limits.ahead_minutes * MINUTE_MS
        self.lateness_ms = self.policy.limits.lateness_days * DAY_MS

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
    items = _intake(gate, partition, record)
    trace = _trace_of(record.headers) if record.headers else ""
    return [_traced(item, trace) for item in items] if trace else items


def _trace_of(headers: Headers) -> str:
    """Give the traceparent of a record, which HTTP and tracing clients put beside the event."""
    found = next((value for name, value in headers if name.lower() == "traceparent"), None)
    text = (found or b"").decode("ascii", "replace")
    return text if TRACEPARENT.fullmatch(text) else ""


def _traced(item: Item, trace: str) -> Item:
    """Let an event without a trace of its own have its record's; of a restricted one nothing is kept."""
    kept = item.trace or item.code == RefusalCode.RESTRICTED_CLASS
    return item if kept else item._replace(trace=trace)


def _intake(gate: Gate, partition: int, record: SourceRecord) -> list[Item]:
    first = record.offset * POSITIONS_PER_OFFSET
    at_ms = record.at_ms
    if record.value and not (record.headers and is_binary(record.headers)):
        items: list[Item] = []
        for position, read in enumerate(read_record(record.value), first):
            span = (at_ms - gate.lateness_ms, at_ms + gate.ahead_ms)
            item = ordinary_item(gate, partition, position, read, span)
            if item is None:
                break
            items.append(item)
        else:
            if items:
                return items
    times = Times(at_ms, at_ms)
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
    journal keeps; who has no journal passes `unwritten`.
    """
    if isinstance(decoded, Flaw):
        return rejected(gate.agency.id, partition, position, decoded, decoded.event_id)
    if decoded.source != gate.source:
        return rejected(gate.agency.id, partition, position, SOURCE_MISMATCH, decoded.id, decoded.traceparent)
    said_ms = epoch_ms(decoded.time)
    happened_ms = _happened_ms(decoded, said_ms)
    found = screen(decoded)
    if found is None and times is not None:
        found = _time_flaw(gate, said_ms, happened_ms, times)
    names = named(gate, decoded.data)
    if found is None:
        found = _misplaced(gate, decoded.data, names)
    if found is not None:
        return rejected(gate.agency.id, partition, position, found, decoded.id, decoded.traceparent)
    return Item(
        "accepted",
        gate.agency.id,
        partition,
        position,
        decoded.id,
        QuarantineCode.PLACE_UNKNOWN if names.place.flagged else "",
        "/data/place" if names.place.flagged else "",
        "",
        "",
        decoded.type,
        happened_ms,
        clock_ms,
        names.matter_id,
        names.place.known,
        names.category.known,
        names.nature,
        names.status,
        names.task_id,
        body(decoded),
        *names.more,
        decoded.traceparent or "",
    )


def unwritten(_: object) -> str:
    """Stand for the body of an event where no journal keeps it."""
    return ""


EVER: Final = (-(2**62), 2**62)


def ordinary_item(
    gate: Gate,
    partition: int,
    position: int,
    read: Read,
    span: tuple[int, int] = EVER,
    clock_ms: int = 0,
    write: Write = write_ordinary,
) -> Item | None:
    """Give the item of an ordinary event, the same that `item_of` makes of it, or None where that would reject it.

    `span`: the first and the last millisecond that the event may name as its time.
    """
    event, said_ms, happened_ms, _ = read
    first_ms, last_ms = span
    if not (event.source == gate.source and first_ms <= said_ms <= last_ms and happened_ms <= last_ms):
        return None
    if screen(event) is not None:
        return None
    return _named_item(gate, partition, position, read, clock_ms, write)


def _named_item(
    gate: Gate, partition: int, position: int, read: Read, clock_ms: int, write: Write
) -> Item | None:
    """Give the item, or None where the place or the category is not the gate's."""
    event, _, happened_ms, due_ms = read
    data = event.data
    place = category = NOTHING
    nature = channel = responsible = summary = form = status = to_agency = result = satisfaction = ""
    severity = 4
    if isinstance(data, OrdinaryReport):
        place = gate.places.get(data.place) or gate.place(data.place)
        category = gate.categories.get(data.category) or gate.category(data.category)
        is_foreign = data.scheme and data.scheme != gate.policy.scheme
        if place.code is not None or category.code is not None or is_foreign:
            return None
        nature, severity, channel, form = data.nature, data.severity, data.channel, _form(data)
        responsible, summary = data.responsible_agency or "", data.summary or ""
    else:
        status, to_agency = data.status, data.agency or ""
        result, satisfaction = data.outcome or "", data.satisfaction or ""
    return Item(
        "accepted",
        gate.agency.id,
        partition,
        position,
        event.id,
        QuarantineCode.PLACE_UNKNOWN if place.flagged else "",
        "/data/place" if place.flagged else "",
        "",
        "",
        event.type,
        happened_ms,
        clock_ms,
        data.matter_id,
        place.known,
        category.known,
        nature,
        status,
        "",
        write(event),
        severity,
        channel,
        responsible,
        due_ms,
        summary,
        form,
        to_agency,
        result,
        satisfaction,
        "",
        event.traceparent or "",
    )


def _form(data: OrdinaryReport) -> str:
    if isinstance(data, OrdinaryIncident):
        return data.incident_kind
    return (data.mediation_kind or "") if isinstance(data, OrdinaryDispute) else ""


def rejected(
    agency: str, partition: int, position: int, found: Flaw, event_id: str, trace: str | None = None
) -> Item:
    """Write down why an event did not get in, and where it lies; of a restricted one not even its id is kept."""
    restricted = found.code is RefusalCode.RESTRICTED_CLASS
    return Item(
        outcome="quarantined" if isinstance(found.code, QuarantineCode) else "refused",
        agency=agency,
        partition=partition,
        position=position,
        id="" if restricted else safe_event_id(event_id),
        code=found.code,
        pointer=found.pointer,
        message_zh=found.message_zh,
        message_en=found.message_en,
        trace="" if restricted else trace or "",
    )


def pack(jurisdiction: str, records: Iterable[Sequence[Item]], *, backfill: bool = False) -> Iterator[Packed]:
    """Pack the items of whole source records into messages of at most 500 events.

    A source record is never split: its mark in the shard would else pass events not yet taken.
    """
    items: list[Item] = []
    size = 0
    for record in records:
        record_size = len(record[0].body) if len(record) == 1 else sum(len(item.body) for item in record)
        if items and (len(items) + len(record) > BATCH_EVENTS_MAX or size + record_size > PACKED_BYTES_MAX):
            yield Packed(jurisdiction=jurisdiction, backfill=backfill, items=items)
            items, size = [], 0
        items.extend(record)
        size += record_size
    if items:
        yield Packed(jurisdiction=jurisdiction, backfill=backfill, items=items)


def _happened_ms(event: Inbound, said_ms: int) -> int:
    data = event.data
    if isinstance(data, Report) and data.occurred_at is not None:
        return epoch_ms(data.occurred_at)
    return said_ms


SOURCE_MISMATCH: Final = flaw(RefusalCode.SOURCE_MISMATCH, "/source")


def _time_flaw(gate: Gate, said_ms: int, happened_ms: int, times: Times) -> Flaw | None:
    latest_ms = times.now_ms + gate.ahead_ms
    if said_ms > latest_ms:
        return flaw(RefusalCode.CLOCK_SKEW, "/time")
    if happened_ms > latest_ms:
        return flaw(RefusalCode.CLOCK_SKEW, "/data/occurred_at")
    if said_ms < times.log_ms - gate.lateness_ms:
        return flaw(RefusalCode.TOO_OLD, "/time")
    return None


def _misplaced(gate: Gate, data: object, names: Named) -> Flaw | None:
    """Say what is wrong with the place or the category that an event names; the class it may not be, first."""
    place, category = names.place.code, names.category.code
    if isinstance(data, Report) and data.scheme is not None and data.scheme != gate.policy.scheme:
        return flaw(QuarantineCode.CATEGORY_UNKNOWN, "/data/scheme")
    if place is None and category is None:
        return None
    if place is None or category is RefusalCode.RESTRICTED_CLASS:
        assert category is not None, "one of the two is wrong"
        return flaw(category, "/data/category")
    return flaw(place, "/data/place")
