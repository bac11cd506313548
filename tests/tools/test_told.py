"""Decisions as a person at a terminal reads them."""

from __future__ import annotations

from hub.cli._told import fallen

LINE = {
    "at": "2026-03-11T00:00:00.000+08:00",
    "kind": "tier_raised",
    "reason": "CLOCK_EXPIRED",
    "tier": "township",
    "place": "3504",
    "category": "A01",
    "problem_id": "SM26-000001",
    "agency": "police",
}


def test_a_decision_is_told_with_names() -> None:
    names = {"3504": "列东街道", "A01": "噪声污染", "police": "市公安局"}

    said = fallen(LINE, names)

    assert said == (
        "2026-03-11 00:00:00  SM26-000001  升级(本级时限已到)  乡镇(街道)  列东街道  噪声污染  市公安局"
    )


def test_what_a_policy_no_longer_knows_keeps_its_code() -> None:
    assert fallen(LINE, {}).endswith("3504  A01  police")


def test_what_belongs_to_no_problem_leaves_no_gap() -> None:
    line = {name: LINE[name] for name in ("at", "place")} | {
        "kind": "assessment_scored",
        "reason": "PERIOD_ENDED",
    }

    assert fallen(line, {}).count("  ") == 2
