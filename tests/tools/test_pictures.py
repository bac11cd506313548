"""Pictures of panels hold every value they draw, in the panel's unit; the page in the docs lists every panel."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.tools.dashboards_page import PAGE, PICTURES, ROOT, expression, legend
from hub.tools.panels import DASHBOARDS, Dashboard, Panel
from hub.tools.pictures import PANEL_H, Series, _scale, board_svg, in_unit

NUMBERS = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 6))
PANELS = [(board, panel) for board in DASHBOARDS for panel in board.panels]


def a_board(kind: str = "timeseries", unit: str = "short") -> Dashboard:
    return Dashboard("hub-x", "一 & 二", "/", (Panel("<t>", "up", unit, "text", "{{job}}", kind),))


def drawn(board: Dashboard, *series: Series) -> ET.Element:
    return ET.fromstring(board_svg(board, [series]))  # noqa: S314 - we wrote it


def heights(picture: ET.Element) -> list[float]:
    lines = [element for element in picture.iter() if element.tag.endswith("polyline")]
    return [float(point.split(",")[1]) for line in lines for point in line.attrib["points"].split()]


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=[panel.title for _, panel in PANELS])
def test_the_page_lists_every_panel_with_its_expression_and_shows_its_dashboard(
    board: Dashboard, panel: Panel
) -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    (row,) = [
        line for line in text.splitlines() if line.startswith(f"| {panel.title} | {expression(panel)} |")
    ]
    picture = (ROOT / PICTURES / f"{board.uid}.svg").read_text(encoding="utf-8")

    assert row.rpartition("| ")[2].strip(" |")
    assert f"dashboards/{board.uid}.svg" in text
    assert panel.title.replace("&", "&amp;") in picture


@given(NUMBERS, NUMBERS, st.sampled_from(["short", "s", "bytes"]))
def test_the_scale_of_a_chart_holds_its_values_between_a_few_round_lines(
    one: float, other: float, unit: str
) -> None:
    low, high, step = _scale(min(one, other), max(one, other), unit)

    assert low <= min(one, other) + step / 1000
    assert high >= max(one, other) - step / 1000
    assert 1 <= round((high - low) / step) <= 8


@given(st.lists(st.lists(NUMBERS, min_size=1, max_size=20), min_size=1, max_size=12))
def test_lines_stay_within_their_panel(values: list[list[float]]) -> None:
    series = [
        Series(f"{n}<&>", tuple((float(at), value) for at, value in enumerate(line)))
        for n, line in enumerate(values)
    ]

    assert all(0 <= y <= PANEL_H for y in heights(drawn(a_board(), *series)))


def test_a_higher_value_is_drawn_higher() -> None:
    first, second = heights(drawn(a_board(), Series("", ((0.0, 1.0), (60.0, 5.0)))))

    assert second < first


def test_one_number_is_written_large_and_nothing_is_said_to_be_nothing() -> None:
    one = drawn(a_board("stat", "s"), Series("", ((0.0, 90.0),)))
    none = drawn(a_board(), Series("", ((0.0, float("nan")),)))

    assert "1.5 min" in "".join(one.itertext())
    assert "none yet" in "".join(none.itertext())


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (0.0, "s", "0 s"),
        (0.012, "s", "12 ms"),
        (5400, "s", "1.5 h"),
        (172_800, "s", "2 d"),
        (0.125, "percentunit", "12.5 %"),
        (3 * 2**20, "bytes", "3 MiB"),
        (12.5, "reqps", "12.5/s"),
        (13.5, "d", "13.5 d"),
        (120_000, "short", "120k"),
        (1_234.5, "short", "1,234"),
        (19.02, "short", "19"),
        (float("nan"), "short", "–"),
    ],
)
def test_a_value_is_written_in_its_unit(value: float, unit: str, written: str) -> None:
    assert in_unit(value, unit) == written


def test_a_legend_is_the_value_of_its_label() -> None:
    assert legend(Panel("t", "up", "short", "", "{{job}} at {{where}}"), {"job": "intake"}) == "intake at "
    assert not re.findall("{{", legend(PANELS[0][1], {"tier": "city"}))
