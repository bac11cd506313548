"""我的待办 and 联动协同: what must be done now, by whom, and who has not moved."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from hub.console import frame
from hub.console.desk import Desk, Reader
from hub.console.words import msg
from hub.store.people import Role
from hub.store.screens import work
from hub.store.screens.register import Wanted

router: Final = APIRouter()

PAGE_ROWS: Final = 50
PROBLEMS_SHOWN: Final = 30
OPEN: Final = ("confirmed", "treating", "ledgered")
TABS: Final = {
    "confirm": msg("待确认"),
    "accept": msg("待签收"),
    "work": msg("办理中"),
    "route": msg("待派单"),
    "rule": msg("退单待裁"),
    "grant": msg("延期挂账待批"),
    "verify": msg("待核验"),
    "reply": msg("督办待回复"),
}
OF_AGENCY: Final = ("accept", "work", "reply")
OF_CENTRE: Final = ("confirm", "accept", "route", "rule", "grant", "verify", "reply")


@router.get("/queue")
def queue(request: Request, desk: Reader, tab: str = "") -> Response:
    """Show what waits for this desk, the soonest due first."""
    mine = _own_agency(desk)
    with desk.console.engine.connect() as sql:
        counts = counted(sql, desk)
        tabs = tuple(counts)
        first = next((name for name in tabs if counts[name]), tabs[0])
        chosen = tab if tab in tabs else first
        rows = _rows(sql, desk, chosen, mine)
    return frame.page(
        request,
        desk,
        "queue.html",
        tabs={name: TABS[name] for name in tabs},
        counts=counts,
        tab=chosen,
        rows=rows,
    )


@router.get("/linkage")
def linkage(request: Request, desk: Reader) -> Response:
    """Show who takes part in which problem and how each part stands, and each agency's load."""
    with desk.console.engine.connect() as sql:
        rows = desk.index.page(sql, desk.scope, Wanted({"phase": OPEN}), desk.now_ms, PROBLEMS_SHOWN)
        tasks = work.tasks_of(sql, desk.scope, [row["id"] for row in rows])
        loads = work.loads(sql, desk.scope, desk.now_ms)
    return frame.page(request, desk, "linkage.html", rows=rows, tasks=tasks, loads=loads)


def counted(sql: Connection, desk: Desk) -> dict[str, int]:
    """Count what waits for this desk, by the tab that shows it."""
    mine = _own_agency(desk)
    counts = work.needs(sql, desk.scope, mine)
    counts["reply"] = len(work.unanswered(sql, desk.scope, mine, PAGE_ROWS))
    if not mine:
        suspected = Wanted({"phase": ("suspected",)})
        counts["confirm"] = desk.index.total(sql, desk.scope, suspected, desk.now_ms)
    return {name: counts[name] for name in (OF_AGENCY if mine else OF_CENTRE)}


def _own_agency(desk: Desk) -> str:
    return desk.account.agency if desk.account.role is Role.AGENCY else ""


def _rows(sql: Connection, desk: Desk, tab: str, mine: str) -> list[dict[str, Any]]:
    if tab == "confirm":
        wanted = Wanted({"phase": ("suspected",)}, sort="matters")
        found = desk.index.page(sql, desk.scope, wanted, desk.now_ms, PAGE_ROWS)
        return [{**row, "problem_id": row["id"], "agency": "", "next_due_ms": row["due_ms"]} for row in found]
    if tab == "reply":
        found = work.unanswered(sql, desk.scope, mine, PAGE_ROWS)
        return [{**row, "next_due_ms": row["reply_due_ms"]} for row in found]
    return work.waiting(sql, desk.scope, tab, mine, PAGE_ROWS)
