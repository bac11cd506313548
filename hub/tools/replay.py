"""Replay: the same core on a file of events; no broker, no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import chain
from tempfile import TemporaryDirectory

from hub.core._fold import fold
from hub.core._posts import Entry, Told
from hub.core._speech import Fields, line_of, why
from hub.model.decision import Decision
from hub.model.state import empty_state
from hub.policies.models import Policy
from hub.schemas.commands import AdoptPolicy
from hub.schemas.inbox import POSITIONS_PER_OFFSET, ClockStarted, encode_message
from hub.store.database import open_database, upgrade
from hub.store.dialect import writer
from hub.store.shard import InboxRecord, acquire, take
from hub.store.versions import PolicyAway, away
from hub.tools.history import History
from hub.tools.shelf import Shelf

NO_TIME = 0
"""A backfill's messages bring their own time; when they were appended does not matter."""


def replay(policy: Policy, lines: Iterable[bytes], now_ms: int) -> Iterator[Told]:
    """Fold a file of events; yields what each packed record of up to 500 events made.

    Raises `PolicyAway` where another version was adopted.
    """
    state = empty_state(policy)
    history = History(policy, now_ms, keeps_bodies=False)
    with closing(Shelf()) as shelf:
        for message in history.messages(lines):
            if isinstance(message, AdoptPolicy):
                raise PolicyAway(away(policy.jurisdiction, message.version))
            told = Told()
            shelf.fetch(state, message)
            fold(state, policy, message, NO_TIME, told)
            shelf.settle(state)
            yield told
    if history.reached_ms:
        told = Told()
        fold(state, policy, ClockStarted(jurisdiction=policy.jurisdiction), history.reached_ms, told)
        yield told


def replay_adopting(
    policy: Policy, versions: Mapping[str, Policy], lines: Iterable[bytes], now_ms: int
) -> Iterator[Told]:
    """Fold a file in which other versions are adopted, as a worker does: through rows, here of a passing database.

    Raises `PolicyAway` where a version was adopted that is not among `versions`.
    """
    history = History(policy, now_ms, keeps_bodies=False)
    with TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{folder}/replay.db")
        upgrade(engine)
        sql = writer(engine)
        code = policy.jurisdiction
        shard = acquire(sql, 0, "replay", {code: policy}, {code: versions})
        for message in chain(history.messages(lines), _end(history)):
            if isinstance(message, AdoptPolicy) and message.version not in shard.states[code].versions:
                raise PolicyAway(away(code, message.version))
            at_ms = history.reached_ms if isinstance(message, ClockStarted) else NO_TIME
            for taken in take(shard, sql, [InboxRecord(shard.next_offset, at_ms, encode_message(message))]):
                yield from (one.told for one in taken.folded)
        sql.close()
        engine.dispose()


def _end(history: History) -> Iterator[ClockStarted]:
    """Say how far the clock had come at the file's end, which is known once the file is read."""
    if history.reached_ms:
        yield ClockStarted(jurisdiction=history.policy.jurisdiction)


def decision_lines(policy: Policy, told: Told) -> Iterator[Fields]:
    """Give the decision lines of what was told, in order."""
    return (line_of(said, policy) for said in told.posts if isinstance(said, Decision))


def outcome_line(entry: Entry, lang: str) -> Fields:
    """Give the outcome of one event: its line in the file, and why it was not taken, if it was not."""
    fields: Fields = {
        "line": entry.item.position // POSITIONS_PER_OFFSET,
        "id": entry.item.id,
        "outcome": entry.outcome,
    }
    reasons = why(entry)
    if reasons:
        fields |= {
            "code": reasons["code"],
            "pointer": reasons["pointer"],
            "message": reasons[f"message_{lang}"],
        }
    return fields
