"""A real city as the share scan sees it: a tree of places, kinds, and one report per property, kind and day."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Final, NamedTuple

from hub.policies.models import BurstRule, Calendar, Category, Confirmation, Limits, Place, Policy, Tier

BOSTON_FILE: Final = "boston/boston311_2015_partial.csv.gz"
CHICAGO_FILE: Final = "chicago/chicago311_sanitation.csv.gz"
CITIZENS: Final = frozenset({"Constituent Call", "Citizens Connect App", "Self Service", "Twitter"})
"""Boston's sources that are people; staff batches would be bursts of work, not of trouble."""

CHICAGO_YEARS: Final = range(2011, 2015)
DIGITS: Final = re.compile(r"\d+")
CITY: Final = "city"
BUDGETS: Final = {Tier.COUNTY: 2.0, Tier.TOWNSHIP: 3.0, Tier.VILLAGE: 5.0}
MATTERS_MIN: Final = 3


class Report(NamedTuple):
    """One citizen's report: the day (ordinal), the finest place, the kind."""

    day: int
    place: str
    kind: str


@dataclass(frozen=True, slots=True)
class Town:
    """A city under one division: its tree as a policy, its reports by day, and the tiers clusters are planted in."""

    name: str
    policy: Policy
    reports: list[Report]
    tiers: tuple[Tier, ...]


def boston_by_neighbourhood(data: Path) -> Town:
    """City > neighbourhood, as neighbourhoods and wards do not nest."""
    rows = _boston_rows(data)
    kept = [Report(_day(row["OPEN_DT"]), row["neighborhood"] or CITY, row["TYPE"]) for row in rows]
    parents = {report.place: (Tier.COUNTY, CITY) for report in kept if report.place != CITY}
    return _town("Boston neighbourhood", parents, kept)


def boston_by_precinct(data: Path) -> Town:
    """City > precinct."""
    rows = _boston_rows(data)
    kept = [Report(_day(row["OPEN_DT"]), _number(row["precinct"]) or CITY, row["TYPE"]) for row in rows]
    parents = {report.place: (Tier.VILLAGE, CITY) for report in kept if report.place != CITY}
    return _town("Boston precinct", parents, kept)


def boston_nested(data: Path) -> Town:
    """City > ward > precinct; a precinct lies in the ward its reports name most often."""
    rows = _boston_rows(data)
    wards: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        wards[_number(row["precinct"])][_number(row["ward"])] += 1
    wards.pop("", None)
    parents: dict[str, tuple[Tier, str]] = {}
    for precinct, named in sorted(wards.items()):
        named.pop("", None)
        ward = f"ward {max(sorted(named), key=named.__getitem__)}" if named else CITY
        parents[precinct] = (Tier.VILLAGE, ward)
        parents[ward] = (Tier.TOWNSHIP, CITY)
    parents.pop(CITY, None)
    kept = [Report(_day(row["OPEN_DT"]), _number(row["precinct"]) or CITY, row["TYPE"]) for row in rows]
    return _town("Boston ward > precinct", parents, kept)


def chicago(data: Path) -> Town:
    """City > community area, by nature; what the city itself calls a duplicate is no report of its own."""
    seen: set[tuple[str, str, str]] = set()
    kept: list[Report] = []
    for row in rows_of_file(data / CHICAGO_FILE):
        nature, area = row["What_is_the_Nature_of_this_Code_Violation"], _number(row["Community_Area"])
        same = (row["Street_Address"], nature, row["Creation_Date"])
        inside = int(row["Creation_Date"][:4]) in CHICAGO_YEARS
        if not inside or row["Status"].endswith("Dup") or same in seen or not nature:
            continue
        seen.add(same)
        kept.append(Report(_day(row["Creation_Date"]), area or CITY, nature))
    parents = {report.place: (Tier.COUNTY, CITY) for report in kept if report.place != CITY}
    return _town("Chicago community area", parents, kept)


def _boston_rows(data: Path) -> list[dict[str, str]]:
    seen: set[tuple[str, str, str]] = set()
    kept: list[dict[str, str]] = []
    for row in sorted(
        rows_of_file(data / BOSTON_FILE), key=lambda row: (row["OPEN_DT"], row["CASE_ENQUIRY_ID"])
    ):
        same = (row["Property_ID"], row["TYPE"], row["OPEN_DT"][:10])
        if row["Source"] not in CITIZENS or (row["Property_ID"] and same in seen):
            continue
        seen.add(same)
        kept.append(row)
    return kept


def rows_of_file(file: Path) -> list[dict[str, str]]:
    """Read the rows of a packed table."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _day(opened: str) -> int:
    return date.fromisoformat(opened[:10]).toordinal()


def _number(text: str) -> str:
    """Read "0306", "306.0" and "Ward 3" alike; zero stands for no place."""
    found = DIGITS.search(text)
    return found[0].lstrip("0") if found else ""


def _town(name: str, parents: dict[str, tuple[Tier, str]], reports: list[Report]) -> Town:
    places = {CITY: Place(CITY, name, Tier.CITY, None, (CITY,))}
    for code, (tier, parent) in sorted(parents.items(), key=lambda item: item[1][0] is Tier.VILLAGE):
        places[code] = Place(code, code, tier, parent, (code, *places[parent].chain))
    tiers = tuple(tier for tier in Tier if any(place.tier is tier for place in places.values()))[:-1]
    kinds = {report.kind for report in reports}
    return Town(name, burst_policy(places.values(), kinds), sorted(reports), tiers)


def burst_policy(places: Iterable[Place], kinds: Iterable[str]) -> Policy:
    """A policy that holds nothing but a tree, flat kinds and the share scan with its defaults."""
    rule = BurstRule("burst", 1, MATTERS_MIN, BUDGETS, Confirmation.OPERATOR)
    return Policy(
        jurisdiction="detection",
        name_zh="检测",
        name_en="detection",
        letters="DT",
        zone=UTC,
        version="0" * 12,
        scheme="detection",
        limits=Limits(),
        calendar=Calendar("none", frozenset(), frozenset()),
        places={place.code: place for place in places},
        categories={kind: _category(kind) for kind in sorted(kinds)},
        agencies={},
        holders={},
        rules=(),
        tiers=(),
        burst=rule,
    )


def _category(kind: str) -> Category:
    return Category(
        code=kind, level=1, parent=None, name_zh=kind, name_en=kind, restricted=False, chain=(kind,)
    )
