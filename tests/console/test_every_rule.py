"""The page of a problem, whichever rule opened it: one year of Sanming, the same each time, has nearly all rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from hub.console.app import make_console
from hub.console.desk import LANG_COOKIE
from hub.policies.load import load_policy
from hub.store.database import open_database
from hub.store.people import Account, Role, add_account, writing
from hub.tools.kept import Folders
from tests.console.desks import ORIGIN, PASSWORD, Log
from tests.console.rows import SANMING, fill_sanming

YEAR: Final = datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
RULES: Final = (
    "burst",
    "chronic",
    "frequent-township",
    "frequent-village",
    "lingering",
    "passed-around",
    "recurrent",
    "redone",
    "season",
    "severe-incident",
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    url, _ = fill_sanming(tmp_path_factory.mktemp("rules"), 365, 60.0, YEAR)
    opened = open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def desk(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    policy = load_policy(SANMING)
    policies = {policy.jurisdiction: policy}
    with writing(engine) as sql:
        add_account(sql, Account("admin", Role.ADMIN, policy.jurisdiction, policy.jurisdiction), PASSWORD, 0)
    log = Log(engine, policies, lambda: 0)
    console = make_console(
        engine, policies, log.ask_all, log, Folders(SANMING, tmp_path_factory.mktemp("kept"))
    )
    with TestClient(console, headers={"origin": ORIGIN}) as client:
        client.post("/login", data={"login": "admin", "password": PASSWORD})
        yield client


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_problem_opens_and_says_why_whatever_rule_opened_it(
    desk: TestClient, engine: Engine, rule: str, lang: str
) -> None:
    with engine.connect() as sql:
        found = sql.execute(
            text("SELECT id FROM problem WHERE rule = :rule ORDER BY id LIMIT 4"), {"rule": rule}
        ).all()
    assert found
    desk.cookies.set(LANG_COOKIE, lang)

    for (number,) in found:
        answer = desk.get(f"/problems/{number}")

        assert answer.status_code == 200, number
        assert 'class="win"' in answer.text, number
        assert desk.get(f"/problems/{number}/report").status_code == 200, number
