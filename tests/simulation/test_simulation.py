"""Many seasons with crashes: the same rows as without, the same decisions as a naive second hub, nothing missed.

`SEEDS=5000` asks for more seasons than continuous integration does. A failing season names itself; run it alone
with `SEEDS=<n + 1> pytest "tests/simulation/test_simulation.py::test_a_season_with_crashes_ends_like_a_calm_one[<n>]"`.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, event, select

from hub.store import tables
from hub.store.audit import missed
from hub.store.database import open_database, upgrade
from hub.store.dialect import writer
from hub.store.outbox import Outgoing
from tests.simulation.auditor import Auditor, Fate, Verdict
from tests.simulation.workload import season
from tests.simulation.world import Log, Owners, Wire, build_log, run_calmly

SEEDS = int(os.environ.get("SEEDS", "300"))
HELD_EQUAL = (
    tables.JOURNAL,
    tables.MATTER,
    tables.PROBLEM,
    tables.DECISION,
    tables.OUTBOX,
    tables.SOURCE,
    tables.JURISDICTION,
)


@dataclass(frozen=True, slots=True)
class Databases:
    """Makes new databases by copying one that is up to date: the migrations cost more than a season."""

    template: Path
    folder: Path

    def new(self, name: str) -> Engine:
        """A new database with empty tables."""
        file = self.folder / f"{name}.db"
        shutil.copyfile(self.template, file)
        engine = open_database(f"sqlite:///{file}")
        # The machine does not lose power here, only processes die; waiting for the disk would be most of the time.
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        return engine


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "hub.db"
    engine = open_database(f"sqlite:///{file}")
    upgrade(engine)
    with engine.connect() as sql:
        sql.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


@pytest.fixture
def databases(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Databases:
    # Small bounds, so that a season meets them: matters leave memory, and one poll is many transactions.
    monkeypatch.setattr("hub.store.save.MATTERS_CACHED_MAX", 3)
    monkeypatch.setattr("hub.store.shard.BATCH_EVENTS_MAX", 9)
    return Databases(template, tmp_path)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_season_with_crashes_ends_like_a_calm_one(seed: int, databases: Databases) -> None:
    random = Random(seed)
    log = build_log(random, season(random))
    calm, faulty = databases.new("calm"), databases.new("faulty")
    run_calmly(calm, log)
    wire = Wire()

    Owners(random, faulty, log, wire, lambda: nothing_is_missed(faulty, log)).run()

    assert rows(faulty) == rows(calm)
    sql = writer(faulty)
    for city in log.policies:
        wire.drain(sql, city)
        everything_was_sent_in_order(faulty, city, wire.heard.get(city, []))
        the_auditor_agrees(faulty, log, city)
    sql.close()
    nothing_is_missed(faulty, log)
    calm.dispose()
    faulty.dispose()


def test_the_seasons_are_worth_their_time() -> None:
    """Seasons without problems, crashes or repeats would prove nothing."""
    said: Counter[str] = Counter()
    for seed in range(40):
        random = Random(seed)
        log = build_log(random, season(random))
        for city in log.policies:
            auditor = judged(log, city)
            said.update(verdict.kind for verdict in auditor.verdicts)
            said.update(verdict.reason for verdict in auditor.verdicts)
            said.update(fate.outcome for fate in auditor.fates)
            said.update(fate.code for fate in auditor.fates)
            said.update(f"held by {v.tier}" for v in auditor.verdicts if v.kind == "tier_raised")

    rare = {name: number for name, number in said.items() if number < 5}
    assert rare == {}
    assert {
        "problem_suspected",
        "problem_confirmed",
        "problem_reinforced",
        "CLOCK_EXPIRED",
        "NO_HOLDER",
        "CATEGORY",
        "TERRITORY",
        "held by township",
        "held by county",
        "held by city",
        "accepted",
        "duplicate",
        "quarantined",
        "refused",
        "UNKNOWN_MATTER",
        "UNKNOWN_TASK",
        "MALFORMED",
        "NOT_CLOUDEVENT",
        "SOURCE_MISMATCH",
        "SCHEMA_INVALID",
        "PLACE_UNKNOWN",
        "CATEGORY_UNKNOWN",
        "RESTRICTED_CLASS",
        "CLOCK_SKEW",
        "TOO_OLD",
        "PLACE_OUTSIDE_TERRITORY",
    } <= set(said)


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that matters, in the order of its key."""
    sql = writer(engine)
    found = {
        table.name: sql.fetch(
            f"SELECT * FROM {table.name} ORDER BY {', '.join(c.name for c in table.primary_key)}"
        )
        for table in HELD_EQUAL
    }
    sql.close()
    return found


def nothing_is_missed(engine: Engine, log: Log) -> None:
    with engine.connect() as sql:
        assert missed(sql, log.policies) == []


def everything_was_sent_in_order(engine: Engine, city: str, heard: list[Outgoing]) -> None:
    """Each row of the outbox at least once, none before the one ahead of it, repeats word for word."""
    with engine.connect() as sql:
        said = [
            Outgoing(*row[1:])
            for row in sql.execute(
                select(tables.OUTBOX)
                .where(tables.OUTBOX.c.jurisdiction == city)
                .order_by(tables.OUTBOX.c.number)
            )
        ]
    first: dict[int, Outgoing] = {}
    for row in heard:
        assert first.setdefault(row.number, row) == row
    assert list(first.values()) == said
    assert [row.number for row in said] == list(range(1, len(said) + 1))
    ids = [orjson.loads(row.body)["id"] for row in said]
    assert len(set(ids)) == len(ids)


def judged(log: Log, city: str) -> Auditor:
    auditor = Auditor(log.policies[city])
    for step in log.steps:
        if step.city in ("", city):
            auditor.hear(step)
    return auditor


def the_auditor_agrees(engine: Engine, log: Log, city: str) -> None:
    auditor = judged(log, city)
    with engine.connect() as sql:
        journal = tables.JOURNAL
        fates = [
            Fate(*row)
            for row in sql.execute(
                select(
                    journal.c.agency,
                    journal.c.partition,
                    journal.c.position,
                    journal.c.outcome,
                    journal.c.code,
                )
                .where(journal.c.jurisdiction == city)
                .order_by(journal.c.number)
            )
        ]
        lines = sql.execute(
            select(tables.DECISION.c.at_ms, tables.DECISION.c.line)
            .where(tables.DECISION.c.jurisdiction == city)
            .order_by(tables.DECISION.c.seq)
        ).all()
        tallies = sql.execute(select(tables.SOURCE).where(tables.SOURCE.c.jurisdiction == city)).all()
    assert [fate._replace(code=known_code(fate)) for fate in fates] == auditor.fates
    assert list(verdicts(lines)) == auditor.verdicts
    every_event_has_one_outcome(tallies, auditor.fates)


def known_code(fate: Fate) -> str:
    """The code of what was not taken; what came in may carry PLACE_UNKNOWN, a mark and no fate."""
    return "" if fate.outcome in ("accepted", "duplicate") else fate.code


def verdicts(lines: Any) -> Iterator[Verdict]:  # noqa: ANN401 - rows of a query
    for seq, (at_ms, line) in enumerate(lines, start=1):
        said = orjson.loads(line)
        assert said["seq"] == seq
        due = said.get("due_at")
        yield Verdict(
            at_ms,
            said["kind"],
            said["reason"],
            said["problem_id"],
            said["place"],
            said["tier"],
            said["category"],
            said.get("agency", ""),
            None if due is None else epoch_ms(due),
            tuple(said.get("evidence", ())),
            said["cause"],
        )


def epoch_ms(written: str) -> int:
    return round(datetime.fromisoformat(written).timestamp() * 1000)


def every_event_has_one_outcome(tallies: Any, fates: list[Fate]) -> None:  # noqa: ANN401 - rows of a query
    expected = Counter((fate.agency, fate.partition, fate.outcome) for fate in fates)
    counted = {
        (row.agency, row.partition, outcome): getattr(row, outcome)
        for row in tallies
        for outcome in ("accepted", "duplicate", "quarantined", "refused")
        if getattr(row, outcome)
    }
    assert counted == dict(expected)
