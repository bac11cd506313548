"""The live state of one jurisdiction: all that the next decision depends on.

The fold owns it and updates it in place: copying it for every event would cost more than all else together.
Nobody else holds a reference while a batch is folded, so the stages stay functions of (state, message, policy).
What changed is noted in `changed`, and only that is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from msgspec.structs import replace

from hub.model.almanac import Almanac
from hub.model.aside import Aside
from hub.model.assessment import ScoreRow, Submitted
from hub.model.clock import Days
from hub.model.dues import Clockwork
from hub.model.episode import Episodes, episode_of
from hub.model.lattice import Lattice
from hub.model.lifecycle import is_open
from hub.model.matter import Matter, Standing
from hub.model.pair import Pair, PairStanding
from hub.model.place import Cells, RuleCell
from hub.model.problem import Problem, Spot, spot_of
from hub.model.tally import Tallies
from hub.model.task import Notice, Task
from hub.model.timer import NEVER_MS, Clock, Timers
from hub.model.window import Cell, Sighting, Window
from hub.policies.models import BurstRule, Policy, Precedent

CELL_PARTS: Final = 2
SourceKey = tuple[str, int]
"""An agency and the partition of its events topic."""


class Member(NamedTuple):
    """One matter in one problem: its place, its first event (`agency/id`), and how satisfied people last were.

    `counts` is false once the matter was withdrawn, corrected away or split off: it stays listed, as counter-
    evidence.
    """

    matter: str
    entry: int
    event: str
    place: str
    counts: bool = True
    satisfaction: str = ""


class Closure(NamedTuple):
    """The last problem that ended at a cell: its number, when, and how often the cell had come back by then."""

    problem_id: str
    closed_ms: int
    level: int


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
    tasks: set[str] = field(default_factory=set)
    notices: set[str] = field(default_factory=set)
    members: set[tuple[str, str]] = field(default_factory=set)
    precedents: set[tuple[str, str]] = field(default_factory=set)
    pairs: set[str] = field(default_factory=set)
    submitted: dict[tuple[str, str, str], Submitted] = field(default_factory=dict)
    scores: list[ScoreRow] = field(default_factory=list)


@dataclass(slots=True)
class State:
    """One jurisdiction, live.

    `hub_ms` is the log's clock and only moves forward; before `wake_ms` no timer is due and the day, which ends
    at `day_end_ms`, is not over. `entries` numbers journal rows, `said` decisions, `opened` problems, `posted`
    outgoing messages. `backfilling` is true from the first event of a backfill into an empty log until live
    messages come. `problems` holds the open ones (and those closed in this batch), `open_at` which one a cell's
    next matter joins, `claims` the cells of each, `members` and `tasks` what belongs to them, `joined` the
    problems of each matter, `notices` those that wait for an answer. `cleared` says from which journal number
    on a cell counts again, `closures` what ended there last. `precedents` are those learned from rulings.
    `matters` is a cache of what the journal already says, as `pairs` is of the table of pairs; `twins` leads from each
    matter that is another one told again to that one. `keyed` counts the open problems of each cell that claim a finer
    key, `rested` holds the cells where such a one was closed. `aside` is what earlier bursts hold.
    `versions` are the policies that may be adopted; one that was is `adopted`, and the state is loaded anew under it.
    """

    jurisdiction: str
    days: Days
    cells: Cells
    remembered: Remembered
    windows: tuple[Window, ...]
    lattice: Lattice | None
    clockwork: Clockwork
    tallies: Tallies
    almanac: Almanac | None = None
    episodes: Episodes | None = None
    aside: Aside = field(default_factory=Aside)
    versions: Mapping[str, Policy] = field(default_factory=dict)
    adopted: Policy | None = None
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
    open_at: dict[Spot, str] = field(default_factory=dict)
    claims: dict[str, list[Spot]] = field(default_factory=dict)
    keyed: dict[Cell, int] = field(default_factory=dict)
    members: dict[str, dict[str, Member]] = field(default_factory=dict)
    joined: dict[str, list[str]] = field(default_factory=dict)
    tasks: dict[str, dict[str, Task]] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    precedents: dict[tuple[str, str], Precedent] = field(default_factory=dict)
    submitted: dict[tuple[str, str], dict[str, Submitted]] = field(default_factory=dict)
    cleared: dict[Spot, int] = field(default_factory=dict)
    closures: dict[Spot, Closure] = field(default_factory=dict)
    rested: set[Cell] = field(default_factory=set)
    pairs: dict[str, Pair] = field(default_factory=dict)
    twins: dict[str, str] = field(default_factory=dict)
    timers: Timers = field(default_factory=Timers)
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
        clockwork=Clockwork(policy),
        tallies=Tallies(policy),
        almanac=None if policy.patterns.season is None else Almanac(policy.calendar),
        episodes=_empty_episodes(policy),
    )


def _empty_lattice(policy: Policy) -> Lattice | None:
    burst = policy.burst
    return None if burst is None else Lattice(policy, burst.category_level, burst.natures)


def _empty_episodes(policy: Policy) -> Episodes | None:
    days = policy.patterns.days
    return Episodes(days) if days else None


def keep_problem(state: State, problem: Problem) -> None:
    """Put a new or changed open problem into the state."""
    state.problems[problem.id] = problem
    state.changed.problems.add(problem.id)
    if problem.claims:
        claim(state, problem.id, spot_of(problem))


def claim(state: State, problem_id: str, spot: Spot) -> None:
    """Let what comes in a cell, or at a key of it, join a problem."""
    if state.open_at.get(spot) != problem_id:
        state.open_at[spot] = problem_id
        state.claims.setdefault(problem_id, []).append(spot)
        if len(spot) > CELL_PARTS:
            state.keyed[spot[0], spot[1]] = state.keyed.get((spot[0], spot[1]), 0) + 1


def _unclaim(state: State, problem_id: str) -> list[Spot]:
    spots = state.claims.pop(problem_id, [])
    for spot in spots:
        del state.open_at[spot]
        if len(spot) > CELL_PARTS:
            state.keyed[spot[0], spot[1]] -= 1
            if not state.keyed[spot[0], spot[1]]:
                del state.keyed[spot[0], spot[1]]
    return spots


def note_closure(state: State, problem: Problem, closed_ms: int) -> None:
    """Remember the last problem that was closed at a spot."""
    spot = spot_of(problem)
    state.closures[spot] = Closure(problem.id, closed_ms, problem.level)
    if len(spot) > CELL_PARTS:
        state.rested.add((spot[0], spot[1]))


def close_problem(state: State, problem: Problem) -> None:
    """Let a problem go, with its clocks; its cell counts anew, from what comes after, and its parts go up one."""
    assert problem.closed_entry is not None, "a closed problem says from where its cell counts anew"
    _end_problem(state, problem)
    parts = [part for part in state.problems.values() if part.parent == problem.id and is_open(part.phase)]
    for part in parts:
        keep_problem(state, replace(part, parent=problem.parent))
    for spot in _unclaim(state, problem.id):
        state.cleared[spot] = problem.closed_entry
        if len(spot) == CELL_PARTS:
            for window in state.windows:
                window.clear(spot)


def redirect_problem(state: State, problem: Problem) -> None:
    """Let another problem take one in: what comes at its cells joins that one from here."""
    assert problem.merged_into, "who is merged says into what"
    _end_problem(state, problem)
    for spot in _unclaim(state, problem.id):
        claim(state, problem.merged_into, spot)


def _end_problem(state: State, problem: Problem) -> None:
    """Note a problem's end: no clock of it runs, and no news of its matters reaches it."""
    state.problems[problem.id] = problem
    state.changed.problems.add(problem.id)
    for matter in state.members.get(problem.id, {}):
        others = [number for number in state.joined[matter] if number != problem.id]
        if others:
            state.joined[matter] = others
        else:
            del state.joined[matter]
    state.timers.stop_all(problem.id)
    for task in state.tasks.get(problem.id, {}):
        state.timers.stop_all(task)


def forget_problem(state: State, problem_id: str) -> None:
    """Drop a problem that ended, once its rows are written."""
    del state.problems[problem_id]
    state.tasks.pop(problem_id, None)
    state.members.pop(problem_id, None)
    for notice in [n.id for n in state.notices.values() if n.problem_id == problem_id]:
        del state.notices[notice]


def keep_member(state: State, problem_id: str, member: Member) -> None:
    """Put a matter into an open problem, or change what is known of it there."""
    members = state.members.setdefault(problem_id, {})
    if member.matter not in members:
        state.joined.setdefault(member.matter, []).append(problem_id)
    members[member.matter] = member
    state.changed.members.add((problem_id, member.matter))


def keep_task(state: State, task: Task) -> None:
    """Put a new or changed task into the state."""
    tasks = state.tasks.setdefault(task.problem_id, {})
    if task.problem_id in state.problems:
        state.tallies.retask(tasks.get(task.id), task, state.problems[task.problem_id].place)
    tasks[task.id] = task
    state.changed.tasks.add(task.id)


def find_task(state: State, task_id: str) -> Task | None:
    """Give a task of an open problem by its id."""
    return state.tasks.get(task_id.split(".", maxsplit=1)[0], {}).get(task_id)


def round_tasks(state: State, problem: Problem) -> Iterator[Task]:
    """Give the tasks of a problem's present round, in the order they were cut."""
    return (task for task in state.tasks.get(problem.id, {}).values() if task.round == problem.round)


def keep_notice(state: State, notice: Notice) -> None:
    """Put a notice into the state: one that waits for an answer stays, one that does not is only written."""
    state.notices[notice.id] = notice
    state.changed.notices.add(notice.id)


def start_clock(state: State, clock: Clock) -> None:
    """Start a clock; it fires before any message that comes at or after its due moment."""
    state.timers.start(clock)
    state.wake_ms = min(state.wake_ms, clock.due_ms)


def next_moment_ms(state: State) -> int:
    """Give when the day ends or the next clock is due (the day closes first); never before a first message."""
    if not state.day_end_ms:
        return NEVER_MS
    return min(state.day_end_ms, state.timers.next_ms())


def place_matter(state: State, matter: Matter) -> Sequence[RuleCell]:
    """Count a matter in every window whose cell it falls in; gives those cells. One told again counts nowhere."""
    if matter.key in state.twins:
        return ()
    cells = state.cells.of(matter.place, matter.category, matter.nature)
    sighting = Sighting(matter.entry, matter.event, matter.key, matter.place, matter.severity)
    for number, cell in cells:
        if matter.entry > state.cleared.get(cell, 0):
            state.windows[number].add(matter.day, cell, sighting)
    if state.lattice is not None:
        above = state.lattice.cells(matter.place, matter.category, matter.nature)
        state.lattice.count(matter.day, above, sighting)
        for cell in above:
            if cell in state.aside.bursts:
                state.aside.add(matter.day, cell)
    season = state.cells.policy.patterns.season
    if state.almanac is not None and season is not None and _is_of(season, matter.nature):
        state.almanac.add(matter.day, kind_at(state.cells.policy, matter.category, season.category_level))
    return cells


def _is_of(rule: BurstRule, nature: str) -> bool:
    return not rule.natures or nature in rule.natures


def kind_at(policy: Policy, category: str, level: int) -> str:
    """Give a category's own node at a level, or the category itself where it is less deep."""
    chain = policy.categories[category].chain
    return chain[len(chain) - min(level, len(chain))]


def keep_episode(state: State, matter: Matter) -> None:
    """Keep when a matter came and was closed; one that was withdrawn, or is another one told again, is none."""
    if state.episodes is None:
        return
    if matter.standing is Standing.WITHDRAWN or matter.key in state.twins:
        state.episodes.drop(matter.day, matter.key)
    elif not state.episodes.knows(matter, state.days):
        state.episodes.put(episode_of(matter, state.days))


def keep_pair(state: State, pair: Pair) -> None:
    """Put a new or judged pair into the state."""
    state.pairs[pair.id] = pair
    state.changed.pairs.add(pair.id)
    if pair.standing is PairStanding.CONFIRMED:
        state.tallies.leave_out(state.matters[pair.second])
        state.twins[pair.second] = pair.first
    elif state.twins.pop(pair.second, None) is not None:
        state.tallies.retell(None, state.matters[pair.second])


def displace_matter(state: State, matter: Matter) -> Sequence[RuleCell]:
    """Take a matter out of every window it was counted in; gives its cells."""
    if matter.key in state.twins:
        return ()
    cells = state.cells.of(matter.place, matter.category, matter.nature)
    for number, cell in cells:
        state.windows[number].remove(matter.day, cell, matter.key)
    if state.lattice is not None:
        for cell in state.lattice.cells(matter.place, matter.category, matter.nature):
            state.lattice.remove(matter.day, cell, matter.key)
            state.aside.remove(matter.day, cell)
    season = state.cells.policy.patterns.season
    if state.almanac is not None and season is not None and _is_of(season, matter.nature):
        state.almanac.remove(matter.day, kind_at(state.cells.policy, matter.category, season.category_level))
    return cells
