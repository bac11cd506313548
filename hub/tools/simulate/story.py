"""The first planted problem tells the whole ladder, as the same people would play it in any city.

Suspected, confirmed, a lead and three co-agencies of whom one returns its part twice; arbitration; the clock runs out
in the village, the township and the county; the city supervises; done, verified, watched; and it comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hub.tools.simulate.acts import DAY, HOUR, Act
from hub.tools.simulate.habits import GROUND, OPEN_TASK, desk, done, reply

if TYPE_CHECKING:
    from hub.policies.models import Policy
    from hub.tools.simulate.acts import Board, Saying
    from hub.tools.simulate.planted import Planted

CO_AGENCIES: Final = 3
HELD: Final = ("problem_confirmed", "problem_rebounded")


@dataclass(slots=True)
class Story:
    """Who plays: the cell it is about, the co-agencies in the order they are asked, and the number once it has one."""

    policy: Policy
    place: str
    categories: tuple[str, ...]
    co: tuple[str, ...]
    problem: str = ""
    ended: bool = False
    added: set[str] = field(default_factory=set)

    def is_about(self, saying: Saying) -> bool:
        """Whether a decision belongs to the story; the first suspicion at its cell begins it."""
        here = saying.place == self.place and saying.category in self.categories
        if saying.kind == "problem_suspected" and here and not self.problem:
            self.problem = saying.problem
        if saying.problem != self.problem or self.ended:
            return False
        self.ended = saying.kind == "problem_rebounded"
        return not self.ended

    def is_above(self, saying: Saying) -> bool:
        """Whether a decision is about a wider problem of which this one would be a part."""
        within = self.policy.places[self.place].chain
        return (
            saying.problem != self.problem and saying.place in within and saying.category in self.categories
        )

    def hear(self, saying: Saying, board: Board) -> list[Act]:
        """Give what comes next."""
        at, agency = saying.at, saying.agency
        match saying.kind:
            case "problem_suspected":
                confirm = Act(at + 2 * HOUR, saying.problem, ("problem_suspected",), "confirm")
                acts = [confirm, *self._alone(saying, board)]
            case "lead_named":
                acts = self._engage(saying)
            case "task_cut":
                acts = self._answer(saying)
            case "task_returned":
                acts = [desk(saying, at + 3 * HOUR, "recut", ("task_returned",), agency=agency)]
            case "arbitration_opened":
                acts = [desk(saying, at + 5 * HOUR, "rule", ("arbitration_opened",), agency=agency)]
            case "task_done":
                acts = [desk(saying, at + 20 * HOUR, "verify", ("task_done",), passed=True)]
            case _:
                acts = []
        return acts

    def leave_alone(self, saying: Saying) -> list[Act]:
        """Dismiss a wider problem that is suspected meanwhile: what it sees is handled in this one."""
        if saying.kind != "problem_suspected":
            return []
        reason = (("reason", "HANDLED_ELSEWHERE"),)
        return [Act(saying.at + 1, saying.problem, ("problem_suspected", *HELD), "dismiss", fields=reason)]

    def _alone(self, saying: Saying, board: Board) -> list[Act]:
        within = self.policy.places[self.place].chain
        reason = (("reason", "HANDLED_ELSEWHERE"),)
        return [
            Act(saying.at + 1, number, ("problem_suspected", *HELD), "dismiss", fields=reason)
            for number, (place, category) in sorted(board.cells.items())
            if number != saying.problem and place in within and category in self.categories
        ]

    def _engage(self, saying: Saying) -> list[Act]:
        """In the village and in the city three co-agencies are asked in; the city supervises the lead."""
        if saying.tier not in ("village", "city") or saying.tier in self.added:
            return []
        self.added.add(saying.tier)
        acts = [
            Act(saying.at + HOUR + 60 * n, saying.problem, HELD, "add", fields=(("agency", agency),))
            for n, agency in enumerate(self.co)
            if agency != saying.agency
        ]
        if saying.tier == "city":
            said = (("agency", saying.agency), ("step", "supervised"))
            acts.append(Act(saying.at + 12 * HOUR, saying.problem, HELD, "notice", fields=said))
        return acts

    def _answer(self, saying: Saying) -> list[Act]:
        returns = saying.tier == "village" and saying.agency == self.co[-1] and saying.reason != "RULED"
        if returns:
            return [reply(saying, saying.at + 2 * HOUR, "return", ("task_cut",), ground=GROUND)]
        acts = [reply(saying, saying.at + 2 * HOUR, "accept", ("task_cut",))]
        if saying.tier == "city":
            acts.append(done(saying, saying.at + 36 * HOUR))
        elif saying.agency != self.co[-1] and saying.agency in self.co:
            acts.append(reply(saying, saying.at + DAY, "progress", OPEN_TASK, note="已到现场会商"))
        return acts


def story_of(policy: Policy, planted: Planted) -> Story:
    """Give the story of a planted problem: departments there or above are its co-agencies, else who publishes."""
    chain = policy.places[planted.spot.code].chain
    near = [a for a in policy.agencies.values() if a.publishes and a.territory in chain]
    near.sort(key=lambda agency: (not agency.categories, agency.id))
    co = tuple(agency.id for agency in near[:CO_AGENCIES])
    return Story(policy, planted.spot.code, policy.categories[planted.topic.code].chain, co)
