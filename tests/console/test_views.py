"""Saved views: a name for an address, whose it is, and who else sees it. And names found by their sound."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from hub.console.names import Names
from hub.console.pinyin import is_spelling, spelt
from hub.store.people import Role
from hub.store.views import VIEWS_MAX
from tests.console.desks import Centre, csrf, open_centre
from tests.console.rows import fill

RED = "/problems?clock=overdue&sort=matters"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("views"), 1_500)) as opened:
        yield opened


def saved(desk: TestClient, name: str, address: str = RED, **more: str) -> Response:
    form = {"csrf": csrf(desk.get("/problems").text), "name": name, "back": address, **more}
    return desk.post("/views", data=form, follow_redirects=False)


def shown(desk: TestClient, name: str) -> bool:
    return f">{name}<" in desk.get("/problems").text


def test_a_saved_view_is_at_hand_on_every_page(centre: Centre) -> None:
    desk = centre.desk()

    answer = saved(desk, "红色按件数")

    assert (answer.status_code, answer.headers["location"]) == (303, RED)
    for path in ("/", "/events", "/map"):
        assert f'href="{RED.replace("&", "&amp;")}">红色按件数<' in desk.get(path).text, path


def test_a_view_is_seen_by_its_maker_alone_unless_shared_with_the_role(centre: Centre) -> None:
    maker, same_role = centre.desk(), centre.desk(Role.DUTY, "TA-0")
    saved(maker, "只给自己")
    saved(maker, "给同角色", shared="on")

    assert not shown(same_role, "只给自己")
    assert shown(same_role, "给同角色")
    assert not shown(centre.desk(Role.ADMIN), "给同角色")


def test_a_shared_view_shows_its_reader_what_lies_in_their_own_scope(centre: Centre) -> None:
    maker, reader = centre.desk(), centre.desk(Role.DUTY, "TA-0")
    saved(maker, "全市", "/problems?at=TA-1", shared="on")

    page = reader.get("/problems?at=TA-1").text

    assert shown(reader, "全市")
    assert 'id="p-' not in page


def test_a_name_given_again_takes_the_new_address(centre: Centre) -> None:
    desk = centre.desk(Role.ADMIN)
    saved(desk, "同名", RED)
    saved(desk, "同名", "/problems?phase=treating")

    assert desk.get("/").text.count(">同名<") == 1
    assert 'href="/problems?phase=treating">同名<' in desk.get("/").text


def test_a_maker_removes_a_view_and_nobody_else_does(centre: Centre) -> None:
    maker, other = centre.desk(), centre.desk(Role.DUTY, "TA-1")
    saved(maker, "临时", shared="on")

    for desk in (other, maker):
        assert shown(maker, "临时")
        form = {"csrf": csrf(desk.get("/problems").text), "name": "临时", "back": "/problems"}
        assert desk.post("/views/forget", data=form, follow_redirects=False).status_code == 303

    assert not shown(maker, "临时")


@pytest.mark.parametrize(
    ("name", "address", "status"),
    [
        ("", RED, 422),
        ("长" * 41, RED, 422),
        ("张三 13812345678", RED, 422),
        ("电话", "/problems?q=13812345678", 422),
        ("别处", "https://elsewhere.example/problems", 403),
        ("别处", "//elsewhere.example/problems", 403),
        ("审计", "/audit", 403),
        ("一件", "/problems/TA25-000001", 403),
    ],
)
def test_what_is_no_view_is_not_kept(centre: Centre, name: str, address: str, status: int) -> None:
    desk = centre.desk(Role.DUTY, "TA-00")

    assert saved(desk, name, address).status_code == status
    assert "/views/forget" not in desk.get("/problems").text


def test_an_account_keeps_a_bounded_number_of_views(centre: Centre) -> None:
    desk = centre.desk(Role.DUTY, "TA-01")
    for number in range(VIEWS_MAX):
        assert saved(desk, f"第 {number}").status_code == 303

    assert saved(desk, "再多一个").status_code == 422
    assert not shown(desk, "再多一个")


@pytest.mark.parametrize("word", ["yongan", "ya", "anshi", "YongAn", "永安"])
def test_a_place_is_found_by_sound_by_first_letters_and_as_written(word: str) -> None:
    ways = spelt({"1": "永安市"})["1"]

    assert f" {word.casefold()}" in ways or word == "永安"


def test_a_word_is_a_spelling_when_it_is_of_two_latin_letters_or_more() -> None:
    assert [word for word in ("yongan", "y", "永安", "a1") if is_spelling(word)] == ["yongan"]


def test_the_search_takes_sounds_of_categories_and_agencies_too(centre: Centre) -> None:
    names = Names(centre.filled.policy, "zh")

    assert names.search("qwz").kinds == frozenset()
    assert "ZZ" in names.search("bushouli").kinds
    assert names.search("sz").agencies == {"ta-works"}
    assert names.search("公安").agencies == {"ta-police"}


def test_the_register_finds_what_an_agency_leads(centre: Centre) -> None:
    policy = centre.filled.policy
    lead = centre.rows("SELECT lead FROM problem WHERE lead <> '' ORDER BY lead LIMIT 1")[0].lead
    page = centre.desk().get("/problems", params={"q": policy.agencies[lead].name_zh}).text

    for row in centre.rows(f"SELECT id FROM problem WHERE lead = '{lead}' LIMIT 20"):
        assert f'id="p-{row.id}"' in page
