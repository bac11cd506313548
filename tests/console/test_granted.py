"""Roles by the provider's groups: who gets which, what changes at the next sign-in, and files that do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.console.app import make_console
from hub.console.desk import LANG_COOKIE, SESSION_COOKIE
from hub.console.grants import read_grants
from hub.console.provider import Provider
from hub.settings import BadSetting
from hub.store.people import Account, Role, add_account, close_account, writing
from hub.store.trail import verify
from tests.console.desks import PASSWORD, open_centre
from tests.console.openid import CLIENT, SECRET, open_id
from tests.console.rows import Filled, fill
from tests.console.test_provided import Door

GRANTS = """claim = "groups"
[[grants]]
value = "hub-county-0"
role = "duty"
territory = "TA-0"
[[grants]]
value = "hub-police"
role = "agency"
agency = "ta-police"
[[grants]]
value = "hub-watch"
role = "monitor"
territory = "TA"
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return fill(tmp_path_factory.mktemp("granted"), 300)


@pytest.fixture(scope="module")
def door(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    file = tmp_path_factory.mktemp("grants") / "grants.toml"
    file.write_text(GRANTS, encoding="utf-8")
    with open_centre(filled) as centre, open_id() as served:
        policies = {filled.policy.jurisdiction: filled.policy}
        grants = read_grants(file, policies)
        provider = Provider(served.issuer, CLIENT, SECRET, "preferred_username", grants)
        app = make_console(centre.engine, policies, centre.log.ask_all, centre.log, filled.folders, provider)
        with writing(centre.engine) as sql:
            add_account(sql, Account("made-here", Role.ADMIN, "TA", "TA"), PASSWORD, 0)
            add_account(sql, Account("left", Role.DUTY, "TA", "TA"), None, 0)
            close_account(sql, "left", 1)
        yield Door(centre, served, app)


def may(door: Door, login: str) -> tuple[str, ...]:
    found = door.centre.rows(f"SELECT role, territory, agency FROM account WHERE login = '{login}'")
    return tuple(found[0])


@pytest.mark.parametrize(
    ("login", "groups", "granted"),
    [
        ("wang", ["others", "hub-county-0"], ("duty", "TA-0", "")),
        ("li", "hub-police", ("agency", "", "ta-police")),
        ("zhou", ["hub-watch", "hub-police"], ("agency", "", "ta-police")),
    ],
)
def test_the_first_group_of_the_file_gives_the_role(
    door: Door, login: str, groups: list[str] | str, granted: tuple[str, ...]
) -> None:
    door.open_id.claims = {"groups": groups}
    browser = door.browser()

    assert door.enters(browser, login).status_code == 303
    assert browser.get("/problems").status_code == 200
    assert may(door, login) == granted
    acts = door.centre.rows(f"SELECT act FROM trail WHERE login = '{login}' ORDER BY number")
    assert [row.act for row in acts][:2] == ["account_added", "signed_in"]


def test_other_groups_change_the_role_at_the_next_sign_in_and_end_the_old_sessions(door: Door) -> None:
    door.open_id.claims = {"groups": ["hub-county-0"]}
    before = door.browser()
    door.enters(before, "zhao")
    door.open_id.claims = {"groups": ["hub-police"]}
    after = door.browser()

    door.enters(after, "zhao")

    assert may(door, "zhao") == ("agency", "", "ta-police")
    assert after.get("/queue").status_code == 200
    assert before.get("/queue").status_code == 303
    (said,) = door.centre.rows("SELECT object, detail FROM trail WHERE act = 'role_changed'")
    assert tuple(said) == ("zhao", "duty TA-0 → agency ta-police")


@pytest.mark.parametrize("groups", [None, [], ["others"], 7])
@pytest.mark.parametrize(("lang", "told"), [("zh", "没有给您本系统的角色"), ("en", "gives you no role here")])
def test_who_has_no_group_of_the_file_is_told_so(door: Door, groups: object, lang: str, told: str) -> None:
    door.open_id.claims = {"groups": groups}
    browser = door.browser()
    browser.cookies.set(LANG_COOKIE, lang)

    answer = door.enters(browser, "nobody")

    assert answer.status_code == 403
    assert told in answer.text.replace("&#39;", "'")
    assert SESSION_COOKIE not in browser.cookies
    last = door.centre.rows("SELECT login, act, outcome FROM trail ORDER BY number DESC LIMIT 1")[0]
    assert tuple(last) == ("?", "sign_in_failed", "no role")


def test_who_loses_every_group_does_not_get_in_again(door: Door) -> None:
    door.open_id.claims = {"groups": ["hub-watch"]}
    browser = door.browser()
    door.enters(browser, "qian")
    door.open_id.claims = {"groups": []}

    assert door.enters(door.browser(), "qian").status_code == 403
    assert browser.get("/health").status_code == 303


def test_an_account_made_here_keeps_its_role(door: Door) -> None:
    door.open_id.claims = {"groups": ["hub-police"]}
    browser = door.browser()

    assert door.enters(browser, "made-here").status_code == 303
    assert may(door, "made-here") == ("admin", "TA", "")
    door.open_id.claims = {}
    assert door.enters(door.browser(), "made-here").status_code == 303


@pytest.mark.parametrize("login", ["left", "no spaces"])
def test_a_closed_account_or_a_name_the_log_does_not_take_stays_out(door: Door, login: str) -> None:
    door.open_id.claims = {"groups": ["hub-watch"]}

    assert door.enters(door.browser(), login).status_code == 403


def test_a_granted_account_has_no_password(door: Door) -> None:
    door.open_id.claims = {"groups": ["hub-watch"]}
    door.enters(door.browser(), "sun")

    for password in ("", PASSWORD):
        answer = door.browser().post("/login", data={"login": "sun", "password": password})
        assert answer.status_code in (401, 400)


def test_the_trail_holds_together(door: Door) -> None:
    with door.centre.engine.connect() as sql:
        assert verify(sql).broken_at is None


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("claim =", "cannot be read"),
        ('claim = "groups"', "at least one"),
        (GRANTS.replace("TA-0", "TA-9"), r"\[\[grants\]\] 1: 没有属地 TA-9 / there is no place TA-9"),
        (GRANTS.replace("ta-police", "nobody"), "there is no agency nobody"),
        (GRANTS.replace('agency = "ta-police"', 'territory = "TA"'), "needs the agency named"),
        (GRANTS.replace('"monitor"', '"king"'), r"\[\[grants\]\] 3: .*role must be one of duty"),
        (GRANTS.replace("hub-watch", "hub-police"), '3: .*"hub-police" stands above already'),
        (GRANTS.replace('value = "hub-watch"', "value = 7"), "may only have the texts"),
        (GRANTS.replace('value = "hub-watch"', 'group = "hub-watch"'), "may only have the texts"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_entry_and_the_reason(
    filled: Filled, tmp_path: Path, written: str, said: str
) -> None:
    file = tmp_path / "grants.toml"
    file.write_text(written, encoding="utf-8")

    with pytest.raises(BadSetting, match=said):
        read_grants(file, {"TA": filled.policy})
