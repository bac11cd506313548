"""The private PostgreSQL: usable through SQLAlchemy, and a database of its own for each test."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text

pytestmark = pytest.mark.postgres


def ask(url: str, statement: str) -> list[object]:
    engine = create_engine(url)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        rows: list[object] = list(result.scalars()) if result.returns_rows else []
    engine.dispose()
    return rows


def test_the_database_is_a_supported_version_and_speaks_utf8(postgres: str) -> None:
    assert int(str(ask(postgres, "SELECT current_setting('server_version_num')")[0])) >= 150000
    assert ask(postgres, "SELECT '顽疾'") == ["顽疾"]


def test_a_fresh_database_is_empty_although_another_was_written(fresh_database: Callable[[], str]) -> None:
    first, second = fresh_database(), fresh_database()
    ask(first, "CREATE TABLE shard (next_offset bigint)")

    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"

    assert ask(first, tables) == ["shard"]
    assert ask(second, tables) == []
