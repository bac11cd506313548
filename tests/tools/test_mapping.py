"""A table becomes events; a dry run says in Chinese which row and column is wrong, and sends nothing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from hub.cli.main import app
from hub.tools.mapping import MappingWrong, load_mapping, mapped_lines, table_rows
from tests.e2e.cities import make_city

MAPPING = """
agency = "ta-hotline"
type = "linkage.petition.received.v1"
id = "{工单号}"
time = "{受理时间}"
zone = "Asia/Shanghai"
[data]
matter_id = "{工单号}"
place = "{区划}"
category = "AA1"
nature = "{诉求类型}"
channel = "hotline"
severity = "{等级}"
repeat = "{重复}"
summary = "{内容}"
[words]
"诉求类型" = { "投诉" = "complaint", "求助" = "help" }
[[exclude]]
column = "诉求类型"
values = ["测试"]
"""
HEAD = ("工单号", "受理时间", "区划", "诉求类型", "等级", "重复", "内容")
NOW = datetime.now().replace(microsecond=0)  # noqa: DTZ005 - a sheet knows no zone
ROWS: list[tuple[object, ...]] = [
    (1001, NOW, "TA-000", "投诉", 3.0, "是", "路灯不亮"),
    (1002, NOW, "TA-000", "测试", 4, "否", ""),
    (1003, NOW, "TA-000", "表扬", 4, "否", "谢谢"),
    (None, None, None, None, None, None, None),
    (1004, "昨天", "TA-000", "求助", 4, None, None),
    (1005, NOW, "TA-000", "求助", 4, "否", "请回电13912345678"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_city(tmp_path / "city", "TA")
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "city"))
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


def a_sheet(folder: Path) -> Path:
    book = Workbook()
    for row in (HEAD, *ROWS):
        book.active.append(row)
    book.save(folder / "cases.xlsx")
    return folder / "cases.xlsx"


def a_text_table(folder: Path, encoding: str) -> Path:
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in (HEAD, *ROWS)]
    (folder / "cases.csv").write_text("\n".join(lines), encoding=encoding)
    return folder / "cases.csv"


def events(file: Path, folder: Path) -> list[Any]:
    lines = mapped_lines(table_rows(file), load_mapping(folder / "mapping.toml"))
    return [json.loads(line) if line.strip() else None for line in lines]


def test_a_sheet_row_becomes_an_event_at_its_own_line(folder: Path) -> None:
    told = events(a_sheet(folder), folder)

    assert [event["id"] if event else None for event in told] == [
        None, "1001", None, "1003", None, "1004", "1005"
    ]  # fmt: skip
    assert told[1]["time"] == f"{NOW.isoformat()}+08:00"
    assert told[1]["data"] == {
        "matter_id": "1001",
        "place": "TA-000",
        "category": "AA1",
        "nature": "complaint",
        "channel": "hotline",
        "severity": 3,
        "repeat": True,
        "summary": "路灯不亮",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_table_says_the_same_in_the_usual_encodings(folder: Path, encoding: str) -> None:
    told = events(a_text_table(folder, encoding), folder)

    assert [event["data"].get("summary") for event in told if event] == [
        "路灯不亮",
        "谢谢",
        None,
        "请回电13912345678",
    ]
    assert told[1]["data"]["severity"] == "3.0"


def test_a_dry_run_names_row_and_column_in_chinese(folder: Path) -> None:
    command = ["import", str(a_sheet(folder)), "--mapping", str(folder / "mapping.toml"), "--dry-run"]

    said = CliRunner().invoke(app, command).stdout.splitlines()

    assert said[0] == "accepted: 1, refused: 3"
    flaws = [line for line in said if line.startswith("第")]
    assert flaws[0].startswith("第 4 行 「诉求类型」 SCHEMA_INVALID 只能是")
    assert flaws[1].startswith("第 6 行 「受理时间」 SCHEMA_INVALID 应为带时区的 RFC 3339 时刻")
    assert flaws[2] == "第 7 行 「内容」 PERSONAL_DATA 含个人信息, 内容未保存"


def test_a_table_needs_a_mapping(folder: Path) -> None:
    done = CliRunner().invoke(app, ["import", str(a_sheet(folder)), "--dry-run"])

    assert (done.exit_code, done.stderr.strip()) == (1, "表格文件需要 --mapping")


def test_a_file_that_is_no_workbook_is_said_so(folder: Path) -> None:
    (folder / "cases.xlsx").write_bytes(b"no zip")

    with pytest.raises(MappingWrong, match="不是 XLSX"):
        events(folder / "cases.xlsx", folder)


def test_a_column_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "cases.csv").write_text("工单号\n1\n", encoding="utf-8")

    with pytest.raises(MappingWrong, match="诉求类型"):
        events(folder / "cases.csv", folder)
