"""What pages read, on both databases: moments found by key alone, counts by hour, and pages of the register."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from sqlalchemy import Engine, insert

from hub.store.screens import flow, register
from hub.store.screens.register import Wanted
from hub.store.screens.scope import Scope
from hub.store.tables import JOURNAL, PROBLEM

ALL = Scope("TA", None)
NOW = 1_795_500_000_000
HOUR = 3_600_000


def an_event(number: int, at_ms: int, outcome: str = "accepted") -> dict[str, object]:
    row: dict[str, object] = {
        column.name: 0 if column.type.python_type is int else "" for column in JOURNAL.columns
    }
    return row | {"jurisdiction": "TA", "number": number, "hub_ms": at_ms, "agency": "a", "outcome": outcome}


def a_problem(number: int, **more: object) -> dict[str, object]:
    empty: dict[type, object] = {int: 0, bool: False, str: ""}
    row = {
        column.name: None if column.nullable else empty[column.type.python_type] for column in PROBLEM.columns
    }
    return row | {
        "jurisdiction": "TA",
        "id": f"TA26-{number:06}",
        "phase": "treating",
        "tier": "city",
        **more,
    }


def a_journal(engine: Engine, seed: int) -> list[tuple[int, str]]:
    """Events in bursts with long gaps: nothing like an even rate."""
    chance = random.Random(seed)
    at, rows = NOW - 30 * HOUR, []
    for _ in range(chance.randint(1, 300)):
        at += chance.choice([0, 0, 0, 1, 1000, 4 * HOUR])
        rows.append((at, chance.choice(flow.OUTCOMES)))
    with engine.begin() as sql:
        sql.execute(insert(JOURNAL), [an_event(n, *row) for n, row in enumerate(rows, 1)])
    return rows


@pytest.mark.parametrize("seed", range(8))
def test_events_of_any_span_are_counted_as_a_full_scan_counts_them(engine: Engine, seed: int) -> None:
    rows = a_journal(engine, seed)
    moments = sorted({0, NOW, *(at + d for at, _ in rows[::7] for d in (-1, 0, 1))})

    with engine.connect() as sql:
        for since, until in pairwise(moments):
            counted = flow.outcomes(sql, ALL, since, until)
            expected = Counter(outcome for at, outcome in rows if since <= at < until)
            assert counted == {name: expected[name] for name in flow.OUTCOMES}


def test_hours_add_up_to_the_day(engine: Engine) -> None:
    rows = a_journal(engine, 3)
    since = NOW - 30 * HOUR

    with engine.connect() as sql:
        hours = flow.hourly(sql, ALL, since, 24)

    expected = Counter((at - since) // HOUR for at, _ in rows)
    assert hours == [expected[hour] for hour in range(24)]


def test_an_empty_log_counts_nothing(engine: Engine) -> None:
    with engine.connect() as sql:
        assert set(flow.outcomes(sql, ALL, 0, NOW).values()) == {0}
        assert flow.hourly(sql, ALL, 0, 24) == [0] * 24
        assert flow.counters(sql, ALL)["said"] == 0


@pytest.mark.parametrize("sort", ["due", "opened", "matters"])
def test_pages_after_each_other_are_the_whole_register_once(engine: Engine, sort: str) -> None:
    chance = random.Random(1)
    dues = [None, NOW, NOW, NOW + 1, NOW - HOUR]
    problems = [
        a_problem(n, due_ms=chance.choice(dues), matters=chance.randint(1, 4), opened_ms=chance.randint(1, 9))
        for n in range(1, 60)
    ]
    with engine.begin() as sql:
        sql.execute(insert(PROBLEM), problems)

    seen: list[str] = []
    after: tuple[int, str] | None = None
    with engine.connect() as sql:
        whole = [row["id"] for row in register.page(sql, ALL, Wanted({}, sort=sort), NOW, 1000)]
        while rows := register.page(sql, ALL, Wanted({}, sort=sort, after=after), NOW, 7):
            seen += [row["id"] for row in rows]
            after = (rows[-1]["sorted_by"], rows[-1]["id"])

    assert len(whole) == 59
    assert seen == whole


def test_counts_beside_filters_are_what_the_filters_leave(engine: Engine) -> None:
    chance = random.Random(2)
    problems = [
        a_problem(
            n,
            phase=chance.choice(["suspected", "treating", "dismissed"]),
            tier=chance.choice(["village", "city"]),
            due_ms=chance.choice([None, NOW - 1, NOW + HOUR, NOW + 50 * HOUR, NOW + 500 * HOUR]),
            category=chance.choice(["A1", "B1"]),
        )
        for n in range(1, 120)
    ]
    with engine.begin() as sql:
        sql.execute(insert(PROBLEM), problems)

    with engine.connect() as sql:
        cube = register.cube(sql, ALL, Wanted({}), {"A1": "A", "B1": "B"}, NOW)
        chosen = {"phase": ("treating",), "clock": ("soon", "overdue")}
        for tier, number in cube.facet("tier", chosen).items():
            rows = register.page(sql, ALL, Wanted({**chosen, "tier": (tier,)}), NOW, 1000)
            assert len(rows) == number
        assert cube.total(chosen) == len(register.page(sql, ALL, Wanted(chosen), NOW, 1000))
