"""考核报表: each number is that of the figures, opens the list it counts, and is exported with its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hub.console.assessment import GROUPS
from hub.model.clock import day_start_ms
from hub.model.period import period_days
from hub.schemas.figures import MEANINGS, Figure
from hub.store.figures import Asked, figures
from hub.store.people import Role
from hub.store.screens import assessed
from hub.store.screens.scope import Scope, subtree
from tests.console.desks import Centre, open_centre
from tests.console.rows import fill

YEAR = "2025"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("assessment"), 3_000)) as opened:
        yield opened


def asked(centre: Centre, by: str) -> Asked:
    zone = centre.filled.policy.zone
    first, after = period_days(YEAR)
    hub_ms = centre.number("SELECT hub_ms FROM jurisdiction")
    return Asked(day_start_ms(first, zone), min(day_start_ms(after, zone), hub_ms), by)


def whole() -> Scope:
    return Scope("TA", None)


@pytest.mark.parametrize("by", ["agency", "county", "kind"])
def test_the_list_behind_a_number_has_what_it_counts(centre: Centre, by: str) -> None:
    policy, about = centre.filled.policy, asked(centre, by)
    with centre.engine.connect() as sql:
        counted = figures(sql, policy, about)
        lists = {
            (unit.unit, figure): assessed.behind(sql, whole(), policy, about, unit.unit, figure)
            for unit in counted
            for figure in unit.counts
        }

    assert by == "kind" or lists
    for unit in counted:
        for figure, count in unit.counts.items():
            items = lists[unit.unit, figure]
            counts = [item for item in items if item.counts]
            shown = (sum(item.met for item in counts), len(counts), len(items) - len(counts))
            assert shown == tuple(count), (unit.unit, figure)


@pytest.mark.parametrize("group", ["matters", "tasks"])
def test_each_percentage_stands_with_its_parts_and_opens_its_list(centre: Centre, group: str) -> None:
    page = centre.desk(Role.LEADER).get(f"/assessment?period={YEAR}&by=county&group={group}").text

    with centre.engine.connect() as sql:
        counted = {
            unit.unit: unit.counts for unit in figures(sql, centre.filled.policy, asked(centre, "county"))
        }
    for unit, counts in counted.items():
        line = re.search(rf'<tr id="u-{unit}">.*?</tr>', page, re.DOTALL)
        assert line is not None
        for figure in GROUPS[group][1]:
            if figure in counts:
                found = re.search(
                    rf'href="([^"]*figure={figure}&[^"]*)"[^>]*>[^<]*</a><small>([\d,]+)/([\d,]+)', line[0]
                )
                assert found is not None, figure
                assert tuple(int(part.replace(",", "")) for part in found.groups()[1:]) == counts[figure][:2]
                listed = centre.desk(Role.LEADER).get(found[1].replace("&amp;", "&")).text
                assert f"= {counts[figure].met}/{counts[figure].counted}" in listed.replace(",", "")


def test_median_and_p90_stand_beside_how_many_they_are_over(centre: Centre) -> None:
    page = centre.desk(Role.LEADER).get(f"/assessment.csv?period={YEAR}&by=county&group=times").text

    with centre.engine.connect() as sql:
        (unit, *_) = figures(sql, centre.filled.policy, asked(centre, "county"))
    line = next(line for line in page.splitlines() if line.startswith(unit.unit))
    median, late, number = unit.times["closed"]
    assert f",{median // 60_000},{late // 60_000},{number}," in line


def test_the_file_holds_the_query_and_the_parts_of_each_figure(centre: Centre) -> None:
    desk = centre.desk(Role.ADMIN)

    page = desk.get(f"/assessment.csv?period={YEAR}&by=county&group=tasks").text
    book = desk.get(f"/assessment.xlsx?period={YEAR}&by=county&group=tasks")

    name = MEANINGS[Figure.SIGNED_IN_TIME].name_zh
    assert f"考核期,{YEAR}" in page
    assert f"{name} 分子,{name} 分母,{name} 不计入" in page
    assert book.headers["content-disposition"] == 'attachment; filename="assessment.xlsx"'
    assert book.content[:2] == b"PK"
    assert centre.rows("SELECT outcome FROM trail WHERE act='exported' AND object='/assessment'")


def test_a_desk_is_told_of_units_in_its_territory_alone(centre: Centre) -> None:
    policy = centre.filled.policy
    desk = centre.desk(Role.DUTY, "TA-0")

    page = desk.get(f"/assessment?period={YEAR}&by=county").text
    other = desk.get(f"/assessment/behind?unit=TA-1&figure=returned&period={YEAR}&by=county")
    kinds = desk.get(f"/assessment/behind?unit=people&figure=mediated&period={YEAR}&by=kind")

    assert 'id="u-TA-0"' in page
    assert 'id="u-TA-1"' not in page
    assert (other.status_code, kinds.status_code) == (404, 404)
    scope = Scope("TA", subtree(policy, "TA-0"))
    with centre.engine.connect() as sql:
        assert assessed.behind(sql, scope, policy, asked(centre, "county"), "TA-1", Figure.RETURNED) == []
        assert {unit.unit for unit in assessed.units(sql, scope, policy, asked(centre, "township"))} <= {
            "TA-00",
            "TA-01",
            "TA-02",
        }


@pytest.mark.parametrize("period", ["", "2025-13", "2025-Q5", "x", "2025-02-30", "99999"])
def test_a_period_that_is_none_falls_back_to_the_month_under_way(centre: Centre, period: str) -> None:
    page = centre.desk(Role.LEADER).get("/assessment", params={"period": period})

    assert page.status_code == 200
    assert "<p>2025-1" in page.text
