"""What the second, naive hub keeps in mind: what it heard, the cases it knows, their parts, and its verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple

from hub.policies.models import Place, Policy, Precedent, TierPolicy
from hub.schemas.commands import Command
from tests.simulation.workload import Said

HELD = ("confirmed", "treating")
LIVE = ("suspected", *HELD, "ledgered", "settled")
OWED = ("cut", "accepted", "ledgered", "returned", "disputed")
"""Phases of a part in which its agency, or the centre for it, still owes something."""


class Refused(Exception):
    """What was asked may not be done; the text is the code."""


class Heard(NamedTuple):
    """One event at its first arrival in the log."""

    agency: str
    partition: int
    position: int
    said: Said


class Step(NamedTuple):
    """One record of the log: time passed to `at_ms` and, it may be, something came. No city: for all of them."""

    city: str
    at_ms: int
    heard: tuple[Heard, ...] = ()
    backfill: bool = False
    ends_backfill: bool = False
    command: Command | None = None


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
    task: str
    due_ms: int | None
    evidence: tuple[str, ...]
    into: str
    cause: str
    policy: str


class Origin(NamedTuple):
    """When a decision is dated, and what made it."""

    at_ms: int
    cause: str


NOBODY = Origin(0, "")


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

    name: str
    entry: int
    event: str
    day: date
    place: str
    category: str
    nature: str
    severity: int
    counts: bool = True
    satisfaction: str = ""


@dataclass(slots=True)
class Listed:
    """A matter on the list of a case."""

    matter: str
    entry: int
    event: str
    place: str
    counts: bool = True
    satisfaction: str = ""


@dataclass(slots=True)
class Part:
    """One agency's part in a round of a case."""

    number: str
    round: int
    agency: str
    role: str
    cut_ms: int
    return_due: int | None
    due: int | None
    phase: str = "cut"
    returns: int = 0
    ruled: bool = False
    extended: bool = False
    asked: str = ""
    asked_days: int = 0
    review_on: date | None = None
    steps: int = 0
    notices: int = 0
    clocks: dict[str, int] = field(default_factory=dict)


class Asked(NamedTuple):
    """What the whole of a case was asked: whom, when, by a notice of which kind, and by when to answer."""

    agency: str
    at_ms: int
    kind: str
    due: int


@dataclass(slots=True)
class Case:
    """A problem as the auditor sees it."""

    number: str
    place: str
    category: str
    held_at: str
    reason: str
    severity: int
    phase: str = "suspected"
    round: int = 1
    cut: int = 0
    lead: str = ""
    confirmed_ms: int | None = None
    stage_ms: int = 0
    due: int | None = None
    total: int | None = None
    paused_ms: int | None = None
    watched: int = 0
    steps: int = 0
    notices: int = 0
    parent: str = ""
    into: str = ""
    asked: list[Asked] = field(default_factory=list)
    claims: list[tuple[str, str]] = field(default_factory=list)
    matters: dict[str, Listed] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    clocks: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Book:
    """One city's cases, what was said of them, and what the turn under way has yet to carry on.

    `fresh` were just confirmed, `moved` came into new hands, `joining` are agencies that lifted a case by joining it.
    `cleared` is the entry at which a cell counts anew.
    """

    policy: Policy
    now_ms: int = 0
    entries: int = 0
    origin: Origin = NOBODY
    matters: dict[str, Known] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    cleared: dict[tuple[str, str], int] = field(default_factory=dict)
    learned: dict[tuple[str, str], Precedent] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    fresh: list[Case] = field(default_factory=list)
    moved: list[Case] = field(default_factory=list)
    joining: list[tuple[Case, str]] = field(default_factory=list)

    def case(self, number: str) -> Case | None:
        """Give the live case of a number."""
        return next((c for c in self.cases if c.number == number and c.phase in LIVE), None)

    def at(self, cell: tuple[str, str]) -> Case | None:
        """Give the live case that a cell's next matter joins."""
        return next((c for c in self.cases if c.phase in LIVE and cell in c.claims), None)

    def part(self, number: str) -> tuple[Case, Part] | None:
        """Give a part of a live case, and the case."""
        for case in self.cases:
            for part in case.parts:
                if part.number == number and case.phase in LIVE:
                    return case, part
        return None

    def ladder(self, case: Case) -> TierPolicy:
        """Give the tier policy of a case."""
        chosen = next(tiers for tiers in self.policy.tiers if not tiers.categories)
        for tiers in self.policy.tiers:
            if case.category in tiers.categories or case.category[0] in tiers.categories:
                chosen = tiers
        return chosen

    def holds(self, case: Case) -> Place:
        """Give the place that holds a case."""
        return self.policy.places[case.held_at]

    def day(self, at_ms: int) -> date:
        """Give the local day of an instant."""
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.policy.zone).date()

    def clocks(self) -> Iterator[tuple[int, str, Case, Part | None, str]]:
        """Give every running clock: when it is due, its name, whose it is and of what kind."""
        for case in self.cases:
            for kind, due in case.clocks.items():
                yield due, f"{case.number}/{kind}", case, None, kind
            for part in case.parts:
                for kind, due in part.clocks.items():
                    yield due, f"{part.number}/{kind}", case, part, kind

    def say(  # noqa: PLR0913 (a verdict has so many sides)
        self,
        case: Case,
        kind: str,
        reason: str,
        *,
        agency: str = "",
        part: Part | None = None,
        due: int | None = None,
        evidence: tuple[str, ...] = (),
        into: str = "",
    ) -> None:
        """Note that something must have been said of a case as it stands."""
        self.verdicts.append(
            Verdict(
                self.origin.at_ms,
                kind,
                reason,
                case.number,
                case.place,
                self.holds(case).tier,
                case.category,
                agency if part is None else part.agency,
                "" if part is None else part.number,
                due,
                evidence,
                into,
                self.origin.cause,
                self.policy.version,
            )
        )
