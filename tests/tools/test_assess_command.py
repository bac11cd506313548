"""`hub assess` prints figures, scores, weights and what is overdue of a real jurisdiction folder and its database."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.policies.load import load_policy
from hub.store.rows import PROBLEM_COLUMNS
from hub.store.tables import PROBLEM
from tests.builders import a_report, an_update
from tests.policies.folders import a_folder
from tests.store.shards import Inbox, a_database, an_owner, take_all

CLOCKS = (
    '[[clocks]]\nname = "close"\nname_zh = "办结"\nname_en = "Close"\narticle = "x"\nevent = "petition"\n'
    'starts = "received"\nstops = "closed"\nspan = { count = 5, unit = "days" }\n'
)
PLAN = (
    'name = "agencies"\nname_zh = "单位"\nname_en = "Agencies"\nevery = "month"\nunits = "agency"\npull = 1.0\n'
    '[[items]]\ncode = "closed"\nname_zh = "按期办结率"\nname_en = "Closed"\nweight = 60\nformula = "rate"\n'
    'figure = "closed_in_time"\ncounted_min = 1\n'
    '[[items]]\ncode = "noise"\nname_zh = "噪声治理"\nname_en = "Noise"\nweight = 20\nformula = "rate"\n'
    'by = ["police"]\ncategories = ["A1"]\n'
    '[[items]]\ncode = "all"\nname_zh = "环境"\nname_en = "Environment"\nweight = 20\nformula = "rate"\n'
    'by = ["police"]\ncategories = ["Z"]\n'
)


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lakeside, with three matters of the police in March: closed in time, closed late, open and late."""
    policy = load_policy(
        a_folder(tmp_path / "lakeside", {"clocks/law.toml": CLOCKS, "assessment/agencies.toml": PLAN})
    )
    engine = a_database(tmp_path)
    inbox = Inbox()
    report = a_report(agency="police", place="N1a", category="A1")
    matters = [report._replace(matter_id=m, id=f"e-{m}", position=n) for n, m in enumerate("abc", 1)]
    inbox.packed("03-02 12:00", *matters, city="LK")
    for n, (when, matter) in enumerate((("03-04 12:00", "a"), ("03-20 12:00", "b")), 4):
        inbox.packed(when, an_update("resolved", matter, agency="police", position=n), city="LK")
    inbox.tick("04-10 12:00")
    shard, sql = an_owner(engine, {"LK": policy})
    take_all(shard, sql, inbox)
    sql.close()
    engine.dispose()
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "lakeside"))
    monkeypatch.setenv("HUB_DATABASE", f"sqlite:///{tmp_path}/hub.db")
    return tmp_path


def asked(*options: str) -> Result:
    return CliRunner().invoke(app, ["assess", *options])


def lines(*options: str) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in asked(*options, "--json").stdout.splitlines()]


def told(rows: Sequence[dict[str, Any]], **which: str) -> dict[str, Any]:
    (row,) = (row for row in rows if all(row[name] == value for name, value in which.items()))
    return row


@pytest.mark.usefixtures("city")
def test_figures_say_what_counted_and_what_was_met() -> None:
    row = told(lines("figures", "2026-03"), unit="police", code="closed_in_time")

    assert (row["met"], row["counted"], row["excluded"], row["value"]) == (1, 3, 0, "33.33%")


@pytest.mark.usefixtures("city")
def test_figures_of_an_area_come_by_tier() -> None:
    rows = lines("figures", "2026-03", "--by", "township")

    assert {row["unit"] for row in rows} == {"N1"}


@pytest.mark.usefixtures("city")
def test_figures_come_as_a_table_for_spreadsheets() -> None:
    rows = list(csv.DictReader(StringIO(asked("figures", "2026-03", "--csv").stdout)))

    assert {"unit", "figure", "value", "met", "counted", "excluded"} <= rows[0].keys()
    assert told(rows, figure="按期办结率")["value"] == "33.33%"


@pytest.mark.usefixtures("city")
def test_times_are_said_in_minutes() -> None:
    rows = lines("figures", "2026-03")

    assert told(rows, code="closed_median")["value"] == (2 + 18) * 1440 // 2


@pytest.mark.usefixtures("city")
def test_scores_are_exact_and_ranked() -> None:
    row = told(lines("scores", "2026-03"), unit="police", item="")

    assert (row["points"], row["rank"]) == ("100/3", 1)


@pytest.mark.usefixtures("city")
def test_a_period_without_scores_is_an_error_in_one_line() -> None:
    result = asked("scores", "2026-05")

    assert result.exit_code == 1
    assert "2026-05 没有得分" in result.stderr


@pytest.mark.parametrize("wrong", ["march", "2026-13", "2026-Q9", ""])
@pytest.mark.usefixtures("city")
def test_what_names_no_period_is_said(wrong: str) -> None:
    result = asked("figures", wrong)

    assert result.exit_code == 1
    assert "不是一期" in result.stderr


@pytest.mark.usefixtures("city")
def test_who_is_behind_is_counted() -> None:
    assert lines("overdue") == [{"agency": "police", "name": "警察局", "open": 1, "overdue": 1}]


@pytest.mark.usefixtures("city")
def test_weights_stay_without_a_stubborn_problem() -> None:
    assert [row["proposed"] for row in lines("weights", "2026-03")] == ["60.00", "20.00", "20.00"]


def test_weights_follow_the_stubborn_problems_of_the_period(city: Path) -> None:
    engine = a_database(city)
    plain = dict.fromkeys(PROBLEM_COLUMNS.split(", "), "") | dict.fromkeys(
        (column.name for column in PROBLEM.columns if not str(column.type).startswith("TEXT")), 0
    )
    stubborn = {"category": "A1", "labels": "stubborn", "confirmed_ms": 1, "closed_ms": None, "claims": True}
    with engine.begin() as sql:
        sql.execute(
            insert(PROBLEM).values(**(plain | {"jurisdiction": "LK", "id": "LK26-000099"} | stubborn))
        )
    engine.dispose()

    assert [row["proposed"] for row in lines("weights", "2026-03")] == ["60.00", "40.00", "0.00"]


@pytest.mark.usefixtures("city")
def test_prevention_is_said_for_a_city_without_disputes() -> None:
    (row,) = lines("prevention", "2026-03")

    assert row == {"groups": 0, "groups_defused": 0, "diverted": {}, "incidents_handed_over": {}}
