"""Every page of a living city at the sizes desks have, in both languages: nothing sticks out, nothing is cut.

`HUB_PICTURES` names a folder to keep a picture of each page and look in; `make pictures` fills docs/console so.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from shutil import copytree
from typing import Final, NamedTuple

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from hub.console.app import make_console
from hub.console.desk import LANG_COOKIE, SESSION_COOKIE, THEME_COOKIE
from hub.console.pages import PAGES
from hub.model.lifecycle import Phase, TaskPhase
from hub.policies.models import Policy, Tier, Unit
from hub.schemas.reasons import TEXTS
from hub.store.database import open_database
from hub.store.people import Account, Role, add_account, writing
from hub.tools.kept import Folders, keep
from tests.console.browser import ROOT, Visit, chromium, served, visit
from tests.console.desks import PASSWORD, Log
from tests.console.rows import SANMING, fill_sanming, living

pytestmark = pytest.mark.slow

DAYS: Final = 60
PER_DAY: Final = 80.0
PICTURES: Final = ROOT / "docs" / "console"
COLOURS: Final = 200
"""A page has few: this many look the same in a third of the bytes."""

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


ALONE: Final = {"login": "/login", "report": "/problems/{number}/report"}
"""What stands outside the frame: before the sign-in, and on paper."""

SHOTS: Final = {
    **{path.strip("/") or "overview": path for path in PAGES},
    "problem": "/problems/{number}",
    "bulk": "/problems/bulk?all=1&phase=treating",
    "event": "/events/{event}",
    "tiers": "/rules?tab=tiers",
    "calendar": "/rules?tab=calendar",
    "precedents": "/rules?tab=precedents",
    "versions": "/rules?tab=versions",
    "version": "/rules/versions/{version}",
    "terms": "/terms",
    "account": "/account",
    **ALONE,
}
"""Each page by the name of its picture."""


OF_CODES: Final = ("terms", "version")
"""Pages that tell codes beside words, as that is what they are for."""

CODE: Final = re.compile(r"[\w-]+")


class Shown(NamedTuple):
    """A served console, what fills the addresses of its pages, and every code that words stand for."""

    address: str
    known: dict[str, str]
    codes: frozenset[str]

    def path(self, name: str) -> str:
        """Where a page lies."""
        return SHOTS[name].format(**self.known)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("layout")
    url, policy = fill_sanming(folder, DAYS, PER_DAY)
    copytree(SANMING, folder / "changed")
    tiers = folder / "changed" / "tiers" / "default.toml"
    tiers.write_text(
        tiers.read_text(encoding="utf-8").replace("township = { count = 5,", "township = { count = 4,"),
        encoding="utf-8",
    )
    version = keep(folder / "changed", folder / "kept", date(2026, 1, 1)).version
    engine = open_database(url)
    policies = {policy.jurisdiction: policy}
    with writing(engine) as sql:
        add_account(sql, Account("admin", Role.ADMIN, policy.jurisdiction, policy.jurisdiction), PASSWORD, 0)
    with engine.connect() as sql:
        number = str(sql.execute(text(MOST_WORK)).scalar())
        event = str(sql.execute(text("SELECT max(number) FROM journal WHERE outcome = 'accepted'")).scalar())
    log = Log(engine, policies, lambda: 0)
    console = make_console(engine, policies, log.ask_all, log, Folders(SANMING, folder / "kept"))
    with living(engine, policies), served(console) as address:
        known = {"number": number, "event": event, "version": version}
        yield Shown(address, known, codes_of(policy))
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

    for name in (name for name in SHOTS if name != "login"):
        opened.open(shown.path(name))
        opened.page.wait_for_selector("main" if name in ALONE else "#lamp[data-state=ok]")
        faults = opened.crowded()
        if opened.overflow() > 0:
            faults.append(f"the page is {opened.overflow()} pixels wider than its window")
        said = opened.page.locator("body").inner_text()
        if look.lang == "zh" and name not in OF_CODES:
            faults += sorted(shown.codes.intersection(CODE.findall(said)))
        if faults:
            found[name] = faults
        keep_picture(opened, look, name)
    opened.page.context.clear_cookies(name=SESSION_COOKIE)
    opened.open(shown.path("login"))
    keep_picture(opened, look, "login")

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


def test_the_kept_pictures_show_every_page_and_are_told_of() -> None:
    kept = {file.name for file in PICTURES.glob("*.png")}
    told = (PICTURES / "README.md").read_text(encoding="utf-8")

    assert kept == {picture_name(name, look) for name in SHOTS for look in LOOKS}
    assert [name for name in SHOTS if told.count(f"({picture_name(name, LOOKS[0])})") != 1] == []


def codes_of(policy: Policy) -> frozenset[str]:
    """Every code of a city, and every member of what the log says, that a reader should meet as a word."""
    patterns = policy.patterns
    own = (policy.burst, patterns.season, patterns.chronic, patterns.recurrent, patterns.lingering)
    others = (patterns.severe, patterns.redone, patterns.passed_around, *patterns.widespread)
    rules = {rule.name for rule in (*policy.rules, *own, *others) if rule is not None}
    kinds: tuple[type[StrEnum], ...] = (*TEXTS, Phase, TaskPhase, Tier, Unit)
    said = {str(member) for kind in kinds for member in kind}
    city = {*policy.agencies, *policy.places, *policy.categories, policy.calendar.name}
    # One letter is no sign of a code: 1+N.
    return frozenset(code for code in rules | said | city if len(code) > 1)


def picture_name(name: str, look: Look) -> str:
    """What the picture of a page in one look is called."""
    return f"{name}-{look.lang}-{look.theme}-{look.width}.png"


def keep_picture(opened: Visit, look: Look, name: str) -> None:
    """Keep a picture where pictures are asked for."""
    folder = os.environ.get("HUB_PICTURES")
    if folder:
        drawn = Image.open(io.BytesIO(opened.page.screenshot())).convert("RGB")
        few = drawn.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
        few.save(Path(folder) / picture_name(name, look), optimize=True)
