"""Alert rules: tested by promtool, each with a runbook, over metrics the hub has; and one, end to end, for real."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.policies.load import load_policy
from hub.policies.models import Policy
from hub.sdk import Publisher
from hub.store.pulse import GAPS_MIN
from hub.tools.broker import HOST, Broker, find_free_port
from hub.tools.dashboards_page import PAGE, PICTURES
from hub.tools.dashboards_page import write as write_dashboards
from hub.tools.panels import DASHBOARDS
from tests.deploy.collector import Collector
from tests.deploy.movement import FAULTS, a_days_work, break_everything, catalogue, take_a_table_away, unmoved
from tests.deploy.test_compose import known_metrics
from tests.deploy.watched import ALERTMANAGER, ROOT, RULES_FILE, Duty, Stage, answers, publish, until, watched
from tests.e2e.cities import a_report, make_city
from tests.e2e.hub_process import Hub, looking_at

TESTS_FILE = ROOT / "deploy" / "prometheus" / "alerts.test.yml"
RULES: dict[str, dict[str, Any]] = {
    rule["alert"]: rule
    for group in yaml.safe_load(RULES_FILE.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
}
OF_PROMETHEUS = {"up", "process_start_time_seconds"}


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


def contacts(folder: Path, duty: Duty, policy: Policy) -> Path:
    """Let every body that holds a place be told by webhook of the duty desk; gives the file."""
    path = folder / "contacts.toml"
    path.write_text(
        "".join(
            f'[[channels]]\nagency = "{agency}"\nurl = "http://{HOST}:{duty.server.server_port}"\nsecret = "s"\n'
            for agency in sorted(set(policy.holders.values()))
        ),
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def stage(own_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("watched")
    city = make_city(folder / "city", "AL")
    duty, collector = Duty(), Collector()
    with Hub(folder / "hub", own_broker.bootstrap, folder / "city").prepare() as hub:
        ports = {name: find_free_port() for name in ("intake", "notices", "linkage", "console")}
        settings: dict[str, Any] = {
            f"HUB_{name.upper()}_METRICS_PORT": port for name, port in ports.items() if name != "console"
        }
        settings |= {"HUB_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": 100}
        hub.start("intake", **settings)
        hub.start("notices", **settings, HUB_CONTACTS=contacts(folder, duty, load_policy(folder / "city")))
        console = hub.start_console(ports["console"])
        worker = hub.start("linkage", **settings)
        for address in (*(f"{port}/metrics" for port in ports.values()), f"{ports['console']}/readyz"):
            until(address, partial(answers, f"http://{HOST}:{address}"))
        with watched(folder, ports, duty) as prometheus:
            yield Stage(
                own_broker,
                city,
                hub,
                settings,
                worker,
                prometheus,
                duty,
                ports["console"],
                [console],
                collector,
            )
    duty.close()
    collector.close()


@pytest.mark.broker
@pytest.mark.slow
def test_every_panel_of_every_dashboard_has_data_from_a_running_hub(stage: Stage) -> None:
    a_days_work(stage, range(100, 100 + GAPS_MIN + 5))
    asked = {panel.expr for board in DASHBOARDS for panel in board.panels}

    until("data everywhere", lambda: not [expr for expr in asked if not stage.ask(expr)])


@pytest.mark.broker
@pytest.mark.slow
def test_the_page_of_dashboards_is_drawn_from_what_prometheus_answers(stage: Stage, tmp_path: Path) -> None:
    write_dashboards(stage.prometheus, 1, "a small city", tmp_path)

    pictures = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / PICTURES).iterdir()}
    assert set(pictures) == {board.uid for board in DASHBOARDS}
    assert all("<polyline" in picture for picture in pictures.values())
    told = next(
        line for line in (tmp_path / PAGE).read_text(encoding="utf-8").splitlines() if "Disk free" in line
    )
    assert re.search(r"[1-9]\d*(\.\d+)? % \|$", told)


@pytest.mark.broker
@pytest.mark.slow
def test_a_days_work_moves_every_metric_that_no_fault_has_to(stage: Stage) -> None:
    usual = catalogue() - set(FAULTS)

    until("all move", lambda: not unmoved(stage, usual))


@pytest.mark.broker
@pytest.mark.slow
def test_the_hops_of_an_event_are_spans_in_its_agencys_trace(stage: Stage) -> None:
    trace, begun = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    works = stage.city.works
    report = a_report(works, 650, stage.now(), stage.city.villages(0)[5])
    with Publisher(stage.broker.bootstrap, works) as publisher:
        publisher.publish(report | {"traceparent": f"00-{trace}-{begun}-01"})

    until("every stage has told", lambda: len(stage.collector.of(trace)) == 3)

    intake, linkage, relay = (stage.collector.of(trace)[name] for name in ("intake", "linkage", "relay"))
    assert [intake.parent, linkage.parent, relay.parent] == [begun, intake.span, linkage.span]
    assert [span.service for span in (intake, linkage, relay)] == ["intake", "linkage", "linkage"]
    assert intake.facts == {
        "linkage.agency": works,
        "linkage.event": "e-650",
        "linkage.outcome": "accepted",
    }
    assert intake.began_ns <= intake.ended_ns
    assert intake.began_ns <= linkage.began_ns <= linkage.ended_ns <= relay.ended_ns
    with looking_at(stage.hub) as database:
        ((receipt,),) = database.rows("SELECT body FROM outbox WHERE key = 'e-650'")
    assert json.loads(receipt)["traceparent"] == f"00-{trace}-{relay.span}-01"


@pytest.mark.broker
@pytest.mark.slow
def test_a_frozen_worker_is_heard_of_at_the_duty_desk(stage: Stage) -> None:
    until("the watchdog is heard", lambda: "Watchdog" in stage.duty.names("firing"))
    # Nothing else speaks of a hub that is well.
    assert stage.duty.names("firing") == {"Watchdog"}

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


@pytest.mark.broker
@pytest.mark.slow
def test_each_metric_of_a_fault_moves_when_it_is_there(stage: Stage) -> None:
    assert set(FAULTS) <= catalogue()
    at_once = {name for name, fault in FAULTS.items() if fault != "a table is gone"}

    break_everything(stage)
    until("faults are seen", lambda: not unmoved(stage, at_once))
    take_a_table_away(stage)

    until("the database's too", lambda: not unmoved(stage, FAULTS))
    assert unmoved(stage, catalogue()) == set()
