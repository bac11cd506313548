"""The law of restarts: stopping anywhere and going on from SQL is the same as never having stopped."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from hub.model.state import State
from hub.schemas.inbox import Tick, encode_message
from hub.store.database import open_database
from hub.store.dialect import Writer, writer
from hub.store.load import load_matters
from hub.store.shard import InboxRecord, acquire, take
from hub.store.tables import METADATA
from tests.builders import CITY
from tests.properties.strategies import EAGER, HOUR, logs
from tests.properties.test_laws import Dated, essence, folded, spoken
from tests.store.shards import TOPIC, migrated


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "hub.db"
    engine = migrated(f"sqlite:///{file}")
    with engine.connect() as sql:
        sql.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


def records(log: Dated) -> list[InboxRecord]:
    return [
        InboxRecord(offset, at_ms, encode_message(message)) for offset, (at_ms, message) in enumerate(log)
    ]


def stop_and_go(engine: Engine, log: Dated, stops: Sequence[int]) -> tuple[State, list[str]]:
    """Take a log with a new owner after every stop; gives what a last owner loads, and all that went out."""
    inbox = records(log)
    for stop in [*sorted(stops), len(inbox)]:
        sql = writer(engine)
        shard = acquire(sql, 0, TOPIC, {CITY: EAGER})
        for _ in take(shard, sql, inbox[:stop]):
            continue
        sql.close()
    sql = writer(engine)
    state = acquire(sql, 0, TOPIC, {CITY: EAGER}).states[CITY]
    load_matters(sql, state, named(sql))
    said = [body for (body,) in sql.fetch("SELECT body FROM outbox ORDER BY number")]
    sql.close()
    return state, said


def named(sql: Writer) -> list[str]:
    return [key for (key,) in sql.fetch("SELECT key FROM matter")]


def is_as_if_never_stopped(engine: Engine, log: Dated, stops: Sequence[int]) -> None:
    """Hold for a log, and for the silent year after it, in which every clock that was loaded fires."""
    log = [*log, (log[-1][0] + 400 * 24 * HOUR, Tick())]
    state, told = folded(log)

    loaded, said = stop_and_go(engine, log, stops)

    assert said == spoken(told)
    assert essence(loaded) == essence(state)


@given(log=logs(), data=st.data())
def test_going_on_from_sql_is_like_never_having_stopped(
    template: Path, log: Dated, data: st.DataObject
) -> None:
    stops = data.draw(st.lists(st.integers(0, len(log)), max_size=3))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "hub.db"
        shutil.copyfile(template, file)
        engine = open_database(f"sqlite:///{file}")
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        is_as_if_never_stopped(engine, log, stops)
        engine.dispose()


@pytest.mark.postgres
def test_on_postgresql_too(postgres: str) -> None:
    engine = migrated(postgres)

    @settings(max_examples=25)
    @given(log=logs(), data=st.data())
    def law(log: Dated, data: st.DataObject) -> None:
        with engine.begin() as sql:
            for table in METADATA.sorted_tables:
                sql.execute(table.delete())
        is_as_if_never_stopped(engine, log, data.draw(st.lists(st.integers(0, len(log)), max_size=3)))

    law()
    engine.dispose()
