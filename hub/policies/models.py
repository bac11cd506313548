"""What may be decided, as data: places, categories, agencies, rules, tiers and calendars of one jurisdiction.

Everything here is frozen and holds no behaviour beyond look-ups; `hub.policies.load` builds it from a
jurisdiction folder and proves that its parts fit together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, tzinfo
from enum import StrEnum
from typing import Literal


class Tier(StrEnum):
    """A level of government, lowest first (统计用区划代码: 村级, 乡级, 县级, 地级)."""

    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"
    CITY = "city"


class Unit(StrEnum):
    """In what a clock counts: 自然日 or 工作日. The first day is never counted (民法典 201)."""

    DAYS = "days"
    WORKING_DAYS = "working_days"


class Confirmation(StrEnum):
    """How a suspected problem becomes a confirmed one: at once, or by an operator's word."""

    AUTO = "auto"
    OPERATOR = "operator"


class ReceiptsWanted(StrEnum):
    """Which receipts an agency asks for: only what was not taken, or every outcome."""

    REFUSALS = "refusals"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Place:
    """One node of the territory tree.

    `chain` runs from the place itself up to the city: `chain[0]` is its own code and `chain[-1]` the city's.
    Parents come from the gazetteer's `parent_code`, never from digits of the code.
    """

    code: str
    name: str
    tier: Tier
    parent: str | None
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """One node of the category tree; `chain` runs from the node itself up to its level-1 ancestor."""

    code: str
    level: int
    parent: str | None
    name_zh: str
    name_en: str
    restricted: bool
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agency:
    """A body that reports or acts: a department (a file of its own) or the holder of a territory (by rule).

    `categories` are the category codes it answers for, with all below them; empty means none by category.
    `publishes` is true when it has an events topic of its own.
    """

    id: str
    name_zh: str
    name_en: str
    territory: str
    categories: tuple[str, ...] = ()
    receipts: ReceiptsWanted = ReceiptsWanted.REFUSALS
    publishes: bool = True


@dataclass(frozen=True, slots=True)
class FrequentRule:
    """FREQUENT: at least `matters_min` distinct matters in `within_days` in one cell.

    A cell is a place of `tier` x a category of `category_level`.
    A category branch that is less deep than `category_level` is counted at its own deepest level.
    `natures` limits which reports count (contract.md `nature`); empty means all.
    """

    name: str
    tier: Tier
    category_level: int
    within_days: int
    matters_min: int
    confirm: Confirmation
    natures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleExample:
    """A proof written beside its rule: matters that fall into one cell on these days must have this end.

    `days` are day numbers, one distinct matter each; `expect` is `suspected` when the rule must fire on one
    of them, else `nothing`. `file` and `number` say where it is written, counted from 1.
    """

    file: str
    number: int
    rule: FrequentRule
    days: tuple[int, ...]
    expect: Literal["suspected", "nothing"]


@dataclass(frozen=True, slots=True)
class BurstRule:
    """BURST: a cell below the city holds more than the area above it explains (hierarchical share scan).

    `chance_alarms_per_month` is each tier's budget: how many alarms a month chance alone may raise there, over all its
    cells. `prior_matters` is how strongly a cell's usual share is drawn towards its place's share of all kinds, as so
    many matters of its own. A cell with fewer than `matters_min` distinct matters says nothing. Tiers without a budget
    are not scanned.
    """

    name: str
    category_level: int
    matters_min: int
    chance_alarms_per_month: dict[Tier, float]
    confirm: Confirmation
    prior_matters: float = 0.5
    natures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: `count` of `unit`."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class TierPolicy:
    """How long each tier may hold a problem of these categories before it rises.

    `stage` maps a holding tier to its stage clock. The policy whose `categories` name the nearest ancestor of
    a problem's category applies; the one with no categories is the default.
    """

    name: str
    categories: tuple[str, ...]
    stage: dict[Tier, Span]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of a jurisdiction.

    `working` holds every working day of the covered years; a day of another year works when it is no weekend
    day (`weekend` holds ISO weekday numbers). Day clocks end at 24:00 local.
    """

    name: str
    years: frozenset[int]
    working: frozenset[date]
    weekend: frozenset[int] = frozenset({6, 7})


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an event's own time may lie from the time it reached the hub, and how long ids are remembered.

    `ahead_minutes`: later than that is CLOCK_SKEW. `lateness_days`: older than that is TOO_OLD.
    `remember_days`: a second event of the same source and id within so many days of hub time is a duplicate.
    """

    ahead_minutes: int = 10
    lateness_days: int = 30
    remember_days: int = 60


@dataclass(frozen=True, slots=True)
class Policy:
    """All that may be decided in one jurisdiction, and the version (content hash) that every decision names.

    `holders` maps a place to the territorial body that holds what no department takes; `departments` maps a
    place and a category to the departments of that territory that name the category, sorted by id.
    """

    jurisdiction: str
    name_zh: str
    name_en: str
    letters: str
    zone: tzinfo
    version: str
    scheme: str
    limits: Limits
    calendar: Calendar
    places: dict[str, Place]
    categories: dict[str, Category]
    agencies: dict[str, Agency]
    holders: dict[str, str]
    rules: tuple[FrequentRule, ...]
    tiers: tuple[TierPolicy, ...]
    place_aliases: dict[str, str] = field(default_factory=dict)
    burst: BurstRule | None = None
    departments: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
