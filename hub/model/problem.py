"""A problem (顽疾): one suspected common cause, who holds it, and since when."""

from __future__ import annotations

from msgspec import Struct

from hub.model.lifecycle import Phase
from hub.model.window import Cell
from hub.policies.models import Tier
from hub.schemas.reasons import Label, SuspicionReason

Spot = Cell | tuple[str, str, str]
"""What a problem claims: a cell, or the street, estate or river of a kind there that its reports name."""


class Problem(Struct, frozen=True, gc=False):
    """One problem; identity is its number.

    `place`, `category` and `key` (an issue finer than the cell, "" where events name none) say where it lies.
    `held_at` is the place whose body holds it now and `tier` that place's tier. `round` counts the tiers'
    attempts, `tasks` what was cut in this one. `due_ms` is the stage clock's stored due moment, None before
    confirmation and where no stage clock runs; `total_due_ms` that of the clock over all tiers; `paused_ms`
    since when it is ledgered, `paused_for_ms` how long it was before. `promised` is the ladder frozen at
    confirmation: until when each tier has it. `matters` counts the distinct matters in it, `watched` those
    since it was settled. `steps` is how far up the ladder of notices its holder is, `notices` how many were
    given. `level` counts earlier lives at the same key (recurrence), `rebounds` returns while watched. `parent`
    is the problem it is part of, `merged_into` the one that took it in, `predecessor` the last at its key. One
    that was split off may not claim its cell: then what comes there next joins another. `closed_entry` is the
    journal number at which it ended: its cell counts anew from there.
    """

    id: str
    place: str
    place_tier: Tier
    category: str
    rule: str
    phase: Phase
    held_at: str
    tier: Tier
    opened_ms: int
    matters: int
    reason: SuspicionReason = SuspicionReason.FREQUENT
    key: str = ""
    severity: int = 4
    labels: tuple[Label, ...] = ()
    round: int = 1
    tasks: int = 0
    lead: str = ""
    confirmed_ms: int | None = None
    stage_started_ms: int | None = None
    due_ms: int | None = None
    total_due_ms: int | None = None
    paused_ms: int | None = None
    paused_for_ms: int = 0
    settled_ms: int | None = None
    closed_ms: int | None = None
    promised: tuple[tuple[Tier, int], ...] = ()
    watched: int = 0
    steps: int = 0
    notices: int = 0
    level: int = 0
    rebounds: int = 0
    parent: str = ""
    merged_into: str = ""
    predecessor: str = ""
    claims: bool = True
    closed_entry: int | None = None


def spot_of(problem: Problem) -> Spot:
    """Give what a problem claims: what came back at a key claims that key, anything else its cell."""
    if problem.reason is SuspicionReason.RECURRENT and problem.key:
        return (problem.place, problem.category, problem.key)
    return (problem.place, problem.category)
