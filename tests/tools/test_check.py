"""A folder is checked as a whole: rules against their own examples, the calendar against next year."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from hub.policies.faults import PolicyError
from hub.tools.check import check
from tests.policies.folders import a_folder, edited

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 3, 2)


def test_a_sound_folder_passes_without_a_word(tmp_path: Path) -> None:
    checked = check(a_folder(tmp_path), TODAY)
    assert list(checked.policies) == ["LK"]
    assert checked.warnings == ()


def test_an_example_that_its_rule_does_not_keep_is_a_fault(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "lakeside", edited("rules/often.toml", "[1, 2, 14]", "[1, 2, 15]"))
    with pytest.raises(PolicyError) as caught:
        check(folder, TODAY)
    assert str(caught.value) == (
        "lakeside/rules/often.toml: examples 1: 按本规则得出 nothing,与所写的 suspected 不符 / "
        "the rule gives nothing where suspected is written"
    )


def test_a_calendar_that_ends_before_next_year_is_a_warning(tmp_path: Path) -> None:
    china = {"calendars/plain.toml": 'name = "plain"\nsource = "chinesecalendar"\n'}
    folder = a_folder(tmp_path, {**china})
    until = max(check(folder, TODAY).policies["LK"].calendar.years)
    assert check(folder, date(until - 1, 12, 31)).warnings == ()
    (warning,) = check(folder, date(until, 1, 1)).warnings
    assert warning.at() == "LK calendars: plain"
    assert warning.en == (
        f"the calendar has no holidays for {until + 1}, only weekends; "
        "upgrade the holiday data or list holidays and working_days in the calendar"
    )


def test_a_calendar_that_ended_before_this_year_says_so_of_both_years(tmp_path: Path) -> None:
    china = {"calendars/plain.toml": 'name = "plain"\nsource = "chinesecalendar"\n'}
    folder = a_folder(tmp_path, {**china})
    until = max(check(folder, TODAY).policies["LK"].calendar.years)
    (warning,) = check(folder, date(until + 1, 1, 1)).warnings
    assert warning.zh.startswith(f"日历没有 {until + 1}、{until + 2} 年的放假安排")
    assert f"for {until + 1} and {until + 2}, only weekends" in warning.en


def test_a_clock_for_a_category_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    clock = (
        '[[clocks]]\nname = "c"\nname_zh = "c"\nname_en = "c"\narticle = "x"\nevent = "petition"\n'
        'starts = "received"\nstops = "closed"\nspan = { count = 1, unit = "days" }\ncategories = ["A9"]\n'
    )
    with pytest.raises(PolicyError, match=r'clocks/law\.toml: clocks\[0\].*no category "A9"'):
        check(a_folder(tmp_path, {"clocks/law.toml": clock}), TODAY)
