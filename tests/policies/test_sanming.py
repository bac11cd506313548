"""Sanming as delivered: counts, who answers for what, whole clocks."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from hub.model.statute import MatterFacts, clocks_of
from hub.policies.load import load_policy
from hub.policies.models import Moment, Policy

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
        "default": [3, 5, 7, 10],
        "land-and-housing": [5, 7, 10, 20],
        "urgent": [1, 2, 3, 3],
        "wages": [2, 3, 5, 5],
    }


LIMITS = {
    "petition-register": "15 days",
    "petition-answer-direct": "15 days",
    "petition-answer-passed": "15 days",
    "petition-object": "5 working_days",
    "petition-decide": "60 days",
    "petition-ask-review": "30 days",
    "petition-review": "30 days",
    "petition-ask-recheck": "30 days",
    "petition-recheck": "30 days",
    "hotline-sign": "24 hours",
    "hotline-2-hours": "2 hours",
    "hotline-24-hours": "24 hours",
    "hotline-7-days": "7 days",
    "hotline-15-days": "15 days",
    "hotline-redo": "7 days",
    "mediate": "30 days",
    "mediate-for-court": "30 days",
    "mediate-medical": "30 working_days",
    "incident-phone": "30 minutes",
    "incident-phone-grave": "15 minutes",
    "incident-written": "1 hours",
    "incident-written-grave": "30 minutes",
    "accident-to-county": "1 hours",
    "accident-upward": "2 hours",
    "accident-supplement": "30 days",
    "accident-supplement-traffic-fire": "7 days",
    "accident-inquiry": "60 days",
}


def test_the_time_limits_are_those_of_law_and_rule(sanming: Policy) -> None:
    written = {clock.name: f"{clock.span.count} {clock.span.unit}" for clock in sanming.clocks if clock.span}
    assert written == LIMITS


def test_two_clocks_run_to_a_time_that_was_promised_or_ordered(sanming: Policy) -> None:
    assert {c.name for c in sanming.clocks if c.span is None} == {"petition-ordered", "hotline-promised"}


def test_petitions_mediation_and_inquiries_may_be_extended_once_and_no_other(sanming: Policy) -> None:
    extended = {clock.name: clock.extension.count for clock in sanming.clocks if clock.extension}
    assert extended == {"petition-decide": 30, "mediate": 30, "mediate-for-court": 30, "accident-inquiry": 60}


def test_hearings_and_appraisals_stop_the_clocks_that_law_says(sanming: Policy) -> None:
    pausable = {clock.name: clock.pauses for clock in sanming.clocks if clock.pauses}
    assert pausable == {
        "petition-recheck": ("听证",),
        "mediate-medical": ("鉴定",),
        "accident-inquiry": ("技术鉴定",),
    }


def test_every_clock_names_the_law_or_rule_and_its_place_in_it(sanming: Policy) -> None:
    cited = re.compile(r"《.+》第.+条|国办发〔2020〕53号|《.+》未定期限")
    assert [clock.name for clock in sanming.clocks if not cited.search(clock.article)] == []


def test_every_open_ticket_of_the_hotline_has_one_of_the_four_levels(sanming: Policy) -> None:
    levels: Counter[str] = Counter()
    for category in sanming.categories.values():
        if not category.restricted:
            facts = MatterFacts("petition", category.code, {Moment.RECEIVED: 0}, "help", "hotline")
            levels += Counter(due.clock.name for due in clocks_of(sanming, facts))
    tickets = levels.pop("hotline-sign")
    assert levels.keys() == {"hotline-2-hours", "hotline-24-hours", "hotline-7-days", "hotline-15-days"}
    assert levels.total() == tickets
