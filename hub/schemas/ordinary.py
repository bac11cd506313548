"""Ordinary events: a report or an update in its plain form, read in one typed pass.

Almost all events are ordinary. Here nothing is explained: what is not ordinary is None, and the codec says what it
is. What is ordinary is valid for the models of `inbound` but for its `source`, which the gate compares, and is
written as the codec writes it; `tests/schemas/test_ordinary.py` holds fields and outcomes equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Final, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from pydantic import TypeAdapter, ValidationError

from hub.schemas.envelope import (
    AGENCY_PATTERN,
    EVENT_BYTES_MAX,
    EVENT_ID_PATTERN,
    PLACE_PATTERN,
    PLAIN_PATTERN,
    RECORD_BYTES_MAX,
    Instant,
    epoch_ms,
)
from hub.schemas.inbound import (
    Channel,
    IncidentKind,
    MatterOutcome,
    MatterStatus,
    MediationKind,
    Nature,
    Satisfaction,
    SizeBand,
)
from hub.schemas.inbox import BATCH_EVENTS_MAX

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Words = Annotated[str, Meta(max_length=200)]
# Bounded before they are looked up, as what was looked up is remembered.
Place = Annotated[str, Meta(max_length=32)]
Agency = Annotated[str, Meta(max_length=40)]
# `\Z`, as here a `$` would also stand before a last line break.
Schema = Annotated[str, Meta(max_length=500, pattern=r"^[!-~]+\Z")]
Trace = Annotated[str, Meta(pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")]


class OrdinaryReport(Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """`inbound.Report`, and all of a petition; a field given as null is not ordinary."""

    matter_id: Name
    place: Place
    category: Name
    scheme: Name | UnsetType = UNSET
    severity: Annotated[int, Meta(ge=1, le=4)] = 4
    nature: Nature
    channel: Channel
    size_band: SizeBand | UnsetType = UNSET
    repeat: bool = False
    occurred_at: str | UnsetType = UNSET
    responsible_agency: Agency | UnsetType = UNSET
    due_at: str | UnsetType = UNSET
    summary: Words | UnsetType = UNSET


class OrdinaryIncident(OrdinaryReport, forbid_unknown_fields=True, kw_only=True, gc=False):
    """`inbound.Incident`."""

    incident_kind: IncidentKind


class OrdinaryDispute(OrdinaryReport, forbid_unknown_fields=True, kw_only=True, gc=False):
    """`inbound.Dispute`."""

    mediation_kind: MediationKind | UnsetType = UNSET


class OrdinaryChange(Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """`inbound.MatterChange`; a correction is not ordinary."""

    matter_id: Name
    agency: Agency | UnsetType = UNSET
    outcome: MatterOutcome | UnsetType = UNSET
    satisfaction: Satisfaction | UnsetType = UNSET
    status: MatterStatus


Data = TypeVar("Data", bound=OrdinaryReport | OrdinaryChange)


class Ordinary(Struct, Generic[Data], forbid_unknown_fields=True, kw_only=True, gc=False):
    """`envelope.Envelope` with its data, in the same order of fields."""

    specversion: Literal["1.0"]
    id: Name
    source: str
    time: str
    subject: Words | UnsetType = UNSET
    dataschema: Schema | UnsetType = UNSET
    traceparent: Trace | UnsetType = UNSET
    datacontenttype: Literal["application/json"] | UnsetType = UNSET
    type: str
    data: Data


OrdinaryEvent = (
    Ordinary[OrdinaryReport]
    | Ordinary[OrdinaryIncident]
    | Ordinary[OrdinaryDispute]
    | Ordinary[OrdinaryChange]
)
Read = tuple[OrdinaryEvent, int, int, int]
"""An event, when it says it was, when what it tells of happened, and what its source promised (0: nothing), in epoch
milliseconds. A bare tuple, as one is made for every event."""

_MARK: Final = b'"linkage.'
_READERS: Final[dict[bytes, tuple[str, Callable[[bytes], OrdinaryEvent]]]] = {
    b"pet": ("linkage.petition.received.v1", msgspec.json.Decoder(Ordinary[OrdinaryReport]).decode),
    b"inc": ("linkage.incident.reported.v1", msgspec.json.Decoder(Ordinary[OrdinaryIncident]).decode),
    b"dis": ("linkage.dispute.registered.v1", msgspec.json.Decoder(Ordinary[OrdinaryDispute]).decode),
    b"mat": ("linkage.matter.updated.v1", msgspec.json.Decoder(Ordinary[OrdinaryChange]).decode),
}
_elements: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_written: Final = msgspec.json.Encoder().encode

_ALIEN: Final = b"!"
_EVENT_ID: Final = re.compile(EVENT_ID_PATTERN)
_ID_BYTES: Final = bytes(byte if _EVENT_ID.match(chr(byte)) else _ALIEN[0] for byte in range(256))
_plain: Final = re.compile(PLAIN_PATTERN.replace("$", r"\Z")).match
_PLACE: Final = re.compile(PLACE_PATTERN)
_AGENCY: Final = re.compile(AGENCY_PATTERN)
_CODES_MAX: Final = 20_000

UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What bytes can make the reader raise; a nesting without end ends in the last."""


@lru_cache(_CODES_MAX)
def _is_place(code: str) -> bool:
    return _PLACE.fullmatch(code) is not None


@lru_cache(_CODES_MAX)
def _is_agency(code: str) -> bool:
    return _AGENCY.fullmatch(code) is not None


def read_record(value: bytes) -> list[Read]:
    """Read the one event of a record in structured mode, or all of an array; [] when any is not ordinary."""
    if value[:1] != b"[":
        read = read_ordinary(value)
        return [] if read is None else [read]
    if len(value) > RECORD_BYTES_MAX:
        return []
    try:
        elements = _elements(value)
    except UNREADABLE:
        return []
    if len(elements) > BATCH_EVENTS_MAX:
        return []
    reads = [read for element in elements if (read := read_ordinary(bytes(element))) is not None]
    # One that is no JSON would spoil the whole record, so here all are taken or none.
    return reads if len(reads) == len(elements) else []


def read_ordinary(value: bytes) -> Read | None:
    """Read one event in JSON, or give None when it is not ordinary; never raises, whatever the bytes."""
    start = value.find(_MARK) + len(_MARK)
    reader = _READERS.get(value[start : start + 3])
    if reader is None or len(value) > EVENT_BYTES_MAX:
        return None
    kind, decode = reader
    try:
        event = decode(value)
    except UNREADABLE:
        return None
    said = instant(event.time)
    if (
        said is None
        or event.type != kind
        or _ALIEN in event.id.encode().translate(_ID_BYTES)
        or not event.data.matter_id.isprintable()
        or (event.subject and not _plain(event.subject))
    ):
        return None
    said_ms, event.time = said
    data = event.data
    if isinstance(data, OrdinaryChange):
        is_known_shape = data.agency is UNSET or _is_agency(data.agency)
        return (event, said_ms, said_ms, 0) if is_known_shape else None
    times = _report_times(data, said_ms)
    return None if times is None else (event, said_ms, *times)


def _report_times(data: OrdinaryReport, said_ms: int) -> tuple[int, int] | None:
    """Check what a report says in words and codes, and give when it happened and what was promised."""
    if (
        not data.category.isprintable()
        or not _is_place(data.place)
        or (data.summary and not (data.summary.isprintable() or _plain(data.summary)))
        or (data.scheme and not data.scheme.isprintable())
        or (data.responsible_agency is not UNSET and not _is_agency(data.responsible_agency))
    ):
        return None
    happened_ms, due_ms = said_ms, 0
    if data.occurred_at is not UNSET:
        happened = instant(data.occurred_at)
        if happened is None:
            return None
        happened_ms, data.occurred_at = happened
    if data.due_at is not UNSET:
        due = instant(data.due_at)
        if due is None:
            return None
        due_ms, data.due_at = due
    return happened_ms, due_ms


def write_ordinary(event: OrdinaryEvent) -> str:
    """Write the canonical JSON of an event that was read, as `codec.encode` does."""
    return _written(event).decode()


_validate: Final = TypeAdapter(Instant).validator.validate_python
_hours: Final[dict[str, int]] = {}
_HOURS_MAX: Final = 20_000
_WITHIN_HOUR: Final = {f":{n // 60:02}:{n % 60:02}": n * 1000 for n in range(3600)}


def instant(text: str) -> tuple[int, str] | None:
    """Give the epoch milliseconds of an RFC 3339 time and its canonical form, or None when it is no `Instant`."""
    try:
        # Hours with their offset are few: what was once validated is put together again from two look-ups.
        return _hours[text[:13] + text[19:]] + _WITHIN_HOUR[text[13:19]], text
    except KeyError:
        return instant(f"{text[:-1]}+00:00") if text.endswith("Z") else _validated(text)


def _validated(text: str) -> tuple[int, str] | None:
    try:
        at: datetime = _validate(text)
    except ValidationError:
        return None
    at_ms, canonical = epoch_ms(at), at.isoformat()
    if canonical == text and not at.microsecond:
        if len(_hours) >= _HOURS_MAX:
            _hours.clear()
        _hours[text[:13] + text[19:]] = at_ms - _WITHIN_HOUR[text[13:19]]
    return at_ms, canonical
