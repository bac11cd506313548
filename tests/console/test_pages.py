"""The status page, its data, its health and its metrics, over real rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Connection, Engine, text

from hub.console.pages import make_console
from hub.store.database import open_database, upgrade
from tests.console.rows import Filled, fill

PERSONAL = re.compile(r"person|citizen|phone|mobile|id_?card|姓名|身份证|手机|电话", re.IGNORECASE)
EVENTS = 3_000


@dataclass(frozen=True, slots=True)
class Seen:
    """A console's client, and the rows it shows."""

    client: TestClient
    engine: Engine
    filled: Filled

    def number(self, query: str) -> int:
        """The one number a query asks for."""
        with self.engine.connect() as sql:
            return int(sql.execute(text(query)).scalar_one())


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    filled = fill(tmp_path_factory.mktemp("console"), EVENTS)
    engine = open_database(filled.url)
    with TestClient(make_console(engine, {filled.policy.jurisdiction: filled.policy})) as client:
        yield Seen(client, engine, filled)
    engine.dispose()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[TestClient]:
    engine = open_database(f"sqlite:///{tmp_path}/hub.db")
    upgrade(engine)
    with TestClient(make_console(engine, {})) as client:
        yield client
    engine.dispose()


def cells(page: str) -> list[str]:
    return re.findall(r"<td[^>]*>(.*?)</td>", page)


def test_the_page_shows_what_the_rows_hold(seen: Seen) -> None:
    page = seen.client.get("/")

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    shown = cells(page.text)
    for query in (
        "SELECT count(*) FROM journal",
        "SELECT count(*) FROM decision",
        "SELECT count(*) FROM journal WHERE outcome = 'accepted'",
        "SELECT count(*) FROM journal WHERE outcome = 'refused'",
        "SELECT count(*) FROM problem WHERE tier = 'city'",
        "SELECT max(number) FROM outbox",
    ):
        assert str(seen.number(query)) in shown, query
    with seen.engine.connect() as sql:
        newest = sql.execute(text("SELECT problem_id FROM decision ORDER BY at_ms DESC, seq DESC LIMIT 20"))
        assert set(newest.scalars()) <= set(shown)


def test_a_reason_is_read_in_words(seen: Seen) -> None:
    page = seen.client.get("/").text

    assert all(reason not in page for reason in ("NEW_MATTER", "CLOCK_EXPIRED", "FREQUENT"))
    assert "新增一件" in page


def test_the_data_is_what_the_page_is_made_of(seen: Seen) -> None:
    told: dict[str, Any] = seen.client.get("/status.json").json()

    assert sum(told["outcomes"].values()) == EVENTS
    assert told["jurisdictions"][0]["entries"] == EVENTS
    assert told["jurisdictions"][0]["said"] == seen.number("SELECT count(*) FROM decision")
    assert sum(told["problems_by_tier"].values()) == seen.number("SELECT count(*) FROM problem")
    assert told["waiting_to_send"] == seen.number("SELECT max(number) FROM outbox")
    ats = [said["at"] for said in told["decisions"]]
    assert len(ats) == 20
    assert ats == sorted(ats, reverse=True)


def test_nothing_shown_speaks_of_a_person(seen: Seen) -> None:
    shown = {path: seen.client.get(path).text for path in ("/", "/status.json", "/metrics")}

    assert {path: PERSONAL.findall(body) for path, body in shown.items()} == {path: [] for path in shown}


def test_the_page_takes_nothing_from_elsewhere(seen: Seen) -> None:
    page = seen.client.get("/")

    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page.text) == []
    assert seen.client.get("/style.css").headers["content-type"].startswith("text/css")


def test_health_is_well_while_the_database_answers(seen: Seen) -> None:
    answer = seen.client.get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_health_says_what_is_wrong_when_it_does_not(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/hub.db")
    with TestClient(make_console(engine, {})) as client:
        answer = client.get("/healthz")
    engine.dispose()

    assert answer.status_code == 503
    assert "database" in answer.text


def test_metrics_are_read_by_prometheus_and_no_escalation_was_missed(seen: Seen) -> None:
    answer = seen.client.get("/metrics")

    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert answer.headers["content-type"].startswith("text/plain")
    (missed,) = families["hub_escalations_missed"].samples
    assert missed.value == 0


def test_an_escalation_that_did_not_happen_is_counted(seen: Seen) -> None:
    with seen.engine.begin() as sql:
        kept = sql.execute(
            text("SELECT id, held_at, stage_started_ms FROM problem WHERE phase = 'treating'")
        ).first()
        assert kept is not None
        left_behind(sql, kept.id, seen.filled.city.villages()[0], 0)

    try:
        assert "hub_escalations_missed 1.0" in seen.client.get("/metrics").text
    finally:
        with seen.engine.begin() as sql:
            left_behind(sql, kept.id, kept.held_at, kept.stage_started_ms)


def left_behind(sql: Connection, number: str, held_at: str, since_ms: int | None) -> None:
    """Write where a problem lies and since when."""
    sql.execute(
        text("UPDATE problem SET held_at = :place, stage_started_ms = :ms WHERE id = :id"),
        {"id": number, "place": held_at, "ms": since_ms},
    )


def test_an_empty_hub_shows_what_to_do(empty: TestClient) -> None:
    page = empty.get("/")

    assert page.status_code == 200
    assert "events.v1" in page.text
    assert empty.get("/status.json").json()["decisions"] == []


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/../hub.db", "/static/"])
def test_nothing_else_is_served(seen: Seen, path: str) -> None:
    assert seen.client.get(path).status_code == 404
