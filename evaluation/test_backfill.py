"""A year of a real city through Kafka into SQL: nothing lost, nothing twice, also when the worker dies."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from evaluation.boston import STAFF
from evaluation.conftest import Boston
from hub.tools.bench.stand import Stand
from hub.tools.broker import Broker
from tests.postgres import Postgres

KILLS = 10
DRAINED_WITHIN_S = 300
COMPARED = {
    "decision": "jurisdiction, seq",
    "journal": "jurisdiction, number",
    "outbox": "jurisdiction, number",
    "problem": "jurisdiction, id",
    "matter": "jurisdiction, key",
    "source": "jurisdiction, agency, partition",
}


@pytest.fixture(scope="module")
def calm(boston: Boston, node: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The undisturbed run, on SQLite: imported, drained, workers gone."""
    folder = tmp_path_factory.mktemp("calm")
    stand = Stand(folder, boston.config, node.bootstrap, f"sqlite:///{folder}/hub.db")
    stand.prepare()
    started = time.monotonic()
    stand.run("import", str(boston.table), "--mapping", str(boston.mapping), "--backfill", "--json")
    imported = time.monotonic()
    with stand:
        stand.work("linkage", "calm")
        stand.wait_drained(DRAINED_WITHIN_S)
        linked = time.monotonic()
        wait_relayed(stand)
        relayed = time.monotonic()
        print(
            f"\nimport {imported - started:.1f} s, linkage {linked - imported:.1f} s with boot,"
            f" rest of the relay {relayed - linked:.1f} s"
        )
        stand.stop()
        yield stand


def wait_relayed(stand: Stand) -> None:
    """Wait until the outbox is empty to its end."""
    waiting = "SELECT (SELECT max(number) FROM outbox) - (SELECT max(sent) FROM relay)"
    behind = "SELECT count(*) FROM relay"
    stand.wait_until(lambda: stand.number(behind) > 0 and stand.number(waiting) == 0, 120, "outbox relayed")


def table(stand: Stand, name: str, order: str) -> list[tuple[object, ...]]:
    with stand.sql() as sql:
        return [tuple(row) for row in sql.execute(text(f"SELECT * FROM {name} ORDER BY {order}"))]


def test_the_importer_judges_a_dry_run_like_the_real_one(boston: Boston, calm: Stand) -> None:
    said = calm.run("import", str(boston.table), "--mapping", str(boston.mapping), "--dry-run", "--json")

    with calm.sql() as sql:
        rows = sql.execute(text("SELECT outcome, count(*) FROM journal GROUP BY 1")).tuples().all()
    assert json.loads(said)["outcomes"] == dict(rows)


def test_every_row_that_is_no_staff_batch_ends_in_one_outcome(boston: Boston, calm: Stand) -> None:
    staff = sum(row["Source"] in STAFF for row in boston.rows)
    sent: Counter[tuple[str, int]] = Counter()
    for line in filter(None, boston.lines.read_bytes().splitlines()):
        sent[json.loads(line)["source"].rpartition(":")[2], -1] += 1

    tally = [json.loads(line) for line in calm.run("events", "tally", "--json").splitlines()]

    with calm.sql() as sql:
        codes = sql.execute(text("SELECT outcome, code, count(*) FROM journal GROUP BY 1, 2")).all()
        kinds = sql.execute(text("SELECT kind, count(*) FROM decision GROUP BY 1 ORDER BY 2 DESC")).all()
    print(f"\nrows {len(boston.rows)}, staff batches {staff}, remaining {sent.total()}, agencies {len(sent)}")
    print(*(f"{outcome} {code}: {number}" for outcome, code, number in codes), sep="\n")
    print(*(f"{kind}: {number}" for kind, number in kinds), sep="\n")
    received = Counter({(row["agency"], row["partition"]): row["received"] for row in tally})
    assert received == sent
    assert sent.total() == len(boston.rows) - staff
    for row in tally:
        assert row["received"] == sum(
            row[name] for name in ("accepted", "duplicate", "quarantined", "refused")
        )
    assert calm.number("SELECT count(*) FROM journal") == sent.total()


def test_decisions_of_the_backfill_are_byte_equal_to_a_replay(boston: Boston, calm: Stand) -> None:
    decided = calm.run("decisions", "--json")

    replayed = calm.run("replay", str(boston.lines), "--config", str(boston.config), "--json")

    assert decided.count(b"\n") > 1000
    assert decided == replayed


def test_outcomes_of_the_backfill_are_those_of_a_replay(boston: Boston, calm: Stand) -> None:
    said = calm.run("replay", str(boston.lines), "--config", str(boston.config), "--outcomes", "--json")

    with calm.sql() as sql:
        taken = [
            tuple(row)
            for row in sql.execute(text("SELECT event_id, outcome, code FROM journal ORDER BY number"))
        ]
    lines = [json.loads(line) for line in said.splitlines()]
    assert [(line["id"], line["outcome"], line.get("code", "")) for line in lines] == taken


def test_nothing_should_have_risen_and_has_not(calm: Stand) -> None:
    findings = [json.loads(line) for line in calm.run("doctor", "--json").splitlines()]

    assert [finding for finding in findings if not finding["ok"]] == []


def kill_often(stand: Stand, seed: int, events: int) -> int:
    """Kill the linkage worker at random moments of its progress, starting it again each time."""
    rng = random.Random(seed)
    for number in range(KILLS):
        worker = stand.work("linkage", "killed")
        done = stand.entries()
        step = rng.randrange(1, max(2, (events - done) // (KILLS + 1 - number)))
        stand.wait_until(lambda goal=done + step: stand.entries() >= goal, 60, "progress", every_s=0.001)  # type: ignore[misc]
        # Into the next batch: before, within or after its transaction.
        time.sleep(rng.random() * 0.1)
        assert stand.entries() < events, "killed too late to disturb anything"
        worker.kill()
    stand.work("linkage", "killed")
    return KILLS


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_ten_kills_change_no_byte(
    database: str, boston: Boston, node: Broker, calm: Stand, postgres_server: Postgres, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db" if database == "sqlite" else postgres_server.fresh_database()
    events = calm.number("SELECT count(*) FROM journal")
    # The same inbox, folded anew from its beginning: SQL says where to go on, and this SQL is empty.
    stand = Stand(tmp_path, boston.config, node.bootstrap, url)
    stand.prepare()
    started = time.monotonic()

    with stand:
        kills = kill_often(stand, seed=20150101, events=events)
        stand.wait_drained(DRAINED_WITHIN_S)
        wait_relayed(stand)
        stand.stop()

        epoch = stand.number("SELECT max(owner_epoch) FROM shard")
        print(f"\n{database}: {kills} kills, epoch {epoch}, {time.monotonic() - started:.1f} s")
        assert epoch > KILLS
        for name, order in COMPARED.items():
            assert table(stand, name, order) == table(calm, name, order), name
        assert stand.run("decisions", "--json") == calm.run("decisions", "--json")
