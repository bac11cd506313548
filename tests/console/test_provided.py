"""Signing in by an OpenID provider: there and back, into accounts that exist, and answers that are not sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from joserfc.jwk import RSAKey

from hub.console import provider as provider_module
from hub.console.app import make_console
from hub.console.desk import SESSION_COOKIE
from hub.console.provided import ERRAND_COOKIE
from hub.console.provider import Provider, provider_of
from hub.settings import BadSetting, Settings, read_settings
from hub.store.people import Account, Role, add_account, close_account, lock, writing
from hub.store.trail import verify
from tests.console.desks import PASSWORD, Centre, open_centre
from tests.console.openid import CLIENT, SECRET, OpenId, open_id
from tests.console.rows import fill


@dataclass
class Door:
    """A console that people may enter by a provider."""

    centre: Centre
    open_id: OpenId
    app: Any

    def browser(self) -> TestClient:
        """A browser that has not been here."""
        return TestClient(self.app, follow_redirects=False)

    def enters(self, browser: TestClient, login: str, to: str = "/") -> Response:
        """Go to the provider as somebody and come back."""
        self.open_id.login = login
        left = browser.get("/login/oidc", params={"to": to})
        assert left.status_code == 303
        return browser.get(came_back(left.headers["location"]))


def came_back(address: str) -> str:
    """Follow the browser to the provider, and give the address that it is sent back to."""

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    try:
        build_opener(Stay).open(address, timeout=5)
    except OSError as error:
        found = urlsplit(error.headers["Location"])  # type: ignore[attr-defined]
        return f"{found.path}?{found.query}"
    raise AssertionError("the provider sent nobody back")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with open_centre(fill(tmp_path_factory.mktemp("provided"), 300)) as centre, open_id() as served:
        policies = {centre.filled.policy.jurisdiction: centre.filled.policy}
        provider = Provider(served.issuer, CLIENT, SECRET, "preferred_username")
        app = make_console(
            centre.engine, policies, centre.log.ask_all, centre.log, centre.filled.folders, provider
        )
        with writing(centre.engine) as sql:
            for login, fresh in (
                ("duty.zhang", False),
                ("new-desk", True),
                ("gone", False),
                ("resting", False),
            ):
                account = Account(login, Role.DUTY, "TA", "TA", must_change=fresh)
                add_account(sql, account, PASSWORD, 0)
            close_account(sql, "gone", 1)
            lock(sql, "resting")
        yield Door(centre, served, app)


@pytest.fixture(autouse=True)
def _honest(door: Door) -> None:
    door.open_id.claims, door.open_id.signs_with = {}, None


def test_the_second_way_in_is_shown_where_there_is_one(door: Door) -> None:
    assert "/login/oidc" in door.browser().get("/login?to=/problems").text
    assert "/login/oidc" not in door.centre.client.get("/login").text
    assert door.centre.client.get("/login/oidc", follow_redirects=False).status_code == 404


@pytest.mark.parametrize("login", ["duty.zhang", "Duty.Zhang"])
def test_who_has_an_account_is_signed_in_where_he_wanted_to_be(door: Door, login: str) -> None:
    browser = door.browser()

    answer = door.enters(browser, login, "/problems?tier=city")

    assert (answer.status_code, answer.headers["location"]) == (303, "/problems?tier=city")
    assert browser.get("/problems").status_code == 200
    last = door.centre.rows("SELECT login, act, detail FROM trail ORDER BY number DESC LIMIT 1")[0]
    assert tuple(last) == ("duty.zhang", "signed_in", "oidc")


def test_a_one_time_password_is_spent_by_the_first_sign_in(door: Door) -> None:
    browser = door.browser()

    door.enters(browser, "new-desk")

    assert browser.get("/").status_code == 200
    again = door.browser().post("/login", data={"login": "new-desk", "password": PASSWORD})
    assert again.status_code == 401


@pytest.mark.parametrize("login", ["nobody", "gone", "resting"])
def test_who_has_no_account_does_not_get_in(door: Door, login: str) -> None:
    browser = door.browser()

    answer = door.enters(browser, login)

    assert answer.status_code == 403
    assert "没有可用的账号" in answer.text
    assert SESSION_COOKIE not in browser.cookies
    last = door.centre.rows("SELECT login, act FROM trail ORDER BY number DESC LIMIT 1")[0]
    assert tuple(last) == ("?", "sign_in_failed")


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://another.example"},
        {"aud": "another-client"},
        {"nonce": "of-another-errand"},
        {"exp": 1},
        {"preferred_username": None},
        {"preferred_username": ["duty.zhang"]},
        {"azp": "another-client"},
    ],
)
def test_an_answer_that_is_not_sound_is_not_believed(door: Door, lie: dict[str, Any]) -> None:
    door.open_id.claims = lie
    browser = door.browser()

    assert door.enters(browser, "duty.zhang").status_code == 403
    assert SESSION_COOKIE not in browser.cookies


def test_an_answer_signed_by_somebody_else_is_not_believed(door: Door) -> None:
    door.open_id.signs_with = RSAKey.generate_key(2048, {"kid": "one"})

    assert door.enters(door.browser(), "duty.zhang").status_code == 403


def test_an_answer_to_another_browser_is_not_believed(door: Door) -> None:
    door.open_id.login = "duty.zhang"
    mine, theirs = door.browser(), door.browser()
    back = came_back(mine.get("/login/oidc").headers["location"])

    theirs.get("/login/oidc")

    assert theirs.get(back).status_code == 403
    assert door.browser().get(back).status_code == 403
    assert mine.get(back).status_code == 303


def test_an_errand_that_was_tampered_with_is_not_believed(door: Door) -> None:
    browser = door.browser()
    back = came_back(browser.get("/login/oidc").headers["location"])
    sealed = browser.cookies[ERRAND_COOKIE]
    browser.cookies.clear()
    browser.cookies.set(ERRAND_COOKIE, "x" + sealed, path="/login")

    assert browser.get(back).status_code == 403


def test_an_errand_that_took_too_long_is_not_believed(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_module, "BACK_WITHIN_S", -1)

    assert door.enters(door.browser(), "duty.zhang").status_code == 403


def test_a_code_serves_once(door: Door) -> None:
    door.open_id.login = "duty.zhang"
    browser = door.browser()
    back = came_back(browser.get("/login/oidc").headers["location"])
    errand = browser.cookies[ERRAND_COOKIE]
    assert browser.get(back).status_code == 303

    browser.cookies.set(ERRAND_COOKIE, errand, path="/login")

    assert browser.get(back).status_code == 403


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example", "/" + "x" * 3000])
def test_nobody_is_led_elsewhere(door: Door, to: str) -> None:
    assert door.enters(door.browser(), "duty.zhang", to).headers["location"] == "/"


def test_a_provider_that_does_not_answer_leaves_the_password(door: Door) -> None:
    with open_id() as other:
        away = Provider(other.issuer, CLIENT, SECRET, "preferred_username")
    policies = {"TA": door.centre.filled.policy}
    log, folders = door.centre.log, door.centre.filled.folders
    app = make_console(door.centre.engine, policies, log.ask_all, log, folders, away)

    answer = TestClient(app).get("/login/oidc")

    assert answer.status_code == 503
    assert "用账号密码登录" in answer.text


def test_the_browser_is_sent_with_a_challenge_and_for_no_more_than_the_name(door: Door) -> None:
    asked = parse_qs(urlsplit(door.browser().get("/login/oidc").headers["location"]).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid profile"]
    assert asked["redirect_uri"] == ["http://testserver/login/oidc/back"]


def test_the_trail_holds_together(door: Door) -> None:
    with door.centre.engine.connect() as sql:
        assert verify(sql).broken_at is None


def test_the_provider_is_named_by_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert provider_of(Settings(), {}) is None
    assert (
        provider_of(Settings(oidc_issuer="https://id.example/realms/city", oidc_client_id="hub"), {})
        is not None
    )

    monkeypatch.setenv("HUB_OIDC_ISSUER", "http://id.example")
    with pytest.raises(BadSetting, match="HUB_OIDC_ISSUER"):
        read_settings()
