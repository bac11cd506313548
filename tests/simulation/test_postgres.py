"""A few seasons on PostgreSQL: crashes and zombies there end in the very rows of a calm SQLite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from hub.store.dialect import writer
from tests.simulation.log import build_log
from tests.simulation.test_simulation import (
    everything_was_sent_in_order,
    nothing_is_late,
    nothing_is_missed,
    rows,
    the_auditor_agrees,
)
from tests.simulation.workload import season
from tests.simulation.world import Owners, Wire, run_calmly
from tests.store.shards import a_database, migrated


@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(1000, 1012))
def test_a_season_with_crashes_on_postgresql_ends_like_a_calm_one_on_sqlite(
    seed: int, tmp_path: Path, fresh_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.save.MATTERS_CACHED_MAX", 3)
    monkeypatch.setattr("hub.store.shard.BATCH_EVENTS_MAX", 9)
    random = Random(seed)
    log = build_log(random, season(random))
    calm, faulty = a_database(tmp_path), migrated(fresh_database())
    run_calmly(calm, log)
    wire = Wire()

    Owners(random, faulty, log, wire, lambda: nothing_is_late(faulty)).run()

    assert in_byte_order(rows(faulty)) == in_byte_order(rows(calm))
    sql = writer(faulty)
    for city in log.policies:
        wire.drain(sql, city)
        everything_was_sent_in_order(faulty, city, wire.heard.get(city, []))
        the_auditor_agrees(faulty, log, city)
    sql.close()
    nothing_is_missed(faulty, log)
    calm.dispose()
    faulty.dispose()


def in_byte_order(found: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """PostgreSQL sorts texts by the rules of a language, SQLite by bytes."""
    return {table: sorted(lines, key=repr) for table, lines in found.items()}
