"""A problem (顽疾): one suspected common cause, who holds it, and since when."""

from __future__ import annotations

from dataclasses import dataclass

from hub.model.lifecycle import Phase
from hub.policies.models import Tier


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem; identity is its number.

    `place` and `category` are the cell it lies in. `held_at` is the place whose body holds it now and `tier` that
    place's tier; both start at `place` and only climb within a life. `round` counts the tiers' attempts.
    `due_ms` is the stage clock's stored due moment, None at the top or before confirmation. `matters` counts the
    distinct matters in it. `closed_entry` is the journal number at which it was dismissed: its cell counts anew
    from there.
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
    round: int = 1
    lead: str = ""
    stage_started_ms: int | None = None
    due_ms: int | None = None
    closed_entry: int | None = None
