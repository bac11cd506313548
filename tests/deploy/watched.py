"""A running hub that Prometheus watches, with a duty desk that hears Alertmanager: as delivered, but faster."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import yaml

from hub.sdk import Publisher
from hub.tools.broker import HOST, Broker, find_free_port
from tests.deploy.collector import Collector
from tests.e2e.cities import City, a_report
from tests.e2e.hub_process import Hub, Worker

ROOT = Path(__file__).resolve().parents[2]
RULES_FILE = ROOT / "deploy" / "prometheus" / "alerts.yml"
ALERTMANAGER = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
WITHIN_S = 60.0


class Duty:
    """A duty desk's webhook: keeps the alerts that arrive, with the time, and takes notices too."""

    def __init__(self) -> None:
        """Listen on a port of its own."""
        self.heard: list[tuple[float, dict[str, Any]]] = []
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                desk.heard += [(time.monotonic(), alert) for alert in json.loads(body).get("alerts", ())]
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class says so
                """Say nothing."""

        self.server = HTTPServer((HOST, 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def names(self, status: str) -> set[str]:
        """Give the alerts heard with a status, `firing` or `resolved`."""
        return {alert["labels"]["alertname"] for _, alert in self.heard if alert["status"] == status}

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@contextmanager
def started(log: Path, *words: object) -> Iterator[None]:
    """Run a server for as long as the block lasts."""
    with log.open("wb") as out:
        process = subprocess.Popen([str(word) for word in words], stdout=out, stderr=out)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def until(what: str, holds: Callable[[], bool]) -> float:
    """Wait until something holds; gives the seconds it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < WITHIN_S, what
        time.sleep(0.05)
    return time.monotonic() - began


@contextmanager
def watched(folder: Path, ports: dict[str, int], duty: Duty) -> Iterator[str]:
    """Prometheus and Alertmanager as delivered, but several times as fast; gives Prometheus' address."""
    prometheus, alertmanager = find_free_port(), find_free_port()
    jobs = [
        {"job_name": job, "static_configs": [{"targets": [f"{HOST}:{port}"]}]} for job, port in ports.items()
    ]
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": ["alerts.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"{HOST}:{alertmanager}"]}]}]},
        "scrape_configs": jobs,
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    rules = RULES_FILE.read_text(encoding="utf-8")
    # The watch looks each 5 s: as delivered, one bad look is not enough to be told of, nor one that comes late.
    rules = re.sub(r"for: \d+[sm]", "for: 8s", rules).replace("[1m]", "[15s]")
    (folder / "alerts.yml").write_text(rules, encoding="utf-8")
    desk = ALERTMANAGER.read_text(encoding="utf-8").replace(
        "127.0.0.1:5001", f"{HOST}:{duty.server.server_port}"
    )
    desk = desk.replace("group_wait: 5s", "group_wait: 0s").replace(
        "group_interval: 1m", "group_interval: 1s"
    )
    (folder / "alertmanager.yml").write_text(desk, encoding="utf-8")
    with (
        started(
            folder / "alertmanager.log",
            "prometheus-alertmanager",
            f"--config.file={folder / 'alertmanager.yml'}",
            f"--storage.path={folder / 'am'}",
            f"--web.listen-address={HOST}:{alertmanager}",
            "--cluster.listen-address=",
        ),
        started(
            folder / "prometheus.log",
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address={HOST}:{prometheus}",
            "--rules.alert.resend-delay=1s",
        ),
    ):
        yield f"http://{HOST}:{prometheus}"


def answers(address: str) -> bool:
    """Whether an address answers with 200."""
    try:
        with urlopen(address, timeout=5) as answer:  # noqa: S310 - our own
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Stage:
    """A running hub, watched by Prometheus at `prometheus`, with a duty desk that hears Alertmanager."""

    broker: Broker
    city: City
    hub: Hub
    settings: dict[str, Any]
    linkage: Worker
    prometheus: str
    duty: Duty
    console: int
    consoles: list[Worker]
    collector: Collector

    def now(self) -> datetime:
        """Give the moment, as a report carries it."""
        return datetime.now(UTC)

    def restart_console(self) -> None:
        """End the console and start it at the same port."""
        self.consoles.pop().kill()
        self.consoles.append(self.hub.start_console(self.console))
        until("the console is back", partial(answers, f"http://{HOST}:{self.console}/readyz"))

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """Give what Prometheus answers to an expression now."""
        address = f"{self.prometheus}/api/v1/query?query={quote(expression)}"
        with urlopen(address, timeout=5) as answer:  # noqa: S310 - our own
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return found


def publish(stage: Stage, numbers: Iterable[int], village: int = 0) -> None:
    """Report matters of one place and kind: enough of them are a problem."""
    with Publisher(stage.broker.bootstrap, stage.city.hotline) as publisher:
        for number in numbers:
            report = a_report(stage.city.hotline, number, stage.now(), stage.city.villages()[village])
            publisher.publish(report)
            publisher.flush()
