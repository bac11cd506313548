"""History: lines of a file become items of the log, in file order, with the log's clock on the events' own time.

Shared by the backfill, which sends them through Kafka, and the replay, which folds them at once: that is why both
decide the same. A line is a CloudEvent (or an array of them). A line of `hub events export` also carries
`"hubtime"`, when the log took it; a line with nothing else says how far the log's clock had come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final, cast

from hub.core.intake import EVER, Gate, Times, item_of, ordinary_item, pack, rejected, unwritten
from hub.policies.models import Policy
from hub.schemas.codec import Decoded, decode, encode
from hub.schemas.commands import COMMAND, Command
from hub.schemas.envelope import epoch_ms
from hub.schemas.flaws import Flaw, flaw
from hub.schemas.inbox import BACKFILL_PARTITION, POSITIONS_PER_OFFSET, Item, Packed
from hub.schemas.ordinary import read_ordinary, write_ordinary
from hub.schemas.reasons import RefusalCode

HUBTIME: Final = re.compile(rb'(?:,|\{)"hubtime":(\d{1,15})\}\s*$')
HUBTIME_MARK: Final = b'"hubtime":'
COMMAND_MARK: Final = b'{"kind":'
AGENCY: Final = re.compile(r"^urn:linkage:agency:([a-z0-9-]{1,40})$")
NO_AGENCY: Final = "-"
"""Whose tally counts a line that names no agency."""


@dataclass(slots=True)
class History:
    """Admits lines of one jurisdiction's past.

    `now_ms` bounds what can have happened at all. `clock_ms` runs on the events' own time and never back;
    `reached_ms` is what the file itself says of the clock at its end, 0 when it says nothing. `keeps_bodies` is
    False where no journal keeps them.
    """

    policy: Policy
    now_ms: int
    keeps_bodies: bool = True
    clock_ms: int = 0
    reached_ms: int = 0
    gates: dict[str, Gate] = field(default_factory=dict)

    def admit(self, lines: Iterable[bytes]) -> Iterator[list[Item]]:
        """Give the items of each line that is not blank; positions follow from line numbers, which start at 1."""
        for number, line in enumerate(lines, start=1):
            taken_ms, event = _without_hubtime(line)
            item = self._ordinary_item(number, event, taken_ms)
            items = self._items(number, event, taken_ms) if item is None else [item]
            if items:
                yield items

    def packed(self, lines: Iterable[bytes]) -> Iterator[Packed]:
        """Give a file's events as messages of the log; a command among them is no event, and does not get in."""
        return pack(self.policy.jurisdiction, self.admit(lines), backfill=True)

    def messages(self, lines: Iterable[bytes]) -> Iterator[Packed | Command]:
        """Give what an export holds as messages of the log: packed events, and operators' commands between them."""
        for kind, run in groupby(self._replayed(lines), key=type):
            if kind is list:
                records = cast("Iterator[list[Item]]", run)
                yield from pack(self.policy.jurisdiction, records, backfill=True)
            else:
                yield from cast("Iterator[Command]", run)

    def _replayed(self, lines: Iterable[bytes]) -> Iterator[list[Item] | Command]:
        for number, line in enumerate(lines, start=1):
            taken_ms, event = _without_hubtime(line)
            item = self._ordinary_item(number, event, taken_ms)
            if item is not None:
                yield [item]
            elif event.startswith(COMMAND_MARK):
                yield replace(COMMAND.validate_json(event), clock_ms=taken_ms)
            elif items := self._items(number, event, taken_ms):
                yield items

    def _ordinary_item(self, number: int, event: bytes, taken_ms: int) -> Item | None:
        read = read_ordinary(event)
        if read is None:
            return None
        gate = self.gates.get(read[0].source)
        if gate is None:
            return None
        clock_ms = taken_ms or read[1]
        clock_ms = max(clock_ms, self.clock_ms)
        span = EVER if taken_ms else (self.clock_ms - gate.lateness_ms, self.now_ms + gate.ahead_ms)
        write = write_ordinary if self.keeps_bodies else unwritten
        position = number * POSITIONS_PER_OFFSET
        item = ordinary_item(gate, BACKFILL_PARTITION, position, read, span, clock_ms, write)
        if item is not None:
            self.clock_ms = clock_ms
        return item

    def _items(self, number: int, event: bytes, taken_ms: int) -> list[Item]:
        if not event or event.isspace():
            self.reached_ms = taken_ms or self.reached_ms
            return []
        first = number * POSITIONS_PER_OFFSET
        return [
            self._item(first + index, decoded, taken_ms) for index, decoded in enumerate(decode(event, ()))
        ]

    def _item(self, position: int, decoded: Decoded, taken_ms: int) -> Item:
        if isinstance(decoded, Flaw):
            return rejected(NO_AGENCY, BACKFILL_PARTITION, position, decoded, decoded.event_id)
        gate = self.gates.get(decoded.source) or self._open_gate(decoded.source)
        if gate is None:
            match = AGENCY.match(decoded.source)
            claimed = match[1] if match else NO_AGENCY
            return rejected(claimed, BACKFILL_PARTITION, position, UNKNOWN_AGENCY, decoded.id)
        clock_ms = max(self.clock_ms, taken_ms or epoch_ms(decoded.time))
        times = None if taken_ms else Times(self.now_ms, self.clock_ms)
        body = encode if self.keeps_bodies else unwritten
        item = item_of(gate, BACKFILL_PARTITION, position, decoded, times, clock_ms, body)
        if item.outcome == "accepted":
            self.clock_ms = clock_ms
        return item

    def _open_gate(self, source: str) -> Gate | None:
        match = AGENCY.match(source)
        if match is None or match[1] not in self.policy.agencies:
            return None
        gate = self.gates[source] = Gate(self.policy, self.policy.agencies[match[1]])
        return gate


UNKNOWN_AGENCY: Final = flaw(RefusalCode.UNKNOWN_AGENCY, "/source")


def _without_hubtime(line: bytes) -> tuple[int, bytes]:
    if HUBTIME_MARK not in line[-40:]:
        return 0, line
    match = HUBTIME.search(line, max(0, len(line) - 40))
    if match is None:
        return 0, line
    head = line[: match.start()]
    return int(match[1]), head + b"}" if head else b""
