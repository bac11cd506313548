"""The batch transport on the real broker: what is not acknowledged is never committed past, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from hub.tools.broker import Broker
from tests.e2e.topics import Mailbox

pytestmark = [pytest.mark.broker, pytest.mark.slow]

WITHIN_S = 40.0
Place = tuple[int, int]


class Bench:
    """One topic, one group, and the workers of a test."""

    def __init__(self, broker: Broker, name: str, partitions: int, folder: Path) -> None:
        """Make the topic."""
        self.name, self.partitions, self.folder = name, partitions, folder
        self._broker = broker
        self._admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
        self._admin.create_topics([NewTopic(name, partitions, 1)])
        self._mailbox = Mailbox(broker.bootstrap)
        self._workers: list[subprocess.Popen[bytes]] = []
        self.sent: set[Place] = set()

    def publish(self, number: int) -> None:
        """Publish records over all partitions and wait for the broker's word."""
        posted = [self._mailbox.post(self.name, b"x", key=str(n).encode()) for n in range(number)]
        self._mailbox.flush()
        self.sent |= {(where().partition, where().offset) for where in posted}

    def start(self) -> subprocess.Popen[bytes]:
        """Start a worker of this group."""
        words = (
            "tests.contract.batch_worker",
            self._broker.bootstrap,
            self.name,
            self.name,
            str(self.folder),
        )
        with (self.folder / f"log-{len(self._workers)}").open("wb") as log:
            worker = subprocess.Popen([sys.executable, "-m", *words], stdout=log, stderr=log)
        self._workers.append(worker)
        return worker

    def got(self, worker: subprocess.Popen[bytes] | None = None) -> Counter[Place]:
        """Give how often each record was handed to one worker, or to any."""
        name = "got-*" if worker is None else f"got-{worker.pid}"
        lines = [line.split() for file in self.folder.glob(name) for line in file.read_text().splitlines()]
        return Counter(
            (int(partition), int(offset)) for partition, offset in (pair for pair in lines if len(pair) == 2)
        )

    def committed(self) -> dict[int, int]:
        """Give the group's committed offset of each partition, 0 where there is none."""
        found = self._admin.list_group_offsets(self.name)[self.name]
        offsets = {tp.partition: value.offset for tp, value in found.items() if tp.topic == self.name}
        return {number: max(offsets.get(number, 0), 0) for number in range(self.partitions)}

    def ends(self) -> dict[int, int]:
        """Give where each partition of the topic ends."""
        return {n: sum(1 for partition, _ in self.sent if partition == n) for n in range(self.partitions)}

    def wait_until(self, what: str, holds: Callable[[], bool]) -> None:
        """Return once a condition holds; fails with the workers' logs."""
        deadline = time.monotonic() + WITHIN_S
        while not holds():
            if time.monotonic() > deadline:
                logs = "\n".join(log.read_text()[-2000:] for log in self.folder.glob("log-*"))
                raise AssertionError(f"not within {WITHIN_S} s: {what}; committed {self.committed()}\n{logs}")
            time.sleep(0.05)

    def close(self) -> None:
        """Leave nothing running."""
        for worker in self._workers:
            worker.kill()
            worker.wait()
        self._admin.close()


@pytest.fixture
def bench(broker: Broker, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    made = Bench(broker, request.function.__name__, request.param, tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("bench", [2], indirect=True)
def test_a_head_in_flight_is_never_committed_past(bench: Bench) -> None:
    (bench.folder / "hold").touch()
    bench.start()
    for _ in range(6):
        bench.publish(200)
        bench.wait_until("all is handed over", lambda: set(bench.got()) == bench.sent)
    bench.wait_until("the other partition is committed", lambda: max(bench.committed().values()) > 0)
    assert min(bench.committed().values()) == 0

    (bench.folder / "hold").unlink()

    bench.wait_until("all is committed", lambda: bench.committed() == bench.ends())


@pytest.mark.parametrize("bench", [1], indirect=True)
def test_acknowledgements_out_of_order_commit_only_the_head(bench: Bench) -> None:
    (bench.folder / "hold").touch()
    bench.start()
    seen = []
    for _ in range(7):
        bench.publish(100)
        bench.wait_until("all is handed over", lambda: set(bench.got()) == bench.sent)
        seen.append(bench.committed()[0])

    (bench.folder / "hold").unlink()
    bench.wait_until("all is committed", lambda: bench.committed() == bench.ends())

    assert set(seen) == {0}


@pytest.mark.parametrize("bench", [4], indirect=True)
def test_a_second_worker_joins_and_nothing_is_lost(bench: Bench) -> None:
    bench.start()
    bench.publish(4_000)
    bench.wait_until("the first has some", lambda: len(bench.got()) > 0)
    second = bench.start()

    while not bench.got(second):
        bench.publish(500)
        bench.wait_until("what was published is handed over", lambda: set(bench.got()) == bench.sent)

    bench.publish(4_000)
    bench.wait_until("the rest is handed over", lambda: set(bench.got()) == bench.sent)
    bench.wait_until("all is committed", lambda: bench.committed() == bench.ends())


@pytest.mark.parametrize("bench", [2], indirect=True)
def test_a_killed_worker_loses_nothing(bench: Bench) -> None:
    (bench.folder / "hold").touch()
    killed = bench.start()
    bench.publish(6_000)
    bench.wait_until("it has all in its hands", lambda: set(bench.got()) == bench.sent)
    killed.kill()
    killed.wait()
    committed = bench.committed()

    (bench.folder / "hold").unlink()
    other = bench.start()

    bench.wait_until("all is committed", lambda: bench.committed() == bench.ends())
    again = {(partition, offset) for partition, offset in bench.sent if offset >= committed[partition]}
    assert again
    assert set(bench.got(other)) == again


@pytest.mark.parametrize("bench", [2], indirect=True)
def test_a_busy_partition_of_a_slow_worker_does_not_wait_for_the_quiet_one(bench: Bench) -> None:
    (bench.folder / "slow").touch()
    bench.start()
    bench.publish(1)
    bench.wait_until("it works", lambda: set(bench.got()) == bench.sent)
    begun = time.monotonic()

    for _ in range(60):
        # One key, so always the same partition.
        bench.publish(1)
    bench.wait_until("all is handed over", lambda: set(bench.got()) == bench.sent)

    # A fetch that asked for the quiet partition alone would have been held for 30 s.
    assert time.monotonic() - begun < 25
