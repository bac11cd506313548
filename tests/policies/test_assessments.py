"""Assessments and watch windows are read from their files; what does not fit together is said with file and key."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from hub.policies.assessment import Every, Formula
from hub.policies.faults import PolicyError
from hub.policies.load import load_policy
from hub.policies.models import Span, Tier, Unit
from hub.schemas.figures import MEANINGS, Figure
from hub.tools import usual_assessment
from tests.policies.folders import SOUND, a_folder
from tests.policies.test_sanming import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

FILE = "assessment/towns.toml"
PLAN = 'name = "towns"\nname_zh = "乡镇"\nname_en = "Towns"\nevery = "month"\nunits = "township"\n'
ITEM = (
    '[[items]]\ncode = "solved"\nname_zh = "解决率"\nname_en = "Solved"\nweight = 12.5\nformula = "rate"\n'
    'figure = "solved"\n'
)
WINDOWS = "windows/exams.toml"
WINDOW = (
    '[[windows]]\nname = "exams"\nname_zh = "考试"\nname_en = "Exams"\nfrom = "06-07"\nto = "06-10"\n'
    "factor = 0.5\n"
)


def faults_of(folder: Path, name: str, text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load_policy(a_folder(folder, {name: text}))
    return str(caught.value).splitlines()


def test_a_folder_may_have_no_assessment_and_no_window(tmp_path: Path) -> None:
    policy = load_policy(a_folder(tmp_path))

    assert (policy.assessments, policy.windows) == ((), ())


def test_an_assessment_is_read_with_its_weights_as_they_are_written(tmp_path: Path) -> None:
    (plan,) = load_policy(a_folder(tmp_path, {FILE: PLAN + ITEM})).assessments

    assert (plan.name, plan.every, plan.units) == ("towns", Every.MONTH, Tier.TOWNSHIP)
    (item,) = plan.items
    assert (item.weight, item.formula, item.figure) == (Fraction(25, 2), Formula.RATE, Figure.SOLVED)


def test_an_assessment_is_part_of_the_version(tmp_path: Path) -> None:
    before = load_policy(a_folder(tmp_path / "one", {FILE: PLAN + ITEM})).version
    after = load_policy(a_folder(tmp_path / "two", {FILE: PLAN + ITEM.replace("12.5", "13")})).version

    assert before != after


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PLAN + ITEM.replace('figure = "solved"\n', ""), "items[0]: 须写 figure"),
        (PLAN + ITEM + 'by = ["police"]\n', "items[0]: 须写 figure"),
        (PLAN + ITEM.replace('"rate"', '"band"'), "items[0].target: 公式 band 须写 target"),
        (PLAN + ITEM + "lower_is_better = true\n", "items[0].lower_is_better: 比率得分只能越高越好"),
        (PLAN + ITEM + 'categories = ["none"]\n', "items[0].categories[0]: 没有类别“none”"),
        (PLAN + ITEM.replace('figure = "solved"', 'by = ["nobody"]'), "items[0].by[0]: 没有机构“nobody”"),
        (PLAN + ITEM + ITEM, f"items[1].code: 名称“solved”已用于 {FILE}"),
        (PLAN + '[groups]\nlarge = ["nowhere"]\n' + ITEM, "groups.large[0]: “nowhere”不是被考核的单位"),
        (PLAN + ITEM.replace("12.5", "0"), "items[0].weight"),
        (PLAN, "items: 缺少此项"),
    ],
)
def test_what_does_not_fit_is_named_with_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    faults = faults_of(tmp_path, FILE, text)

    assert any(fault.startswith(f"{FILE}: {said}") for fault in faults), faults


def test_a_window_is_read_with_its_days(tmp_path: Path) -> None:
    own = WINDOW + 'acceptance = { count = 2, unit = "working_hours" }\n'

    (window,) = load_policy(a_folder(tmp_path, {WINDOWS: own})).windows

    assert (window.first, window.last, window.yearly) == (607, 610, True)
    assert (window.factor, window.acceptance) == (Fraction(1, 2), Span(2, Unit.WORKING_HOURS))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"06-10"', '"02-30"', "windows[0].to: 没有“02-30”这一天"),
        ('"06-10"', '"2026-06-10"', "windows[0].to: 须与 from 同一写法"),
        ('"06-07"', '"2026-06-07"', "windows[0].to: 须与 from 同一写法"),
        ("factor = 0.5\n", "", "windows[0]: 须写 factor、stage 或 acceptance"),
        ("factor = 0.5", 'factor = 0.5\nplaces = ["nowhere"]', "windows[0].places[0]: 没有地名代码“nowhere”"),
        ("factor = 0.5", 'factor = 0.5\ncategories = ["none"]', "windows[0].categories[0]: 没有类别“none”"),
        ("factor = 0.5", "factor = 1.5", "windows[0].factor"),
    ],
)
def test_a_window_that_does_not_fit_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    faults = faults_of(tmp_path, WINDOWS, WINDOW.replace(old, new))

    assert any(fault.startswith(f"{WINDOWS}: {said}") for fault in faults), faults


def test_sanming_assesses_its_counties_in_groups_of_like_size_and_its_agencies() -> None:
    policy = load_policy(FOLDER)

    counties = next(plan for plan in policy.assessments if plan.name == "counties")
    grouped = sorted(unit for units in counties.groups.values() for unit in units)
    assert grouped == sorted(p.code for p in policy.places.values() if p.tier is Tier.COUNTY)
    assert {plan.name: sum(item.weight for item in plan.items) for plan in policy.assessments} == {
        "agencies": 100,
        "counties": 100,
    }


def test_every_figure_says_what_it_counts() -> None:
    assert set(MEANINGS) == set(Figure)
    assert all(all(words) for words in MEANINGS.values())


def test_the_sound_folder_is_the_ground_these_faults_stand_on() -> None:
    assert not any(name.startswith(("assessment/", "windows/")) for name in SOUND)


def test_a_new_jurisdiction_starts_with_an_assessment_of_its_agencies(tmp_path: Path) -> None:
    (plan,) = load_policy(
        a_folder(tmp_path, {"assessment/usual.toml": usual_assessment.AGENCIES})
    ).assessments

    assert (plan.units, sum(item.weight for item in plan.items)) == (None, 100)
