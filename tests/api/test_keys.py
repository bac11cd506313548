"""Keys from the command line: issued once, listed without their secret, revoked for good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.store.database import open_database, upgrade
from hub.store.keys import agency_of
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
        assert agency_of(sql, issued["key"]) == "ta-hotline"
        assert agency_of(sql, issued["key"] + "x") is None
    (listed,) = say("key", "list")
    assert (listed["id"], listed["agency"], listed["revoked"]) == (issued["id"], "ta-hotline", "")
    assert issued["key"] not in json.dumps(listed)
    say("key", "revoke", issued["id"])
    with open_database(hub).connect() as sql:
        assert agency_of(sql, issued["key"]) is None
    assert say("key", "list", "--agency", "ta-hotline")[0]["revoked"]


def test_an_agency_that_does_not_publish_gets_no_key(hub: str) -> None:
    assert hub
    refused = CliRunner().invoke(app, ["agencies", "key", "issue", "nobody"])

    assert refused.exit_code == 1
    assert "ta-hotline" in refused.stderr


def test_the_agencies_that_publish_are_listed(hub: str) -> None:
    assert hub
    assert {row["id"] for row in say("list")} == {"ta-hotline", "ta-works", "ta-police"}
