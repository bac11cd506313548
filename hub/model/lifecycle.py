"""The phases of problems and tasks, and every move between them, in one table each (semantics.md, lifecycle)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from hub.schemas.reasons import DecisionKind as Kind


class Phase(StrEnum):
    """Where a problem stands: 疑似 确认 处置中 挂账 观察期 销号; 误判 and 合并 are ends of their own."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    TREATING = "treating"
    LEDGERED = "ledgered"
    SETTLED = "settled"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    MERGED = "merged"


class TaskPhase(StrEnum):
    """Where a task stands: 待签收 办理中 挂账 待核验 已核验; 退回 裁定中; 豁免 and 转出 are ends without work."""

    CUT = "cut"
    ACCEPTED = "accepted"
    LEDGERED = "ledgered"
    DONE = "done"
    VERIFIED = "verified"
    RETURNED = "returned"
    DISPUTED = "disputed"
    WAIVED = "waived"
    PASSED = "passed"


HELD: Final = (Phase.CONFIRMED, Phase.TREATING)
"""Somebody holds the problem and its clocks run."""

OPEN: Final = (Phase.SUSPECTED, *HELD, Phase.LEDGERED, Phase.SETTLED)
"""The problem claims its cell."""

MOVES: Final[dict[tuple[Phase, Kind], Phase]] = {
    (Phase.SUSPECTED, Kind.PROBLEM_REINFORCED): Phase.SUSPECTED,
    (Phase.SUSPECTED, Kind.PROBLEM_CONFIRMED): Phase.CONFIRMED,
    **{(phase, Kind.PROBLEM_REINFORCED): phase for phase in (*HELD, Phase.LEDGERED, Phase.SETTLED)},
    **{(phase, Kind.TIER_RAISED): phase for phase in HELD},
    **{(phase, Kind.TIER_LOWERED): phase for phase in HELD},
    **{(phase, Kind.LEAD_NAMED): phase for phase in HELD},
    **{(phase, Kind.TASK_CUT): Phase.TREATING for phase in HELD},
    (Phase.TREATING, Kind.LEDGERED): Phase.LEDGERED,
    (Phase.LEDGERED, Kind.TIER_RAISED): Phase.TREATING,
    (Phase.LEDGERED, Kind.NUDGED): Phase.TREATING,
    **{(phase, Kind.PROBLEM_SETTLED): Phase.SETTLED for phase in (*HELD, Phase.LEDGERED)},
    (Phase.SETTLED, Kind.PROBLEM_REBOUNDED): Phase.CONFIRMED,
    (Phase.SETTLED, Kind.PROBLEM_CLOSED): Phase.CLOSED,
    **{(phase, Kind.PROBLEM_DISMISSED): Phase.DISMISSED for phase in OPEN},
    **{(phase, Kind.PROBLEM_MERGED): Phase.MERGED for phase in OPEN},
    **{(phase, Kind.PROBLEM_SPLIT): phase for phase in OPEN},
    **{(phase, Kind.LABEL_ADDED): phase for phase in OPEN},
    **{(phase, Kind.LABEL_REMOVED): phase for phase in OPEN},
}
"""What may happen to a problem; a pair that is not here is not allowed."""

AT_WORK: Final = (
    TaskPhase.CUT,
    TaskPhase.ACCEPTED,
    TaskPhase.LEDGERED,
    TaskPhase.RETURNED,
    TaskPhase.DISPUTED,
)
"""The agency, or the centre for it, still owes something; the gate of the round stays shut."""

TASK_MOVES: Final[dict[tuple[TaskPhase, Kind], TaskPhase]] = {
    (TaskPhase.CUT, Kind.TASK_ACCEPTED): TaskPhase.ACCEPTED,
    (TaskPhase.CUT, Kind.TASK_RETURNED): TaskPhase.RETURNED,
    (TaskPhase.ACCEPTED, Kind.TASK_RETURNED): TaskPhase.RETURNED,
    (TaskPhase.RETURNED, Kind.ARBITRATION_OPENED): TaskPhase.DISPUTED,
    (TaskPhase.DISPUTED, Kind.ARBITRATION_RULED): TaskPhase.PASSED,
    (TaskPhase.RETURNED, Kind.TASK_CUT): TaskPhase.PASSED,
    (TaskPhase.CUT, Kind.TASK_DONE): TaskPhase.DONE,
    (TaskPhase.ACCEPTED, Kind.TASK_DONE): TaskPhase.DONE,
    (TaskPhase.LEDGERED, Kind.TASK_DONE): TaskPhase.DONE,
    (TaskPhase.CUT, Kind.EXTENSION_GRANTED): TaskPhase.CUT,
    (TaskPhase.ACCEPTED, Kind.EXTENSION_GRANTED): TaskPhase.ACCEPTED,
    (TaskPhase.ACCEPTED, Kind.LEDGERED): TaskPhase.LEDGERED,
    (TaskPhase.CUT, Kind.LEDGERED): TaskPhase.LEDGERED,
    (TaskPhase.LEDGERED, Kind.NUDGED): TaskPhase.ACCEPTED,
    (TaskPhase.DONE, Kind.TASK_VERIFIED): TaskPhase.VERIFIED,
    (TaskPhase.DONE, Kind.TASK_REOPENED): TaskPhase.ACCEPTED,
    **{(phase, Kind.TASK_WAIVED): TaskPhase.WAIVED for phase in AT_WORK},
}
"""What may happen to a task by itself; with its round it ends as waived (settled, dismissed) or passed (raised)."""


class MoveRefused(Exception):
    """The lifecycle has no such move from this phase."""


def after(phase: Phase, move: Kind) -> Phase:
    """Give a problem's phase after a move; raises `MoveRefused` for a pair outside the table."""
    try:
        return MOVES[phase, move]
    except KeyError:
        raise MoveRefused(f"{move} is not allowed from {phase}") from None


def task_after(phase: TaskPhase, move: Kind) -> TaskPhase:
    """Give a task's phase after a move; raises `MoveRefused` for a pair outside the table."""
    try:
        return TASK_MOVES[phase, move]
    except KeyError:
        raise MoveRefused(f"{move} is not allowed of a task that is {phase}") from None


def is_open(phase: Phase) -> bool:
    """Whether a problem still claims its cell."""
    return phase in OPEN
