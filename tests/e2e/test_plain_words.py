"""What goes wrong before the first event is said in one clear line, with a status that is not zero."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from hub.tools.broker import HOST, Broker, find_free_port
from hub.topology import INBOX
from tests.e2e.cities import make_city
from tests.e2e.hub_process import Hub

pytestmark = [pytest.mark.broker, pytest.mark.slow]


@pytest.fixture
def hub(broker: Broker, tmp_path: Path) -> Hub:
    """A hub with settings of its own and nothing made yet."""
    make_city(tmp_path / "city", "PA")
    return Hub(tmp_path / "hub", broker.bootstrap, tmp_path / "city")


def one_line(hub: Hub, *words: object, **settings: object) -> str:
    """Run a command that must fail; gives the only line on stderr."""
    done = hub.command(*words, **settings)
    lines = done.stderr.decode().splitlines()
    assert done.returncode not in (0, None)
    assert done.stdout == b""
    assert len(lines) == 1, done.stderr.decode()
    return lines[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_SESSION_TIMEOUT_S", "2"),
        ("HUB_INBOX_PARTITIONS", "none"),
        ("HUB_MEMBER", "a b"),
        ("HUB_CONSOLE_PORT", "70000"),
        ("HUB_LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(hub: Hub, name: str, value: str) -> None:
    assert name in one_line(hub, "worker", "linkage", **{name: value})


@pytest.mark.parametrize("words", [("worker", "linkage"), ("worker", "intake"), ("topics", "apply")])
def test_a_broker_that_is_away_is_named(hub: Hub, words: tuple[str, ...]) -> None:
    nobody = f"{HOST}:{find_free_port()}"

    said = one_line(hub, *words, HUB_BROKER=nobody)

    assert nobody in said
    assert "HUB_BROKER" in said


@pytest.mark.parametrize("stage", ["intake", "linkage"])
def test_a_port_in_use_is_named(hub: Hub, stage: str) -> None:
    hub.prepare()
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = one_line(hub, "worker", stage, **{f"HUB_{stage.upper()}_METRICS_PORT": port})

    assert str(port) in said
    assert f"HUB_{stage.upper()}_METRICS_PORT" in said


def test_a_database_the_hub_does_not_know_is_named(hub: Hub) -> None:
    assert "mysql" in one_line(hub, "db", "upgrade", HUB_DATABASE="mysql://somewhere/db")


@pytest.mark.parametrize(
    "words", [("worker", "linkage"), ("decisions",), ("events", "tally"), ("problems", "list")]
)
def test_a_database_without_tables_is_named_with_the_command_that_makes_them(
    hub: Hub, words: tuple[str, ...]
) -> None:
    hub.say("topics", "apply")

    assert "hub db upgrade" in one_line(hub, *words)


def test_a_database_server_that_is_away_is_named(hub: Hub) -> None:
    nobody = f"postgresql://hub@{HOST}:{find_free_port()}/hub"

    assert "HUB_DATABASE" in one_line(hub, "events", "tally", HUB_DATABASE=nobody)


def test_a_folder_without_a_jurisdiction_is_named(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert "jurisdiction.toml" in one_line(hub, "topics", "list", HUB_CONFIG=tmp_path / "empty")


def test_an_inbox_that_was_never_made_is_named_with_the_command_that_makes_it(hub: Hub) -> None:
    hub.say("db", "upgrade")
    admin = KafkaAdminClient(bootstrap_servers=hub.broker)
    if INBOX in admin.list_topics():
        admin.delete_topics([INBOX])
    admin.close()

    assert "hub topics apply" in one_line(hub, "worker", "linkage")
