"""Starts the hub's own processes for a test, waits for what they do, and shows their logs when it fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from sqlalchemy import create_engine, text

from hub.policies.load import load_policies
from hub.settings import read_settings
from hub.store.database import open_database, upgrade
from hub.tools.broker import find_free_port
from hub.tools.topics import apply_topics

LOOK_EVERY_S = 0.005
COMMAND_WITHIN_S = 60.0
LEAVE_WITHIN_S = 20.0
LOG_SHOWN_BYTES = 3_000


def patience() -> float:
    """Give how many times longer a busy machine may take: its load a core, and never less than one.

    Limits are there to end what hangs; twenty starts under a load of 16 were slow and did not hang.
    """
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Worker:
    """One running worker process. `log` holds what it said on stderr."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Wrap a process that was just started."""
        self.process = process
        self.log = log

    @property
    def status(self) -> int | None:
        """Exit status, None while it runs."""
        return self.process.poll()

    def said(self) -> str:
        """Everything on its stderr so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def send(self, what: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(what)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to leave; gives its exit status."""
        self.process.terminate()
        return self.left()

    def left(self, within_s: float = LEAVE_WITHIN_S) -> int:
        """Wait until it has ended by itself; gives its exit status."""
        try:
            return self.process.wait(within_s * patience())
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"still running after {within_s} s:\n{self.said()[-LOG_SHOWN_BYTES:]}"
            ) from None

    def __enter__(self) -> Self:
        """Give the worker itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing running, not even a frozen process."""
        self.kill()


@dataclass
class Hub:
    """One hub for one test: where its broker, database and cities are. Processes share its folder."""

    folder: Path
    broker: str
    config: Path
    database: str = ""
    inbox_partitions: int = 1
    events_partitions: int = 1
    workers: list[Worker] = field(default_factory=list)

    def __post_init__(self) -> None:
        """A hub without a database of its own has SQLite in its folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database = self.database or f"sqlite:///{self.folder}/hub.db"

    def environment(self, **settings: object) -> dict[str, str]:
        """Give a process's environment: this hub's settings, and none of the person who runs the tests."""
        own = {
            "HUB_VAR": self.folder / "var",
            "HUB_BROKER": self.broker,
            "HUB_CONFIG": self.config,
            "HUB_DATABASE": self.database,
            "HUB_INBOX_PARTITIONS": self.inbox_partitions,
            "HUB_EVENTS_PARTITIONS": self.events_partitions,
            "HUB_SESSION_TIMEOUT_S": 6,
            "HUB_LANG": "en",
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        return inherited | {name: str(value) for name, value in (own | settings).items()}

    def command(self, *words: object, **settings: object) -> subprocess.CompletedProcess[bytes]:
        """Run one `hub` command to its end, whatever the end."""
        return subprocess.run(
            [sys.executable, "-m", "hub", *map(str, words)],
            env=self.environment(**settings),
            capture_output=True,
            timeout=COMMAND_WITHIN_S * patience(),
            check=False,
        )

    def say(self, *words: object) -> bytes:
        """Run one `hub` command that must succeed; gives its standard output."""
        done = self.command(*words)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def rows_said(self, *words: object) -> list[dict[str, Any]]:
        """Run one `hub` command with --json; gives its lines."""
        return [json.loads(line) for line in self.say(*words, "--json").splitlines()]

    def prepare(self) -> Self:
        """Make the topics and the tables, in this process: a command of its own costs a second of start each."""
        with patch.dict(os.environ, self.environment(), clear=True):
            settings = read_settings()
        apply_topics(settings, load_policies(settings.config))
        engine = open_database(settings.database)
        upgrade(engine)
        engine.dispose()
        return self

    def start(self, stage: str, member: str = "", **settings: object) -> Worker:
        """Start a worker, on a metrics port of its own unless one is given."""
        port = find_free_port()
        ports = {"HUB_INTAKE_METRICS_PORT": port, "HUB_LINKAGE_METRICS_PORT": port}
        return self._started(stage, ["worker", stage], ports | {"HUB_MEMBER": member} | settings)

    def start_console(self, port: int) -> Worker:
        """Start the console at a port."""
        return self._started("console", ["console"], {"HUB_CONSOLE_PORT": port})

    def _started(self, name: str, words: list[str], settings: dict[str, object]) -> Worker:
        log = self.folder / f"{name}-{len(self.workers)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "hub", *words],
                env=self.environment(**settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        worker = Worker(process, log)
        self.workers.append(worker)
        return worker

    def wait_until(self, what: str, holds: Callable[[], bool], within_s: float = 60.0) -> float:
        """Return once a condition holds, with the seconds it took; fails with the end of every log."""
        started = time.monotonic()
        while not holds():
            if time.monotonic() - started > within_s * patience():
                logs = "\n".join(
                    f"--- {w.log.name} (status {w.status})\n{w.said()[-LOG_SHOWN_BYTES:]}"
                    for w in self.workers
                )
                raise AssertionError(f"not within {within_s} s: {what}\n{logs}")
            time.sleep(LOOK_EVERY_S)
        return time.monotonic() - started

    def __enter__(self) -> Self:
        """Give the hub itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no process running."""
        for worker in self.workers:
            worker.kill()


def above(ask: Callable[[], int], number: int) -> Callable[[], bool]:
    """Give the condition that a number in the database has risen above this one."""
    return lambda: ask() > number


class Database:
    """Reads a hub's database from outside, on one connection that never holds a transaction."""

    def __init__(self, url: str) -> None:
        """Open the database."""
        self._engine = open_database(url) if url.startswith("sqlite") else create_engine(url)
        self._sql = self._engine.connect()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Give the rows of a query."""
        found = [tuple(row) for row in self._sql.execute(text(query))]
        self._sql.rollback()
        return found

    def number(self, query: str) -> int:
        """Give the one number a query asks for; 0 for nothing."""
        return int(self.rows(query)[0][0] or 0)

    def entries(self) -> int:
        """Give how many events all logs have taken."""
        return self.number("SELECT sum(entries) FROM jurisdiction")

    def taken(self) -> int:
        """Give how many inbox records all shards have taken."""
        return self.number("SELECT sum(next_offset) FROM shard")

    def table(self, name: str, key: str) -> list[tuple[Any, ...]]:
        """Give a whole table in the order of its key."""
        return self.rows(f"SELECT * FROM {name} ORDER BY {key}")

    def epochs(self) -> int:
        """Give how often shards were loaded by an owner."""
        return self.number("SELECT sum(owner_epoch) FROM shard")

    def close(self) -> None:
        """Close the connection."""
        self._sql.close()
        self._engine.dispose()


@contextmanager
def looking_at(hub: Hub) -> Iterator[Database]:
    """Open a hub's database for as long as a test looks at it."""
    database = Database(hub.database)
    try:
        yield database
    finally:
        database.close()
