"""Do the names told in a report set issues apart: real complaints about rivers, each with the river a person noted."""

from __future__ import annotations

import csv
import re
from itertools import combinations
from pathlib import Path
from typing import Final, NamedTuple

from hub.core._alike import names, same_name

FILE: Final = "fuzhou/cases.csv"
SUMMARY_CHARS: Final = 200
END: Final = re.compile("(二支|支)?[河溪港]$")
WATERS: Final = frozenset("河江溪湖港渠涌")
NO_RIVER: Final = frozenset({"", "河流"})


class Issues(NamedTuple):
    """Reports that tell their river's name; found by it; pairs of one river and of two that share a name."""

    reports: int
    told: int
    found: float
    one_river: float
    two_rivers: float


def issues(data: Path) -> Issues:
    """Find the names in the first two hundred characters of each complaint."""
    with (data / FILE).open(encoding="utf-8", newline="") as text:
        rows = [
            row for row in csv.DictReader(text) if row["river"] not in NO_RIVER and " " not in row["river"]
        ]
    cases = [(END.sub("", row["river"]), f"{row['title']}。{row['body']}"[:SUMMARY_CHARS]) for row in rows]
    told = [(river, names(text)) for river, text in cases if river in text]
    found = sum(
        any(name.end in WATERS and name.stem.endswith(river) for name in named) for river, named in told
    )
    counts = {True: [0, 0], False: [0, 0]}
    for (river, mine), (other, theirs) in combinations(told, 2):
        of_kind = counts[river == other]
        of_kind[0] += 1
        of_kind[1] += any(same_name(my, their) for my in mine for their in theirs)
    (one, one_shared), (two, two_shared) = counts[True], counts[False]
    return Issues(len(cases), len(told), found / len(told), one_shared / one, two_shared / two)
