"""What pages read, on both databases: moments found by key alone, counts by hour, and pages of the register."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from sqlalchemy import Engine, insert

from hub.store.screens import flow
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
