"""Every page of a real city at the sizes desks have, in both languages: nothing sticks out, nothing is cut.

`HUB_PICTURES` names a folder to keep a picture of each page and look in; `make pictures` fills docs/console so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from hub.console.app import make_console
from hub.console.desk import LANG_COOKIE, THEME_COOKIE
from hub.console.pages import PAGES
from hub.store.database import open_database
from hub.store.people import Account, Role, add_account, writing
from hub.tools.kept import Folders
from tests.console.browser import Visit, chromium, served, visit
from tests.console.desks import PASSWORD, Log
from tests.console.rows import SANMING, fill_sanming

pytestmark = pytest.mark.slow

DAYS: Final = 60
PER_DAY: Final = 80.0
MOST_WORK: Final = (
    "SELECT problem_id FROM decision WHERE kind = 'task_cut'"
    " GROUP BY problem_id ORDER BY count(*) DESC, problem_id LIMIT 1"
)


class Look(NamedTuple):
    """How a page is looked at."""

    lang: str
    theme: str
    width: int
    height: int


LOOKS: Final = (Look("zh", "light", 1366, 768), Look("en", "dark", 1366, 768), Look("zh", "dark", 1920, 1080))


class Shown(NamedTuple):
    """A served console, and the number of a problem on which many work."""

    address: str
    number: str


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("layout")
    url, policy = fill_sanming(folder, DAYS, PER_DAY)
    engine = open_database(url)
    policies = {policy.jurisdiction: policy}
    with writing(engine) as sql:
        add_account(sql, Account("admin", Role.ADMIN, policy.jurisdiction, policy.jurisdiction), PASSWORD, 0)
    with engine.connect() as sql:
        number = str(sql.execute(text(MOST_WORK)).scalar())
    log = Log(engine, policies, lambda: 0)
    console = make_console(engine, policies, log.ask_all, log, Folders(SANMING, folder / "kept"))
    with served(console) as address:
        yield Shown(address, number)
    engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def signed_in(browser: Browser, address: str, look: Look) -> Visit:
    """Open a browser that looks so."""
    opened = visit(browser, address, width=look.width, height=look.height)
    opened.sign_in("admin", PASSWORD)
    opened.page.context.add_cookies(
        [
            {"name": LANG_COOKIE, "value": look.lang, "url": address},
            {"name": THEME_COOKIE, "value": look.theme, "url": address},
        ]
    )
    return opened


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.lang}-{look.theme}-{look.width}")
def test_nothing_sticks_out_and_nothing_is_cut(shown: Shown, browser: Browser, look: Look) -> None:
    opened = signed_in(browser, shown.address, look)
    found: dict[str, list[str]] = {}

    for path in (*PAGES, "/terms", f"/problems/{shown.number}"):
        opened.open(path)
        opened.page.wait_for_selector("#lamp:not([data-state=wait])")
        faults = opened.crowded()
        if opened.overflow() > 0:
            faults.append(f"the page is {opened.overflow()} pixels wider than its window")
        if faults:
            found[path] = faults
        keep(opened, look, "problem" if path.startswith("/problems/") else path.strip("/") or "overview")

    assert found == {}
    assert opened.complaints == []


def test_a_new_desk_is_shown_round_in_four_steps_once(shown: Shown, browser: Browser) -> None:
    opened = visit(browser, shown.address, toured=False)
    opened.sign_in("admin", PASSWORD)
    tour = opened.page.locator("#tour")
    titles = []
    while opened.page.locator("[data-tour=next]:visible").count():
        titles.append(tour.locator("h2:visible").inner_text())
        assert opened.page.locator(".lit").count() == 1, titles
        assert opened.faults() == []
        opened.page.locator("[data-tour=next]:visible").click()
    titles.append(tour.locator("h2:visible").inner_text())

    opened.page.locator("[data-tour=end]:visible").click()
    opened.open("/problems")

    assert titles == ["先看等您办的", "每件顽疾都说明白", "一处搜索，几个按键", "灯绿，数据就是新的"]
    expect(tour).to_be_hidden()
    opened.page.locator(".who summary").click()
    opened.page.locator("[data-tour=start]").click()
    expect(tour).to_be_visible()


def keep(opened: Visit, look: Look, name: str) -> None:
    """Keep a picture where pictures are asked for."""
    folder = os.environ.get("HUB_PICTURES")
    if folder:
        file = Path(folder) / f"{name}-{look.lang}-{look.theme}-{look.width}.png"
        opened.page.screenshot(path=file)
