"""What may be decided, as data: places, categories, agencies, rules, tiers and calendars of one jurisdiction.

Everything here is frozen and holds no behaviour beyond look-ups; `hub.policies.load` builds it from a
jurisdiction folder and proves that its parts fit together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from hub.policies.patterns import Patterns

if TYPE_CHECKING:
    from hub.policies.assessment import Assessment
    from hub.policies.incidents import Grade
    from hub.policies.windows import WatchWindow


class Tier(StrEnum):
    """A level of government, lowest first (统计用区划代码: 村级, 乡级, 县级, 地级)."""

    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"
    CITY = "city"


class Unit(StrEnum):
    """In what a clock counts: 分钟, 小时, 工作时, 自然日, 工作日.

    Of day units the first day is never counted (民法典 201); the others run from the moment itself.
    """

    MINUTES = "minutes"
    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"


class DayEnd(StrEnum):
    """When the last day of a day clock is over: at 24:00 local, or when offices close (民法典 203)."""

    MIDNIGHT = "midnight"
    OFFICE = "office"


class Confirmation(StrEnum):
    """How a suspected problem becomes a confirmed one: at once, by an operator's word, or when none objects in time."""

    AUTO = "auto"
    OPERATOR = "operator"
    AFTER = "after"


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
    `publishes` is true when it has an events topic of its own. `deputy` is the agency that hears its notices when
    nobody can be reached there.
    """

    id: str
    name_zh: str
    name_en: str
    territory: str
    categories: tuple[str, ...] = ()
    receipts: ReceiptsWanted = ReceiptsWanted.REFUSALS
    publishes: bool = True
    deputy: str = ""


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
    confirm_after: Span | None = None


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
    confirm_after: Span | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: `count` of `unit`.

    `rolls`: a last natural day on a holiday moves on to the next working day. `ends` says when a last day is over.
    """

    count: int
    unit: Unit
    rolls: bool = True
    ends: DayEnd = DayEnd.MIDNIGHT


class NoticeKind(StrEnum):
    """A step of accountability, of units (信访工作条例 39; 领导责任制规定): 催办 督办 通报 约谈 挂牌督办 一票否决."""

    NUDGED = "nudged"
    SUPERVISED = "supervised"
    CIRCULATED = "circulated"
    INTERVIEWED = "interviewed"
    LISTED = "listed"
    VETOED = "vetoed"


@dataclass(frozen=True, slots=True)
class NoticeStep:
    """One step of the ladder of notices; the next follows when it is not answered within `reply_within`."""

    kind: NoticeKind
    reply_within: Span | None = None


class Verification(StrEnum):
    """Who finds that the work is good: those who are asked again, or an operator on site."""

    REVISIT = "revisit"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Rises:
    """What else lifts a problem but its clock; 0 or empty never does.

    `severity` maps a severity (1 特别重大 … 4 一般) to the lowest tier that may hold it. `child_areas_min` areas one
    tier below the holder, `agencies_min` agencies at work, `not_accepted_min` unanswered nudges of the lead, and
    `recurrences_min` (level of recurrence at confirmation) each lift it one tier.
    """

    severity: dict[int, Tier] = field(default_factory=dict)
    child_areas_min: int = 0
    agencies_min: int = 0
    not_accepted_min: int = 0
    recurrences_min: int = 0


@dataclass(frozen=True, slots=True)
class TierPolicy:
    """How problems of these categories are held, tier by tier.

    `stage` maps a holding tier to its stage clock; at the top, where nothing is above, an expired one climbs the
    ladder of `notices`. The policy whose `categories` name the nearest ancestor of a problem's category applies; the
    one with no categories is the default. `acceptance` runs from the cutting of a task; `returns_within` bounds a
    return; `total` runs over all tiers and is never reset; `warns_at` are fractions of the stage. `silent`: after so
    long without a word the agency is nudged. `watch`: how long a settled problem is watched; `rebound_matters` maps a
    place tier to the number of new matters that make a rebound (else 1). `floor` and `ceiling` bound who may hold it.
    """

    name: str
    categories: tuple[str, ...]
    stage: dict[Tier, Span]
    acceptance: Span | None = None
    returns_within: Span | None = None
    total: Span | None = None
    warns_at: tuple[float, ...] = ()
    silent: Span | None = None
    notices: tuple[NoticeStep, ...] = (NoticeStep(NoticeKind.NUDGED),)
    verification: Verification = Verification.OPERATOR
    revisit_satisfied_min: float = 0.8
    watch: Span | None = None
    rebound_matters: dict[Tier, int] = field(default_factory=dict)
    extension_days_max: int = 30
    rises: Rises = field(default_factory=Rises)
    floor: Tier | None = None
    ceiling: Tier | None = None


@dataclass(frozen=True, slots=True)
class Precedent:
    """Who takes part in problems of a category: by earlier rulings, or as agencies agreed beforehand.

    `place` "" holds everywhere. `lead` "" leaves the lead to routing. `co` are agency ids; `co_categories` stand for
    whoever answers for that category at the holding place. A joint office (联席办) is a precedent with its members.
    """

    category: str
    place: str = ""
    lead: str = ""
    co: tuple[str, ...] = ()
    co_categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days and office hours of a jurisdiction.

    `working` holds every working day of the covered years; a day of another year works when it is no weekend
    day (`weekend` holds ISO weekday numbers). `office` holds the hours worked on each of them, in order and
    apart, as (opening, closing) minutes after local midnight.
    """

    name: str
    years: frozenset[int]
    working: frozenset[date]
    weekend: frozenset[int] = frozenset({6, 7})
    office: tuple[tuple[int, int], ...] = ((540, 720), (780, 1020))


class Moment(StrEnum):
    """What starts or stops a statutory clock of a matter, in the order in which they come.

    `transferred` is 转送, 交办 or 上报; `returned` is 异议退回; `reopened` is 重办, of a petition 复查 or 复核;
    `supplemented` is 补报.
    """

    OCCURRED = "occurred"
    RECEIVED = "received"
    TRANSFERRED = "transferred"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    SUPPLEMENTED = "supplemented"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class StatutoryClock:
    """A time limit that law or rule sets for matters of a kind; the agency in charge has it, the hub watches it.

    `article` names the law and its article. The clock applies to matters of `event` that fit each list which is
    not empty: `categories` with all below them, `reopened` how often the source reopened the matter. It runs from
    `starts` to `stops`; without a `span` it runs to the time the source itself promised. `window`: what may be
    done until then lapses, and nobody is late. `warn_at` holds fractions of the span, rising. `pauses` names the
    grounds on which it may stand still, `extension` the length by which it may be lengthened, once.
    """

    name: str
    name_zh: str
    name_en: str
    article: str
    event: Literal["petition", "incident", "dispute"]
    starts: Moment
    stops: Moment
    span: Span | None = None
    window: bool = False
    warn_at: tuple[float, ...] = ()
    pauses: tuple[str, ...] = ()
    extension: Span | None = None
    natures: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    incident_kinds: frozenset[str] = frozenset()
    mediation_kinds: frozenset[str] = frozenset()
    severities: frozenset[int] = frozenset()
    reopened: frozenset[int] = frozenset()


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
class Outline:
    """Where a place lies on the sketch of its city: closed rings of (longitude, latitude) in degrees."""

    place: str
    rings: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """All that may be decided in one jurisdiction, and the version (content hash) that every decision names.

    `outlines` are a drawing alone: no decision depends on them, and the version does not name them.
    `place_aliases` and `category_aliases` lead from codes of earlier vintages to those in force.
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
    precedents: dict[tuple[str, str], Precedent] = field(default_factory=dict)
    departments: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    clocks: tuple[StatutoryClock, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    windows: tuple[WatchWindow, ...] = ()
    grades: tuple[Grade, ...] = ()
    patterns: Patterns = field(default_factory=Patterns)
    category_aliases: dict[str, str] = field(default_factory=dict)
    outlines: tuple[Outline, ...] = ()
