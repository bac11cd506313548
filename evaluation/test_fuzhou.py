"""The screen on real Chinese hotline cases: numbers that look like telephones are case numbers here."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

CITY = "FZ"
PIECE = 200
"""A summary holds 200 characters; longer texts go through in pieces."""

LOOKS_LIKE_A_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
MAPPING = """\
agency = "hotline"
type = "linkage.petition.received.v1"
id = "{id}"
time = "{day}"
time_format = "%Y-%m-%d"
zone = "Asia/Shanghai"

[data]
matter_id = "{id}"
place = "{place}"
category = "R1"
nature = "{nature}"
channel = "{channel}"
summary = "{text}"

[words]
channel = { "电话" = "hotline", "网站" = "online", "短信" = "other", "邮件" = "letter" }

[words.nature]
"投诉" = "complaint"
"咨询" = "consultation"
"建议" = "suggestion"
"举报" = "report"
"求助" = "help"
"""

Row = dict[str, str]


@pytest.fixture(scope="module")
def cases(data: Path) -> list[Row]:
    with (data / "fuzhou" / "cases.csv").open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["date"])


@pytest.fixture(scope="module")
def config(cases: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzhou")
    places = [f"{place(cases, name)},{name},county,{CITY}" for name in districts(cases)]
    (folder / "places.csv").write_text(
        "\n".join(["code,name,level,parent_code", f"{CITY},福州市,city,", *places]), encoding="utf-8"
    )
    (folder / "kinds.csv").write_text(
        "code,level,parent_code,name_zh,name_en,restricted\nR1,1,,河道,Rivers,\n", encoding="utf-8"
    )
    (folder / "agencies.csv").write_text(
        f"id,name_zh,name_en,territory\nhotline,热线,Hotline,{CITY}\n", encoding="utf-8"
    )
    made = folder / "city"
    options = ["--gazetteer", "places.csv", "--taxonomy", "kinds.csv", "--agencies", "agencies.csv"]
    hub("init", str(made), *options, "--zone", "Asia/Shanghai", "--country", "CN", cwd=folder)
    return made


def districts(cases: list[Row]) -> list[str]:
    return sorted({row["district"] for row in cases})


def place(cases: list[Row], district: str) -> str:
    return f"{CITY}-{districts(cases).index(district) + 1:02}"


def hub(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hub", *arguments], cwd=cwd, capture_output=True, text=True, check=True
    )
    return done.stdout


def pieces(row: Row) -> Iterator[str]:
    for column in ("title", "body", "reply"):
        text = CONTROLS.sub(" ", row[column])
        yield from (text[start : start + PIECE] for start in range(0, len(text), PIECE))


def judged(cases: list[Row], config: Path, folder: Path, texts: Sequence[tuple[Row, str]]) -> dict[str, Any]:
    """Let the importer judge one event a text, without sending."""
    table, mapping = folder / "texts.csv", folder / "mapping.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    known = {"电话", "网站", "短信", "邮件"}
    codes = {name: place(cases, name) for name in districts(cases)}
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "day", "place", "nature", "channel", "text"))
        for number, (row, text) in enumerate(texts):
            channel = row["channel"] if row["channel"] in known else "网站"
            writer.writerow((f"c{number}", row["date"], codes[row["district"]], row["nature"], channel, text))
    options = ["--mapping", str(mapping), "--dry-run", "--json"]
    command = [sys.executable, "-m", "hub", "import", str(table), *options]
    done = subprocess.run(command, env={"HUB_CONFIG": str(config)}, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_case_number_is_no_telephone(cases: list[Row], config: Path, tmp_path: Path) -> None:
    texts = [(row, piece) for row in cases for piece in pieces(row)]
    trapped = sum(len(LOOKS_LIKE_A_MOBILE.findall(piece)) for _, piece in texts)

    found = judged(cases, config, tmp_path, texts)

    print(f"\n{len(cases)} cases, {len(texts)} texts, {trapped} numbers like a mobile's, {found['codes']}")
    assert trapped > 30
    assert sum(found["outcomes"].values()) == len(texts)
    assert "PERSONAL_DATA" not in found["codes"]
    assert set(found["codes"]) <= {"RESTRICTED_CLASS"}


def test_the_same_digits_given_as_a_telephone_are_refused(
    cases: list[Row], config: Path, tmp_path: Path
) -> None:
    texts = [
        (row, f"联系电话:{digits}")
        for row in cases
        for piece in pieces(row)
        for digits in LOOKS_LIKE_A_MOBILE.findall(piece)
    ]

    found = judged(cases, config, tmp_path, texts)

    assert found["codes"] == {"PERSONAL_DATA": len(texts)}
