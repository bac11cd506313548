"""A stock Faust agent that counts events by key, in a table or a plain number; prints when it began and ended.

Usage: stock_faust.py BROKER TOPIC PARTITIONS EVENTS table|plain
Faust's defaults stand: JSON values, one message at a time, commits every 2.8 s. The table's store is
memory, the fastest it has; its changelog goes to the broker as always.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator

import faust
from faust.types import StreamT

BROKER, TOPIC, PARTITIONS, EVENTS, KIND = sys.argv[1:]

app = faust.App(
    f"stock-faust-{KIND}",
    broker=f"kafka://{BROKER}",
    store="memory://",
    datadir=tempfile.mkdtemp(prefix="stock-faust-"),
    topic_partitions=int(PARTITIONS),
    web_enabled=False,
)
source = app.topic(TOPIC, key_type=str, key_serializer="raw", value_serializer="json")
counts = app.Table("counts", default=int, partitions=int(PARTITIONS)) if KIND == "table" else None


@app.agent(source)
async def count(stream: StreamT[object]) -> AsyncIterator[None]:
    """Count every event once, then say so and leave."""
    seen, begun = 0, 0.0
    async for event in stream.events():
        if not seen:
            begun = time.time()
        if counts is not None:
            counts[event.key] += 1
        seen += 1
        if seen == int(EVENTS):
            finish(seen, begun)
        yield


def finish(seen: int, begun: float) -> None:
    """Print the two moments and what the table holds, and end."""
    ended = time.time()
    counted = sum(counts.values()) if counts is not None else seen
    said = json.dumps({"begun": begun, "ended": ended, "counted": counted})
    # Faust makes log lines of what is printed.
    os.write(1, f"\n{said}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    sys.argv[1:] = ["worker", "-l", "error"]
    app.main()
