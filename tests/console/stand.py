"""A whole hub for browsers: Kafka, workers, SQL and console as processes, and desks that may sign in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser

from hub.sdk import Publisher
from hub.store.database import open_database
from hub.store.people import Account, Role, add_account, writing
from hub.tools.broker import Broker, find_free_port
from hub.tools.kept import keep
from tests.console.browser import Visit, visit
from tests.console.desks import PASSWORD
from tests.e2e.cities import City, a_report, draw_map, make_city
from tests.e2e.hub_process import Hub, Worker
from tests.schemas.builders import a_reply

SEEN_WITHIN_MS: Final = 10_000
URGENT: Final = "BB2"
"""The kind whose village has a minute: the shortest clock that a policy knows."""


@dataclass(slots=True)
class Stand:
    """A running hub of a small city whose suspicions wait for a desk, and its console's address."""

    hub: Hub
    city: City
    port: int
    console: Worker
    version: str
    reports: int = 0

    @property
    def address(self) -> str:
        """Where the console answers."""
        return f"http://127.0.0.1:{self.port}"

    def report(self, place: str, times: int, kind: str = "AA1") -> None:
        """Let the hotline report so many matters at a place."""
        with Publisher(self.hub.broker, self.city.hotline) as publisher:
            for _ in range(times):
                self.reports += 1
                publisher.publish(a_report(self.city.hotline, self.reports, datetime.now(UTC), place, kind))

    def reply(self, agency: str, task: str, reply: str, **said: object) -> None:
        """Let an agency's own system answer a task through its topic."""
        self.reports += 1
        event = a_reply(reply, task_id=task, **said) | {
            "id": f"r-{self.reports}",
            "source": f"urn:linkage:agency:{agency}",
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        with Publisher(self.hub.broker, agency) as publisher:
            publisher.publish(event)

    def answers(self) -> bool:
        """Whether the console serves."""
        try:
            with urlopen(f"{self.address}/healthz", timeout=1) as answer:  # noqa: S310 - this console
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def signed_in(stand: Stand, browser: Browser, login: str) -> Visit:
    """Open a browser of its own for a desk."""
    opened = visit(browser, stand.address)
    opened.sign_in(login, PASSWORD)
    return opened


@contextmanager
def open_stand(folder: Path, broker: Broker) -> Iterator[Stand]:
    """Start a hub, and end its processes."""
    city = a_city(folder / "city")
    with Hub(folder / "hub", broker.bootstrap, folder / "city") as hub:
        hub.prepare()
        engine = open_database(hub.database)
        with writing(engine) as sql:
            now_ms = time.time_ns() // 1_000_000
            for account in (
                Account("duty", Role.DUTY, "TW", "TW"),
                Account("duty-1", Role.DUTY, "TW", "TW-1"),
                Account("admin", Role.ADMIN, "TW", "TW"),
                Account("police", Role.AGENCY, "TW", "", city.police),
            ):
                add_account(sql, account, PASSWORD, now_ms)
        engine.dispose()
        hub.start("intake")
        hub.start("linkage")
        port = find_free_port()
        opened = Stand(hub, city, port, hub.start_console(port), a_kept_version(folder))
        hub.wait_until("the console serves", opened.answers)
        yield opened


def a_city(folder: Path) -> City:
    """Make a city with a sketch, whose rules wait for a desk's word, and in which one kind is urgent."""
    city = make_city(folder, "TW")
    draw_map(folder, city)
    for rule in (folder / "rules").glob("*.toml"):
        written = rule.read_text(encoding="utf-8").replace('confirm = "auto"', 'confirm = "operator"')
        rule.write_text(written, encoding="utf-8")
    usual = (folder / "tiers" / "default.toml").read_text(encoding="utf-8")
    days = 'village = { count = 3, unit = "working_days" }'
    assert days in usual
    (folder / "tiers" / "urgent.toml").write_text(
        usual.replace('name = "default"', f'name = "urgent"\ncategories = ["{URGENT}"]').replace(
            days, 'village = { count = 1, unit = "minutes" }'
        ),
        encoding="utf-8",
    )
    return city


def a_kept_version(folder: Path) -> str:
    """Keep a version in which the city's first rule looks further back."""
    copytree(folder / "city", folder / "changed")
    rule = folder / "changed" / "rules" / "frequent-village.toml"
    rule.write_text(
        rule.read_text(encoding="utf-8").replace("within_days = 30", "within_days = 60"), encoding="utf-8"
    )
    return keep(folder / "changed", folder / "hub" / "var" / "policies", date(2026, 1, 1)).version
