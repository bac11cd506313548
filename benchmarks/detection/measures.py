"""Figures of a season: episodes, the limit for an equal load, share detected, days to detection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import inf, nan
from statistics import median
from typing import Final, NamedTuple

import numpy as np

from benchmarks.detection.anchors import Grid
from benchmarks.detection.planting import CLUSTER_DAYS, Plant
from benchmarks.detection.season import Mark, Season
from hub.core._scan import MONTH_DAYS
from hub.model.window import Cell
from hub.policies.models import Tier

QUIET_DAYS: Final = 14


class Found(NamedTuple):
    """Share of plants detected before their end, median days to it, share that fell into a running alarm."""

    share: float
    median_days: float
    masked: float


def episodes(marks: Iterable[Mark], limit: float, first_day: int) -> int:
    """Count first crossings after quiet days, from a day on."""
    count = 0
    last: dict[Cell, int] = {}
    for mark in marks:
        if mark.a_month > limit:
            continue
        if mark.day >= first_day and mark.day - last.get(mark.cell, -QUIET_DAYS) >= QUIET_DAYS:
            count += 1
        last[mark.cell] = mark.day
    return count


def limit_for(runs: Sequence[list[Mark]], a_month: float, first_day: int, last_day: int) -> float:
    """Give the highest limit at which the runs together have no more episodes than so many a month."""
    allowed = a_month * len(runs) * months(first_day, last_day)
    limits = sorted({mark.a_month for run in runs for mark in run})
    low, high = 0, len(limits)
    while low < high:
        middle = (low + high) // 2
        if sum(episodes(run, limits[middle], first_day) for run in runs) <= allowed:
            low = middle + 1
        else:
            high = middle
    return limits[low - 1] if low else -inf


def months(first_day: int, last_day: int) -> float:
    """Give the length of a span of days in months."""
    return (last_day - first_day + 1) / MONTH_DAYS


def found(
    planted: Sequence[Plant], shown: Sequence[list[Mark]], background: Iterable[Mark], limit: float
) -> Found:
    """Weigh each plant: a miss when its cell was alarming anyway, else found on the first day its extras cross."""
    alarms: defaultdict[Cell, set[int]] = defaultdict(set)
    for mark in background:
        if mark.a_month <= limit:
            alarms[mark.cell].add(mark.day)
    days: list[int] = []
    masked = 0
    for plant, marks in zip(planted, shown, strict=True):
        alarmed = alarms.get(plant.cell, set())
        if any(plant.start - QUIET_DAYS <= day < plant.start for day in alarmed):
            masked += 1
            continue
        crossing = (mark.day for mark in marks if mark.a_month <= limit and mark.day not in alarmed)
        first = next(crossing, None)
        if first is not None:
            assert first < plant.start + CLUSTER_DAYS, "a plant is looked at until its end"
            days.append(first - plant.start)
    return Found(len(days) / len(planted), median(days) if days else nan, masked / len(planted))


def marks_of(scores: Grid, cells: Sequence[Cell], first_day: int, kept: int) -> list[Mark]:
    """Turn an anchor's strangest scores into marks; the higher a score, the lower its `a_month`."""
    flat = scores.ravel()
    kept = min(kept, int((flat > 0).sum()))
    strangest = (
        np.argpartition(flat, flat.size - kept)[flat.size - kept :] if kept else np.array([], dtype=int)
    )
    days = scores.shape[1]
    marks = [
        Mark(first_day + int(at) % days, cells[int(at) // days], -float(flat[at]), len(cells))
        for at in strangest
    ]
    return sorted(marks)


def plant_marks(scores: Grid, planted: Sequence[Plant], first_day: int) -> list[list[Mark]]:
    """Turn an anchor's scores of the planted rows into marks of the days the clusters last."""
    return [
        [
            Mark(day, plant.cell, -float(row[day - first_day]), len(planted))
            for day in range(plant.start, plant.start + CLUSTER_DAYS)
            if row[day - first_day] > 0
        ]
        for plant, row in zip(planted, scores, strict=True)
    ]


def calibration(seasons: Sequence[Season], tier: Tier, chance: float) -> float:
    """Give how often the scan's chance fell below `chance`, in units of what it promises; 1 is exact, less careful."""
    below = sum(
        mark.a_month / (mark.cells * MONTH_DAYS) < chance for run in seasons for mark in run.marks[tier]
    )
    return below / (sum(run.cell_days[tier] for run in seasons) * chance)
