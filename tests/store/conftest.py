"""One database for a test, on either system: the same tests hold for both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.store.shards import a_database, migrated


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database with its schema, once SQLite and once PostgreSQL."""
    made = (
        a_database(tmp_path) if request.param == "sqlite" else migrated(request.getfixturevalue("postgres"))
    )
    yield made
    made.dispose()
