"""One cause or two: merging, splitting and judging pairs at the screen, through the log, within the scope."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from hub.model.pair import PairStanding
from hub.schemas.commands import JudgePair, MergeProblems, SplitProblem
from hub.store.pair_tables import PAIR
from hub.store.people import Role, writing
from tests.console.desks import Centre, csrf, open_centre
from tests.console.rows import fill

HTMX = {"hx-request": "true"}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("cause"), 3_000)) as opened:
        yield opened


def ask(desk: TestClient, path: str, **fields: str | list[str]) -> str:
    answer = desk.post(path, data={"csrf": csrf(desk.get("/problems").text), **fields}, headers=HTMX)
    assert answer.status_code == 200, answer.text
    return answer.text


def held(centre: Centre, area: str) -> list[str]:
    query = f"SELECT id FROM problem WHERE phase = 'treating' AND place LIKE '{area}%' AND matters > 1 ORDER BY id"
    return [str(row.id) for row in centre.rows(query)]


def test_a_problem_taken_in_leads_to_the_other(centre: Centre) -> None:
    survivor, other, *_ = held(centre, "TA-0")

    said = ask(centre.desk(), f"/problems/{survivor}/merge", others=[other], note="同一工地")

    assert "已办" in said
    asked = centre.log.asked[-1]
    assert isinstance(asked, MergeProblems)
    assert asked.others == (other,)
    row = centre.rows(f"SELECT phase, merged_into FROM problem WHERE id = '{other}'")[0]
    assert (row.phase, row.merged_into) == ("merged", survivor)


def test_nobody_takes_in_what_lies_outside_the_scope(centre: Centre) -> None:
    mine, theirs = held(centre, "TA-0")[0], held(centre, "TA-1")[0]
    desk = centre.desk(Role.DUTY, "TA-0")
    before = len(centre.log.asked)
    token = csrf(desk.get("/problems").text)

    answer = desk.post(f"/problems/{mine}/merge", data={"csrf": token, "others": [theirs], "note": "x"})

    assert answer.status_code == 404
    assert len(centre.log.asked) == before


def test_what_is_chosen_becomes_a_problem_of_its_own(centre: Centre) -> None:
    number = held(centre, "TA-1")[-1]
    desk = centre.desk()
    page = desk.get(f"/problems/{number}").text
    matters = [unescape(found) for found in re.findall(r'name="matters" value="([^"]+)"', page)]
    before = centre.number(f"SELECT matters FROM problem WHERE id = '{number}'")

    said = ask(desk, f"/problems/{number}/split", matters=matters[:1], note="另一原因")

    assert "已办" in said
    asked = centre.log.asked[-1]
    assert isinstance(asked, SplitProblem)
    assert asked.matters == (matters[0],)
    assert centre.number(f"SELECT matters FROM problem WHERE id = '{number}'") == before - 1


def test_a_pair_is_judged_with_one_press_and_undone_with_another(centre: Centre) -> None:
    number = held(centre, "TA-1")[0]
    members = centre.rows(
        f"SELECT matter FROM member WHERE problem_id = '{number}' AND counts ORDER BY entry LIMIT 2"
    )
    first, second = (row.matter for row in members)
    with writing(centre.engine) as sql:
        sql.execute(
            insert(PAIR).values(
                jurisdiction="TA",
                id="pair-1",
                first=first,
                second=second,
                rule="a-rule",
                score=812,
                steps=0,
                days_apart=1,
                shared="路灯",
                at_ms=1,
                standing=PairStanding.SUSPECTED,
                problems="",
            )
        )
    desk = centre.desk()
    page = desk.get(f"/problems/{number}").text
    assert "相似度 81%" in page
    before = centre.number(f"SELECT matters FROM problem WHERE id = '{number}'")

    assert "已办" in ask(desk, f"/problems/{number}/pairs/pair-1", same="yes")
    assert centre.number(f"SELECT matters FROM problem WHERE id = '{number}'") == before - 1
    assert "已认定重复" in desk.get(f"/problems/{number}").text
    assert "已办" in ask(desk, f"/problems/{number}/pairs/pair-1", same="no")

    assert isinstance(centre.log.asked[-1], JudgePair)
    assert centre.number(f"SELECT matters FROM problem WHERE id = '{number}'") == before


def test_a_pair_of_another_county_cannot_be_judged(centre: Centre) -> None:
    theirs = held(centre, "TA-1")[0]
    desk = centre.desk(Role.DUTY, "TA-0")
    token = csrf(desk.get("/problems").text)

    answer = desk.post(f"/problems/{theirs}/pairs/pair-1", data={"csrf": token, "same": "yes"})

    assert answer.status_code == 404


def test_the_sentence_of_the_command_line_stands_on_the_page(centre: Centre) -> None:
    number = held(centre, "TA-1")[0]
    page = centre.desk().get(f"/problems/{number}").text

    assert re.search(r"为什么是同一问题.*?\d+ 天内 \d+ 件", page, re.DOTALL)
    assert "立案至今" in page
