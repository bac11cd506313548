"""Tier policies and precedents: what their files say arrives, and what does not fit is named in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.policies.faults import PolicyError
from hub.policies.load import load_policy
from hub.policies.models import NoticeKind, Span, Tier, Unit, Verification
from tests.policies.folders import a_folder, edited

FULL = """name = "default"
acceptance = { count = 4, unit = "working_hours" }
warns_at = [0.5, 0.75]
verification = "revisit"
watch = { count = 30, unit = "days" }
floor = "township"

[stage]
village = { count = 3, unit = "working_days" }
township = { count = 5, unit = "working_days" }
county = { count = 7, unit = "working_days" }

[[notices]]
kind = "nudged"
reply_within = { count = 1, unit = "working_days" }

[[notices]]
kind = "listed"

[rises]
child_areas_min = 3

[rises.severity]
1 = "city"
"""


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    return [fault.at() for fault in caught.value.faults]


def test_all_that_a_tier_file_says_arrives(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, {"tiers/default.toml": FULL})

    (tiers,) = load_policy(folder).tiers

    assert tiers.acceptance == Span(4, Unit.WORKING_HOURS)
    assert tiers.warns_at == (0.5, 0.75)
    assert tiers.verification is Verification.REVISIT
    assert tiers.watch == Span(30, Unit.DAYS)
    assert tiers.floor is Tier.TOWNSHIP
    assert [step.kind for step in tiers.notices] == [NoticeKind.NUDGED, NoticeKind.LISTED]
    assert tiers.rises.severity == {1: Tier.CITY}
    assert tiers.rises.child_areas_min == 3


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ("warns_at = [0.75, 0.5]\n", "warns_at"),
        ('floor = "county"\nceiling = "village"\n', "floor"),
        ('notices = [{ kind = "nudged" }, { kind = "listed" }]\n', "notices[0]"),
        ('acceptance = { count = 4, unit = "hours", rolls = true }\n', "acceptance.rolls"),
    ],
)
def test_a_tier_file_that_contradicts_itself_is_named(tmp_path: Path, wrong: str, where: str) -> None:
    folder = a_folder(tmp_path, edited("tiers/default.toml", "[stage]", f"{wrong}[stage]"))

    assert faults_of(folder) == [f"tiers/default.toml: {where}"]


def test_precedents_say_who_takes_part_by_place_and_category(tmp_path: Path) -> None:
    table = (
        '[[precedents]]\ncategories = ["A1"]\nplaces = ["N", "N1"]\nlead = "police"\nco_categories = ["A"]\n'
    )
    policy = load_policy(a_folder(tmp_path, {"precedents/agreed.toml": table}))

    assert policy.precedents.keys() == {("N", "A1"), ("N1", "A1")}
    assert policy.precedents["N", "A1"].lead == "police"
    assert policy.precedents["N", "A1"].co_categories == ("A",)


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ('categories = ["A1"]', "precedents[0]"),
        ('categories = ["B7"]\nlead = "police"', "precedents[0].categories"),
        ('categories = ["A1"]\nplaces = ["XX"]\nlead = "police"', "precedents[0].places"),
        ('categories = ["A1"]\nco = ["nobody"]', "precedents[0].co"),
        ('categories = ["A1", "A1"]\nlead = "police"', "precedents[0].categories"),
    ],
)
def test_a_precedent_names_only_what_is_known_and_once(tmp_path: Path, table: str, where: str) -> None:
    folder = a_folder(tmp_path, {"precedents/agreed.toml": f"[[precedents]]\n{table}\n"})

    assert faults_of(folder) == [f"precedents/agreed.toml: {where}"]


def test_a_precedent_makes_another_policy(tmp_path: Path) -> None:
    plain = load_policy(a_folder(tmp_path / "plain"))
    table = '[[precedents]]\ncategories = ["A1"]\nlead = "police"\n'

    other = load_policy(a_folder(tmp_path / "other", {"precedents/agreed.toml": table}))

    assert other.version != plain.version
