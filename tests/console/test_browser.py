"""The console in a real browser against the real hub: Kafka, workers, SQL, and a desk that decides."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from hub.console.pages import PAGES
from hub.tools.broker import Broker
from tests.console.browser import chromium
from tests.console.day import Day
from tests.console.stand import SEEN_WITHIN_MS, Stand, open_stand, signed_in
from tests.e2e.hub_process import looking_at

pytestmark = [pytest.mark.broker, pytest.mark.slow]

HERE, THERE = "TW-000", "TW-101"


@pytest.fixture(scope="module")
def stand(own_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with open_stand(tmp_path_factory.mktemp("browser"), own_broker) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_a_desk_sees_a_suspicion_arrive_confirms_it_and_sees_what_follows(
    stand: Stand, browser: Browser
) -> None:
    desk = signed_in(stand, browser, "duty")
    desk.open("/escalations")
    desk.page.evaluate("window.opened = 'once'")

    stand.report(HERE, 12)

    card = desk.page.locator(".kard > a").first
    expect(card).to_be_visible(timeout=3 * SEEN_WITHIN_MS)
    assert desk.page.evaluate("window.opened") == "once"
    expect(desk.page.locator("#lamp")).to_have_attribute("data-state", "ok", timeout=SEEN_WITHIN_MS)

    expect(desk.page.locator("#toast a").first).to_be_visible(timeout=SEEN_WITHIN_MS)
    expect(desk.page.locator("#waiting")).to_be_visible(timeout=SEEN_WITHIN_MS)

    card.click()
    expect(desk.page.locator("h1")).to_contain_text("Village")
    desk.page.evaluate("window.opened = 'twice'")
    desk.page.get_by_role("button", name="确认", exact=True).click()
    expect(desk.page.locator("#answer")).to_contain_text("已办", timeout=SEEN_WITHIN_MS)
    expect(desk.page.locator(".tl")).to_contain_text("确定主办", timeout=SEEN_WITHIN_MS)
    expect(desk.page.locator(".role.prime")).to_be_visible()

    stand.report(HERE, 1)
    expect(desk.page.locator(".tl")).to_contain_text("增补", timeout=SEEN_WITHIN_MS)
    assert desk.page.evaluate("window.opened") == "twice"
    assert desk.complaints == []
    assert desk.hosts == {f"127.0.0.1:{stand.port}"}


def test_the_day_of_a_duty_officer_in_both_languages(stand: Stand, browser: Browser) -> None:
    days = (Day(stand, browser, "zh", "TW-005"), Day(stand, browser, "en", "TW-015"))
    for day in days:
        day.starts_a_clock()
    for day in days:
        day.takes_up_what_arrives()
        day.lets_units_accept_and_return()
        day.rules_and_nudges()
        day.verifies_and_ends()
        day.exports_what_the_screen_shows()
    for day in days:
        day.sees_the_clock_expire()
    assert [day.complaints for day in days] == [[], []]
    assert {host for day in days for host in day.hosts} == {f"127.0.0.1:{stand.port}"}


def test_an_event_that_nobody_could_place_is_put_right_and_taken(stand: Stand, browser: Browser) -> None:
    stand.report("TW-NOWHERE", 1)
    desk = signed_in(stand, browser, "duty")
    desk.open("/events?outcome=quarantined")
    desk.page.locator("tbody a").first.click(timeout=SEEN_WITHIN_MS)
    desk.page.get_by_role("link", name="更正并重新入库").click()
    assert desk.faults() == []

    desk.page.locator("[name=place_word]").fill("Village 101")
    desk.page.get_by_text("Town 10 › Village 101").click()
    desk.page.get_by_role("button", name="更正并重新入库").click()

    expect(desk.page.locator("#answer")).to_contain_text("已受理", timeout=SEEN_WITHIN_MS)
    assert desk.complaints == []


def test_who_looks_at_a_problem_sees_who_else_does(stand: Stand, browser: Browser) -> None:
    with looking_at(stand.hub) as database:
        (number,) = database.rows("SELECT min(id) FROM problem WHERE place LIKE 'TW-0%'")
    desk, other = signed_in(stand, browser, "duty"), signed_in(stand, browser, "admin")
    desk.open(f"/problems/{number[0]}")
    here = desk.page.locator("#here")
    expect(here).to_be_hidden()

    other.open(f"/problems/{number[0]}")

    expect(here).to_contain_text("admin", timeout=SEEN_WITHIN_MS)
    expect(other.page.locator("#here")).to_contain_text("duty", timeout=SEEN_WITHIN_MS)
    other.open("/problems")
    expect(here).to_be_hidden(timeout=SEEN_WITHIN_MS)


def test_a_bulk_act_is_previewed_sent_and_answered_row_by_row(stand: Stand, browser: Browser) -> None:
    desk = signed_in(stand, browser, "duty")
    for place in ("TW-001", "TW-002"):
        stand.report(place, 12, "AA3")
    with looking_at(stand.hub) as database:
        waiting = partial(
            database.number, "SELECT count(*) FROM problem WHERE phase = 'suspected' AND category = 'AA3'"
        )
        stand.hub.wait_until("two suspicions", lambda: waiting() >= 2)
    desk.open("/problems?phase=suspected&phase=treating")

    desk.page.get_by_role("checkbox", name="全选已列出的").check()
    desk.page.get_by_role("button", name="办理勾选的").click()
    desk.page.locator("button[value=confirm]").click()
    fit = int(desk.page.locator("button[value=confirm] b").inner_text())
    desk.page.locator(".bulk .bt.go").click()

    expect(desk.page.locator(".answer")).to_contain_text(f"已办 {fit} 件", timeout=SEEN_WITHIN_MS)
    assert fit >= 2
    assert desk.page.locator("tbody .st-done").count() == fit
    assert desk.faults() == []
    assert desk.complaints == []


def test_a_desk_of_another_county_is_told_nothing(stand: Stand, browser: Browser) -> None:
    desk = signed_in(stand, browser, "duty-1")
    desk.open("/problems")
    with looking_at(stand.hub) as database:
        here = database.number("SELECT count(*) FROM problem WHERE place LIKE 'TW-0%'")
        stand.report(HERE, 1, "AA2")
        stand.report(THERE, 12, "BB1")
        stand.hub.wait_until(
            "a problem there",
            lambda: database.number("SELECT count(*) FROM problem WHERE place LIKE 'TW-1%'") > 0,
        )
        (theirs,) = database.rows("SELECT min(id) FROM problem WHERE place LIKE 'TW-0%'")

    expect(desk.page.locator("#unseen")).to_be_visible(timeout=SEEN_WITHIN_MS)
    desk.page.reload()

    assert here > 0
    expect(desk.page.locator("#rows tr").first).to_be_visible()
    shown = desk.page.locator("#rows").inner_text()
    assert "Town 0" not in shown
    desk.open(f"/problems/{theirs[0]}")
    expect(desk.page.locator("h1")).to_have_text("没有找到")


def test_filters_change_rows_counts_and_address_and_keep_the_focus(stand: Stand, browser: Browser) -> None:
    desk = signed_in(stand, browser, "duty")
    desk.open("/problems")

    box = desk.page.locator("#filters input[type=checkbox]").first
    name = box.get_attribute("id")
    box.focus()
    desk.page.keyboard.press("Space")

    expect(desk.page.locator("#result .chip").first).to_be_visible()
    assert "phase=" in desk.page.url
    assert desk.page.evaluate("document.activeElement.id") == name


def test_keys_reach_search_rows_and_pages(stand: Stand, browser: Browser) -> None:
    desk = signed_in(stand, browser, "duty")
    desk.open("/problems")

    desk.page.keyboard.press("/")
    assert desk.page.evaluate("document.activeElement.id") == "q"
    desk.page.locator("#main").focus()
    desk.page.keyboard.press("j")
    assert desk.page.evaluate("document.activeElement.closest('#rows') !== null")
    desk.page.keyboard.press("g")
    desk.page.keyboard.press("e")
    desk.page.wait_for_url("**/escalations")


@pytest.mark.parametrize(("lang", "theme"), [("zh", "light"), ("en", "dark")])
def test_every_page_is_readable_by_all_and_fits_its_window(
    stand: Stand, browser: Browser, lang: str, theme: str
) -> None:
    desk = signed_in(stand, browser, "admin")
    for name, value in (("hub_lang", lang), ("hub_theme", theme)):
        desk.page.context.add_cookies([{"name": name, "value": value, "url": stand.address}])
    with looking_at(stand.hub) as database:
        (number,) = database.rows("SELECT max(id) FROM problem")

    faults, wide = {}, {}
    more = (
        "/account",
        "/problems/bulk?all=1",
        "/rules?tab=calendar",
        "/rules?tab=versions",
        f"/rules/versions/{stand.version}",
    )
    for path in (*PAGES, f"/problems/{number[0]}", *more):
        desk.open(path)
        expect(desk.page.locator("h1").first).to_be_visible()
        said = list(desk.complaints)
        assert said == [], path
        faults[path], wide[path] = desk.faults(), desk.overflow()
        desk.complaints.clear()

    assert {path: found for path, found in faults.items() if found} == {}
    assert {path: pixels for path, pixels in wide.items() if pixels > 0} == {}


def test_the_light_turns_red_when_the_console_is_gone_and_green_when_it_is_back(
    stand: Stand, browser: Browser
) -> None:
    desk = signed_in(stand, browser, "duty")
    desk.open("/problems")
    lamp = desk.page.locator("#lamp")
    expect(lamp).to_have_attribute("data-state", "ok", timeout=SEEN_WITHIN_MS)

    stand.console.kill()
    expect(lamp).to_have_attribute("data-state", "lost", timeout=15_000)
    expect(desk.page.locator("#stale")).to_be_visible()
    stand.console = stand.hub.start_console(stand.port)

    expect(lamp).to_have_attribute("data-state", "ok", timeout=30_000)
    expect(desk.page.locator("#stale")).to_be_hidden()
