"""One run of the benchmarks: every contender on the same events, each with a fresh broker, one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from hub.policies.load import load_policy
from hub.tools.bench.console import measure_console
from hub.tools.bench.http import measure_http
from hub.tools.bench.latency import RATE as LATENCY_RATE
from hub.tools.bench.latency import SECONDS as LATENCY_S
from hub.tools.bench.latency import measure_latency
from hub.tools.bench.load import PARTITIONS, Event, simulated, write_lines
from hub.tools.bench.outage import RATE as OUTAGE_RATE
from hub.tools.bench.outage import measure_outages
from hub.tools.bench.peers import NOTES, measure_peer
from hub.tools.bench.postgres import running_postgres
from hub.tools.bench.results import ROOT, Row
from hub.tools.bench.stand import Stand, StandFailed
from hub.tools.bench.whole import measure_whole
from hub.tools.broker import Broker, find_free_port, start_broker

CONFIG: Final = ROOT / "deploy" / "jurisdictions" / "sanming"
DATABASES: Final = ("sqlite", "postgresql")
PARTS: Final = ("replay", "http", "console", *NOTES, *(f"hub-{database}" for database in DATABASES))
OUTAGE_S: Final = 90
"""Longest the stream under the outages is needed: three restarts, one takeover."""


def measure(parts: Sequence[str], count: int) -> Iterator[Row]:
    """Measure the named parts (of `PARTS`) over `count` events, and give each row as it is known."""
    after_s = LATENCY_RATE * LATENCY_S + OUTAGE_RATE * OUTAGE_S
    every = simulated(load_policy(CONFIG), count + after_s)
    events, later = every[:count], every[count:]
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as made:
        folder = Path(made)
        for number, part in enumerate(parts):
            place = folder / str(number)
            place.mkdir()
            if part == "replay":
                yield _replay(place, events)
            elif part == "http":
                with _fresh_stand(place, "") as stand:
                    yield from measure_http(stand, part, events)
            elif part == "console":
                with _fresh_stand(place, "", inbox_partitions=1) as stand:
                    yield from measure_console(stand, part)
            elif part in NOTES:
                with _fresh_stand(place, "") as stand:
                    yield measure_peer(part, stand.broker, events)
            else:
                yield from _hub(place, part, events, later)


def _hub(folder: Path, part: str, events: Sequence[Event], later: Sequence[Event]) -> Iterator[Row]:
    if part == "hub-sqlite":
        yield from _whole(folder, f"sqlite:///{folder}/hub.db", part, events, later)
        return
    with running_postgres() as url:
        yield from _whole(folder, url, part, events, later)


def _whole(
    folder: Path, database: str, part: str, events: Sequence[Event], later: Sequence[Event]
) -> Iterator[Row]:
    paced = LATENCY_RATE * LATENCY_S
    with _fresh_stand(folder, database) as stand:
        yield from measure_whole(stand, part, events)
        yield from measure_latency(stand, part, later[:paced])
        yield from measure_outages(stand, part, later[paced:])


@contextmanager
def _fresh_stand(folder: Path, database: str, inbox_partitions: int = PARTITIONS) -> Iterator[Stand]:
    """Start a broker with the hub's topics, and a database of its own where none is named."""
    broker: Broker = start_broker(folder / "broker", find_free_port())
    try:
        stand = Stand(
            folder,
            CONFIG,
            broker.bootstrap,
            database or f"sqlite:///{folder}/own.db",
            inbox_partitions=inbox_partitions,
            events_partitions=PARTITIONS,
        )
        with stand:
            stand.prepare()
            yield stand
    finally:
        broker.stop()


def _replay(folder: Path, events: Sequence[Event]) -> Row:
    one, every = folder / "one.jsonl", folder / "events.jsonl"
    write_lines(events[:1], one)
    write_lines(events, every)
    boot_wall, boot_cpu = _timed(one)
    wall, cpu = _timed(every)
    seconds = wall - boot_wall
    note = f"decisions written as JSON; {cpu - boot_cpu:.2f} s of CPU; booting ({boot_wall:.2f} s) left out"
    return Row("replay", len(events), seconds, len(events) / seconds, "events/s", note)


def _timed(file: Path) -> tuple[float, float]:
    """Replay a file and give wall and processor seconds."""
    command = [sys.executable, "-m", "hub", "replay", str(file), "--config", str(CONFIG), "--json"]
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise StandFailed(f"hub replay: {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime
