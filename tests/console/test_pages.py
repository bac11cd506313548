"""Every page over real rows: what it shows, what it never shows, and what it says when there is nothing to show."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from hub.console import ledger
from hub.console.app import make_console
from hub.console.pages import PAGES
from hub.store.database import open_database, upgrade
from hub.store.people import Account, Role, add_account, writing
from hub.store.screens import one
from tests.console.desks import ORIGIN, PASSWORD, Centre, open_centre
from tests.console.rows import fill

PERSONAL = re.compile(r"person(?!al_data)|citizen|phone|mobile|id_?card|姓名|身份证|手机|电话", re.IGNORECASE)
EVENTS = 3_000


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("console"), EVENTS)) as opened:
        yield opened


@pytest.fixture
def empty(tmp_path: Path, centre: Centre) -> Iterator[TestClient]:
    """A hub that has not taken one message, and its administrator."""
    policy = centre.filled.policy
    engine = open_database(f"sqlite:///{tmp_path}/hub.db")
    upgrade(engine)
    with writing(engine) as sql:
        add_account(sql, Account("admin", Role.ADMIN, policy.jurisdiction, "TA"), PASSWORD, 0)
    console = make_console(
        engine, {policy.jurisdiction: policy}, centre.log.ask_all, centre.log, centre.filled.folders
    )
    with TestClient(console, headers={"origin": ORIGIN}) as client:
        client.post("/login", data={"login": "admin", "password": PASSWORD})
        yield client
    engine.dispose()


def problems_shown(page: str) -> list[str]:
    return re.findall(r'id="p-([A-Z0-9-]+)"', page)


@pytest.mark.parametrize("path", list(PAGES))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_page_opens_in_both_languages(centre: Centre, path: str, lang: str) -> None:
    desk = centre.desk(Role.ADMIN)
    desk.cookies.set("hub_lang", lang)

    page = desk.get(path)

    assert page.status_code == 200
    assert f'lang="{"zh-CN" if lang == "zh" else "en"}"' in page.text
    assert "Undefined" not in page.text


def test_an_english_page_speaks_english_but_for_names(centre: Centre) -> None:
    desk = centre.desk(Role.ADMIN)
    desk.cookies.set("hub_lang", "en")
    policy = centre.filled.policy
    names = {agency.name_en for agency in policy.agencies.values()} | {"中文"}

    for path in PAGES:
        shown = desk.get(path).text
        for name in sorted(names, key=len, reverse=True):
            shown = shown.replace(name, "")
        assert re.findall(r"[\u4e00-\u9fff]+", shown) == [], path


def test_the_register_shows_all_problems_page_by_page_in_its_order(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "PAGE_ROWS", 7)
    desk = centre.desk()
    first = desk.get("/problems?sort=matters")
    shown = problems_shown(first.text)

    page = first.text
    while more := re.search(r'hx-get="([^"]+after=[^"]+)"', page):
        page = desk.get(more[1].replace("&amp;", "&")).text
        shown += problems_shown(page)

    expected = [row.id for row in centre.rows("SELECT id FROM problem ORDER BY matters DESC, id")]
    assert len(shown) > 28
    assert shown == expected


def test_filters_count_what_they_would_leave(centre: Centre) -> None:
    page = centre.desk().get("/problems?phase=treating").text

    for tier, number in centre.rows("SELECT tier, count(*) FROM problem WHERE phase='treating' GROUP BY 1"):
        found = re.search(rf'value="{tier}"[^>]*><span[^>]*>[^<]*</span><b>([\d,]+)</b>', page)
        assert found is not None, tier
        assert int(found[1].replace(",", "")) == number


def test_filters_together_leave_what_sql_leaves(centre: Centre) -> None:
    page = centre.desk().get("/problems?phase=treating&tier=city&sort=matters").text

    rows = centre.rows(
        "SELECT id FROM problem WHERE phase='treating' AND tier='city' ORDER BY matters DESC, id"
    )
    assert problems_shown(page) == [row.id for row in rows][:40]


@pytest.mark.parametrize("q", ["TA25-000003", "ta25-000003"])
def test_a_number_finds_its_problem(centre: Centre, q: str) -> None:
    assert problems_shown(centre.desk().get("/problems", params={"q": q}).text) == ["TA25-000003"]


@pytest.mark.parametrize(
    ("q", "where"), [("AA1", "category = 'AA1'"), ("town bb2", "category = 'BB2' AND length(place) >= 5")]
)
def test_words_find_places_and_kinds_together(centre: Centre, q: str, where: str) -> None:
    page = centre.desk().get("/problems", params={"q": q, "sort": "matters"}).text

    rows = centre.rows(f"SELECT id FROM problem WHERE {where} ORDER BY matters DESC, id LIMIT 40")
    assert rows
    assert problems_shown(page) == [row.id for row in rows]


def test_a_problem_shows_its_decisions_with_reasons_in_words(centre: Centre) -> None:
    number = centre.rows("SELECT problem_id FROM decision WHERE kind = 'tier_raised' LIMIT 1")[0].problem_id

    page = centre.desk().get(f"/problems/{number}").text

    assert "本级时限已到" in page
    assert all(code not in page for code in ("CLOCK_EXPIRED", "NEW_MATTER", "NOT_ACCEPTED"))
    assert all(word in page for word in ("升级阶梯", "为什么是同一问题", "1+N", "时间线"))


def test_a_problem_that_grew_long_still_says_why_it_began_and_shows_every_decision_once(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = "SELECT problem_id, count(*) AS n FROM decision GROUP BY problem_id ORDER BY n DESC, problem_id LIMIT 1"
    number, count = centre.rows(longest)[0]
    monkeypatch.setattr(one, "DECISIONS_MAX", 3)
    desk = centre.desk()

    page = desk.get(f"/problems/{number}").text
    shown = spans(page)
    assert "没有留下立案依据" not in page
    while found := re.search(r"before=(\d+)", page):
        page = desk.get(f"/problems/{number}", params={"before": found[1]}).text
        assert "升级阶梯" not in page, "only the lines come"
        shown += spans(page)

    said = centre.rows(f"SELECT seq FROM decision WHERE problem_id = '{number}' ORDER BY seq")
    assert count > 3
    ends = [row.seq for row in said]
    assert [n for first, last in reversed(shown) for n in ends if first <= n <= last] == ends


def spans(page: str) -> list[tuple[int, int]]:
    """The first and last decision of each line of a timeline, the newest line first."""
    return [(int(a), int(b or a)) for a, b in re.findall(r"<small>决策 (\d+)(?:–(\d+))?", page)]


def test_while_history_comes_in_what_is_due_is_counted_by_the_logs_clock(centre: Centre) -> None:
    hub_ms = centre.number("SELECT hub_ms FROM jurisdiction WHERE backfilling")
    assert hub_ms < time.time_ns() // 1_000_000, "else either clock would do"

    page = centre.desk().get("/problems").text

    assert "正在导入历史数据" in page
    assert f'data-now="{hub_ms}"' in page


def test_a_city_that_lives_is_counted_by_the_wall_clock(centre: Centre) -> None:
    before_ms = time.time_ns() // 1_000_000
    with centre.engine.begin() as sql:
        sql.execute(text("UPDATE jurisdiction SET backfilling = false"))
    try:
        page = centre.desk().get("/problems").text
    finally:
        with centre.engine.begin() as sql:
            sql.execute(text("UPDATE jurisdiction SET backfilling = true"))

    found = re.search(r'data-now="(\d+)"', page)
    assert found is not None
    assert int(found[1]) >= before_ms
    assert "正在导入历史数据" not in page


def test_every_problem_opens(centre: Centre) -> None:
    desk = centre.desk()

    for row in centre.rows("SELECT id FROM problem"):
        assert desk.get(f"/problems/{row.id}").status_code == 200, row.id


def test_received_is_the_sum_of_outcomes_on_the_page_of_publishers(centre: Centre) -> None:
    page = centre.desk(Role.MONITOR).get("/publishers").text

    found = re.search(
        r"收到 ([\d,]+) = 受理 ([\d,]+) \+ 重复 ([\d,]+) \+ 待定位 ([\d,]+) \+ 退回 ([\d,]+)", page
    )
    assert found is not None
    received, *outcomes = (int(number.replace(",", "")) for number in found.groups())
    assert received == sum(outcomes)
    assert received == centre.number("SELECT sum(accepted+duplicate+quarantined+refused) FROM source")


def test_an_event_that_was_not_taken_shows_why_and_no_content(centre: Centre) -> None:
    row = centre.rows("SELECT number, code FROM journal WHERE outcome = 'refused' LIMIT 1")[0]

    page = centre.desk().get(f"/events/{row.number}").text

    assert row.code in page
    assert "不保存内容" in page


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_holds_the_query_and_every_row(centre: Centre, form: str) -> None:
    file = centre.desk().get(f"/problems.{form}?phase=treating")

    assert "attachment" in file.headers["content-disposition"]
    if form == "csv":
        lines = file.content.decode("utf-8-sig").splitlines()
        assert any(line.startswith("状态,") and "治理中" in line for line in lines[:10])
        number = centre.number("SELECT count(*) FROM problem WHERE phase='treating'")
        assert sum(line.startswith("TA25-") for line in lines) == number
    else:
        assert file.content[:2] == b"PK"


def test_nothing_shown_speaks_of_a_person(centre: Centre) -> None:
    desk = centre.desk(Role.ADMIN)

    shown = {path: desk.get(path).text for path in (*PAGES, "/status.json", "/metrics")}

    assert {path: PERSONAL.findall(body) for path, body in shown.items()} == {path: [] for path in shown}


def test_a_page_takes_nothing_from_elsewhere_and_runs_nothing_of_its_own(centre: Centre) -> None:
    desk = centre.desk(Role.ADMIN)

    for path in PAGES:
        page = desk.get(path)
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//""", page.text) == []
        assert re.findall(r"<script(?![^>]* src=)|\son\w+=|\sstyle=|javascript:", page.text) == []


def test_a_stamped_file_may_be_kept_for_good(centre: Centre) -> None:
    page = centre.desk().get("/").text
    names = re.findall(r'"(/static/[^"#]+)', page)

    for name in names:
        file = centre.client.get(name)
        assert file.status_code == 200, name
        assert "immutable" in file.headers["cache-control"]
    assert len(set(names)) >= 5


FULL = ("/publishers", "/accounts", "/audit", "/rules", "/wall")
"""Pages that have something to show of a hub that nobody has told anything."""


@pytest.mark.parametrize("path", list(PAGES))
def test_an_empty_hub_shows_every_page(empty: TestClient, path: str) -> None:
    page = empty.get(path)

    assert page.status_code == 200
    assert 'class="void"' in page.text or path in FULL


@pytest.mark.parametrize(
    "path", ["/nothing", "/problems/TA25-999999", "/events/999999", "/static/console.po"]
)
def test_what_is_not_there_is_said_in_the_frame(centre: Centre, path: str) -> None:
    answer = centre.desk().get(path)

    assert answer.status_code == 404
    assert "没有找到" in answer.text


def test_an_address_that_cannot_be_read_is_no_fault_of_ours(centre: Centre) -> None:
    assert centre.desk().get("/events/many").status_code == 400
    assert centre.desk().get("/problems?after=x~y&tier=moon&sort=%00").status_code == 200


def test_health_is_well_while_the_database_answers(centre: Centre) -> None:
    answer = centre.client.get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_health_says_what_is_wrong_when_it_does_not(tmp_path: Path, centre: Centre) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/hub.db")
    with TestClient(
        make_console(engine, {}, centre.log.ask_all, centre.log, centre.filled.folders)
    ) as client:
        answer = client.get("/healthz")
    engine.dispose()

    assert answer.status_code == 503
    assert "database" in answer.text


def test_counters_are_told_to_whoever_asks_and_no_place(centre: Centre) -> None:
    told: dict[str, Any] = centre.client.get("/status.json").json()

    assert sum(told["outcomes"].values()) == EVENTS
    assert told["jurisdictions"][0]["entries"] >= EVENTS
    assert "TA-0" not in str(told)


def test_metrics_are_read_by_prometheus(centre: Centre) -> None:
    answer = centre.client.get("/metrics")

    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert "hub_escalations_missed" in families


def test_an_escalation_that_did_not_happen_is_counted(centre: Centre) -> None:
    query = text("UPDATE problem SET held_at = :place, stage_started_ms = :ms WHERE id = :id")
    kept = centre.rows("SELECT id, held_at, stage_started_ms FROM problem WHERE phase = 'treating' LIMIT 1")[
        0
    ]
    before = centre.client.get("/metrics").text
    with centre.engine.begin() as sql:
        sql.execute(query, {"id": kept.id, "place": centre.filled.city.villages()[0], "ms": 0})

    try:
        assert "hub_escalations_missed 1.0" in centre.client.get("/metrics").text
    finally:
        with centre.engine.begin() as sql:
            sql.execute(query, {"id": kept.id, "place": kept.held_at, "ms": kept.stage_started_ms})
    assert "hub_escalations_missed 0.0" in before
