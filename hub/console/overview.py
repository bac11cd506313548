"""态势总览: where it goes wrong now, and what to look at first."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from hub.console import frame
from hub.console.desk import Desk, Reader
from hub.console.places import marks
from hub.model.clock import day_end_ms
from hub.store.screens import flow, register
from hub.store.screens.register import Wanted

router: Final = APIRouter()

DAY_MS: Final = 86_400_000
PERIODS: Final = (1, 7, 30)
KINDS_SHOWN: Final = 10
RANKED: Final = 8
RANKS: Final = ("matters", "rounds", "age")
DECIDE_FIRST: Final = 8


@router.get("/")
def overview(request: Request, desk: Reader, days: int = 7, rank: str = "matters") -> Response:
    """Show the overview of the last days."""
    days = days if days in PERIODS else 7
    rank = rank if rank in RANKS else "matters"
    with desk.console.engine.connect() as sql:
        cells = register.active_cells(sql, desk.scope, desk.now_ms)
        ranked = flow.biggest(sql, desk.scope, rank, RANKED)
        values: dict[str, Any] = {
            "days": days,
            "rank": rank,
            "tiles": tiles(sql, desk, cells),
            "steps": steps(sql, desk, days),
            "heat": (table := heat(desk, cells)),
            "open": register.OPEN,
            "height": desk.console.sketch(desk.policy).height,
            "shapes": marks(desk, table["totals"], path="/", days=days)
            if desk.here == desk.names.root
            else [],
            "decide": desk.index.page(
                sql,
                desk.scope,
                Wanted({"clock": ("overdue", "soon", "remind", "normal", "waiting")}),
                desk.now_ms,
                DECIDE_FIRST,
            ),
            "ranked": ranked,
            "growth": register.growth(sql, desk.scope, [row["id"] for row in ranked], desk.now_ms),
            "rises": flow.latest(sql, desk.scope, ("tier_raised",), RANKED),
        }
    return frame.page(request, desk, "overview.html", **values)


def tiles(sql: Connection, desk: Desk, cells: list[tuple[str, str, str, str, int]]) -> dict[str, Any]:
    """Count today's events beside the same hours a week ago, and open problems by tier and by time left."""
    today_ms = day_end_ms(desk.now_ms, desk.policy.zone) - DAY_MS
    week = 7 * DAY_MS
    now = flow.outcomes(sql, desk.scope, today_ms, desk.now_ms)
    then = flow.outcomes(sql, desk.scope, today_ms - week, desk.now_ms - week)
    seven = flow.outcomes(sql, desk.scope, desk.now_ms - week, desk.now_ms)
    tiers: Counter[str] = Counter()
    clocks: Counter[str] = Counter()
    for _, _, tier, clock, number in cells:
        tiers[tier] += number
        clocks[clock] += number
    return {
        "events": sum(now.values()),
        "events_before": sum(then.values()),
        "duplicates": (seven["duplicate"], sum(seven.values())),
        "open": sum(tiers.values()),
        "tiers": tiers,
        "clocks": clocks,
        "missed": desk.console.watch.missed,
        "suspected": desk.index.total(sql, desk.scope, Wanted({"phase": ("suspected",)}), desk.now_ms),
    }


def steps(sql: Connection, desk: Desk, days: int) -> list[tuple[str, int, str]]:
    """Count what passed each stage in the last days: the stage, how many, and the page behind the number."""
    since = desk.now_ms - days * DAY_MS
    outcomes = flow.outcomes(sql, desk.scope, since, desk.now_ms)
    said = flow.said(sql, desk.scope, since, desk.now_ms)
    return [
        ("received", sum(outcomes.values()), "/events"),
        ("accepted", outcomes["accepted"], "/events?outcome=accepted"),
        (
            "linked",
            said.get("problem_suspected", 0) + said.get("problem_reinforced", 0),
            "/problems?sort=opened",
        ),
        ("raised", said.get("tier_raised", 0), "/escalations"),
        ("ended", said.get("problem_closed", 0) + said.get("problem_dismissed", 0), "/problems?clock=done"),
    ]


def heat(desk: Desk, cells: list[tuple[str, str, str, str, int]]) -> dict[str, Any]:
    """Count open problems by the places right below and by kind; mark cells where one at county or above is due."""
    rows = desk.names.children.get(desk.here, [])
    own = set(rows)
    counts: Counter[tuple[str, str]] = Counter()
    due: Counter[tuple[str, str]] = Counter()
    kinds: Counter[str] = Counter()
    for place, category, tier, clock, number in cells:
        row = next((code for code in desk.policy.places[place].chain if code in own), "")
        kind = desk.names.kind_of.get(category, category)
        kinds[kind] += number
        counts[row, kind] += number
        if tier in ("county", "city") and clock in ("overdue", "soon"):
            due[row, kind] += number
    shown = [kind for kind, _ in kinds.most_common(KINDS_SHOWN)]
    totals = Counter[str](dict.fromkeys(rows, 0))
    for (row, _), number in counts.items():
        totals[row] += number
    return {
        "rows": rows,
        "kinds": shown,
        "counts": counts,
        "due": due,
        "totals": totals,
        "top": max((counts[row, kind] for row in rows for kind in shown), default=0),
    }
