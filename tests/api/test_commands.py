"""Commands over HTTP: the log's own answer, who may ask, and that asking twice acts once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from starlette.applications import Starlette
from typer.testing import CliRunner

from hub.api.app import api_routes
from hub.api.commands import KINDS
from hub.api.holders import Holders
from hub.cli.main import app
from hub.schemas.commands import AdoptPolicy, Command
from hub.store import queries
from hub.store.database import open_database
from hub.store.keys import Owner, Role, owner_of
from hub.tools.inbox import LogAway
from hub.tools.propose import put_proposal
from tests.api.city import KeptLog, Served
from tests.console.desks import Log
from tests.console.rows import Filled, fill

Ask = Callable[[Command], dict[str, Any] | None]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return fill(tmp_path_factory.mktemp("year"), 1_500)


@pytest.fixture
def hub(tmp_path: Path, year: Filled) -> Iterator[Served]:
    filled = replace(year, url=f"sqlite:///{tmp_path}/hub.db")
    shutil.copytree(year.config.parent, tmp_path, dirs_exist_ok=True)
    engine = open_database(filled.url)
    policies = {filled.policy.jurisdiction: filled.policy}
    with engine.connect() as sql:
        reached_ms = queries.jurisdictions(sql)[0]["hub_ms"]
    log = Log(engine, policies, lambda: reached_ms)
    client = TestClient(Starlette(routes=api_routes(Holders(engine, policies), KeptLog(), log.ask)))
    yield Served(filled.city, filled.policy, engine, KeptLog(), client)
    engine.dispose()


def with_log(hub: Served, ask: Ask) -> Served:
    """The same hub behind a log that answers otherwise."""
    policies = {hub.policy.jurisdiction: hub.policy}
    client = TestClient(Starlette(routes=api_routes(Holders(hub.engine, policies), KeptLog(), ask)))
    return Served(hub.city, hub.policy, hub.engine, hub.log, client)


def one(hub: Served, query: str) -> Any:  # noqa: ANN401 - any row
    with hub.engine.connect() as sql:
        return sql.execute(text(query)).first()


def ask(hub: Served, kind: str, by: str = "", head: str = "", **fields: object) -> Any:  # noqa: ANN401 - the client's own type
    """A desk's command, or an agency's."""
    more = {"Idempotency-Key": head} if head else {}
    headers = hub.head(by) | more if by else hub.desk_head(**more)
    return hub.client.post("/v1/commands", json={"kind": kind, **fields}, headers=headers)


def a_problem(hub: Served) -> str:
    """A problem under treatment that was lifted."""
    below = "phase = 'treating' AND tier <> place_tier"
    return str(one(hub, f"SELECT id FROM problem WHERE {below} ORDER BY id LIMIT 1").id)


def a_task(hub: Served) -> Any:  # noqa: ANN401 - any row
    """A task to accept, of an agency that has keys."""
    own = f"agency IN ('{hub.city.hotline}', '{hub.city.works}', '{hub.city.police}')"
    found = one(hub, f"SELECT id, agency FROM task WHERE phase = 'cut' AND {own} ORDER BY id LIMIT 1")
    if found is None:
        ask(hub, "add_co_agency", problem_id=a_problem(hub), agency=hub.city.police)
        found = one(hub, f"SELECT id, agency FROM task WHERE phase = 'cut' AND {own} ORDER BY id LIMIT 1")
    return found


def test_a_desk_has_a_problem_dismissed_by_the_log(hub: Served) -> None:
    number = a_problem(hub)

    answer = ask(hub, "dismiss_problem", problem_id=number, reason="EXPECTED", id="d-1")

    assert (answer.status_code, answer.json()["outcome"], answer.json()["id"]) == (200, "accepted", "d-1")
    assert one(hub, f"SELECT phase FROM problem WHERE id = '{number}'").phase == "dismissed"
    assert one(hub, "SELECT login FROM trail ORDER BY number DESC LIMIT 1").login.endswith("/duty")


def test_what_the_log_refuses_says_why_in_two_languages(hub: Served) -> None:
    said = ask(hub, "raise_problem", problem_id="TA25-999999").json()

    assert (said["outcome"], said["code"]) == ("refused", "UNKNOWN_PROBLEM")
    assert said["message_zh"]
    assert said["message_en"]


def test_an_agency_replies_to_its_own_task_and_does_nothing_else(hub: Served) -> None:
    task = a_task(hub)
    other = next(one for one in (hub.city.hotline, hub.city.works) if one != task.agency)

    strange = ask(hub, "reply_task", other, task_id=task.id, agency=task.agency, reply="accept")
    foreign = ask(hub, "reply_task", other, task_id=task.id, agency=other, reply="accept")
    steered = ask(hub, "raise_problem", task.agency, problem_id=a_problem(hub))
    own = ask(hub, "reply_task", task.agency, task_id=task.id, agency=task.agency, reply="accept")

    assert [strange.status_code, steered.status_code] == [403, 403]
    assert (foreign.json()["outcome"], own.json()["outcome"]) == ("refused", "accepted")
    assert one(hub, f"SELECT phase FROM task WHERE id = '{task.id}'").phase == "accepted"


def test_asking_twice_acts_once_and_hears_the_same(hub: Served) -> None:
    number = a_problem(hub)
    commands = "SELECT count(*) AS n FROM journal WHERE agency = '@command'"
    before = one(hub, commands).n

    first = ask(hub, "raise_problem", head="again", problem_id=number)
    second = ask(hub, "raise_problem", head="again", problem_id=number, id="again")

    third = ask(hub, "raise_problem", head="again", problem_id=number)
    assert first.json() == third.json()
    assert second.status_code == 409
    assert one(hub, commands).n == before + 1


def test_one_id_of_two_desks_is_two_commands(hub: Served) -> None:
    fields = {"kind": "lower_problem", "problem_id": a_problem(hub), "id": "same"}
    said = [
        hub.client.post("/v1/commands", json=fields, headers=hub.desk_head(name)).json()["outcome"]
        for name in ("one", "two")
    ]

    assert said[0] == "accepted"
    assert one(hub, "SELECT count(DISTINCT event_id) AS n FROM journal WHERE agency = '@command'").n == 2


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"kind": "make_coffee"}, "kind"),
        ({"kind": "raise_problem"}, "problem_id"),
        ({"kind": "raise_problem", "problem_id": "x", "by": "mayor"}, "by"),
        ({"kind": "raise_problem", "problem_id": "x", "clock_ms": 5}, "clock_ms"),
        ({"kind": "raise_problem", "problem_id": "x", "urgent": True}, "urgent"),
        ({"kind": "raise_problem", "problem_id": 7}, "problem_id"),
        ({"kind": "raise_problem", "problem_id": "x", "note": "a\x00b"}, "note"),
        ({"kind": "raise_problem", "problem_id": "x", "id": "no spaces"}, "id"),
        ({"kind": "verify_task", "task_id": "x", "passed": "yes"}, "passed"),
    ],
)
def test_what_is_wrong_with_a_command_is_named(hub: Served, fields: dict[str, Any], parameter: str) -> None:
    answer = hub.client.post("/v1/commands", json=fields, headers=hub.desk_head())

    assert (answer.status_code, answer.json()["parameter"]) == (422, parameter)


def test_a_note_with_personal_data_is_neither_sent_nor_kept(hub: Served) -> None:
    answer = ask(hub, "raise_problem", problem_id=a_problem(hub), note="请联系 13812345678")

    assert (answer.status_code, answer.json()["code"]) == (422, "PERSONAL_DATA")
    assert one(hub, "SELECT count(*) AS n FROM journal WHERE agency = '@command'").n == 0
    assert one(hub, "SELECT count(*) AS n FROM api_answer").n == 0


def test_a_command_still_in_the_queue_is_told_so_and_answered_when_asked_again(hub: Served) -> None:
    number = a_problem(hub)

    queued = ask(with_log(hub, lambda _: None), "lower_problem", problem_id=number, id="slow")
    later = ask(hub, "lower_problem", problem_id=number, id="slow")

    assert (queued.status_code, queued.json()["outcome"]) == (202, "queued")
    assert (later.status_code, later.json()["outcome"]) == (200, "accepted")


def test_a_log_that_is_away_is_said_and_the_command_may_be_sent_again(hub: Served) -> None:
    def away(_: Command) -> None:
        raise LogAway("no broker")

    answer = ask(with_log(hub, away), "raise_problem", problem_id=a_problem(hub))

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (
        503,
        "LOG_AWAY",
        "5",
    )


def test_a_desk_reads_the_whole_city_and_publishes_nothing(hub: Served) -> None:
    def read(path: str) -> list[Any]:
        return list(hub.client.get(f"/v1{path}", headers=hub.desk_head()).json()["items"])

    posted = hub.client.post("/v1/events", json=hub.event(1), headers=hub.desk_head())

    assert (posted.status_code, posted.json()["code"]) == (403, "NOT_ALLOWED")
    assert {row["id"] for row in read("/problems?limit=200")} == {
        row["id"] for row in hub.get("/problems?limit=200").json()["items"]
    }
    assert {row["agency"] for row in read("/events?limit=200")} > {hub.city.hotline}
    assert all(row["tally"]["received"] >= 0 for row in read("/agencies"))


def test_every_kind_of_command_can_be_asked(hub: Served) -> None:
    schemas = hub.client.get("/v1/openapi.json").json()["components"]["schemas"]

    kinds = schemas["Command"]["discriminator"]["mapping"]

    assert set(kinds) == set(KINDS)
    assert "proposed_by" not in schemas["AdoptPolicy"]["properties"]
    for reference in kinds.values():
        fields = schemas[reference.rpartition("/")[2]]["properties"]
        assert not {"jurisdiction", "by", "clock_ms"} & set(fields)


def test_a_desks_key_is_issued_from_the_command_line(
    hub: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "city"))
    monkeypatch.setenv("HUB_DATABASE", str(hub.engine.url))

    token = CliRunner().invoke(app, ["agencies", "key", "issue", "--desk", "night"]).stdout.strip()
    both = CliRunner().invoke(app, ["agencies", "key", "issue", "ta-hotline", "--desk", "night"])

    with hub.engine.connect() as sql:
        assert owner_of(sql, token, 1) == Owner(Role.DESK, "night", hub.policy.jurisdiction)
    assert both.exit_code == 1


def test_who_proposed_a_version_is_read_from_the_proposal_and_never_told_by_who_adopts(hub: Served) -> None:
    log: list[Command] = []
    asking = with_log(hub, log.append)
    city = hub.policy.jurisdiction
    put_proposal(hub.engine, city, "another", "first", "a reason", 1)

    told = ask(asking, "adopt_policy", version="another", proposed_by="somebody")
    ask(asking, "adopt_policy", version="another")
    ask(asking, "adopt_policy", version="never-proposed")

    assert (told.status_code, told.json()["code"]) == (422, "BAD_PARAMETER")
    adoptions = [command for command in log if isinstance(command, AdoptPolicy)]
    assert [(one.proposed_by, one.by) for one in adoptions] == [("first", "duty"), ("", "duty")]
