"""The live state of one jurisdiction: all that the next decision depends on.

The fold owns it and updates it in place: copying it for every event would cost more than all else together.
Nobody else holds a reference while a batch is folded, so the stages stay functions of (state, message, policy).
What changed is noted in `changed`, and only that is written.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heappush

from hub.model.clock import Days
from hub.model.lattice import Lattice
from hub.model.matter import Matter
from hub.model.place import Cells, RuleCell
from hub.model.problem import Problem
from hub.model.window import Cell, Sighting, Window
from hub.policies.models import Policy

SourceKey = tuple[str, int]
"""An agency and the partition of its events topic."""

Timer = tuple[int, str, int]
"""Due moment (epoch ms), problem id, round: sorts by (due, id), the order in which timers fire."""


@dataclass(slots=True)
class Source:
    """How far a source partition has been taken (`mark`: last position) and the tally of its outcomes."""

    mark: int = -1
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    refused: int = 0


@dataclass(slots=True)
class Remembered:
    """Event ids (`agency/id`) of the last days of hub time, for telling a resend from news."""

    days: int
    ids: set[str] = field(default_factory=set)
    by_day: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, day: int, event: str) -> None:
        """Remember an event on its hub day."""
        self.ids.add(event)
        self.by_day[day].append(event)

    def forget(self, today: int) -> None:
        """Forget what is older than the window."""
        for day in [day for day in self.by_day if day <= today - self.days]:
            self.ids.difference_update(self.by_day.pop(day))


@dataclass(slots=True)
class Changed:
    """What a batch touched, by key: exactly the rows to write."""

    sources: set[SourceKey] = field(default_factory=set)
    matters: set[str] = field(default_factory=set)
    problems: set[str] = field(default_factory=set)


@dataclass(slots=True)
class State:
    """One jurisdiction, live.

    `hub_ms` is the log's clock and only moves forward; before `wake_ms` no timer is due
    and the day, which ends at `day_end_ms`, is not over.
    `entries` numbers journal rows, `said` decisions, `opened` problems, `posted` outgoing messages. `backfilling`
    is true from the first event of a backfill into an empty log until live messages come.
    `problems` holds the open ones (and those closed in this batch), `open_at` their cells. `cleared` says from
    which journal number on a cell counts again. `matters` is a cache of what the journal already says.
    """

    jurisdiction: str
    days: Days
    cells: Cells
    remembered: Remembered
    windows: tuple[Window, ...]
    lattice: Lattice | None
    hub_ms: int = 0
    wake_ms: int = 0
    day_end_ms: int = 0
    today: int = 0
    entries: int = 0
    said: int = 0
    opened: int = 0
    posted: int = 0
    backfilling: bool = False
    sources: dict[SourceKey, Source] = field(default_factory=dict)
    matters: dict[str, Matter] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    open_at: dict[Cell, str] = field(default_factory=dict)
    cleared: dict[Cell, int] = field(default_factory=dict)
    timers: list[Timer] = field(default_factory=list)
    changed: Changed = field(default_factory=Changed)


def empty_state(policy: Policy) -> State:
    """Give the state of a jurisdiction whose log is empty."""
    return State(
        jurisdiction=policy.jurisdiction,
        days=Days(policy.zone),
        cells=Cells(policy),
        remembered=Remembered(policy.limits.remember_days),
        windows=tuple(Window(rule.within_days) for rule in policy.rules),
        lattice=_empty_lattice(policy),
    )


def _empty_lattice(policy: Policy) -> Lattice | None:
    burst = policy.burst
    return None if burst is None else Lattice(policy, burst.category_level, burst.natures)


def keep_problem(state: State, problem: Problem) -> None:
    """Put a new or changed open problem into the state; a due moment it newly has becomes a timer."""
    before = state.problems.get(problem.id)
    state.problems[problem.id] = problem
    state.open_at[problem.place, problem.category] = problem.id
    state.changed.problems.add(problem.id)
    if problem.due_ms is not None and (before is None or before.due_ms != problem.due_ms):
        heappush(state.timers, (problem.due_ms, problem.id, problem.round))
        state.wake_ms = min(state.wake_ms, problem.due_ms)


def close_problem(state: State, problem: Problem) -> None:
    """Let a problem go: its cell counts anew, from what comes after."""
    assert problem.closed_entry is not None, "a closed problem says from where its cell counts anew"
    cell = (problem.place, problem.category)
    state.problems[problem.id] = problem
    state.changed.problems.add(problem.id)
    del state.open_at[cell]
    state.cleared[cell] = problem.closed_entry
    for window in state.windows:
        window.clear(cell)


def place_matter(state: State, matter: Matter) -> list[RuleCell]:
    """Count a matter in every window whose cell it falls in; gives those cells."""
    cells = state.cells.of(matter.place, matter.category, matter.nature)
    sighting = Sighting(matter.entry, matter.event, matter.key)
    for number, cell in cells:
        if matter.entry > state.cleared.get(cell, 0):
            state.windows[number].add(matter.day, cell, sighting)
    if state.lattice is not None:
        for cell in state.lattice.cells(matter.place, matter.category, matter.nature):
            state.lattice.add(matter.day, cell, sighting)
    return cells


def displace_matter(state: State, matter: Matter) -> list[RuleCell]:
    """Take a matter out of every window it was counted in; gives its cells."""
    cells = state.cells.of(matter.place, matter.category, matter.nature)
    for number, cell in cells:
        state.windows[number].remove(matter.day, cell, matter.key)
    if state.lattice is not None:
        for cell in state.lattice.cells(matter.place, matter.category, matter.nature):
            state.lattice.remove(matter.day, cell, matter.key)
    return cells
