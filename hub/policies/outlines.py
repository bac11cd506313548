"""Reads `map.geojson`, the sketch of a city: the outline of each place right below it; a city may have none.

No decision depends on the sketch, so it is no part of the policy's version: another drawing is the same policy.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from hub.policies.faults import Fault
from hub.policies.models import Outline
from hub.policies.tables import read_text

if TYPE_CHECKING:
    from pathlib import Path

    from hub.policies.models import Place

MAP: Final = "map.geojson"
POINTS_MAX: Final = 20_000
"""A page carries the whole sketch: more points than a screen can show only make it slow."""

RING_POINTS_MIN: Final = 4


def read_outlines(folder: Path, places: dict[str, Place] | None, faults: list[Fault]) -> tuple[Outline, ...]:
    """Read the outlines in file order, rings of (longitude, latitude) in degrees; none where there is no file."""
    if not (folder / MAP).exists():
        return ()
    features = _features(folder, faults)
    found: dict[str, Outline] = {}
    for number, feature in enumerate(features):
        outline = _outline(feature, f"features[{number}]", places, faults)
        if outline is None:
            continue
        if outline.place in found:
            zh, en = f"“{outline.place}”画了两次", f'"{outline.place}" is drawn twice'
            faults.append(Fault(MAP, f"features[{number}]", zh, en))
        found[outline.place] = outline
    points = sum(len(ring) for outline in found.values() for ring in outline.rings)
    if points > POINTS_MAX:
        zh = f"共 {points} 个点,至多 {POINTS_MAX} 个,请先简化"
        faults.append(
            Fault(MAP, "", zh, f"holds {points} points, at most {POINTS_MAX} may be drawn; simplify it")
        )
    return tuple(found.values())


def _features(folder: Path, faults: list[Fault]) -> list[Any]:
    text = read_text(folder / MAP, MAP, faults)
    if text is None:
        return []
    try:
        read = json.loads(text)
    except json.JSONDecodeError as error:
        faults.append(Fault(MAP, error.lineno, f"不是合格的 JSON:{error.msg}", f"is not JSON: {error.msg}"))
        return []
    features = read.get("features") if isinstance(read, dict) else None
    if not isinstance(features, list) or not features:
        zh = "须为有 features 的 GeoJSON FeatureCollection"
        faults.append(Fault(MAP, "features", zh, "must be a GeoJSON FeatureCollection with features"))
        return []
    return features


def _outline(
    feature: Any,  # noqa: ANN401 - whatever the file holds
    where: str,
    places: dict[str, Place] | None,
    faults: list[Fault],
) -> Outline | None:
    try:
        code, shape = str(feature["properties"]["code"]), feature["geometry"]
        several = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        rings = tuple(
            tuple((float(point[0]), float(point[1])) for point in ring) for part in several for ring in part
        )
        sound = shape["type"] in ("Polygon", "MultiPolygon") and all(map(_is_ring, rings)) and bool(rings)
    except (KeyError, TypeError, ValueError, IndexError):
        sound = False
    if not sound:
        zh = "须有 properties.code 和经纬度的 Polygon 或 MultiPolygon"
        en = "needs properties.code and a Polygon or MultiPolygon in degrees"
        faults.append(Fault(MAP, where, zh, en))
        return None
    if places is not None and not _lies_right_below(code, places):
        zh = f"“{code}”不是市的直接下级,图上只画这一级"
        faults.append(
            Fault(MAP, where, zh, f'"{code}" does not lie right below the city; only such are drawn')
        )
        return None
    return Outline(code, rings)


def _is_ring(ring: tuple[tuple[float, float], ...]) -> bool:
    return (
        len(ring) >= RING_POINTS_MIN
        and ring[0] == ring[-1]
        and all(-180 <= east <= 180 and -90 <= north <= 90 for east, north in ring)
    )


def _lies_right_below(code: str, places: dict[str, Place]) -> bool:
    place = places.get(code)
    return place is not None and place.parent is not None and places[place.parent].parent is None
