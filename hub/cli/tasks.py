"""The tasks of agencies, and what operators and agencies ask of them."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from hub.cli._shared import AsJson, Jurisdiction, Limit, database, print_rows
from hub.cli.acts import Agency, By, CommandId, Note, put
from hub.cli.text import t
from hub.schemas import commands
from hub.settings import read_settings
from hub.store import case

tasks_app = typer.Typer(help=t("任务", "Tasks"), no_args_is_help=True)

ReplyName = Literal["accept", "return", "progress", "done", "extend", "ledger"]


@tasks_app.command("list", help=t("列出任务", "List tasks"))
def tasks_list(
    *,
    agency: Annotated[str | None, typer.Option(help=t("承办单位", "Whose"))] = None,
    problem: Annotated[str | None, typer.Option(help=t("顽疾编号", "Of which problem"))] = None,
    every: Annotated[bool, typer.Option("--all", help=t("也列已了结的", "Also those that ended"))] = False,
    jurisdiction: Jurisdiction = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List tasks, the earliest due first."""
    with database(read_settings()).connect() as sql:
        rows = case.tasks(
            sql, jurisdiction, problem_id=problem, agency=agency, at_work=not every, limit=limit
        )
    print_rows(rows, ("id", "agency", "role", "phase", "asked", "due_ms"), as_json=as_json)


@tasks_app.command("reply", help=t("代承办单位答复", "Reply for the agency"))
def tasks_reply(
    task: str,
    reply: ReplyName,
    *,
    agency: Agency,
    ground: Annotated[str, typer.Option(help=t("理由或结果", "Ground or result"))] = "",
    days: Annotated[int, typer.Option(min=0, max=365, help=t("延期天数", "Days more"))] = 0,
    review_on: Annotated[str, typer.Option(help=t("挂账复核日期", "Day of review"))] = "",
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Reply for the agency; the answer is the log's."""
    kind = commands.ReplyTask
    fields = {"task_id": task, "agency": agency, "reply": reply, "ground": ground}
    extra = {"days": days, "review_on": review_on}
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, **fields, **extra)


@tasks_app.command("recut", help=t("退回后重新派单", "Cut a returned task anew"))
def tasks_recut(
    task: str,
    *,
    agency: Agency,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Cut a returned task anew; the answer is the log's."""
    kind = commands.RecutTask
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, task_id=task, agency=agency)


@tasks_app.command("rule", help=t("裁定承办单位", "Rule whose task it is"))
def tasks_rule(
    task: str,
    *,
    agency: Agency,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Rule whose task it is; the answer is the log's."""
    kind = commands.RuleTask
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, task_id=task, agency=agency)


@tasks_app.command("waive", help=t("豁免", "Waive a task"))
def tasks_waive(
    task: str,
    *,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Waive a task; the answer is the log's."""
    kind = commands.WaiveTask
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, task_id=task)


@tasks_app.command("grant", help=t("批准延期或挂账", "Grant what the agency asked for"))
def tasks_grant(
    task: str,
    *,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Grant what the agency asked for; the answer is the log's."""
    kind = commands.AnswerAsked
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, task_id=task, granted=True)


@tasks_app.command("decline", help=t("不批延期或挂账", "Decline what the agency asked for"))
def tasks_decline(
    task: str,
    *,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Decline what the agency asked for; the answer is the log's."""
    kind = commands.AnswerAsked
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, task_id=task, granted=False)


@tasks_app.command("verify", help=t("核验", "Say what was found on site"))
def tasks_verify(
    task: str,
    *,
    passed: Annotated[bool, typer.Option("--passed/--failed", help=t("通过或不通过", "Good or wanting"))],
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Say what was found on site; the answer is the log's."""
    kind = commands.VerifyTask
    put(kind, jurisdiction, note, by, command_id, as_json=as_json, task_id=task, passed=passed)
