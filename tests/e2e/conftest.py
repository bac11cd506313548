"""A broker for each end-to-end test: the hub's topics have one name each, so hubs do not share one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.tools.broker import Broker, find_free_port, start_broker


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    """Real Kafka node for this test alone."""
    node = start_broker(tmp_path / "broker", find_free_port())
    yield node
    node.kill()
