"""Signing in, staying in, and what a desk may not do."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pyotp
import pytest
from fastapi.testclient import TestClient

from hub.console import guard
from hub.console.desk import SESSION_COOKIE
from hub.console.pages import PAGES
from hub.store.people import Account, Role, add_account, writing
from hub.store.trail import verify
from tests.console.desks import ORIGIN, PASSWORD, Centre, csrf, open_centre
from tests.console.rows import fill


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("signing"), 400)) as opened:
        yield opened


def an_account(centre: Centre, login: str, *, must_change: bool = False) -> TestClient:
    city = centre.filled.policy.jurisdiction
    with writing(centre.engine) as sql:
        add_account(sql, Account(login, Role.ADMIN, city, "TA", must_change=must_change), PASSWORD, 0)
    return TestClient(centre.client.app, headers={"origin": ORIGIN})


def sign_in(client: TestClient, login: str, password: str = PASSWORD, **more: str) -> int:
    data = {"login": login, "password": password, **more}
    return client.post("/login", data=data, follow_redirects=False).status_code


@pytest.mark.parametrize("path", [*PAGES, "/problems/TA25-000001", "/account", "/problems.csv"])
def test_nobody_sees_a_page_without_signing_in(centre: Centre, path: str) -> None:
    answer = TestClient(centre.client.app).get(path, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


def test_the_stream_and_parts_of_pages_answer_401(centre: Centre) -> None:
    client = TestClient(centre.client.app)

    assert client.get("/stream").status_code == 401
    assert client.get("/problems", headers={"hx-request": "true"}).status_code == 401


def test_after_signing_in_one_is_where_one_wanted_to_be(centre: Centre) -> None:
    client = an_account(centre, "wanders")

    answer = client.post(
        "/login",
        data={"login": "wanders", "password": PASSWORD, "to": "/problems?tier=city"},
        follow_redirects=False,
    )

    assert answer.headers["location"] == "/problems?tier=city"


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_signing_in_never_leads_elsewhere(centre: Centre, to: str) -> None:
    client = centre.desk(Role.ADMIN)

    page = client.get("/login", params={"to": to}).text

    assert 'name="to" value="/"' in page


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(centre: Centre) -> None:
    client = an_account(centre, "guessed")

    answers = [sign_in(client, "guessed", "wrong") for _ in range(5)]

    assert answers == [401] * 5
    assert sign_in(client, "guessed") == 401


def test_an_unknown_account_reads_like_a_wrong_password(centre: Centre) -> None:
    client = an_account(centre, "known")

    unknown = client.post("/login", data={"login": "nobody", "password": "wrong"}).text
    wrong = client.post("/login", data={"login": "known", "password": "wrong"}).text

    assert unknown.replace("nobody", "") == wrong.replace("known", "")


def test_a_one_time_password_must_be_changed_before_anything_else(centre: Centre) -> None:
    client = an_account(centre, "first", must_change=True)
    sign_in(client, "first")

    assert client.get("/problems", follow_redirects=False).headers["location"] == "/account"
    page = client.get("/account").text
    changed = client.post(
        "/account/password",
        data={"csrf": csrf(page), "old": PASSWORD, "new": "another-long-one", "again": "another-long-one"},
        follow_redirects=False,
    )

    assert changed.status_code == 303
    assert client.get("/problems").status_code == 200


def test_changing_the_password_ends_every_other_session(centre: Centre) -> None:
    client = an_account(centre, "twice")
    other = TestClient(centre.client.app, headers={"origin": ORIGIN})
    sign_in(client, "twice")
    sign_in(other, "twice")
    page = client.get("/account").text

    data = {"csrf": csrf(page), "old": PASSWORD, "new": "another-long-one", "again": "another-long-one"}
    client.post("/account/password", data=data)

    assert client.get("/problems").status_code == 200
    assert other.get("/problems", follow_redirects=False).status_code == 303


def test_a_code_is_asked_for_once_turned_on(centre: Centre) -> None:
    client = an_account(centre, "careful")
    sign_in(client, "careful")
    page = client.get("/account").text
    secret = page.split('name="secret" value="')[1].split('"')[0]
    code = pyotp.TOTP(secret)

    client.post("/account/otp", data={"csrf": csrf(page), "secret": secret, "code": code.now()})

    fresh = TestClient(centre.client.app, headers={"origin": ORIGIN})
    assert sign_in(fresh, "careful") == 401
    assert sign_in(fresh, "careful", otp="000000") == 401
    assert sign_in(fresh, "careful", otp=code.now()) == 303


def test_signing_out_ends_the_session_itself(centre: Centre) -> None:
    client = an_account(centre, "leaves")
    sign_in(client, "leaves")
    token = client.cookies[SESSION_COOKIE]

    client.post("/logout", data={"csrf": csrf(client.get("/account").text)})

    stolen = TestClient(centre.client.app, cookies={SESSION_COOKIE: token})
    assert stolen.get("/problems", follow_redirects=False).status_code == 303


def test_the_session_cookie_is_out_of_reach_of_scripts(centre: Centre) -> None:
    client = an_account(centre, "cookie")

    answer = client.post("/login", data={"login": "cookie", "password": PASSWORD}, follow_redirects=False)

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize("path", ["/logout", "/prefs", "/account/password", "/problems/TA25-000001/confirm"])
def test_a_form_without_the_sessions_token_does_nothing(centre: Centre, path: str) -> None:
    client = centre.desk(Role.ADMIN)
    asked = len(centre.log.asked)

    assert client.post(path, data={"csrf": "0" * 32}).status_code == 403
    assert len(centre.log.asked) == asked
    assert client.get("/problems").status_code == 200


@pytest.mark.parametrize(
    "headers", [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
def test_a_form_from_elsewhere_is_refused(centre: Centre, headers: dict[str, str]) -> None:
    client = centre.desk(Role.ADMIN)
    token = csrf(client.get("/account").text)

    assert client.post("/logout", data={"csrf": token}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.MONITOR, {"/", "/events", "/publishers", "/health", "/assessment", "/rules", "/wall"}),
        (
            Role.LEADER,
            {
                "/",
                "/queue",
                "/problems",
                "/escalations",
                "/linkage",
                "/map",
                "/assessment",
                "/rules",
                "/wall",
            },
        ),
        (Role.DUTY, set(PAGES) - {"/audit", "/accounts"}),
        (
            Role.AGENCY,
            {"/queue", "/problems", "/escalations", "/linkage", "/events", "/map", "/assessment", "/rules"},
        ),
        (Role.ADMIN, set(PAGES)),
    ],
)
def test_each_role_opens_its_own_pages_and_no_other(centre: Centre, role: Role, allowed: set[str]) -> None:
    desk = centre.desk(role, agency=centre.filled.city.works if role is Role.AGENCY else "")

    opened = {path for path in PAGES if desk.get(path).status_code == 200}

    assert opened == allowed
    assert all(desk.get(path).status_code == 403 for path in set(PAGES) - allowed)


def test_the_trail_knows_who_signed_in_looked_exported_and_was_refused(centre: Centre) -> None:
    centre.desk(Role.ADMIN).get("/audit")
    centre.desk(Role.DUTY).get("/problems.csv")
    centre.desk(Role.MONITOR).get("/audit")

    acts = {(row.login.split("-")[0], row.act) for row in centre.rows("SELECT login, act FROM trail")}
    assert {
        ("admin", "signed_in"),
        ("admin", "viewed"),
        ("duty", "exported"),
        ("monitor", "denied"),
    } <= acts
    with centre.engine.connect() as sql:
        assert verify(sql).broken_at is None


def test_too_many_requests_wait(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    # The clock stands: on a busy machine 200 requests may take longer than the rate allows anyway.
    monkeypatch.setattr(guard, "time", SimpleNamespace(monotonic=lambda: 0.0))
    client = TestClient(centre.client.app, cookies={"hub_theme": "dark"})

    answers = [client.get("/healthz").status_code for _ in range(200)]

    assert answers[0] == 200
    assert 429 in answers
