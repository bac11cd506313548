"""What else makes a problem but a count: kinds of suspicion over months, labels, and what may be told twice.

Thresholds are policy; no norm sets them. Each rule file says where its numbers come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hub.policies.models import BurstRule, Confirmation, Span, Tier
    from hub.schemas.reasons import Label

RECURRENT_DAYS: Final = 270
"""Half a year of returns, each within ninety days after a closure."""

COHORT_DAYS: Final = 7
"""So many days of a source's matters tell whether it closes them at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule says: its name, how a suspicion is confirmed, how long one waits who confirms by silence."""

    name: str
    confirm: Confirmation
    confirm_after: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChronicRule(Rule):
    """CHRONIC: a place of `tier` has always more of a kind than its peers.

    The lower end of what its rate may be against its peers' (gamma-Poisson, EB05) is at least `times_min`, and its
    past and its last four weeks are both above what the peers' pace gives; at least `matters_min` distinct matters.
    `prior_matters` is how strongly a rate is drawn towards the peers', as so many matters of its own.
    """

    tier: Tier
    category_level: int
    matters_min: int
    times_min: float
    prior_matters: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentRule(Rule):
    """RECURRENT: what was closed comes back, at least `level_min` times within half a year.

    Where reports name no street, estate or river, the cell is the key; then chance, given how many matters the cell
    has anyway, must explain the returns with at most `chance_max`.
    """

    level_min: int
    chance_max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LingeringRule(Rule):
    """LINGERING: a matter is still open after `open_days`, though its source closes at least `closed_min` of its own.

    Where a source never says what became of its matters, nothing can be said of them. `natures` as in a counted
    rule.
    """

    open_days: int
    closed_min: float
    natures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SevereRule(Rule):
    """One matter so severe (1 特别重大 … 4 一般) is a problem by itself, at its place and kind; said as FREQUENT."""

    severities: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesRule(Rule):
    """REDONE, PASSED_AROUND: a matter was reopened, or passed on while nobody took it, at least `times_min` times."""

    times_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WidespreadRule(Rule):
    """WIDESPREAD: at least `areas_min` areas of tier `areas` have an open problem of one kind, opened in `within_days`.

    The problem lies at the area of tier `lies_at` above them.
    """

    areas: Tier
    areas_min: int
    lies_at: Tier
    category_level: int
    within_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateRule:
    """Two matters may be one told over two channels: within so many days and steps of the place tree, alike enough.

    `categories` with all below them; the rule without any is for the rest.
    """

    name: str
    categories: tuple[str, ...]
    within_days: int
    steps_max: int
    alike_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRule:
    """When a problem bears a label; which numbers a label goes by is in `ASKS` of `_patterns`, the rest is not used.

    frequent: `matters_min` in `within_days`. stubborn: came back `level_min` times, or open for `open_days`, or held
    `rises_min` tiers above its place. typical: matters in `areas_min` areas of `tier`. industry: the kind is in
    `share_min` of all areas of `tier` and spread as evenly as all kinds are, but for `margin`. local: the place has
    `branches_min` branches of kinds with `share_min` each, spread likewise. department: its lead has problems in
    `areas_min` areas of `tier`, and more of them late than others have.
    """

    name: str
    label: Label
    matters_min: int
    within_days: int
    level_min: int
    open_days: int
    rises_min: int
    tier: Tier
    areas_min: int
    branches_min: int
    share_min: float
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """All such rules of one jurisdiction; what it has no rule for is not looked for."""

    season: BurstRule | None = None
    chronic: ChronicRule | None = None
    recurrent: RecurrentRule | None = None
    lingering: LingeringRule | None = None
    severe: SevereRule | None = None
    redone: TimesRule | None = None
    passed_around: TimesRule | None = None
    widespread: tuple[WidespreadRule, ...] = ()
    duplicates: tuple[DuplicateRule, ...] = ()
    labels: tuple[LabelRule, ...] = ()

    @property
    def days(self) -> int:
        """For how many days matters are remembered one by one; 0 where no rule asks."""
        asked = [RECURRENT_DAYS] if self.recurrent is not None else []
        asked += [self.lingering.open_days + COHORT_DAYS] if self.lingering is not None else []
        asked += [rule.within_days + 1 for rule in self.duplicates]
        return max(asked, default=0)
