"""What operators, and agencies at a screen, may ask: messages of the log, checked where they lie in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from hub.schemas.reasons import DismissReason

CommandId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Account = Annotated[str, Field(pattern=r"^[a-z0-9._-]{0,40}$")]
Note = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Number = Annotated[str, Field(min_length=1, max_length=150, pattern=r"^[^\x00-\x1f\x7f]*$")]
Numbers = Annotated[tuple[Number, ...], Field(min_length=1, max_length=500)]

COMMANDS: Final = "@command"
"""Stands for the agency of a command in the journal; no agency's id has such a sign."""

COMMAND_PARTITION: Final = -2
"""Stands for the source partition of a command, which comes from no topic but the inbox."""


Code = Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9-]*$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """From where a command is asked: what that desk or key is for, the place it holds with all below, its agency.

    It tells what may be asked there, never who sits there. "" stands for no place, and for no agency.
    """

    role: Literal["desk", "duty", "leader", "admin", "agency", "monitor"]
    territory: Code = ""
    agency: Code = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What every command says.

    `id` is minted by whoever asks, so that asking twice acts once. `by` is the desk's account and `note` why it asks.
    `clock_ms`: when the log took it, in a replay; 0 when live. `seat` is from where it is asked; a log from before
    seats were said has none, and its commands are judged without.
    """

    jurisdiction: str
    id: CommandId
    by: Account = ""
    note: Note = ""
    clock_ms: int = 0
    seat: Seat | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmProblem(Asking):
    """确认: a suspected problem is one."""

    kind: Literal["confirm_problem"] = "confirm_problem"
    problem_id: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissProblem(Asking):
    """误判: a problem is none; its cell is counted anew from here."""

    kind: Literal["dismiss_problem"] = "dismiss_problem"
    problem_id: Number
    reason: DismissReason


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeProblems(Asking):
    """合并: `others` are the same as `problem_id`, which takes them in; the earliest due moment wins."""

    kind: Literal["merge_problems"] = "merge_problems"
    problem_id: Number
    others: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitProblem(Asking):
    """拆分: `matters` (`agency/matter_id`) are a problem of their own."""

    kind: Literal["split_problem"] = "split_problem"
    problem_id: Number
    matters: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class NameLead(Asking):
    """换主办: another agency leads from here; what was done stays."""

    kind: Literal["name_lead"] = "name_lead"
    problem_id: Number
    agency: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCoAgency(Asking):
    """加协办: one more agency takes part."""

    kind: Literal["add_co_agency"] = "add_co_agency"
    problem_id: Number
    agency: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class RecutTask(Asking):
    """重新派单: a returned task goes to this agency."""

    kind: Literal["recut_task"] = "recut_task"
    task_id: Number
    agency: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTask(Asking):
    """裁定: a task returned twice is this agency's, and cannot be returned again."""

    kind: Literal["rule_task"] = "rule_task"
    task_id: Number
    agency: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveTask(Asking):
    """豁免: an agency's part is not needed."""

    kind: Literal["waive_task"] = "waive_task"
    task_id: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAsked(Asking):
    """审批: grants or declines what an agency asked for (延期, 挂账)."""

    kind: Literal["answer_asked"] = "answer_asked"
    task_id: Number
    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTask(Asking):
    """An agency's reply given at a screen; fields as in `linkage.task.replied.v1`."""

    kind: Literal["reply_task"] = "reply_task"
    task_id: Number
    agency: Number
    reply: Literal["accept", "return", "progress", "done", "extend", "ledger"]
    ground: Note = ""
    days: Annotated[int, Field(ge=0, le=365)] = 0
    review_on: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTask(Asking):
    """核验: what was done was looked at on site, and found good or wanting."""

    kind: Literal["verify_task"] = "verify_task"
    task_id: Number
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveNotice(Asking):
    """催办 督办 通报 约谈 挂牌督办 一票否决: the operator's own notice to an agency at work on a problem."""

    kind: Literal["give_notice"] = "give_notice"
    problem_id: Number
    agency: Number
    step: Literal["nudged", "supervised", "circulated", "interviewed", "listed", "vetoed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseProblem(Asking):
    """升级: one tier up."""

    kind: Literal["raise_problem"] = "raise_problem"
    problem_id: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class LowerProblem(Asking):
    """降级: one tier down, towards where the problem lies."""

    kind: Literal["lower_problem"] = "lower_problem"
    problem_id: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleProblem(Asking):
    """强制办结: settled without the gate; `agency` is the body of the tier above, which answers for it."""

    kind: Literal["settle_problem"] = "settle_problem"
    problem_id: Number
    agency: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenProblem(Asking):
    """重启: a settled problem is treated again, one tier up."""

    kind: Literal["reopen_problem"] = "reopen_problem"
    problem_id: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptPolicy(Asking):
    """启用规则: from here decisions follow this version of the policy; `proposed_by` is the account that wanted it."""

    kind: Literal["adopt_policy"] = "adopt_policy"
    version: Number
    proposed_by: Account = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePair(Asking):
    """认定重复: two matters over two channels are one, or, said later, are two after all."""

    kind: Literal["judge_pair"] = "judge_pair"
    pair_id: Number
    same: bool


OnProblem = (
    ConfirmProblem
    | DismissProblem
    | MergeProblems
    | SplitProblem
    | NameLead
    | AddCoAgency
    | GiveNotice
    | RaiseProblem
    | LowerProblem
    | SettleProblem
    | ReopenProblem
)
OnTask = RecutTask | RuleTask | WaiveTask | AnswerAsked | ReplyTask | VerifyTask
Command = OnProblem | OnTask | AdoptPolicy | JudgePair


COMMAND: Final[TypeAdapter[Command]] = TypeAdapter(Annotated[Command, Field(discriminator="kind")])


def written(command: Command) -> dict[str, object]:
    """Give a command as its journal row and an export keep it; the time the log took it is the row's.

    Its kind comes first: by that a reader of an export tells a command from an event.
    """
    said = asdict(command)
    del said["clock_ms"]
    if said["seat"] is None:
        del said["seat"]
    return {"kind": said.pop("kind"), **said}
