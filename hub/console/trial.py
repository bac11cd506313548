"""Trials: a policy run over the past in a process of its own, so that pages are drawn meanwhile."""

from __future__ import annotations

import multiprocessing
import os
from collections import OrderedDict
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from hub.policies.load import load_policy
from hub.store.database import open_database
from hub.tools.try_policy import Tried, try_on_journal

KEPT_MAX: Final = 8
"""Results that are remembered; the oldest is forgotten first."""

LESS_URGENT: Final = 10
"""Deciding comes before trying: the process gives way to every other."""


class Versions(NamedTuple):
    """What is tried: a city's version in force, and the other."""

    jurisdiction: str
    today: str
    changed: str


@dataclass(slots=True)
class Trial:
    """One trial: since when it runs, over events from when on, and its result once there is one."""

    started_ms: int
    since_ms: int
    process: BaseProcess
    answer: Connection
    tried: Tried | None = None
    failed: bool = False

    @property
    def runs(self) -> bool:
        """Whether no result is there yet."""
        return self.tried is None and not self.failed


class Trials:
    """The trials of one console process: at most one at a time, the last few results remembered."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._trials: OrderedDict[Versions, Trial] = OrderedDict()
        self._lock = Lock()

    def start(self, versions: Versions, today: Path, changed: Path, now_ms: int, since_ms: int) -> bool:
        """Start a trial in place of an earlier one of the same versions; False while another runs."""
        with self._lock:
            self._look()
            if any(trial.runs for trial in self._trials.values()):
                return False
            # Forking would take the threads' locks along as they stand; a fresh process has none.
            fresh = multiprocessing.get_context("spawn")
            answer, told = fresh.Pipe(duplex=False)
            work = (told, self._database, today, changed, now_ms, since_ms)
            process = fresh.Process(target=_try, args=work, daemon=True)
            process.start()
            told.close()
            self._trials.pop(versions, None)
            self._trials[versions] = Trial(now_ms, since_ms, process, answer)
            while len(self._trials) > KEPT_MAX:
                self._trials.popitem(last=False)
        return True

    def find(self, versions: Versions) -> Trial | None:
        """Give the trial of two versions as it stands, None where there is none."""
        with self._lock:
            self._look()
            return self._trials.get(versions)

    def stop(self) -> None:
        """End what still runs."""
        with self._lock:
            for trial in self._trials.values():
                if trial.process.is_alive():
                    trial.process.kill()
                    trial.process.join()

    def _look(self) -> None:
        for trial in self._trials.values():
            if not trial.runs or not trial.answer.poll():
                continue
            try:
                trial.tried = trial.answer.recv()
            except EOFError:
                trial.failed = True
            trial.answer.close()
            trial.process.join()


def _try(answer: Connection, database: str, today: Path, changed: Path, now_ms: int, since_ms: int) -> None:
    os.nice(LESS_URGENT)
    engine = open_database(database)
    answer.send(try_on_journal(engine, load_policy(today), load_policy(changed), now_ms, since_ms))
    answer.close()
