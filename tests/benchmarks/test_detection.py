"""The detection benchmark measures what the fold itself would say, and its figures are what they claim."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest

from benchmarks.detection.anchors import ANCHORS, rows_of, with_extras
from benchmarks.detection.measures import episodes, found, limit_for
from benchmarks.detection.planting import CLUSTER_DAYS, Plant, permuted, plants
from benchmarks.detection.season import Mark, season
from benchmarks.detection.town import BUDGETS, Report, Town
from hub.model.window import Cell
from hub.policies.models import BurstRule, Category, Confirmation, Tier
from tests.builders import (
    FAR_VILLAGE,
    NEXT_VILLAGE,
    NOISE,
    POLICY,
    THIRD_VILLAGE,
    VILLAGE,
    Log,
    a_policy,
    a_report,
)

FIRST_DAY = date(2026, 3, 1).toordinal()
VILLAGES = (VILLAGE, NEXT_VILLAGE, THIRD_VILLAGE, FAR_VILLAGE)
KINDS = {
    kind: Category(kind, 1, None, kind, kind, restricted=False, chain=(kind,)) for kind in (NOISE, "A2", "B1")
}
RULE = BurstRule("burst", 1, 3, BUDGETS, Confirmation.OPERATOR)
BURST = Plant((VILLAGE, NOISE), FIRST_DAY + 120, (*range(FIRST_DAY + 120, FIRST_DAY + 130),) * 2)
CELL: Cell = ("one", "noise")

NEVER = 10_000


def a_town(extras: tuple[int, ...] = ()) -> Town:
    """Four villages for five months, one report in three days of each kind and village; and extras in one cell."""
    random = Random(1)
    days = [
        Report(FIRST_DAY + day, village, kind)
        for day in range(150)
        for village in VILLAGES
        for kind in KINDS
        if random.random() < 1 / 3
    ]
    days += [Report(day, *BURST.cell) for day in extras]
    policy = replace(a_policy(rules=()), categories=POLICY.categories | KINDS, burst=RULE)
    return Town("test", policy, sorted(days), (Tier.VILLAGE, Tier.TOWNSHIP, Tier.COUNTY))


def first_alarms(town: Town) -> dict[Cell, int]:
    """The first day on which each cell crosses its budget, by the benchmark's own run, where no problem ends."""
    first: dict[Cell, int] = {}
    for tier, marks in season(town, town.reports, (), quiet_days=NEVER).marks.items():
        for mark in marks:
            if mark.a_month <= BUDGETS[tier]:
                first.setdefault(mark.cell, mark.day)
    return first


def test_the_fold_raises_the_alarms_the_benchmark_counts() -> None:
    town = a_town(BURST.extras)
    log = Log(town.policy)
    for number, (day, place, kind) in enumerate(town.reports):
        when = f"{date.fromordinal(day):%m-%d} 09:00"
        log.take(when, a_report(f"m{number}", place=place, category=kind))
    log.tick(f"{date.fromordinal(town.reports[-1].day) + timedelta(days=1):%m-%d} 00:00")

    told: dict[Cell, int] = {}
    for said in log.decisions():
        if said.reason == "BURST":
            day = date.fromisoformat(said.cause.removeprefix("day/")).toordinal()
            told.setdefault((said.place, said.category), day)

    assert told == first_alarms(town)
    assert told[BURST.cell] < BURST.start + CLUSTER_DAYS


def test_a_plant_shows_what_the_same_reports_in_the_background_show() -> None:
    beside = season(a_town(), a_town().reports, (BURST,)).planted[0]
    within = season(a_town(BURST.extras), a_town(BURST.extras).reports, ()).marks[Tier.VILLAGE]

    days = range(BURST.start, BURST.start + CLUSTER_DAYS)
    assert beside == [mark for mark in within if mark.cell == BURST.cell and mark.day in days]
    assert beside


def test_a_plant_leaves_the_background_as_it_was() -> None:
    town = a_town()

    assert season(town, town.reports, (BURST,)).marks == season(town, town.reports, ()).marks


def test_a_permuted_year_keeps_places_and_the_curve_of_each_kind() -> None:
    town = a_town(BURST.extras)

    shuffled = permuted(town, 1)

    assert shuffled != town.reports
    for of in (lambda r: (r.day, r.kind), lambda r: (r.place, r.kind)):
        assert Counter(map(of, shuffled)) == Counter(map(of, town.reports))


def test_plants_lie_in_active_cells_within_two_weeks() -> None:
    planted = plants(a_town(), Tier.VILLAGE, 6, 50, seed=1)

    assert all(plant.extras[0] == plant.start for plant in planted)
    assert all(plant.extras[-1] < plant.start + CLUSTER_DAYS for plant in planted)
    assert {place for place, _ in (plant.cell for plant in planted)} <= set(VILLAGES)


def test_an_episode_starts_again_only_after_quiet_days() -> None:
    marks = [Mark(day, CELL, 0.5, 1) for day in (100, 101, 113, 127)]

    assert episodes(marks, 1.0, first_day=0) == 2
    assert episodes(marks, 0.1, first_day=0) == 0


def test_the_limit_for_a_load_gives_no_more_than_that_load() -> None:
    marks = [Mark(30 * n, CELL, float(n), 1) for n in range(1, 11)]

    limit = limit_for([marks], 1.0, 0, 121)

    assert limit == 4.0
    assert episodes(marks, limit, 0) == 4


def test_a_plant_in_an_alarming_cell_is_a_miss() -> None:
    plant = Plant(CELL, 50, (50, 51))
    shown = [Mark(52, CELL, 0.5, 1)]

    assert found([plant], [shown], [], 1.0)[:2] == (1.0, 2)
    assert found([plant], [shown], [Mark(45, CELL, 0.5, 1)], 1.0).masked == 1.0


@pytest.mark.parametrize("name", ANCHORS)
def test_every_anchor_finds_a_large_cluster_stranger_than_the_days_before(name: str) -> None:
    town = a_town()
    plain = rows_of(town, town.reports, [BURST.cell])
    heavy = BURST._replace(extras=BURST.extras * 3)

    scores = ANCHORS[name](with_extras(plain, [heavy], FIRST_DAY))[0]

    start = BURST.start - FIRST_DAY
    assert np.max(scores[start : start + CLUSTER_DAYS]) > np.max(scores[60:start])
