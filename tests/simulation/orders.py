"""What the naive hub makes of operators' commands."""

from __future__ import annotations

from dataclasses import replace

from hub.policies.models import NoticeKind, NoticeStep
from hub.schemas import commands as say
from tests.simulation.endings import free, pass_gate, rebound, settle, verified
from tests.simulation.notices import notify
from tests.simulation.nouns import HELD, LIVE, OWED, Book, Case, Part, Refused
from tests.simulation.replies import answer, give_on, reply
from tests.simulation.rounds import (
    TIERS,
    above,
    at_work,
    begin,
    confirm,
    cut,
    end,
    keep_total,
    lift,
    listen,
    lower,
    name_lead,
    of_round,
    rise,
    soonest,
    stage_end,
    start_warning,
    take_in,
)


def obey(book: Book, command: say.Command) -> None:
    """Do what is asked; raises `Refused` with the code, and then nothing was done."""
    if isinstance(
        command,
        say.RecutTask | say.RuleTask | say.WaiveTask | say.AnswerAsked | say.ReplyTask | say.VerifyTask,
    ):
        found = book.part(command.task_id)
        if found is None:
            raise Refused("UNKNOWN_TASK")
        _of_part(book, *found, command)
        return
    assert not isinstance(command, say.AdoptPolicy | say.JudgePair), "a case has no part in it"
    case = book.case(command.problem_id)
    if case is None:
        raise Refused("UNKNOWN_PROBLEM")
    _of_case(book, case, command)


def _allow(yes: object, code: str = "NOT_ALLOWED") -> None:
    if not yes:
        raise Refused(code)


OfPart = say.RecutTask | say.RuleTask | say.WaiveTask | say.AnswerAsked | say.ReplyTask | say.VerifyTask
OfCase = (
    say.ConfirmProblem
    | say.DismissProblem
    | say.ReopenProblem
    | say.RaiseProblem
    | say.LowerProblem
    | say.NameLead
    | say.AddCoAgency
    | say.GiveNotice
    | say.SettleProblem
    | say.MergeProblems
    | say.SplitProblem
)


def _of_part(book: Book, case: Case, part: Part, command: OfPart) -> None:
    match command:
        case say.RecutTask() | say.RuleTask():
            _allow(command.agency in book.policy.agencies, "UNKNOWN_AGENCY")
            give_on(book, case, part, command.agency, ruled=isinstance(command, say.RuleTask))
        case say.WaiveTask():
            _allow(part.phase in OWED and part.role != "lead")
            end(part, "waived")
            book.say(case, "task_waived", "OPERATOR", part=part)
            pass_gate(book, case)
        case say.AnswerAsked():
            answer(book, case, part, granted=command.granted)
        case say.ReplyTask():
            said: dict[str, object] = {"reply": command.reply, "days": command.days}
            said["review_on"] = command.review_on
            reply(book, part.number, command.agency, said, "OPERATOR")
        case say.VerifyTask(passed=True):
            _allow(part.phase == "done" and part.round == case.round)
            verified(book, case, part, "ON_SITE")
            pass_gate(book, case)
        case say.VerifyTask():
            _allow(part.phase == "done" and part.round == case.round)
            part.phase = "accepted"
            listen(book, case, part)
            book.say(case, "task_reopened", "NOT_VERIFIED", part=part, due=part.due)


def _of_case(book: Book, case: Case, command: OfCase) -> None:  # noqa: C901 (one line for each command)
    match command:
        case say.NameLead() | say.AddCoAgency():
            _engage(book, case, command)
        case say.ConfirmProblem():
            _allow(case.phase == "suspected")
            confirm(book, case, "OPERATOR")
        case say.DismissProblem():
            free(book, case, "dismissed")
            book.say(case, "problem_dismissed", command.reason)
        case say.ReopenProblem():
            _allow(case.phase == "settled")
            rebound(book, case, "OPERATOR")
        case say.RaiseProblem():
            _allow(case.phase in (*HELD, "ledgered"))
            _allow(rise(book, case, "OPERATOR"), "NOT_AT_TIER")
        case say.LowerProblem():
            _allow(case.phase in HELD)
            _allow(lower(book, case), "NOT_AT_TIER")
        case say.GiveNotice():
            _notify(book, case, command.agency, NoticeKind(command.step))
        case say.SettleProblem():
            body = book.policy.holders.get(above(book, case) or case.held_at)
            _allow(command.agency == body, "NOT_AT_TIER")
            _allow(case.phase in (*HELD, "ledgered"))
            settle(book, case, "FORCED", command.agency)
        case say.MergeProblems():
            _merge(book, case, command.others)
        case say.SplitProblem():
            _split(book, case, command.matters)


def _engage(book: Book, case: Case, command: say.NameLead | say.AddCoAgency) -> None:
    agency, leads = command.agency, isinstance(command, say.NameLead)
    _allow(case.phase in HELD)
    _allow(agency in book.policy.agencies, "UNKNOWN_AGENCY")
    takes_part = any(part.agency == agency for part in at_work(case))
    _allow(agency != case.lead if leads else not takes_part)
    # Who makes a case rise by joining it takes part in the next round.
    if not takes_part and lift(book, case, agency):
        book.joining.append((case, agency))
    elif leads:
        name_lead(book, case, agency, "OPERATOR", "OPERATOR")
    else:
        cut(book, case, agency, "co", "OPERATOR")


def _notify(book: Book, case: Case, agency: str, kind: NoticeKind) -> None:
    _allow(case.phase in (*HELD, "ledgered"))
    mine = [part for part in at_work(case) if part.agency == agency]
    _allow(mine, "UNKNOWN_AGENCY")
    kinds = [step.kind for step in book.ladder(case).notices]
    step = book.ladder(case).notices[kinds.index(kind)] if kind in kinds else NoticeStep(kind)
    if kind in kinds:
        mine[0].steps = max(mine[0].steps, kinds.index(kind) + 1)
    notify(book, case, mine[0], step, "OPERATOR")


def _merge(book: Book, whole: Case, others: tuple[str, ...]) -> None:
    found = [book.case(number) for number in dict.fromkeys(others)]
    taken = [case for case in found if case is not None]
    _allow(len(taken) == len(found) and whole not in taken, "UNKNOWN_PROBLEM")
    _allow(whole.phase != "settled")
    under_way = [case for case in taken if case.phase in (*HELD, "ledgered")]
    _allow(whole.phase != "ledgered" or not under_way)
    total = soonest(book, [whole, *taken])
    ends = [stage_end(book, case) for case in (whole, *taken)]
    dues = [due for due in ends if due is not None]
    highest = max((TIERS.index(book.holds(case).tier) for case in under_way), default=0)
    for case in taken:
        take_in(book, whole, case, "OPERATOR")
    if whole.phase == "suspected" and under_way:
        confirm(book, whole, "OPERATOR")
        begin(book)
    while whole.phase in HELD and TIERS.index(book.holds(whole).tier) < highest:
        if not rise(book, whole, "OPERATOR"):
            break
    if whole.phase in HELD and whole.due is not None and dues:
        due = max(min(dues), book.origin.at_ms)
        if due < whole.due:
            whole.due = whole.clocks["stage"] = due
            start_warning(book, whole)
            for part in of_round(whole):
                if part.phase in OWED and part.due is not None and part.due > due:
                    part.due = due
                    part.clocks.pop("work", None)
    keep_total(book, whole, total)


def _split(book: Book, case: Case, matters: tuple[str, ...]) -> None:
    listed = {name: one for name, one in case.matters.items() if one.counts}
    chosen = sorted(set(matters), key=lambda name: listed[name].entry if name in listed else 0)
    _allow(all(name in listed for name in chosen), "UNKNOWN_MATTER")
    _allow(len(chosen) < len(listed))
    place = _smallest(book, case, [listed[name].place for name in chosen])
    year = book.day(book.origin.at_ms).year % 100
    new = Case(
        f"{book.policy.letters}{year:02}-{len(book.cases) + 1:06}",
        place,
        case.category,
        held_at=place,
        reason=case.reason,
        severity=case.severity,
        parent=case.number if place != case.place else case.parent,
        matters={name: replace(listed[name]) for name in chosen},
    )
    if book.at((place, case.category)) is None:
        new.claims.append((place, case.category))
    book.cases.append(new)
    for name in chosen:
        case.matters[name].counts = False
    evidence = tuple(listed[name].event for name in chosen)
    book.say(case, "problem_split", "OPERATOR", evidence=evidence, into=new.number)
    book.say(new, "problem_suspected", case.reason, evidence=evidence)
    if case.phase in HELD:
        confirm(book, new, "OPERATOR")


def _smallest(book: Book, case: Case, places: list[str]) -> str:
    chains = [book.policy.places[place].chain for place in places]
    for place in chains[0]:
        if all(place in chain for chain in chains):
            inside = case.place in book.policy.places[place].chain
            return place if inside else case.place
    raise AssertionError("all places lie in the city")


assert set(HELD) < set(LIVE)
