"""A worker's holdings: which partitions hold a city."""

from __future__ import annotations

from pathlib import Path

from hub.agents.linkage import hold
from hub.topology import shard_of
from tests.builders import CITY, POLICY
from tests.store.shards import a_database

OTHER_CITY = "980100000000"


def test_time_passes_where_a_city_lives_and_nowhere_else(tmp_path: Path) -> None:
    holdings = hold(a_database(tmp_path), {CITY: POLICY, OTHER_CITY: POLICY}, 64, "topic")

    assert holdings.peopled() == {shard_of(CITY, 64), shard_of(OTHER_CITY, 64)}
