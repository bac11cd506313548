"""What the past teaches: rules that were often wrong, and what worked on a problem like this one."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.model.lifecycle import Phase, TaskPhase
from hub.model.problem import Problem
from hub.model.task import Role, Task
from hub.policies.models import Tier
from hub.store.dialect import writer
from hub.store.past import misjudged, worked
from hub.store.rows import problem_row, task_row
from hub.store.tables import PROBLEM, TASK
from tests.builders import CITY, NEXT_VILLAGE, NOISE, VILLAGE, WATER
from tests.store.shards import a_database

DAY_MS = 86_400_000
CLOSED = Problem(
    id="TC26-000001",
    place=VILLAGE,
    place_tier=Tier.VILLAGE,
    category=NOISE,
    rule="often",
    phase=Phase.CLOSED,
    held_at=VILLAGE,
    tier=Tier.VILLAGE,
    opened_ms=0,
    matters=3,
    confirmed_ms=DAY_MS,
    settled_ms=4 * DAY_MS,
    closed_ms=34 * DAY_MS,
    closed_entry=9,
)
DONE = Task(
    id="TC26-000001.1",
    problem_id="TC26-000001",
    round=1,
    agency="court",
    role=Role.LEAD,
    phase=TaskPhase.VERIFIED,
    cut_ms=DAY_MS,
    touched_ms=DAY_MS,
    note="装了隔音屏",
)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    engine = a_database(tmp_path)
    sql = writer(engine)
    sql.begin()
    others = [
        replace(CLOSED, id="TC26-000002", phase=Phase.DISMISSED),
        replace(CLOSED, id="TC26-000003", phase=Phase.SUSPECTED),
        replace(CLOSED, id="TC26-000004", category=WATER),
        replace(CLOSED, id="TC26-000005", rule="burst", place=NEXT_VILLAGE, phase=Phase.TREATING),
        replace(CLOSED, id="TC26-000006", phase=Phase.MERGED),
    ]
    sql.insert(PROBLEM, [problem_row(CITY, one) for one in (CLOSED, *others)])
    sql.insert(TASK, [task_row(CITY, DONE), task_row(CITY, replace(DONE, id="x", phase=TaskPhase.WAIVED))])
    sql.commit()
    sql.close()
    engine.dispose()
    return tmp_path


def test_a_rule_s_misjudge_rate_is_dismissed_of_decided(filled: Path) -> None:
    engine = a_database(filled)
    with engine.connect() as sql:
        rows = misjudged(sql, CITY)
    engine.dispose()

    assert rows == [
        {"rule": "burst", "decided": 1, "dismissed": 0, "share": 0.0},
        {"rule": "often", "decided": 3, "dismissed": 1, "share": pytest.approx(1 / 3)},
    ]


def test_what_worked_is_told_of_closed_problems_of_the_kind_nearby(filled: Path) -> None:
    engine = a_database(filled)
    with engine.connect() as sql:
        (found,) = worked(sql, CITY, NOISE, {VILLAGE, NEXT_VILLAGE})
        elsewhere = worked(sql, CITY, NOISE, {NEXT_VILLAGE})
    engine.dispose()

    assert (found["id"], found["days"], found["rebounds"]) == ("TC26-000001", 3.0, 0)
    assert [(task["agency"], task["note"]) for task in found["done"]] == [("court", "装了隔音屏")]
    assert elsewhere == []
