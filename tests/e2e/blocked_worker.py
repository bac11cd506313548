"""A real linkage worker whose agent blocks inside, for ever, once: while the file it is given is there.

Run as `python -m tests.e2e.blocked_worker FILE`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from hub.agents import linkage
from hub.app import run_linkage
from hub.settings import read_settings
from hub.store.dialect import Writer
from hub.store.shard import InboxRecord, Shard, Taken, take


def run(trap: Path) -> None:
    """Run the worker with the trap set in its way."""

    def blocked(shard: Shard, sql: Writer, records: Sequence[InboxRecord]) -> Iterator[Taken]:
        if trap.exists():
            trap.unlink()
            Event().wait()
        yield from take(shard, sql, records)

    linkage.take = blocked  # type: ignore[attr-defined]
    run_linkage(read_settings())


if __name__ == "__main__":
    run(Path(sys.argv[1]))
