"""A decision: what the hub says, why, on what evidence and under which policy (DESIGN, invariant 6)."""

from __future__ import annotations

from msgspec import Struct

from hub.policies.models import Tier
from hub.schemas.reasons import DecisionKind, Label


class Measure(Struct, frozen=True, gc=False):
    """The numbers behind a suspicion.

    `observed` distinct matters within `window_days`. A share scan also says how many it `expected`, and after how many
    days chance alone shows such a thing somewhere in all cells of the tier together. Where something else is counted
    (days, areas, returns, an effective number or a share), `matters` says by how many matters; `window_days` is 0 where
    no window is. `cells` is how many cells that interval is over.
    """

    observed: float
    window_days: int
    expected: float | None = None
    chance_interval_days: int | None = None
    matters: int | None = None
    cells: int | None = None


class Decision(Struct, frozen=True, kw_only=True, gc=False):
    """One decision, dated `at_ms` and numbered `seq` in its jurisdiction's log.

    `cause` is the message or timer that made it: `agency/event id`, `timer/owner/clock`, `day/date` or
    `command/id`.
    `evidence` holds event ids as `agency/id`. `into` is the problem that took this one in, or that was split off;
    `label` the one that came or went. `trace` is the causing event's traceparent, said outside and no part of the line.
    """

    seq: int
    at_ms: int
    kind: DecisionKind
    reason: str
    cause: str
    policy: str
    problem_id: str
    place: str
    place_tier: Tier
    tier: Tier
    category: str
    agency: str = ""
    task_id: str = ""
    labels: tuple[Label, ...] = ()
    due_ms: int | None = None
    evidence: tuple[str, ...] = ()
    measure: Measure | None = None
    into: str = ""
    label: Label | None = None
    trace: str = ""
