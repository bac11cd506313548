"""Whom the naive hub lets ask for what, and where: its own reading of who the actors are."""

from __future__ import annotations

from hub.schemas import commands as say
from tests.simulation.nouns import Book, Case, Refused
from tests.simulation.rounds import above


def require_seat(book: Book, command: say.Command) -> None:
    """Refuse what the seat of a command may not ask for; raises `Refused`. No seat was asked of old logs."""
    seat = command.seat
    if seat is None:
        return
    if seat.role == "monitor":
        raise Refused("NOT_THE_ACTOR")
    if seat.role == "agency":
        if not isinstance(command, say.ReplyTask) or command.agency != seat.agency:
            raise Refused("NOT_THE_ACTOR")
        return
    if seat.role == "duty" and isinstance(command, say.SettleProblem | say.AdoptPolicy):
        raise Refused("NOT_THE_ACTOR")
    if seat.role == "leader" and isinstance(command, say.ReplyTask):
        raise Refused("NOT_THE_ACTOR")
    if isinstance(command, say.AdoptPolicy):
        inside = seat.territory == book.policy.jurisdiction
    elif isinstance(command, say.SettleProblem):
        inside = all(
            _is_under(book, above(book, case) or case.held_at, seat) for case in _cases(book, command)
        )
    else:
        inside = all(
            _is_under(book, case.place, seat)
            or (seat.agency and seat.agency in (case.lead, *(part.agency for part in case.parts)))
            for case in _cases(book, command)
        )
    if not inside:
        raise Refused("OUTSIDE_TERRITORY")


def _cases(book: Book, command: say.Command) -> list[Case]:
    if isinstance(command, say.OnTask):
        found = book.part(command.task_id)
        return [found[0]] if found else []
    assert not isinstance(command, say.AdoptPolicy | say.JudgePair), "neither is about a case"
    numbers = [command.problem_id, *getattr(command, "others", ())]
    return [case for number in numbers if (case := book.case(number)) is not None]


def _is_under(book: Book, place: str, seat: say.Seat) -> bool:
    if seat.territory == book.policy.jurisdiction:
        return True
    while place:
        if place == seat.territory:
            return True
        place = book.policy.places[place].parent or ""
    return False
