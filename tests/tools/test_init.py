"""`hub init` makes a jurisdiction for any city from three tables, or says what is wrong with them."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from hub.cli.config import config_app, init
from hub.policies.faults import PolicyError
from hub.policies.load import load_policies, load_policy
from hub.policies.models import Policy, Tier
from hub.tools.check import check
from hub.tools.init import init_jurisdiction

if TYPE_CHECKING:
    from pathlib import Path

# Port Ellery is invented: no townships, two levels of category, codes that hold no meaning.
PLACES = (
    "code,name,level,parent_code,area\nPE,Port Ellery,city,,\nPE.w,Westbank,county,PE,12\n"
    "PE.e,Eastbank,county,PE,9\nw_01,Ropewalk,village,PE.w,\nw_02,Saltpans,village,PE.w,\n"
    "e_01,Lantern Hill,village,PE.e,\n"
)
KINDS = (
    "code,level,parent_code,name_zh,name_en,restricted\nSTR,1,,,Streets,\nSTR-1,2,STR,,Potholes,\n"
    "STR-2,2,STR,,Street lights,\nACC,1,,,Accusations,true\n"
)
BODIES = (
    "id,name_zh,name_en,territory,categories\nhotline,热线,City hotline,PE,\n"
    'works,市政,"Works ""North"" office",PE,STR;STR-2\n'
)


def tables(folder: Path, places: str = PLACES, kinds: str = KINDS, bodies: str = BODIES) -> list[Path]:
    names = ("places.csv", "kinds.csv", "bodies.csv")
    for name, text in zip(names, (places, kinds, bodies), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in names]


def make(folder: Path, zone: str | None = None, country: str | None = None) -> Policy:
    return init_jurisdiction(folder / "city", *tables(folder), zone=zone, country=country)


def test_an_invented_city_without_townships_loads(tmp_path: Path) -> None:
    policy = make(tmp_path, zone="America/Halifax", country="CA")
    assert policy == load_policy(tmp_path / "city")
    assert (policy.jurisdiction, policy.name_en, policy.letters) == ("PE", "Port Ellery", "PE")
    assert str(policy.zone) == "America/Halifax"
    assert policy.places["w_01"].chain == ("w_01", "PE.w", "PE")
    assert policy.categories["ACC"].restricted
    assert policy.departments == {("PE", "STR"): ("works",), ("PE", "STR-2"): ("works",)}
    assert policy.agencies["works"].name_en == 'Works "North" office'


def test_only_the_tiers_that_occur_get_rules_clocks_and_holders(tmp_path: Path) -> None:
    policy = make(tmp_path)
    assert [(rule.tier, rule.category_level, rule.matters_min) for rule in policy.rules] == [
        (Tier.COUNTY, 2, 10),
        (Tier.VILLAGE, 2, 5),
    ]
    assert {tier: span.count for tier, span in policy.tiers[0].stage.items()} == {"village": 3, "county": 7}
    assert policy.holders["PE.w"] == "pe-pe-w"
    assert policy.agencies["pe-w-01"].name_en == "Ropewalk, Westbank (governance centre)"


def test_its_rules_keep_the_examples_written_for_them(tmp_path: Path) -> None:
    make(tmp_path)
    assert check(tmp_path / "city", date(2026, 3, 2)).warnings == ()


def test_a_country_brings_its_holidays(tmp_path: Path) -> None:
    policy = make(tmp_path, country="CA")
    assert date(2025, 7, 1) not in policy.calendar.working, "Canada Day, a Tuesday"


def test_without_a_country_monday_to_friday_are_worked_in_utc(tmp_path: Path) -> None:
    policy = make(tmp_path)
    assert str(policy.zone) == "UTC"
    assert date(2025, 7, 1) in policy.calendar.working
    assert date(2025, 7, 5) not in policy.calendar.working


def test_a_city_in_china_starts_with_the_national_time_limits(tmp_path: Path) -> None:
    clocks = make(tmp_path, country="CN").clocks
    spans = {clock.name: (clock.span.count, clock.span.unit) for clock in clocks if clock.span}
    assert spans == {
        "petition-answer": (15, "days"),
        "petition-decide": (60, "days"),
        "hotline-answer": (7, "days"),
        "mediate": (30, "days"),
        "incident-phone": (30, "minutes"),
        "incident-written": (1, "hours"),
    }


def test_any_other_city_starts_with_plain_time_limits_to_replace(tmp_path: Path) -> None:
    clocks = make(tmp_path).clocks
    assert [clock.name for clock in clocks] == ["acknowledge", "answer", "mediate", "incident-report"]
    assert {clock.article for clock in clocks} == {"本地规定待填 / name the local rule"}


def test_office_hours_are_written_out_for_the_city_to_change(tmp_path: Path) -> None:
    make(tmp_path)
    written = (tmp_path / "city" / "calendars" / "local.toml").read_text(encoding="utf-8")
    assert 'office_hours = ["09:00-12:00", "13:00-17:00"]\n' in written


def test_twelve_digit_codes_mean_china(tmp_path: Path) -> None:
    places = (
        "code,name,level,parent_code\n990100000000,晴州市,city,990000000000\n"
        "990101000000,东湖区,county,990100000000\n"
    )
    bodies = "id,name_zh,name_en,territory\nhotline,热线,Hotline,990100000000\n"
    policy = init_jurisdiction(tmp_path / "city", *tables(tmp_path, places, KINDS, bodies))
    assert str(policy.zone) == "Asia/Shanghai"
    assert date(2025, 1, 26) in policy.calendar.working, "a Sunday worked for the Spring Festival"
    assert len(policy.letters) == 3, "letters are drawn when neither name nor code has any"


def test_two_cities_made_from_like_tables_live_side_by_side(tmp_path: Path) -> None:
    for name, letters in (("one", "ON"), ("two", "TW")):
        bodies = BODIES.replace("hotline,", f"hotline-{name},").replace("works,", f"works-{name},")
        (tmp_path / name).mkdir()
        places = PLACES.replace("PE,", f"{letters},")
        given = tables(tmp_path / name, places, KINDS, bodies.replace(",PE,", f",{letters},"))
        init_jurisdiction(tmp_path / "cities" / name, *given, letters=letters)
    assert list(load_policies(tmp_path / "cities")) == ["ON", "TW"]


def test_faults_name_the_tables_that_were_given_and_leave_no_folder(tmp_path: Path) -> None:
    bodies = "id,name_zh,name_en,territory,categories\nhotline,热线,Hotline,XX,NONE\n"
    given = tables(tmp_path, bodies=bodies)
    with pytest.raises(PolicyError) as caught:
        init_jurisdiction(tmp_path / "city", *given, zone="Mars", letters="low")
    assert str(caught.value).splitlines() == [
        "--letters: 须符合 ^[A-Z]{1,4}$ / must match ^[A-Z]{1,4}$",
        f'{given[2]}:2: territory: 没有地点“XX” / there is no place "XX"',
        f'{given[2]}:2: categories[0]: 没有类别“NONE” / there is no category "NONE"',
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bodies.csv", "kinds.csv", "places.csv"]


def test_faults_of_all_three_tables_are_said_at_once(tmp_path: Path) -> None:
    places, kinds = PLACES.replace("Westbank,county", "Westbank,borough"), KINDS.replace("STR,1", "STR,9")
    given = tables(tmp_path, places, kinds, BODIES + "hotline,又,Again,PE,\nholders,x,y,PE,\n")
    with pytest.raises(PolicyError) as caught:
        init_jurisdiction(tmp_path / "city", *given)
    said = [fault.at() for fault in caught.value.faults]
    assert said == [
        f"{given[0]}:3",
        *(f"{given[1]}:{n}" for n in (2, 3, 4)),
        *(f"{given[2]}:{n}" for n in (4, 5)),
    ]


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    given = tables(tmp_path)
    given[0].unlink()
    with pytest.raises(PolicyError) as caught:
        init_jurisdiction(tmp_path / "city", *given)
    assert str(caught.value) == f"{given[0]}: 找不到文件 / the file is missing"


def test_a_folder_that_holds_anything_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "diary.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(PolicyError, match="is not empty; name a new folder"):
        make(tmp_path)
    assert [path.name for path in (tmp_path / "city").iterdir()] == ["diary.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    assert make(tmp_path).jurisdiction == "PE"


def an_app() -> typer.Typer:
    app = typer.Typer()
    app.command("init")(init)
    app.add_typer(config_app, name="config")
    return app


def test_the_commands_make_a_folder_and_prove_it(tmp_path: Path) -> None:
    places, kinds, bodies = map(str, tables(tmp_path))
    city = str(tmp_path / "city")
    options = ["--gazetteer", places, "--taxonomy", kinds, "--agencies", bodies, "--json"]
    made = CliRunner().invoke(an_app(), ["init", city, *options])
    proved = CliRunner().invoke(an_app(), ["config", "check", city, "--json"])
    assert (made.exit_code, proved.exit_code, proved.stderr) == (0, 0, "")
    assert json.loads(made.stdout) == json.loads(proved.stdout)
    (summary,) = json.loads(made.stdout)["jurisdictions"]
    assert summary["places"] == {"city": 1, "county": 2, "village": 3}
    assert (summary["agencies"], summary["holders"], summary["zone"]) == (2, 6, "UTC")


def test_a_fault_is_one_line_on_stderr_and_exit_status_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(an_app(), ["config", "check", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{tmp_path}: 这里和下一级文件夹里都没有 jurisdiction.toml\n"
