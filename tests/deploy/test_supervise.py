"""The supervisor, with real processes: restarts, reverse stop, the limit on deaths, no orphans."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hub.tools.supervise import ChildFailed, StopAsked, Supervisor

WAIT_S = 30.0
# Says it is there, then waits; on SIGTERM it writes its name and leaves.
POLITE = """
import os, signal, sys
name, book = sys.argv[1:]
def leave(*_):
    with open(book, "a") as out: out.write(name + "\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
with open(book + "." + name, "w") as out: out.write(str(os.getpid()))
while True: signal.pause()
"""


def a_supervisor(folder: Path, said: list[str] | None = None) -> Supervisor:
    return Supervisor(folder / "log", os.environ, (said if said is not None else []).append)


def polite(name: str, book: Path) -> list[str]:
    return [sys.executable, "-c", POLITE, name, str(book)]


def is_written(path: Path) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") != ""


def test_children_stop_last_started_first(tmp_path: Path) -> None:
    book = tmp_path / "book"

    with a_supervisor(tmp_path) as supervisor:
        for name in ("broker", "intake", "console"):
            supervisor.start(name, polite(name, book))
            mark = tmp_path / f"book.{name}"
            supervisor.wait_until(lambda mark=mark: is_written(mark), WAIT_S, name)  # type: ignore[misc]

    assert book.read_text(encoding="utf-8").split() == ["console", "intake", "broker"]


def test_a_worker_that_lost_its_shard_is_restarted_and_the_line_says_why(tmp_path: Path) -> None:
    said: list[str] = []
    starts = tmp_path / "starts"
    dies_once = (
        f'echo started >> {starts}; test "$(wc -l < {starts})" -gt 1 || exit 75; exec tail -f /dev/null'
    )

    with a_supervisor(tmp_path, said) as supervisor:
        supervisor.start("linkage", ["sh", "-c", dies_once])
        began = time.monotonic()
        supervisor.wait_until(
            lambda: is_written(starts) and len(starts.read_text().split()) == 2, WAIT_S, "x"
        )

    assert time.monotonic() - began >= 2
    (line,) = said
    assert line == (
        "linkage 已退出(分片已由另一进程接管 / another worker owns the shard),2 秒后重启 / "
        f"linkage died, restarting in 2 s; {tmp_path}/log/linkage.log"
    )


@pytest.mark.slow
def test_five_deaths_in_a_minute_stop_everything_with_the_last_lines(tmp_path: Path) -> None:
    book = tmp_path / "book"

    with a_supervisor(tmp_path) as supervisor:
        supervisor.start("broker", polite("broker", book))
        supervisor.wait_until(lambda: is_written(tmp_path / "book.broker"), WAIT_S, "broker")
        supervisor.start("intake", ["sh", "-c", "echo bad topic >&2; exit 3"])
        with pytest.raises(ChildFailed, match="intake died 5 times in a minute") as caught:
            supervisor.wait_until(lambda: False, WAIT_S, "never")

    assert caught.value.tail == ("bad topic",) * 5
    assert book.read_text(encoding="utf-8") == "broker\n"


def test_a_failed_step_shows_the_end_of_its_log(tmp_path: Path) -> None:
    with a_supervisor(tmp_path) as supervisor, pytest.raises(ChildFailed) as caught:
        supervisor.run("db", ["sh", "-c", "seq 1 20; exit 1"])

    assert str(caught.value) == "db 失败 / db failed (退出码 / exit status 1)"
    assert caught.value.tail == tuple(str(n) for n in range(11, 21))


def test_a_step_that_ends_well_leaves_nothing_to_restart(tmp_path: Path) -> None:
    said: list[str] = []

    with a_supervisor(tmp_path, said) as supervisor:
        supervisor.run("topics", ["true"])
        supervisor.watch()

    assert said == []


def test_something_else_is_looked_at_while_a_long_step_runs(tmp_path: Path) -> None:
    seen = tmp_path / "seen"

    with a_supervisor(tmp_path) as supervisor:
        # The step ends only when the look beside it has happened.
        waits = f"until [ -e {seen} ]; do sleep 0.05; done"
        supervisor.run("history", ["sh", "-c", waits], meanwhile=seen.touch)

    assert seen.exists()


def test_sigterm_asks_to_stop_and_the_old_handler_comes_back(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)

    with a_supervisor(tmp_path) as supervisor:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(StopAsked):
            supervisor.watch(WAIT_S)

    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.slow
def test_a_child_deaf_to_sigterm_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    with a_supervisor(tmp_path) as supervisor:
        child = supervisor.start(
            "deaf", ["sh", "-c", f"trap '' TERM; echo here > {mark}; while :; do wait; done"]
        )
        supervisor.wait_until(lambda: is_written(mark), WAIT_S, "deaf")

    assert child.status() == -signal.SIGKILL


def test_a_supervisor_killed_outright_leaves_no_orphan(tmp_path: Path) -> None:
    parent_program = (
        "import os, sys; from pathlib import Path; from hub.tools.supervise import Supervisor\n"
        "with Supervisor(Path(sys.argv[1]), os.environ, print) as s:\n"
        "    child = s.start('sleeper', ['tail', '-f', '/dev/null'])\n"
        "    print(child.process.pid, flush=True)\n"
        "    s.wait_until(lambda: False, 600, 'never')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent_program, str(tmp_path)], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
        ended, _, _ = select.select([child], [], [], WAIT_S)

    os.close(child)
    assert ended == [child]
