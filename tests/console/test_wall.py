"""大屏: six blocks of counts, of the desk's own territory, and nothing that somebody wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hub.store.people import Role
from tests.console.desks import Centre, open_centre
from tests.console.rows import fill


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("wall"), 3_000)) as opened:
        yield opened


def test_the_wall_has_six_blocks_and_lives_on_the_stream(centre: Centre) -> None:
    page = centre.desk(Role.LEADER).get("/wall").text

    assert page.count("<section") == 6
    assert 'data-turns="6"' in page
    assert re.search(r'id="wall" data-live', page)
    assert 'data-stream="/stream"' in page


def test_the_wall_counts_what_is_open(centre: Centre) -> None:
    page = centre.desk(Role.LEADER).get("/wall").text

    number = centre.number(
        "SELECT count(*) FROM problem WHERE phase IN ('suspected', 'confirmed', 'treating', 'rebounded')"
    )
    assert re.search(rf'<p class="huge">{number:,}</p>', page)


def test_the_wall_of_the_city_draws_it(centre: Centre) -> None:
    assert "示意图，非正式行政区划图" in centre.desk(Role.LEADER).get("/wall").text
    assert "示意图" not in centre.desk(Role.DUTY, "TA-0").get("/wall").text


def test_the_wall_of_a_county_names_no_place_of_another(centre: Centre) -> None:
    page = centre.desk(Role.DUTY, "TA-0").get("/wall").text

    assert "Town 00" in page
    assert "Town 10" not in page
    assert "Village 1" not in page


def test_the_wall_shows_nothing_that_somebody_wrote(centre: Centre) -> None:
    written = [row.summary for row in centre.rows("SELECT DISTINCT summary FROM matter WHERE summary <> ''")]

    page = centre.desk(Role.LEADER).get("/wall").text

    assert [text for text in written if text in page] == []
    assert "/problems/" not in page
