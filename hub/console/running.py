"""接入单位 and 系统健康: whether data comes in from everybody, and whether the hub itself is well."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.desk import Reader
from hub.store import trail
from hub.store.queries import outbox_depths, shards
from hub.store.screens import flow

router: Final = APIRouter()

DAY_MS: Final = 86_400_000
SILENT_MS: Final = 3 * DAY_MS


@router.get("/publishers")
def publishers(request: Request, desk: Reader, order: str = "received") -> Response:
    """Show each agency's tally, how it compares with its usual day, and who has fallen silent."""
    territories = {
        agency.id: agency.territory for agency in desk.policy.agencies.values() if agency.publishes
    }
    with desk.console.engine.connect() as sql:
        tallies = {row["agency"]: row for row in flow.sources(sql, desk.scope, territories)}
        today = flow.recent_by_agency(sql, desk.scope, desk.now_ms - DAY_MS)
        month = flow.recent_by_agency(sql, desk.scope, desk.now_ms - 30 * DAY_MS)
    nothing = dict.fromkeys((*flow.OUTCOMES, "received"), 0)
    rows = [
        {
            **nothing,
            **tallies.get(agency, {}),
            "agency": agency,
            "today": today.get(agency, {}).get("number", 0),
            "usual": round(month.get(agency, {}).get("number", 0) / 30, 1),
            "last_ms": month.get(agency, {}).get("last_ms"),
        }
        for agency in dict.fromkeys((*territories, *tallies))
        if agency in tallies or desk.scope.holds(territories[agency], agency)
    ]
    silent = [row for row in rows if row["received"] and (row["last_ms"] or 0) < desk.now_ms - SILENT_MS]
    key = order if order in ("received", "refused", "today") else "received"
    rows.sort(key=lambda row: (-row[key], row["agency"]))
    sums = {name: sum(row[name] for row in rows) for name in (*flow.OUTCOMES, "received")}
    return frame.page(
        request, desk, "publishers.html", rows=rows, sums=sums, silent=silent, order=key, silent_ms=SILENT_MS
    )


@router.get("/health")
def health(request: Request, desk: Reader) -> Response:
    """Show the log, the shards, what waits to be sent, the auditor, and the trail."""
    with desk.console.engine.connect() as sql:
        counters = flow.counters(sql, desk.whole)
        held = shards(sql)
        waiting = outbox_depths(sql).get(desk.policy.jurisdiction, 0)
        hours = flow.hourly(sql, desk.whole, desk.now_ms - DAY_MS, 24)
        verdict = trail.verify(sql)
    return frame.page(
        request,
        desk,
        "health.html",
        counters=counters,
        shards=held,
        waiting=waiting,
        hours=hours,
        missed=desk.console.watch.missed,
        verdict=verdict,
        database=desk.console.engine.dialect.name,
    )
