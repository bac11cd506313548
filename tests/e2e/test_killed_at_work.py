"""Months with replies, commands and due clocks; worker and relay killed on the way: nothing missed, nothing doubled.

`KILLS=20` asks for more kills than continuous integration has time for.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from hub.tools.broker import find_free_port, start_broker
from hub.topology import ESCALATIONS, NOTICES, PROBLEMS, TASKS, orders_topic
from tests.e2e.cities import City, make_city
from tests.e2e.hub_process import Database, Hub, above, looking_at
from tests.e2e.topics import read_topics

pytestmark = [pytest.mark.broker, pytest.mark.slow]

KILLS = int(os.environ.get("KILLS", "6"))
SEED = 20250303
PER_DAY = 40 * KILLS
"""A life takes a few transactions of 2,000 events before it is killed: so the more kills, the more work there is."""

MONTHS = ("--days", 120, "--per-day", PER_DAY, "--start", "2025-03-03", "--seed", SEED)
NOTICE_KINDS = ("nudged", "supervised", "circulated", "interviewed", "listed", "vetoed")


@dataclass(frozen=True, slots=True)
class Calm:
    """The months in the inbox, and the hub that took them undisturbed."""

    hub: Hub
    city: City
    entries: int
    decisions: list[str]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calm]:
    folder = tmp_path_factory.mktemp("work")
    broker = start_broker(folder / "broker", find_free_port())
    city = make_city(folder / "city", "WA")
    try:
        with Hub(folder / "calm", broker.bootstrap, folder / "city") as hub:
            hub.prepare()
            (loaded,) = hub.rows_said("simulate", "--backfill", *MONTHS)
            worker = hub.start("linkage")
            with looking_at(hub) as database:
                hub.wait_until("the months are taken", lambda: is_over(database, loaded["events"]))
                assert worker.stop() == 0
                yield Calm(hub, city, loaded["events"], decisions(database))
    finally:
        broker.kill()


def is_over(database: Database, entries: int) -> bool:
    """Whether all was taken, its clock started, and all was said."""
    live = database.number("SELECT count(*) FROM jurisdiction WHERE NOT backfilling")
    posted = database.rows("SELECT jurisdiction, max(number) FROM outbox GROUP BY 1")
    told = database.rows("SELECT jurisdiction, sent FROM relay")
    return bool(live) and database.entries() == entries and posted == told


def decisions(database: Database) -> list[str]:
    return [line for (line,) in database.rows("SELECT line FROM decision ORDER BY seq")]


def kill_at_work(hub: Hub, database: Database) -> list[int]:
    """Kill the worker a random moment after it took something, or its relay sent something, in turn.

    Gives how far the log had been taken at each kill.
    """
    chance, moment = random.Random(SEED), Event()
    reached = []

    def sent() -> int:
        return database.number("SELECT sum(sent) FROM relay")

    for number in range(KILLS):
        ask: Callable[[], int] = database.taken if number % 2 else sent
        before = ask()
        worker = hub.start("linkage", member="one")
        hub.wait_until(f"more than {before} of kill {number}", above(ask, before))
        moment.wait(chance.uniform(0, 0.05))
        worker.kill()
        reached.append(database.entries())
    return reached


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_kills_at_work_leave_the_decisions_of_the_calm_run(
    calm: Calm, kind: str, tmp_path: Path, fresh_database: Callable[[], str]
) -> None:
    database_url = fresh_database() if kind == "postgres" else ""
    with (
        Hub(tmp_path / "hub", calm.hub.broker, calm.hub.config, database_url) as hub,
        looking_at(hub) as database,
    ):
        hub.say("db", "upgrade")

        reached = kill_at_work(hub, database)
        worker = hub.start("linkage", member="one")
        hub.wait_until("the rest is taken and said", lambda: is_over(database, calm.entries))
        assert worker.stop() == 0

        at_work = [entries for entries in reached if entries < calm.entries]
        assert len(at_work) >= KILLS / 2, "most kills came after the end"
        assert decisions(database) == calm.decisions
        nothing_is_missed_or_doubled(hub, database)
        all_is_said_in_order(hub, database, calm.city)


def nothing_is_missed_or_doubled(hub: Hub, database: Database) -> None:
    """The auditor finds nothing; each task was cut once, each notice given once."""
    hub.say("audit", "escalations")
    lines = [json.loads(line) for line in decisions(database)]
    cut = [line["task_id"] for line in lines if line["kind"] == "task_cut"]
    assert len(set(cut)) == len(cut) == database.number("SELECT count(*) FROM task WHERE role <> 'copy'")
    given = sum(line["kind"] in NOTICE_KINDS for line in lines)
    assert given == database.number("SELECT count(*) FROM notice") > 0


def all_is_said_in_order(hub: Hub, database: Database, city: City) -> None:
    """What the topics hold, repeats left out, is the outbox in the order of each key."""
    outbox: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for topic, key, body in database.rows("SELECT topic, key, body FROM outbox ORDER BY number"):
        if not topic.endswith(".receipts.v1"):
            outbox[topic, key].append(body)
    heard: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    orders = [orders_topic(agency) for agency in city.agencies]
    for record in read_topics(hub.broker, [PROBLEMS, ESCALATIONS, TASKS, NOTICES, *orders]):
        heard[record.topic, (record.key or b"").decode()].append((record.value or b"").decode())
    assert {where: list(dict.fromkeys(bodies)) for where, bodies in heard.items()} == outbox


def test_the_months_are_worth_their_time(calm: Calm) -> None:
    """Without answers, notices and rises the kills would prove little."""
    said = Counter(json.loads(line)["kind"] for line in calm.decisions)

    wanted = ("task_accepted", "task_returned", "task_done", "task_verified", "nudged", "tier_raised")
    assert {kind for kind in (*wanted, "problem_settled", "problem_closed") if said[kind] < 3} == set()
