"""No row outside a desk's scope by any page, search, export, event, stream or act, whatever it asks for."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.console.desk import SESSION_COOKIE
from hub.store.people import Account, Role, add_account, open_session, writing
from hub.store.screens import assessed, flow, one, pairs, register, work
from hub.store.screens.scope import Scope
from tests.console.desks import ORIGIN, PASSWORD, Centre, csrf, open_centre
from tests.console.rows import fill

CONSOLE = Path(__file__).resolve().parents[2] / "hub" / "console"
NUMBER = re.compile(r"TA25-\d{6}")
MANY = "&".join(f"id=TA25-{n:06}" for n in range(1, 41))
COUNTIES, TOWNS, VILLAGES = (0, 1), (0, 1, 2), tuple(range(8))
PLACES = [
    "TA",
    *(f"TA-{c}" for c in COUNTIES),
    *(f"TA-{c}{t}" for c in COUNTIES for t in TOWNS),
    *(f"TA-{c}{t}{v}" for c in COUNTIES for t in TOWNS for v in VILLAGES),
]


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("scope"), 3_000)) as opened:
        yield opened


def lies_in(place: str, area: str) -> bool:
    """Whether a place of this city lies in an area: its codes nest, which the hub itself never relies on."""
    return area == "TA" or (area != "" and place.startswith(area))


def allowed(centre: Centre, territory: str, agency: str) -> set[str]:
    """The numbers a desk may know, by a second reading of the rule: its subtree, and where its agency has a part."""
    parts = {row.problem_id for row in centre.rows(f"SELECT problem_id FROM task WHERE agency = '{agency}'")}
    return {
        row.id
        for row in centre.rows("SELECT id, place, lead FROM problem")
        if (territory and lies_in(row.place, territory))
        or (agency and (row.lead == agency or row.id in parts))
    }


def a_desk(centre: Centre, territory: str, agency: str) -> TestClient:
    login = f"s-{territory}-{agency}".lower()
    if login not in centre.tokens:
        role = Role.AGENCY if agency else Role.DUTY
        with writing(centre.engine) as sql:
            add_account(sql, Account(login, role, "TA", territory, agency), PASSWORD, 0)
            now_ms = centre.client.app.state.console.now_ms()  # type: ignore[attr-defined]
            centre.tokens[login] = open_session(sql, login, now_ms)
    cookies = {SESSION_COOKIE: centre.tokens[login]}
    return TestClient(centre.client.app, headers={"origin": ORIGIN}, cookies=cookies)


def agencies(centre: Centre) -> list[str]:
    rows = centre.rows("SELECT DISTINCT lead FROM problem WHERE lead <> '' ORDER BY lead")
    return ["", *(row.lead for row in rows)]


@settings(max_examples=40)
@given(data=st.data())
def test_no_page_names_a_problem_outside_the_scope(centre: Centre, data: st.DataObject) -> None:
    agency = data.draw(st.sampled_from(agencies(centre)))
    territory = data.draw(st.sampled_from(["", *PLACES] if agency else PLACES))
    at = data.draw(st.sampled_from(["", *PLACES, "elsewhere"]))
    path = data.draw(
        st.sampled_from(
            [
                "/problems?sort=matters",
                "/problems?q=TA25",
                "/problems?q=village",
                "/problems?phase=treating&tier=city&after=0~A",
                "/problems.csv",
                "/problems/rows?" + MANY,
                "/problems/bulk?all=1" if not agency else "/problems",
                f"/problems/bulk?act=lower&{MANY}" if not agency else "/problems",
                "/escalations",
                "/queue?tab=accept",
                "/queue?tab=reply",
                "/queue?tab=confirm",
                "/linkage",
                "/" if not agency else "/problems",
                "/events",
                "/rules",
                "/map",
                "/assessment/behind?unit=TA-1&figure=done_in_time&period=2025&by=county",
                "/assessment/behind?unit=ta-works&figure=returned&period=2025",
                "/wall" if not agency else "/problems",
            ]
        )
    )

    page = a_desk(centre, territory, agency).get(path, params={"at": at} if "?" not in path else None)

    assert page.status_code in ((200, 404) if "/behind" in path else (200,))
    named = set(NUMBER.findall(page.text)) - {"TA25-"}
    assert named <= allowed(centre, territory, agency), (territory, agency, at, path)


@settings(max_examples=25)
@given(data=st.data())
def test_a_problem_outside_the_scope_is_not_there(centre: Centre, data: st.DataObject) -> None:
    agency = data.draw(st.sampled_from(agencies(centre)))
    territory = data.draw(st.sampled_from(["", *PLACES] if agency else PLACES))
    number = f"TA25-{data.draw(st.integers(1, centre.number('SELECT count(*) FROM problem'))):06}"
    desk = a_desk(centre, territory, agency)

    page = desk.get(f"/problems/{number}")

    known = allowed(centre, territory, agency)
    assert page.status_code == (200 if number in known else 404), (territory, agency, number)
    # What it names beside itself is in the scope as well.
    assert not set(NUMBER.findall(page.text)) - {number} - known


@settings(max_examples=25)
@given(territory=st.sampled_from(PLACES), at=st.sampled_from(PLACES))
def test_narrowing_a_page_never_widens_it(centre: Centre, territory: str, at: str) -> None:
    page = a_desk(centre, territory, "").get(f"/problems.csv?at={at}").text

    expected = {
        row.id
        for row in centre.rows("SELECT id, place FROM problem")
        if lies_in(row.place, territory) and lies_in(row.place, at)
    }
    assert set(NUMBER.findall(page)) == expected


@settings(max_examples=20)
@given(data=st.data())
def test_an_event_outside_the_scope_is_not_there(centre: Centre, data: st.DataObject) -> None:
    territory = data.draw(st.sampled_from(PLACES))
    number = data.draw(st.integers(1, 3_000))
    row = centre.rows(f"SELECT number, place FROM journal WHERE number = {number}")[0]

    page = a_desk(centre, territory, "").get(f"/events/{row.number}")

    assert (page.status_code == 200) is lies_in(row.place, territory)


def test_nobody_acts_on_a_problem_outside_the_scope(centre: Centre) -> None:
    number = centre.rows("SELECT id FROM problem WHERE place LIKE 'TA-1%' LIMIT 1")[0].id
    desk = a_desk(centre, "TA-0", "")
    token = csrf(desk.get("/problems").text)

    answer = desk.post(f"/problems/{number}/dismiss", data={"csrf": token, "reason": "EXPECTED"})

    assert answer.status_code == 404
    assert centre.log.asked == []


@settings(max_examples=25)
@given(territory=st.sampled_from(PLACES), agency=st.sampled_from(["", "ta-works", "ta-police"]))
def test_the_stream_tells_of_problems_in_the_scope_alone(centre: Centre, territory: str, agency: str) -> None:
    policy = centre.filled.policy
    console = centre.client.app.state.console  # type: ignore[attr-defined]
    desk = a_desk(centre, territory, agency)
    assert desk.get("/problems").status_code == 200
    places = (
        None if territory == "TA" else frozenset(code for code in policy.places if lies_in(code, territory))
    )

    with console.engine.connect() as sql:
        newest, numbers = flow.changes(sql, Scope("TA", places, agency), 0)

    assert newest == centre.number("SELECT max(seq) FROM decision")
    strangers = set(numbers) - allowed(centre, territory, agency)
    assert not strangers


@pytest.mark.parametrize("module", [register, one, flow, work, assessed, pairs])
def test_what_pages_read_cannot_be_asked_without_a_scope(module: ModuleType) -> None:
    functions = [
        (name, function)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and name not in ("clock_state", "is_seen")
    ]

    assert functions
    for name, function in functions:
        parameters = list(inspect.signature(function).parameters.values())
        assert parameters[1].annotation == "Scope", name
        assert parameters[1].default is inspect.Parameter.empty, name


def test_the_console_reads_rows_by_no_other_way() -> None:
    """Tables, and queries that know no scope, are out of the console's reach; the few it may use name no place."""
    allowed_names = {"outbox_depths", "shards", "queries", "missed", "Progress", "progress"}
    allowed_names |= {"TIMES", "Asked", "Figures"}
    found: dict[str, Any] = {}
    for path in CONSOLE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in (
                "hub.store.tables",
                "hub.store.queries",
                "hub.store.people_tables",
                "hub.store.audit",
                "hub.store.progress",
                "hub.store.figures",
                "hub.store.pair_tables",
            ):
                found[f"{path.name}:{node.lineno}"] = {alias.name for alias in node.names} - allowed_names
    assert {place: names for place, names in found.items() if names} == {}
