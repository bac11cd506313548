"""Children of one parent: started in order, restarted when they die, stopped in reverse, never orphaned."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final, Self

from hub.tools.broker import die_with_parent

RESTART_AFTER_S: Final = 2.0
DEATHS_MAX: Final = 5
DEATHS_WITHIN_S: Final = 60.0
STOP_WITHIN_S: Final = 10.0
LOOK_EVERY_S: Final = 0.2
TAIL_LINES: Final = 10
LOG_BYTES_MAX: Final = 20_000_000
# The statuses a worker leaves with on purpose.
MEANINGS: Final = {
    70: "内部不变量被破坏 / an invariant is broken",
    71: "日志与数据库不符 / the log is not the one SQL was built from",
    72: "卡住不动 / it stood still with work in hand",
    75: "分片已由另一进程接管 / another worker owns the shard",
}


class StopAsked(Exception):
    """Somebody asked this process to stop, by Ctrl-C or SIGTERM."""


class ChildFailed(Exception):
    """A child cannot do its work; `tail` is the end of its log."""

    def __init__(self, text: str, tail: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.tail = tail


@dataclass(slots=True)
class Child:
    """One child process. `log` receives its output; with `shown`, standard output goes to the screen."""

    name: str
    command: list[str]
    log: Path
    shown: bool = False
    process: subprocess.Popen[bytes] | None = None
    restart_at_s: float | None = None
    died_at_s: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS_MAX))

    def start(self, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start the process in a session of its own, so that Ctrl-C reaches the parent alone."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                die_with_parent(self.command),
                stdin=subprocess.DEVNULL,
                stdout=None if self.shown else out,
                stderr=out,
                env=dict(environment),
                start_new_session=True,
            )
        self.restart_at_s = None
        return self.process

    def status(self) -> int | None:
        """Exit status, or nothing while the process runs or waits for its restart."""
        return self.process.poll() if self.process is not None else None

    def stop(self) -> None:
        """Ask the process to leave, and kill it when it has not left in time."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def tail(self) -> tuple[str, ...]:
        """Last lines of the log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return tuple(text.strip().splitlines()[-TAIL_LINES:])


class Supervisor:
    """Keeps children alive while its `with` block runs, then stops them all, last started first.

    `logs` is the folder of their logs, `environment` what they all get, `tell` shows one line to a person.
    """

    def __init__(self, logs: Path, environment: Mapping[str, str], tell: Callable[[str], None]) -> None:
        self._logs = logs
        self._environment = environment
        self._tell = tell
        self._children: list[Child] = []
        self._stop_asked = threading.Event()
        self._handlers: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._handlers[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for child in reversed(self._children):
            child.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def start(self, name: str, command: list[str], *, shown: bool = False) -> Child:
        """Start a child that is to run until the end; it is restarted when it dies."""
        child = Child(name, command, self._logs / f"{name}.log", shown)
        self._children.append(child)
        child.start(self._environment)
        return child

    def run(
        self,
        name: str,
        command: list[str],
        *,
        shown: bool = False,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """Run a command to its end and watch the others; raises `ChildFailed` when it does not end well.

        `meanwhile` is called between two looks.
        """
        child = Child(name, command, self._logs / f"{name}.log", shown)
        child.start(self._environment)
        try:
            while child.status() is None:
                self.watch()
                if meanwhile is not None:
                    meanwhile()
        finally:
            child.stop()
        if child.status() != 0:
            raise ChildFailed(f"{name} 失败 / {name} failed ({_meaning(child.status())})", child.tail())

    def wait_until(
        self, condition: Callable[[], bool], within_s: float, what: str, every_s: float = LOOK_EVERY_S
    ) -> None:
        """Watch until the condition holds, asking `every_s`; raises `ChildFailed` naming `what` when late."""
        deadline = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > deadline:
                late = f"{within_s:.0f} 秒内未完成 / not done within {within_s:.0f} s: {what}"
                raise ChildFailed(late, self._tails())
            self.watch(every_s)

    def watch(self, for_s: float = LOOK_EVERY_S) -> None:
        """Look after the children for a moment; raises `StopAsked`, or `ChildFailed` on too many deaths."""
        if self._stop_asked.wait(for_s):
            raise StopAsked
        now = time.monotonic()
        for child in self._children:
            if child.restart_at_s is not None:
                if now >= child.restart_at_s:
                    child.start(self._environment)
            elif child.status() is not None:
                self._on_death(child, now)

    def _on_death(self, child: Child, now: float) -> None:
        child.died_at_s.append(now)
        meaning = _meaning(child.status())
        if len(child.died_at_s) == DEATHS_MAX and now - child.died_at_s[0] <= DEATHS_WITHIN_S:
            raise ChildFailed(
                f"{child.name} 一分钟内退出 {DEATHS_MAX} 次,全部停止 / "
                f"{child.name} died {DEATHS_MAX} times in a minute, stopping everything ({meaning})",
                child.tail(),
            )
        child.restart_at_s = now + RESTART_AFTER_S
        self._tell(
            f"{child.name} 已退出({meaning}),{RESTART_AFTER_S:.0f} 秒后重启 / "
            f"{child.name} died, restarting in {RESTART_AFTER_S:.0f} s; {child.log}"
        )

    def _tails(self) -> tuple[str, ...]:
        return tuple(f"{child.name}: {line}" for child in self._children for line in child.tail()[-2:])

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_asked.set()


def _meaning(status: int | None) -> str:
    if status is None:
        return "-"
    if status < 0:
        return signal.Signals(-status).name
    return MEANINGS.get(status, f"退出码 / exit status {status}")
