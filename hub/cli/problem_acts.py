"""What operators ask of a problem."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli._shared import AsJson, Jurisdiction
from hub.cli.acts import Agency, By, CommandId, Note, put
from hub.cli.problems import problems_app
from hub.cli.text import t
from hub.policies.models import NoticeKind
from hub.schemas import commands
from hub.schemas.reasons import DismissReason

__all__ = ["problems_app"]


@problems_app.command("confirm", help=t("确认疑似顽疾", "Confirm a suspected problem"))
def problems_confirm(
    number: str,
    *,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Confirm a suspected problem; the answer is the log's."""
    kind = commands.ConfirmProblem
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, problem_id=number)


@problems_app.command("dismiss", help=t("误判排除", "Dismiss a problem that is none"))
def problems_dismiss(
    number: str,
    *,
    reason: Annotated[DismissReason, typer.Option(help=t("理由", "Why it is none"))],
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Dismiss a problem that is none; the answer is the log's."""
    kind = commands.DismissProblem
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, problem_id=number, reason=reason)


@problems_app.command("merge", help=t("合并到此顽疾", "Take other problems into this one"))
def problems_merge(
    number: str,
    *,
    others: Annotated[list[str], typer.Option("--take", help=t("被并入的编号", "Number taken in"))],
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Take other problems into this one; the answer is the log's."""
    kind = commands.MergeProblems
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, problem_id=number, others=tuple(others))


@problems_app.command("split", help=t("拆出若干件", "Take matters out into a problem of their own"))
def problems_split(
    number: str,
    *,
    matters: Annotated[
        list[str], typer.Option("--matter", help=t("件:单位/件号", "Matter: agency/matter_id"))
    ],
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Take matters out into a problem of their own; the answer is the log's."""
    kind = commands.SplitProblem
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, problem_id=number, matters=tuple(matters))


@problems_app.command("lead", help=t("换主办", "Name another lead"))
def problems_lead(
    number: str,
    *,
    agency: Agency,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Name another lead; the answer is the log's."""
    kind = commands.NameLead
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, problem_id=number, agency=agency)


@problems_app.command("add", help=t("加协办", "Add a co-agency"))
def problems_add(
    number: str,
    *,
    agency: Agency,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Add a co-agency; the answer is the log's."""
    kind = commands.AddCoAgency
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, problem_id=number, agency=agency)


@problems_app.command("notify", help=t("催办 督办 通报 约谈 挂牌 一票否决", "Give an agency a notice"))
def problems_notify(
    number: str,
    *,
    agency: Agency,
    step: Annotated[NoticeKind, typer.Option(help=t("哪一步", "Which step"))],
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Give an agency a notice; the answer is the log's."""
    kind = commands.GiveNotice
    put(
        kind,
        jurisdiction,
        note,
        by,
        command_id,
        as_json=as_json,
        problem_id=number,
        agency=agency,
        step=step.value,
    )


@problems_app.command("raise", help=t("升一级", "Raise one tier"))
def problems_raise(
    number: str,
    *,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Raise one tier; the answer is the log's."""
    kind = commands.RaiseProblem
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, problem_id=number)


@problems_app.command("lower", help=t("降一级", "Lower one tier"))
def problems_lower(
    number: str,
    *,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Lower one tier; the answer is the log's."""
    kind = commands.LowerProblem
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, problem_id=number)


@problems_app.command("settle", help=t("上级强制办结", "Settle by force of the tier above"))
def problems_settle(
    number: str,
    *,
    agency: Agency,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Settle by force of the tier above; the answer is the log's."""
    kind = commands.SettleProblem
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, problem_id=number, agency=agency)


@problems_app.command("reopen", help=t("重新启动", "Treat a settled problem again"))
def problems_reopen(
    number: str,
    *,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Treat a settled problem again; the answer is the log's."""
    kind = commands.ReopenProblem
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, problem_id=number)
