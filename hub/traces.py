"""Traces: the hub's own hops within the traces that agencies begin; they go nowhere until somebody asks for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final, NamedTuple


class Hop(NamedTuple):
    """One stage's work on one event, from `began_ms` (epoch milliseconds) until it is noted.

    `traceparent` is the event's own, but for the relay: there it is what was said outside. `cause` is
    `agency/event id`, from which the ids of spans derive, so that a replay makes the same ones.
    """

    stage: str
    traceparent: str
    cause: str
    began_ms: int
    outcome: str


Sink = Callable[[Hop, int], None]


class Traces:
    """Where hops go. `sink` takes a hop and the nanosecond it ended; without one nothing is collected."""

    sink: Sink | None = None

    @property
    def is_on(self) -> bool:
        """Whether anybody wants to know."""
        return self.sink is not None

    def note(self, hops: Iterable[Hop]) -> None:
        """Say that hops have ended now."""
        if self.sink is not None:
            ended_ns = time.time_ns()
            for hop in hops:
                self.sink(hop, ended_ns)


TRACES: Final = Traces()


class Ids(NamedTuple):
    """The ids of a hop's span, as lower-case hex, and whether the trace is sampled."""

    trace: str
    span: str
    parent: str
    is_sampled: bool


BEFORE: Final = {"linkage": "intake", "relay": "linkage"}


def ids_of(hop: Hop) -> Ids:
    """Give the ids of a hop's span: each hangs on the one before, and intake's on the agency's own.

    Source: W3C Trace Context, section 3.2 (version, trace id, parent id, flags).
    """
    _, trace, told, flags = hop.traceparent.split("-")
    before = BEFORE.get(hop.stage)
    span = told if hop.stage == "relay" else _span_id(trace, hop.stage, hop.cause)
    parent = told if before is None else _span_id(trace, before, hop.cause)
    return Ids(trace, span, parent, bool(int(flags, 16) & 1))


def _span_id(trace: str, stage: str, cause: str) -> str:
    return sha256(f"{trace}/{stage}/{cause}".encode()).hexdigest()[:16]
