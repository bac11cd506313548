"""A frozen worker: it cannot hold the log up for long, and when it thaws it cannot write."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.tools.broker import find_free_port, start_broker
from tests.e2e.cities import City, a_year, make_city
from tests.e2e.hub_process import Database, Hub, Worker, above, looking_at

pytestmark = [pytest.mark.broker, pytest.mark.postgres, pytest.mark.slow]

EVENTS = 16_000
SEED = 77
SESSION_S = 6
TAKEOVER_WITHIN_S = SESSION_S + 12
"""The session must lapse; the rest is for the other to start, join and load on two busy cores. A row that stays
locked would hold the log up until the frozen worker thaws, which here is never before the takeover."""

KILLED, BROKEN, OWNERSHIP_LOST = -9, 70, 75
REJOINS = "re-joining group"
POSTED = "SELECT sum(posted) FROM jurisdiction"
OPEN_BATCH = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND state = 'idle in transaction' AND query ~ '^(UPDATE shard|COPY|INSERT INTO)'"
)


@dataclass(frozen=True, slots=True)
class Past:
    """A year of history that waits in the inbox, and the decisions it must lead to."""

    broker: str
    config: Path
    city: City
    decisions: bytes


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    folder = tmp_path_factory.mktemp("frozen")
    broker = start_broker(folder / "broker", find_free_port())
    city = make_city(folder / "city", "FA")
    file = folder / "year.jsonl"
    file.write_bytes(b"".join(a_year(city, EVENTS, SEED)))
    try:
        with Hub(folder / "first", broker.bootstrap, folder / "city") as hub:
            hub.prepare()
            hub.say("import", file, "--backfill")
            decisions = hub.say("replay", file, "--config", hub.config, "--json")
        yield Past(broker.bootstrap, folder / "city", city, decisions)
    finally:
        broker.kill()


@pytest.fixture
def hub(past: Past, tmp_path: Path, fresh_database: Callable[[], str]) -> Iterator[Hub]:
    """A new hub with an empty PostgreSQL, which finds the whole year in the inbox."""
    with Hub(tmp_path / "hub", past.broker, past.config, fresh_database()) as hub:
        hub.say("db", "upgrade")
        yield hub


def freeze(hub: Hub, database: Database, worker: Worker, *, inside: bool) -> None:
    """Stop a worker half-way through the year, inside its open transaction or outside any."""
    hub.wait_until("the first batch", above(database.taken, 0))
    while True:
        if inside:
            hub.wait_until("an open batch", lambda: database.number(OPEN_BATCH) > 0, within_s=20)
        worker.send(signal.SIGSTOP)
        # What PostgreSQL was still working on when the worker stopped ends within this.
        hub.wait_until("PostgreSQL is done", lambda: database.number(BUSY) == 0)
        if (database.number(OPEN_BATCH) > 0) == inside:
            break
        worker.send(signal.SIGCONT)
    assert database.entries() < EVENTS, "the worker was faster than the test"


BUSY = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND state = 'active' AND query ~ '^(UPDATE shard|INSERT INTO)'"
)


def is_exact(hub: Hub, past: Past, database: Database) -> bool:
    """Whether the year was taken once: decisions as replayed, no row doubled or lost."""
    hub.wait_until("the year is taken", lambda: database.entries() >= EVENTS)
    return (
        hub.say("decisions", "--json") == past.decisions
        and database.number("SELECT count(*) FROM journal") == EVENTS
        and database.number("SELECT count(DISTINCT number) FROM outbox") == database.number(POSTED)
        and database.number("SELECT count(*) FROM decision") == past.decisions.count(b"\n")
    )


def take_over(hub: Hub, database: Database) -> float:
    """Start a second worker; gives the seconds until it has written."""
    taken, since = database.taken(), time.monotonic()
    hub.start("linkage")
    hub.wait_until("the other takes over", above(database.taken, taken))
    return time.monotonic() - since


def test_a_worker_frozen_inside_its_transaction_is_replaced_and_ends_when_it_thaws(
    hub: Hub, past: Past
) -> None:
    with looking_at(hub) as database:
        frozen = hub.start("linkage")
        freeze(hub, database, frozen, inside=True)

        takeover_s = take_over(hub, database)
        frozen.send(signal.SIGCONT)

        assert frozen.left() in (BROKEN, OWNERSHIP_LOST), frozen.said()
        assert frozen.said().count('"event": "worker ended"') == 1
        assert takeover_s < TAKEOVER_WITHIN_S
        assert is_exact(hub, past, database)
        assert hub.workers[-1].status is None


def test_a_worker_frozen_between_batches_is_replaced_and_ends_when_it_thaws(hub: Hub, past: Past) -> None:
    with looking_at(hub) as database:
        frozen = hub.start("linkage")
        freeze(hub, database, frozen, inside=False)

        takeover_s = take_over(hub, database)
        frozen.send(signal.SIGCONT)

        # With a batch in hand it ends at the fence; without one its clock sees that the shard has another owner.
        assert frozen.left() in (BROKEN, OWNERSHIP_LOST), frozen.said()
        assert takeover_s < TAKEOVER_WITHIN_S
        assert is_exact(hub, past, database)
        assert hub.workers[-1].status is None


def test_two_workers_with_one_member_id_stay_exact(hub: Hub, past: Past) -> None:
    with looking_at(hub) as database:
        first = hub.start("linkage", member="same")
        hub.wait_until("the first batch", above(database.taken, 0))
        second = hub.start("linkage", member="same")
        hub.wait_until(
            "one ended, or each took the group from the other",
            lambda: first.status is not None or (REJOINS in first.said() and REJOINS in second.said()),
        )
        first.kill()
        # The second may still be on its way out, the shard being the other's when it wrote: an exit is the normal
        # answer, and its supervisor starts it again.
        hub.wait_until("the year is taken", lambda: taken_by(hub, second, database))

        assert is_exact(hub, past, database)
        assert {first.status, second.status} <= {None, KILLED, BROKEN, OWNERSHIP_LOST}


def taken_by(hub: Hub, worker: Worker, database: Database) -> bool:
    """Whether the year is taken; a worker that ended before is started again, as its supervisor would."""
    if database.entries() >= EVENTS:
        return True
    if worker.status is not None and hub.workers[-1].status is not None:
        hub.start("linkage", member="same")
    return False
