"""One act on many problems: the preview says what the log will say, and every row is a command of its own."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hub.console import bulk
from hub.console.deeds import OF_PROBLEM
from hub.schemas.commands import COMMAND, Command, SettleProblem
from hub.store.people import Role
from tests.console.desks import Centre, csrf, open_centre
from tests.console.rows import Filled, fill

FORMS: dict[str, dict[str, str]] = {
    "confirm": {},
    "notice": {"step": "nudged"},
    "raise": {"note": "上级统一处理"},
    "lower": {"note": "可由本级处理"},
    "settle": {"note": "上级包案到底"},
    "reopen": {"note": "又发生了"},
    "dismiss": {"reason": "EXPECTED"},
}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A year of events whose problems stand in every phase that an act asks for, some below the city."""
    filled = fill(tmp_path_factory.mktemp("bulk"), 3_000)
    with open_centre(filled) as opened:
        treated = numbers(opened, "phase = 'treating'")
        assert len(treated) > 5
        city = filled.policy.holders["TA"]
        told = opened.log.ask_all(
            [
                *(commanded("lower", number, "first") for number in treated[:3]),
                SettleProblem(jurisdiction="TA", id="settled", problem_id=treated[3], agency=city),
            ]
        )
        assert [answer and answer["outcome"] for answer in told] == ["accepted"] * 4
    return filled


def commanded(act: str, number: str, mark: str, **more: str) -> Command:
    """The command of an act on one problem, as anybody might send it."""
    kind = OF_PROBLEM[act].command
    said = {"kind": kind, "jurisdiction": "TA", "id": f"{mark}-{number}", "problem_id": number}
    return COMMAND.validate_python(said | FORMS[act] | more)


@pytest.fixture
def centre(year: Filled, tmp_path: Path) -> Iterator[Centre]:
    shutil.copytree(year.config.parent, tmp_path, dirs_exist_ok=True)
    with open_centre(replace(year, url=f"sqlite:///{tmp_path}/hub.db")) as opened:
        yield opened


def numbers(centre: Centre, where: str = "1 = 1") -> list[str]:
    return [row.id for row in centre.rows(f"SELECT id FROM problem WHERE {where} ORDER BY id")]


def preview(desk: TestClient, act: str, ids: list[str]) -> str:
    answer = desk.get("/problems/bulk", params={"act": act, "id": ids})
    assert answer.status_code == 200, answer.text
    return answer.text


def fit(page: str) -> list[str]:
    """The numbers that the form of a preview would send."""
    found = re.search(r'<form class="form".*?</form>', page, re.DOTALL)
    return re.findall(r'name="id" value="([^"]+)"', found[0]) if found else []


def send(desk: TestClient, act: str, ids: list[str], **fields: str) -> str:
    token = csrf(desk.get("/problems").text)
    answer = desk.post("/problems/bulk", data={"csrf": token, "act": act, "id": ids, **fields})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_preview_asks_nothing_and_gives_the_reason_of_each_that_cannot(centre: Centre) -> None:
    every = numbers(centre)
    open_ones = numbers(centre, "phase = 'suspected'")

    page = preview(centre.desk(), "confirm", every)

    assert fit(page) == open_ones
    assert f"将影响 {len(open_ones)} 件" in page
    assert f"{len(every) - len(open_ones)} 件不可" in page
    assert page.count("只可对疑似的办理") == len(every) - len(open_ones)
    assert centre.log.asked == []


@pytest.mark.parametrize("act", list(bulk.DEEDS))
def test_what_the_preview_refuses_the_log_refuses_and_what_it_offers_the_log_does(
    centre: Centre, act: str
) -> None:
    desk, every = centre.desk(Role.LEADER if act == "settle" else Role.DUTY), numbers(centre)
    offered = fit(preview(desk, act, every))
    refused = [number for number in every if number not in offered]
    leads = {row.id: row.lead or "nobody" for row in centre.rows("SELECT id, lead FROM problem")}
    above = centre.filled.policy.holders["TA"]
    of_each = {
        "notice": {number: {"agency": leads[number]} for number in refused},
        "settle": {number: {"agency": above} for number in refused},
    }
    told = centre.log.ask_all(
        [commanded(act, number, "x", **of_each.get(act, {}).get(number, {})) for number in refused]
    )
    assert [answer and answer["outcome"] for answer in told] == ["refused"] * len(refused)

    page = send(desk, act, offered, **FORMS[act])

    assert offered
    assert f"已办 {len(offered)} 件" in page
    assert len(centre.log.asked) == len(every)


def test_every_row_is_a_command_of_its_own_and_in_the_trail(centre: Centre) -> None:
    ids = numbers(centre, "phase = 'treating'")

    send(centre.desk(), "notice", ids, step="supervised")

    assert [command.kind for command in centre.log.asked] == ["give_notice"] * len(ids)
    assert {command.by for command in centre.log.asked} == {"duty-ta-"}
    rows = centre.rows("SELECT object, outcome FROM trail WHERE act = 'asked' ORDER BY number")
    assert [tuple(row) for row in rows] == [(number, "accepted") for number in ids]
    given = centre.rows(
        "SELECT problem_id, kind FROM notice WHERE kind = 'supervised' AND reason = 'OPERATOR'"
    )
    assert Counter(row.problem_id for row in given) == Counter(ids)


def test_all_that_the_filters_leave_are_the_rows_of_the_register(centre: Centre) -> None:
    desk = centre.desk(Role.DUTY, "TA-0")
    expected = numbers(centre, "phase = 'suspected' AND place LIKE 'TA-0%'")

    page = desk.get("/problems/bulk?all=1&phase=suspected&sort=opened").text

    assert expected
    assert sorted(fit(page)) == expected


def test_what_lies_outside_the_territory_is_neither_shown_nor_done(centre: Centre) -> None:
    theirs = numbers(centre, "phase = 'suspected' AND place LIKE 'TA-1%'")
    desk = centre.desk(Role.DUTY, "TA-0")

    shown = preview(desk, "confirm", theirs)
    said = send(desk, "confirm", theirs)

    assert "没有选中任何一件" in shown
    assert "没有选中任何一件" in said
    assert centre.log.asked == []


def test_what_has_changed_since_the_preview_is_left_out(centre: Centre) -> None:
    desk = centre.desk()
    ids = numbers(centre, "phase = 'suspected'")[:3]
    send(desk, "confirm", ids[:1])

    said = send(desk, "confirm", ids)

    assert "已办 2 件" in said
    assert "没有送出 1 件" in said
    assert len(centre.log.asked) == 3


def test_a_rise_is_undone_by_a_fall_and_a_dismissal_by_nothing(centre: Centre) -> None:
    desk = centre.desk()
    ids = numbers(centre, "phase = 'treating' AND tier <> 'city'")
    before = {row.id: row.tier for row in centre.rows("SELECT id, tier FROM problem")}

    said = send(desk, "raise", ids, note="上级统一处理")
    undo = re.search(r'<form class="undo".*?</form>', said, re.DOTALL)
    assert undo is not None
    assert re.findall(r'name="id" value="([^"]+)"', undo[0]) == ids
    assert 'value="lower"' in undo[0]
    send(desk, "lower", ids, note="撤销")

    assert {row.id: row.tier for row in centre.rows("SELECT id, tier FROM problem")} == before
    assert 'class="undo"' not in send(desk, "dismiss", ids, reason="EXPECTED")


def test_no_more_than_the_bound_go_at_once(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BULK_MAX", 5)

    page = centre.desk().get("/problems/bulk?all=1&phase=suspected&act=confirm").text

    assert len(fit(page)) == 5
    assert "一次最多 5 件" in page


def test_a_remark_about_a_person_stops_them_all(centre: Centre) -> None:
    said = send(centre.desk(), "lower", numbers(centre, "phase = 'treating'"), note="联系 13812345678")

    assert "含个人信息" in said
    assert centre.log.asked == []


@pytest.mark.parametrize(
    ("role", "act"), [(Role.AGENCY, "confirm"), (Role.MONITOR, "raise"), (Role.DUTY, "settle")]
)
def test_a_role_or_an_act_that_may_not_is_refused(centre: Centre, role: Role, act: str) -> None:
    row = centre.rows("SELECT lead FROM problem WHERE lead <> '' LIMIT 1")[0]
    desk = centre.desk(role, agency=row.lead if role is Role.AGENCY else "")
    token = csrf(desk.get("/events").text)

    answer = desk.post("/problems/bulk", data={"csrf": token, "act": act, "id": numbers(centre)})

    assert answer.status_code == 403
    assert centre.log.asked == []
