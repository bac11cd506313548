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
