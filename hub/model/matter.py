"""A matter (件): what one source reports under one `matter_id`."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Standing(StrEnum):
    """How a matter stands with its source."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Matter(NamedTuple):
    """One matter; `key` is `agency/matter_id`.

    `entry` is the journal number of its first event and `event` that event's `agency/id`; `day` the local day it
    counts on. `reports` counts how often its source reported it, `transfers` and `redone` what became of it.
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
