"""How agencies answer, in time, late, twice or never, and how the centre's desk keeps things going.

What an agency does with a task depends on the seed and the task alone, so it does the same however the log came about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from hub.tools.simulate.acts import DAY, HOUR, Act, Saying

if TYPE_CHECKING:
    from hub.policies.models import Policy
    from hub.tools.simulate.acts import Board

# The further up, the more a task gets done: a village can often not remove the cause.
ABLE: Final = {"village": 0.45, "township": 0.6, "county": 0.8, "city": 0.95}
PROMPT_SHARE: Final = 0.74
LATE_SHARE: Final = 0.10
RETURNED_SHARE: Final = 0.07
EXTENDED_SHARE: Final = 0.08
LEDGERED_SHARE: Final = 0.02
PASSED_SHARE: Final = 0.85
CONFIRMED_SHARE: Final = 0.8
DISMISSED_SHARE: Final = 0.12
UNCLOCKED_DAYS: Final = 8
GROUND: Final = "职责不在本单位，请中心另行派单"
RESULT: Final = "已现场处置，责任单位签字确认"
URGED: Final = ("nudged", "supervised", "interviewed", "circulated", "listed")
OPEN_TASK: Final = ("task_cut", "task_accepted", "task_reopened")


@dataclass(slots=True)
class Habits:
    """The answers of all agencies and of the desk."""

    policy: Policy
    seed: int

    def hear(self, saying: Saying, board: Board) -> list[Act]:
        """Give what will be done about a decision."""
        answer = {
            "problem_suspected": self._suspected,
            "task_cut": self._cut,
            "task_returned": self._returned,
            "arbitration_opened": self._disputed,
            "task_done": self._done,
            "task_reopened": self._reopened,
            **dict.fromkeys(URGED, self._urged),
        }.get(saying.kind)
        if answer is None:
            return []
        chance = Random(f"{self.seed} {saying.kind} {saying.task or saying.problem} {saying.at}")
        return answer(saying, board, chance)

    def _suspected(self, saying: Saying, _: Board, chance: Random) -> list[Act]:
        at, dice = saying.at + chance.uniform(3, 30) * HOUR, chance.random()
        waits = ("problem_suspected",)
        if dice < CONFIRMED_SHARE:
            return [Act(at, saying.problem, waits, "confirm")]
        if dice < CONFIRMED_SHARE + DISMISSED_SHARE:
            reason = (("reason", "NO_COMMON_CAUSE"),)
            return [Act(at, saying.problem, waits, "dismiss", fields=reason)]
        return []

    def _cut(self, saying: Saying, _: Board, chance: Random) -> list[Act]:
        dice = chance.random()
        if saying.reason != "RULED" and dice < RETURNED_SHARE:
            at = saying.at + chance.uniform(1, 5) * HOUR
            return [reply(saying, at, "return", ("task_cut",), ground=GROUND)]
        if dice < RETURNED_SHARE + PROMPT_SHARE:
            accepted = saying.at + chance.uniform(0.3, 3) * HOUR
        elif dice < RETURNED_SHARE + PROMPT_SHARE + LATE_SHARE:
            accepted = saying.at + chance.uniform(8, 40) * HOUR
        else:
            return []
        return [reply(saying, accepted, "accept", ("task_cut",)), *self._work(saying, accepted, chance)]

    def _work(self, saying: Saying, accepted: float, chance: Random) -> list[Act]:
        span = (saying.due or saying.at + UNCLOCKED_DAYS * DAY) - saying.at
        middle, dice = accepted + 0.4 * span, chance.random()
        if dice < EXTENDED_SHARE:
            return [
                reply(saying, middle, "extend", OPEN_TASK, days=2, ground="需要跨部门协调"),
                desk(saying, middle + 4 * HOUR, "answer", OPEN_TASK, granted=chance.random() < PASSED_SHARE),
                done(saying, saying.at + span + DAY),
            ]
        if dice < EXTENDED_SHARE + LEDGERED_SHARE:
            review = accepted + 15 * DAY
            day = (datetime.fromtimestamp(review, UTC) + timedelta(days=1)).date().isoformat()
            return [
                reply(saying, middle, "ledger", OPEN_TASK, review_on=day, ground="资金未到位"),
                desk(saying, middle + 6 * HOUR, "answer", OPEN_TASK, granted=True),
                done(saying, review + 3 * DAY),
            ]
        if chance.random() >= ABLE[saying.tier]:
            return [reply(saying, middle, "progress", OPEN_TASK, note="正在排查原因")] if dice < 0.5 else []
        return [done(saying, max(accepted + HOUR, saying.at + chance.uniform(0.3, 0.9) * span))]

    def _returned(self, saying: Saying, board: Board, chance: Random) -> list[Act]:
        at = saying.at + chance.uniform(1, 6) * HOUR
        # The body leads already where a co-agency returns its part, and gets no second one.
        leads = board.leads.get(saying.problem) == saying.task
        agency = self._body(saying) if chance.random() >= 0.6 and leads else saying.agency
        return [desk(saying, at, "recut", ("task_returned",), agency=agency)]

    def _disputed(self, saying: Saying, _: Board, chance: Random) -> list[Act]:
        at = saying.at + chance.uniform(4, 24) * HOUR
        return [desk(saying, at, "rule", ("arbitration_opened",), agency=saying.agency)]

    def _done(self, saying: Saying, _: Board, chance: Random) -> list[Act]:
        passed = chance.random() < PASSED_SHARE
        return [
            desk(saying, saying.at + chance.uniform(0.5, 2) * DAY, "verify", ("task_done",), passed=passed)
        ]

    def _reopened(self, saying: Saying, _: Board, chance: Random) -> list[Act]:
        return [done(saying, saying.at + chance.uniform(0.5, 2) * DAY)]

    def _urged(self, saying: Saying, board: Board, chance: Random) -> list[Act]:
        """A notice moves about half of those it reaches."""
        task = saying.task or board.leads.get(saying.problem, "")
        if not task or saying.reason in ("DUE_SOON", "SILENT") or chance.random() < 0.5:
            return []
        about = saying._replace(task=task)
        at = saying.at + chance.uniform(2, 20) * HOUR
        return [reply(about, at, "accept", ("task_cut",)), done(about, at + chance.uniform(1, 4) * DAY)]

    def _body(self, saying: Saying) -> str:
        """Give the territorial body that holds the problem."""
        places = self.policy.places
        held = next((code for code in places[saying.place].chain if places[code].tier == saying.tier), "")
        body = self.policy.holders.get(held, "")
        return body if body in self.policy.agencies else saying.agency


def reply(saying: Saying, at: float, verb: str, while_: tuple[str, ...], **fields: Any) -> Act:  # noqa: ANN401
    """Let the agency of a task reply."""
    return Act(at, saying.task, while_, verb, saying.agency, tuple(fields.items()))


def desk(saying: Saying, at: float, verb: str, while_: tuple[str, ...], **fields: Any) -> Act:  # noqa: ANN401
    """Let the desk do something with a task."""
    return Act(at, saying.task, while_, verb, fields=tuple(fields.items()))


def done(saying: Saying, at: float) -> Act:
    """Let the agency of a task report that it is done."""
    return reply(saying, at, "done", (*OPEN_TASK, "ledgered"), result=RESULT)
