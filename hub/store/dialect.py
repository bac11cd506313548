"""The few statements whose fast form differs between the databases: many rows in, many rows changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Protocol

import orjson
from sqlalchemy import BigInteger, Boolean, Engine, Integer, Table, Text

Row = tuple[Any, ...]

POSTGRES_TYPES: Final = {Text: "text", BigInteger: "bigint", Integer: "integer", Boolean: "boolean"}


class Writer(Protocol):
    """One open connection that writes a batch in one transaction."""

    def begin(self) -> None:
        """Start the transaction, taking the right to write."""

    def run(self, statement: str, parameters: Row = ()) -> int:
        """Run one statement with `?` parameters; gives the number of rows it touched."""

    def fetch(self, statement: str, parameters: Row = ()) -> list[Row]:
        """Run one query with `?` parameters; gives its rows."""

    def fetch_named(self, statement: str, parameters: Row, keys: list[str]) -> list[Row]:
        """Run one query that ends in a column's name, for the rows whose column is among `keys`."""

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add new rows, columns in the table's order."""

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add or replace rows by primary key, columns in the table's order."""

    def commit(self) -> None:
        """End the transaction."""

    def rollback(self) -> None:
        """Drop the transaction."""

    def close(self) -> None:
        """Give the connection back."""


def writer(engine: Engine) -> Writer:
    """Open a writer on its own connection."""
    connection = engine.raw_connection()
    return SqliteWriter(connection) if engine.dialect.name == "sqlite" else PostgresWriter(connection)


class SqliteWriter:
    """Writes with `executemany`, which SQLite runs without leaving C."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - the driver's own type
        self._connection = connection
        self._cursor = connection.cursor()

    def begin(self) -> None:
        """Start at once as a writer: a reader that turns writer can fail half-way."""
        self._cursor.execute("BEGIN IMMEDIATE")

    def run(self, statement: str, parameters: Row = ()) -> int:
        """Run one statement."""
        count: int = self._cursor.execute(statement, parameters).rowcount
        return count

    def fetch(self, statement: str, parameters: Row = ()) -> list[Row]:
        """Run one query."""
        rows: list[Row] = self._cursor.execute(statement, parameters).fetchall()
        return rows

    def fetch_named(self, statement: str, parameters: Row, keys: list[str]) -> list[Row]:
        """Run one query for the named rows, the names as one JSON parameter: SQLite has no arrays."""
        statement = f"{statement} IN (SELECT value FROM json_each(?))"
        return self.fetch(statement, (*parameters, orjson.dumps(keys).decode()))

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add new rows."""
        if rows:
            marks = ", ".join("?" * len(table.columns))
            self._cursor.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add or replace rows."""
        if rows:
            marks = ", ".join("?" * len(table.columns))
            statement = f"INSERT INTO {table.name} VALUES ({marks}) {_on_conflict(table)}"
            self._cursor.executemany(statement, rows)

    def commit(self) -> None:
        """End the transaction."""
        self._connection.commit()

    def rollback(self) -> None:
        """Drop the transaction."""
        self._connection.rollback()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


class PostgresWriter:
    """Writes with COPY and `unnest`: one round trip a table, whatever the number of rows."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - the driver's own type
        self._connection = connection
        self._cursor = connection.cursor()

    def begin(self) -> None:
        """Start the transaction; the shard's row, taken first, is the right to write."""
        self._connection.rollback()

    def run(self, statement: str, parameters: Row = ()) -> int:
        """Run one statement."""
        self._cursor.execute(statement.replace("?", "%s"), parameters)
        count: int = self._cursor.rowcount
        return count

    def fetch(self, statement: str, parameters: Row = ()) -> list[Row]:
        """Run one query."""
        self._cursor.execute(statement.replace("?", "%s"), parameters)
        rows: list[Row] = self._cursor.fetchall()
        return rows

    def fetch_named(self, statement: str, parameters: Row, keys: list[str]) -> list[Row]:
        """Run one query for the named rows, the names as one array."""
        return self.fetch(f"{statement} = ANY(?)", (*parameters, keys))

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add new rows by COPY."""
        if rows:
            with self._cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add or replace rows from one array a column."""
        if rows:
            statement = (
                f"INSERT INTO {table.name} SELECT * FROM unnest({_arrays(table)}) {_on_conflict(table)}"
            )
            self._cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])

    def commit(self) -> None:
        """End the transaction."""
        self._connection.commit()

    def rollback(self) -> None:
        """Drop the transaction."""
        self._connection.rollback()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


@cache
def _on_conflict(table: Table) -> str:
    keys = ", ".join(column.name for column in table.primary_key)
    others = [column.name for column in table.columns if not column.primary_key]
    assert others, "a table of keys alone has nothing to replace"
    changes = ", ".join(f"{name} = excluded.{name}" for name in others)
    return f"ON CONFLICT ({keys}) DO UPDATE SET {changes}"


@cache
def _arrays(table: Table) -> str:
    return ", ".join(f"%s::{POSTGRES_TYPES[type(column.type)]}[]" for column in table.columns)
