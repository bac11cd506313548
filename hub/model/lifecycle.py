"""The phases of a problem and every move between them, in one table (semantics.md, lifecycle)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from hub.schemas.reasons import DecisionKind


class Phase(StrEnum):
    """Where a problem stands: 疑似, 处置中, 误判."""

    SUSPECTED = "suspected"
    TREATING = "treating"
    DISMISSED = "dismissed"


MOVES: Final[dict[tuple[Phase, DecisionKind], Phase]] = {
    (Phase.SUSPECTED, DecisionKind.PROBLEM_REINFORCED): Phase.SUSPECTED,
    (Phase.SUSPECTED, DecisionKind.PROBLEM_CONFIRMED): Phase.TREATING,
    (Phase.SUSPECTED, DecisionKind.PROBLEM_DISMISSED): Phase.DISMISSED,
    (Phase.TREATING, DecisionKind.PROBLEM_REINFORCED): Phase.TREATING,
    (Phase.TREATING, DecisionKind.TIER_RAISED): Phase.TREATING,
    (Phase.TREATING, DecisionKind.PROBLEM_DISMISSED): Phase.DISMISSED,
}
"""What may happen to a problem; a pair that is not here is not allowed."""


class MoveRefused(Exception):
    """The lifecycle has no such move from this phase."""


def after(phase: Phase, move: DecisionKind) -> Phase:
    """Give the phase after a move; raises `MoveRefused` for a pair outside the table."""
    try:
        return MOVES[phase, move]
    except KeyError:
        raise MoveRefused(f"{move} is not allowed from {phase}") from None


def is_open(phase: Phase) -> bool:
    """Whether a problem still claims its cell."""
    return phase is not Phase.DISMISSED
