"""The trace of one event: what it caused and how far that got, found by key and not by reading everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, event, text

from hub.settings import Settings
from hub.store.database import open_database
from hub.tools.trace import Hop, trace
from tests.console.rows import Filled, fill


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return fill(tmp_path_factory.mktemp("trace"), 1_000)


@pytest.fixture(scope="module")
def engine(filled: Filled) -> Engine:
    return open_database(filled.url)


def hops(engine: Engine, filled: Filled, agency: str, number: str) -> list[Hop]:
    with engine.connect() as sql:
        return trace(Settings(var=Path()), sql, filled.policy, agency, number)


def test_the_hops_are_the_journal_each_decision_caused_and_each_message_out(
    engine: Engine, filled: Filled
) -> None:
    with engine.connect() as sql:
        lines = [orjson.loads(line) for line in sql.execute(text("SELECT line FROM decision")).scalars()]
        bodies = [orjson.loads(body) for body in sql.execute(text("SELECT body FROM outbox")).scalars()]
    cause = next(
        line["cause"] for line in lines if line["kind"] == "problem_suspected" and "/e" in line["cause"]
    )
    agency, _, number = cause.partition("/")

    found = hops(engine, filled, agency, number)

    assert found[0].where.startswith("journal ")
    kinds = [hop.what.split()[0] for hop in found if hop.where.startswith("decision")]
    assert kinds == [line["kind"] for line in lines if line["cause"] == cause]
    sent = [hop for hop in found if hop.where.startswith("outbox")]
    assert len(sent) == len([body for body in bodies if body["causationid"] == cause]) > 0


def test_an_event_the_log_does_not_have_has_no_hops(engine: Engine, filled: Filled) -> None:
    assert hops(engine, filled, filled.city.hotline, "never") == []


def test_whatever_a_trace_asks_is_found_by_an_index(engine: Engine, filled: Filled) -> None:
    with engine.connect() as sql:
        cause = str(sql.execute(text("SELECT event_id FROM journal ORDER BY number LIMIT 1")).scalar_one())
        agency = str(sql.execute(text("SELECT agency FROM journal ORDER BY number LIMIT 1")).scalar_one())
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _k: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    hops(engine, filled, agency, cause)
    event.remove(engine, "before_cursor_execute", note)

    found = []
    with engine.connect() as sql:
        for statement, parameters in asked:
            steps = sql.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found += [row.detail for row in steps if "SEARCH" in row.detail or "SCAN" in row.detail]
    assert "(jurisdiction=? AND number=?)" in found[1]
    assert [step.split("(")[0].split("USING ")[1] for step in found] == [
        "COVERING INDEX journal_event ",
        "PRIMARY KEY ",
        "INDEX decision_at ",
        "PRIMARY KEY ",
        "INDEX outbox_key ",
    ]
