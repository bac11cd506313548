"""The others on the same events: a stock Faust agent and a quixstreams application, each in a process of its own.

Measured from the first event counted to the last, as the program itself says; booting is not measured, nor is the
commit after the last event.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import orjson

from hub.tools.bench.load import PARTITIONS, TOPIC, Event, publish
from hub.tools.bench.results import ROOT, Row
from hub.tools.bench.stand import StandFailed

WITHIN_S: Final = 600
NOTES: Final = {
    "stock-faust-table": "faust-streaming 0.15.3, one agent, a table of counts by key in memory with changelog",
    "stock-faust-plain": "faust-streaming 0.15.3, one agent, a plain number",
    "quixstreams": "counts by key in RocksDB with changelog, defaults (checkpoint every 5 s)",
}


def measure_peer(what: str, broker: str, events: Sequence[Event]) -> Row:
    """Publish the events, let the peer count them all, and give its rate; raises `StandFailed`."""
    publish(broker, events)
    done = subprocess.run(
        [sys.executable, *_command(what, broker, len(events))],
        capture_output=True,
        timeout=WITHIN_S,
        cwd=ROOT,
        check=False,
    )
    if done.returncode != 0:
        raise StandFailed(f"{what}: {done.returncode}\n{done.stderr.decode(errors='replace')[-2000:]}")
    said = orjson.loads(done.stdout.splitlines()[-1])
    if said["counted"] != len(events):
        raise StandFailed(f"{what} counted {said['counted']} of {len(events)} events")
    seconds = said["ended"] - said["begun"]
    return Row(what, len(events), seconds, len(events) / seconds, "events/s", NOTES[what])


def _command(what: str, broker: str, events: int) -> list[str]:
    folder = ROOT / "benchmarks"
    if what == "quixstreams":
        return [str(folder / "quix_count.py"), broker, TOPIC, str(events)]
    kind = what.rpartition("-")[2]
    return [str(folder / "stock_faust.py"), broker, TOPIC, str(PARTITIONS), str(events), kind]
