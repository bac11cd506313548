"""Run the detection benchmark on the data that `HUB_EVAL_DATA` names; the long form writes `docs/detection.md`."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from benchmarks.detection.aftermath import aftermath
from benchmarks.detection.citywide import waves
from benchmarks.detection.figures import Size, figures
from benchmarks.detection.floors import missed_by_repeats, missed_by_scan, missed_by_season
from benchmarks.detection.issues import issues
from benchmarks.detection.noufaily import weekly
from benchmarks.detection.page import page
from benchmarks.detection.repeats import (
    PLANTED_TIMES,
    boston_keys,
    chicago_keys,
    duplicates,
    planted_keys,
    stubborn,
)
from benchmarks.detection.sections import after_part, city_part, repeats_part
from benchmarks.detection.town import (
    Town,
    boston_by_neighbourhood,
    boston_by_precinct,
    boston_nested,
    chicago,
)

T = TypeVar("T")
PAGE: Final = Path(__file__).parents[2] / "docs" / "detection.md"
LONG: Final = Size(backgrounds=3, plants=400, anchors=True)
NESTED: Final = LONG._replace(anchors=False)
SHORT: Final = Size(backgrounds=1, plants=80, anchors=False)
SECOND_HALF: Final = {"Boston": date(2015, 7, 1), "Chicago": date(2013, 1, 1)}
YEARS: Final = ((2011, 2012), (2013, 2014))

Part = tuple[list[str], list[str]]
"""Lines of the page, and what was missed."""


def main() -> None:
    """Measure, say how far it is, print the page; end with 1 where the least is not shown."""
    parser = ArgumentParser(prog="detection", description=__doc__)
    parser.add_argument(
        "--short", action="store_true", help="fewer plants, two towns, no anchors, no page written"
    )
    short = parser.parse_args().short
    folder = Path(os.environ.get("HUB_EVAL_DATA", ""))
    if not (folder / "boston").is_dir():
        sys.exit(
            "HUB_EVAL_DATA 须指向含 boston、chicago 的目录 / must name the folder that holds boston and chicago"
        )
    towns = [boston_by_neighbourhood(folder), chicago(folder)]
    further, missed = _further(folder, towns, short=short)
    size = SHORT if short else LONG
    shown = [_timed(town.name, partial(figures, town, size)) for town in towns]
    missed += missed_by_scan(shown)
    if not short:
        shown.append(_timed("precinct", lambda: figures(boston_by_precinct(folder), LONG)))
        shown.append(_timed("nested", lambda: figures(boston_nested(folder), NESTED)))
    written = page(shown, size, further)
    if not short:
        PAGE.write_text(written, encoding="utf-8")
    print(written)
    if missed:
        sys.exit("\n".join(missed))


def _further(folder: Path, towns: Sequence[Town], *, short: bool) -> Part:
    """Measure the city tier, what follows a burst, what comes back and what is told twice."""
    draws, number = (1, 40) if short else (3, 150)
    seas = [_timed(f"{t.name}, city", partial(waves, t, draws, number, anchors=not short)) for t in towns]
    weeks = _timed("weekly series", partial(weekly, 1 if short else 2, beside=not short))
    keys = {"Boston": boston_keys(folder), "Chicago": chicago_keys(folder)}
    back = [stubborn(name, spells, SECOND_HALF[name].toordinal()) for name, spells in keys.items()]
    again = [planted_keys(name, spells, times) for name, spells in keys.items() for times in PLANTED_TIMES]
    twice = _timed("duplicates", lambda: [duplicates(folder, years) for years in YEARS])
    named = issues(folder) if (folder / "fuzhou").is_dir() else None
    lines = [*city_part(seas, weeks)]
    if not short:
        lines += after_part([_timed(f"{t.name}, after", partial(aftermath, t, 100)) for t in towns])
    lines += repeats_part(back, again, twice, named)
    return lines, [*missed_by_season(seas, weeks), *missed_by_repeats(back, again, twice)]


def _timed(name: str, measure: Callable[[], T]) -> T:
    began = time.monotonic()
    measured = measure()
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return measured


if __name__ == "__main__":
    main()
