"""A turn: one message or clock under way through the stages; what is said in it is numbered here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hub.core._posts import Order, Post
from hub.model.decision import Decision, Measure
from hub.model.problem import Problem
from hub.model.state import State, round_tasks
from hub.model.task import Role, Task
from hub.policies.models import Policy
from hub.schemas.reasons import NOTICE_KINDS, DecisionKind, Label

ORDERED: Final = frozenset(
    {
        DecisionKind.TASK_CUT,
        DecisionKind.ARBITRATION_OPENED,
        DecisionKind.TASK_VERIFIED,
        DecisionKind.TASK_REOPENED,
        DecisionKind.TASK_WAIVED,
        DecisionKind.EXTENSION_GRANTED,
        DecisionKind.LEDGERED,
        *NOTICE_KINDS,
    }
)
"""What the agency it is about hears on its own topic (contract.md, orders)."""

COPIED: Final = frozenset(
    {
        DecisionKind.LEAD_NAMED,
        DecisionKind.PROBLEM_SETTLED,
        DecisionKind.PROBLEM_CLOSED,
        DecisionKind.PROBLEM_DISMISSED,
        DecisionKind.PROBLEM_MERGED,
    }
)
"""What those in copy hear of a problem: who answers for it now, and how it ends."""


class Cause(NamedTuple):
    """What made a decision, the moment it is dated, and the traceparent of the event it was, if any."""

    id: str
    at_ms: int
    trace: str = ""


@dataclass(slots=True)
class Turn:
    """The state and the policy, what causes this turn, and what was said in it so far.

    `confirmed` are problems that wait for their first stage, `moved` those that came into new hands, `joining` the
    agencies that were added to a problem and thereby lifted it: they take part in the round that begins.
    """

    state: State
    policy: Policy
    cause: Cause
    posts: list[Post]
    confirmed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    joining: dict[str, str] = field(default_factory=dict)

    def say(
        self,
        kind: DecisionKind,
        reason: str,
        problem: Problem,
        *,
        agency: str = "",
        task: Task | None = None,
        due_ms: int | None = None,
        evidence: tuple[str, ...] = (),
        measure: Measure | None = None,
        into: str = "",
        label: Label | None = None,
    ) -> Decision:
        """Say one thing about a problem as it stands now; what concerns a task is said to its agency too."""
        if task is not None:
            agency = task.agency
        self.state.said += 1
        decision = Decision(
            seq=self.state.said,
            at_ms=self.cause.at_ms,
            kind=kind,
            reason=reason,
            cause=self.cause.id,
            policy=self.policy.version,
            problem_id=problem.id,
            place=problem.place,
            place_tier=problem.place_tier,
            tier=problem.tier,
            category=problem.category,
            agency=agency,
            task_id="" if task is None else task.id,
            labels=problem.labels,
            due_ms=due_ms,
            evidence=evidence,
            measure=measure,
            into=into,
            label=label,
            trace=self.cause.trace,
        )
        self.posts.append(decision)
        if agency and kind in ORDERED:
            self._order(Order(agency, decision, decision.task_id))
        if kind in COPIED:
            copies = (task for task in round_tasks(self.state, problem) if task.role is Role.COPY)
            # In one order, whether these rows were made in this process or loaded, by the length of their ids.
            for copy in sorted(copies, key=lambda task: task.agency):
                self.inform(copy, decision)
        return decision

    def recall(self, task: Task, decision: Decision) -> None:
        """Tell an agency that a task of its is no longer its own, by what was decided."""
        self._order(Order(task.agency, decision, task.id, recalled=True))

    def inform(self, task: Task, decision: Decision) -> None:
        """Tell an agency that is in copy what was decided."""
        self._order(Order(task.agency, decision, task.id, copied=True))

    def _order(self, order: Order) -> None:
        """Put an order beside a decision; a body without topics of its own reads its orders on the screen."""
        known = self.policy.agencies.get(order.agency)
        if known is not None and known.publishes:
            self.posts.append(order)
