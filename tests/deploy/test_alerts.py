"""Alert rules: tested by promtool, each with a runbook, over metrics the hub has; and one, end to end, for real."""

from __future__ import annotations

import json
import re
import signal
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

import pytest
import yaml

from hub.sdk import Publisher
from hub.store.pulse import GAPS_MIN
from hub.tools.broker import HOST, Broker, find_free_port
from hub.tools.dashboards import DASHBOARDS
from tests.deploy.test_compose import known_metrics
from tests.e2e.cities import City, a_report, make_city
from tests.e2e.hub_process import Hub, Worker

ROOT = Path(__file__).resolve().parents[2]
RULES_FILE = ROOT / "deploy" / "prometheus" / "alerts.yml"
TESTS_FILE = ROOT / "deploy" / "prometheus" / "alerts.test.yml"
ALERTMANAGER = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
RULES: dict[str, dict[str, Any]] = {
    rule["alert"]: rule
    for group in yaml.safe_load(RULES_FILE.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
}
OF_PROMETHEUS = {"up", "process_start_time_seconds"}
WITHIN_S = 60.0


def run(*words: object) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_fires_and_is_quiet_as_its_tests_say() -> None:
    run("promtool", "check", "rules", RULES_FILE)
    run("promtool", "test", "rules", TESTS_FILE)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_tested_firing_and_leads_to_its_runbook(name: str) -> None:
    tests = yaml.safe_load(TESTS_FILE.read_text(encoding="utf-8"))["tests"]
    fires = [
        check
        for test in tests
        for check in test["alert_rule_test"]
        if check["alertname"] == name and check["exp_alerts"]
    ]
    sections = re.findall(
        r"^## (.+)$", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert fires
    assert name in sections
    assert RULES[name]["annotations"]["runbook"] == f"docs/operations.md#{name.lower()}"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_asks_only_for_metrics_there_are(name: str) -> None:
    asked = set(re.findall(r"\b(?:hub_\w+|up|process_start_time_seconds)\b", RULES[name]["expr"]))

    assert asked - known_metrics() - OF_PROMETHEUS == set()


def test_alertmanager_accepts_its_configuration() -> None:
    run("amtool", "check-config", ALERTMANAGER)


class Duty:
    """A duty desk's webhook: keeps what arrives, with the time."""

    def __init__(self) -> None:
        """Listen on a port of its own."""
        self.heard: list[tuple[float, dict[str, Any]]] = []
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                desk.heard += [(time.monotonic(), alert) for alert in json.loads(body)["alerts"]]
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
    """Prometheus and Alertmanager as delivered, but ten times as fast; gives Prometheus' address."""
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
    rules = re.sub(r"for: (30s|1m)", "for: 3s", rules).replace("[1m]", "[5s]")
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

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """Give what Prometheus answers to an expression now."""
        address = f"{self.prometheus}/api/v1/query?query={quote(expression)}"
        with urlopen(address, timeout=5) as answer:  # noqa: S310 - our own
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return found


@pytest.fixture(scope="module")
def stage(own_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("watched")
    city = make_city(folder / "city", "AL")
    duty = Duty()
    with Hub(folder / "hub", own_broker.bootstrap, folder / "city").prepare() as hub:
        ports = {name: find_free_port() for name in ("intake", "linkage", "console")}
        settings: dict[str, Any] = {
            f"HUB_{name.upper()}_METRICS_PORT": port for name, port in ports.items() if name != "console"
        }
        hub.start("intake", **settings)
        worker = hub.start("linkage", **settings)
        hub.start_console(ports["console"])
        for address in (*(f"{port}/metrics" for port in ports.values()), f"{ports['console']}/readyz"):
            until(address, partial(answers, f"http://{HOST}:{address}"))
        with watched(folder, ports, duty) as prometheus:
            yield Stage(own_broker, city, hub, settings, worker, prometheus, duty)
    duty.close()


@pytest.mark.broker
@pytest.mark.slow
def test_every_panel_of_every_dashboard_has_data_from_a_running_hub(stage: Stage) -> None:
    publish(stage, range(100, 100 + GAPS_MIN + 5))
    asked = {panel.expr for board in DASHBOARDS for panel in board.panels}

    until("data everywhere", lambda: not [expr for expr in asked if not stage.ask(expr)])


@pytest.mark.broker
@pytest.mark.slow
def test_a_frozen_worker_is_heard_of_at_the_duty_desk(stage: Stage) -> None:
    until("the watchdog is heard", lambda: "Watchdog" in stage.duty.names("firing"))
    before = stage.duty.names("firing")
    assert not {"ProcessDown", "LinkageStuck"} & before

    stage.linkage.send(signal.SIGSTOP)
    publish(stage, [1])
    heard_s = until(
        "the desk hears", lambda: bool({"ProcessDown", "LinkageStuck"} & stage.duty.names("firing"))
    )

    assert heard_s < 30
    until("the desk hears of the process", lambda: "ProcessDown" in stage.duty.names("firing"))

    # A worker that thaws without its shards ends by itself; its supervisor, which is not here, starts the next one.
    stage.linkage.kill()
    stage.hub.start("linkage", **stage.settings)
    until("the desk hears that it is over", lambda: "ProcessDown" in stage.duty.names("resolved"))


def publish(stage: Stage, numbers: Iterable[int]) -> None:
    """Report matters of one place and kind: enough of them are a problem."""
    with Publisher(stage.broker.bootstrap, stage.city.hotline) as publisher:
        for number in numbers:
            report = a_report(stage.city.hotline, number, datetime.now(UTC), stage.city.villages()[0])
            publisher.publish(report)
            publisher.flush()
