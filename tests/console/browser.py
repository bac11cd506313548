"""A real Chromium before a real console: what it logs, what it fetches, and what an accessibility checker finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


@dataclass
class Visit:
    """One browser of one desk: its page, everything its console said, and every host it asked."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def sign_in(self, login: str, password: str) -> None:
        """Sign in as a desk."""
        self.page.goto(f"{self.address}/login")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", password)
        self.page.click("main button")
        self.page.wait_for_selector("#lamp")

    def open(self, path: str) -> None:
        """Open a page of the console."""
        self.page.goto(f"{self.address}{path}")

    def hear(self, message: ConsoleMessage) -> None:
        """Keep what the browser complains about: a breach of the security policy is among it."""
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def ask(self, request: Request) -> None:
        """Keep where a request went."""
        if not request.url.startswith("data:"):
            self.hosts.add(urlsplit(request.url).netloc)

    def faults(self) -> list[str]:
        """Give what the accessibility checker finds serious or critical on the page."""
        # Run as code of the tester: the page's own policy would refuse a script that was put in.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            "rules => axe.run({runOnly: rules, preload: false})", RULES
        )
        return [
            f"{fault['id']}: {node['html'][:120]}"
            for fault in found["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"]
        ]

    def overflow(self) -> int:
        """Give by how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium; as root it runs without its own sandbox."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


def visit(browser: Browser, address: str, *, width: int = 1366, height: int = 768) -> Visit:
    """Open a browser of its own, with its own cookies."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    opened = Visit(context.new_page(), address)
    opened.page.on("console", opened.hear)
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.on("request", opened.ask)
    return opened
