"""Versions on the page: what one changes, what it would have decided, and that nobody adopts alone."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hub.console.calendar import year_of
from hub.policies.load import load_policy
from hub.schemas.commands import AdoptPolicy
from hub.store.people import Role
from hub.tools.kept import keep
from tests.console.desks import Centre, csrf, open_centre
from tests.console.rows import Filled, fill

TRIED_WITHIN_S = 60
RULE = Path("rules") / "frequent-village.toml"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A year of events, and a kept version in which a village is looked at over twice as many days."""
    filled = fill(tmp_path_factory.mktemp("versions"), 1_500)
    folder = filled.config.with_name("changed")
    shutil.copytree(filled.config, folder)
    written = (folder / RULE).read_text(encoding="utf-8")
    longer = written.replace("within_days = 30", "within_days = 60")
    assert longer != written
    (folder / RULE).write_text(longer, encoding="utf-8")
    keep(folder, filled.folders.kept, date(2026, 1, 1))
    return filled


@pytest.fixture
def centre(year: Filled, tmp_path: Path) -> Iterator[Centre]:
    shutil.copytree(year.config.parent, tmp_path, dirs_exist_ok=True)
    here = Filled(
        f"sqlite:///{tmp_path}/hub.db", tmp_path / year.config.name, year.policy, year.city, year.file
    )
    with open_centre(here) as opened:
        yield opened


def changed(centre: Centre) -> str:
    return next(
        name
        for name in centre.filled.folders.of(centre.filled.policy)
        if name != centre.filled.policy.version
    )


def post(desk: TestClient, centre: Centre, act: str, **fields: str) -> str:
    at = f"/rules/versions/{changed(centre)}"
    answer = desk.post(at, data={"csrf": csrf(desk.get(at).text), "act": act, **fields})
    assert answer.status_code == 200, answer.text
    return answer.text


def deciding(centre: Centre) -> str:
    return str(centre.rows("SELECT policy FROM jurisdiction")[0].policy)


def test_the_page_says_which_key_of_which_file_differs(centre: Centre) -> None:
    page = centre.desk(Role.ADMIN).get(f"/rules/versions/{changed(centre)}").text

    (row,) = re.findall(
        r"<tr><td><code>([^<]+)</code></td>.*?<code>([^<]+)</code>.*?<del>(\d+)</del>.*?<ins>(\d+)</ins>",
        page,
    )
    assert row == (RULE.as_posix(), "within_days", "30", "60")


def test_what_one_proposes_another_adopts_through_the_log(centre: Centre) -> None:
    said = post(centre.desk(Role.ADMIN), centre, "propose", note="一月太短")
    assert "等待另一位" in said
    assert 'value="adopt"' not in said.split('id="adoption"')[1].split("</section>")[0]

    leader = centre.desk(Role.LEADER)
    assert "一月太短" in leader.get("/rules?tab=versions").text
    said = post(leader, centre, "adopt")

    assert "已办" in said
    assert deciding(centre) == changed(centre)
    (command,) = centre.log.asked
    assert isinstance(command, AdoptPolicy)
    assert (command.proposed_by, command.by) == ("admin-ta-", "leader-ta-")
    rows = centre.rows("SELECT act, login, object, outcome FROM trail WHERE object <> '' ORDER BY number")
    assert [tuple(row) for row in rows] == [
        ("policy_proposed", "admin-ta-", changed(centre), ""),
        ("asked", "leader-ta-", changed(centre), "accepted"),
    ]
    assert "等待另一位" not in leader.get(f"/rules/versions/{centre.filled.policy.version}").text


def test_who_proposed_is_refused_by_the_log_even_when_the_form_is_forged(centre: Centre) -> None:
    admin = centre.desk(Role.ADMIN)
    post(admin, centre, "propose", note="一月太短")

    said = post(admin, centre, "adopt")

    assert "请由另一人启用" in said
    assert deciding(centre) != changed(centre)


def test_nothing_is_adopted_that_nobody_proposed(centre: Centre) -> None:
    said = post(centre.desk(Role.LEADER), centre, "adopt")

    assert "情况已有变化" in said
    assert centre.log.asked == []


def test_a_proposal_can_be_turned_down(centre: Centre) -> None:
    post(centre.desk(Role.ADMIN), centre, "propose", note="一月太短")

    said = post(centre.desk(Role.LEADER), centre, "drop")

    assert "一月太短" not in said
    assert centre.number("SELECT count(*) FROM proposal") == 0
    assert centre.number("SELECT count(*) FROM trail WHERE act = 'proposal_dropped'") == 1


@pytest.mark.parametrize("note", ["", "长" * 201, "联系 13812345678"])
def test_a_proposal_needs_a_reason_that_names_no_person(centre: Centre, note: str) -> None:
    said = post(centre.desk(Role.ADMIN), centre, "propose", note=note)

    assert "未准" in said
    assert centre.number("SELECT count(*) FROM proposal") == 0


@pytest.mark.parametrize(
    ("role", "territory", "act"),
    [
        (Role.DUTY, "", "try"),
        (Role.DUTY, "", "adopt"),
        (Role.LEADER, "", "propose"),
        (Role.ADMIN, "TA-0", "propose"),
        (Role.LEADER, "TA-0", "adopt"),
        (Role.ADMIN, "TA-0", "try"),
        (Role.ADMIN, "TA-0", "drop"),
    ],
)
def test_rules_of_the_whole_city_are_for_desks_of_the_whole_city(
    centre: Centre, role: Role, territory: str, act: str
) -> None:
    desk = centre.desk(role, territory)
    at = f"/rules/versions/{changed(centre)}"

    answer = desk.post(at, data={"csrf": csrf(desk.get(at).text), "act": act, "note": "试试"})

    assert answer.status_code == 403
    assert centre.rows("SELECT act FROM trail ORDER BY number DESC LIMIT 1")[0].act == "denied"


def test_a_trial_shows_what_would_open_beside_today(centre: Centre) -> None:
    admin = centre.desk(Role.ADMIN)
    said = post(admin, centre, "try", since="2025-06-01")
    assert "正在试算" in said
    assert "另一次试算还在进行" in post(admin, centre, "try")

    until = time.monotonic() + TRIED_WITHIN_S
    while "正在试算" in said and time.monotonic() < until:
        time.sleep(0.1)
        said = admin.get(f"/rules/versions/{changed(centre)}").text

    opens = re.search(r"会新增 <b>([\d,]+)</b>", said)
    assert opens is not None
    assert int(opens[1].replace(",", "")) > 0
    assert "不再出现" in said
    assert "2025-06-01 00:00:00" in said
    assert "开始试算" in said


def test_a_day_that_is_none_starts_no_trial(centre: Centre) -> None:
    assert "起始日期有误" in post(centre.desk(Role.ADMIN), centre, "try", since="2025-02-30")


def test_a_version_that_is_not_at_hand_is_not_found(centre: Centre) -> None:
    assert centre.desk(Role.ADMIN).get("/rules/versions/none").status_code == 404


def test_a_year_counts_days_that_work_that_are_off_and_that_are_made_up() -> None:
    sanming = load_policy(Path(__file__).resolve().parents[2] / "deploy" / "jurisdictions" / "sanming")

    laid = year_of(sanming.calendar, 2026)

    assert laid.works == sum(day.year == 2026 for day in sanming.calendar.working)
    weekdays = sum(
        date.fromordinal(n).isoweekday() <= 5
        for n in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())
    )
    assert laid.works == weekdays - laid.off + laid.made_up
    assert laid.off > 10
    assert laid.made_up > 3
    assert laid.months[9].days[0] == (1, False, True)


@pytest.mark.parametrize(
    ("asked", "warned"), [("2012", False), ("2049", True), ("0000", False), ("x", False)]
)
def test_a_year_that_is_not_covered_is_warned_of(centre: Centre, asked: str, *, warned: bool) -> None:
    page = centre.desk(Role.LEADER).get(f"/rules?tab=calendar&year={asked}")

    assert page.status_code == 200
    assert (f"{asked} 年尚无放假安排" in page.text) is warned
