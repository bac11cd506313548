"""How long the log stands still when the linkage worker is killed: started again in place, or taken over."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Final

from hub.tools.bench.load import Event, publish
from hub.tools.bench.results import Row
from hub.tools.bench.stand import Stand, StandFailed, Worker
from hub.tools.bench.whole import LINKAGE

RATE: Final = 200
RESTARTS: Final = 3
WITHIN_S: Final = 60
JOINED_AFTER_S: Final = 5
STILL_S: Final = 0.05
LAST_COMMIT: Final = "hub_last_commit_timestamp_seconds"


def measure_outages(stand: Stand, what: str, events: Sequence[Event]) -> Iterator[Row]:
    """Kill the worker under a stream of 200 events a second and time the first newly committed batch."""
    with _stream(stand, events):
        worst = max(_restarted(stand) for _ in range(RESTARTS))
        note = f"kill -9, same member started at once, to the first new batch; worst of {RESTARTS}"
        yield Row(f"{what} restart", 0, worst, worst, "s", note)
        seconds = _taken_over(stand)
        note = "kill -9 with a second worker waiting, session timeout 10 s, to the first new batch"
        yield Row(f"{what} takeover", 0, seconds, seconds, "s", note)


@contextmanager
def _stream(stand: Stand, events: Sequence[Event]) -> Iterator[None]:
    process = get_context("spawn").Process(target=publish, args=(stand.broker, events, RATE))
    process.start()
    moving = stand.entries()
    try:
        stand.wait_until(lambda: stand.entries() > moving, WITHIN_S, "the stream arrives")
        yield
        if not process.is_alive():
            raise StandFailed("the stream ended before the outages did: give it more events")
    finally:
        process.terminate()
        process.join()


def _restarted(stand: Stand) -> float:
    killed = _kill(_alive(stand)[0])
    stand.work("linkage", LINKAGE)
    return _until_moving(stand) - killed


def _taken_over(stand: Stand) -> float:
    stand.work("linkage", "second")
    time.sleep(JOINED_AFTER_S)
    # A worker that holds none of the stream's city commits nothing any more.
    owner = max(_alive(stand), key=lambda worker: worker.gauge(LAST_COMMIT))
    killed = _kill(owner)
    return _until_moving(stand) - killed


def _alive(stand: Stand) -> list[Worker]:
    return [worker for worker in stand.workers if worker.stage == "linkage" and worker.process.poll() is None]


def _kill(worker: Worker) -> float:
    killed = time.time()
    worker.kill()
    return killed


def _until_moving(stand: Stand) -> float:
    # The killed worker's last transaction may have become visible only now.
    time.sleep(STILL_S)
    still = stand.entries()
    return stand.wait_until(lambda: stand.entries() > still, WITHIN_S, "the log moves again")
