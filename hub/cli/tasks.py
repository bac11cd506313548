"""The tasks of agencies."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli._shared import AsJson, Jurisdiction, Limit, database, print_rows
from hub.cli.text import t
from hub.settings import read_settings
from hub.store import case

tasks_app = typer.Typer(help=t("任务", "Tasks"), no_args_is_help=True)


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
