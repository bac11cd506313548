"""The live stream of one page: which problems changed, what concerns the desk, who else looks, how old the data is.

It resumes where it broke: what came meanwhile is told at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import orjson
from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from hub.console.desk import Desk, Reader
from hub.console.news import news
from hub.console.pages import PAGES
from hub.console.work import counted
from hub.store import people
from hub.store.screens import flow, register

router: Final = APIRouter()

BEAT_EVERY_S: Final = 2.0
CHECK_EVERY_S: Final = 30.0
COUNTS_REST: Final = 50
"""What waits for a desk is counted over all its tasks: a page rests so many times as long as the last count took."""

GATHER_S: Final = 0.05
"""A batch of decisions is told at once: what follows within this time goes along."""


@router.get("/stream")
async def stream(request: Request, desk: Reader, after: int = 0, looking: str = "") -> Response:
    """Stream changes after a decision's number; a browser that comes back says the last one it has seen.

    `looking` is the problem that the page shows: those who look at it are told of each other.
    """
    last = request.headers.get("last-event-id", "")
    start = int(last) if last.isdecimal() and len(last) < 19 else after
    problem = await to_thread.run_sync(_seen, desk, looking) if looking else ""
    return StreamingResponse(
        _told(request, desk, Page(desk, start, problem)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


class Page:
    """What one open page has been told: how far decisions have come, what waits, and who else looks."""

    def __init__(self, desk: Desk, seq: int, problem: str) -> None:
        self._desk = desk
        self._city = desk.policy.jurisdiction
        self._seq = seq
        self.problem = problem
        self._entries = -1
        self._count_from_s = 0.0
        self._uncounted = desk.may(PAGES["/queue"])
        self._others: list[str] = []

    @property
    def behind(self) -> bool:
        """Whether something happened that the page has not been told."""
        seen = self._desk.console.watch.seen
        return seen.said.get(self._city, 0) > self._seq or seen.entries.get(self._city, 0) != self._entries

    def wants_counts(self, now_s: float) -> bool:
        """Whether it is time to count anew what waits for the desk."""
        return self._uncounted and now_s >= self._count_from_s

    def changes(self) -> list[bytes]:
        """Read what happened since, in messages."""
        self._entries = self._desk.console.watch.seen.entries.get(self._city, 0)
        self._uncounted = self._desk.may(PAGES["/queue"])
        with self._desk.console.engine.connect() as sql:
            newest, problems = flow.changes(sql, self._desk.scope, self._seq)
            told = news(sql, self._desk, self._seq)
        self._seq = newest
        messages = [_message("changed", {"problems": problems}, newest)]
        return [*messages, _message("news", told._asdict())] if told.lines else messages

    def counts(self, clock: Callable[[], float]) -> bytes:
        """Count what waits for the desk, in a message; `clock` says how long that takes."""
        self._uncounted, began_s = False, clock()
        with self._desk.console.engine.connect() as sql:
            number = sum(counted(sql, self._desk).values())
        ended_s = clock()
        self._count_from_s = ended_s + COUNTS_REST * (ended_s - began_s)
        return _message("waiting", {"number": number})

    def company(self) -> Iterator[bytes]:
        """Give a message when others came to look at the same problem, or went."""
        present = self._desk.console.presence.others(self._city, self.problem, self._desk.account.login)
        if present != self._others:
            self._others = present
            yield _message("here", {"logins": present})


async def _told(request: Request, desk: Desk, page: Page) -> AsyncIterator[bytes]:
    watch, loop = desk.console.watch, asyncio.get_running_loop()
    checked_s = loop.time()
    yield b"retry: 1000\n\n"
    with desk.console.presence.looking(desk.policy.jurisdiction, page.problem, desk.account.login):
        while not await request.is_disconnected():
            if loop.time() - checked_s > CHECK_EVERY_S:
                checked_s = loop.time()
                if not await to_thread.run_sync(_still_open, desk):
                    yield _message("ended", {})
                    return
            if watch.well and page.behind:
                for message in await to_thread.run_sync(page.changes):
                    yield message
            if watch.well and page.wants_counts(loop.time()):
                yield await to_thread.run_sync(page.counts, loop.time)
            for message in page.company():
                yield message
            yield _message("beat", {"age": _age(watch.age_s(loop.time())), "well": watch.well})
            await watch.change(BEAT_EVERY_S)
            await asyncio.sleep(GATHER_S)


def _seen(desk: Desk, number: str) -> str:
    """Give a problem's number if the desk may see it, else nothing."""
    with desk.console.engine.connect() as sql:
        return number if register.named(sql, desk.whole, [number], desk.now_ms) else ""


def _still_open(desk: Desk) -> bool:
    with desk.console.engine.connect() as sql:
        return people.session_account(sql, desk.token, desk.console.now_ms()) is not None


def _age(age_s: float | None) -> float | None:
    return None if age_s is None else round(age_s, 1)


def _message(name: str, data: dict[str, Any], seq: int | None = None) -> bytes:
    number = f"id: {seq}\n" if seq is not None else ""
    return f"event: {name}\n{number}data: {orjson.dumps(data).decode()}\n\n".encode()
