"""The page's further parts: the city tier, what follows a burst, what comes back, what is told twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Final

from benchmarks.detection.aftermath import GAP_DAYS, Aftermath
from benchmarks.detection.citywide import DEVIATIONS, Waves
from benchmarks.detection.issues import Issues
from benchmarks.detection.measures import Found
from benchmarks.detection.noufaily import Weekly
from benchmarks.detection.repeats import Duplicates, Planted, Stubborn

CITY: Final = """
## City tier
A city has no area above it; each kind is held against its own years (`hub/core/_season.py`). Boston has one year here,
so its kinds are held against their last months; Chicago has four, so season and growth are told. *Drawn*: each kind's
pace (mean over 43 days) and the city's week, negative binomial of size 8 a day; no wave in it is real. *Real*:
untouched. Waves of {sizes} deviations of the kind's fortnights, found as clusters are. Where a city of few kinds alarms
once a month, many waves fall into a kind that is alarming anyway and are misses for every detector."""
WEEKLY: Final = """
**Weekly series of Noufaily et al. (2013)**: 42 kinds of series of 624 weeks, the last 49 tested, an outbreak of 3, 5 or
10 deviations in them and four in the years before; one chance in a hundred a week. False alarms are counted in
weeks that are at least four away from the outbreak's end. Farrington flexible is R's `surveillance`, where installed.

| detector | false alarms a week | found of 3/5/10 deviations |
|---|---|---|"""
AFTER: Final = """
## After a burst
A cluster of the largest size, and {gap} days later another in the same cell; permuted days, one chance alarm a month.
*Set aside*: seven tenths of what the first held above its expectation do not pass for usual (`hub/model/aside.py`),
as in the hub and in the tables above.

| city | extra reports | alone | after a first | first set aside |
|---|---|---|---|---|"""
AFTER_ALARMS: Final = """
| city | promised a month | permuted, without / with setting aside | real, without / with |
|---|---|---|---|"""
STUBBORN: Final = """
## What comes back
On each day on which a property and type (Boston) or an address (Chicago) comes to rest: is it reported again 1 to 90
days later? Second half of the data. Level: recurrences of the last 180 days. *Ranked*: the five per cent with the
highest decayed count of reports; its AUC is over all.

| city | closures | come back | AUC | ranked 5 % | level 1: precision (flagged, recall) | level 2 | level 3 |
|---|---|---|---|---|---|---|---|"""
PLANTED: Final = """
Closed matters that are made to come back so many times, 3 to 60 days after each closure, found at level 2 (level 1
where they come back once); and decoys, told again so many times while the first is open, which must not count.

| city | times | found | median days from the first recurrence | decoys that count |
|---|---|---|---|---|"""
DUPLICATES: Final = """
## What is told twice
Chicago's own label "Dup" against suspected pairs: alike at least one half, at most three days and one area apart, the
earlier one still open.

| years | labelled | precision | recall | F1 |
|---|---|---|---|---|"""
ISSUES: Final = """
**Names as issue keys.** {reports:,} complaints about Fuzhou's rivers, the river noted by a person; {told:,} tell its
name in their first 200 characters. The name is found in {found:.1%}; of two reports of one river {one_river:.1%}
share a name, of two rivers {two_rivers:.1%}."""


def city_part(waves: Sequence[Waves], weekly: Sequence[Weekly]) -> Iterator[str]:
    """Write what the judge of the city tier showed."""
    yield CITY.format(sizes="/".join(map(str, DEVIATIONS)))
    yield "\n| city | kinds | years | promised a month | drawn | real |\n|---|---|---|---|---|---|"
    for city in waves:
        alarms = f"{city.promised:g} | {city.drawn:.2f} | {city.real:.2f}"
        yield f"| {city.name} | {city.kinds} | {city.years:.0f} | {alarms} |"
    for city in waves:
        loads = list(dict.fromkeys(line.a_month for line in city.lines))
        yield f"\n{city.name}, drawn:\n\n| detector | {' | '.join(f'{load:g} a month' for load in loads)} |"
        yield f"|---|{'---|' * len(loads)}"
        for detector in dict.fromkeys(line.detector for line in city.lines):
            cells = [found_text(line.found) for line in city.lines if line.detector == detector]
            yield f"| {detector} | {' | '.join(cells)} |"
    yield WEEKLY
    for one in weekly:
        yield f"| {one.detector} | {one.false_rate:.4f} | {'/'.join(map(_share, one.found))} |"


def after_part(aftermaths: Sequence[Aftermath]) -> Iterator[str]:
    """Write what setting bursts aside gains and costs; nothing where it was not measured."""
    if not aftermaths:
        return
    yield AFTER.format(gap=GAP_DAYS)
    for town in aftermaths:
        for one in town.seconds:
            shares = " | ".join(map(_share, one[1:]))
            yield f"| {town.town} | {one.extra} | {shares} |"
    yield AFTER_ALARMS
    for town in aftermaths:
        permuted, real = (f"{without:.2f} / {aside:.2f}" for without, aside in (town.permuted, town.real))
        yield f"| {town.town} | {town.promised:g} | {permuted} | {real} |"


def repeats_part(
    stubborn: Sequence[Stubborn],
    planted: Sequence[Planted],
    duplicates: Sequence[Duplicates],
    issues: Issues | None,
) -> Iterator[str]:
    """Write what recurrence, duplicates and issue keys showed."""
    yield STUBBORN
    for town in stubborn:
        rules = " | ".join(f"{_share(r.precision)} ({r.flagged:.1%}, {_share(r.recall)})" for r in town.rules)
        head = (
            f"| {town.town} | {town.closures:,} | {_share(town.base)} | {town.auc:.3f} | {_share(town.top)}"
        )
        yield f"{head} | {rules} |"
    yield PLANTED
    for keys in planted:
        yield (
            f"| {keys.town} | {keys.times} | {keys.recall:.3f} | {keys.lag_days:.0f} | {keys.decoys:.3f} |"
        )
    yield DUPLICATES
    for years in duplicates:
        yield (
            f"| {years.years} | {years.labels:,} | {_share(years.precision)} | {_share(years.recall)} "
            f"| {_share(years.f1)} |"
        )
    if issues is not None:
        yield ISSUES.format(**issues._asdict())


def found_text(results: Sequence[Found]) -> str:
    """Write the shares found and the median days to it."""
    days = "/".join("-" if isnan(one.median_days) else f"{one.median_days:g}" for one in results)
    return f"{'/'.join(_share(one.share) for one in results)} ({days} d)"


def _share(share: float) -> str:
    return f"{share:.2f}".removeprefix("0")
