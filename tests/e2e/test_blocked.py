"""An agent that is blocked inside: its process ends by itself with 72, and its supervisor starts it again."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from hub.tools.broker import HOST, Broker, find_free_port
from hub.tools.supervise import Supervisor
from tests.e2e.cities import a_year, make_city
from tests.e2e.hub_process import Hub, looking_at

EVENTS = 200
STUCK_AFTER_S = 3
WITHIN_S = 60.0


def probed(port: int, path: str) -> tuple[int, list[str]]:
    """Give the status of a probe and what it misses; 0 while nobody answers."""
    try:
        with urlopen(f"http://{HOST}:{port}/{path}", timeout=5) as answer:
            return answer.status, json.load(answer)["missing"]
    except HTTPError as error:
        return error.code, json.load(error)["missing"]
    except OSError:
        return 0, []


@pytest.mark.broker
@pytest.mark.slow
def test_a_worker_blocked_inside_ends_with_72_and_its_next_start_takes_all(
    own_broker: Broker, tmp_path: Path
) -> None:
    city = make_city(tmp_path / "city", "BK")
    file, trap, port = tmp_path / "year.jsonl", tmp_path / "trap", find_free_port()
    file.write_bytes(b"".join(a_year(city, EVENTS, 5)))
    trap.touch()
    told: list[str] = []
    with (
        Hub(tmp_path / "hub", own_broker.bootstrap, tmp_path / "city").prepare() as hub,
        looking_at(hub) as data,
    ):
        hub.say("import", file, "--backfill")
        environment = hub.environment(HUB_LINKAGE_METRICS_PORT=port, HUB_STUCK_AFTER_S=STUCK_AFTER_S)
        with Supervisor(tmp_path / "log", environment, told.append) as supervisor:
            supervisor.start("linkage", [sys.executable, "-m", "tests.e2e.blocked_worker", str(trap)])
            supervisor.wait_until(lambda: not trap.exists(), WITHIN_S, "the agent is blocked")
            blocked_s = time.monotonic()
            taken_while_blocked = data.entries()

            supervisor.wait_until(lambda: bool(told), WITHIN_S, "it ends by itself")
            ended_s = time.monotonic() - blocked_s
            supervisor.wait_until(lambda: data.entries() == EVENTS, WITHIN_S, "the next start takes all")

            assert taken_while_blocked == 0
            assert len(told) == 1
            assert "stood still" in told[0]
            assert STUCK_AFTER_S - 1 < ended_s < STUCK_AFTER_S + 5
            supervisor.wait_until(lambda: probed(port, "readyz") == (200, []), WITHIN_S, "it is ready")
            assert probed(port, "healthz") == (200, [])
        said = (tmp_path / "log" / "linkage.log").read_text(encoding="utf-8")
    ended = [json.loads(line) for line in said.splitlines() if '"worker ended"' in line]
    assert [line["status"] for line in ended] == [72]
    assert re.search(r"hub\.inbox\.v1\[0\]", ended[0]["error"])
