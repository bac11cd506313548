"""The compose file, the image, Prometheus, Grafana and systemd agree with each other and with the hub."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from prometheus_client import REGISTRY

import hub.metrics
from hub.cli.main import app
from hub.settings import Settings
from hub.tools.broker import SERVER
from hub.tools.panels import DASHBOARDS, Dashboard

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    return parser


def environment_file(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def commands() -> list[str]:
    """Every `hub …` command that a service or a unit starts."""
    started = [service["command"] for service in OURS.values()]
    started += [unit(path)["Service"]["ExecStart"].rpartition("/")[2] for path in UNITS]
    inner = [shlex.split(line)[2] if line.startswith("sh -c") else line for line in started]
    return sorted({part.strip() for line in inner for part in line.split("&&")})


def disarm(command: Any) -> None:  # noqa: ANN401 — typer keeps these classes to itself
    """Take out what a command does, so that only its words are judged."""
    command.callback = None
    for inner in getattr(command, "commands", {}).values():
        disarm(inner)


@cache
def every_command() -> Any:  # noqa: ANN401 — typer keeps these classes to itself
    """Give the whole command line, with nothing behind it."""
    whole = typer.main.get_command(app)
    disarm(whole)
    return whole


def has_command(command: str) -> bool:
    program, *arguments = shlex.split(command)
    with pytest.raises(SystemExit) as left:
        every_command().main(arguments, program)
    return program == "hub" and left.value.code == 0


@pytest.mark.parametrize("command", commands())
def test_a_started_command_is_one_the_hub_has(command: str) -> None:
    assert has_command(command)


@pytest.mark.parametrize(
    "command", ["hub worker juggling", "hub juggle", "hub topics", "hub console --colour"]
)
def test_a_command_the_hub_has_not_is_noticed(command: str) -> None:
    assert not has_command(command)


@pytest.mark.parametrize("name", OURS)
def test_every_hub_variable_is_a_setting_that_can_be_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in OURS[name]["environment"].items():
        assert variable.removeprefix("HUB_").lower() in Settings.model_fields, variable
        monkeypatch.setenv(variable, value)

    assert Settings().broker == "kafka:9092"


def test_the_machine_environment_holds_settings_alone() -> None:
    variables = environment_file(DEPLOY / "systemd" / "linkage-hub.env")

    assert {name.removeprefix("HUB_").lower() for name in variables} <= set(Settings.model_fields)


def test_hub_services_find_broker_and_database_where_they_listen() -> None:
    for service in OURS.values():
        settings = service["environment"]
        broker, _, port = settings["HUB_BROKER"].partition(":")
        assert f"CLIENTS://:{port}" in SERVICES[broker]["environment"]["KAFKA_LISTENERS"]
        assert f"CLIENTS://{broker}:{port}" in SERVICES[broker]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
        parts = re.fullmatch(r"postgresql\+psycopg://(\w+):(.+)@(\w+):5432/(\w+)", settings["HUB_DATABASE"])
        assert parts is not None
        database = SERVICES[parts[3]]["environment"]
        assert (database["POSTGRES_USER"], database["POSTGRES_PASSWORD"]) == (parts[1], parts[2])
        assert database["POSTGRES_DB"] == parts[4]


def test_the_composed_broker_decides_as_the_one_beside_the_hub() -> None:
    beside = dict(line.split("=", 1) for line in SERVER.splitlines() if "{" not in line)
    composed = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in SERVICES["kafka"]["environment"].items()
    }

    differing = {
        name
        for name, value in beside.items()
        if name in composed and composed[name] != value and name != "listener.security.protocol.map"
    }

    assert differing == set()
    assert {"auto.create.topics.enable", "message.max.bytes", "group.initial.rebalance.delay.ms"} <= set(
        composed
    )


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned_by_an_exact_tag(name: str) -> None:
    assert re.fullmatch(r"[a-z/-]+:v?\d+\.\d+(\.\d+)?", SERVICES[name]["image"])


def test_the_composed_kafka_is_the_tested_one() -> None:
    version = re.search(r"<artifactId>kafka_2.13</artifactId>\s*<version>([\d.]+)", pom())

    assert version is not None
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{version[1]}"


def pom() -> str:
    return (DEPLOY / "broker" / "pom.xml").read_text(encoding="utf-8")


def test_every_volume_is_declared_and_used_and_every_mounted_file_exists() -> None:
    mounts = [mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())]

    assert {source for source in mounts if not source.startswith(".")} == set(COMPOSE["volumes"])
    assert [source for source in mounts if source.startswith(".") and not (ROOT / source).exists()] == []


def test_published_ports_are_for_this_machine_alone_and_differ() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]

    assert all(re.fullmatch(r"127\.0\.0\.1:(\d+):\1", port) for port in ports)
    assert len(ports) == len(set(ports))


def test_a_service_waits_only_for_services_that_exist_and_can_say_so() -> None:
    for service in SERVICES.values():
        for name, waited in service.get("depends_on", {}).items():
            healthy = waited["condition"] == "service_healthy"
            assert ("healthcheck" in SERVICES[name]) is healthy


def test_the_console_listens_where_its_port_is_published() -> None:
    console = SERVICES["console"]
    port = console["environment"]["HUB_CONSOLE_PORT"]

    assert console["environment"]["HUB_CONSOLE_HOST"] == "0.0.0.0"  # noqa: S104 — inside its own network
    assert console["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_the_image_copies_only_what_exists_and_reaches_the_builder() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    sources = [source for line in lines if line.startswith("COPY") for source in line.split()[1:-1]]
    passed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert {f"!{source}" for source in sources} == {line for line in passed if line.startswith("!")}
    bases = [line for line in lines if line.startswith("FROM")]
    assert re.fullmatch(r"FROM node:20\.\d+\.\d+-bookworm-slim AS browser", bases[0])
    assert re.fullmatch(r"FROM python:3\.11\.\d+-slim-bookworm", bases[-1])


def test_prometheus_asks_every_process_at_its_port() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    targets = [t for job in config["scrape_configs"] for s in job["static_configs"] for t in s["targets"]]
    ports = {
        f"{name}:{value}"
        for name, service in OURS.items()
        for variable, value in service["environment"].items()
        if variable.endswith("_PORT")
    }

    assert set(targets) == ports


def test_prometheus_accepts_its_configuration() -> None:
    checked = subprocess.run(
        ["promtool", "check", "config", str(DEPLOY / "prometheus" / "prometheus.yml")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr


def test_grafana_asks_the_composed_prometheus() -> None:
    path = DEPLOY / "grafana" / "provisioning" / "datasources" / "prometheus.yml"
    (source,) = yaml.safe_load(path.read_text(encoding="utf-8"))["datasources"]

    assert source["url"] == "http://prometheus:9090"
    assert SERVICES["prometheus"]["ports"] == ["127.0.0.1:9090:9090"]


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.uid)
def test_a_dashboard_asks_only_for_metrics_there_are_and_explains_each_panel(board: Dashboard) -> None:
    asked = {name for panel in board.panels for name in re.findall(r"\bhub_\w+", panel.expr)}

    assert asked - known_metrics() == set()
    for panel in board.panels:
        assert panel.unit
        assert re.search(r"[\u4e00-\u9fff].* / .*[A-Za-z]|[\u4e00-\u9fff].*/ [a-z]", panel.text), panel.title


def known_metrics() -> set[str]:
    """Names under which the catalogue's metrics are scraped."""
    assert hub.metrics.__doc__
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    return {
        f"{metric.name}{suffix}"
        for metric in REGISTRY.collect()
        for suffix in suffixes.get(metric.type, ("",))
    }


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_restarts_for_ever_and_stops_in_time(path: Path) -> None:
    parsed = unit(path)

    assert parsed["Unit"]["StartLimitIntervalSec"] == "0"
    assert parsed["Service"]["Restart"] == "always"
    assert parsed["Service"]["RestartSec"] == "2"
    assert parsed["Service"]["TimeoutStopSec"] == "10"


def test_each_long_running_process_has_a_unit() -> None:
    assert {path.stem for path in UNITS} == {f"hub-{name}" for name in OURS if name != "setup"}
