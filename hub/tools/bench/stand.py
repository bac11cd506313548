"""A hub of its own under one folder, on free ports: the commands and workers of service, as children."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, Self
from urllib.request import urlopen

from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import Connection, Engine, text

from hub.store.database import open_database
from hub.tools.broker import die_with_parent, find_free_port
from hub.topology import INBOX

LOOK_EVERY_S: Final = 0.005
STOP_WITHIN_S: Final = 30.0
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
PEAK: Final = re.compile(r"VmHWM:\s+(\d+) kB")


class StandFailed(Exception):
    """A command or worker did not do its work; the text says which, and the end of what it said."""


@dataclass(slots=True)
class Worker:
    """One worker process and where it serves its metrics."""

    stage: str
    process: subprocess.Popen[bytes]
    metrics_port: int
    log: Path

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to leave and wait; killed when it has not left in time."""
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def peak_mb(self) -> float:
        """Most memory it ever held (VmHWM, proc(5)), in MB of 10^6 bytes."""
        found = PEAK.search(Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii"))
        assert found is not None
        return int(found[1]) * 1024 / 1e6

    def cpu_s(self) -> float:
        """Processor seconds it has used, user and system (proc(5), fields 14 and 15)."""
        return cpu_s(self.process.pid)

    def tail(self) -> str:
        """What it said last."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-1000:].strip()

    def gauge(self, name: str) -> float:
        """Read one metric without labels."""
        with urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics") as page:
            for line in page.read().decode().splitlines():
                if line.startswith(f"{name} "):
                    return float(line.split()[1])
        raise StandFailed(f"no metric {name}")


@dataclass
class Stand:
    """One hub: its jurisdictions, its broker, its database; several stands may share a broker's log.

    As a context it stops every worker it started.
    """

    folder: Path
    config: Path
    broker: str
    database: str
    inbox_partitions: int = 4
    events_partitions: int = 1
    workers: list[Worker] = field(default_factory=list)

    def prepare(self) -> None:
        """Make topics and tables."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run("topics", "apply")
        self.run("db", "upgrade")

    def run(self, *arguments: str) -> bytes:
        """Run a command of the hub to its end and give its standard output; raises `StandFailed`."""
        done = subprocess.run(
            self._command(*arguments), env=self._environment(), capture_output=True, check=False
        )
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()[-2000:]
            raise StandFailed(f"hub {' '.join(arguments)}: {done.returncode}\n{said}")
        return done.stdout

    def begin(self, *arguments: str, **changes: str) -> subprocess.Popen[bytes]:
        """Start a command of the hub, with settings of its own, and let it run."""
        with (self.folder / "begun.log").open("ab") as out:
            return subprocess.Popen(
                die_with_parent(self._command(*arguments)),
                env=self._environment() | changes,
                stdout=out,
                stderr=out,
            )

    def work(self, stage: str, member: str, session_timeout_s: float = 10) -> Worker:
        """Start a worker; the same `member` again gets its partitions back at once."""
        port = find_free_port()
        changes = {
            "HUB_MEMBER": member,
            "HUB_SESSION_TIMEOUT_S": str(session_timeout_s),
            "HUB_INTAKE_METRICS_PORT": str(port),
            "HUB_LINKAGE_METRICS_PORT": str(port),
        }
        log = self.folder / f"{stage}-{member}.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                die_with_parent(self._command("worker", stage)),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self._environment() | changes,
                start_new_session=True,
            )
        worker = Worker(stage, process, port, log)
        self.workers.append(worker)
        return worker

    @contextmanager
    def sql(self) -> Iterator[Connection]:
        """Open a connection of its own to the database."""
        with self._engine.connect() as connection:
            yield connection

    def number(self, query: str) -> int:
        """Run a query that gives one number, nothing counting as 0."""
        with self._engine.connect() as connection:
            return int(connection.execute(text(query)).scalar() or 0)

    def entries(self) -> int:
        """Events in the journal, over all jurisdictions."""
        return self.number("SELECT sum(entries) FROM jurisdiction")

    def wait_until(
        self, condition: Callable[[], bool], within_s: float, what: str, every_s: float = LOOK_EVERY_S
    ) -> float:
        """Wait for a condition and give the `time.time()` at which it was seen.

        Raises `StandFailed` when it is late, with what those say that still run or ended of themselves.
        """
        deadline = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > deadline:
                ends = [(worker, worker.process.poll()) for worker in self.workers]
                said = "\n".join(f"{w.stage} {end}: {w.tail()}" for w, end in ends if end is None or end > 0)
                raise StandFailed(f"{what}: not within {within_s:.0f} s\n{said}")
            time.sleep(every_s)
        return time.time()

    def wait_drained(self, within_s: float) -> None:
        """Wait until SQL has taken all that the inbox holds now."""
        consumer = KafkaConsumer(bootstrap_servers=self.broker)
        ends = consumer.end_offsets([TopicPartition(INBOX, n) for n in range(self.inbox_partitions)])
        consumer.close()
        wanted = {tp.partition: end for tp, end in ends.items() if end}

        def is_drained() -> bool:
            with self._engine.connect() as sql:
                taken = dict(sql.execute(text("SELECT shard, next_offset FROM shard")).tuples().all())
            return all(taken.get(shard, 0) >= end for shard, end in wanted.items())

        self.wait_until(is_drained, within_s, f"inbox drained to {wanted}")

    def stop(self, *stages: str) -> None:
        """Stop the workers of these stages, or every one, the last started first."""
        for worker in reversed(self.workers):
            if not stages or worker.stage in stages:
                worker.stop()

    def __enter__(self) -> Self:
        """Give the stand itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop what runs."""
        self.stop()
        self._engine.dispose()

    @cached_property
    def _engine(self) -> Engine:
        return open_database(self.database)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "hub", *arguments]

    def _environment(self) -> dict[str, str]:
        foreign = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        return foreign | {
            "HUB_VAR": str(self.folder),
            "HUB_CONFIG": str(self.config),
            "HUB_BROKER": self.broker,
            "HUB_DATABASE": self.database,
            "HUB_INBOX_PARTITIONS": str(self.inbox_partitions),
            "HUB_EVENTS_PARTITIONS": str(self.events_partitions),
        }


def cpu_s(pid: int) -> float:
    """Give the processor seconds a process has used, user and system (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
