"""The progress of a worker: what counts as standing still, and what its probes say of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.request import urlopen

from hub.agents._probes import serve_probes
from hub.agents._progress import Progress
from hub.tools.broker import HOST, find_free_port

INBOX = "hub.inbox.v1"


@dataclass
class Clock:
    """A clock that a test moves."""

    now_s: float = 100.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now_s


def a_progress() -> tuple[Progress, Clock]:
    clock = Clock()
    return Progress(10, clock), clock


def test_a_shard_with_nothing_in_hand_may_rest_for_ever() -> None:
    progress, clock = a_progress()
    progress.handed(INBOX, 1)
    progress.took(INBOX, 1)

    clock.now_s += 1_000

    assert progress.stuck() == ()


def test_a_shard_that_takes_nothing_of_what_it_holds_is_stuck_and_others_are_not() -> None:
    progress, clock = a_progress()
    progress.handed(INBOX, 1)
    progress.handed(INBOX, 2)

    clock.now_s += 9
    progress.took(INBOX, 2)
    progress.handed(INBOX, 2)
    clock.now_s += 2

    assert progress.stuck() == (f"{INBOX}[1]",)


def test_a_long_chunk_that_moves_on_is_not_stuck() -> None:
    progress, clock = a_progress()
    progress.handed(INBOX, 1)

    for _ in range(5):
        clock.now_s += 9
        progress.moved(INBOX, 1)

    assert progress.stuck() == ()


def test_a_loop_that_turns_no_more_is_stuck_with_nothing_in_hand() -> None:
    progress, clock = a_progress()
    clock.now_s += 50
    assert progress.stuck() == (), "it has not begun to turn"
    progress.turned()

    clock.now_s += 11

    assert progress.stuck() == ("loop",)


def test_what_a_rebalance_took_away_is_not_waited_for() -> None:
    progress, clock = a_progress()
    progress.handed(INBOX, 1)
    progress.forget()

    clock.now_s += 11

    assert progress.stuck() == ()


def test_a_process_that_was_stopped_whole_gets_its_time_again() -> None:
    progress, clock = a_progress()
    progress.handed(INBOX, 1)
    progress.turned()
    clock.now_s += 1_000

    progress.excuse()

    assert progress.stuck() == ()
    clock.now_s += 11
    assert progress.stuck() == (f"{INBOX}[1]", "loop")


def probed(port: int, path: str) -> tuple[int, list[str]]:
    try:
        with urlopen(f"http://{HOST}:{port}/{path}", timeout=5) as answer:
            return answer.status, json.load(answer)["missing"]
    except HTTPError as error:
        return error.code, json.load(error)["missing"]


def test_the_probes_say_what_is_missing() -> None:
    progress, clock = a_progress()
    port = find_free_port()
    serve_probes(HOST, port, progress)

    assert probed(port, "healthz") == (200, [])
    assert probed(port, "readyz") == (503, ["partitions"])
    progress.joined = True
    assert probed(port, "readyz") == (200, [])
    progress.handed(INBOX, 0)
    clock.now_s += 11
    assert probed(port, "healthz") == probed(port, "readyz") == (503, [f"{INBOX}[0]"])
    with urlopen(f"http://{HOST}:{port}/metrics", timeout=5) as answer:
        assert b"hub_events_total" in answer.read()
