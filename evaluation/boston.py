"""Boston's service requests of 2015 as a jurisdiction and a file of events, made from the data alone.

City > neighbourhood > ward > precinct; subject > reason > type; departments as agencies. Codes are our own.
Traps of the data: a precinct is spelt "0306" or "306.0", a ward "Ward 3", "03" or "3"; both may be absent.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

Row = dict[str, str]
Rows = list[Row]

FILE: Final = "boston/boston311_2015_partial.csv.gz"
ZONE: Final = ZoneInfo("America/New_York")
CITY: Final = "BOS"
DIGITS: Final = re.compile(r"\d+")
NOT_IN_IDS: Final = re.compile(r"[^a-z0-9]+")
STAFF: Final = ("Employee Generated", "City Worker App")
"""Sources that are batches of the city's own staff, not reports."""

CHANNELS: Final = {
    "Constituent Call": "hotline",
    "Citizens Connect App": "online",
    "Self Service": "online",
    "Twitter": "online",
    "Maximo Integration": "other",
}


def read_rows(data: Path) -> Rows:
    """Read the requests in the order they were opened."""
    with gzip.open(data / FILE, "rt", encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    return sorted(rows, key=lambda row: (row["OPEN_DT"], row["CASE_ENQUIRY_ID"]))


class City:
    """The tables of one Boston; `prefix` sets the codes and ids of one copy apart from another's."""

    def __init__(self, rows: Rows, prefix: str = "") -> None:
        self._root = f"{prefix}{CITY}"
        self._prefix = prefix.lower()
        self.rows = rows
        self._ward_of = _majority((_number(row["precinct"]), _number(row["ward"])) for row in rows)
        wards = {_number(row["ward"]) for row in rows} | set(self._ward_of.values())
        self._area_of = _majority((_number(row["ward"]), row["neighborhood"]) for row in rows)
        self._wards = sorted(ward for ward in wards if ward and self._area_of.get(ward))
        self._areas = sorted({row["neighborhood"] for row in rows if row["neighborhood"]})
        self._kinds = sorted({(row["SUBJECT"], row["REASON"], row["TYPE"]) for row in rows})
        self._codes = _coded(self._kinds)

    def write_tables(self, folder: Path) -> None:
        """Write the three tables that `hub init` takes."""
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "gazetteer.csv", ("code", "name", "level", "parent_code"), self._places())
        columns = ("code", "level", "parent_code", "name_zh", "name_en", "restricted")
        _write(folder / "taxonomy.csv", columns, self._categories())
        agencies = sorted({row["Department"] for row in self.rows})
        _write(
            folder / "agencies.csv",
            ("id", "name_zh", "name_en", "territory"),
            [(self.agency(name), name, name, self._root) for name in agencies],
        )

    def agency(self, department: str) -> str:
        """Give the agency id of a department."""
        return self._prefix + NOT_IN_IDS.sub("-", department.lower()).strip("-")

    def place(self, row: Row) -> str:
        """Give the finest known place: precinct, else ward, else neighbourhood, else the city."""
        precinct, ward = _number(row["precinct"]), _number(row["ward"])
        if self._ward_of.get(precinct) in self._wards:
            return f"{self._root}-P{precinct}"
        if ward in self._wards:
            return f"{self._root}-W{ward}"
        return self._area(row["neighborhood"]) if row["neighborhood"] else self._root

    def prepared(self) -> Iterable[Row]:
        """Give the columns that the mapping reads."""
        for row in self.rows:
            yield {
                "number": row["CASE_ENQUIRY_ID"],
                "opened": row["OPEN_DT"],
                "due": _rfc3339(row["TARGET_DT"]),
                "source": row["Source"],
                "agency": self.agency(row["Department"]),
                "place": self.place(row),
                "category": self._codes[row["SUBJECT"], row["REASON"], row["TYPE"]],
            }

    def _area(self, name: str) -> str:
        return f"{self._root}-N{self._areas.index(name) + 1:02}"

    def _places(self) -> list[Sequence[str]]:
        places: list[Sequence[str]] = [(self._root, "Boston", "city", "")]
        places += [(self._area(name), name, "county", self._root) for name in self._areas]
        places += [
            (f"{self._root}-W{ward}", f"Ward {ward}", "township", self._area(self._area_of[ward]))
            for ward in self._wards
        ]
        places += [
            (f"{self._root}-P{precinct}", f"Precinct {precinct}", "village", f"{self._root}-W{ward}")
            for precinct, ward in sorted(self._ward_of.items())
            if ward in self._wards
        ]
        return places

    def _categories(self) -> list[Sequence[str]]:
        return [
            (code, str(len(path)), self._codes.get(path[:-1], ""), path[-1], path[-1], "")
            for path, code in self._codes.items()
        ]


MAPPING: Final = """\
agency = "{agency}"
type = "linkage.petition.received.v1"
id = "{number}"
time = "{opened}"
time_format = "%Y-%m-%d %H:%M:%S"
zone = "America/New_York"

[data]
matter_id = "{number}"
place = "{place}"
category = "{category}"
nature = "complaint"
channel = "{source}"
due_at = "{due}"
"""


def write_mapping(file: Path) -> None:
    """Write the mapping: channels by word, staff batches left out."""
    words = "\n".join(f'"{name}" = "{channel}"' for name, channel in CHANNELS.items())
    staff = ", ".join(f'"{name}"' for name in STAFF)
    file.write_text(
        f'{MAPPING}\n[words.source]\n{words}\n\n[[exclude]]\ncolumn = "source"\nvalues = [{staff}]\n',
        encoding="utf-8",
    )


def write_csv(file: Path, rows: Iterable[Row]) -> None:
    """Write the prepared rows as the table that `hub import` reads."""
    listed = list(rows)
    _write(file, tuple(listed[0]), [tuple(row.values()) for row in listed])


def _majority(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each key the value it most often stands with; empty ones say nothing."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for key, value in pairs:
        if key and value:
            counts[key][value] += 1
    return {key: max(sorted(count), key=count.__getitem__) for key, count in counts.items()}


def _number(text: str) -> str:
    """Read "0306", "306.0" and "Ward 3" alike, as digits without leading zeros."""
    found = DIGITS.search(text)
    return found[0].lstrip("0") if found else ""


def _coded(kinds: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    paths = sorted({kind[:depth] for kind in kinds for depth in (1, 2, 3)})
    letters = "SRT"
    return {path: f"{letters[len(path) - 1]}{number:03}" for number, path in enumerate(paths, 1)}


def _rfc3339(text: str) -> str:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).isoformat() if text else ""


def _write(file: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(columns)
        writer.writerows(rows)
