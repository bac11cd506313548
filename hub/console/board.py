"""升级看板: how much lies at each tier, and what rises next."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.desk import Reader
from hub.policies.models import Tier
from hub.store.screens import flow, register
from hub.store.screens.register import Wanted

router: Final = APIRouter()

CARDS: Final = 20
HOUR_MS: Final = 3_600_000
OPEN: Final = ("suspected", "confirmed", "treating", "rebounded", "ledgered")


@router.get("/escalations")
def board(request: Request, desk: Reader) -> Response:
    """Show four columns, the soonest first, and how many rise within the hour and the day."""
    columns = []
    with desk.console.engine.connect() as sql:
        for tier in Tier:
            wanted = Wanted({"tier": (tier.value,), "phase": OPEN})
            rows = desk.index.page(sql, desk.scope, wanted, desk.now_ms, CARDS)
            columns.append((tier.value, desk.index.total(sql, desk.scope, wanted, desk.now_ms), rows))
        shown = [row["id"] for _, _, rows in columns for row in rows]
        rises = flow.last_rises(sql, desk.scope, shown)
        soon = register.due_within(sql, desk.scope, desk.now_ms, HOUR_MS)
        today = register.due_within(sql, desk.scope, desk.now_ms, 24 * HOUR_MS)
    return frame.page(
        request,
        desk,
        "board.html",
        columns=columns,
        open=OPEN,
        rises=rises,
        soon=soon,
        today=today,
        cards=CARDS,
    )
