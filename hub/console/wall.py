"""大屏: six blocks for a wall, one of them large in turn; what stands on it may be seen by whoever walks by."""

from __future__ import annotations

from collections import Counter
from typing import Final

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.desk import Reader
from hub.console.overview import heat, tiles
from hub.console.places import marks
from hub.store.screens import flow, register

router: Final = APIRouter()

DAY_MS: Final = 86_400_000
ROWS: Final = 9
LATE: Final = frozenset({"overdue", "soon"})


@router.get("/wall")
def wall(request: Request, desk: Reader) -> Response:
    """Show the wallboard: places, kinds and counts alone, never what somebody wrote."""
    with desk.console.engine.connect() as sql:
        cells = register.active_cells(sql, desk.scope, desk.now_ms)
        counted = tiles(sql, desk, cells)
        hours = flow.hourly(sql, desk.scope, desk.now_ms - DAY_MS, 24)
        outcomes = flow.outcomes(sql, desk.scope, desk.now_ms - DAY_MS, desk.now_ms)
        rises = flow.latest(sql, desk.scope, ("tier_raised",), ROWS)
    table = heat(desk, cells)
    kinds: Counter[str] = Counter()
    for (_, kind), number in table["counts"].items():
        kinds[kind] += number
    late: Counter[str] = Counter()
    for place, _, _, clock, number in cells:
        if clock in LATE:
            late.update(dict.fromkeys(desk.policy.places[place].chain, number))
    places = sorted(table["rows"], key=lambda code: (-table["totals"][code], code))
    return frame.page(
        request,
        desk,
        "wall.html",
        tiles=counted,
        hours=hours,
        outcomes=outcomes,
        rises=rises,
        places=[(desk.names.place(code), table["totals"][code], late[code]) for code in places[: ROWS + 3]],
        height=desk.console.sketch(desk.policy).height,
        shapes=marks(desk, table["totals"], path="/wall") if desk.here == desk.names.root else [],
        kinds=[(desk.names.category(kind), number) for kind, number in kinds.most_common(ROWS + 1)],
    )
