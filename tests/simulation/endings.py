"""How the naive hub lets a round end: the gate, the watch, the closing, the rebound."""

from __future__ import annotations

from tests.simulation.nouns import HELD, OWED, Book, Case, Part
from tests.simulation.rounds import (
    above,
    at_work,
    end,
    leader,
    leave_work,
    move,
    resume,
    rise,
    start_stage,
    start_total,
)
from tests.simulation.spans import ends

PLEASED = ("satisfied", "basically_satisfied")


def pass_gate(book: Book, case: Case) -> None:
    """Settle a case whose round is through."""
    parts = at_work(case)
    if case.phase not in HELD or any(part.phase in OWED for part in parts):
        return
    if all(part.role != "lead" for part in parts):
        return
    if _pleased(book, case):
        for part in parts:
            if part.phase == "done":
                verified(book, case, part, "REVISIT")
    if all(part.phase == "verified" for part in parts):
        settle(book, case, "GATE", case.lead)


def verified(book: Book, case: Case, part: Part, reason: str) -> None:
    """Find a part good."""
    part.phase = "verified"
    book.say(case, "task_verified", reason, part=part)


def _pleased(book: Book, case: Case) -> bool:
    if book.ladder(case).verification != "revisit":
        return False
    said = [one.satisfaction for one in case.matters.values() if one.counts]
    rated = [word for word in said if word in (*PLEASED, "dissatisfied")]
    good = [word for word in rated if word in PLEASED]
    return bool(rated) and len(good) >= book.ladder(case).revisit_satisfied_min * len(rated)


def settle(book: Book, case: Case, reason: str, agency: str) -> None:
    """Settle a case and watch it."""
    for part in at_work(case):
        if part.phase in (*OWED, "done"):
            end(part, "waived")
    resume(book, case)
    case.phase, case.due, case.watched = "settled", None, 0
    case.clocks.clear()
    watch = ends(book.policy, book.origin.at_ms, book.ladder(case).watch)
    due = book.origin.at_ms if watch is None else watch
    book.say(case, "problem_settled", reason, agency=agency, due=due)
    if watch is None:
        close(book, case)
    else:
        case.clocks["watch"] = due


def close(book: Book, case: Case) -> None:
    """Close a case that stayed quiet."""
    free(book, case, "closed")
    book.say(case, "problem_closed", "WATCH_QUIET", agency=case.lead)


def free(book: Book, case: Case, phase: str) -> None:
    """End a case whose cells count anew from here."""
    leave_work(case, phase)
    for part in book.cases:
        if part.parent == case.number and book.case(part.number):
            part.parent = case.parent
    for cell in case.claims:
        book.cleared[cell] = book.entries


def watch(book: Book, case: Case, event: str) -> None:
    """Count a new matter in a settled case: enough of them, and it is back."""
    case.watched += 1
    tier = book.policy.places[case.place].tier
    if case.watched >= book.ladder(case).rebound_matters.get(tier, 1):
        rebound(book, case, "NEW_MATTER", (event,))


def rebound(book: Book, case: Case, reason: str, evidence: tuple[str, ...] = ()) -> None:
    """Treat a settled case again, one tier up."""
    case.clocks.clear()
    case.held_at = above(book, case) or case.held_at
    case.phase = "confirmed"
    case.round += 1
    case.cut = case.steps = 0
    start_stage(book, case)
    start_total(book, case)
    book.say(case, "problem_rebounded", reason, agency=case.lead, due=case.due, evidence=evidence)
    if leader(book, case) is None:
        rise(book, case, "NO_HOLDER")
    move(book, case)
