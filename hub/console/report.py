"""专报: one problem on one sheet of paper, to be printed or kept as PDF by the browser."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.desk import Reader
from hub.console.problem import timeline, values_of
from hub.store import trail
from hub.store.screens import one

router: Final = APIRouter()

STEPS_MAX: Final = 8
TOLD: Final = frozenset(
    {
        "problem_suspected",
        "problem_confirmed",
        "tier_raised",
        "tier_lowered",
        "supervised",
        "circulated",
        "interviewed",
        "listed",
        "arbitration_ruled",
        "ledgered",
        "problem_settled",
        "problem_rebounded",
        "problem_closed",
    }
)


@router.get("/problems/{number}/report")
def report(request: Request, desk: Reader, number: str) -> Response:
    """Show one problem as a sheet: what it is, how it came here, who must act, and what comes next."""
    with desk.console.engine.connect() as sql:
        values = values_of(sql, desk, number)
        steps = timeline(one.decisions(sql, desk.whole, number, TOLD))
    desk.note(trail.Act.EXPORTED, number, "report", "done")
    return frame.page(
        request, desk, "report.html", **values, steps=steps[:STEPS_MAX], left_out=len(steps) - STEPS_MAX
    )
