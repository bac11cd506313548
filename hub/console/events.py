"""事件流: what came in, what became of it, and why something did not count."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.content import content
from hub.console.desk import NotFound, Reader
from hub.console.words import msg
from hub.store.screens import flow

router: Final = APIRouter()

PAGE_ROWS: Final = 50
TABS: Final = {
    "": msg("全部"),
    "accepted": msg("受理"),
    "duplicate": msg("重复"),
    "quarantined": msg("待定位"),
    "refused": msg("退回"),
}


@router.get("/events")
def events(
    request: Request, desk: Reader, outcome: str = "", agency: str = "", before: int | None = None
) -> Response:
    """Show events newest first, with the counts of the last 24 hours on the tabs."""
    outcome = outcome if outcome in TABS else ""
    with desk.console.engine.connect() as sql:
        rows = flow.events(
            sql, desk.scope, outcome=outcome, agency=agency, before=before, limit=PAGE_ROWS + 1
        )
        counts = flow.outcomes(sql, desk.scope, desk.now_ms - 86_400_000, desk.now_ms)
    return frame.page(
        request,
        desk,
        "event_rows.html" if before else "events.html",
        rows=[{**row, "told": content(desk.words, row["type"], row["body"])} for row in rows[:PAGE_ROWS]],
        before=rows[PAGE_ROWS - 1]["number"] if len(rows) > PAGE_ROWS else None,
        outcome=outcome,
        agency=agency,
        tabs=TABS,
        counts=counts,
        received=sum(counts.values()),
    )


@router.get("/events/{number}")
def event(request: Request, desk: Reader, number: int) -> Response:
    """Show one event: what the log kept of it and what became of it."""
    with desk.console.engine.connect() as sql:
        row = flow.event(sql, desk.whole, number)
    if row is None:
        raise NotFound
    body: dict[str, Any] = json.loads(row["body"]) if row["body"] else {}
    return frame.page(request, desk, "event.html", row=row, data=body.get("data", {}), body=body)
