"""What the one ordered log of a jurisdiction (`hub.inbox.v1`) carries.

Intake writes `Packed`, the clock `Tick`, the importer `ClockStarted`, operators their commands. All are the hub's own
messages, so a message that does not validate here is a broken invariant, not bad input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, NamedTuple

import msgspec
import orjson
from pydantic import Field, TypeAdapter

from hub.schemas.commands import COMMAND_PARTITION, COMMANDS, Command, written

BATCH_EVENTS_MAX: Final = 500
"""Most events in one agency record (contract.md, batch mode), and most in one packed record."""

POSITIONS_PER_OFFSET: Final = 512
"""A position is `offset * 512 + index`: one number that orders every event of a source partition."""

assert POSITIONS_PER_OFFSET > BATCH_EVENTS_MAX

BACKFILL_PARTITION: Final = -1
"""The source partition of events that the importer admitted itself; their offset is the line number."""


class Item(NamedTuple):
    """One event as intake judged it. A tuple, as an event costs two of these on its way (decisions/0001).

    `position` orders the events of a source partition. `id` is the event's own, "" where it could not be read or
    may not be kept. `code`, `pointer` and the messages say why it was not accepted; of an accepted one they are
    empty, but for `PLACE_UNKNOWN` when `place` is only the nearest known ancestor of what was said.
    `at_ms`: when it happened (`occurred_at`, else `time`), epoch milliseconds. `clock_ms`: where the log's clock
    stands in a backfill, 0 when live. `place` and `category` are known codes; in a correction they are the right
    ones, empty where they stay. `body` is the canonical JSON of what was validated, only of an accepted event.
    Of a report: `severity`, `channel`, `responsible`, `due_ms` (0: none promised), `summary`, and `form`, the kind of
    an incident or of a mediation. Of an update: `to_agency`, `result`, `satisfaction`. Of a reply or an assessment:
    `detail`, its data as JSON, since few events are one. `trace` is the W3C traceparent it came with.
    """

    outcome: Literal["accepted", "refused", "quarantined"]
    agency: str
    partition: int
    position: int
    id: str
    code: str = ""
    pointer: str = ""
    message_zh: str = ""
    message_en: str = ""
    type: str = ""
    at_ms: int = 0
    clock_ms: int = 0
    matter_id: str = ""
    place: str = ""
    category: str = ""
    nature: str = ""
    status: str = ""
    task_id: str = ""
    body: str = ""
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
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Events of one jurisdiction in source order. In a backfill the log's clock runs on the events' own time."""

    kind: Literal["packed"] = "packed"
    jurisdiction: str
    backfill: bool = False
    items: list[Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time passed: the append time of this record, for every jurisdiction of the partition."""

    kind: Literal["tick"] = "tick"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted:
    """A backfill is over: from here the jurisdiction's clock is the log's append time."""

    kind: Literal["clock_started"] = "clock_started"
    jurisdiction: str


Message = Packed | Tick | ClockStarted | Command
_MESSAGE: Final[TypeAdapter[Message]] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


def command_item(command: Command) -> Item:
    """Give a command as the journal keeps it; its body, with the time the log took it, is a line of an export."""
    return Item(
        "accepted",
        COMMANDS,
        COMMAND_PARTITION,
        0,
        command.id,
        type=command.kind,
        body=orjson.dumps(written(command)).decode(),
    )


_PACKED: Final = b'{"kind":"packed"'
_read_packed: Final = msgspec.json.Decoder(Packed).decode


def decode_message(value: bytes) -> Message:
    """Read an inbox message; packed events, which nearly all are, by a reader that costs less than half."""
    return _read_packed(value) if value.startswith(_PACKED) else _MESSAGE.validate_json(value)


def encode_message(message: Message) -> bytes:
    """Write an inbox message as JSON, an item as an array of its fields; `decode_message` reads it back."""
    return orjson.dumps(message, default=tuple)
