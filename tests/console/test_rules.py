"""规则与日历: what the policy says stands on the page in words, for every rule, tier, day and precedent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.console.names import Names
from hub.console.rules import AnyRule, asks, span_words
from hub.console.words import Words
from hub.policies.load import load_policy
from hub.policies.models import Span, Tier, Unit
from hub.policies.patterns import LingeringRule
from hub.schemas.reasons import Lang
from hub.store.people import Role
from tests.console.desks import Centre, open_centre
from tests.console.rows import fill

SANMING = Path(__file__).resolve().parents[2] / "deploy" / "jurisdictions" / "sanming"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("rules"), 1_500)) as opened:
        yield opened


def test_a_counted_rule_says_place_days_and_number() -> None:
    policy = load_policy(SANMING)
    rule = next(rule for rule in policy.rules if rule.name == "frequent-village")

    said = asks(Words("zh"), rule)

    assert said == f"同一村（社区）同一类 {rule.within_days} 日内不同事项达 {rule.matters_min} 件"
    assert str(rule.matters_min) in asks(Words("en"), rule)


def test_every_rule_that_sanming_has_is_said_with_its_numbers() -> None:
    patterns = load_policy(SANMING).patterns
    rules: list[AnyRule | None] = [patterns.season, patterns.chronic, patterns.recurrent, patterns.lingering]
    rules += [patterns.severe, patterns.redone, patterns.passed_around, *patterns.widespread]

    for rule in rules:
        assert rule is not None
        assert re.search(r"\d", asks(Words("zh"), rule)), rule.name
    assert isinstance(patterns.lingering, LingeringRule)
    assert str(patterns.lingering.open_days) in asks(Words("en"), patterns.lingering)


def test_a_span_reads_in_both_languages() -> None:
    assert span_words(Words("zh"), Span(3, Unit.WORKING_DAYS)) == "3 个工作日"
    assert span_words(Words("en"), Span(1, Unit.DAYS)) == "1 day"
    assert span_words(Words("en"), None) == "—"


def test_each_rule_counts_what_it_opened_and_links_there(centre: Centre) -> None:
    page = centre.desk(Role.LEADER).get("/rules").text

    for rule, number in centre.rows("SELECT rule, count(*) FROM problem GROUP BY rule"):
        assert re.search(rf'rule={rule}">{number:,}</a>', page), rule


def test_a_desk_of_a_county_counts_its_own_problems(centre: Centre) -> None:
    page = centre.desk(Role.DUTY, "TA-0").get("/rules").text

    rows = centre.rows("SELECT rule, count(*) FROM problem WHERE place LIKE 'TA-0%' GROUP BY rule")
    for rule, number in rows:
        assert re.search(rf'rule={rule}">{number:,}</a>', page), rule


@pytest.mark.parametrize("tab", ["tiers", "calendar", "precedents", "versions", "no-such"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_part_opens(centre: Centre, tab: str, lang: Lang) -> None:
    desk = centre.desk(Role.LEADER)
    desk.cookies.set("hub_lang", lang)

    page = desk.get(f"/rules?tab={tab}")

    assert page.status_code == 200
    assert centre.filled.policy.version in page.text
    if tab == "tiers":
        first = centre.filled.policy.tiers[0]
        assert span_words(Words(lang), first.stage[Tier.VILLAGE]) in page.text
    if tab == "precedents":
        for one in centre.filled.policy.precedents.values():
            assert Names(centre.filled.policy, "zh").category(one.category) in page.text or lang == "en"
