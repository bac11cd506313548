"""The sentence: every measure in Chinese and English, saying which interval is meant, and never a p value."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from hub.core._sentence import interval, sentence
from hub.schemas.reasons import Label, Lang, SuspicionReason

NAMES = {"p": "城关镇", "c": "噪声"}


def a_line(reason: str, tier: str = "village", **measure: Any) -> dict[str, Any]:  # noqa: ANN401 - any number
    return {
        "kind": "problem_suspected",
        "reason": reason,
        "place": "p",
        "category": "c",
        "place_tier": tier,
        "measure": {"observed": 3, "window_days": 14, "expected": 1.5, "matters": 4, **measure},
    }


def a_burst(**measure: Any) -> dict[str, Any]:  # noqa: ANN401 - any number
    numbers = {"observed": 18, "expected": 3.1, "chance_interval_days": 480, "cells": 150}
    return a_line("BURST", "township", **(numbers | measure))


def test_a_burst_says_how_many_how_many_expected_and_over_what_the_interval_is() -> None:
    said = sentence(a_burst(), "zh", NAMES)

    assert said == (
        "城关镇“噪声”14 天内 18 件，按全县(市、区)同期水平应约 3.1 件；"
        "这样的偏离，全部 150 个单元合计约 480 天才会偶然出现一次。"
    )


def test_in_english_too() -> None:
    said = sentence(a_burst(), "en", {"p": "Chengguan", "c": "Noise"})

    assert said == (
        'Chengguan, "Noise": 18 matters in 14 days, where the county would give about 3.1; by chance, all 150 cells'
        " of the tier together show such a departure once in about 480 days."
    )


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (3650, "约 3650 天", "about 3650 days"),
        (3651, "> 10 年", "> 10 years"),
        (1, "约 1 天", "about 1 days"),
    ],
)
def test_past_ten_years_only_that_is_said(days: int, zh: str, en: str) -> None:
    assert (interval(days, "zh"), interval(days, "en")) == (zh, en)


def test_the_whole_city_is_held_against_its_own_years() -> None:
    assert "历年同期水平" in sentence(a_line("BURST", "city", chance_interval_days=40, cells=9), "zh", NAMES)


@pytest.mark.parametrize("reason", SuspicionReason)
@pytest.mark.parametrize("lang", get_args(Lang))
def test_every_suspicion_has_its_sentence_without_a_p_value(reason: str, lang: Lang) -> None:
    said = sentence(a_line(reason, chance_interval_days=40, cells=9), lang, NAMES)

    assert "城关镇" in said
    assert not re.search(r"\bp\s*[<=≤]|p 值|p-value", said)
    assert said.endswith("。" if lang == "zh" else ".")


@pytest.mark.parametrize("label", Label)
@pytest.mark.parametrize("lang", get_args(Lang))
def test_every_label_has_its_sentence(label: str, lang: Lang) -> None:
    line = a_line("HOLDS") | {"kind": "label_added", "label": label}

    said = sentence(line, lang, NAMES)

    assert said
    assert said.endswith("。" if lang == "zh" else ".")


def test_a_decision_that_measures_nothing_says_nothing() -> None:
    assert sentence({"kind": "tier_raised", "place": "p", "category": "c"}, "zh", NAMES) == ""


def test_a_severe_incident_is_no_count() -> None:
    assert "重大" in sentence(a_line("FREQUENT", observed=1, window_days=1), "zh", NAMES)


def test_a_code_without_a_name_stands_for_itself() -> None:
    assert sentence(a_line("FREQUENT"), "en", {}).startswith('p, "c": 3 matters')
