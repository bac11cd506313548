"""What a desk asks of the hub: the log's own answer, who may ask, and what never gets into the log."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hub.console.deeds import OF_PROBLEM, OF_TASK
from hub.model.lifecycle import Phase, TaskPhase
from hub.schemas.commands import Command
from hub.store.people import Role
from hub.store.screens import one
from hub.tools.inbox import LogAway
from tests.console.desks import Centre, csrf, open_centre
from tests.console.rows import fill

HTMX = {"hx-request": "true"}


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    with open_centre(fill(tmp_path, 1_500)) as opened:
        yield opened


def a_problem(centre: Centre, phase: str = "treating") -> str:
    return str(centre.rows(f"SELECT id FROM problem WHERE phase = '{phase}' ORDER BY id LIMIT 1")[0].id)


def ask(desk: TestClient, path: str, **fields: str) -> str:
    token = csrf(desk.get("/problems").text)
    answer = desk.post(path, data={"csrf": token, **fields}, headers=HTMX)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_dismissal_is_answered_by_the_log_and_seen_on_the_problem(centre: Centre) -> None:
    number = a_problem(centre)
    desk = centre.desk()

    said = ask(desk, f"/problems/{number}/dismiss", reason="EXPECTED")

    assert "已办" in said
    assert centre.rows(f"SELECT phase FROM problem WHERE id = '{number}'")[0].phase == "dismissed"
    page = desk.get(f"/problems/{number}").text
    assert "误判排除" in page
    assert "季节或活动所致" in page


def test_the_command_says_which_desk_asked(centre: Centre) -> None:
    ask(centre.desk(), f"/problems/{a_problem(centre)}/dismiss", reason="EXPECTED", note="每年同期都有")

    (command,) = centre.log.asked
    assert (command.by, command.note) == ("duty-ta-", "每年同期都有")


def test_what_is_asked_is_in_the_trail_with_its_answer(centre: Centre) -> None:
    number = a_problem(centre)

    ask(centre.desk(), f"/problems/{number}/dismiss", reason="EXPECTED")

    rows = centre.rows("SELECT object, outcome FROM trail WHERE act = 'asked'")
    assert [tuple(row) for row in rows] == [(number, "accepted")]


def test_a_page_that_is_out_of_date_says_so_and_asks_nothing(centre: Centre) -> None:
    number = a_problem(centre)
    desk = centre.desk()
    ask(desk, f"/problems/{number}/dismiss", reason="EXPECTED")

    said = ask(desk, f"/problems/{number}/dismiss", reason="EXPECTED")

    assert "情况已有变化" in said
    assert len(centre.log.asked) == 1


@pytest.mark.parametrize(
    "fields", [{}, {"reason": ""}, {"reason": "BECAUSE"}, {"reason": "EXPECTED", "note": "长" * 201}]
)
def test_a_form_filled_in_wrong_never_reaches_the_log(centre: Centre, fields: dict[str, str]) -> None:
    said = ask(centre.desk(), f"/problems/{a_problem(centre)}/dismiss", **fields)

    assert "填写有误" in said
    assert centre.log.asked == []


@pytest.mark.parametrize("note", ["联系 13812345678", "身份证 11010519491231002X", "张某 zhang@example.com"])
def test_a_remark_about_a_person_never_reaches_the_log(centre: Centre, note: str) -> None:
    said = ask(centre.desk(), f"/problems/{a_problem(centre)}/dismiss", reason="EXPECTED", note=note)

    assert "含个人信息" in said
    assert centre.log.asked == []
    assert note not in str(centre.rows("SELECT * FROM trail"))


def test_an_agency_accepts_its_own_task_and_nobody_elses(centre: Centre) -> None:
    tasks = centre.rows("SELECT id, agency FROM task WHERE phase = 'cut' AND role = 'lead' ORDER BY id")
    mine = tasks[0]
    theirs = next(task for task in tasks if task.agency != mine.agency)
    desk = centre.desk(Role.AGENCY, agency=mine.agency)
    token = csrf(desk.get("/queue").text)

    accepted = desk.post(f"/tasks/{mine.id}/accept", data={"csrf": token}, headers=HTMX)
    other = desk.post(f"/tasks/{theirs.id}/accept", data={"csrf": token}, headers=HTMX)

    assert "已办" in accepted.text
    assert centre.rows(f"SELECT phase FROM task WHERE id = '{mine.id}'")[0].phase == "accepted"
    assert other.status_code == 404
    assert centre.rows(f"SELECT phase FROM task WHERE id = '{theirs.id}'")[0].phase == "cut"


@pytest.mark.parametrize(
    ("role", "act"), [(Role.MONITOR, "dismiss"), (Role.AGENCY, "raise"), (Role.DUTY, "settle")]
)
def test_a_role_that_may_not_is_refused_and_noted(centre: Centre, role: Role, act: str) -> None:
    row = centre.rows("SELECT id, lead FROM problem WHERE phase = 'treating' ORDER BY id LIMIT 1")[0]
    desk = centre.desk(role, agency=row.lead if role is Role.AGENCY else "")
    token = csrf(desk.get("/events").text)

    answer = desk.post(f"/problems/{row.id}/{act}", data={"csrf": token})

    assert answer.status_code == 403
    assert centre.log.asked == []
    assert centre.number("SELECT count(*) FROM trail WHERE act = 'denied'") == 1


@pytest.mark.parametrize(("heard", "said"), [(None, "仍在排队"), (LogAway("no broker"), "操作没有送出")])
def test_a_log_that_does_not_answer_is_told_from_one_that_is_away(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, heard: Exception | None, said: str
) -> None:
    def silent(commands: Sequence[Command]) -> list[None]:
        if heard is not None:
            raise heard
        return [None] * len(commands)

    console = centre.client.app.state.console  # type: ignore[attr-defined]
    desk = centre.desk()
    token = csrf(desk.get("/problems").text)
    monkeypatch.setattr(type(console), "ask", property(lambda _self: silent), raising=False)

    answer = desk.post(
        f"/problems/{a_problem(centre)}/dismiss", data={"csrf": token, "reason": "EXPECTED"}, headers=HTMX
    )

    assert said in answer.text


def test_without_scripts_the_answer_is_a_page_that_leads_back(centre: Centre) -> None:
    number = a_problem(centre)
    desk = centre.desk()

    page = desk.post(
        f"/problems/{number}/dismiss",
        data={"csrf": csrf(desk.get("/problems").text), "reason": "EXPECTED"},
    ).text

    assert "已办" in page
    assert f'href="/problems/{number}"' in page


def test_the_phases_of_the_table_are_phases_there_are() -> None:
    assert {phase for deed in OF_PROBLEM.values() for phase in deed.phases} <= set(Phase)
    assert {phase for deed in OF_TASK.values() for phase in deed.phases} <= set(TaskPhase)


def test_every_deed_that_is_offered_has_its_form_on_the_page(centre: Centre) -> None:
    page = centre.desk(Role.ADMIN).get(f"/problems/{a_problem(centre)}").text

    opens = set(re.findall(r'data-opens="([^"]+)"', page))
    assert len(opens) > 8
    assert opens == set(re.findall(r'<dialog id="([^"]+)"', page)) - {"tour"}


def test_matters_to_take_out_are_read_page_by_page_down_to_the_oldest(centre: Centre) -> None:
    (number, matters), *_ = centre.rows(
        "SELECT id, matters FROM problem WHERE phase = 'treating' ORDER BY matters DESC, id"
    )
    desk = centre.desk()
    shown: list[str] = []

    page = desk.get(f"/problems/{number}").text
    while page:
        shown += re.findall(r'name="matters" value="([^"]+)"', page)
        earlier = re.search(r'hx-get="(/problems/[^"]+/matters\?before=\d+)"', page)
        page = desk.get(earlier[1], headers=HTMX).text if earlier else ""

    assert matters > one.MEMBERS_MAX
    assert len(shown) == len(set(shown)) == matters
    assert ask(desk, f"/problems/{number}/split", matters=shown[-1], note="另一处").count("已办")


def test_matters_of_a_problem_out_of_sight_are_not_shown(centre: Centre) -> None:
    assert centre.desk().get("/problems/TA26-999999/matters?before=9999").status_code == 404
