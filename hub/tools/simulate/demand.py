"""How much, when, where and what a city reports: tables made once, so that a draw is one look-up."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from hub.tools.simulate.themes import DISPUTE_WORDS, INCIDENT_WORDS, URBAN_WORDS, Theme, theme_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from hub.policies.models import Calendar, Category, Place, Policy

KINDS: Final = ("petition", "dispute", "incident")
KIND_SHARES: Final = (0.76, 0.18, 0.06)

WEEKDAYS: Final = (1.22, 1.12, 1.08, 1.06, 1.04, 0.78, 0.70)
HOLIDAY: Final = 0.62
MONTHS: Final = (0.94, 0.82, 1.06, 1.02, 1.02, 1.06, 1.12, 1.08, 1.02, 0.92, 0.96, 0.98)
HOURS: Final = (6, 4, 3, 3, 4, 8, 22, 55, 96, 112, 108, 78, 52, 62, 88, 100, 94, 80, 58, 52, 50, 42, 26, 13)

# Zipf with an offset: the busiest of 2,000 places takes about 1 % of all reports, as large communities do.
PLACE_OFFSET: Final = 20
COARSE_SHARE: Final = 0.04


class Draw:
    """A weighted choice over 0…n-1 by one bisect."""

    __slots__ = ("_cumulative", "_total")

    def __init__(self, weights: Iterable[float]) -> None:
        self._cumulative = list(accumulate(weights))
        self._total = self._cumulative[-1]

    def pick(self, u: float) -> int:
        """The index for a uniform number in [0, 1)."""
        return bisect(self._cumulative, u * self._total)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that reports, its parent (for reports that know no finer place), and how people name both."""

    code: str
    coarse: str
    label: str
    coarse_label: str
    urban: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """A finest category that may be reported, with its theme and one weight a kind (as in `KINDS`)."""

    code: str
    name: str
    theme: Theme
    weights: tuple[float, float, float]


def make_spots(policy: Policy, rng: Random) -> tuple[Spot, ...]:
    """All finest places that some agency may report from, busiest first; chance decides among equals."""
    territories = {agency.territory for agency in policy.agencies.values() if agency.publishes}
    parents = {place.parent for place in policy.places.values()}
    finest = [
        place
        for code, place in sorted(policy.places.items())
        if code not in parents and not territories.isdisjoint(place.chain)
    ]
    ranked = sorted(finest, key=lambda place: _urbanity(policy, place) + 1.6 * rng.random(), reverse=True)
    return tuple(_spot(policy, place, territories) for place in ranked)


def _urbanity(policy: Policy, place: Place) -> int:
    names = [policy.places[code].name.lower() for code in place.chain[:2]]
    return sum(any(word in name for word in URBAN_WORDS) for name in names)


def _spot(policy: Policy, place: Place, territories: set[str]) -> Spot:
    parent = policy.places[place.parent] if place.parent else place
    if territories.isdisjoint(parent.chain):
        parent = place
    label = parent.name + _short(place.name) if parent is not place else _short(place.name)
    return Spot(place.code, parent.code, label, parent.name, urban=_urbanity(policy, place) > 0)


def _short(name: str) -> str:
    for ending in ("居民委员会", "村民委员会", "居委会", "村委会"):
        if name.endswith(ending) and len(name) > len(ending):
            kind = "社区" if ending.startswith("居") else "村"
            stem = name.removesuffix(ending)
            return stem if stem.endswith(kind) else stem + kind
    return name


def spot_draw(spots: tuple[Spot, ...]) -> Draw:
    """The choice of a place: heavy-tailed over the rank."""
    return Draw(1 / (rank + PLACE_OFFSET) for rank in range(1, len(spots) + 1))


def make_topics(policy: Policy) -> tuple[Topic, ...]:
    """All finest categories outside restricted branches; within a theme the earlier code weighs more."""
    parents = {category.parent for category in policy.categories.values()}
    finest = [
        category
        for code, category in sorted(policy.categories.items())
        if code not in parents and not any(policy.categories[up].restricted for up in category.chain)
    ]
    seen: dict[int, int] = {}
    total: dict[int, float] = {}
    drafts = []
    for category in finest:
        theme = theme_of(_names(policy, category))
        rank = seen[id(theme)] = seen.get(id(theme), 1) + 1
        total[id(theme)] = total.get(id(theme), 0.0) + 1 / rank
        drafts.append((category, theme, rank))
    return tuple(
        Topic(
            category.code,
            category.name_zh or category.name_en,
            theme,
            _kind_weights(policy, category, theme, 1 / rank / total[id(theme)]),
        )
        for category, theme, rank in drafts
    )


def _names(policy: Policy, category: Category) -> tuple[str, ...]:
    nodes = [policy.categories[code] for code in category.chain]
    return tuple(f"{node.name_zh} {node.name_en}" for node in nodes)


def _kind_weights(
    policy: Policy, category: Category, theme: Theme, share: float
) -> tuple[float, float, float]:
    text = " ".join(_names(policy, category)).lower()
    petition, dispute, incident = theme.petition, theme.dispute, theme.incident
    # A floor keeps every kind possible in a taxonomy whose names say little.
    petition, dispute, incident = petition + 0.01, dispute + 0.01, incident + 0.01
    if any(word in text for word in DISPUTE_WORDS):
        petition, dispute, incident = 0.1 * petition, 6 * (dispute + 0.5), 0.0
    elif any(word in text for word in INCIDENT_WORDS):
        petition, dispute, incident = 0.1 * petition, 0.0, 6 * (incident + 0.3)
    return petition * share, dispute * share, incident * share


class Topics:
    """The choice of a category for a kind of report, an urban or rural place and a season."""

    def __init__(self, topics: tuple[Topic, ...]) -> None:
        self.all = topics
        self._draws: dict[tuple[int, bool], tuple[tuple[Draw, Draw], ...]] = {}

    def season(self, month: int, *, before_new_year: bool) -> tuple[tuple[Draw, Draw], ...]:
        """The draws of a season, as `[kind][urban]`."""
        key = (month, before_new_year)
        if key not in self._draws:
            self._draws[key] = tuple(
                (
                    self._draw(kind, month, before_new_year, urban=False),
                    self._draw(kind, month, before_new_year, urban=True),
                )
                for kind in range(len(KINDS))
            )
        return self._draws[key]

    def _draw(self, kind: int, month: int, before: bool, *, urban: bool) -> Draw:  # noqa: FBT001
        return Draw(
            topic.weights[kind]
            * (topic.theme.urban if urban else topic.theme.rural)
            * topic.theme.months[month - 1]
            * (3.5 if before and topic.theme.before_new_year else 1.0)
            for topic in self.all
        )


def is_working(calendar: Calendar, day: date) -> bool:
    """Whether a day is a working day; years the calendar does not cover go by the weekend."""
    return day in calendar.working if day.year in calendar.years else day.isoweekday() not in calendar.weekend


@cache
def _new_year_break(calendar: Calendar, year: int) -> date:
    # The long winter holiday is the longest run of days off between mid-January and the end of February.
    best, best_length, run = date(year, 2, 5), 4, 0
    for offset in range(45):
        day = date(year, 1, 12) + timedelta(offset)
        run = 0 if is_working(calendar, day) else run + 1
        if run > best_length:
            best, best_length = day - timedelta(run - 1), run
    return best


def is_before_new_year(calendar: Calendar, day: date) -> bool:
    """Whether a day lies in the six weeks before the long winter holiday, when wages fall due."""
    for year in (day.year, day.year + 1):
        if timedelta(0) < _new_year_break(calendar, year) - day <= timedelta(42):
            return True
    return False


def day_factor(calendar: Calendar, day: date) -> float:
    """How busy a day is; 1 is the mean of a plain year."""
    off = day.isoweekday() not in calendar.weekend and not is_working(calendar, day)
    return MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] * (HOLIDAY if off else 1.0)


def mean_factor(calendar: Calendar, first: date, days: int) -> float:
    """The mean of `day_factor` over the days, at least a year of them: a short run keeps its season."""
    span = max(days, 365)
    return sum(day_factor(calendar, first + timedelta(n)) for n in range(span)) / span
