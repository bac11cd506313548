"""A whole year with its answers: the simulated city and the core in lock-step, so that people react to decisions.

As a decision is a function of state, message and policy, what they react to here is what the hub will decide when the
year is loaded into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import orjson

from hub.core._fold import fold
from hub.core._posts import Told
from hub.core.intake import pack
from hub.model.decision import Decision
from hub.model.state import Changed, State, empty_state
from hub.schemas.commands import Command, written
from hub.schemas.inbox import Item, Packed
from hub.tools.history import History
from hub.tools.simulate.acts import Act, Board, Saying, command_of, reply_event, speaks
from hub.tools.simulate.city import PER_DAY, simulate_city
from hub.tools.simulate.habits import Habits
from hub.tools.simulate.planted import planted_problems
from hub.tools.simulate.stamps import run_tag
from hub.tools.simulate.story import Story, story_of

if TYPE_CHECKING:
    from hub.policies.models import Policy

NO_TIME: Final = 0
PACKED_EVENTS: Final = 400
Line = tuple[bytes, list[Item] | Command]


@dataclass(slots=True)
class People:
    """All who answer: their habits, the story they play, and what they have planned."""

    policy: Policy
    habits: Habits
    story: Story | None
    board: Board = field(default_factory=Board)
    agenda: list[tuple[float, int, Act]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)

    def hear(self, saying: Saying) -> None:
        """Hear a decision and plan what to do about it."""
        self.board.note(saying)
        for act in self._answers(saying):
            heappush(self.agenda, (max(act.at, saying.at), next(self.order), act))

    def due(self, until: float) -> Act | None:
        """Give the next act that is due by an instant and still makes sense."""
        while self.agenda and self.agenda[0][0] <= until:
            at, _, act = heappop(self.agenda)
            if self.board.holds(act):
                return act._replace(at=at)
        return None

    def _answers(self, saying: Saying) -> list[Act]:
        story = self.story
        if story is not None and story.is_about(saying):
            return story.hear(saying, self.board)
        if story is not None and story.problem and not story.ended and story.is_above(saying):
            return story.leave_alone(saying)
        return self.habits.hear(saying, self.board)


def people_of(policy: Policy, seed: int, start: datetime, days: int) -> People:
    """Give the people of a run; the first planted problem is their story."""
    planted = planted_problems(policy, seed, start, days)
    return People(policy, Habits(policy, seed), story_of(policy, planted[0]) if planted else None)


def said(decision: Decision) -> Saying:
    """Give a decision as people hear it."""
    return Saying(
        decision.kind,
        decision.reason,
        decision.at_ms / 1000,
        decision.problem_id,
        decision.tier,
        decision.place,
        decision.category,
        decision.agency,
        decision.task_id,
        (decision.due_ms or 0) / 1000,
    )


class Year:
    """One run of the city with its answers; iterate over `lines` or `messages`, once."""

    def __init__(
        self, policy: Policy, seed: int, start: datetime, days: int, per_day: float = PER_DAY
    ) -> None:
        """Set the city up."""
        self._policy = policy
        self._events = simulate_city(policy, seed, start, days, per_day)
        self._people = people_of(policy, seed, start, days)
        end = start + timedelta(days)
        self._history = History(policy, int(end.timestamp() * 1000))
        self._judging = _what_moves_people(policy)
        self._state: State = empty_state(self._judging)
        self._tag = run_tag(seed, start)
        self._numbers = count(1)
        self._commands: list[tuple[bytes, Command]] = []
        self._written: list[bytes] = []

    def lines(self) -> Iterator[bytes]:
        """Give the year as the lines of a file that `hub replay` takes."""
        for line, _ in self._steps():
            yield line

    def messages(self) -> Iterator[Packed | Command]:
        """Give the year as messages of the log."""
        run: list[list[Item]] = []
        for _, step in self._steps():
            if isinstance(step, list):
                run.append(step)
            if run and (not isinstance(step, list) or len(run) >= PACKED_EVENTS):
                yield from pack(self._policy.jurisdiction, run, backfill=True)
                run = []
            if not isinstance(step, list):
                yield step
        yield from pack(self._policy.jurisdiction, run, backfill=True)

    def _steps(self) -> Iterator[Line]:
        for items in self._history.admit(self._feed()):
            yield from self._asked()
            self._fold(Packed(jurisdiction=self._policy.jurisdiction, backfill=True, items=items))
            yield self._written.pop(), items
        yield from self._asked()

    def _feed(self) -> Iterator[bytes]:
        """Give the next event whenever the last one is folded; acts that are due come before it."""
        for event in self._events:
            at = datetime.fromisoformat(event["time"]).timestamp()
            while (act := self._people.due(at)) is not None:
                yield self._do(act)
            yield self._write(event)

    def _do(self, act: Act) -> bytes:
        number = f"{self._tag}-a{next(self._numbers)}"
        if speaks(act, self._policy):
            # Whole seconds, as every event of the city has: never before what it answers.
            time = datetime.fromtimestamp(int(act.at) + 1, self._policy.zone).isoformat(timespec="seconds")
            return self._write(reply_event(act, number, time))
        at_ms = max(int(act.at * 1000), self._state.hub_ms)
        command = command_of(act, self._policy, number, at_ms)
        self._fold(command)
        fields = {"kind": command.kind, **written(command), "hubtime": at_ms}
        self._commands.append((orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE), command))
        # A blank line keeps the count of lines: positions are those of the file.
        return b"\n"

    def _write(self, event: dict[str, Any]) -> bytes:
        line = orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)
        self._written.append(line)
        return line

    def _asked(self) -> Iterator[Line]:
        yield from self._commands
        self._commands.clear()

    def _fold(self, message: Packed | Command) -> None:
        told = Told()
        fold(self._state, self._judging, message, NO_TIME, told)
        self._state.changed = Changed()
        for post in told.posts:
            if isinstance(post, Decision):
                self._people.hear(said(post))


def _what_moves_people(policy: Policy) -> Policy:
    """Leave out what opens, moves and ends no problem, as the hub will work it out anyway: figures, labels, pairs."""
    patterns = replace(policy.patterns, labels=(), duplicates=())
    return replace(policy, assessments=(), patterns=patterns)
