"""Watching the database for what the hub did: one look a moment for all readers, whoever is connected."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import structlog
from anyio import to_thread
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from hub.policies.models import Policy
from hub.store.audit import missed
from hub.store.progress import Progress, progress

LOOK_EVERY_S: Final = 0.2
AUDIT_EVERY_S: Final = 15.0


class Watch:
    """Looks at the counters a few times a second and wakes everybody who waits for a change.

    `missed` counts the rises that the auditor says are due and did not happen. `well` is false while the database does
    not answer.
    """

    def __init__(self, engine: Engine, policies: Mapping[str, Policy]) -> None:
        self._engine = engine
        self._policies = policies
        self._changed = asyncio.Event()
        self._moved_s: float | None = None
        self.seen = Progress({}, {}, -1)
        self.missed = 0
        self.well = True

    async def run(self) -> None:
        """Look until cancelled."""
        audited_s: float | None = None
        while True:
            now_s = asyncio.get_running_loop().time()
            try:
                if audited_s is None or now_s - audited_s >= AUDIT_EVERY_S:
                    audited_s = now_s
                    self.missed = await to_thread.run_sync(self._audit)
                self._take(await to_thread.run_sync(self._look), now_s)
            except SQLAlchemyError as error:
                if self.well:
                    structlog.get_logger().warning("database does not answer", error=type(error).__name__)
                self.well = False
            await asyncio.sleep(LOOK_EVERY_S)

    def age_s(self, now_s: float) -> float | None:
        """Give how long ago the hub was seen to move, seconds; None when it has not moved since this process began.

        Its clock moves the log once a second, so a hub that runs is never seen to rest for long.
        """
        return None if self._moved_s is None else max(0.0, now_s - self._moved_s)

    async def change(self, within_s: float) -> None:
        """Wait for the next change, at most so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), within_s)

    def _take(self, looked: Progress, now_s: float) -> None:
        if self.seen.offsets not in (-1, looked.offsets):
            self._moved_s = now_s
        news = (looked.said, looked.entries) != (self.seen.said, self.seen.entries)
        self.seen, self.well = looked, True
        if news:
            self._changed.set()
            self._changed = asyncio.Event()

    def _look(self) -> Progress:
        with self._engine.connect() as sql:
            return progress(sql)

    def _audit(self) -> int:
        with self._engine.connect() as sql:
            return len(missed(sql, self._policies))
