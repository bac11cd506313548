"""`hub up` as a person meets it: it serves, it says where, and Ctrl-C leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.tools.broker import HOST, find_free_port, is_free

pytestmark = [pytest.mark.broker, pytest.mark.slow]

PORTS = ("HUB_CONSOLE_PORT", "HUB_INTAKE_METRICS_PORT", "HUB_LINKAGE_METRICS_PORT")
LEAVE_WITHIN_S = 60


def processes_of(folder: Path) -> list[str]:
    """Command lines of every running process that names this folder in its arguments or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            known = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue  # it left while we looked, or is not ours to read
        if str(folder).encode() in known and process.name != str(os.getpid()):
            found.append(known.split(b"\0")[0].decode())
    return found


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    ports = {name: str(find_free_port()) for name in (*PORTS, "BROKER")}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
        **{name: ports[name] for name in PORTS},
        "HUB_BROKER": f"{HOST}:{ports['BROKER']}",
        "HUB_VAR": str(tmp_path / "var"),
        "HUB_LANG": "en",
    }
    command = [sys.executable, "-m", "hub", "up", "--no-simulate"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def address_shown(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"console (http://\S+)", line):
            return found[1]
    pytest.fail("hub up ended before it showed the console's address")


def test_ctrl_c_stops_every_child_and_frees_every_port(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    address = address_shown(running)
    port = int(address.rstrip("/").rpartition(":")[2])
    assert not is_free(port)
    assert any(name.endswith("java") for name in processes_of(tmp_path))

    running.send_signal(signal.SIGINT)
    status = running.wait(timeout=LEAVE_WITHIN_S)

    assert status == 0
    assert processes_of(tmp_path) == []
    assert is_free(port)
