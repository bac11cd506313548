"""Mapping: rows of a table (CSV or XLSX) become CloudEvents, by a TOML file that says which column is what.

```toml
agency = "{department}"              # every value is a text with {column} in braces
type = "linkage.petition.received.v1"
id = "{number}"
time = "{opened}"
time_format = "%Y-%m-%d %H:%M:%S"    # left out: the column holds RFC 3339
zone = "America/New_York"
[data]
matter_id = "{number}"
place = "{precinct}"
[words]                              # replacements for whole values, by column
department = { "Public Works" = "works" }
[[exclude]]                          # rows that are no reports
column = "source"
values = ["Employee Generated"]
```
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from string import Formatter
from typing import Any, Final
from zipfile import BadZipFile
from zoneinfo import ZoneInfo

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

TIMES: Final = ("occurred_at", "due_at")
YES: Final = {
    "true": True,
    "1": True,
    "是": True,
    "yes": True,
    "false": False,
    "0": False,
    "否": False,
    "no": False,
}
PIECE_CHARACTERS: Final = 1024 * 1024
ROW_SKIPPED: Final = b"\n"
"""A blank line: no event, but it keeps line numbers those of the table's rows."""


class MappingWrong(Exception):
    """The mapping cannot be used; the text names the file, the key and what to write."""


class Exclusion(BaseModel):
    """Rows whose column has one of these values are left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    values: frozenset[str]


class Mapping(BaseModel):
    """Which column of a table is what of an event."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: str
    type: str
    id: str
    time: str
    time_format: str | None = None
    zone: str = "UTC"
    data: dict[str, str]
    words: dict[str, dict[str, str]] = {}
    exclude: tuple[Exclusion, ...] = ()

    def columns(self, pointer: str) -> list[str]:
        """Give the columns that a JSON pointer into the event was made of."""
        _, _, field = pointer.partition("/data/")
        text = self.data.get(field, "") if field else getattr(self, pointer.removeprefix("/"), "")
        text = self.agency if pointer == "/source" else text
        return [name for _, name, _, _ in Formatter().parse(str(text)) if name]


def load_mapping(file: Path) -> Mapping:
    """Read a mapping; raises `MappingWrong` with every key that does not fit."""
    try:
        return Mapping.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingWrong(f"{file}: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise MappingWrong(f"{file}: {faults}") from None


def mapped_lines(rows: Iterable[dict[str, str]], mapping: Mapping) -> Iterator[bytes]:
    """Turn rows into lines of CloudEvents, numbered as the table's rows: its head is the first, blank here.

    An excluded or empty row is a blank line too. Raises `MappingWrong` for an unknown column.
    """
    yield ROW_SKIPPED
    for row in rows:
        if not any(row.values()) or any(row.get(rule.column) in rule.values for rule in mapping.exclude):
            yield ROW_SKIPPED
            continue
        try:
            yield orjson.dumps(_event(_worded(row, mapping), mapping))
        except KeyError as error:
            raise MappingWrong(f"表中没有列 {error} / the table has no column {error}") from None


def table_rows(file: Path) -> Iterator[dict[str, str]]:
    """Read a table with a head row, `.xlsx` (its first sheet) or CSV; raises `MappingWrong` when it is neither."""
    return xlsx_rows(file) if file.suffix.lower() == ".xlsx" else csv_rows(file)


def csv_rows(file: Path) -> Iterator[dict[str, str]]:
    """Read a CSV table, UTF-8 with or without byte order mark, or GB 18030 as spreadsheets write it in China."""
    with file.open(encoding=_encoding(file), errors="replace", newline="") as text:
        rows = csv.reader(text)
        names = next(rows, [])
        for row in rows:
            yield dict(zip_longest(names, row[: len(names)], fillvalue=""))


def _encoding(file: Path) -> str:
    with file.open(encoding="utf-8-sig") as text:
        try:
            while text.read(PIECE_CHARACTERS):
                pass
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig"


def xlsx_rows(file: Path) -> Iterator[dict[str, str]]:
    """Read the first sheet of a workbook; a cell is the text a person sees, a date in ISO 8601."""
    # Reading spreadsheets takes long to load and few commands need it: not every start of a worker waits for it.
    from openpyxl import load_workbook  # noqa: PLC0415 - as said above
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as said above

    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError) as error:
        raise MappingWrong(f"{file}: 不是 XLSX 文件 / no XLSX file: {error}") from None
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        names = [_cell(value) for value in next(rows, ())]
        for row in rows:
            yield {name: _cell(value) for name, value in zip(names, row, strict=False) if name}
    finally:
        book.close()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value).strip()


def _worded(row: dict[str, str], mapping: Mapping) -> dict[str, str]:
    replaced = {column: words[row[column]] for column, words in mapping.words.items() if row[column] in words}
    return {**row, **replaced}


def _event(row: dict[str, str], mapping: Mapping) -> dict[str, Any]:
    data = {name: text.format_map(row) for name, text in mapping.data.items()}
    return {
        "specversion": "1.0",
        "id": mapping.id.format_map(row),
        "source": f"urn:linkage:agency:{mapping.agency.format_map(row)}",
        "type": mapping.type,
        "time": _time(mapping.time.format_map(row), mapping),
        "data": {name: _typed(name, value, mapping) for name, value in data.items() if value},
    }


def _typed(name: str, text: str, mapping: Mapping) -> object:
    """Give the JSON value a field wants; a text that is none goes on as it is and is refused with its pointer."""
    if name == "severity" and text.isdecimal():
        return int(text)
    if name == "repeat":
        return YES.get(text.lower(), text)
    return _time(text, mapping) if name in TIMES else text


def _time(text: str, mapping: Mapping) -> str:
    """Give RFC 3339; a text that is no time in the format goes on as it is and is refused with its pointer."""
    try:
        if mapping.time_format is not None:
            at = datetime.strptime(text, mapping.time_format)  # noqa: DTZ007 - the zone is given next
        else:
            at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(mapping.zone)).isoformat()
