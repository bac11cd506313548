"""A city's sketch: what may be drawn, what is wrong with a drawing, and that no decision hangs on it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from hub.policies.faults import PolicyError
from hub.policies.load import load_policy
from hub.policies.outlines import POINTS_MAX
from hub.tools.check import check
from tests.policies.folders import a_folder

SQUARE = [[10.0, 60.0], [10.0, 61.0], [11.0, 61.0], [11.0, 60.0], [10.0, 60.0]]
SANMING = Path(__file__).resolve().parents[2] / "deploy" / "jurisdictions" / "sanming"


def a_map(code: str = "N", kind: str = "Polygon", coordinates: object = None, times: int = 1) -> str:
    geometry = {"type": kind, "coordinates": coordinates or [SQUARE]}
    feature = {"type": "Feature", "properties": {"code": code}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature] * times})


def test_a_city_without_a_sketch_is_sound(tmp_path: Path) -> None:
    assert load_policy(a_folder(tmp_path)).outlines == ()


def test_an_outline_holds_the_rings_of_all_its_parts(tmp_path: Path) -> None:
    policy = load_policy(
        a_folder(tmp_path, {"map.geojson": a_map("N", "MultiPolygon", [[SQUARE], [SQUARE]])})
    )

    (outline,) = policy.outlines
    assert outline.place == "N"
    assert [len(ring) for ring in outline.rings] == [5, 5]


def test_another_drawing_is_the_same_policy(tmp_path: Path) -> None:
    plain = load_policy(a_folder(tmp_path / "plain"))
    drawn = load_policy(a_folder(tmp_path / "drawn", {"map.geojson": a_map()}))

    assert drawn.version == plain.version


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "map.geojson:1: 不是合格的 JSON"),
        ('{"features": []}', "map.geojson: features: 须为有 features 的 GeoJSON"),
        (a_map("N1"), 'map.geojson: features[0]: “N1”不是市的直接下级,图上只画这一级 / "N1" does not lie'),
        (a_map("LK"), "map.geojson: features[0]: “LK”不是市的直接下级"),
        (a_map(kind="LineString"), "map.geojson: features[0]: 须有 properties.code"),
        (a_map(coordinates=[SQUARE[:3]]), "map.geojson: features[0]: 须有 properties.code"),
        (a_map(coordinates=[[*SQUARE[:-1], [12.0, 60.0]]]), "map.geojson: features[0]: 须有 properties.code"),
        (a_map(coordinates=[[[200.0, 0.0], *SQUARE[1:-1], [200.0, 0.0]]]), "map.geojson: features[0]: 须有"),
        (a_map(times=2), "map.geojson: features[1]: “N”画了两次"),
        (a_map(coordinates=[SQUARE * (POINTS_MAX // 5 + 1)]), "map.geojson: 共 20005 个点,至多 20000 个"),
    ],
)
def test_a_drawing_that_cannot_be_used_says_why(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(a_folder(tmp_path, {"map.geojson": text}))

    assert str(caught.value).startswith(fault)


def test_a_county_left_out_of_the_sketch_is_a_warning(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, {"map.geojson": a_map("S-1")})

    (warning,) = check(folder, date(2025, 6, 1)).warnings[-1:]

    assert "North" in warning.en


def test_sanming_draws_each_of_its_counties() -> None:
    policy = load_policy(SANMING)

    counties = {code for code, place in policy.places.items() if place.tier == "county"}
    assert {outline.place for outline in policy.outlines} == counties
