"""What comes back and what is told twice: real labels of Boston and Chicago, and planted keys, through the core."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.detection.town import (
    BOSTON_FILE,
    CHICAGO_FILE,
    CHICAGO_YEARS,
    CITIZENS,
    CITY,
    burst_policy,
    rows_of_file,
)
from hub.core._alike import ALIKE_MIN, Told, pair
from hub.core._recur import RECUR_DAYS, Spell, level, recurrences, weight
from hub.policies.models import Place, Tier

LEVELS: Final = (1, 2, 3)
FLAGGED: Final = 0.05
PLANTED_KEYS: Final = 200
PLANTED_TIMES: Final = (1, 2, 3, 5)
GAP_DAYS: Final = (3, 60)
WITHIN_DAYS: Final = 3
STEPS_MAX: Final = 2

Keys = dict[str, list[Spell]]
Flags = npt.NDArray[np.bool_]


class Rule(NamedTuple):
    """What a rule of so many recurrences gave: precision, share flagged, recall."""

    level: int
    precision: float
    flagged: float
    recall: float


class Stubborn(NamedTuple):
    """One town's closures: how many, how often the key came back, the ranking's worth, each level's rule."""

    town: str
    closures: int
    base: float
    auc: float
    top: float
    rules: tuple[Rule, ...]


class Planted(NamedTuple):
    """Planted keys of so many recurrences: found at the level they make, median days to it; decoys flagged."""

    town: str
    times: int
    recall: float
    lag_days: float
    decoys: float


class Duplicates(NamedTuple):
    """Pairs suspected against the city's own labels, in one span of years."""

    years: str
    labels: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def boston_keys(data: Path) -> Keys:
    """Group citizens' requests by property and type, one a day."""
    rows = (
        row for row in rows_of_file(data / BOSTON_FILE) if row["Source"] in CITIZENS and row["Property_ID"]
    )
    return _keys((f"{row['Property_ID']}/{row['TYPE']}", row["OPEN_DT"], row["CLOSED_DT"]) for row in rows)


def chicago_keys(data: Path) -> Keys:
    """Group complaints by address, one a day; what the city calls a duplicate is no complaint of its own."""
    rows = (row for row in _chicago_rows(data) if not row["Status"].endswith("Dup") and row["Street_Address"])
    return _keys((row["Street_Address"], row["Creation_Date"], row["Completion_Date"]) for row in rows)


def stubborn(town: str, keys: Keys, from_day: int) -> Stubborn:
    """At each day a key comes to rest: does it come back within ninety days, and what did its level and weight say."""
    last = max(spell.opened for spells in keys.values() for spell in spells)
    levels: list[int] = []
    weights: list[float] = []
    back: list[bool] = []
    for spells in keys.values():
        for day in _days_of_rest(spells):
            if not from_day <= day <= last - RECUR_DAYS:
                continue
            known = [spell for spell in spells if spell.opened <= day]
            levels.append(level(known, day))
            weights.append(weight(known, day))
            back.append(any(day < spell.opened <= day + RECUR_DAYS for spell in spells))
    came, ranks = np.array(back), np.array(levels)
    rules = [Rule(least, *_judged(came, ranks >= least)) for least in LEVELS]
    marked = np.argsort(-np.array(weights), kind="stable")[: max(round(FLAGGED * len(back)), 1)]
    return Stubborn(
        town, len(back), float(came.mean()), _auc(weights, back), float(came[marked].mean()), tuple(rules)
    )


def planted_keys(town: str, keys: Keys, times: int) -> Planted:
    """Let closed matters come back so many times, and others be told again so many times while open."""
    random = Random(f"{town}:{times}")
    names = sorted(keys)
    lengths = [s.closed - s.opened for spells in keys.values() for s in spells if s.closed is not None]
    found, lags, decoyed = 0, [], 0
    for _ in range(PLANTED_KEYS):
        spells, first = _closed_one(random, keys, names, least_days=0)
        returns = _returning(random, first, times, lengths)
        reached = next(
            (
                spell.opened
                for spell in returns
                if level([*spells, *_until(returns, spell)], spell.opened) >= min(times, 2)
            ),
            None,
        )
        if reached is not None:
            found += 1
            lags.append(reached - returns[0].opened)
        spells, first = _closed_one(random, keys, names, least_days=1)
        assert first.closed is not None, "the chosen matter was closed"
        told = [Spell(random.randint(first.opened, first.closed), first.closed) for _ in range(times)]
        decoyed += recurrences([*spells, *told]) != recurrences(spells)
    return Planted(town, times, found / PLANTED_KEYS, float(np.median(lags)), decoyed / PLANTED_KEYS)


def duplicates(data: Path, years: Sequence[int]) -> Duplicates:
    """Suspect each complaint that is like one of the last days in its area, and ask the city's labels."""
    rows = [row for row in _chicago_rows(data) if int(row["Creation_Date"][:4]) in years]
    areas = sorted({row["Community_Area"] or CITY for row in rows} - {CITY})
    places = [Place(CITY, CITY, Tier.CITY, None, (CITY,))]
    places += [Place(area, area, Tier.COUNTY, CITY, (area, CITY)) for area in areas]
    policy = burst_policy(places, ["sanitation"])
    recent: defaultdict[str, deque[Told]] = defaultdict(deque)
    labels = hits = suspected = 0
    for row in sorted(rows, key=lambda row: (row["Creation_Date"], row["Service_Request_Number"])):
        area = row["Community_Area"] or CITY
        told = Told(
            area,
            "sanitation",
            _day(row["Creation_Date"]),
            row["Street_Address"],
            _closed(row["Completion_Date"]),
        )
        near = recent[area]
        while near and near[0].day < told.day - WITHIN_DAYS:
            near.popleft()
        pairs = (pair(policy, other, told, WITHIN_DAYS, STEPS_MAX) for other in near)
        alike = any(one is not None and one.score >= ALIKE_MIN for one in pairs)
        near.append(told)
        is_label = row["Status"].endswith("Dup")
        labels += is_label
        suspected += alike
        hits += alike and is_label
    return Duplicates(f"{years[0]}-{years[-1]}", labels, hits / suspected, hits / labels)


def _chicago_rows(data: Path) -> Iterator[dict[str, str]]:
    seen: set[str] = set()
    for row in rows_of_file(data / CHICAGO_FILE):
        number = row["Service_Request_Number"]
        if int(row["Creation_Date"][:4]) in CHICAGO_YEARS and number not in seen:
            seen.add(number)
            yield row


def _keys(told: Iterable[tuple[str, str, str]]) -> Keys:
    keys: defaultdict[str, dict[int, Spell]] = defaultdict(dict)
    for key, opened, closed in told:
        day = _day(opened)
        keys[key].setdefault(day, Spell(day, _closed(closed)))
    return {key: [days[day] for day in sorted(days)] for key, days in keys.items()}


def _days_of_rest(spells: Sequence[Spell]) -> Iterator[int]:
    for day in sorted({spell.closed for spell in spells if spell.closed is not None}):
        if not any(s.opened <= day and (s.closed is None or s.closed > day) for s in spells):
            yield day


def _closed_one(
    random: Random, keys: Keys, names: Sequence[str], least_days: int
) -> tuple[list[Spell], Spell]:
    while True:
        spells = keys[random.choice(names)]
        first = random.choice(spells)
        if first.closed is not None and first.closed - first.opened >= least_days:
            return spells, first


def _returning(random: Random, first: Spell, times: int, lengths: Sequence[int]) -> list[Spell]:
    returns: list[Spell] = []
    rest = first.closed
    for _ in range(times):
        assert rest is not None, "what comes back was closed"
        opened = rest + random.randint(*GAP_DAYS)
        rest = opened + random.choice(lengths)
        returns.append(Spell(opened, rest))
    return returns


def _until(returns: Sequence[Spell], last: Spell) -> list[Spell]:
    return [spell for spell in returns if spell.opened <= last.opened]


def _judged(came: Flags, marked: Flags) -> tuple[float, float, float]:
    hits, flagged = int((came & marked).sum()), int(marked.sum())
    return hits / max(flagged, 1), flagged / len(came), hits / max(int(came.sum()), 1)


def _auc(scores: Sequence[float], came: Sequence[bool]) -> float:
    """Give how often one that came back ranks above one that did not; ties count half."""
    _, which, counts = np.unique(np.array(scores), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[which]
    positive = np.array(came)
    n = int(positive.sum())
    if n in (0, len(positive)):
        return 0.5
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(positive) - n)))


def _day(text: str) -> int:
    return date.fromisoformat(text[:10]).toordinal()


def _closed(text: str) -> int | None:
    return _day(text) if text else None
