"""A year of history, the linkage worker killed ten times on its way: the same rows to the byte, on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from hub.tools.broker import find_free_port, start_broker
from tests.e2e.cities import City, a_year, make_city
from tests.e2e.hub_process import Database, Hub, above, looking_at

pytestmark = [pytest.mark.broker, pytest.mark.slow]

EVENTS = 25_000
KILLS = 10
SEED = 20260302
TABLES = {
    "decision": "jurisdiction, seq",
    "journal": "jurisdiction, number",
    "outbox": "jurisdiction, number",
    "matter": "jurisdiction, key",
    "problem": "jurisdiction, id",
    "source": "jurisdiction, agency, partition",
    "jurisdiction": "code",
}


@dataclass(frozen=True, slots=True)
class Calm:
    """The history in the inbox, and the hub that took it undisturbed."""

    hub: Hub
    city: City
    file: Path
    records: int
    tables: dict[str, list[tuple[object, ...]]]


def tables(database: Database) -> dict[str, list[tuple[object, ...]]]:
    return {name: database.table(name, key) for name, key in TABLES.items()}


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calm]:
    folder = tmp_path_factory.mktemp("killed")
    broker = start_broker(folder / "broker", find_free_port())
    city = make_city(folder / "city", "KA")
    file = folder / "year.jsonl"
    file.write_bytes(b"".join(a_year(city, EVENTS, SEED)))
    try:
        with Hub(folder / "calm", broker.bootstrap, folder / "city") as hub:
            hub.prepare()
            hub.say("import", file, "--backfill")
            worker = hub.start("linkage")
            with looking_at(hub) as database:
                hub.wait_until("the year is taken", lambda: database.entries() == EVENTS)
                assert worker.stop() == 0
                # Ticks, which say nothing in a backfill, follow the history: kills aim below its end.
                records = EVENTS // 500
                yield Calm(hub, city, file, records, tables(database))
    finally:
        broker.kill()


def kill_on_the_way(hub: Hub, database: Database) -> int:
    """Kill the worker ten times, each time a random moment after it got on; gives how far it had come then."""
    chance, moment = random.Random(SEED), Event()
    taken = 0
    for _ in range(KILLS):
        worker = hub.start("linkage", member="one")
        hub.wait_until(f"more than {taken} records", above(database.taken, taken))
        moment.wait(chance.uniform(0, 0.03))
        worker.kill()
        taken = database.taken()
    return taken


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_ten_kills_leave_the_rows_of_a_calm_run(
    calm: Calm, kind: str, tmp_path: Path, fresh_database: Callable[[], str]
) -> None:
    database_url = fresh_database() if kind == "postgres" else ""
    with (
        Hub(tmp_path / "hub", calm.hub.broker, calm.hub.config, database_url) as hub,
        looking_at(hub) as database,
    ):
        hub.say("db", "upgrade")

        reached = kill_on_the_way(hub, database)
        worker = hub.start("linkage", member="one")
        hub.wait_until("the rest is taken", lambda: database.entries() == EVENTS)
        worker.stop()

        assert reached < calm.records, "the last kill came after the end"
        assert database.number("SELECT owner_epoch FROM shard") == KILLS + 1
        killed = tables(database)
        for name in TABLES:
            assert killed[name] == calm.tables[name], name
        assert hub.say("decisions", "--json") == calm.hub.say("decisions", "--json")


def test_the_history_is_decided_as_a_replay_of_its_file_decides(calm: Calm) -> None:
    decided = calm.hub.say("decisions", "--json")

    assert decided.count(b'"kind":"tier_raised"') > 100
    assert decided == calm.hub.say("replay", calm.file, "--config", calm.hub.config, "--json")


def test_the_outcomes_of_the_journal_are_those_of_a_replay(calm: Calm) -> None:
    told = calm.hub.rows_said("replay", calm.file, "--config", calm.hub.config, "--outcomes")

    with looking_at(calm.hub) as database:
        kept = database.rows(
            "SELECT position / 512, event_id, outcome, code, pointer FROM journal ORDER BY number"
        )

    assert [(t["line"], t["id"], t["outcome"], t.get("code"), t.get("pointer")) for t in told] == [
        (
            line,
            event,
            outcome,
            code if outcome in ("refused", "quarantined") else None,
            pointer if outcome in ("refused", "quarantined") else None,
        )
        for line, event, outcome, code, pointer in kept
    ]


def test_every_received_line_is_in_one_tally(calm: Calm) -> None:
    rows = calm.hub.rows_said("events", "tally")

    assert sum(row["received"] for row in rows) == len(calm.tables["journal"])
    for row in rows:
        assert row["received"] == sum(row[o] for o in ("accepted", "duplicate", "quarantined", "refused"))
    assert {o for row in rows for o in ("accepted", "duplicate", "refused") if row[o]} == {
        "accepted",
        "duplicate",
        "refused",
    }
