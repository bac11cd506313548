"""Rows of results: kept in `benchmarks/results.csv`, shown as a table, held against what is wanted."""

from __future__ import annotations

import csv
import os
import platform
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
RESULTS: Final = ROOT / "benchmarks" / "results.csv"
COLUMNS: Final = ("date", "commit", "machine", "what", "events", "seconds", "value", "unit", "note")


@dataclass(frozen=True, slots=True)
class Row:
    """One measured number: `value` in `unit`, over so many events and seconds; `note` says how."""

    what: str
    events: int
    seconds: float
    value: float
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A number that is wanted: at least or at most so much, read off the rows; absent when a row is."""

    text: str
    of: Callable[[dict[str, float]], float]
    at_least: float | None = None
    at_most: float | None = None

    def is_met(self, value: float) -> bool:
        """Say whether a value is as wanted."""
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )


def _worst(*names: str) -> Callable[[dict[str, float]], float]:
    return lambda values: max(values[name] for name in names)


WANTED: Final = (
    Wanted("hub on SQLite / quixstreams ≥ 0.9", lambda v: v["hub-sqlite"] / v["quixstreams"], at_least=0.9),
    Wanted(
        "hub on SQLite / stock Faust with a table ≥ 10",
        lambda v: v["hub-sqlite"] / v["stock-faust-table"],
        at_least=10,
    ),
    Wanted(
        "hub on PostgreSQL / quixstreams ≥ 0.6",
        lambda v: v["hub-postgresql"] / v["quixstreams"],
        at_least=0.6,
    ),
    Wanted("HTTP in batches of 100 ≥ 15,000 events/s", lambda v: v["http batches of 100"], at_least=15_000),
    Wanted("HTTP one by one ≥ 1,500 events/s", lambda v: v["http one by one"], at_least=1_500),
    Wanted("replay ≥ 100,000 events/s", lambda v: v["replay"], at_least=100_000),
    *(
        wanted
        for name in ("hub-sqlite", "hub-postgresql")
        for wanted in (
            Wanted(f"{name}: publish to journal p99 ≤ 150 ms", _worst(f"{name} p99"), at_most=150),
            Wanted(f"{name}: restart in place ≤ 3 s", _worst(f"{name} restart"), at_most=3),
            Wanted(f"{name}: takeover ≤ 12 s", _worst(f"{name} takeover"), at_most=12),
            Wanted(
                f"{name}: memory ≤ 300 MB",
                _worst(f"{name} memory intake", f"{name} memory linkage"),
                at_most=300,
            ),
            Wanted(
                f"{name}: idle ≤ 1 % of a core",
                _worst(f"{name} idle intake", f"{name} idle linkage"),
                at_most=1,
            ),
        )
    ),
)


def verdicts(rows: Sequence[Row]) -> list[tuple[str, float, bool]]:
    """Give what is wanted, what was measured and whether that is enough, for all that was measured."""
    values = {row.what: row.value for row in rows}
    found = []
    for wanted in WANTED:
        try:
            value = wanted.of(values)
        except KeyError:
            continue
        found.append((wanted.text, value, wanted.is_met(value)))
    return found


def append(rows: Sequence[Row], file: Path = RESULTS) -> None:
    """Add rows to the results, with date, commit and machine."""
    file.parent.mkdir(parents=True, exist_ok=True)
    is_new = not file.exists()
    head = (datetime.now(UTC).isoformat(timespec="seconds"), commit(), machine())
    with file.open("a", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        if is_new:
            writer.writerow(COLUMNS)
        for row in rows:
            measured = (row.what, row.events, f"{row.seconds:.3f}", f"{row.value:.3f}", row.unit, row.note)
            writer.writerow((*head, *measured))


def commit() -> str:
    """Name the commit, with `+` when the tree holds more than it."""
    named = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return named.stdout.strip() or "unknown"


def machine() -> str:
    """Say what the numbers were measured on: cores, processor, memory, Python; no name of a host."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    models = [line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")]
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    model = models[0] if models else platform.machine()
    return f"{os.cpu_count()} x {model}, {memory_gb:.0f} GB, Python {platform.python_version()}"
