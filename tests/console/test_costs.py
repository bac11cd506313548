"""What a page costs grows with what it shows, not with what the hub has ever decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from hub.store.screens import register
from hub.store.screens.scope import Scope
from tests.console.desks import Centre, open_centre
from tests.console.rows import fill


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("costs"), 3_000)) as opened:
        yield opened


def test_the_growth_of_a_problem_is_read_from_its_own_decisions(centre: Centre) -> None:
    asked: list[tuple[str, Any]] = []
    number = centre.rows("SELECT id FROM problem ORDER BY matters DESC LIMIT 1")[0].id
    event.listen(centre.engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))

    with centre.engine.connect() as sql:
        register.growth(sql, Scope("TA", None), [number], 1_767_000_000_000)
        # The console's own watch asks as well, in between.
        statement, values = next(told for told in asked if "FROM decision" in told[0] and "IN (" in told[0])
        plan = sql.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()

    ways = [row[3] for row in plan if "decision" in row[3]]
    assert ways
    assert all("problem_id=?" in way for way in ways), ways
