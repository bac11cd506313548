"""A sound folder becomes a policy; its version follows its content."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from hub.policies.faults import PolicyError
from hub.policies.load import load_examples, load_policies, load_policy
from hub.policies.models import Confirmation, Limits, Span, Tier, Unit
from tests.policies.folders import SOUND, a_folder, edited

if TYPE_CHECKING:
    from pathlib import Path


def test_places_know_the_way_up_to_the_city(tmp_path: Path) -> None:
    places = load_policy(a_folder(tmp_path)).places
    assert places["N1a"].chain == ("N1a", "N1", "N", "LK")
    assert places["S-1"].chain == ("S-1", "LK"), "a place may skip tiers"
    assert (places["LK"].parent, places["LK"].tier) == (None, Tier.CITY)


def test_the_city_may_lie_in_a_province_outside_the_table(tmp_path: Path) -> None:
    policy = load_policy(
        a_folder(tmp_path, edited("gazetteer.csv", "Lakeside,city,,", "Lakeside,city,PROVINCE,"))
    )
    assert policy.places["LK"].parent is None


def test_what_lies_under_a_restricted_class_is_restricted(tmp_path: Path) -> None:
    categories = load_policy(a_folder(tmp_path)).categories
    assert {code for code, category in categories.items() if category.restricted} == {"Z", "Z1"}


def test_a_label_in_one_language_serves_for_both(tmp_path: Path) -> None:
    assert load_policy(a_folder(tmp_path)).categories["Z1"].name_en == "举报"


def test_every_place_has_a_holder_that_does_not_publish(tmp_path: Path) -> None:
    policy = load_policy(a_folder(tmp_path))
    assert policy.holders == {"LK": "lk-lk", "N": "lk-n", "N1": "lk-n1", "N1a": "lk-n1a", "S-1": "lk-s-1"}
    holder = policy.agencies["lk-n1a"]
    assert (holder.name_zh, holder.name_en, holder.territory) == ("MillPier中心", "Pier centre", "N1a")
    assert [agency.id for agency in policy.agencies.values() if agency.publishes] == ["police"]


def test_departments_are_found_by_territory_and_category(tmp_path: Path) -> None:
    second = SOUND["agencies/police.toml"].replace('"police"', '"environment"')
    policy = load_policy(a_folder(tmp_path, {"agencies/environment.toml": second}))
    assert policy.departments == {("LK", "A1"): ("environment", "police")}


def test_rules_and_clocks_are_read(tmp_path: Path) -> None:
    policy = load_policy(a_folder(tmp_path))
    rule = policy.rules[0]
    assert (rule.name, rule.tier, rule.within_days, rule.matters_min) == ("often", Tier.VILLAGE, 14, 3)
    assert rule.confirm is Confirmation.AUTO
    assert policy.tiers[0].stage[Tier.COUNTY] == Span(7, Unit.DAYS)


def test_limits_have_defaults_that_a_folder_may_change(tmp_path: Path) -> None:
    assert load_policy(a_folder(tmp_path / "usual")).limits == Limits()
    changed = {"jurisdiction.toml": SOUND["jurisdiction.toml"] + "[limits]\nlateness_days = 40\n"}
    assert load_policy(a_folder(tmp_path / "own", {**changed})).limits == Limits(lateness_days=40)


def test_examples_say_where_they_are_written(tmp_path: Path) -> None:
    (example,) = load_examples(a_folder(tmp_path))
    assert (example.file, example.number) == ("rules/often.toml", 1)
    assert (example.rule.name, example.days, example.expect) == ("often", (1, 2, 14), "suspected")


def test_an_old_code_leads_to_its_successor(tmp_path: Path) -> None:
    policy = load_policy(a_folder(tmp_path, {"aliases.csv": "old_code,code\nN9,N1\n"}))
    assert policy.place_aliases == {"N9": "N1"}


@pytest.mark.parametrize("name", sorted(SOUND))
def test_the_version_changes_with_every_file(tmp_path: Path, name: str) -> None:
    before = load_policy(a_folder(tmp_path / "a")).version
    more = "\n" if name.endswith(".csv") else "# a word\n"
    after = load_policy(a_folder(tmp_path / "b", {name: SOUND[name] + more})).version
    assert before != after


def test_the_version_is_of_the_content_and_not_of_the_place(tmp_path: Path) -> None:
    versions = {load_policy(a_folder(tmp_path / name)).version for name in ("here", "there")}
    assert len(versions) == 1
    assert len(versions.pop()) == len("0123456789ab")


def test_files_with_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    marked = "\ufeff" + SOUND["gazetteer.csv"]
    assert "LK" in load_policy(a_folder(tmp_path, {"gazetteer.csv": marked})).places


def test_a_folder_of_folders_is_keyed_by_jurisdiction(tmp_path: Path) -> None:
    a_folder(tmp_path / "lakeside")
    assert list(load_policies(tmp_path)) == ["LK"]
    assert list(load_policies(tmp_path / "lakeside")) == ["LK"]


def test_two_cities_may_not_share_code_letters_or_agencies(tmp_path: Path) -> None:
    for name in ("first", "second"):
        a_folder(tmp_path / name)
    with pytest.raises(PolicyError) as caught:
        load_policies(tmp_path)
    said = str(caught.value).splitlines()
    assert said[0] == 'second: 辖区代码“LK”已用于 first / jurisdiction code "LK" is used by first already'
    assert said[1] == 'second: 编号字母“LK”已用于 first / letters "LK" is used by first already'
    assert said[2] == 'second: 机构代号“police”已用于 first / agency id "police" is used by first already'


def test_faults_of_one_city_among_several_name_its_folder(tmp_path: Path) -> None:
    a_folder(tmp_path / "lakeside", {"taxonomy.csv": None})
    with pytest.raises(PolicyError, match=r"^lakeside/taxonomy\.csv: 找不到文件 / the file is missing$"):
        load_policies(tmp_path)


def test_a_path_without_a_jurisdiction_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"no jurisdiction\.toml here or one folder below"):
        load_policies(tmp_path / "nowhere")


CHINA = {
    "calendars/plain.toml": 'name = "plain"\nsource = "chinesecalendar"\n'
    '[[holidays]]\ndays = [2027-01-01]\nwhy = "New Year"\n[[working_days]]\ndays = [2027-01-03]\nwhy = "moved"\n'
}


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 1, 26), True),  # a Sunday worked for the Spring Festival
        (date(2025, 1, 28), False),  # New Year's Eve, a Tuesday
        (date(2025, 2, 8), True),  # a Saturday worked for it
        (date(2025, 4, 27), True),  # a Sunday worked for Labour Day
        (date(2025, 10, 8), False),  # the last day of National Day and Mid-Autumn
        (date(2025, 10, 11), True),  # a Saturday worked for it
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 23), False),  # its last day, a Monday
        (date(2026, 10, 10), True),  # a Saturday worked for National Day
        (date(2026, 3, 7), False),  # a plain Saturday
        (date(2026, 3, 9), True),  # a plain Monday
        (date(2027, 1, 1), False),  # a Friday, a holiday by the local table
        (date(2027, 1, 3), True),  # a Sunday, worked by the local table
        (date(2027, 1, 4), True),  # a Monday of the year that the local table covers
    ],
)
def test_moved_working_days_of_china(tmp_path: Path, day: date, *, works: bool) -> None:
    calendar = load_policy(a_folder(tmp_path, {**CHINA})).calendar
    assert day.year in calendar.years
    assert (day in calendar.working) is works


def test_office_hours_are_read_as_minutes_of_the_day(tmp_path: Path) -> None:
    text = 'name = "plain"\nsource = "weekdays"\noffice_hours = ["08:00-12:00", "14:30-24:00"]\n'
    calendar = load_policy(a_folder(tmp_path, {"calendars/plain.toml": text})).calendar
    assert calendar.office == ((480, 720), (870, 1440))


def test_a_calendar_without_office_hours_has_the_usual_ones(tmp_path: Path) -> None:
    assert load_policy(a_folder(tmp_path)).calendar.office == ((540, 720), (780, 1020))


@pytest.mark.parametrize("source", ["weekdays", 'holidays"\ncountry = "NO'])
def test_a_city_may_keep_a_weekend_of_its_own(tmp_path: Path, source: str) -> None:
    text = f'name = "plain"\nsource = "{source}"\nweekend = [5, 6]\n'
    calendar = load_policy(a_folder(tmp_path, {"calendars/plain.toml": text})).calendar
    assert date(2026, 3, 6) not in calendar.working, "a Friday"
    assert date(2026, 3, 8) in calendar.working, "a Sunday"
    assert calendar.weekend == {5, 6}


def test_a_country_brings_its_holidays_and_its_weekend(tmp_path: Path) -> None:
    text = 'name = "plain"\nsource = "holidays"\ncountry = "IL"\n'
    calendar = load_policy(a_folder(tmp_path, {"calendars/plain.toml": text})).calendar
    assert calendar.weekend == {5, 6}
    assert date(2025, 3, 16) in calendar.working, "a Sunday is worked"
    assert date(2025, 4, 13) not in calendar.working, "the first day of Passover, a Sunday, is not"


def test_versions_with_the_same_days_share_one_calendar(tmp_path: Path) -> None:
    """Due moments are remembered by the calendar: comparing two equal ones took most of a trial."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one, other = load_policy(a_folder(tmp_path / "one")), load_policy(a_folder(tmp_path / "other"))

    assert one.calendar is other.calendar
