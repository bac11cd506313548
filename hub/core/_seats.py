"""Who may ask what: the actors of the lifecycle and the places a seat holds, asked at a command's place in the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hub.core._said import Turn
from hub.model.ladder import place_above
from hub.model.lifecycle import is_open
from hub.model.problem import Problem
from hub.model.state import find_task
from hub.schemas.answers import CommandCode
from hub.schemas.commands import (
    AdoptPolicy,
    Command,
    JudgePair,
    MergeProblems,
    OnTask,
    ReplyTask,
    Seat,
    SettleProblem,
)

CENTRE: Final = frozenset({"desk", "duty", "leader", "admin"})
HEADS: Final = CENTRE - {"duty"}

ACTORS: Final = {
    "reply_task": (CENTRE - {"leader"}) | {"agency"},
    "settle_problem": HEADS,
    "adopt_policy": HEADS,
}
"""The roles of seats that may ask for a thing; all that is not here is the centre's (docs/lifecycle.md, actors)."""


def barred(turn: Turn, command: Command) -> CommandCode | None:
    """Give why a command may not be asked from its seat; None where it may, or where none is said."""
    seat = command.seat
    if seat is None:
        return None
    if seat.role not in ACTORS.get(command.kind, CENTRE):
        return CommandCode.NOT_THE_ACTOR
    if seat.role == "agency":
        # Whose the task is, the reply itself is asked: who names another agency answers for that one.
        own = isinstance(command, ReplyTask) and command.agency == seat.agency
        return None if own else CommandCode.NOT_THE_ACTOR
    return None if _reaches(turn, seat, command) else CommandCode.OUTSIDE_TERRITORY


def _reaches(turn: Turn, seat: Seat, command: Command) -> bool:
    """Whether all that a command is about lies where its seat may act; what nobody knows is refused as that."""
    if isinstance(command, AdoptPolicy):
        return seat.territory == turn.policy.jurisdiction
    if isinstance(command, JudgePair):
        pair = turn.state.pairs.get(command.pair_id)
        matters = () if pair is None else (turn.state.matters[pair.first], turn.state.matters[pair.second])
        return not matters or any(_holds(turn, seat, matter.place) for matter in matters)
    problems = list(_problems(turn, command))
    if isinstance(command, SettleProblem):
        return all(_holds(turn, seat, place_above(turn.policy, one) or one.held_at) for one in problems)
    return all(_holds(turn, seat, one.place) or _takes_part(turn, seat, one) for one in problems)


def _problems(turn: Turn, command: Command) -> Iterator[Problem]:
    numbers: tuple[str, ...]
    if isinstance(command, AdoptPolicy | JudgePair):
        return
    if isinstance(command, OnTask):
        task = find_task(turn.state, command.task_id)
        numbers = () if task is None else (task.problem_id,)
    else:
        others = command.others if isinstance(command, MergeProblems) else ()
        numbers = (command.problem_id, *others)
    for number in numbers:
        problem = turn.state.problems.get(number)
        # One that ended in this batch is not forgotten yet; what is asked of it must not hang on that.
        if problem is not None and is_open(problem.phase):
            yield problem


def _holds(turn: Turn, seat: Seat, place: str) -> bool:
    if seat.territory == turn.policy.jurisdiction:
        return True
    known = turn.policy.places.get(place)
    return known is not None and seat.territory in known.chain


def _takes_part(turn: Turn, seat: Seat, problem: Problem) -> bool:
    """Whether the agency of a seat leads a problem or ever had a part in it, as the console shows it to that seat."""
    if not seat.agency:
        return False
    tasks = turn.state.tasks.get(problem.id, {}).values()
    return problem.lead == seat.agency or any(task.agency == seat.agency for task in tasks)
