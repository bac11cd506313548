"""Pages over a year of Sanming, the same each time: whichever rule opened a problem, and wherever a link leads."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from hub.console.app import make_console
from hub.console.desk import LANG_COOKIE
from hub.console.pages import PAGES
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

LINK: Final = re.compile(r'<a\b[^>]*?href="(/[^"#]*)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
FLOW: Final = re.compile(r'<section class="flow.*?</section>', re.DOTALL)
"""It counts what was decided in some days, and leads to the page of each stage: those list what is, not what was."""

ALIKE_MAX: Final = 3
"""How many links of one form are followed: the same page with the same filters set."""


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


def test_every_link_leads_somewhere_and_every_number_to_as_many(desk: TestClient) -> None:
    desk.cookies.set(LANG_COOKIE, "zh")
    ahead, known = deque((path, "") for path in (*PAGES, "/terms")), Counter[str]()
    wrong: list[str] = []
    while ahead:
        href, said = ahead.popleft()
        # A browser is held to a pace; here one after another reads a hundred pages.
        desk.cookies.set("browser", str(known.total() // 100))
        answer = desk.get(href)
        if answer.status_code != 200:
            wrong.append(f"{href}: {answer.status_code}")
            continue
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        total = re.search(r'id="total">\D*([\d,]+)', answer.text)
        if total and said.isdigit() and total[1].replace(",", "") != said:
            wrong.append(f"{href}: {total[1]} for {said}")
        for link, inner in LINK.findall(FLOW.sub("", answer.text)):
            target = unescape(link)
            known[form(target)] += 1
            if known[form(target)] <= ALIKE_MAX:
                ahead.append((target, said_by(inner)))

    assert len(known) > 60
    assert "\n".join(wrong) == ""


def said_by(inner: str) -> str:
    """Give the number that a link says first: what stands out in it, or all it says."""
    shown = re.search(r"<b[^>]*>(.*?)</b>", inner, re.DOTALL)
    return re.sub(r"<[^>]*>|[\s,]", "", shown[1] if shown else inner)


def form(href: str) -> str:
    """Give the form of an address: its page, and what it filters by."""
    path, _, query = href.partition("?")
    asked = sorted(re.findall(r"(?:^|&)(\w+)=", query))
    return re.sub(r"/[^/]*\d[^/]*", "/…", path) + "?" + ",".join(asked)
