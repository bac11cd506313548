"""Every text of the console has a Chinese and an English form, and both take the same values."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir

from hub.console import figures
from hub.console.words import Words, english
from hub.model.clock import local
from hub.schemas.reasons import Lang

CONSOLE = Path(__file__).resolve().parents[2] / "hub" / "console"
SLOT = re.compile(r"\{(\w+)\}")


def said() -> set[str]:
    """Every text that code and templates mark to be shown."""
    found = extract_from_dir(
        str(CONSOLE),
        [("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"_": None, "msg": None},
    )
    return {entry[2] if isinstance(entry[2], str) else entry[2][0] for entry in found}


def test_every_text_has_english_and_english_has_no_more() -> None:
    assert len(said()) > 300
    assert said() == set(english())


def test_both_languages_take_the_same_values() -> None:
    for text, forms in english().items():
        for form in (forms,) if isinstance(forms, str) else forms:
            assert form, text
            assert set(SLOT.findall(form)) == set(SLOT.findall(text)), text


def test_one_thing_and_many_differ_in_english_alone() -> None:
    assert Words("en")("{n} 件", n=1) == "1 matter"
    assert Words("en")("{n} 件", n=3) == "3 matters"
    assert Words("zh")("{n} 件", n=1) == "1 件"


MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("ms", "lang", "read"),
    [
        (2 * DAY + 22 * HOUR, "zh", "2 天 22 时"),
        (2 * HOUR + 5 * MINUTE, "zh", "2 时 05 分"),
        (59 * MINUTE, "zh", "59 分"),
        (-4 * MINUTE, "zh", "超 4 分"),
        (-(DAY + HOUR), "en", "1 d 1 h over"),
        (0, "en", "0 min"),
    ],
)
def test_time_left_reads_in_each_language(ms: int, lang: Lang, read: str) -> None:
    assert figures.left(ms, lang) == read


def test_a_moment_is_as_short_as_it_stays_clear() -> None:
    now, zone = 1_795_500_000_000, ZoneInfo("Asia/Shanghai")
    hour = local(now, zone).strftime("%H:%M")

    assert figures.moment(now, now, zone, "zh") == f"今日 {hour}"
    assert figures.moment(now + DAY, now, zone, "en") == f"tomorrow {hour}"
    assert figures.moment(now - 40 * DAY, now, zone, "zh") == local(now - 40 * DAY, zone).strftime(
        "%m-%d %H:%M"
    )
    assert figures.moment(now - 400 * DAY, now, zone, "en").split(" ")[2] == "2025"
