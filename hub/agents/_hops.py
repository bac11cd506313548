"""Hops of the stages, read off what each has just done; asked for only when traces are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from hub.schemas.inbox import Item
from hub.store.outbox import Outgoing
from hub.store.save import Folded
from hub.topology import receipts_topic
from hub.traces import Hop


def intake_hops(records: Sequence[Any], judged: Sequence[Sequence[Item]]) -> Iterator[Hop]:
    """Give what intake did with each event that carries a trace, from its arrival in the agency's topic."""
    for record, items in zip(records, judged, strict=True):
        for item in items:
            if item.trace:
                yield Hop("intake", item.trace, _cause(item), record.timestamp, item.outcome)


def linkage_hops(folded: Iterable[Folded]) -> Iterator[Hop]:
    """Give what linkage committed, from the event's arrival in the log; of history nothing, as it has no such time."""
    for one in folded:
        for entry in one.told.entries:
            item = entry.item
            if item.trace and not item.clock_ms:
                yield Hop("linkage", item.trace, _cause(item), entry.hub_ms, entry.outcome)


def relay_hops(rows: Iterable[Outgoing], began_ms: int) -> Iterator[Hop]:
    """Give what the relay sent because of an event that carries a trace; the outcome is the topic."""
    for row in rows:
        said = orjson.loads(row.body)
        if "traceparent" in said:
            agency, _, event = said["causationid"].partition("/")
            # A receipt names the place in the agency's topic; its key is the event's id.
            cause = f"{agency}/{row.key if row.topic == receipts_topic(agency) else event}"
            yield Hop("relay", said["traceparent"], cause, began_ms, row.topic)


def _cause(item: Item) -> str:
    return f"{item.agency}/{item.id}"
