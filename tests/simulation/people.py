"""Agencies that answer late, twice, out of order or never; operators who confirm, rule, grant, verify and meddle.

They read the naive hub's book, as people read their screens, and say what they will do and when.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from hub.schemas import commands as say
from hub.schemas.commands import Command
from hub.schemas.reasons import DismissReason
from tests import builders as town
from tests.simulation.nouns import Book, Case, Part
from tests.simulation.spans import day_of
from tests.simulation.workload import DAY, MINUTE, Said

HOUR: Final = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does at a moment: an agency publishes a reply, or a command is asked."""

    at_ms: int
    agency: str = ""
    said: Said | None = None
    command: Command | None = None


@dataclass(slots=True)
class People:
    """All who answer in one city."""

    random: Random
    city: str
    seen: set[tuple[str, str]] = field(default_factory=set)
    count: int = 0

    def look(self, book: Book, now_ms: int) -> list[Act]:
        """Say what is going to be done about what is new in the book."""
        acts: list[Act] = []
        for case in book.cases:
            if self._is_new(case.number, case.phase):
                acts += self._about(book, case, now_ms)
            for part in case.parts:
                if self._is_new(part.number, part.phase):
                    acts += self._for(book, part, now_ms)
                if part.asked and self._is_new(part.number, f"asked {part.asked}"):
                    granted = self.random.random() < 0.75
                    acts.append(
                        self._ask(book, now_ms, say.AnswerAsked, task_id=part.number, granted=granted)
                    )
        return acts

    def _is_new(self, number: str, state: str) -> bool:
        new = (number, state) not in self.seen
        self.seen.add((number, state))
        return new

    def _about(self, book: Book, case: Case, now_ms: int) -> list[Act]:
        dice, number = self.random.random(), case.number
        if case.phase == "suspected":
            if dice < 0.6:
                return [self._ask(book, now_ms, say.ConfirmProblem, problem_id=number)]
            if dice < 0.93:
                return [self._dismiss(book, now_ms, number)]
        elif dice < 0.55:
            return self._meddle(book, case, now_ms)
        return []

    def _dismiss(self, book: Book, now_ms: int, number: str) -> Act:
        reason = self.random.choice(list(DismissReason))
        return self._ask(book, now_ms, say.DismissProblem, problem_id=number, reason=reason)

    def _meddle(self, book: Book, case: Case, now_ms: int) -> list[Act]:
        """Ask for something nobody waits for; much of it is refused."""
        number, agency = case.number, self.random.choice([*book.policy.agencies, "nobody", "nobody"])
        others = [other.number for other in book.cases if other is not case]
        body = book.policy.holders.get(book.holds(case).parent or case.held_at, "nobody")
        step = self.random.choice(("supervised", "interviewed", "interviewed"))
        matters = tuple(name for name in case.matters if self.random.random() < 0.5) or ("hotline/m0",)
        asked: list[tuple[type[Command], dict[str, Any]]] = [
            (say.RaiseProblem, {}),
            (say.LowerProblem, {}),
            (say.SettleProblem, {"agency": body}),
            (say.SettleProblem, {"agency": agency}),
            (say.ReopenProblem, {}),
            (say.NameLead, {"agency": agency}),
            (say.AddCoAgency, {"agency": agency}),
            (say.GiveNotice, {"agency": case.lead or agency, "step": step}),
            (say.SplitProblem, {"matters": matters}),
            (
                say.MergeProblems,
                {"others": tuple(self.random.sample(others, min(len(others), 2)) or [number])},
            ),
            (say.ConfirmProblem, {}),
            (say.DismissProblem, {"reason": self.random.choice(list(DismissReason))}),
        ]
        kind, fields = self.random.choice(asked)
        return self._twice(self._ask(book, now_ms, kind, problem_id=number, **fields))

    def _for(self, book: Book, part: Part, now_ms: int) -> list[Act]:
        agencies = list(book.policy.agencies)
        if part.phase == "cut":
            return self._work(book, part, now_ms)
        dice = self.random.random()
        if part.phase in ("returned", "disputed") and dice < 0.85:
            kind = say.RuleTask if part.phase == "disputed" else say.RecutTask
            agency = part.agency if dice < 0.3 else self.random.choice(agencies)
            return [self._ask(book, now_ms, kind, task_id=part.number, agency=agency)]
        if part.phase == "done" and dice < 0.8:
            passed = dice < 0.6
            if not passed:
                self.seen.discard((part.number, "done"))
            return [self._ask(book, now_ms, say.VerifyTask, task_id=part.number, passed=passed)]
        if part.phase == "accepted" and dice < 0.1:
            return [self._ask(book, now_ms, say.WaiveTask, task_id=part.number)]
        if part.phase == "accepted":
            return self._finish(book, part, now_ms)
        return []

    def _work(self, book: Book, part: Part, now_ms: int) -> list[Act]:
        dice = self.random.random()
        soon, late = self._within(4 * HOUR), self._within(6 * DAY)
        if dice < 0.15:
            return []
        if dice < 0.45:
            return self._twice(self._reply(book, part, now_ms + soon, reply="accept"))
        if dice < 0.6:
            return self._twice(self._reply(book, part, now_ms + late, reply="accept"))
        if dice < 0.85:
            ground = "not ours"
            return self._twice(self._reply(book, part, now_ms + 2 * soon, reply="return", ground=ground))
        # Out of order: the work is said to be done before it was said to be taken.
        return [
            self._reply(book, part, now_ms + late, reply="done", result="done"),
            self._reply(book, part, now_ms + late + soon, reply="accept"),
        ]

    def _finish(self, book: Book, part: Part, now_ms: int) -> list[Act]:
        dice, later = self.random.random(), self._within(9 * DAY)
        acts = [self._reply(book, part, now_ms + later, reply="done", result="done")]
        if dice < 0.15:
            return []
        if dice < 0.35:
            days, ground = self.random.randrange(1, 9), "weather"
            acts.append(
                self._reply(book, part, now_ms + later // 3, reply="extend", days=days, ground=ground)
            )
        elif dice < 0.5:
            at_ms = now_ms + later // 4
            on = day_of(book.policy, at_ms + self.random.randrange(-1, 20) * DAY).isoformat()
            acts.append(self._reply(book, part, at_ms, reply="ledger", review_on=on, ground="funds"))
        elif dice < 0.7:
            acts.append(self._reply(book, part, now_ms + later // 2, reply="progress"))
        return acts

    def _reply(self, book: Book, part: Part, at_ms: int, **said: Any) -> Act:  # noqa: ANN401
        """Reply by event where the agency has a topic, by a command where it sits at a screen."""
        self.count += 1
        name = f"r-{self.count}-{self.random.randrange(10**6)}"
        known = book.policy.agencies.get(part.agency)
        if known is not None and known.publishes:
            event = Said(name, town.REPLY, at_ms, at_ms, task=part.number, reply=said)
            return Act(at_ms, part.agency, event)
        fields = {"ground": said.get("ground", said.get("result", "")), "days": said.get("days", 0)}
        command = say.ReplyTask(
            jurisdiction=self.city,
            id=name,
            task_id=part.number,
            agency=part.agency,
            seat=self._own(book, part, name),
            reply=said["reply"],
            review_on=said.get("review_on", ""),
            **fields,
        )
        return Act(at_ms, command=command)

    def _ask(self, book: Book, now_ms: int, kind: type[Command], **fields: Any) -> Act:  # noqa: ANN401
        self.count += 1
        name = f"c-{self.count}-{self.random.randrange(10**6)}"
        assert book.policy.jurisdiction == self.city
        command = kind(jurisdiction=self.city, id=name, seat=self._seat(book, name), **fields)
        return Act(now_ms + self._within(2 * DAY), command=command)

    def _own(self, book: Book, part: Part, name: str) -> say.Seat | None:
        """Give the agency's own seat, at times another's."""
        if Random(name).random() < 0.9:
            return say.Seat(role="agency", territory=self.city, agency=part.agency)
        return self._seat(book, name)

    def _seat(self, book: Book, name: str) -> say.Seat | None:
        """Give a seat of the centre that holds the whole city, or, now and then, whatever seat there is, or none."""
        # Dice of its own, so that a season goes as it would without seats.
        random = Random(f"{name} asks")
        dice = random.random()
        if dice < 0.3:
            return None
        if dice < 0.93:
            return say.Seat(role="desk", territory=self.city)
        roles: tuple[Any, ...] = ("desk", "duty", "leader", "admin", "duty", "leader", "agency", "monitor")
        return say.Seat(
            role=random.choice(roles),
            territory=random.choice(("", *book.policy.places)),
            agency=random.choice(("", "", *book.policy.agencies)),
        )

    def _within(self, most_ms: int) -> int:
        """Give a delay, short ones more often than long ones."""
        return MINUTE + int(most_ms * self.random.random() ** 2)

    def _twice(self, act: Act) -> list[Act]:
        """Say it again, at times."""
        if self.random.random() < 0.2:
            return [act, Act(act.at_ms + self._within(DAY), act.agency, act.said, act.command)]
        return [act]
