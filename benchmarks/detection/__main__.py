"""Run the detection benchmark on the data that `HUB_EVAL_DATA` names; the long form writes `docs/detection.md`."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from benchmarks.detection.figures import Figures, Size, figures
from benchmarks.detection.page import page
from benchmarks.detection.town import (
    Town,
    boston_by_neighbourhood,
    boston_by_precinct,
    boston_nested,
    chicago,
)

PAGE: Final = Path(__file__).parents[2] / "docs" / "detection.md"
LONG: Final = Size(backgrounds=3, plants=400, anchors=True)
NESTED: Final = LONG._replace(anchors=False)
SHORT: Final = Size(backgrounds=1, plants=100, anchors=False)


def main() -> None:
    """Measure, say how far it is, print the page."""
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
    if short:
        shown = [_measured(boston_by_neighbourhood(folder), SHORT), _measured(chicago(folder), SHORT)]
        print(page(shown, SHORT))
        return
    shown = [_measured(read(folder), LONG) for read in (boston_by_neighbourhood, boston_by_precinct, chicago)]
    shown.append(_measured(boston_nested(folder), NESTED))
    written = page(shown, LONG)
    PAGE.write_text(written, encoding="utf-8")
    print(written)


def _measured(town: Town, size: Size) -> Figures:
    began = time.monotonic()
    measured = figures(town, size)
    print(f"{town.name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return measured


if __name__ == "__main__":
    main()
