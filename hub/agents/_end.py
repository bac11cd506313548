"""Ending a worker at once: for lost ownership and broken invariants an exit is the answer, never a retry in place."""

from __future__ import annotations

import os
import sys
from typing import Final, NoReturn

from hub.logs import get_log

BROKEN: Final = 70
"""An invariant broke, or a batch could not be written (sysexits EX_SOFTWARE)."""

LOG_BROKEN: Final = 71
"""The log lacks records, was truncated or recreated: a person must look."""

STUCK: Final = 72
"""An agent, or the whole event loop, stands still with work in hand: only a new start is sound."""

OWNERSHIP_LOST: Final = 75
"""Another worker owns the shard; the supervisor starts this one again (sysexits EX_TEMPFAIL)."""


def end(status: int, error: BaseException) -> NoReturn:
    """Say why in one line and end the process without another write: not even Faust may commit an offset now."""
    get_log().error("worker ended", status=status, error=str(error), kind=type(error).__name__)
    sys.stderr.flush()
    os._exit(status)
