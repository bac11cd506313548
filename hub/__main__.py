"""The one command: `hub`, or `python -m hub`."""

from __future__ import annotations

import gc
from typing import Final

from hub.cli.main import run

GC_THRESHOLDS: Final = (50_000, 50, 1000)
"""Python's collector, walking live state after every few hundred objects, was half the cost of an event
(decisions/0001)."""


def main() -> None:
    """Run the command line."""
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    run()


if __name__ == "__main__":
    main()
