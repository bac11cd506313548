"""The read API tells an agency what is its own, page by page, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from starlette.applications import Starlette

from hub.api.app import api_routes
from hub.api.holders import Holders
from hub.api.limits import Rate
from hub.model.lifecycle import AT_WORK
from hub.store.database import open_database
from tests.api.city import KeptLog, Served, serve
from tests.console.desks import Log
from tests.console.rows import fill

EVENTS = 3_000
PLENTY = Rate(per_s=1e6, burst=1e6)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    filled = fill(tmp_path_factory.mktemp("read"), EVENTS)
    engine = open_database(filled.url)
    holders = Holders(engine, {filled.policy.jurisdiction: filled.policy}, PLENTY, PLENTY)
    log = Log(engine, {filled.policy.jurisdiction: filled.policy}, lambda: 0)
    client = TestClient(Starlette(routes=api_routes(holders, KeptLog(), log.ask)))
    yield Served(filled.city, filled.policy, engine, KeptLog(), client)
    engine.dispose()


def pages(hub: Served, path: str, agency: str, **asked: object) -> list[dict[str, Any]]:
    """All rows, by following `next`."""
    rows: list[dict[str, Any]] = []
    cursor: dict[str, object] = {}
    while True:
        page = hub.get(path, agency, **asked, **cursor).json()
        rows += page["items"]
        if page["next"] is None:
            return rows
        cursor = {"cursor": page["next"]}


def numbers(hub: Served, query: str, **named: object) -> list[Any]:
    with hub.engine.connect() as sql:
        return list(sql.execute(text(query), named).scalars())


def test_pages_of_problems_hold_each_once_the_newest_first(hub: Served) -> None:
    rows = pages(hub, "/problems", hub.city.hotline, limit=7)

    assert len(rows) > 14
    assert sorted(row["id"] for row in rows) == sorted(
        numbers(hub, "SELECT id FROM problem WHERE phase <> 'dismissed'")
    )
    assert [row["opened_at"] for row in rows] == sorted((row["opened_at"] for row in rows), reverse=True)


def test_an_agency_sees_problems_of_its_territory_and_kinds_or_that_it_leads(hub: Served) -> None:
    inside = {code for code, place in hub.policy.places.items() if "TA-0" in place.chain}

    seen = pages(hub, "/problems", hub.city.works)

    everything = pages(hub, "/problems", hub.city.hotline)
    at_work = numbers(hub, "SELECT problem_id FROM task WHERE agency = :agency", agency=hub.city.works)
    own = [
        row
        for row in everything
        if row["lead"] == hub.city.works
        or row["id"] in at_work
        or (row["place"] in inside and row["category"] == "AA1")
    ]
    assert 0 < len(own) < len(everything)
    assert seen == own


def test_a_problem_out_of_scope_is_as_one_that_is_not_there(hub: Served) -> None:
    inside = {row["id"] for row in pages(hub, "/problems", hub.city.works)}
    outside = next(row["id"] for row in pages(hub, "/problems", hub.city.hotline) if row["id"] not in inside)

    answers = [hub.get(f"/problems/{number}", hub.city.works) for number in (outside, "TA25-999999")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert hub.get(f"/problems/{outside}", hub.city.hotline).json()["id"] == outside


def test_a_problem_is_read_with_its_tasks_notices_and_running_clocks(hub: Served) -> None:
    (number,) = numbers(hub, "SELECT problem_id FROM notice ORDER BY id LIMIT 1")

    whole = hub.get(f"/problems/{number}", hub.city.hotline).json()

    for part, query in (
        ("tasks", "SELECT id FROM task WHERE problem_id = :id"),
        ("notices", "SELECT id FROM notice WHERE problem_id = :id"),
    ):
        assert sorted(row["id"] for row in whole[part]) == sorted(numbers(hub, query, id=number)) != []
    running = numbers(hub, "SELECT kind FROM clock WHERE problem_id = :id AND running", id=number)
    assert sorted(clock["kind"] for clock in whole["clocks"]) == sorted(running)
    assert whole["tasks"][0]["cut_at"].endswith("+08:00")


def test_pages_of_tasks_hold_each_once_the_newest_cut_first(hub: Served) -> None:
    rows = pages(hub, "/tasks", hub.city.hotline, limit=7)

    assert len(rows) > 14
    assert sorted(row["id"] for row in rows) == sorted(numbers(hub, "SELECT id FROM task"))
    assert [row["cut_at"] for row in rows] == sorted((row["cut_at"] for row in rows), reverse=True)


def test_tasks_are_told_by_agency_by_problem_and_whether_anything_is_owed(hub: Served) -> None:
    everything = pages(hub, "/tasks", hub.city.hotline)
    first = everything[0]

    def asked(words: str) -> list[str]:
        return [row["id"] for row in hub.get(f"/tasks?limit=200&{words}", hub.city.hotline).json()["items"]]

    assert asked(f"agency={first['agency']}") == [
        r["id"] for r in everything if r["agency"] == first["agency"]
    ]
    assert asked(f"problem={first['problem_id']}") == [
        r["id"] for r in everything if r["problem_id"] == first["problem_id"]
    ]
    owed = {row["id"] for row in everything if row["phase"] in AT_WORK}
    assert set(asked("at_work=true")) <= owed
    assert 0 < len(asked("at_work=true")) < len(everything)


def test_an_agency_sees_the_tasks_of_problems_it_sees(hub: Served) -> None:
    seen = {row["id"] for row in pages(hub, "/problems", hub.city.works)}
    seen |= {row["id"] for row in pages(hub, "/problems", hub.city.works, phase="dismissed")}

    tasks = pages(hub, "/tasks", hub.city.works)

    everything = pages(hub, "/tasks", hub.city.hotline)
    assert 0 < len(tasks) < len(everything)
    assert tasks == [row for row in everything if row["problem_id"] in seen]


def test_filters_leave_what_they_name(hub: Served) -> None:
    cities = pages(hub, "/problems", hub.city.hotline, tier="city")

    assert cities
    assert {row["tier"] for row in cities} == {"city"}
    assert len(cities) == len(numbers(hub, "SELECT id FROM problem WHERE tier = 'city'"))


def test_decisions_follow_their_problems(hub: Served) -> None:
    problem = pages(hub, "/problems", hub.city.works)[0]["id"]

    lines = pages(hub, "/decisions", hub.city.works, problem=problem, limit=2)

    assert [line["seq"] for line in lines] == numbers(
        hub, "SELECT seq FROM decision WHERE problem_id = :id ORDER BY seq", id=problem
    )
    mine = {row["id"] for row in pages(hub, "/problems", hub.city.works, phase="dismissed")}
    mine |= {row["id"] for row in pages(hub, "/problems", hub.city.works)}
    assert {line["problem_id"] for line in pages(hub, "/decisions", hub.city.works)} == mine


def test_escalations_are_the_moves_between_tiers(hub: Served) -> None:
    moves = pages(hub, "/escalations", hub.city.hotline, limit=5)

    assert [move["seq"] for move in moves] == numbers(
        hub, "SELECT seq FROM decision WHERE kind IN ('tier_raised', 'tier_lowered') ORDER BY seq"
    )


def test_an_agency_sees_its_own_events_and_no_other(hub: Served) -> None:
    rows = pages(hub, "/events", hub.city.police, limit=200)

    assert {row["agency"] for row in rows} == {hub.city.police}
    assert [row["number"] for row in rows] == numbers(
        hub, "SELECT number FROM journal WHERE agency = :agency ORDER BY number", agency=hub.city.police
    )


def test_receipts_are_what_was_not_accepted_and_why(hub: Served) -> None:
    rows = pages(hub, "/receipts", hub.city.hotline)

    assert rows
    assert "accepted" not in {row["outcome"] for row in rows}
    refused = next(row for row in rows if row["outcome"] == "refused")
    assert refused["code"]
    assert refused["message_zh"]
    assert refused["message_en"]


def test_the_status_of_anothers_event_is_not_told(hub: Served) -> None:
    event = pages(hub, "/events", hub.city.police, limit=200)[0]["id"]

    asked = hub.get(f"/events/{hub.city.police}/{event}", hub.city.hotline)

    assert (asked.status_code, asked.json()["code"]) == (403, "NOT_YOURS")


def test_the_tally_adds_up_and_is_told_to_its_agency_alone(hub: Served) -> None:
    rows = {row["id"]: row["tally"] for row in pages(hub, "/agencies", hub.city.hotline, limit=2)}

    tally = rows.pop(hub.city.hotline)
    assert tally["received"] == sum(tally.values()) - tally["received"] > 0
    assert set(rows.values()) == {None}


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/problems?limit=0", "limit"),
        ("/problems?tier=moon", "tier"),
        ("/problems?cursor=x", "cursor"),
        ("/decisions?cursor=-1", "cursor"),
        ("/events?outcome=lost", "outcome"),
    ],
)
def test_a_parameter_outside_the_contract_is_named(hub: Served, path: str, parameter: str) -> None:
    answer = hub.get(path)

    assert (answer.status_code, answer.json()["parameter"]) == (422, parameter)


def test_who_reads_too_fast_is_held_off(tmp_path: Path) -> None:
    served = serve(tmp_path, reads_rate=Rate(per_s=0.01, burst=2))

    statuses = [served.get("/problems").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    served.engine.dispose()
