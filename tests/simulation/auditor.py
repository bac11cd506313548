"""A second, naive hub: from what was said and when, what must be decided. Shares no code with `hub.core`.

It scans all matters for every event and all cases for every clock, and steps day by day through calendars: slow, and
easy to believe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hub.policies.models import Confirmation, FrequentRule, Policy
from hub.schemas.commands import COMMAND_PARTITION, COMMANDS, AdoptPolicy, Command
from tests.builders import REPLY
from tests.simulation.endings import close, pass_gate, watch
from tests.simulation.notices import admonish, nudge
from tests.simulation.nouns import (
    HELD,
    Book,
    Case,
    Fate,
    Heard,
    Known,
    Listed,
    Origin,
    Part,
    Refused,
    Step,
    Verdict,
)
from tests.simulation.orders import obey
from tests.simulation.replies import late, reply, unanswered
from tests.simulation.rounds import carry_on, confirm, lift, rise, start_warning
from tests.simulation.seats import require_seat
from tests.simulation.spans import ends
from tests.simulation.workload import QUARANTINED, REPORT, UPDATE, Said


@dataclass(slots=True)
class Auditor:
    """One city, judged step by step; `kept` are the versions of its policy that it may adopt."""

    policy: Policy
    kept: Mapping[str, Policy]
    book: Book = field(init=False)
    backfilling: bool = False
    adoptions: int = 0
    accepted_on: dict[str, date] = field(default_factory=dict)
    fates: list[Fate] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with an empty book."""
        self.book = Book(self.policy)

    def hear(self, step: Step) -> None:
        """Judge one record of the log."""
        if not step.city:
            if not self.backfilling and self.book.entries:
                self.pass_time(step.at_ms)
            return
        self.backfilling = step.backfill
        if not step.backfill or step.ends_backfill:
            self.pass_time(step.at_ms)
        if step.command is not None:
            self.book.entries += 1
            self.fates.append(Fate(COMMANDS, COMMAND_PARTITION, 0, *self._obey(step.command)))
        for heard in step.heard:
            if step.backfill and not heard.said.door:
                self.pass_time(heard.said.said_ms)
            self.book.entries += 1
            self.fates.append(Fate(*heard[:3], *self._judge(heard)))

    def pass_time(self, to_ms: int) -> None:
        """Let every clock that is due by `to_ms` run out, the earliest first."""
        book = self.book
        while running := [clock for clock in book.clocks() if clock[0] <= to_ms]:
            due, name, case, part, kind = min(running, key=lambda clock: clock[:2])
            del (part or case).clocks[kind]
            book.now_ms = max(book.now_ms, due)
            book.origin = Origin(due, f"timer/{name}")
            self._run_out(case, part, kind)
            carry_on(book)
        book.now_ms = max(book.now_ms, to_ms)

    def unexplained(self) -> list[str]:
        """Give the live cases that nothing will ever move: no clock runs, and nobody was asked to act."""
        live = [case for case in self.book.cases if self.book.case(case.number)]
        return [case.number for case in live if not _waits(case) and not self._is_unclocked(case)]

    def _is_unclocked(self, case: Case) -> bool:
        """Whether the policy set no clock when this stage began, nor bounds its agencies' silence."""
        return case.phase in HELD and case.due is None and self.book.ladder(case).silent is None

    def _run_out(self, case: Case, part: Part | None, kind: str) -> None:
        book = self.book
        if part is not None:
            late(book, case, part, kind)
        elif kind == "confirmation":
            confirm(book, case, "UNANSWERED")
        elif kind == "warning":
            nudge(book, case, None, "DUE_SOON")
            start_warning(book, case)
        elif kind == "watch":
            close(book, case)
        elif kind == "reply":
            unanswered(book, case, None)
        elif not rise(book, case, "CLOCK_EXPIRED"):
            admonish(book, case)
        elif kind == "total":
            while rise(book, case, "CLOCK_EXPIRED"):
                continue

    def _obey(self, command: Command) -> tuple[str, str]:
        name = f"{COMMANDS}/{command.id}"
        if self._is_known(name):
            return "duplicate", ""
        self.book.origin = Origin(self.book.now_ms, f"command/{command.id}")
        try:
            require_seat(self.book, command)
            if isinstance(command, AdoptPolicy):
                self._adopt(command.version, {command.by, command.proposed_by})
            else:
                obey(self.book, command)
        except Refused as refused:
            return "refused", str(refused)
        self.accepted_on[name] = self.book.day(self.book.now_ms)
        carry_on(self.book)
        return "accepted", ""

    def _adopt(self, version: str, accounts: set[str]) -> None:
        """Judge by another version from here, if two people want it and it knows every place and kind of this one."""
        known, now = self.kept.get(version), self.policy
        if known is None:
            raise Refused("UNKNOWN_POLICY")
        if known is now:
            raise Refused("NOT_ALLOWED")
        if "" in accounts or len(accounts) == 1:
            raise Refused("SECOND_PERSON")
        if not (
            known.places.keys() >= now.places.keys() and known.categories.keys() >= now.categories.keys()
        ):
            raise Refused("CODES_MISSING")
        self.policy = self.book.policy = known
        self.adoptions += 1
        at_ms, cause = self.book.origin
        city = (known.jurisdiction, "city", "", "", "", None, (), "")
        self.book.verdicts.append(Verdict(at_ms, "policy_adopted", "ADOPTED", "", *city, cause, version))

    def _judge(self, heard: Heard) -> tuple[str, str]:
        said = heard.said
        if said.door:
            return ("quarantined" if said.door in QUARANTINED else "refused"), said.door
        name, matter = f"{heard.agency}/{said.id}", f"{heard.agency}/{said.matter}"
        if self._is_known(name):
            return "duplicate", ""
        book = self.book
        book.origin = Origin(book.now_ms, name)
        if said.type == UPDATE and matter not in book.matters:
            return "refused", "UNKNOWN_MATTER"
        if said.type == REPLY:
            try:
                reply(book, said.task, heard.agency, said.reply)
            except Refused as refused:
                return "refused", str(refused)
        self.accepted_on[name] = book.day(book.now_ms)
        if said.type == REPORT:
            self._report(matter, name, said)
        elif said.type == UPDATE:
            self._update(book.matters[matter], said)
        carry_on(book)
        return "accepted", ""

    def _is_known(self, name: str) -> bool:
        last = self.accepted_on.get(name)
        today = self.book.day(self.book.now_ms)
        return last is not None and (today - last).days < self.policy.limits.remember_days

    def _report(self, matter: str, name: str, said: Said) -> None:
        book = self.book
        known = book.matters.get(matter)
        if known is not None and known.counts:
            self._listen(known)
            return
        day = min(book.day(said.happened_ms), book.day(book.now_ms))
        known = Known(matter, book.entries, name, day, said.place, said.category, said.nature, said.severity)
        book.matters[matter] = known
        self._weigh(known)

    def _update(self, known: Known, said: Said) -> None:
        if said.status == "corrected":
            before = replace(known)
            known.place = said.place or known.place
            known.category = said.category or known.category
            if known.counts and (known.place, known.category) == (before.place, before.category):
                self._listen(known)
            elif known.counts:
                stays = _finest(self.book, self._open_at(known, self._cells(known)))
                self._leave(known, stays)
                self._weigh(known, before)
            return
        if said.status == "withdrawn" and known.counts:
            known.counts = False
            self._leave(known)
        known.satisfaction = said.satisfaction or known.satisfaction
        self._listen(known)

    def _listen(self, known: Known) -> None:
        """Let how satisfied people are with a matter open the gates that wait for it."""
        for case in self._cases_of(known):
            listed = case.matters[known.name]
            if listed.satisfaction != known.satisfaction:
                listed.satisfaction = known.satisfaction
                pass_gate(self.book, case)

    def _cases_of(self, known: Known) -> list[Case]:
        """Give the live cases that list a matter, in the order in which they came to."""
        return [c for c in self.book.cases if self.book.case(c.number) and known.name in c.matters]

    def _leave(self, known: Known, stays: list[Case] | None = None) -> None:
        for case in self._cases_of(known):
            if case in (stays or []):
                case.matters[known.name].place = known.place
            else:
                case.matters[known.name].counts = False

    def _cells(self, known: Known) -> list[tuple[FrequentRule, tuple[str, str]]]:
        """Give the cells a matter counts in, by rule."""
        cells = [(rule, self._cell(rule, known)) for rule in self.policy.rules]
        return [(rule, cell) for rule, cell in cells if cell is not None]

    def _open_at(self, known: Known, cells: list[tuple[FrequentRule, tuple[str, str]]]) -> list[Case]:
        """Give the live cases at these cells and at the very place and kind of a matter."""
        found = [self.book.at(cell) for _, cell in cells]
        found.append(self.book.at((known.place, known.category)))
        return [case for case in found if case is not None]

    def _weigh(self, known: Known, before: Known | None = None) -> None:
        """Let a matter join what is open where it counts now and did not before, and see what it makes suspected."""
        book, cells = self.book, self._cells(known)
        if before is not None:
            was = [self._cell(rule, before) for rule in self.policy.rules]
            cells = [(rule, cell) for rule, cell in cells if was[self.policy.rules.index(rule)] != cell]
        for case in _finest(book, self._open_at(known, cells)):
            self._join(case, known)
        for rule, cell in cells:
            if book.at(cell) is None:
                self._suspect(rule, cell)

    def _join(self, case: Case, known: Known) -> None:
        if known.name in case.matters and case.matters[known.name].counts:
            return
        case.matters[known.name] = Listed(known.name, known.entry, known.event, known.place)
        case.severity = min(case.severity, known.severity)
        self.book.say(case, "problem_reinforced", "NEW_MATTER", evidence=(known.event,))
        if case.phase == "settled":
            watch(self.book, case, known.event)
        elif case.phase in HELD:
            lift(self.book, case)

    def _suspect(self, rule: FrequentRule, cell: tuple[str, str]) -> None:
        book = self.book
        first = book.day(book.now_ms) - timedelta(days=rule.within_days - 1)
        inside = [
            matter
            for matter in book.matters.values()
            if matter.counts
            and matter.day >= first
            and matter.entry > book.cleared.get(cell, 0)
            and self._cell(rule, matter) == cell
        ]
        if len(inside) < rule.matters_min:
            return
        inside.sort(key=lambda matter: matter.entry)
        year = book.day(book.origin.at_ms).year % 100
        case = Case(
            f"{self.policy.letters}{year:02}-{len(book.cases) + 1:06}",
            *cell,
            held_at=cell[0],
            reason="FREQUENT",
            severity=min(matter.severity for matter in inside),
            parent=self._whole_of(cell),
            claims=[cell],
            matters={m.name: Listed(m.name, m.entry, m.event, m.place) for m in inside},
        )
        self._adopt_parts(case)
        book.cases.append(case)
        book.say(case, "problem_suspected", "FREQUENT", evidence=tuple(m.event for m in inside))
        if case.severity in book.ladder(case).rises.severity:
            confirm(book, case, "SEVERITY")
        elif rule.confirm is Confirmation.AUTO:
            confirm(book, case, "AUTO")
        elif rule.confirm is Confirmation.AFTER:
            due = ends(self.policy, book.origin.at_ms, rule.confirm_after)
            assert due is not None
            case.clocks["confirmation"] = due

    def _whole_of(self, cell: tuple[str, str]) -> str:
        place, category = cell
        for kind in dict.fromkeys((category, category[0])):
            for node in self.policy.places[place].chain:
                case = self.book.at((node, kind)) if (node, kind) != cell else None
                # A cell that a merge redirected names a case that lies elsewhere.
                if case is not None and (case.place, case.category) == (node, kind):
                    return case.number
        return ""

    def _adopt_parts(self, whole: Case) -> None:
        for case in self.book.cases:
            if (
                self.book.case(case.number)
                and case.matters.keys() & whole.matters.keys()
                and case.number != whole.parent
                and case.parent in ("", whole.parent)
                and whole.place in self.policy.places[case.place].chain
                and case.category.startswith(whole.category)
            ):
                case.parent = whole.number

    def _cell(self, rule: FrequentRule, matter: Known) -> tuple[str, str] | None:
        if rule.natures and matter.nature not in rule.natures:
            return None
        place: str | None = matter.place
        while place is not None and self.policy.places[place].tier != rule.tier:
            place = self.policy.places[place].parent
        return None if place is None else (place, matter.category[: rule.category_level])


def _finest(book: Book, cases: list[Case]) -> list[Case]:
    """Leave out what another one is part of."""
    wholes = set()
    for case in cases:
        whole = book.case(case.parent)
        while whole is not None:
            wholes.add(whole.number)
            whole = book.case(whole.parent)
    return [case for n, case in enumerate(cases) if case.number not in wholes and case not in cases[:n]]


def _waits(case: Case) -> bool:
    """Whether a clock runs for a case or its parts, or a person was asked for the next step."""
    running = {*case.clocks, *(kind for part in case.parts for kind in part.clocks)}
    asked = any(part.phase in ("returned", "disputed", "done") or part.asked for part in case.parts)
    return bool(running) or asked or case.phase == "suspected" or bool(case.steps)
