"""The map: its shapes, its numbers and the lists behind them, and nothing of what the reader may not see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from hub.console.sketch import WIDTH, draw
from hub.policies.models import Outline
from hub.store.people import Role
from tests.console.desks import Centre, open_centre
from tests.console.rows import fill

OPEN = "phase IN ('suspected', 'confirmed', 'treating', 'rebounded')"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("places"), 3_000)) as opened:
        yield opened


def a_square(place: str, west: float, south: float) -> Outline:
    east, north = west + 1, south + 1
    ring = ((west, south), (west, north), (east, north), (east, south), (west, south))
    return Outline(place, (ring,))


def shapes(page: str) -> dict[str, int]:
    """Each place that the sketch links, with its number."""
    return {
        name: int(number)
        for name, number in re.findall(r'<a href="[^"]*" aria-label="(County \d) (\d+)">', page)
    }


def listed(page: str) -> list[tuple[int, str]]:
    """Each number of the list with the address of the list behind it."""
    found = re.findall(r'<a class="cell q\d" href="([^"]+)">([\d,]+)</a>', page)
    return [(int(number.replace(",", "")), unescape(href)) for href, number in found]


def test_a_sketch_is_true_to_scale_in_the_middle_of_the_city() -> None:
    sketch = draw((a_square("A", 0, 59.5), a_square("B", 1, 59.5)))

    # At 60 degrees north a degree to the east is half as long as one to the north.
    assert sketch.height == WIDTH
    assert [shape.x for shape in sketch.shapes] == [WIDTH // 4, 3 * WIDTH // 4]
    assert sketch.shapes[0].path == "M0,1000l0,-1000 500,0 0,1000 -500,0z"


def test_a_city_without_outlines_has_no_shapes() -> None:
    assert draw(()).shapes == ()


@pytest.mark.parametrize("measure", ["open", "overdue", "new"])
@pytest.mark.parametrize("more", ["", "&tier=city", "&top=AA"])
def test_every_number_is_that_of_the_list_behind_it(centre: Centre, measure: str, more: str) -> None:
    desk = centre.desk()
    page = desk.get(f"/map?measure={measure}{more}").text

    for number, href in listed(page):
        total = re.search(r'id="total">([\d,]+)', desk.get(href).text)
        assert total is not None
        assert int(total[1].replace(",", "")) == number, href


def test_the_shapes_say_what_the_list_says(centre: Centre) -> None:
    page = centre.desk().get("/map").text

    expected = {
        f"County {c}": centre.number(f"SELECT count(*) FROM problem WHERE {OPEN} AND place LIKE 'TA-{c}%'")
        for c in range(2)
    }
    assert sum(expected.values()) > 10
    assert shapes(page) == expected
    assert page.count("示意图，非正式行政区划图") == 1


def test_a_place_that_is_picked_is_drawn_and_listed_by_what_lies_below(centre: Centre) -> None:
    page = centre.desk().get("/map?at=TA-0").text

    assert re.search(r'aria-label="County 0 \d+"><path class="q\d on"', page)
    assert "Town 01" in page
    assert "Town 11" not in page


def test_a_desk_of_one_county_sees_no_number_of_another(centre: Centre) -> None:
    page = centre.desk(Role.DUTY, "TA-0").get("/map").text

    assert set(shapes(page)) == {"County 0"}
    assert "Town 1" not in page
    total = centre.number(f"SELECT count(*) FROM problem WHERE {OPEN} AND place LIKE 'TA-0%'")
    assert f"<b>{total}</b>" in page


def test_an_agency_counts_what_it_takes_part_in(centre: Centre) -> None:
    agency = centre.rows(f"SELECT lead FROM problem WHERE {OPEN} AND lead <> '' LIMIT 1")[0].lead
    page = centre.desk(Role.AGENCY, agency=agency).get("/map").text

    part = f"(lead = '{agency}' OR id IN (SELECT problem_id FROM task WHERE agency = '{agency}'))"
    assert f"<b>{centre.number(f'SELECT count(*) FROM problem WHERE {OPEN} AND {part}')}</b>" in page


def test_the_overview_draws_the_city_and_not_a_part_of_it(centre: Centre) -> None:
    desk = centre.desk()

    assert "示意图，非正式行政区划图" in desk.get("/").text
    assert "示意图，非正式行政区划图" not in desk.get("/?at=TA-0").text


@pytest.mark.parametrize("path", ["/", "/?at=TA-0"])
def test_the_tiles_of_open_problems_count_what_their_lists_hold(centre: Centre, path: str) -> None:
    desk = centre.desk()
    tiles = re.findall(r'<a href="([^"]+)"><b>([\d,]+)</b>', desk.get(path).text)

    assert len(tiles) == 4
    for href, number in tiles:
        assert f'id="total">{number} ' in desk.get(unescape(href)).text, href


def test_what_a_county_holds_directly_is_counted_with_the_list_behind_it(centre: Centre) -> None:
    desk = centre.desk()
    held = centre.rows(
        f"SELECT place, count(*) AS number FROM problem WHERE {OPEN} AND place_tier = 'county' GROUP BY place"
    )
    assert held

    for place, number in held:
        page = desk.get(f"/map?at={place}").text
        link = re.search(r'<a href="([^"]*own=1[^"]*)">([\d,]+)</a>', page)
        assert link is not None
        assert int(link[2]) == number
        assert f"{number} 件" in desk.get(unescape(link[1])).text
