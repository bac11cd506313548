"""A matter (件): what one source reports under one `matter_id`."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Standing(StrEnum):
    """How a matter stands with its source."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Matter(Struct, frozen=True, gc=False):
    """One matter; `key` is `agency/matter_id`.

    `entry` is the journal number of its first event and `event` that event's `agency/id`; `day` the local day it
    counts on. `reports` counts how often its source reported it, `transfers` and `redone` what became of it. `type` is
    that of its first event and `form` the kind of incident or mediation. `received_ms`, `accepted_ms` and `closed_ms`
    are on the log's clock, 0 until they come; `due_ms` is what its source promised, 0 if nothing. `in_charge` is the
    agency that has it, `result` and `satisfaction` what was last said of it.
    """

    key: str
    entry: int
    event: str
    day: int
    place: str
    category: str
    nature: str
    standing: Standing = Standing.OPEN
    reports: int = 1
    transfers: int = 0
    redone: int = 0
    severity: int = 4
    type: str = ""
    channel: str = ""
    form: str = ""
    received_ms: int = 0
    accepted_ms: int = 0
    closed_ms: int = 0
    due_ms: int = 0
    in_charge: str = ""
    result: str = ""
    satisfaction: str = ""
    summary: str = ""
    occurred_ms: int = 0
    transferred_ms: int = 0
    returned_ms: int = 0
    reopened_ms: int = 0
    passed_ms: int = 0
    report_due_ms: int = 0
    pass_due_ms: int = 0
    accept_due_ms: int = 0
    close_due_ms: int = 0
    word: str = ""
    word_ms: int = 0


def agency_of(matter: Matter) -> str:
    """Give the agency in charge: the one named last, else the one that reported it."""
    return matter.in_charge or matter.key.partition("/")[0]


def is_late(matter: Matter, at_ms: int) -> bool:
    """Whether a matter is or was not closed by the time that law or its source set."""
    due_ms = matter.close_due_ms
    return bool(due_ms) and (matter.closed_ms or at_ms) >= due_ms
