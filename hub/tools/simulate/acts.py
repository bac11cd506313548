"""What agencies and the centre's desk do in answer to decisions, and what they know of a problem when they do it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub.schemas import commands

if TYPE_CHECKING:
    from hub.policies.models import Policy
    from hub.tools.simulate.desk import Event

HOUR: Final = 3600
DAY: Final = 24 * HOUR
REPLIED: Final = "linkage.task.replied.v1"

ASKED: Final = {
    "confirm": commands.ConfirmProblem,
    "dismiss": commands.DismissProblem,
    "add": commands.AddCoAgency,
    "recut": commands.RecutTask,
    "rule": commands.RuleTask,
    "answer": commands.AnswerAsked,
    "reply": commands.ReplyTask,
    "verify": commands.VerifyTask,
    "notice": commands.GiveNotice,
}
"""The commands of the desk, by the verb an act names."""


class Saying(NamedTuple):
    """One decision as those hear it whom it concerns; instants are epoch seconds, `due` 0 where there is none."""

    kind: str
    reason: str
    at: float
    problem: str
    tier: str
    place: str
    category: str
    agency: str = ""
    task: str = ""
    due: float = 0.0


class Act(NamedTuple):
    """What somebody will do at an instant, if the task or problem `about` then still stands where `while_` says.

    `verb` is a reply of an agency (签收 …), or a command of the desk, with its `fields`.
    """

    at: float
    about: str
    while_: tuple[str, ...]
    verb: str
    agency: str = ""
    fields: tuple[tuple[str, Any], ...] = ()


@dataclass(slots=True)
class Board:
    """Where each open problem and task stands, by the last decision that moved it: the screen that people look at.

    `rounds` is the present round of each problem, `held` where it is held, `cells` where it lies, `leads` its lead's
    task.
    """

    stands: dict[str, str] = field(default_factory=dict)
    rounds: dict[str, str] = field(default_factory=dict)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)
    leading: dict[str, str] = field(default_factory=dict)

    def note(self, saying: Saying) -> None:
        """Note a decision."""
        if saying.kind == "lead_named":
            self.leading[saying.problem] = saying.agency
        elif saying.task:
            if saying.kind in TASK_STANDS:
                self.stands[saying.task] = saying.kind
            if saying.kind == "task_cut":
                self.rounds[saying.problem] = saying.task.rpartition(".")[0]
                if saying.agency == self.leading.get(saying.problem):
                    self.leads[saying.problem] = saying.task
        elif saying.kind in ENDS:
            self.stands.pop(saying.problem, None)
            self.cells.pop(saying.problem, None)
        elif saying.kind in STANDS:
            self.stands[saying.problem] = saying.kind
            self.cells[saying.problem] = (saying.place, saying.category)

    def holds(self, act: Act) -> bool:
        """Whether an act still makes sense; a task of an earlier round is nobody's."""
        problem, dot, _ = act.about.partition(".")
        if problem not in self.stands or self.stands.get(act.about) not in act.while_:
            return False
        return not dot or act.about.rpartition(".")[0] == self.rounds.get(problem)


STANDS: Final = ("problem_suspected", "problem_confirmed", "problem_settled", "problem_rebounded")
ENDS: Final = ("problem_dismissed", "problem_merged", "problem_closed")
TASK_STANDS: Final = (
    "task_cut",
    "task_accepted",
    "task_returned",
    "arbitration_opened",
    "task_done",
    "task_verified",
    "task_reopened",
    "task_waived",
    "ledgered",
)


def reply_event(act: Act, number: str, time: str) -> Event:
    """Write an agency's reply as the CloudEvent it publishes."""
    return {
        "specversion": "1.0",
        "id": number,
        "source": f"urn:linkage:agency:{act.agency}",
        "type": REPLIED,
        "time": time,
        "data": {"task_id": act.about, "reply": act.verb, **dict(act.fields)},
    }


def command_of(act: Act, policy: Policy, number: str, at_ms: int = 0) -> commands.Command:
    """Give the command by which the desk does an act; a body without topics answers at the screen."""
    fields = dict(act.fields)
    if act.verb in ASKED:
        about = "task_id" if "." in act.about else "problem_id"
        kind: Any = ASKED[act.verb]
        asked: commands.Command = kind(
            jurisdiction=policy.jurisdiction,
            id=number,
            by="desk",
            seat=commands.Seat(role="desk", territory=policy.jurisdiction),
            clock_ms=at_ms,
            **{about: act.about},
            **fields,
        )
        return asked
    fields = {"ground" if name in ("result", "note") else name: said for name, said in fields.items()}
    fields["reply"] = act.verb
    return commands.ReplyTask(
        jurisdiction=policy.jurisdiction,
        id=number,
        by="desk",
        seat=commands.Seat(role="agency", agency=act.agency),
        clock_ms=at_ms,
        task_id=act.about,
        agency=act.agency,
        **fields,
    )


def speaks(act: Act, policy: Policy) -> bool:
    """Whether an act is an agency's own event; else the centre's desk asks for it."""
    if act.verb in ASKED:
        return False
    known = policy.agencies.get(act.agency)
    return known is not None and known.publishes
