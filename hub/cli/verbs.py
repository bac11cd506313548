"""What operators ask of problems and tasks, as one table: each verb, the command it puts in the log, what it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, NamedTuple

import typer

from hub.cli._shared import AsJson, Jurisdiction
from hub.cli.acts import Agency, By, CommandId, Note, put
from hub.cli.problems import problems_app
from hub.cli.tasks import tasks_app
from hub.cli.text import t
from hub.policies.models import NoticeKind
from hub.schemas import commands
from hub.schemas.reasons import DismissReason

ReplyName = Literal["accept", "return", "progress", "done", "extend", "ledger"]


class Takes(NamedTuple):
    """One thing that a verb takes: its name, which is also the command's field, how it is typed, and its default."""

    name: str
    typed: Any
    default: Any = Parameter.empty
    kind: Any = Parameter.KEYWORD_ONLY


class Verb(NamedTuple):
    """One verb: its help in Chinese and English, its command, what it takes beside its subject, and what it fixes."""

    name: str
    zh: str
    en: str
    command: type[Any]
    takes: tuple[Takes, ...] = ()
    fixed: Mapping[str, object] = MappingProxyType({})


AGENCY: Final = Takes("agency", Agency)
REASON: Final = Takes("reason", Annotated[DismissReason, typer.Option(help=t("理由", "Why it is none"))])
OTHERS: Final = Takes(
    "others", Annotated[list[str], typer.Option("--take", help=t("被并入的编号", "Number taken in"))]
)
MATTERS: Final = Takes(
    "matters",
    Annotated[list[str], typer.Option("--matter", help=t("件:单位/件号", "Matter: agency/matter_id"))],
)
STEP: Final = Takes("step", Annotated[NoticeKind, typer.Option(help=t("哪一步", "Which step"))])
PASSED: Final = Takes(
    "passed",
    Annotated[bool, typer.Option("--passed/--failed", help=t("通过或不通过", "Good or wanting"))],
)
REPLY: Final = (
    Takes("reply", ReplyName, kind=Parameter.POSITIONAL_OR_KEYWORD),
    AGENCY,
    Takes("ground", Annotated[str, typer.Option(help=t("理由或结果", "Ground or result"))], ""),
    Takes("days", Annotated[int, typer.Option(min=0, max=365, help=t("延期天数", "Days more"))], 0),
    Takes("review_on", Annotated[str, typer.Option(help=t("挂账复核日期", "Day of review"))], ""),
)
ALWAYS: Final = (
    Takes("note", Note, ""),
    Takes("by", By, ""),
    Takes("command_id", CommandId, None),
    Takes("jurisdiction", Jurisdiction, None),
    Takes("as_json", AsJson, default=False),
)

OF_PROBLEM: Final = (
    Verb("confirm", "确认疑似顽疾", "Confirm a suspected problem", commands.ConfirmProblem),
    Verb("dismiss", "误判排除", "Dismiss a problem that is none", commands.DismissProblem, (REASON,)),
    Verb("merge", "合并到此顽疾", "Take other problems into this one", commands.MergeProblems, (OTHERS,)),
    Verb(
        "split",
        "拆出若干件",
        "Take matters out into a problem of their own",
        commands.SplitProblem,
        (MATTERS,),
    ),
    Verb("lead", "换主办", "Name another lead", commands.NameLead, (AGENCY,)),
    Verb("add", "加协办", "Add a co-agency", commands.AddCoAgency, (AGENCY,)),
    Verb(
        "notify",
        "催办 督办 通报 约谈 挂牌 一票否决",
        "Give an agency a notice",
        commands.GiveNotice,
        (AGENCY, STEP),
    ),
    Verb("raise", "升一级", "Raise one tier", commands.RaiseProblem),
    Verb("lower", "降一级", "Lower one tier", commands.LowerProblem),
    Verb("settle", "上级强制办结", "Settle by force of the tier above", commands.SettleProblem, (AGENCY,)),
    Verb("reopen", "重新启动", "Treat a settled problem again", commands.ReopenProblem),
)

OF_TASK: Final = (
    Verb("reply", "代承办单位答复", "Reply for the agency", commands.ReplyTask, REPLY),
    Verb("recut", "退回后重新派单", "Cut a returned task anew", commands.RecutTask, (AGENCY,)),
    Verb("rule", "裁定承办单位", "Rule whose task it is", commands.RuleTask, (AGENCY,)),
    Verb("waive", "豁免", "Waive a task", commands.WaiveTask),
    Verb(
        "grant",
        "批准延期或挂账",
        "Grant what the agency asked for",
        commands.AnswerAsked,
        fixed={"granted": True},
    ),
    Verb(
        "decline",
        "不批延期或挂账",
        "Decline what the agency asked for",
        commands.AnswerAsked,
        fixed={"granted": False},
    ),
    Verb("verify", "核验", "Say what was found on site", commands.VerifyTask, (PASSED,)),
)


def add_verbs() -> None:
    """Give the verbs to the commands of problems and of tasks."""
    number = Takes("number", str, kind=Parameter.POSITIONAL_OR_KEYWORD)
    task = Takes("task", str, kind=Parameter.POSITIONAL_OR_KEYWORD)
    for verb in OF_PROBLEM:
        problems_app.command(verb.name, help=t(verb.zh, verb.en))(_asking(verb, number, "problem_id"))
    for verb in OF_TASK:
        tasks_app.command(verb.name, help=t(verb.zh, verb.en))(_asking(verb, task, "task_id"))


def _asking(verb: Verb, subject: Takes, field: str) -> Callable[..., None]:
    """Give the function that typer calls: it takes what the table says, and puts the command in the log."""

    def act(**given: Any) -> None:  # noqa: ANN401 - typed by the table
        fields = {taken.name: _plain(given[taken.name]) for taken in verb.takes}
        put(
            verb.command,
            given["jurisdiction"],
            given["note"],
            given["by"],
            given["command_id"],
            as_json=given["as_json"],
            **{field: given[subject.name]},
            **fields,
            **verb.fixed,
        )

    taken = sorted((subject, *verb.takes, *ALWAYS), key=lambda one: one.kind)
    act.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(one.name, one.kind, default=one.default, annotation=one.typed) for one in taken]
    )
    act.__annotations__ = {one.name: one.typed for one in taken}
    return act


def _plain(value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    return value.value if isinstance(value, NoticeKind) else value
