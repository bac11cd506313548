"""专报: one problem on one A4 sheet, in text that stays text in the PDF."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

import pytest

from hub.console.names import Names
from hub.store.people import Role
from tests.console.browser import chromium, served
from tests.console.desks import Centre, open_centre
from tests.console.rows import fill

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
PAIRS = re.compile(r"<[0-9A-Fa-f]+>\s*<([0-9A-Fa-f]{4,})>")
SPANS = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]{4})>")
EXPORTED = "SELECT object FROM trail WHERE act = 'exported' AND detail = 'report'"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("report"), 3_000)) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(centre: Centre) -> Iterator[str]:
    """The same console, served to a browser."""
    with served(centre.client.app, lifespan="off") as found:
        yield found


def letters_of(pdf: bytes) -> set[str]:
    """Every letter that a PDF's fonts can be read back to: what its text is made of."""
    found: set[str] = set()
    for stream in STREAM.findall(pdf):
        try:
            told = zlib.decompressobj().decompress(stream).decode("latin-1")
        except zlib.error:
            continue
        if "begincmap" not in told:
            continue
        for first, last, to in SPANS.findall(told):
            found |= {chr(int(to, 16) + n) for n in range(int(last, 16) - int(first, 16) + 1)}
        for to in PAIRS.findall(told):
            found |= set(bytes.fromhex(to).decode("utf-16-be", "ignore"))
    return found


def longest(centre: Centre) -> str:
    held = "SELECT id FROM problem WHERE phase = 'treating'"
    said = f"SELECT problem_id AS id FROM decision WHERE problem_id IN ({held})"
    query = f"{said} GROUP BY problem_id ORDER BY count(*) DESC LIMIT 1"
    return str(centre.rows(query)[0].id)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_problem_with_most_decisions_fits_one_sheet_and_its_text_is_text(
    centre: Centre, address: str, lang: str
) -> None:
    number = longest(centre)
    centre.desk(Role.LEADER)
    token = centre.tokens["leader-ta-"]
    with chromium() as browser:
        context = browser.new_context()
        context.add_cookies(
            [
                {"name": "hub_session", "value": token, "url": address},
                {"name": "hub_lang", "value": lang, "url": address},
            ]
        )
        page = context.new_page()
        page.goto(f"{address}/problems/{number}/report")
        pdf = page.pdf(format="A4", prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1
    title = "关于的专报" if lang == "zh" else "Reporton"
    assert set(title) | set(number) <= letters_of(pdf)


def test_the_sheet_names_place_kind_agencies_and_steps(centre: Centre) -> None:
    number = longest(centre)
    row = centre.rows(f"SELECT place, category FROM problem WHERE id = '{number}'")[0]
    lead = centre.rows(f"SELECT lead FROM problem WHERE id = '{number}'")[0].lead
    names = Names(centre.filled.policy, "zh")

    page = centre.desk(Role.LEADER).get(f"/problems/{number}/report").text

    assert names.place(row.place) in page
    assert names.category(row.category) in page
    assert names.agency(lead) in page
    assert "<nav" not in page
    assert centre.rows(EXPORTED)[-1].object == number


def test_a_sheet_of_another_county_is_not_there(centre: Centre) -> None:
    number = centre.rows("SELECT id FROM problem WHERE place LIKE 'TA-1%' LIMIT 1")[0].id

    assert centre.desk(Role.DUTY, "TA-0").get(f"/problems/{number}/report").status_code == 404
