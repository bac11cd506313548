"""The whole hub on one machine: broker, database, workers, console and a simulated city, under one parent."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console

from hub.settings import Settings
from hub.tools.broker import HOST, BrokerError, answers, is_free, prepare
from hub.tools.supervise import ChildFailed, StopAsked, Supervisor

READY_WITHIN_S: Final = 60.0
FIRST_RAISE_WITHIN_S: Final = 300.0
HISTORY_DAYS: Final = 365
ASK_EVERY_S: Final = 1.0
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 — compared with, not listened on
HERE: Final = frozenset({HOST, "localhost"})


class UpError(Exception):
    """The hub cannot run here; the text says why and what to do, `tail` is the end of a log that shows it."""

    def __init__(self, text: str, tail: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.tail = tail


class Screen:
    """What a person sees: one line a phase with its seconds; with `as_json`, one JSON object a phase.

    `text` picks the language: it is given the Chinese and the English line.
    """

    def __init__(self, text: Callable[[str, str], str], *, as_json: bool = False) -> None:
        self._text = text
        self.as_json = as_json
        self._console = Console(highlight=False, soft_wrap=True)

    @contextmanager
    def phase(self, name: str, zh: str, en: str) -> Iterator[None]:
        """Show that a phase runs, and how long it took when it ends well."""
        began = time.monotonic()
        if not self.as_json:
            self._console.print(f"… {self._text(zh, en)}", markup=False)
        yield
        self.reached(name, zh, en, time.monotonic() - began)

    def reached(self, name: str, zh: str, en: str, seconds: float) -> None:
        """Show that something was reached, and after how long."""
        if self.as_json:
            self._console.print(json.dumps({"phase": name, "seconds": round(seconds, 2)}), markup=False)
        else:
            self._console.print(f"✓ {self._text(zh, en)}  {seconds:.1f} s", markup=False)

    def line(self, zh: str, en: str) -> None:
        """Show a line to a person; a script that reads JSON does not get it."""
        if not self.as_json:
            self._console.print(self._text(zh, en), markup=False)

    def warn(self, line: str) -> None:
        """Show a line that is already in both languages, on standard error."""
        Console(stderr=True, highlight=False, soft_wrap=True).print(line, markup=False)


def up(settings: Settings, screen: Screen, *, smoke: bool, simulate: bool) -> None:
    """Run everything until Ctrl-C or SIGTERM; with `smoke`, until the first raised tier.

    The first start with `simulate` publishes one simulated year before the city goes on live.
    Raises `UpError` with one line when a port, a setting, another `hub up` or a child stands in the way.
    """
    if smoke and not simulate:
        raise UpError("--smoke 需要模拟数据 / --smoke needs the simulated city")
    with _only_one(settings.var):
        external = "broker" in settings.model_fields_set and answers(settings.reach)
        _check_ports(settings, external=external)
        with Supervisor(settings.var / "log", _environment(settings), screen.warn) as supervisor:
            try:
                _run(_Hub(settings, screen, supervisor), external=external, smoke=smoke, simulate=simulate)
            except StopAsked:
                screen.line("正在停止…", "stopping …")
                if smoke:
                    raise UpError("已中断 / interrupted before the first raised tier") from None
            except ChildFailed as failure:
                raise UpError(str(failure), failure.tail) from None
            except BrokerError as error:
                raise UpError(str(error)) from None


def _run(hub: _Hub, *, external: bool, smoke: bool, simulate: bool) -> None:
    if not external:
        hub.start_broker()
    hub.prepare_stores()
    hub.start_workers()
    if smoke:
        hub.publish_history()
        hub.await_first_raise()
        return
    if simulate:
        hub.publish_history()
        hub.go_live()
    hub.follow()


class _Hub:
    """The parts of the hub in the order they start."""

    def __init__(self, settings: Settings, screen: Screen, supervisor: Supervisor) -> None:
        self.screen = screen
        self._settings = settings
        self._supervisor = supervisor
        self._began_s = self._ask_at_s = time.monotonic()
        self._raised = False

    def start_broker(self) -> None:
        """Start Kafka on this machine and wait until it answers."""
        port = int(self._settings.broker.rpartition(":")[2])
        with self.screen.phase("broker", "Kafka 启动", "Kafka starts"):
            command = prepare(self._settings.var / "broker", port)
            self._supervisor.start("broker", command)
            self._supervisor.wait_until(lambda: answers(self._settings.reach), READY_WITHIN_S, "Kafka")

    def prepare_stores(self) -> None:
        """Make topics and tables, or bring them up to date."""
        with self.screen.phase("stores", "主题与数据库就绪", "topics and database"):
            self._supervisor.run("topics", _hub("topics", "apply"))
            self._supervisor.run("db", _hub("db", "upgrade"))
        # Shown by the command itself, once in the life of the database: it lies in no log.
        first = _hub("accounts", "first", *(("--json",) if self.screen.as_json else ()))
        self._supervisor.run("accounts", first, shown=True)

    def start_workers(self) -> None:
        """Start intake, linkage and console, and wait until each serves its port."""
        with self.screen.phase("workers", "接入、联动与控制台启动", "intake, linkage and console start"):
            for name in ("intake", "linkage"):
                self._supervisor.start(name, _hub("worker", name))
            self._supervisor.start("console", _hub("console"))
            if self._settings.contacts is not None:
                self._supervisor.start("notices", _hub("worker", "notices"))
            for variable, (host, port) in _ports(self._settings).items():
                self._supervisor.wait_until(_served(host, port), READY_WITHIN_S, f"{variable}={port}")

    def publish_history(self) -> None:
        """Publish one simulated year, once in the life of this folder."""
        mark = self._settings.var / "history"
        if mark.exists():
            if mark.read_text(encoding="utf-8") != "done":
                self.screen.warn(
                    f"首次历史数据导入曾被中断,继续实时运行;如需重来请删除 {self._settings.var} / "
                    f"the first year was interrupted and stays as it is; "
                    f"delete {self._settings.var} to start over"
                )
            return
        with self.screen.phase("history", "一年模拟数据经 Kafka 导入", "one simulated year through Kafka"):
            mark.write_text("begun", encoding="utf-8")
            backfill = _hub("simulate", "--backfill", "--days", str(HISTORY_DAYS))
            shown = not self.screen.as_json
            self._supervisor.run("history", backfill, shown=shown, meanwhile=self._look_for_raise)
            mark.write_text("done", encoding="utf-8")

    def await_first_raise(self) -> None:
        """Wait until a problem rose by one tier, if none was seen to while the year was published."""
        if not self._raised:
            with self.screen.phase("first_raise", "首次升级", "first raised tier"):
                self._supervisor.wait_until(self._is_raised, FIRST_RAISE_WITHIN_S, "tier_raised", ASK_EVERY_S)

    def _look_for_raise(self) -> None:
        """Say when the first problem rises: the year is decided on while it still comes in."""
        now = time.monotonic()
        if not self._raised and now >= self._ask_at_s:
            self._raised = self._is_raised()
            self._ask_at_s = now + ASK_EVERY_S
            if self._raised:
                seconds = time.monotonic() - self._began_s
                self.screen.reached(
                    "first_raise", "首次升级(自启动起)", "first raised tier, since the start", seconds
                )

    def _is_raised(self) -> bool:
        """Ask whether the database holds a decision that raised a problem by one tier."""
        ask = _hub("decisions", "--kind", "tier_raised", "--limit", "1", "--json")
        asked = subprocess.run(
            ask, env=_environment(self._settings), capture_output=True, text=True, check=False
        )
        if asked.returncode != 0:
            raise ChildFailed("hub decisions 失败 / hub decisions failed", tuple(asked.stderr.splitlines()))
        return bool(asked.stdout.strip())

    def go_live(self) -> None:
        """Let the simulated agencies go on reporting."""
        self._supervisor.start("simulate", _hub("simulate", "--live"))

    def follow(self) -> None:
        """Show the console's address and the decisions as they fall, until asked to stop."""
        host, port = _ports(self._settings)["HUB_CONSOLE_PORT"]
        address = f"http://{host}:{port}/"
        self.screen.line(f"控制台 {address}  停止请按 Ctrl-C", f"console {address}  stop with Ctrl-C")
        self._supervisor.start("decisions", _hub("decisions", "--follow"), shown=True)
        while True:
            self._supervisor.watch()


def _hub(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hub", *arguments]


def _served(host: str, port: int) -> Callable[[], bool]:
    def is_served() -> bool:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            return False
        return True

    return is_served


def _ports(settings: Settings) -> dict[str, tuple[str, int]]:
    """Where each part serves, by the variable that moves it."""
    console_host = settings.console_host.replace(EVERYWHERE, HOST)
    return {
        "HUB_CONSOLE_PORT": (console_host, settings.console_port),
        "HUB_INTAKE_METRICS_PORT": (HOST, settings.intake_metrics_port),
        "HUB_LINKAGE_METRICS_PORT": (HOST, settings.linkage_metrics_port),
    }


def _check_ports(settings: Settings, *, external: bool) -> None:
    ports = _ports(settings)
    if not external:
        host, _, port = settings.broker.rpartition(":")
        if host not in HERE or not port.isdigit():
            raise UpError(
                f"HUB_BROKER={settings.broker} 无应答,且不是本机地址 / "
                f"HUB_BROKER={settings.broker} does not answer and is no address of this machine"
            )
        ports["HUB_BROKER"] = (HOST, int(port))
    for variable, (host, port_number) in ports.items():
        if not is_free(port_number, host):
            raise UpError(
                f"端口 {port_number} 已被占用;请释放该端口或修改 {variable} / "
                f"port {port_number} is in use: free it or set {variable} to another one"
            )


def _environment(settings: Settings) -> dict[str, str]:
    """What children get: this process's environment and settings, with all state under one folder."""
    values = settings.model_dump(mode="json")
    if "database" not in settings.model_fields_set:
        values["database"] = f"sqlite:///{settings.var}/hub.db"
    # The same member after a restart gets its partitions back at once, without a rebalance.
    values["member"] = settings.member or "up"
    said = {f"HUB_{name.upper()}": str(value) for name, value in values.items() if value is not None}
    return {**os.environ, **said, "PYTHONUNBUFFERED": "1"}


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "up.lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UpError(
                f"{folder} 已有一个 hub up 在运行 / "
                f"another `hub up` runs on {folder}: stop it, or set HUB_VAR"
            ) from None
        yield
