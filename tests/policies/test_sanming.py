"""Sanming as delivered: counts, who answers for what, whole clocks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hub.policies.load import load_policy
from hub.policies.models import Policy

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "jurisdictions" / "sanming"
CITY = "350400000000"
DEPARTMENTS_MIN = 30


@pytest.fixture(scope="module")
def sanming() -> Policy:
    return load_policy(FOLDER)


def test_it_has_the_places_of_the_national_list(sanming: Policy) -> None:
    tiers = Counter(place.tier for place in sanming.places.values())
    assert tiers == {"city": 1, "county": 11, "township": 147, "village": 1964}


def test_every_place_reaches_the_city(sanming: Policy) -> None:
    assert {place.chain[-1] for place in sanming.places.values()} == {CITY}


def test_a_place_of_before_the_merger_is_found_today(sanming: Policy) -> None:
    meilie, old_sanyuan, shaxian = "350402000000", "350403000000", "350427000000"
    assert sanming.place_aliases[meilie] == sanming.place_aliases[old_sanyuan] == "350404000000"
    assert sanming.place_aliases[shaxian] == "350405000000"


def test_its_categories_are_wide_and_deep_enough(sanming: Policy) -> None:
    levels = Counter(category.level for category in sanming.categories.values())
    assert levels[1] >= 15
    assert levels[2] >= 110
    parents = {category.parent for category in sanming.categories.values() if category.level == 3}
    assert len(parents) >= 40
    assert sum(category.parent == "X" for category in sanming.categories.values()) == 17
    assert sum(category.parent == "Y" for category in sanming.categories.values()) == 4


def test_what_belongs_to_other_bodies_by_law_is_restricted(sanming: Policy) -> None:
    roots = {c.code for c in sanming.categories.values() if c.restricted and c.parent is None}
    assert roots == {"V", "Z"}
    restricted = {c.name_zh for c in sanming.categories.values() if c.restricted}
    assert {"检举控告", "党的建设", "组织人事", "民族宗教事务", "涉组织纪检类", "涉民族宗教类"} <= restricted


def test_every_open_category_has_exactly_one_department_at_the_city(sanming: Policy) -> None:
    for category in sanming.categories.values():
        if category.restricted:
            continue
        leads = [ids for code in category.chain if (ids := sanming.departments.get((CITY, code)))]
        assert leads, f"nobody answers for {category.code} {category.name_zh}"
        assert len(leads[0]) == 1, f"{leads[0]} both answer for {category.code}"


def test_departments_have_a_file_each_and_territories_a_holder(sanming: Policy) -> None:
    publishers = [agency for agency in sanming.agencies.values() if agency.publishes]
    assert len(publishers) >= DEPARTMENTS_MIN
    assert sanming.holders.keys() == sanming.places.keys()
    assert sanming.agencies["village-350404001001"].name_zh == "列东街道江滨社区综治工作站"


def test_urgent_matters_rise_sooner_and_land_matters_later_than_others(sanming: Policy) -> None:
    stages = {tier.name: [span.count for span in tier.stage.values()] for tier in sanming.tiers}
    assert stages == {
        "default": [3, 5, 7],
        "land-and-housing": [5, 7, 10],
        "urgent": [1, 2, 3],
        "wages": [2, 3, 5],
    }
