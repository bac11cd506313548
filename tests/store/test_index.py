"""The register in memory says what the rows say: after every batch of a season, after crashes, merges and splits."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select, text

from hub.policies.load import load_policy
from hub.policies.models import Policy, Tier
from hub.schemas.commands import Command, MergeProblems, SplitProblem
from hub.schemas.inbox import encode_message
from hub.store.dialect import writer
from hub.store.screens.index import Index
from hub.store.screens.register import FILTERS, NEVER_MS, Found, Wanted, clock_state
from hub.store.screens.scope import Scope, problem_rows, subtree
from hub.store.shard import InboxRecord, acquire, take
from hub.store.tables import JURISDICTION, PROBLEM, SHARD
from hub.tools.simulate.year import Year
from tests.simulation.world import Crash, FaultyWriter
from tests.store.shards import a_database, migrated
from tests.store.test_screens import a_problem

SANMING = Path(__file__).resolve().parents[2] / "deploy" / "jurisdictions" / "sanming"
HOUR = 3_600_000
NOW = 1_795_500_000_000
LOOKS = 0.25
"""The share of batches after which the index is asked: each asks it nine ways, what lies between comes along."""
Fields = dict[str, Any]


@cache
def sanming() -> Policy:
    return load_policy(SANMING)


@cache
def a_season() -> tuple[InboxRecord, ...]:
    start = datetime.now(sanming().zone) - timedelta(14)
    at_ms = round(start.timestamp() * 1000) + 15 * 24 * HOUR
    messages = Year(sanming(), 3, start, 14, 250).messages()
    return tuple(
        InboxRecord(number, at_ms, encode_message(message)) for number, message in enumerate(messages)
    )


def scopes(rows: Sequence[Fields]) -> list[Scope]:
    """The city, a county, an agency, a county's agency, and each of them looking at one township alone."""
    policy = sanming()
    held = [policy.places[row["place"]] for row in rows]
    place = next(place for place in (*held, *policy.places.values()) if place.tier is Tier.VILLAGE)
    township, county = (subtree(policy, code) for code in place.chain[1:3])
    lead = next((row["lead"] for row in rows if row["lead"]), "grid-service")
    whole = [
        Scope(policy.jurisdiction, None),
        Scope(policy.jurisdiction, county),
        Scope(policy.jurisdiction, frozenset(), lead),
        Scope(policy.jurisdiction, county, lead),
    ]
    return [*whole, *(scope.narrowed(township) for scope in whole)]


def questions(rows: Sequence[Fields], now_ms: int) -> list[Wanted]:
    """Nothing, each filter by a value that there is, two at once, and every way to search."""
    row = rows[len(rows) // 2] if rows else dict.fromkeys((*FILTERS, "place", "category", "id"), "-")
    kinds = frozenset({row["category"]})
    some = Found(frozenset({row["place"]}), kinds, frozenset())
    return [
        Wanted({}),
        Wanted({"phase": (row["phase"], "closed"), "tier": (row["tier"],)}, sort="matters"),
        Wanted({"clock": ("done", "normal"), "rule": (row["rule"],)}, sort="opened"),
        Wanted({"lead": (row["lead"], "no-such-agency")}),
        Wanted({"kind": tuple(kinds)}, kinds),
        Wanted({}, number=row["id"][:-1]),
        Wanted({"phase": ("closed",)}, words=(some, some._replace(agencies=frozenset({row["lead"]})))),
        Wanted({}, words=(Found(frozenset(), frozenset(), frozenset()),)),
        Wanted({}, since_ms=now_ms - 5 * 24 * HOUR),
    ]


def recounted(sql: Connection, scope: Scope, now_ms: int) -> list[Fields]:
    """All rows of a scope, by the condition that guards every query."""
    query = select(PROBLEM, clock_state(now_ms).label("clock")).where(problem_rows(scope))
    return [{**row, "kind": row["category"]} for row in sql.execute(query).mappings()]


def is_searched(row: Fields, wanted: Wanted) -> bool:
    return (
        (wanted.since_ms is None or row["opened_ms"] > wanted.since_ms)
        and row["id"].startswith(wanted.number)
        and all(
            row["place"] in word.places or row["category"] in word.kinds or row["lead"] in word.agencies
            for word in wanted.words
        )
    )


def leaves(row: Fields, wanted: Wanted, but: str = "") -> bool:
    return all(row[name] in values for name, values in wanted.chosen.items() if values and name != but)


def in_order(rows: list[Fields], sort: str) -> list[str]:
    def key(row: Fields) -> tuple[int, str]:
        if sort == "due":
            return (NEVER_MS if row["due_ms"] is None else row["due_ms"], row["id"])
        return (-row["opened_ms" if sort == "opened" else sort], row["id"])

    return [row["id"] for row in sorted(rows, key=key)]


def says_what_rows_say(index: Index, sql: Connection, now_ms: int, pick: slice = slice(None)) -> int:
    """Hold every answer of an index against a fresh recount; gives how many problems there are."""
    every = recounted(sql, Scope(index.jurisdiction, None), now_ms)
    for scope in scopes(every)[pick]:
        rows = recounted(sql, scope, now_ms)
        for wanted in questions(every, now_ms):
            searched = [row for row in rows if is_searched(row, wanted)]
            left = [row for row in searched if leaves(row, wanted)]
            counts = index.counts(sql, scope, wanted, {}, now_ms)
            assert counts.total == index.total(sql, scope, wanted, now_ms) == len(left)
            for name in FILTERS:
                assert counts.facets[name] == Counter(
                    row[name] for row in searched if leaves(row, wanted, name)
                ), name
            assert index.by_place(sql, scope, wanted, now_ms) == Counter(row["place"] for row in left)
            page = index.page(sql, scope, wanted, now_ms, 10_000)
            assert [row["id"] for row in page] == in_order(left, wanted.sort)
    return len(every)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def season(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A season taken by a worker that dies again and again, an index looking on from its first batch to its end."""
    made = (
        a_database(tmp_path_factory.mktemp("index"))
        if request.param == "sqlite"
        else migrated(request.getfixturevalue("postgres_server").fresh_database())
    )
    follow_a_season(made)
    yield made
    made.dispose()


def follow_a_season(engine: Engine) -> None:
    policy, records, chance = sanming(), a_season(), random.Random(7)
    index, crashes = Index(policy.jurisdiction), 0
    sql = writer(engine)
    shard = acquire(sql, 0, "a-topic", {policy.jurisdiction: policy})
    while shard.next_offset < len(records):
        batch = records[shard.next_offset : shard.next_offset + 4]
        try:
            list(take(shard, FaultyWriter(sql, chance.randint(1, 80)), batch))
        except Crash:
            crashes += 1
            sql.rollback()
            shard = acquire(sql, 0, "a-topic", {policy.jurisdiction: policy})
        if chance.random() > LOOKS:
            continue
        with engine.connect() as read:
            at = chance.randrange(8)
            says_what_rows_say(index, read, batch[-1].at_ms, slice(at, at + 1))
    sql.close()
    assert crashes > 5


def test_after_a_season_with_crashes_all_its_answers_are_those_of_a_recount(season: Engine) -> None:
    late = Index(sanming().jurisdiction)

    with season.connect() as sql:
        assert says_what_rows_say(late, sql, a_season()[-1].at_ms) > 10


def test_merging_and_splitting_move_the_counts_along(season: Engine) -> None:
    policy, at_ms = sanming(), a_season()[-1].at_ms
    index = Index(policy.jurisdiction)
    with season.connect() as read:
        before = says_what_rows_say(index, read, at_ms, slice(4))
        big, other = read.execute(
            text("SELECT id FROM problem WHERE phase = 'treating' ORDER BY matters DESC, id LIMIT 2")
        ).scalars()
        own = "SELECT matter FROM member WHERE problem_id = :number AND counts ORDER BY matter LIMIT 2"
        matters = tuple(read.execute(text(own), {"number": big}).scalars())
    asked: list[Command] = [
        SplitProblem(jurisdiction=policy.jurisdiction, id="split-1", problem_id=big, matters=matters),
        MergeProblems(jurisdiction=policy.jurisdiction, id="merge-1", problem_id=big, others=(other,)),
    ]

    sql = writer(season)
    shard = acquire(sql, 0, "a-topic", {policy.jurisdiction: policy})
    for command in asked:
        list(take(shard, sql, [InboxRecord(shard.next_offset, at_ms, encode_message(command))]))
        with season.connect() as read:
            after = says_what_rows_say(index, read, at_ms, slice(4))
    sql.close()

    assert after == before + 1
    with season.connect() as read:
        merged = text("SELECT phase FROM problem WHERE id = :number")
        assert read.execute(merged, {"number": other}).scalar_one() == "merged"


def test_who_asks_while_a_worker_writes_never_counts_a_problem_twice_or_not_at_all(tmp_path: Path) -> None:
    policy, records = sanming(), a_season()
    engine, index, ended = a_database(tmp_path), Index(policy.jurisdiction), Event()
    wrong: list[object] = []

    def ask() -> None:
        while not ended.is_set():
            with engine.connect() as sql:
                counts = index.counts(sql, Scope(policy.jurisdiction, None), Wanted({}), {}, records[0].at_ms)
            if any(facet.total() != counts.total for facet in counts.facets.values()):
                wrong.append(counts)

    askers = [Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    sql = writer(engine)
    shard = acquire(sql, 0, "a-topic", {policy.jurisdiction: policy})
    for start in range(0, len(records), 20):
        list(take(shard, sql, records[start : start + 20]))
    sql.close()
    ended.set()
    for asker in askers:
        asker.join()

    assert wrong == []
    with engine.connect() as read:
        assert says_what_rows_say(index, read, records[-1].at_ms) > 10
    engine.dispose()


def test_a_city_that_another_shard_holds_now_is_read_anew(engine: Engine) -> None:
    index = Index("TA")
    with engine.begin() as sql:
        sql.execute(insert(PROBLEM), [a_problem(1)])
        sql.execute(
            insert(SHARD),
            [{"shard": n, "next_offset": 90 - n, "owner_epoch": 1, "topic_id": "t"} for n in (0, 1)],
        )
        sql.execute(insert(JURISDICTION), [{**a_city(), "shard": 0}])
    with engine.connect() as sql:
        assert index.total(sql, Scope("TA", None), Wanted({}), NOW) == 1

    with engine.begin() as sql:
        sql.execute(insert(PROBLEM), [a_problem(2)])
        sql.execute(text("UPDATE jurisdiction SET shard = 1"))

    with engine.connect() as sql:
        assert index.total(sql, Scope("TA", None), Wanted({}), NOW) == 2


def a_city() -> Fields:
    counters = dict.fromkeys(("hub_ms", "entries", "said", "opened", "posted"), 0)
    return {"code": "TA", **counters, "backfilling": False, "policy": ""}
