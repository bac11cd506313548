"""What the naive hub makes of agencies' replies and of clocks of their parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hub.policies.models import Precedent
from tests.simulation.endings import pass_gate
from tests.simulation.notices import nudge, wait_again, warn
from tests.simulation.nouns import OWED, Book, Case, Part, Refused
from tests.simulation.rounds import (
    at_work,
    cut,
    end,
    listen,
    of_round,
    resume,
    rise,
    stage_end,
    start,
    start_total,
    start_warning,
)
from tests.simulation.spans import day_of, longer, midnight


def reply(book: Book, number: str, agency: str, said: dict[str, object], reason: str = "AGENCY") -> None:
    """Take an agency's reply to its part; raises `Refused` with the code."""
    found = book.part(number)
    if found is None or found[1].agency != agency:
        raise Refused("UNKNOWN_TASK")
    case, part = found
    what = said["reply"]
    if what == "accept":
        _accept(book, case, part, reason)
    elif what == "return":
        _return(book, case, part, reason)
    elif what == "progress":
        if part.phase not in OWED and any(one.agency == part.agency for one in case.asked):
            answered(case, part)
            return
        _require(part, *OWED)
        heard(book, case, part)
    elif what == "done":
        _done(book, case, part, reason)
    elif what == "extend":
        _ask(book, case, part, "extension", days=int(str(said["days"])))
    else:
        on = date.fromisoformat(str(said["review_on"]))
        _ask(book, case, part, "ledger", on=on)


def _require(part: Part, *phases: str) -> None:
    if part.phase not in phases:
        raise Refused("NOT_ALLOWED")


def _accept(book: Book, case: Case, part: Part, reason: str) -> None:
    _require(part, "cut")
    part.phase = "accepted"
    part.clocks.pop("acceptance", None)
    heard(book, case, part)
    book.say(case, "task_accepted", reason, part=part, due=part.due)


def _return(book: Book, case: Case, part: Part, reason: str) -> None:
    if part.ruled:
        raise Refused("NOT_ALLOWED")
    _require(part, "cut", "accepted")
    if part.return_due is not None and book.origin.at_ms >= part.return_due:
        raise Refused("TOO_LATE")
    part.returns += 1
    answered(case, part)
    end(part, "returned")
    book.say(case, "task_returned", reason, part=part)
    if part.returns >= 2:
        part.phase = "disputed"
        book.say(case, "arbitration_opened", "SECOND_RETURN", part=part)


def _done(book: Book, case: Case, part: Part, reason: str) -> None:
    _require(part, "cut", "accepted", "ledgered")
    if part.phase == "ledgered" and part.role == "lead" and case.paused_ms is not None:
        _work_again(book, case, case.paused_ms)
    answered(case, part)
    end(part, "done")
    book.say(case, "task_done", reason, part=part)
    pass_gate(book, case)


def _ask(book: Book, case: Case, part: Part, what: str, *, days: int = 0, on: date | None = None) -> None:
    _require(part, "cut", "accepted")
    if what == "extension" and (part.extended or days > book.ladder(case).extension_days_max):
        raise Refused("NOT_ALLOWED")
    if on is not None and on <= day_of(book.policy, book.origin.at_ms):
        raise Refused("TOO_LATE")
    if part.due is not None and book.origin.at_ms >= part.due:
        raise Refused("TOO_LATE")
    part.asked = what
    part.asked_days = days or part.asked_days
    part.review_on = on or part.review_on
    heard(book, case, part)


def heard(book: Book, case: Case, part: Part) -> None:
    """Note that the agency gave word."""
    if part.phase != "cut":
        part.clocks.pop("reply", None)
        answered(case, part)
    listen(book, case, part)


def answered(case: Case, part: Part) -> None:
    """Take what an agency says as its answer to what the whole case was asked."""
    if case.asked and case.asked[-1].agency == part.agency:
        case.clocks.pop("reply", None)
    case.asked = [one for one in case.asked if one.agency != part.agency]


def answer(book: Book, case: Case, part: Part, *, granted: bool) -> None:
    """Grant or decline what an agency asked for."""
    asked = part.asked
    if not asked:
        raise Refused("NOTHING_ASKED")
    if not granted:
        part.asked = ""
    elif asked == "ledger":
        _ledger(book, case, part)
    elif part.due is None or book.origin.at_ms >= part.due:
        raise Refused("TOO_LATE")
    else:
        _extend(book, case, part, part.due)


def _extend(book: Book, case: Case, part: Part, due: int) -> None:
    due = longer(book.policy, due, part.asked_days, book.ladder(case).stage[book.holds(case).tier])
    if part.role == "lead" and (case.due is None or due > case.due):
        for other in case.parts:
            same = other.round == case.round and other is not part and other.phase in OWED
            if same and other.due == case.due:
                start(other, "work", other.due)
        case.due = case.clocks["stage"] = due
        start_warning(book, case)
    elif case.due is not None:
        due = min(due, case.due)
    part.due, part.extended, part.asked = due, True, ""
    if case.due is not None and due < case.due:
        start(part, "work", due)
    book.say(case, "extension_granted", "OPERATOR", part=part, due=due)


def _ledger(book: Book, case: Case, part: Part) -> None:
    assert part.review_on is not None
    until = midnight(book.policy, part.review_on)
    part.clocks.clear()
    part.phase, part.asked = "ledgered", ""
    part.clocks["review"] = max(until, book.origin.at_ms)
    if part.role == "lead":
        case.phase, case.paused_ms = "ledgered", book.origin.at_ms
        for kind in ("stage", "warning", "total", "reply"):
            case.clocks.pop(kind, None)
    book.say(case, "ledgered", "OPERATOR", part=part, due=until)


def review(book: Book, case: Case, part: Part) -> None:
    """The day of review came: what was paused is worked on again."""
    if part.role == "lead" and case.paused_ms is not None:
        _work_again(book, case, case.paused_ms)
    part.phase, part.due = "accepted", case.due
    listen(book, case, part)
    nudge(book, case, part, "REVIEW_DUE")


def _work_again(book: Book, case: Case, paused_ms: int) -> None:
    was, case.due = case.due, stage_end(book, case)
    if was is not None and was > paused_ms:
        start(case, "stage", case.due)
    for part in of_round(case):
        if part.phase in OWED and part.due == was:
            part.due = case.due
    resume(book, case)
    start_total(book, case)
    case.phase = "treating"
    start_warning(book, case)
    wait_again(book, case, paused_ms)


def late(book: Book, case: Case, part: Part, kind: str) -> None:
    """A clock of a part ran out."""
    if kind == "acceptance":
        warn(book, case, part, "NOT_ACCEPTED")
    elif kind == "work":
        warn(book, case, part, "NOT_DONE")
    elif kind == "silence":
        nudge(book, case, part, "SILENT")
        listen(book, case, part)
    elif kind == "review":
        review(book, case, part)
    else:
        unanswered(book, case, part)


def unanswered(book: Book, case: Case, part: Part | None) -> None:
    """A notice was not answered: the next one; who leads and signs for nothing may lose the case upwards."""
    before = (part or case).steps
    warn(book, case, part, "UNANSWERED")
    most = book.ladder(case).rises.not_accepted_min
    if part is not None and part.role == "lead" and part.phase == "cut" and most and before >= most:
        rise(book, case, "NOT_ACCEPTED")


def give_on(book: Book, case: Case, part: Part, agency: str, *, ruled: bool) -> None:
    """Give a returned part to an agency."""
    _require(part, "disputed" if ruled else "returned")
    if case.phase == "ledgered":
        raise Refused("NOT_ALLOWED")
    has = [one for one in at_work(case) if one.agency == agency and one is not part]
    if has and (part.role != "lead" or has[0].phase not in OWED):
        raise Refused("NOT_ALLOWED")
    end(part, "passed")
    if ruled:
        book.say(case, "arbitration_ruled", "RULED", agency=agency)
        _learn(book, case, part, agency)
    if part.role == "lead" and case.lead != agency:
        case.lead = agency
        book.say(case, "lead_named", "RULED" if ruled else "OPERATOR", agency=agency, due=case.due)
    if has:
        has[0].role, has[0].returns = "lead", part.returns
        has[0].ruled = ruled or has[0].ruled
        return
    cut(book, case, agency, part.role, "RULED" if ruled else "RECUT", returns=part.returns)


def _learn(book: Book, case: Case, part: Part, agency: str) -> None:
    key = (case.held_at, case.category)
    known = book.learned.get(key) or book.policy.precedents.get(key) or Precedent(case.category)
    known = replace(known, place=case.held_at, category=case.category)
    if part.role == "lead":
        known = replace(known, lead=agency)
    elif agency not in known.co:
        known = replace(known, co=(*known.co, agency))
    book.learned[key] = known
