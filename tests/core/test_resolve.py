"""Resolve: which known place and category are meant, and whether the agency may speak of them."""

from __future__ import annotations

import pytest

from hub.core.resolve import Found, known_place, resolve_category, resolve_place
from hub.schemas.reasons import QuarantineCode, RefusalCode
from tests.builders import (
    ACCUSATION,
    CITY,
    COUNTY,
    FAR_VILLAGE,
    HOTLINE,
    NOISE,
    OTHER_COUNTY,
    POLICY,
    TOWN,
    TOWN_DESK,
    VILLAGE,
    a_policy,
)

ALIASES = a_policy(place_aliases={"990101009001": VILLAGE, "990101009000": TOWN})


def place(code: str, agency: str = HOTLINE) -> Found:
    return resolve_place(POLICY, POLICY.agencies[agency], code)


def test_a_known_place_and_category_are_what_they_are() -> None:
    assert place(VILLAGE) == Found(VILLAGE)
    assert resolve_category(POLICY, NOISE) == Found(NOISE)


@pytest.mark.parametrize(
    ("code", "place", "flagged"),
    [
        (VILLAGE, VILLAGE, False),
        (f"{VILLAGE}007", VILLAGE, False),
        ("990101001099", TOWN, True),
        ("990101001099007", TOWN, True),
        ("990101099001", COUNTY, True),
        ("990199001001", CITY, True),
        ("980101001001", None, False),
        ("99010100100", None, False),
        ("9901010010011", None, False),
        ("99010100100x", None, False),
        ("", None, False),
    ],
)
def test_an_unknown_place_is_its_nearest_known_ancestor(code: str, place: str | None, flagged: bool) -> None:
    assert known_place(POLICY, code) == (place, flagged)


@pytest.mark.parametrize(
    ("code", "place", "flagged"),
    [
        ("990101009001", VILLAGE, False),
        ("990101009001003", VILLAGE, False),
        ("990101009777", TOWN, True),
    ],
)
def test_a_code_of_an_earlier_vintage_leads_to_its_successor(code: str, place: str, flagged: bool) -> None:
    assert known_place(ALIASES, code) == (place, flagged)


@pytest.mark.parametrize(
    ("agency", "code", "why"),
    [
        (HOTLINE, "980101001001", QuarantineCode.PLACE_UNKNOWN),
        (TOWN_DESK, FAR_VILLAGE, RefusalCode.PLACE_OUTSIDE_TERRITORY),
        (TOWN_DESK, COUNTY, RefusalCode.PLACE_OUTSIDE_TERRITORY),
        (TOWN_DESK, OTHER_COUNTY, RefusalCode.PLACE_OUTSIDE_TERRITORY),
        (TOWN_DESK, "990101002077", RefusalCode.PLACE_OUTSIDE_TERRITORY),
        (TOWN_DESK, "990101077001", QuarantineCode.PLACE_UNKNOWN),
    ],
)
def test_a_place_that_cannot_be_taken_says_why(
    agency: str, code: str, why: RefusalCode | QuarantineCode
) -> None:
    assert place(code, agency) == Found("", code=why)


@pytest.mark.parametrize(
    ("category", "why"),
    [
        ("Z9", QuarantineCode.CATEGORY_UNKNOWN),
        ("X", RefusalCode.RESTRICTED_CLASS),
        (ACCUSATION, RefusalCode.RESTRICTED_CLASS),
    ],
)
def test_a_category_that_cannot_be_taken_says_why(category: str, why: RefusalCode | QuarantineCode) -> None:
    assert resolve_category(POLICY, category) == Found("", code=why)


def test_an_unknown_village_inside_the_territory_is_taken_and_flagged() -> None:
    assert place("990101001099", TOWN_DESK) == Found(TOWN, flagged=True)
