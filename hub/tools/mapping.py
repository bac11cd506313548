"""Mapping: rows of a CSV table become CloudEvents, by a TOML file that says which column is what.

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
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError


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
    """Turn rows into lines of CloudEvents, leaving excluded rows out; raises `MappingWrong` for an unknown column."""
    for row in rows:
        if any(row.get(rule.column) in rule.values for rule in mapping.exclude):
            continue
        try:
            yield orjson.dumps(_event(_worded(row, mapping), mapping))
        except KeyError as error:
            raise MappingWrong(f"表中没有列 {error} / the table has no column {error}") from None


def csv_rows(file: Path) -> Iterator[dict[str, str]]:
    """Read a CSV table with a head line, UTF-8 with or without byte order mark."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)


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
        "data": {name: value for name, value in data.items() if value},
    }


def _time(text: str, mapping: Mapping) -> str:
    """Give RFC 3339; a text that is no time in the format goes on as it is and is refused with its pointer."""
    if mapping.time_format is None:
        return text
    try:
        return datetime.strptime(text, mapping.time_format).replace(tzinfo=ZoneInfo(mapping.zone)).isoformat()
    except ValueError:
        return text
