"""A quixstreams application that counts events by key in its state store; prints when it began and ended.

Usage: quix_count.py BROKER TOPIC EVENTS
Its documented defaults stand, which are its fast ones: JSON by orjson, RocksDB with changelog topics, a
checkpoint every 5 s, at-least-once. Logging is off.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from typing import Any

from quixstreams import Application, State

BROKER, TOPIC, EVENTS = sys.argv[1:]


class Count:
    """Counts every event of a key in its state, and all of them in memory; ends after the last."""

    def __init__(self, events: int) -> None:
        """Expect so many events."""
        self._events = events
        self._seen = 0
        self._begun = 0.0

    def __call__(self, _value: dict[str, Any], state: State[Any, Any]) -> None:
        """Count one event."""
        if not self._seen:
            self._begun = time.time()
        state.set("count", state.get("count", 0) + 1)
        self._seen += 1
        if self._seen == self._events:
            said = {"begun": self._begun, "ended": time.time(), "counted": self._seen}
            print(json.dumps(said), flush=True)
            os._exit(0)


def main() -> None:
    """Run until all are counted."""
    app = Application(
        broker_address=BROKER,
        consumer_group="quix-count",
        auto_offset_reset="earliest",
        state_dir=tempfile.mkdtemp(prefix="quix-count-"),
        loglevel="ERROR",
    )
    frame = app.dataframe(app.topic(TOPIC, key_deserializer="str", value_deserializer="json"))
    frame.update(Count(int(EVENTS)), stateful=True)
    app.run()


if __name__ == "__main__":
    main()
