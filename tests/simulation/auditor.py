"""A second, naive hub: from what was said and when, what must be decided. Shares no code with `hub.core`.

It scans all matters for every event and steps day by day through calendars: slow, and easy to believe.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from hub.policies.models import FrequentRule, Policy, Span, Unit
from tests.builders import REPLY
from tests.simulation.workload import QUARANTINED, REPORT, UPDATE, Said


class Heard(NamedTuple):
    """One event at its first arrival in the log."""

    agency: str
    partition: int
    position: int
    said: Said


class Step(NamedTuple):
    """One record of the log: time passed to `at_ms` and, it may be, events came. No city: all of them."""

    city: str
    at_ms: int
    heard: tuple[Heard, ...] = ()
    backfill: bool = False
    ends_backfill: bool = False


class Verdict(NamedTuple):
    """One decision that must be there."""

    at_ms: int
    kind: str
    reason: str
    problem: str
    place: str
    tier: str
    category: str
    agency: str
    due_ms: int | None
    evidence: tuple[str, ...]
    cause: str


class Origin(NamedTuple):
    """When a decision is dated, and what made it."""

    at_ms: int
    cause: str


class Fate(NamedTuple):
    """What must become of one event."""

    agency: str
    partition: int
    position: int
    outcome: str
    code: str


@dataclass(slots=True)
class Known:
    """A matter as the auditor sees it."""

    entry: int
    event: str
    day: date
    place: str
    category: str
    nature: str
    counts: bool = True


@dataclass(slots=True)
class Case:
    """A problem as the auditor sees it."""

    number: str
    place: str
    category: str
    held_at: str
    round: int = 1
    due_ms: int | None = None


@dataclass(slots=True)
class Auditor:
    """One city, judged step by step."""

    policy: Policy
    now_ms: int = 0
    entries: int = 0
    backfilling: bool = False
    accepted_on: dict[str, date] = field(default_factory=dict)
    matters: dict[str, Known] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    def hear(self, step: Step) -> None:
        """Judge one record of the log."""
        if not step.city:
            if not self.backfilling and self.entries:
                self.pass_time(step.at_ms)
            return
        self.backfilling = step.backfill
        if not step.backfill or step.ends_backfill:
            self.pass_time(step.at_ms)
        for heard in step.heard:
            self.entries += 1
            self.fates.append(Fate(*heard[:3], *self._judge(heard, backfill=step.backfill)))

    def pass_time(self, to_ms: int) -> None:
        """Let every stage that ends by `to_ms` end, the earliest first."""
        while late := [case for case in self.cases if case.due_ms is not None and case.due_ms <= to_ms]:
            case = min(late, key=lambda case: (case.due_ms, case.number))
            due_ms = case.due_ms
            assert due_ms is not None
            self.now_ms = max(self.now_ms, due_ms)
            self._lift(case, "CLOCK_EXPIRED", Origin(due_ms, f"timer/{case.number}/{case.round}"))
        self.now_ms = max(self.now_ms, to_ms)

    def _judge(self, heard: Heard, *, backfill: bool) -> tuple[str, str]:
        said = heard.said
        if said.door:
            return ("quarantined" if said.door in QUARANTINED else "refused"), said.door
        if backfill:
            self.pass_time(said.said_ms)
        name, matter = f"{heard.agency}/{said.id}", f"{heard.agency}/{said.matter}"
        today = self._day(self.now_ms)
        last = self.accepted_on.get(name)
        if last is not None and (today - last).days < self.policy.limits.remember_days:
            return "duplicate", ""
        if said.type == REPLY:
            return "refused", "UNKNOWN_TASK"
        if said.type == UPDATE and matter not in self.matters:
            return "refused", "UNKNOWN_MATTER"
        self.accepted_on[name] = today
        if said.type == REPORT:
            self._report(matter, name, said)
        elif said.type == UPDATE:
            self._update(self.matters[matter], name, said)
        return "accepted", ""

    def _report(self, matter: str, name: str, said: Said) -> None:
        known = self.matters.get(matter)
        if known is not None and known.counts:
            return
        day = min(self._day(said.happened_ms), self._day(self.now_ms))
        known = Known(self.entries, name, day, said.place, said.category, said.nature)
        self.matters[matter] = known
        self._weigh(known, name)

    def _update(self, known: Known, name: str, said: Said) -> None:
        if said.status == "withdrawn":
            known.counts = False
        if said.status == "corrected":
            before = replace(known)
            known.place = said.place or known.place
            known.category = said.category or known.category
            if known.counts:
                self._weigh(known, name, before)

    def _weigh(self, known: Known, cause: str, before: Known | None = None) -> None:
        origin = Origin(self.now_ms, cause)
        told: set[str] = set()
        fresh: list[Case] = []
        for rule in self.policy.rules:
            cell = self._cell(rule, known)
            if cell is None or (before is not None and self._cell(rule, before) == cell):
                continue
            case = next((c for c in self.cases if (c.place, c.category) == cell), None)
            if case is None:
                case = self._open(rule, cell, origin)
                if case is not None and rule.confirm == "auto":
                    self._say(case, "problem_confirmed", "AUTO", origin)
                    fresh.append(case)
            elif case.number not in told:
                self._say(case, "problem_reinforced", "NEW_MATTER", origin, evidence=(known.event,))
            if case is not None:
                told.add(case.number)
        self._start(fresh, origin)

    def _open(self, rule: FrequentRule, cell: tuple[str, str], origin: Origin) -> Case | None:
        first = self._day(self.now_ms) - timedelta(days=rule.within_days - 1)
        inside = [
            matter
            for matter in self.matters.values()
            if matter.counts and matter.day >= first and self._cell(rule, matter) == cell
        ]
        if len(inside) < rule.matters_min:
            return None
        year = self._day(self.now_ms).year % 100
        number = f"{self.policy.letters}{year:02}-{len(self.cases) + 1:06}"
        case = Case(number, *cell, held_at=cell[0])
        self.cases.append(case)
        evidence = tuple(matter.event for matter in sorted(inside, key=lambda matter: matter.entry))
        self._say(case, "problem_suspected", "FREQUENT", origin, evidence=evidence)
        return case

    def _start(self, fresh: list[Case], origin: Origin) -> None:
        # The hub says all rises of a message before it names the leads.
        for case in fresh:
            if self._leader(case) is None:
                self._lift(case, "NO_HOLDER", origin, name_lead=False)
            else:
                case.due_ms = self._stage_end(case, origin.at_ms)
        for case in fresh:
            self._name_lead(case, origin)

    def _lift(self, case: Case, reason: str, origin: Origin, *, name_lead: bool = True) -> None:
        while True:
            above = self.policy.places[case.held_at].parent
            if above is None:
                break
            case.held_at = above
            case.round += 1
            case.due_ms = self._stage_end(case, origin.at_ms)
            self._say(case, "tier_raised", reason, origin, due_ms=case.due_ms)
            if self._leader(case) is not None:
                break
            reason = "NO_HOLDER"
        if name_lead:
            self._name_lead(case, origin)

    def _name_lead(self, case: Case, origin: Origin) -> None:
        leader = self._leader(case)
        if leader is not None:
            self._say(case, "lead_named", leader[1], origin, agency=leader[0], due_ms=case.due_ms)

    def _leader(self, case: Case) -> tuple[str, str] | None:
        for category in (case.category, case.category[0]):
            for agency in self.policy.departments.get((case.held_at, category), ()):
                return agency, "CATEGORY"
        body = self.policy.holders.get(case.held_at)
        return None if body is None else (body, "TERRITORY")

    def _stage_end(self, case: Case, from_ms: int) -> int | None:
        place = self.policy.places[case.held_at]
        chosen = next(tiers for tiers in self.policy.tiers if not tiers.categories)
        for tiers in self.policy.tiers:
            if case.category in tiers.categories or case.category[0] in tiers.categories:
                chosen = tiers
        span = chosen.stage.get(place.tier)
        if span is None or place.parent is None:
            return None
        return self._midnight_after(self._last_day(self._day(from_ms), span))

    def _last_day(self, day: date, span: Span) -> date:
        left = span.count
        while left:
            day += timedelta(days=1)
            left -= span.unit == Unit.DAYS or self._works(day)
        while not self._works(day):
            day += timedelta(days=1)
        return day

    def _midnight_after(self, day: date) -> int:
        next_day = datetime.combine(day + timedelta(days=1), time(0), self.policy.zone)
        return round(next_day.timestamp() * 1000)

    def _works(self, day: date) -> bool:
        if day.year in self.policy.calendar.years:
            return day in self.policy.calendar.working
        return day.isoweekday() not in self.policy.calendar.weekend

    def _day(self, at_ms: int) -> date:
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.policy.zone).date()

    def _cell(self, rule: FrequentRule, matter: Known) -> tuple[str, str] | None:
        if rule.natures and matter.nature not in rule.natures:
            return None
        place: str | None = matter.place
        while place is not None and self.policy.places[place].tier != rule.tier:
            place = self.policy.places[place].parent
        return None if place is None else (place, matter.category[: rule.category_level])

    def _say(
        self,
        case: Case,
        kind: str,
        reason: str,
        origin: Origin,
        *,
        agency: str = "",
        due_ms: int | None = None,
        evidence: tuple[str, ...] = (),
    ) -> None:
        tier = self.policy.places[case.held_at].tier
        place, category = case.place, case.category
        self.verdicts.append(
            Verdict(
                origin.at_ms,
                kind,
                reason,
                case.number,
                place,
                tier,
                category,
                agency,
                due_ms,
                evidence,
                origin.cause,
            )
        )
