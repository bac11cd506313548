"""Keys from the command line: issued once, listed without their secret, revoked for good."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from hub.cli.main import app
from hub.store.database import open_database, upgrade
from hub.store.keys import KeyExpired, Owner, Role, first_to_expire, issue, owner_of, revoke
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
        assert owner_of(sql, issued["key"], 1) == Owner(Role.AGENCY, "ta-hotline")
        assert owner_of(sql, issued["key"] + "x", 1) is None
    (listed,) = say("key", "list")
    assert (listed["id"], listed["agency"], listed["revoked"]) == (issued["id"], "ta-hotline", "")
    assert issued["key"] not in json.dumps(listed)
    say("key", "revoke", issued["id"])
    with open_database(hub).connect() as sql:
        assert owner_of(sql, issued["key"], 1) is None
    assert say("key", "list", "--agency", "ta-hotline")[0]["revoked"]


def test_a_key_that_was_given_days_works_until_they_are_over(hub: str) -> None:
    (issued,) = say("key", "issue", "ta-hotline", "--days", "30")
    (listed,) = say("key", "list")
    until_ms = round(datetime.fromisoformat(listed["expires"]).timestamp() * 1000)

    with open_database(hub).connect() as sql:
        assert owner_of(sql, issued["key"], until_ms) == Owner(Role.AGENCY, "ta-hotline")
        with pytest.raises(KeyExpired):
            owner_of(sql, issued["key"], until_ms + 1000)
        assert owner_of(sql, issued["key"] + "x", until_ms + 1000) is None
    issued_at, expires_at = (datetime.fromisoformat(listed[name]) for name in ("issued", "expires"))
    assert expires_at - issued_at == timedelta(days=30)


def test_a_request_with_an_expired_key_is_told_so(tmp_path: Path) -> None:
    served = serve(tmp_path)
    with served.engine.begin() as sql:
        token = issue(sql, Owner(Role.AGENCY, "ta-hotline"), 1, expires_ms=2)

    refused = served.client.get("/v1/events", headers={"Authorization": f"Bearer {token}"})

    assert (refused.status_code, refused.json()["code"]) == (401, "KEY_EXPIRED")
    assert refused.headers["www-authenticate"] == "Bearer"
    served.engine.dispose()


def test_of_the_keys_of_an_agency_the_first_to_expire_is_watched(hub: str) -> None:
    agency, desk = Owner(Role.AGENCY, "ta-hotline"), Owner(Role.DESK, "night", "TA")
    engine = open_database(hub)
    with engine.begin() as sql:
        revoked = issue(sql, agency, 1, expires_ms=10).split("_")[1]
        for owner, expires_ms in ((agency, 30), (agency, 20), (agency, None), (desk, 40)):
            issue(sql, owner, 1, expires_ms)
        revoke(sql, revoked, 2)

        assert first_to_expire(sql) == {"ta-hotline": 20, "desk/night": 40}


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
