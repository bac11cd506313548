"""What one matter, task or watch adds to the figures: a mark each, dated at the moment that decides its period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from hub.model.lifecycle import TaskPhase
from hub.model.matter import Matter, Standing
from hub.model.task import Role, Task
from hub.schemas.figures import Figure

INCIDENT: Final = "linkage.incident.reported.v1"
DISPUTE: Final = "linkage.dispute.registered.v1"
AGREED: Final = frozenset({"agreement", "oral_agreement", "partial", "performed"})
PLEASED: Final = frozenset({"satisfied", "basically_satisfied"})
RATED: Final = PLEASED | {"dissatisfied"}
GONE: Final = (TaskPhase.RETURNED, TaskPhase.DISPUTED, TaskPhase.PASSED, TaskPhase.WAIVED)


class Mark(Struct, frozen=True, gc=False):
    """One thing that counts in a figure, or is left out of it (`counts` false); `met` is what the figure asks.

    A limit that ends at midnight ends the day before: its mark is dated a millisecond before the due moment.
    """

    figure: Figure
    at_ms: int
    met: bool
    counts: bool = True


def matter_marks(matter: Matter) -> Iterator[Mark]:
    """Give the marks of a matter as it stands; see `hub.schemas.figures` for what each figure counts."""
    counts = matter.standing is not Standing.WITHDRAWN
    yield from _time_marks(matter, counts)
    diverted = matter.word == "diverted"
    if matter.word:
        yield Mark(Figure.SOLVED, matter.word_ms, matter.word == "resolved", counts and not diverted)
    if matter.closed_ms:
        rated = matter.satisfaction in RATED
        yield Mark(Figure.RATED, matter.closed_ms, rated, counts and not diverted)
        pleased = matter.satisfaction in PLEASED
        yield Mark(Figure.SATISFIED, matter.closed_ms, pleased, counts and rated and not diverted)
    ended_ms = matter.closed_ms or (matter.redone and (matter.reopened_ms or matter.word_ms))
    if ended_ms:
        yield Mark(Figure.REDONE, ended_ms, bool(matter.redone), counts)
    if matter.type == INCIDENT:
        yield Mark(Figure.HANDED_OVER, matter.received_ms, diverted, counts)
    elif matter.type == DISPUTE:
        yield from _mediation_marks(matter, counts)


def _time_marks(matter: Matter, counts: bool) -> Iterator[Mark]:  # noqa: FBT001 - a word beside a name, not a switch
    if matter.close_due_ms:
        yield closing_mark(matter)
    if matter.accept_due_ms:
        accepted_ms = matter.accepted_ms or matter.closed_ms
        met = 0 < accepted_ms < matter.accept_due_ms
        yield Mark(Figure.ACCEPTED_IN_TIME, matter.accept_due_ms - 1, met, counts)
    if matter.pass_due_ms:
        passed_ms = matter.passed_ms or matter.closed_ms
        met = 0 < passed_ms < matter.pass_due_ms
        yield Mark(Figure.PASSED_IN_TIME, matter.pass_due_ms - 1, met, counts)
    if matter.report_due_ms:
        met = matter.received_ms < matter.report_due_ms
        # It is late when it comes, and not before: then it counts.
        at_ms = max(matter.report_due_ms - 1, matter.received_ms)
        yield Mark(Figure.REPORTED_IN_TIME, at_ms, met, counts)


def closing_mark(matter: Matter) -> Mark:
    """Give the mark of a matter that is to be closed by a time."""
    met = 0 < matter.closed_ms < matter.close_due_ms
    counts = matter.standing is not Standing.WITHDRAWN
    return Mark(Figure.CLOSED_IN_TIME, matter.close_due_ms - 1, met, counts)


def _mediation_marks(matter: Matter, counts: bool) -> Iterator[Mark]:  # noqa: FBT001 - as above
    ended = matter.result == "terminated"
    agreed = matter.word == "resolved" and not ended
    yield Mark(Figure.DEFUSED, matter.received_ms, agreed, counts)
    if matter.word:
        counts = counts and (matter.word != "diverted" or ended)
        yield Mark(Figure.MEDIATED, matter.word_ms, agreed, counts)
        yield Mark(Figure.MEDIATED_HEARD, matter.word_ms, agreed, counts and not ended)
    if agreed and matter.result in AGREED:
        yield Mark(Figure.PERFORMED, matter.word_ms, matter.result == "performed", counts)


def task_marks(task: Task) -> Iterator[Mark]:
    """Give the marks of a task as it stands; a task that left its agency before its time ran out is left out.

    Who is in copy is asked for nothing, and so has none.
    """
    if task.role is Role.COPY:
        return
    yield Mark(Figure.RETURNED, task.cut_ms, task.returned_ms is not None)
    yield Mark(Figure.TASK_REDONE, task.cut_ms, task.redone > 0)
    if task.accept_due_ms is not None:
        signed = task.accepted_ms is not None and task.accepted_ms < task.accept_due_ms
        counts = signed or task.accepted_ms is not None or not _left_before(task, task.accept_due_ms)
        yield Mark(Figure.SIGNED_IN_TIME, task.accept_due_ms - 1, signed, counts)
    if task.due_ms is not None:
        done = task.done_ms is not None and task.done_ms < task.due_ms
        paused = task.phase is TaskPhase.LEDGERED
        counts = not paused and not _left_before(task, task.due_ms)
        yield Mark(Figure.DONE_IN_TIME, task.due_ms - 1, done, counts)


def _left_before(task: Task, due_ms: int) -> bool:
    return task.phase in GONE and task.ended_ms is not None and task.ended_ms < due_ms


def watch_mark(at_ms: int, *, rebounded: bool) -> Mark:
    """Give the mark of a watch that ended."""
    return Mark(Figure.REBOUNDED, at_ms, rebounded)
