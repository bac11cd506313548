"""Rescore: work out every closed period's scores anew, from the log alone."""

from __future__ import annotations

from collections.abc import Iterable

from hub.core._fold import fold
from hub.core._posts import Told
from hub.model.assessment import ScoreRow
from hub.model.state import Changed, empty_state
from hub.policies.models import Policy
from hub.schemas.inbox import ClockStarted
from hub.tools.history import History
from hub.tools.replay import NO_TIME


def rescore(policy: Policy, lines: Iterable[bytes], now_ms: int) -> list[ScoreRow]:
    """Give the scores of every period that closes on the way through a log, as `hub events export` writes it."""
    state = empty_state(policy)
    history = History(policy, now_ms, keeps_bodies=False)
    rows: list[ScoreRow] = []
    for message in history.messages(lines):
        fold(state, policy, message, NO_TIME, Told())
        rows += state.changed.scores
        state.changed = Changed()
    if history.reached_ms:
        fold(state, policy, ClockStarted(jurisdiction=policy.jurisdiction), history.reached_ms, Told())
        rows += state.changed.scores
    return rows
