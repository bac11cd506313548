"""The sketch of a city as shapes for a page: outlines brought to the plane, shaded by a number for each place."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from hub.console import figures
from hub.policies.models import Outline

WIDTH: Final = 1000
"""How many units wide a sketch is; whole units are fine enough for any screen and keep a page short."""

Point = tuple[int, int]
Plane = Callable[[float, float], Point]


@dataclass(frozen=True, slots=True)
class Shape:
    """One place on a sketch: the path of its outline, and where its name stands."""

    place: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """A city's shapes, in a box `WIDTH` wide and `height` high; no shapes where the city has no sketch."""

    height: int
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Shaded:
    """A shape as a reader sees it: its name, its number and shade, and where it leads.

    `number` is None and `href` empty for a place outside the reader's territory; `on` is where the page looks.
    """

    shape: Shape
    name: str
    number: int | None
    shade: int
    href: str
    on: bool


def draw(outlines: tuple[Outline, ...]) -> Sketch:
    """Bring outlines to the plane, true to scale in the middle of the city."""
    points = [point for outline in outlines for ring in outline.rings for point in ring]
    if not points:
        return Sketch(0, ())
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * narrow or 1.0)

    def plane(lon: float, lat: float) -> Point:
        return round((lon - west) * narrow * scale), round((north - lat) * scale)

    height = plane(west, south)[1]
    return Sketch(height, tuple(_shape(outline, plane) for outline in outlines))


def _shape(outline: Outline, plane: Plane) -> Shape:
    rings = [_thinned([plane(*point) for point in ring]) for ring in outline.rings]
    x, y = _middle(max(rings, key=lambda ring: abs(_area(ring))))
    return Shape(outline.place, "".join(map(_path, rings)), x, y)


def _thinned(ring: list[Point]) -> list[Point]:
    """Leave out points that fall on the one before; neighbours lose the same ones, so that no gap opens."""
    return [point for number, point in enumerate(ring) if number == 0 or point != ring[number - 1]]


def _path(ring: list[Point]) -> str:
    steps = [f"{x - ring[number][0]},{y - ring[number][1]}" for number, (x, y) in enumerate(ring[1:])]
    return f"M{ring[0][0]},{ring[0][1]}l{' '.join(steps)}z" if steps else ""


def _area(ring: list[Point]) -> float:
    return sum(_cross(ring)) / 2


def _middle(ring: list[Point]) -> Point:
    """Give the centre of a ring's area (the usual sum over its edges); of a ring without area its first point."""
    area = _area(ring)
    if not area:
        return ring[0]
    crosses = _cross(ring)
    pairs = list(pairwise(ring))
    x = sum((a[0] + b[0]) * cross for (a, b), cross in zip(pairs, crosses, strict=True)) / (6 * area)
    y = sum((a[1] + b[1]) * cross for (a, b), cross in zip(pairs, crosses, strict=True)) / (6 * area)
    return round(x), round(y)


def _cross(ring: list[Point]) -> list[int]:
    return [a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)]


def shaded(
    sketch: Sketch,
    names: Mapping[str, str],
    numbers: Mapping[str, int],
    here: frozenset[str],
    link: Callable[[str], str],
) -> list[Shaded]:
    """Shade the shapes: `numbers` holds a number for each place the reader may see, `here` where the page looks."""
    top = max(numbers.values(), default=0)
    return [
        Shaded(
            shape,
            names[shape.place],
            numbers.get(shape.place),
            figures.shade(numbers.get(shape.place, 0), top),
            link(shape.place) if shape.place in numbers else "",
            shape.place in here,
        )
        for shape in sketch.shapes
    ]
