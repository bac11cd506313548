"""Replay: the same core on a file of events; no broker, no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hub.core._fold import fold
from hub.core._posts import Entry, Told
from hub.core._speech import Fields, line_of, why
from hub.model.decision import Decision
from hub.model.state import empty_state
from hub.policies.models import Policy
from hub.schemas.inbox import POSITIONS_PER_OFFSET, ClockStarted
from hub.store.save import let_go
from hub.tools.history import History

NO_TIME = 0
"""A backfill's messages bring their own time; when they were appended does not matter."""


def replay(policy: Policy, lines: Iterable[bytes], now_ms: int) -> Iterator[Told]:
    """Fold a file of events; yields what each packed record of up to 500 events made."""
    state = empty_state(policy)
    history = History(policy, now_ms, keeps_bodies=False)
    for message in history.messages(lines):
        told = Told()
        fold(state, policy, message, NO_TIME, told)
        let_go(state)
        yield told
    if history.reached_ms:
        told = Told()
        fold(state, policy, ClockStarted(jurisdiction=policy.jurisdiction), history.reached_ms, told)
        yield told


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
