"""Whom the naive hub warns, reminds and admonishes, and by when they are to answer."""

from __future__ import annotations

from hub.policies.models import NoticeKind, NoticeStep, Span, Unit
from tests.simulation.nouns import OWED, Asked, Book, Case, Part
from tests.simulation.rounds import at_work, start
from tests.simulation.spans import ends, moved


def admonish(book: Book, case: Case) -> None:
    """Warn whoever is late at the top: co-agencies with their parts, the lead with its own, the centre's or all."""
    warned = False
    lead = False
    for part in at_work(case):
        overdue = part.due is None or part.due <= book.origin.at_ms
        if part.role == "lead":
            lead = lead or part.phase in OWED
        elif part.phase in ("returned", "disputed"):
            lead = True
        elif part.phase in ("cut", "accepted") and overdue:
            warned = warn(book, case, part, "CLOCK_EXPIRED") or warned
    if lead or not warned:
        warn(book, case, None, "CLOCK_EXPIRED")


def warn(book: Book, case: Case, part: Part | None, reason: str) -> bool:
    """Give the next notice of the ladder, if one is left; says whether one was."""
    owner = part or case
    steps = book.ladder(case).notices
    if owner.steps >= len(steps):
        return False
    owner.steps += 1
    notify(book, case, part, steps[owner.steps - 1], reason)
    return True


def nudge(book: Book, case: Case, part: Part | None, reason: str) -> None:
    """Remind, outside the ladder."""
    notify(book, case, part, NoticeStep(NoticeKind.NUDGED), reason)


def notify(book: Book, case: Case, part: Part | None, step: NoticeStep, reason: str) -> None:
    """Give one notice."""
    owner = part or case
    owner.notices += 1
    due = ends(book.policy, book.origin.at_ms, step.reply_within)
    start(owner, "reply", due)
    if part is None and due is not None:
        case.asked.append(Asked(case.lead, book.origin.at_ms, str(step.kind), due))
    book.say(case, str(step.kind), reason, agency=case.lead, part=part, due=due)


def wait_again(book: Book, case: Case, paused_ms: int) -> None:
    """After a pause, give who was asked in this stage, and had time left, that time again."""
    spans = {str(step.kind): step.reply_within for step in book.ladder(case).notices}
    for place, one in enumerate(case.asked):
        if one.at_ms >= case.stage_ms and one.due > paused_ms:
            span = spans.get(one.kind) or Span(1, Unit.WORKING_DAYS)
            due = moved(book.policy, one.due, paused_ms, book.origin.at_ms, span)
            assert due is not None, "what has a time has one after a pause"
            case.asked[place] = one._replace(due=due)
            case.clocks["reply"] = due
