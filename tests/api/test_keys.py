"""Keys from the command line: issued once, listed without their secret, revoked for good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from hub.cli.main import app
from hub.store.database import open_database, upgrade
from hub.store.keys import Owner, Role, owner_of
from hub.store.pulse import GAPS_MIN
from tests.api.city import serve
from tests.e2e.cities import make_city


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    make_city(tmp_path / "city", "TA")
    url = f"sqlite:///{tmp_path}/hub.db"
    upgrade(open_database(url))
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "city"))
    monkeypatch.setenv("HUB_DATABASE", url)
    return url


def say(*words: str) -> Any:  # noqa: ANN401 - any JSON
    done = CliRunner().invoke(app, ["agencies", *words, "--json"])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_an_issued_key_works_until_it_is_revoked(hub: str) -> None:
    (issued,) = say("key", "issue", "ta-hotline")

    with open_database(hub).connect() as sql:
        assert owner_of(sql, issued["key"]) == Owner(Role.AGENCY, "ta-hotline")
        assert owner_of(sql, issued["key"] + "x") is None
    (listed,) = say("key", "list")
    assert (listed["id"], listed["agency"], listed["revoked"]) == (issued["id"], "ta-hotline", "")
    assert issued["key"] not in json.dumps(listed)
    say("key", "revoke", issued["id"])
    with open_database(hub).connect() as sql:
        assert owner_of(sql, issued["key"]) is None
    assert say("key", "list", "--agency", "ta-hotline")[0]["revoked"]


def test_an_agency_that_does_not_publish_gets_no_key(hub: str) -> None:
    assert hub
    refused = CliRunner().invoke(app, ["agencies", "key", "issue", "nobody"])

    assert refused.exit_code == 1
    assert "ta-hotline" in refused.stderr


def test_the_agencies_that_publish_are_listed(hub: str) -> None:
    assert hub
    rows = say("list")

    assert {row["id"] for row in rows} == {"ta-hotline", "ta-works", "ta-police"}
    assert {row["silence"] for row in rows} == {"两周内无来件"}


def test_how_long_an_agency_has_been_silent_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = serve(tmp_path)
    served.post([served.event(number) for number in range(GAPS_MIN)])
    served.take_all()
    with served.engine.begin() as sql:
        sql.execute(text("UPDATE journal SET hub_ms = hub_ms - 42 * 60000"))
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "city"))
    monkeypatch.setenv("HUB_DATABASE", f"sqlite:///{tmp_path}/hub.db")

    said = {row["id"]: row for row in say("list")}

    hotline = said["ta-hotline"]
    assert (hotline["silence"], hotline["unusual"]) == ("已静默 42 分钟 (异常)", True)
    assert said["ta-police"]["silent_minutes"] is None
    served.engine.dispose()
