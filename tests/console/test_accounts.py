"""Accounts at a screen: who keeps whose, that a one-time password is shown once, and that every change is noted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from fastapi.testclient import TestClient

from hub.store import people, trail
from hub.store.people import Account, Role, SignIn, writing
from tests.console.desks import ORIGIN, PASSWORD, Centre, csrf, open_centre
from tests.console.rows import Filled, fill

ONCE = re.compile(r'id="once">([a-z0-9-]+)<')


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return fill(tmp_path_factory.mktemp("accounts"), 50)


@pytest.fixture
def centre(city: Filled, tmp_path: Path) -> Iterator[Centre]:
    shutil.copytree(city.config.parent, tmp_path, dirs_exist_ok=True)
    with open_centre(replace(city, url=f"sqlite:///{tmp_path}/hub.db")) as opened:
        yield opened


def post(desk: TestClient, verb: str = "add", **fields: str) -> str:
    token = csrf(desk.get("/accounts").text)
    answer = desk.post("/accounts", data={"csrf": token, "verb": verb, **fields})
    assert answer.status_code == 200, answer.text
    return answer.text


def added(centre: Centre, login: str = "night", territory: str = "TA-0", **more: str) -> str:
    """Add an account as the city's administrator; gives its one-time password."""
    said = post(
        centre.desk(Role.ADMIN),
        **{"login": login, "role": "duty", "territory": territory} | more,
    )
    found = ONCE.search(said)
    assert found is not None, said
    return found[1]


def signs_in(centre: Centre, login: str, password: str, otp: str = "") -> SignIn:
    now_ms = centre.client.app.state.console.now_ms()  # type: ignore[attr-defined]
    with writing(centre.engine) as sql:
        return people.sign_in(sql, login, password, otp, now_ms)


def acts(centre: Centre, login: str) -> list[tuple[str, str]]:
    rows = centre.rows(f"SELECT act, login FROM trail WHERE object = '{login}' ORDER BY number")
    return [(row.act, row.login) for row in rows]


def test_an_account_that_was_added_signs_in_with_a_password_that_is_shown_once(centre: Centre) -> None:
    password = added(centre)

    page = centre.desk(Role.ADMIN).get("/accounts").text

    assert 'id="a-night"' in page
    assert password not in page
    assert signs_in(centre, "night", password) is SignIn.DONE
    with centre.engine.connect() as sql:
        account = people.find_account(sql, "night")
    assert account is not None
    assert (account.role, account.territory, account.must_change) == (Role.DUTY, "TA-0", True)
    assert acts(centre, "night") == [("account_added", "admin-ta-")]


def test_a_locked_account_is_out_at_once_until_it_is_unlocked(centre: Centre) -> None:
    desk = centre.desk(Role.DUTY, "TA-0")
    admin = centre.desk(Role.ADMIN)
    login = "duty-ta-0-"
    assert desk.get("/problems").status_code == 200

    post(admin, login=login, verb="lock")
    gone = desk.get("/problems", follow_redirects=False)
    locked = signs_in(centre, login, PASSWORD)
    said = centre.client.post(
        "/login", data={"login": login, "password": PASSWORD}, headers={"origin": ORIGIN}
    )
    post(admin, login=login, verb="unlock")

    assert gone.headers["location"].startswith("/login")
    assert locked is SignIn.LOCKED
    assert "请联系管理员" in said.text
    assert signs_in(centre, login, PASSWORD) is SignIn.DONE
    assert acts(centre, login) == [("account_locked", "admin-ta-"), ("account_unlocked", "admin-ta-")]


def test_a_lost_device_is_lifted_and_the_password_stays(centre: Centre) -> None:
    password = added(centre)
    secret = pyotp.random_base32()
    with writing(centre.engine) as sql:
        people.set_otp(sql, "night", secret)
    assert signs_in(centre, "night", password) is SignIn.OTP_WANTED

    post(centre.desk(Role.ADMIN), login="night", verb="otp")

    assert signs_in(centre, "night", password) is SignIn.DONE


def test_a_reset_gives_a_new_one_time_password_and_ends_the_old(centre: Centre) -> None:
    old = added(centre)

    new = ONCE.search(post(centre.desk(Role.ADMIN), login="night", verb="reset"))

    assert new is not None
    assert signs_in(centre, "night", old) is SignIn.WRONG
    assert signs_in(centre, "night", new[1]) is SignIn.DONE


def test_a_closed_account_is_gone_and_its_name_stays_taken(centre: Centre) -> None:
    password = added(centre)

    post(centre.desk(Role.ADMIN), login="night", verb="close")
    said = post(centre.desk(Role.ADMIN), login="night", role="duty", territory="TA")

    assert signs_in(centre, "night", password) is SignIn.WRONG
    assert "曾经用过" in said
    assert 'id="a-night"' not in said


@pytest.mark.parametrize("verb", ["reset", "lock", "close", "otp"])
def test_nobody_shuts_himself_out(centre: Centre, verb: str) -> None:
    said = post(centre.desk(Role.ADMIN), login="admin-ta-", verb=verb)

    assert "请由另一位管理员办理" in said
    assert signs_in(centre, "admin-ta-", PASSWORD) is SignIn.DONE


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"login": "Night Shift"}, "账号须为"),
        ({"territory": "nowhere"}, "没有属地 nowhere"),
        ({"agency": "nobody"}, "没有单位 nobody"),
        ({"territory": ""}, "请指明属地或单位"),
        ({"role": "agency"}, "须指明单位"),
        ({"role": "king"}, "请选择角色"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_the_reason(
    centre: Centre, fields: dict[str, str], why: str
) -> None:
    said = post(
        centre.desk(Role.ADMIN),
        **{"login": "night", "role": "duty", "territory": "TA"} | fields,
    )

    assert why in said
    assert ONCE.search(said) is None
    assert centre.number("SELECT count(*) FROM account WHERE login LIKE '%ight%'") == 0


def test_an_administrator_of_a_county_keeps_the_accounts_of_that_county(centre: Centre) -> None:
    added(centre, "here", "TA-01")
    added(centre, "there", "TA-1")
    added(centre, "above", "TA")
    added(centre, "works", "", role="agency", agency="ta-works")
    added(centre, "police", "TA-01", agency="ta-police")
    county = centre.desk(Role.ADMIN, "TA-0")

    page = county.get("/accounts").text

    assert set(re.findall(r'id="a-([a-z0-9-]+)"', page)) == {"admin-ta-0-", "here", "works"}
    for login in ("there", "above", "police"):
        answer = county.post("/accounts", data={"csrf": csrf(page), "login": login, "verb": "reset"})
        assert answer.status_code == 404, login
    said = post(county, login="more", role="admin", territory="TA")
    assert "不在您的辖区内" in said


@pytest.mark.parametrize("role", [Role.DUTY, Role.LEADER, Role.MONITOR])
def test_whoever_keeps_no_accounts_neither_sees_nor_changes_them(centre: Centre, role: Role) -> None:
    desk = centre.desk(role)
    token = csrf(desk.get("/events" if role is not Role.LEADER else "/problems").text)

    shown = desk.get("/accounts")
    asked = [
        desk.post(
            "/accounts",
            data={"csrf": token, "verb": "add", "login": "night", "role": "admin", "territory": "TA"},
        ),
        desk.post("/accounts", data={"csrf": token, "login": "admin-ta-", "verb": "lock"}),
    ]

    assert [answer.status_code for answer in (shown, *asked)] == [403, 403, 403]
    assert centre.number("SELECT count(*) FROM trail WHERE act = 'denied'") == 3


def test_accounts_of_another_city_are_not_there(centre: Centre) -> None:
    with writing(centre.engine) as sql:
        people.add_account(sql, Account("stranger", Role.ADMIN, "QQ", "QQ"), PASSWORD, 0)

    assert "stranger" not in centre.desk(Role.ADMIN).get("/accounts").text


def test_the_trail_holds_after_every_verb(centre: Centre) -> None:
    added(centre)
    for verb in ("lock", "unlock", "otp", "reset", "close"):
        post(centre.desk(Role.ADMIN), login="night", verb=verb)

    with centre.engine.connect() as sql:
        assert trail.verify(sql).broken_at is None
    assert [act for act, _ in acts(centre, "night")] == [
        "account_added",
        "account_locked",
        "account_unlocked",
        "otp_changed",
        "password_changed",
        "account_closed",
    ]
