"""Run the detection benchmark on the data that `HUB_EVAL_DATA` names; the long form writes `docs/detection.md`."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

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

P = ParamSpec("P")
T = TypeVar("T")
PAGE: Final = Path(__file__).parents[2] / "docs" / "detection.md"
LONG: Final = Size(backgrounds=2, plants=300, anchors=True)
NESTED: Final = LONG._replace(anchors=False)
SHORT: Final = Size(backgrounds=1, plants=80, anchors=False)
SECOND_HALF: Final = {"Boston": date(2015, 7, 1), "Chicago": date(2013, 1, 1)}
YEARS: Final = ((2011, 2012), (2013, 2014))


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
    with ProcessPoolExecutor() as pool:
        missed = _measure(pool, folder, short=short)
    if missed:
        sys.exit("\n".join(missed))


def _measure(pool: Executor, folder: Path, *, short: bool) -> list[str]:
    """Measure all parts side by side, print the page, and give what was missed."""
    size, draws, number = (SHORT, 1, 40) if short else (LONG, 3, 100)
    towns = [boston_by_neighbourhood(folder), chicago(folder)]
    more = [] if short else [(boston_by_precinct(folder), LONG), (boston_nested(folder), NESTED)]
    scans = [_begin(pool, figures, town, size) for town, size in [*more, *((town, size) for town in towns)]]
    weeks = _begin(pool, weekly, 1, beside=not short)
    seas = [_begin(pool, waves, town, draws, number, anchors=not short) for town in towns]
    afters = [] if short else [_begin(pool, aftermath, town, 100) for town in towns]
    twice = [_begin(pool, duplicates, folder, years) for years in YEARS]
    keys = {"Boston": boston_keys(folder), "Chicago": chicago_keys(folder)}
    back = [stubborn(name, spells, SECOND_HALF[name].toordinal()) for name, spells in keys.items()]
    again = [planted_keys(name, spells, times) for name, spells in keys.items() for times in PLANTED_TIMES]
    named = issues(folder) if (folder / "fuzhou").is_dir() else None
    shown = [scan.result() for scan in scans]
    shown = [*shown[len(more) :], *shown[: len(more)]]
    cities, series, pairs = [sea.result() for sea in seas], weeks.result(), [one.result() for one in twice]
    further = [*city_part(cities, series), *after_part([after.result() for after in afters])]
    written = page(shown, size, [*further, *repeats_part(back, again, pairs, named)])
    if not short:
        PAGE.write_text(written, encoding="utf-8")
    print(written)
    return [
        *missed_by_scan(shown),
        *missed_by_season(cities, series),
        *missed_by_repeats(back, again, pairs),
    ]


def _begin(pool: Executor, measure: Callable[P, T], *given: P.args, **named: P.kwargs) -> Future[T]:
    """Begin a measurement in a process of its own; say when it is done."""
    began = time.monotonic()
    running = pool.submit(measure, *given, **named)
    name = " ".join([measure.__name__, *(one.name for one in given if isinstance(one, Town))])
    running.add_done_callback(
        lambda _: print(f"{name}: done after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    )
    return running


if __name__ == "__main__":
    main()
