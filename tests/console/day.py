"""One day of a duty officer at the screen, in one language; the units answer at their own screen or by their topic."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, Page, expect

from hub.console.desk import LANG_COOKIE
from hub.console.words import Words
from hub.schemas.reasons import DecisionKind, Lang, text
from tests.console.browser import Visit
from tests.console.stand import SEEN_WITHIN_MS, URGENT, Stand, signed_in
from tests.e2e.hub_process import looking_at

KIND: Final = "BB3"
MATTERS: Final = 5
RISES_WITHIN_MS: Final = 90_000
"""The urgent kind's minute, and what the hub and the screen need."""

REMARKS: Final = {"zh": "职责不在本单位", "en": "Not within our duties"}
CHINESE: Final = re.compile(r"[\u4e00-\u9fff]+")
STAYS: Final = {"中文", REMARKS["zh"]}
"""What stays Chinese on an English page: the switch to Chinese, and what people wrote."""


class Day:
    """The officer's browser, the board that stays open beside it, and the problem of the day."""

    def __init__(self, stand: Stand, browser: Browser, lang: Lang, place: str) -> None:
        self._stand = stand
        self._lang = lang
        self._place = place
        self._words = Words(lang)
        self._remark = REMARKS[lang]
        self._officer = self._desk(browser, "duty")
        self._police = self._desk(browser, "police")
        self._board = self._officer.page.context.new_page()
        self._board.on("console", self._officer.hear)
        self._board.on("request", self._officer.ask)
        self._number = ""

    @property
    def complaints(self) -> list[str]:
        """What the consoles of the day's browsers said."""
        return self._officer.complaints + self._police.complaints

    @property
    def hosts(self) -> set[str]:
        """Every host that they asked."""
        return self._officer.hosts | self._police.hosts

    def starts_a_clock(self) -> None:
        """Confirm an urgent problem on the board that is watched; its village has a minute."""
        self._open_board()
        self._stand.report(self._place, MATTERS, URGENT)
        self._card("village").click(timeout=3 * SEEN_WITHIN_MS)
        self._press("确认", self._board)
        self._open_board()
        expect(self._card("village")).to_be_visible()

    def takes_up_what_arrives(self) -> None:
        """See a suspicion come without asking, confirm it, and give its lead two units beside it."""
        page = self._officer.page
        self._officer.open("/queue?tab=confirm")
        page.evaluate("window.opened = 'once'")
        self._stand.report(self._place, MATTERS, KIND)
        row = page.locator("#rows tr", has_text=f"Village {self._place[-3:]} · {KIND}")
        if self._lang == "zh":
            row = page.locator("#rows tr", has_text=f"Village {self._place[-3:]}{KIND}")
        expect(row).to_be_visible(timeout=3 * SEEN_WITHIN_MS)
        assert page.evaluate("window.opened") == "once"
        self._number = row.locator(".wide small").inner_text()

        row.get_by_role("link").first.click()
        page.evaluate("window.opened = 'once'")
        self._press("确认", page)
        for agency in (self._stand.city.police, self._stand.city.works):
            page.locator("summary", has_text=self._words("更多")).click()
            self._fill("d-co", "加协办", agency=agency)
            expect(self._part(agency)).to_contain_text(self._words("待签收"), timeout=SEEN_WITHIN_MS)
        self._well(page)

    def lets_units_accept_and_return(self) -> None:
        """One accepts at its own screen; one returns through its topic, is sent the task anew, and returns it again."""
        city = self._stand.city
        police = self._police.page
        self._police.open("/queue?tab=accept")
        police.locator("#rows tr", has_text=self._number).get_by_role("link").first.click()
        self._task(self._part(city.police, police), "签收")
        expect(self._part(city.police)).to_contain_text(self._words("办理中"), timeout=SEEN_WITHIN_MS)

        works = self._part(city.works)
        self._stand.reply(city.works, self._task_id(city.works), "return", ground=self._remark)
        expect(works).to_contain_text(self._words("已退回"), timeout=SEEN_WITHIN_MS)
        self._task(works, "重新派单", agency=city.works, note=self._remark)
        expect(works).to_contain_text(self._words("待签收"), timeout=SEEN_WITHIN_MS)
        self._stand.reply(city.works, self._task_id(city.works), "return", ground=self._remark)
        expect(works).to_contain_text(self._words("待裁定"), timeout=SEEN_WITHIN_MS)

    def rules_and_nudges(self) -> None:
        """Rule who takes the task that came back twice, and nudge the lead."""
        city, page = self._stand.city, self._officer.page
        self._officer.open("/queue?tab=rule")
        page.locator("#rows tr", has_text=self._number).get_by_role("link").first.click()
        page.evaluate("window.opened = 'once'")
        self._task(self._part(city.works), "裁定", agency=city.works, note=self._remark)
        expect(self._part(city.works)).to_contain_text(self._words("待签收"), timeout=SEEN_WITHIN_MS)
        self._fill("d-notice", "催办督办", agency=self._lead, step="nudged", note=self._remark)
        expect(page.locator(".tl")).to_contain_text(text(DecisionKind.NUDGED, self._lang))
        assert self._officer.faults() == []

    def verifies_and_ends(self) -> None:
        """The units report done: by topic, at the unit's own screen, on the telephone; the officer verifies each."""
        city, page = self._stand.city, self._officer.page
        self._stand.reply(city.works, self._task_id(city.works), "done", result=self._remark)
        self._task(self._part(city.police, self._police.page), "报办结", note=self._remark)
        self._task(self._part(self._lead), "报办结", note=self._remark)
        for agency in (city.works, city.police, self._lead):
            expect(self._part(agency)).to_contain_text(self._words("待核验"), timeout=SEEN_WITHIN_MS)
        for agency in (city.works, city.police, self._lead):
            self._task(self._part(agency), "核验通过")
            expect(self._part(agency)).to_contain_text(self._words("已核验"), timeout=SEEN_WITHIN_MS)
        expect(page.locator("header.name")).to_contain_text(self._words("观察期"), timeout=SEEN_WITHIN_MS)
        assert page.evaluate("window.opened") == "once"
        self._well(page)

    def exports_what_the_screen_shows(self) -> None:
        """Open the workbook of the ended ones, and read it beside the register."""
        page = self._officer.page
        self._officer.open("/problems?phase=settled")
        shown = [row.split("\n") for row in page.locator("#rows tr").all_inner_texts()]
        names = page.locator("#rows .wide > a").all_inner_texts()
        numbers = page.locator("#rows tr").evaluate_all("rows => rows.map(row => row.id.slice(2))")
        page.locator("summary", has_text=self._words("导出")).click()
        with page.expect_download() as coming:
            page.get_by_role("link", name="XLSX").click()
        head, rows = sheet_of(coming.value.path())

        assert self._number in numbers
        assert [row[self._words("编号")] for row in rows] == numbers
        assert [row[self._words("名称")] for row in rows] == names
        assert {row[self._words("状态")] for row in rows} == {self._words("观察期")}
        for row, cells in zip(rows, shown, strict=True):
            assert row[self._words("主办")] in "\t".join(cells)
        assert head[self._words("导出账号")] == "duty"
        self._well(page)

    def sees_the_clock_expire(self) -> None:
        """On the board that was opened in the morning the card has gone up by itself."""
        expect(self._card("township")).to_be_visible(timeout=RISES_WITHIN_MS)
        expect(self._card("village")).to_be_hidden()
        assert self._board.evaluate("window.opened") == "in the morning"

    @property
    def _lead(self) -> str:
        return f"tw-{self._place.lower()}"

    def _desk(self, browser: Browser, login: str) -> Visit:
        desk = signed_in(self._stand, browser, login)
        desk.page.context.add_cookies(
            [{"name": LANG_COOKIE, "value": self._lang, "url": self._stand.address}]
        )
        return desk

    def _open_board(self) -> None:
        self._board.goto(f"{self._stand.address}/escalations")
        self._board.evaluate("window.opened = 'in the morning'")

    def _card(self, tier: str) -> Locator:
        column = self._board.locator(f".col:has(#col-{tier})")
        return column.locator(".kard > a", has_text=f"Village {self._place[-3:]}").filter(has_text=URGENT)

    def _part(self, agency: str, page: Page | None = None) -> Locator:
        """The newest row of an agency in the 1+N table."""
        policy_name = {
            self._stand.city.police: {"zh": "公安", "en": "Police"},
            self._stand.city.works: {"zh": "市政", "en": "Works"},
        }.get(agency, {"zh": "综治中心", "en": "(governance centre)"})[self._lang]
        rows = (page or self._officer.page).locator("#problem tr:has(th[scope=row])", has_text=policy_name)
        return rows.last

    def _press(self, word: str, page: Page) -> None:
        page.get_by_role("button", name=self._words(word), exact=True).click()
        expect(page.locator("#answer")).to_contain_text(self._words("已办"), timeout=SEEN_WITHIN_MS)

    def _task(self, row: Locator, word: str, **fields: str) -> None:
        row.locator("summary").click()
        opener = row.get_by_role("button", name=self._words(word), exact=True)
        self._send(row.page, opener, word, fields)

    def _fill(self, dialog: str, word: str, **fields: str) -> None:
        page = self._officer.page
        self._send(page, page.locator(f"[data-opens={dialog}]"), word, fields)

    def _send(self, page: Page, opener: Locator, word: str, fields: dict[str, str]) -> None:
        opener.click()
        form = page.locator("dialog[open] form")
        for name, value in fields.items():
            field = form.locator(f"[name={name}]")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        form.get_by_role("button", name=self._words(word), exact=True).click()
        expect(page.locator("dialog[open]")).to_be_hidden()
        expect(page.locator("#answer")).to_contain_text(self._words("已办"), timeout=SEEN_WITHIN_MS)

    def _task_id(self, agency: str) -> str:
        with looking_at(self._stand.hub) as database:
            return str(
                database.rows(
                    f"SELECT id FROM task WHERE problem_id = '{self._number}' AND agency = '{agency}'"
                    " ORDER BY cut_ms DESC, id DESC LIMIT 1"
                )[0][0]
            )

    def _well(self, page: Page) -> None:
        """In one language."""
        if self._lang == "en":
            said = set(CHINESE.findall(page.locator("body").inner_text()))
            assert said <= STAYS, said


def sheet_of(file: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Give a workbook's query and its rows, each by the words of its heads."""
    with file.open("rb") as opened:
        page = load_workbook(opened).active
        lines = [list(row) for row in page.iter_rows(values_only=True)]
    blank = next(at for at, line in enumerate(lines) if not any(line))
    heads = lines[blank + 1]
    query = {line[0]: line[1] for line in lines[1:blank]}
    return query, [dict(zip(heads, line, strict=True)) for line in lines[blank + 2 :]]
