"""`hub validate` judges a file as intake would and says where each flaw lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.schemas.reasons import QuarantineCode, RefusalCode
from hub.tools.documents import ROOT
from hub.tools.validate import validate
from tests.builders import CITY, HOTLINE, NOISE, POLICY, TOWN_DESK, VILLAGE, a_policy, at
from tests.schemas.builders import a_petition

SAMPLES = sorted((ROOT / "docs" / "samples").glob("*.json"))
NOW = at("03-02 10:00")


def event(name: str = "e-1", agency: str = HOTLINE, **data: object) -> dict[str, Any]:
    told = a_petition(**({"place": VILLAGE, "category": NOISE} | data))
    return told | {"id": name, "source": f"urn:linkage:agency:{agency}"}


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "events.json"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_golden_sample_is_without_flaw(sample: Path) -> None:
    told = validate(sample, None, NOW)

    assert told.events >= 1
    assert told.findings == ()


def test_each_flaw_of_a_file_of_lines_has_its_line(tmp_path: Path) -> None:
    lines = [event("a"), event("b", severity=7), event("c"), event("d", summary="电话13912345678")]
    file = written(tmp_path, "\n".join(json.dumps(line, ensure_ascii=False) for line in lines))

    told = validate(file, POLICY, NOW)

    assert told.events == 4
    assert [(f.line, f.id, f.code, f.pointer) for f in told.findings] == [
        (2, "b", RefusalCode.SCHEMA_INVALID, "/data/severity"),
        (4, "d", RefusalCode.PERSONAL_DATA, "/data/summary"),
    ]


def test_in_a_laid_out_document_the_line_is_that_of_the_field(tmp_path: Path) -> None:
    text = json.dumps([event("a"), event("b", nature="song", summary='x "y", [z] {1}')], indent=2)

    (found,) = validate(written(tmp_path, text), POLICY, NOW).findings

    assert (found.in_batch, found.pointer) == (1, "/data/nature")
    assert '"song"' in text.splitlines()[found.line - 1]


def test_a_missing_field_is_said_at_the_object_it_is_missing_from(tmp_path: Path) -> None:
    broken = event("a")
    del broken["data"]["place"]
    text = json.dumps(broken, indent=2)

    (found,) = validate(written(tmp_path, text), POLICY, NOW).findings

    assert (found.pointer, text.splitlines()[found.line - 1].strip()) == ("/data/place", '"data": {')


def test_a_text_that_is_no_json_is_said_where_reading_stopped(tmp_path: Path) -> None:
    (found,) = validate(written(tmp_path, '{\n"id": "a",\n"x": }'), None, NOW).findings

    assert (found.line, found.code) == (3, RefusalCode.MALFORMED)


def test_a_bad_line_among_good_ones_is_said_alone(tmp_path: Path) -> None:
    text = f"{json.dumps(event('a'))}\n{{oops\n\n{json.dumps(event('b'))}\n"

    told = validate(written(tmp_path, text), POLICY, NOW)

    assert [(f.line, f.code) for f in told.findings] == [(2, RefusalCode.MALFORMED)]
    assert told.events == 3


@pytest.mark.parametrize(
    ("told", "code", "pointer"),
    [
        (event(agency="nobody"), RefusalCode.UNKNOWN_AGENCY, "/source"),
        (event(agency=TOWN_DESK, place=CITY), RefusalCode.PLACE_OUTSIDE_TERRITORY, "/data/place"),
        (event(category="Q9"), QuarantineCode.CATEGORY_UNKNOWN, "/data/category"),
    ],
)
def test_with_a_city_its_places_kinds_and_agencies_are_judged(
    tmp_path: Path, told: dict[str, Any], code: RefusalCode, pointer: str
) -> None:
    file = written(tmp_path, json.dumps(told))

    (found,) = validate(file, a_policy(), NOW).findings

    assert (found.code, found.pointer) == (code, pointer)
    assert validate(file, None, NOW).findings == ()


def test_the_command_says_file_line_pointer_and_fails(tmp_path: Path) -> None:
    file = written(tmp_path, json.dumps(event(severity=7)))

    done = CliRunner().invoke(app, ["validate", str(file)])

    assert done.exit_code == 1
    assert f"{file}:1: SCHEMA_INVALID /data/severity 不能大于 4" in done.stderr
    assert "1 个事件, 1 个有误" in done.stdout


def test_the_command_agrees_with_a_sound_file_in_json(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["validate", str(written(tmp_path, json.dumps(event()))), "--json"])

    assert (done.exit_code, json.loads(done.stdout)) == (0, {"events": 1, "wrong": 0})
