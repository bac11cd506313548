"""Statutory clocks are read from `clocks/*.toml`; what does not fit together is said with file and key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.policies.faults import PolicyError
from hub.policies.load import load_policy
from hub.policies.models import DayEnd, Moment, Span, StatutoryClock, Tier, Unit
from tests.policies.folders import a_folder, edited

if TYPE_CHECKING:
    from pathlib import Path

    from tests.policies.test_faults import Files

CLOCK = (
    '[[clocks]]\nname = "answer"\nname_zh = "答复"\nname_en = "Answer"\narticle = "《信访工作条例》第三十四条"\n'
    'event = "petition"\nstarts = "accepted"\nstops = "closed"\nspan = { count = 60, unit = "days" }\n'
)


def a_city(folder: Path, clocks: str) -> tuple[StatutoryClock, ...]:
    return load_policy(a_folder(folder, {"clocks/law.toml": clocks})).clocks


def faults_of(folder: Path, changed: Files) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load_policy(a_folder(folder, changed))
    return str(caught.value).splitlines()


def test_a_folder_may_have_no_statutory_clocks(tmp_path: Path) -> None:
    assert load_policy(a_folder(tmp_path)).clocks == ()


def test_a_clock_is_read_with_its_article_its_warnings_and_what_moves_it(tmp_path: Path) -> None:
    (clock,) = a_city(
        tmp_path,
        CLOCK + 'warn_percent = [50, 75]\npauses = ["听证"]\nextension = { count = 30, unit = "days" }\n',
    )

    assert clock == StatutoryClock(
        name="answer",
        name_zh="答复",
        name_en="Answer",
        article="《信访工作条例》第三十四条",
        event="petition",
        starts=Moment.ACCEPTED,
        stops=Moment.CLOSED,
        span=Span(60, Unit.DAYS),
        warn_at=(0.5, 0.75),
        pauses=("听证",),
        extension=Span(30, Unit.DAYS),
    )


def test_a_clock_says_for_which_matters_it_is(tmp_path: Path) -> None:
    (clock,) = a_city(
        tmp_path,
        CLOCK + 'natures = ["request"]\nchannels = ["letter", "visit"]\ncategories = ["A1"]\n'
        "severities = [1, 2]\nreopened = [0]\n",
    )

    assert clock.natures == {"request"}
    assert clock.channels == {"letter", "visit"}
    assert clock.categories == {"A1"}
    assert clock.severities == {1, 2}
    assert clock.reopened == {0}


def test_the_switches_of_a_span_are_read(tmp_path: Path) -> None:
    (clock,) = a_city(
        tmp_path, CLOCK.replace('unit = "days"', 'unit = "days", rolls = false, ends = "office"')
    )

    assert clock.span == Span(60, Unit.DAYS, rolls=False, ends=DayEnd.OFFICE)


def test_a_clock_that_runs_to_a_promised_time_has_no_span(tmp_path: Path) -> None:
    (clock,) = a_city(tmp_path, CLOCK.replace('span = { count = 60, unit = "days" }', "promised = true"))

    assert clock.span is None


def test_the_version_follows_the_clocks(tmp_path: Path) -> None:
    before = load_policy(a_folder(tmp_path / "a", {"clocks/law.toml": CLOCK})).version
    after = load_policy(a_folder(tmp_path / "b", {"clocks/law.toml": CLOCK.replace("60", "61")})).version

    assert before != after


@pytest.mark.parametrize("unit", ["minutes", "hours", "working_hours"])
def test_a_tier_may_count_its_stage_in_any_unit(tmp_path: Path, unit: str) -> None:
    changed = edited("tiers/default.toml", 'count = 3, unit = "working_days"', f'count = 3, unit = "{unit}"')

    (policy,) = load_policy(a_folder(tmp_path, changed)).tiers

    assert policy.stage[Tier.VILLAGE] == Span(3, Unit(unit))


def clock_with(old: str, new: str) -> Files:
    assert old in CLOCK
    return {"clocks/law.toml": CLOCK.replace(old, new, 1)}


FAULTS: list[tuple[Files, str]] = [
    (
        {"clocks/law.toml": CLOCK + 'categories = ["A1", "A9"]\n'},
        'clocks/law.toml: clocks[0].categories[1]: 没有类别“A9” / there is no category "A9"',
    ),
    (
        {"clocks/law.toml": CLOCK + 'categories = ["Z1"]\n'},
        (
            "clocks/law.toml: clocks[0].categories[0]: 类别“Z1”的事件不进入本系统 / "
            'events of category "Z1" never enter the hub'
        ),
    ),
    (
        {"clocks/law.toml": CLOCK + 'natures = ["praise"]\n'},
        (
            "clocks/law.toml: clocks[0].natures[0]: 须为 'complaint', 'help', 'suggestion', 'consultation', "
            "'request' or 'report' 之一 / must be one of 'complaint', 'help', 'suggestion', 'consultation', "
            "'request' or 'report'"
        ),
    ),
    (
        {"clocks/law.toml": CLOCK + "severities = [5]\n"},
        "clocks/law.toml: clocks[0].severities[0]: 不得大于 4 / must be at most 4",
    ),
    (
        {"clocks/law.toml": CLOCK + 'incident_kinds = ["accident"]\n'},
        (
            "clocks/law.toml: clocks[0].incident_kinds: 只能与 event = incident 同用 / "
            "goes with event = incident only"
        ),
    ),
    (
        {"clocks/law.toml": CLOCK + 'mediation_kinds = ["people"]\n'},
        (
            "clocks/law.toml: clocks[0].mediation_kinds: 只能与 event = dispute 同用 / "
            "goes with event = dispute only"
        ),
    ),
    (
        {"clocks/law.toml": CLOCK + "warn_percent = [80, 50]\n"},
        "clocks/law.toml: clocks[0].warn_percent: 须由小到大、不重复 / must rise and not repeat",
    ),
    (
        {"clocks/law.toml": CLOCK + "warn_percent = [100]\n"},
        "clocks/law.toml: clocks[0].warn_percent[0]: 不得大于 99 / must be at most 99",
    ),
    (
        clock_with('starts = "accepted"', 'starts = "closed"'),
        "clocks/law.toml: clocks[0].stops: closed 不在 closed 之后 / closed does not come after closed",
    ),
    (
        clock_with('stops = "closed"', 'stops = "received"'),
        "clocks/law.toml: clocks[0].stops: received 不在 accepted 之后 / received does not come after accepted",
    ),
    (
        clock_with('span = { count = 60, unit = "days" }\n', ""),
        (
            "clocks/law.toml: clocks[0].span: 须写 span,或写 promised = true,二者取一 / "
            "needs either span or promised = true"
        ),
    ),
    (
        {"clocks/law.toml": CLOCK + "promised = true\n"},
        (
            "clocks/law.toml: clocks[0].span: 须写 span,或写 promised = true,二者取一 / "
            "needs either span or promised = true"
        ),
    ),
    (
        clock_with('unit = "days"', 'unit = "hours", rolls = true'),
        "clocks/law.toml: clocks[0].span.rolls: 单位 hours 没有此项 / does not go with unit hours",
    ),
    (
        {"clocks/law.toml": CLOCK + 'extension = { count = 9, unit = "minutes", ends = "office" }\n'},
        "clocks/law.toml: clocks[0].extension.ends: 单位 minutes 没有此项 / does not go with unit minutes",
    ),
    (
        clock_with('unit = "days"', 'unit = "weeks"'),
        (
            "clocks/law.toml: clocks[0].span.unit: 须为 'minutes', 'hours', 'working_hours', 'days' or "
            "'working_days' 之一 / must be one of 'minutes', 'hours', 'working_hours', 'days' or 'working_days'"
        ),
    ),
    (
        clock_with('article = "《信访工作条例》第三十四条"\n', ""),
        "clocks/law.toml: clocks[0].article: 缺少此项 / is missing",
    ),
    (
        {
            "clocks/law.toml": CLOCK,
            "clocks/more.toml": CLOCK.replace("closed", "returned", 1).replace('"accepted"', '"received"'),
        },
        (
            "clocks/more.toml: clocks[0].name: 名称“answer”已用于 clocks/law.toml / "
            'name "answer" is used in clocks/law.toml already'
        ),
    ),
    (
        {"clocks/law.toml": CLOCK + CLOCK.replace('"answer"', '"reply"').replace("60", "30")},
        (
            "clocks/law.toml: clocks[1]: 与“answer”适用于相同的事项和起止 / "
            'is for the same matters, start and stop as "answer"'
        ),
    ),
    (
        edited("tiers/default.toml", '3, unit = "working_days"', '3, unit = "working_days", rolls = false'),
        (
            "tiers/default.toml: stage.village.rolls: 单位 working_days 没有此项 / "
            "does not go with unit working_days"
        ),
    ),
]


@pytest.mark.parametrize(("changed", "said"), FAULTS)
def test_one_mistake_is_one_fault_with_its_file_and_key(tmp_path: Path, changed: Files, said: str) -> None:
    assert faults_of(tmp_path, changed) == [said]


def test_clocks_are_read_though_the_categories_could_not_be(tmp_path: Path) -> None:
    changed: Files = {"taxonomy.csv": None, "clocks/law.toml": CLOCK + 'categories = ["A1"]\n'}

    assert faults_of(tmp_path, changed) == ["taxonomy.csv: 找不到文件 / the file is missing"]
