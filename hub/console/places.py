"""一张图: where problems gather, as a sketch of the city, as cells of townships, and as a list that says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.datastructures import QueryParams

from hub.console import figures, frame
from hub.console.desk import Desk, Reader
from hub.console.ledger import wanted_of
from hub.console.show import Show
from hub.console.sketch import Shaded, shaded
from hub.console.tiers import TIERS
from hub.console.words import msg
from hub.policies.models import Tier
from hub.store.screens.register import OPEN

router: Final = APIRouter()

CELLS_SHOWN: Final = 48
MEASURES: Final = {"open": msg("在办"), "overdue": msg("已超期"), "new": msg("近 7 天立案")}
LISTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "open": {"phase": OPEN},
    "overdue": {"phase": OPEN, "clock": "overdue"},
    "new": {"opened": 7},
}
"""What the list behind each measure asks for."""


class Line(NamedTuple):
    """A place with its number and shade, and the place it lies in."""

    place: str
    number: int
    shade: int
    above: str


class Asked(NamedTuple):
    """What the page counts: a measure, of one tier or all, of one category of the first level or all."""

    measure: str
    tier: str
    top: str

    def behind(self, desk: Desk) -> dict[str, Any]:
        """Give the filters of the list behind a number."""
        return {**LISTS[self.measure], "tier": self.tier, "kind": desk.names.kinds_under.get(self.top, ())}


@router.get("/map")
def places(request: Request, desk: Reader, measure: str = "open", tier: str = "", top: str = "") -> Response:
    """Show how many problems lie where, by one measure."""
    asked = Asked(
        measure if measure in MEASURES else "open",
        tier if tier in TIERS else "",
        top if top in desk.names.kinds_under else "",
    )
    sums = _sums(desk, asked)
    lines = _lines(desk, sums, desk.names.children.get(desk.here, []))
    return frame.page(
        request,
        desk,
        "places.html",
        asked=asked,
        measures=MEASURES,
        behind=asked.behind(desk),
        height=desk.console.sketch(desk.policy).height,
        shapes=_shapes(desk, asked, sums),
        lines=lines,
        total=sums[desk.here],
        rest=sums[desk.here] - sum(line.number for line in lines),
        cells=_townships(desk, sums),
    )


def marks(desk: Desk, numbers: Mapping[str, int], **query: object) -> list[Shaded]:
    """Shade the city's sketch by numbers of its places; each place leads to the same page narrowed to it."""
    show, names = Show(desk), desk.names
    sketch = desk.console.sketch(desk.policy)
    path = str(query.pop("path"))
    return shaded(
        sketch,
        {shape.place: names.place(shape.place) for shape in sketch.shapes},
        numbers,
        frozenset(names.path(desk.here)),
        lambda place: show.link(path, at=place, **query),
    )


def _sums(desk: Desk, asked: Asked) -> Counter[str]:
    """Count what the reader may see by place; a place counts what lies below it too."""
    pairs = [
        (name, str(value))
        for name, values in asked.behind(desk).items()
        for value in ([values] if isinstance(values, str | int) else values)
        if value != ""
    ]
    sums: Counter[str] = Counter()
    with desk.console.engine.connect() as sql:
        counted = desk.index.by_place(sql, desk.whole, wanted_of(QueryParams(pairs), desk), desk.now_ms)
    for place, number in counted.items():
        known = desk.policy.places.get(place)
        sums.update(dict.fromkeys(known.chain if known else (desk.names.root,), number))
    return sums


def _shapes(desk: Desk, asked: Asked, sums: Counter[str]) -> list[Shaded]:
    """Shade the places of the city that lie in the reader's territory, or hold something of the reader's agency."""
    mine = {
        outline.place: sums[outline.place]
        for outline in desk.policy.outlines
        if desk.base in (desk.names.root, outline.place) or sums[outline.place]
    }
    return marks(desk, mine, path="/map", **asked._asdict())


def _lines(desk: Desk, sums: Counter[str], codes: list[str]) -> list[Line]:
    top = max((sums[code] for code in codes), default=0)
    lines = [
        Line(code, sums[code], figures.shade(sums[code], top), desk.policy.places[code].chain[1])
        for code in codes
    ]
    return sorted(lines, key=lambda line: -line.number)


def _townships(desk: Desk, sums: Counter[str]) -> list[Line]:
    """Give the townships that hold most, when the list shows counties: as cells, for their borders are not drawn."""
    if desk.names.tier_of(desk.here) is not Tier.CITY:
        return []
    codes = [code for code, place in desk.policy.places.items() if place.tier is Tier.TOWNSHIP and sums[code]]
    return _lines(desk, sums, codes)[:CELLS_SHOWN]
