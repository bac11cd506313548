"""The live stream: which problems of the reader's scope changed, and how old the data is. It resumes where it broke."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import orjson
from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from hub.console.desk import Desk, Reader
from hub.store import people
from hub.store.screens import flow

router: Final = APIRouter()

BEAT_EVERY_S: Final = 2.0
CHECK_EVERY_S: Final = 30.0
GATHER_S: Final = 0.05
"""A batch of decisions is told at once: what follows within this time goes along."""


@router.get("/stream")
async def stream(request: Request, desk: Reader, after: int = 0) -> Response:
    """Stream changes after a decision's number; a browser that comes back says the last one it has seen."""
    last = request.headers.get("last-event-id", "")
    start = int(last) if last.isdecimal() and len(last) < 19 else after
    return StreamingResponse(
        _told(request, desk, start),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _told(request: Request, desk: Desk, seq: int) -> AsyncIterator[bytes]:
    watch, city = desk.console.watch, desk.policy.jurisdiction
    loop = asyncio.get_running_loop()
    checked_s = loop.time()
    entries = -1
    yield b"retry: 1000\n\n"
    while not await request.is_disconnected():
        seen = watch.seen
        if loop.time() - checked_s > CHECK_EVERY_S:
            checked_s = loop.time()
            if not await to_thread.run_sync(_still_open, desk):
                yield _message("ended", {})
                return
        if watch.well and (seen.said.get(city, 0) > seq or seen.entries.get(city, 0) != entries):
            entries = seen.entries.get(city, 0)
            seq, numbers = await to_thread.run_sync(_changes, desk, seq)
            yield _message("changed", {"problems": numbers}, seq)
        yield _message("beat", {"age": _age(watch.age_s(loop.time())), "well": watch.well})
        await watch.change(BEAT_EVERY_S)
        await asyncio.sleep(GATHER_S)


def _changes(desk: Desk, after: int) -> tuple[int, list[str]]:
    with desk.console.engine.connect() as sql:
        return flow.changes(sql, desk.scope, after)


def _still_open(desk: Desk) -> bool:
    with desk.console.engine.connect() as sql:
        return people.session_account(sql, desk.token, desk.console.now_ms()) is not None


def _age(age_s: float | None) -> float | None:
    return None if age_s is None else round(age_s, 1)


def _message(name: str, data: dict[str, Any], seq: int | None = None) -> bytes:
    number = f"id: {seq}\n" if seq is not None else ""
    return f"event: {name}\n{number}data: {orjson.dumps(data).decode()}\n\n".encode()
