"""`hub up` refuses clearly before it starts anything: ports, settings, a second start on one folder."""

from __future__ import annotations

import fcntl
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.settings import Settings
from hub.tools.broker import HOST, find_free_port
from hub.tools.up import Screen, UpError, up

SCREEN = Screen(lambda _zh, en: en)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def some_settings(folder: Path, **changes: object) -> Settings:
    ports = {
        name: find_free_port() for name in ("console_port", "intake_metrics_port", "linkage_metrics_port")
    }
    values: dict[str, object] = {"var": folder, "broker": f"{HOST}:{find_free_port()}", **ports, **changes}
    return Settings.model_validate(values)


@pytest.mark.parametrize("name", ["console_port", "intake_metrics_port", "linkage_metrics_port"])
def test_a_taken_port_names_the_port_and_the_variable(tmp_path: Path, taken_port: int, name: str) -> None:
    settings = some_settings(tmp_path, **{name: taken_port})

    with pytest.raises(UpError) as caught:
        up(settings, SCREEN, smoke=False, simulate=False)

    assert str(caught.value) == (
        f"端口 {taken_port} 已被占用;请释放该端口或修改 HUB_{name.upper()} / "
        f"port {taken_port} is in use: free it or set HUB_{name.upper()} to another one"
    )
    assert not (tmp_path / "broker").exists()


def test_a_stranger_on_the_brokers_port_is_no_broker(tmp_path: Path, taken_port: int) -> None:
    settings = some_settings(tmp_path, broker=f"{HOST}:{taken_port}")

    with pytest.raises(UpError, match=f"port {taken_port} is in use: free it or set HUB_BROKER"):
        up(settings, SCREEN, smoke=False, simulate=False)


def test_a_silent_broker_elsewhere_is_refused(tmp_path: Path) -> None:
    settings = some_settings(tmp_path, broker="kafka.invalid:9092")

    with pytest.raises(
        UpError, match=r"kafka.invalid:9092 does not answer and is no address of this machine"
    ):
        up(settings, SCREEN, smoke=False, simulate=False)


def test_a_second_start_on_one_folder_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "up.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(UpError, match=f"another `hub up` runs on {tmp_path}: stop it, or set HUB_VAR"):
            up(some_settings(tmp_path), SCREEN, smoke=False, simulate=False)


def test_a_smoke_run_without_the_city_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UpError, match="--smoke needs the simulated city"):
        up(some_settings(tmp_path), SCREEN, smoke=True, simulate=False)
