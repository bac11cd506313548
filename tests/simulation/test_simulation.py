"""Years of a city with crashes: the same rows as without, the same decisions as a naive second hub, nothing missed.

`SEEDS=5000` asks for more seasons than continuous integration does. A failing season names itself.
"""

from __future__ import annotations

import os
import shutil
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, event, select

from hub.schemas.commands import COMMANDS
from hub.store import tables
from hub.store.audit import missed
from hub.store.database import open_database, upgrade
from hub.store.dialect import writer
from hub.store.outbox import Outgoing
from tests.simulation.log import Log, build_log
from tests.simulation.nouns import Fate, Verdict
from tests.simulation.workload import season
from tests.simulation.world import Owners, Wire, run_calmly

FIRST = int(os.environ.get("FIRST", "0"))
SEEDS = int(os.environ.get("SEEDS", "300"))
HELD_EQUAL = (
    tables.JOURNAL,
    tables.MATTER,
    tables.PROBLEM,
    tables.MEMBER,
    tables.TASK,
    tables.NOTICE,
    tables.CLOCK,
    tables.PRECEDENT,
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


def test_seasons_with_crashes_end_like_calm_ones(template: Path) -> None:
    """On every core, as the seasons are many; what fails names its seed."""
    seeds = range(FIRST, FIRST + SEEDS)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        told = [text for text in pool.map(partial(tell, template=template), seeds, chunksize=5) if text]

    assert not told, "\n".join(told)


def tell(seed: int, template: Path) -> str:
    """Play a season in this process; gives what went wrong and how to see it again, or nothing."""
    with TemporaryDirectory(dir=template.parent) as folder, pytest.MonkeyPatch.context() as bounds:
        # Small bounds, so that a season meets them: matters leave memory, and one poll is many transactions.
        bounds.setattr("hub.store.save.MATTERS_CACHED_MAX", 3)
        bounds.setattr("hub.store.shard.BATCH_EVENTS_MAX", 9)
        try:
            play(seed, Databases(template, Path(folder)))
        except Exception:  # noqa: BLE001 (whatever it is, it has a seed)
            again = f"FIRST={seed} SEEDS=1 .venv/bin/pytest tests/simulation/test_simulation.py"
            return f"season {seed}, again with: {again}\n{traceback.format_exc(limit=-4)}"
    return ""


def play(seed: int, databases: Databases) -> None:
    """Take one season calmly, and again with crashes and take-overs: the same rows, and what the auditor says."""
    random = Random(seed)
    log = build_log(random, season(random))
    calm, faulty = databases.new("calm"), databases.new("faulty")
    run_calmly(calm, log)
    wire = Wire()

    Owners(random, faulty, log, wire, lambda: nothing_is_late(faulty)).run()

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
    """Seasons without problems, crashes, answers or repeats would prove nothing."""
    said: Counter[str] = Counter()
    for seed in range(150):
        random = Random(seed)
        log = build_log(random, season(random))
        for auditor in log.auditors.values():
            verdicts = auditor.book.verdicts
            said.update(f"{verdict.kind} {verdict.reason}" for verdict in verdicts)
            said.update(fate.outcome for fate in auditor.fates)
            said.update(fate.code for fate in auditor.fates)
            said.update(f"held by {v.tier}" for v in verdicts if v.kind == "tier_raised")
            said.update(case.phase for case in auditor.book.cases)

    assert {name for name in WORTH.split() if said[name.replace("/", " ")] < 3} == set()


WORTH = """
problem_suspected/FREQUENT problem_confirmed/AUTO problem_confirmed/OPERATOR problem_confirmed/UNANSWERED
problem_reinforced/NEW_MATTER problem_dismissed/EXPECTED problem_merged/OPERATOR problem_merged/ROLLED_UP
problem_split/OPERATOR problem_settled/GATE problem_settled/FORCED problem_closed/WATCH_QUIET
problem_rebounded/NEW_MATTER problem_rebounded/OPERATOR
tier_raised/CLOCK_EXPIRED tier_raised/NOT_ACCEPTED tier_raised/SEVERITY tier_raised/CHILD_AREAS tier_raised/FLOOR
tier_raised/AGENCIES tier_raised/NO_HOLDER tier_raised/OPERATOR tier_lowered/OPERATOR
lead_named/CATEGORY lead_named/TERRITORY lead_named/PRECEDENT lead_named/RULED lead_named/OPERATOR
task_cut/LEAD task_cut/PRECEDENT task_cut/RECUT task_cut/RULED task_cut/OPERATOR
task_accepted/AGENCY task_accepted/OPERATOR task_returned/AGENCY task_done/AGENCY task_waived/OPERATOR
task_verified/REVISIT task_verified/ON_SITE task_reopened/NOT_VERIFIED
arbitration_opened/SECOND_RETURN arbitration_ruled/RULED extension_granted/OPERATOR ledgered/OPERATOR
nudged/NOT_ACCEPTED nudged/DUE_SOON nudged/SILENT nudged/REVIEW_DUE nudged/CLOCK_EXPIRED
supervised/UNANSWERED circulated/UNANSWERED listed/UNANSWERED listed/NOT_DONE interviewed/OPERATOR
held/by/township held/by/county held/by/city treating closed dismissed merged
accepted duplicate quarantined refused
policy_adopted/ADOPTED UNKNOWN_POLICY CODES_MISSING SECOND_PERSON
UNKNOWN_MATTER UNKNOWN_TASK UNKNOWN_PROBLEM UNKNOWN_AGENCY NOT_ALLOWED NOT_AT_TIER NOTHING_ASKED TOO_LATE
MALFORMED NOT_CLOUDEVENT SOURCE_MISMATCH SCHEMA_INVALID PLACE_UNKNOWN CATEGORY_UNKNOWN RESTRICTED_CLASS
CLOCK_SKEW TOO_OLD PLACE_OUTSIDE_TERRITORY NOT_THE_ACTOR OUTSIDE_TERRITORY
"""


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


def nothing_is_late(engine: Engine) -> None:
    """No clock still runs that the log's own clock has passed."""
    sql = writer(engine)
    late = sql.fetch(
        "SELECT clock.id FROM clock JOIN jurisdiction ON clock.jurisdiction = jurisdiction.code"
        " WHERE clock.running AND clock.due_ms < jurisdiction.hub_ms"
    )
    sql.close()
    assert late == []


def nothing_is_missed(engine: Engine, log: Log) -> None:
    """Nothing is late; where one policy held throughout, the hub's own auditor finds nothing either."""
    nothing_is_late(engine)
    if not any(auditor.adoptions for auditor in log.auditors.values()):
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


def the_auditor_agrees(engine: Engine, log: Log, city: str) -> None:
    auditor = log.auditors[city]
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
    assert list(verdicts(lines)) == auditor.book.verdicts
    assert auditor.unexplained() == []
    assert parts(engine, city) == {
        (part.number, part.agency, part.role, part.phase, part.due)
        for case in auditor.book.cases
        for part in case.parts
    }
    every_event_has_one_outcome(tallies, auditor.fates)


def parts(engine: Engine, city: str) -> set[tuple[str, str, str, str, int | None]]:
    """Every task: its number, its agency, what that is in the round, how far it came, and by when it is due."""
    task = tables.TASK
    columns = select(task.c.id, task.c.agency, task.c.role, task.c.phase, task.c.due_ms)
    with engine.connect() as sql:
        return {tuple(row) for row in sql.execute(columns.where(task.c.jurisdiction == city))}


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
            said.get("problem_id", ""),
            said["place"],
            said["tier"],
            said.get("category", ""),
            said.get("agency", ""),
            said.get("task_id", ""),
            None if due is None else epoch_ms(due),
            tuple(said.get("evidence", ())),
            said.get("into", ""),
            said["cause"],
            said["policy"],
        )


def epoch_ms(written: str) -> int:
    return round(datetime.fromisoformat(written).timestamp() * 1000)


def every_event_has_one_outcome(tallies: Any, fates: list[Fate]) -> None:  # noqa: ANN401 - rows of a query
    events = (fate for fate in fates if fate.agency != COMMANDS)
    expected = Counter((fate.agency, fate.partition, fate.outcome) for fate in events)
    counted = {
        (row.agency, row.partition, outcome): getattr(row, outcome)
        for row in tallies
        for outcome in ("accepted", "duplicate", "quarantined", "refused")
        if getattr(row, outcome)
    }
    assert counted == dict(expected)
