"""`hub accounts` does what the page does, by the same verbs, and says in one line what cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from hub.cli.main import app
from tests.e2e.cities import make_city
from tests.store.shards import a_database


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small city and an empty database."""
    make_city(tmp_path / "city", "TA")
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "city"))
    monkeypatch.setenv("HUB_DATABASE", f"sqlite:///{tmp_path}/hub.db")
    a_database(tmp_path).dispose()
    return tmp_path


def accounts(*words: str) -> Result:
    return CliRunner().invoke(app, ["accounts", *words])


def listed() -> dict[str, dict[str, Any]]:
    lines = accounts("list", "--json").stdout.splitlines()
    return {row["login"]: row for row in map(json.loads, lines)}


@pytest.mark.usefixtures("folder")
def test_an_account_is_locked_and_unlocked() -> None:
    assert accounts("add", "night", "--role", "duty", "--territory", "TA").exit_code == 0

    accounts("lock", "night")
    locked = listed()["night"]["locked"]
    accounts("unlock", "night")

    assert (locked, listed()["night"]["locked"]) == (True, False)


def test_every_verb_is_in_the_trail_as_the_command_line_s(folder: Path) -> None:
    accounts("add", "night", "--role", "duty", "--territory", "TA")
    for verb in ("otp", "password", "lock", "unlock", "close"):
        assert accounts(verb, "night").exit_code == 0, verb

    with a_database(folder).connect() as sql:
        rows = sql.execute(text("SELECT act, login FROM trail WHERE object = 'night' ORDER BY number")).all()
    assert [row.act for row in rows] == [
        "account_added",
        "otp_changed",
        "password_changed",
        "account_locked",
        "account_unlocked",
        "account_closed",
    ]
    assert {row.login for row in rows} == {"@command-line"}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "Night Shift", "--role", "duty", "--territory", "TA"), "账号须为"),
        (("add", "night", "--role", "duty", "--territory", "QQ"), "没有属地 QQ"),
        (("add", "night", "--role", "duty"), "请指明属地或单位"),
        (("add", "night", "--role", "agency", "--territory", "TA"), "须指明单位"),
        (("lock", "nobody"), "没有账号 nobody"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(words: tuple[str, ...], why: str) -> None:
    done = accounts(*words)

    assert done.exit_code == 1
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert listed() == {}
