"""A real Chromium before a real console: what it logs, what it fetches, and what an accessibility checker finds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, Literal
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from hub.tools.broker import find_free_port

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]

CROWDED = """() => {
  const faults = [];
  const shown = box => box.width > 1 && box.height > 1;
  const named = (el, what) =>
    faults.push(`${what}: ${el.tagName}.${el.className} ${el.textContent.trim().slice(0, 40)}`);
  const rolls = el => ['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(el).overflowX);
  for (const box of document.querySelectorAll('.pan, .tile, .kard, .top, .side')) {
    const edge = box.getBoundingClientRect();
    if (!shown(edge)) continue;
    for (const el of box.querySelectorAll('*')) {
      if (el.closest('dialog, details:not([open]) > ul, .hid, svg') || !shown(el.getBoundingClientRect())) continue;
      let up = el.parentElement;
      while (up !== box && !rolls(up)) up = up.parentElement;
      if (up !== box) continue;
      if (el.getBoundingClientRect().right > edge.right + 1) named(el, 'sticks out');
    }
  }
  for (const el of document.querySelectorAll('main *')) {
    const style = getComputedStyle(el);
    if (style.overflowX !== 'hidden' || style.textOverflow === 'ellipsis') continue;
    if (el.closest('dialog, svg, .hid, .fit')) continue;
    if (shown(el.getBoundingClientRect()) && el.scrollWidth > el.clientWidth + 1) named(el, 'is cut');
  }
  return faults;
}"""
"""Menus that are shut and drawings do not count. A box that rolls or ends in an ellipsis cuts with a sign; a block of
the wallboard shows as many whole rows as fit."""


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
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

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

    def crowded(self) -> list[str]:
        """Give what sticks out of its box or is cut off without a sign, as tag, class and text."""
        found: list[str] = self.page.evaluate(CROWDED)
        return found

    def overflow(self) -> int:
        """Give by how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@contextmanager
def served(app: Any, lifespan: Literal["on", "off"] = "on") -> Iterator[str]:  # noqa: ANN401 - any ASGI application
    """Serve an application to a browser, and give its address; `lifespan` off for one that somebody runs already."""
    port = find_free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan=lifespan)
    )
    thread = Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline, "the console does not serve"
        thread.join(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium; as root it runs without its own sandbox."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--lang=zh-CN"]
        )
        yield browser
        browser.close()


def visit(
    browser: Browser, address: str, *, width: int = 1366, height: int = 768, toured: bool = True
) -> Visit:
    """Open a browser of its own, with its own cookies; one that was not toured is shown the tour."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    if toured:
        context.add_cookies([{"name": "hub_toured", "value": "1", "url": address}])
    opened = Visit(context.new_page(), address)
    opened.page.on("console", opened.hear)
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.on("request", opened.ask)
    return opened
