"""A shelf for a long replay: matters and pairs that nothing at hand needs lie in a passing file until they are named.

The service finds them in its tables. A replay has none, and what a city reported for years is no live state.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from hub.model.state import State
from hub.schemas.commands import JudgePair
from hub.schemas.inbox import Message, Packed
from hub.store.rows import matter_of, pair_of
from hub.store.save import MATTERS_CACHED_MAX, let_go
from hub.store.shard import matters_named

MATTER: Final = "matter"
PAIR: Final = "pair"
_read: Final = msgspec.msgpack.Decoder(list[Any]).decode
_written: Final = msgspec.msgpack.Encoder().encode


def _passing_file() -> sqlite3.Connection:
    """Open a database of its own that SQLite deletes when it is closed (its documentation, "In-Memory Databases")."""
    sql = sqlite3.connect("", isolation_level=None)
    sql.execute("PRAGMA journal_mode = OFF")
    sql.execute("PRAGMA synchronous = OFF")
    sql.execute("CREATE TABLE kept (kind TEXT, key TEXT, fields BLOB, PRIMARY KEY (kind, key)) WITHOUT ROWID")
    return sql


@dataclass(slots=True)
class Shelf:
    """What was put away, each as it was last left; at most `at_hand_max` matters stay in the state.

    `unwritten` are the matters at hand that changed since they were last put away.
    """

    at_hand_max: int = MATTERS_CACHED_MAX
    sql: sqlite3.Connection = field(default_factory=_passing_file)
    unwritten: set[str] = field(default_factory=set)
    holds_matters: bool = False

    def fetch(self, state: State, message: Message) -> None:
        """Bring what a message names back into the state."""
        if isinstance(message, Packed):
            self._fetch_matters(state, matters_named(state, message.items))
        elif isinstance(message, JudgePair):
            for fields in self._found(PAIR, [message.pair_id]):
                pair = pair_of(fields)
                state.pairs.setdefault(pair.id, pair)
                self._fetch_matters(state, [pair.first, pair.second])

    def settle(self, state: State) -> None:
        """After a message: let go of what no later decision asks for, and put matters away when there are too many."""
        self.unwritten |= state.changed.matters
        self._put(PAIR, ((key, state.pairs[key]) for key in sorted(state.changed.pairs)))
        let_go(state)
        if len(state.matters) > self.at_hand_max:
            self._put(MATTER, ((key, astuple(state.matters[key])) for key in sorted(self.unwritten)))
            self.unwritten.clear()
            state.matters.clear()
            self.holds_matters = True

    def close(self) -> None:
        """Throw the shelf away."""
        self.sql.close()

    def _fetch_matters(self, state: State, keys: Iterable[str]) -> None:
        if self.holds_matters:
            missing = [key for key in keys if key not in state.matters]
            for fields in self._found(MATTER, missing):
                matter = matter_of(fields)
                state.matters[matter.key] = matter

    def _found(self, kind: str, keys: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        query = "SELECT fields FROM kept WHERE kind = ? AND key = ?"
        for key in keys:
            row = self.sql.execute(query, (kind, key)).fetchone()
            if row is not None:
                yield tuple(_read(row[0]))

    def _put(self, kind: str, rows: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
        self.sql.executemany(
            "INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", ((kind, key, _written(row)) for key, row in rows)
        )
