"""Running and checking the parts: worker, console, topics, database, doctor."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from kafka.errors import KafkaError

from hub.cli._shared import AsJson, fail_kafka, print_json, print_rows
from hub.cli.text import t
from hub.policies.load import load_policies
from hub.settings import read_settings
from hub.store.database import open_database, upgrade
from hub.tools.doctor import examine
from hub.tools.topics import apply_topics, wanted_topics

topics_app = typer.Typer(help=t("Kafka 主题", "Kafka topics"), no_args_is_help=True)
db_app = typer.Typer(help=t("数据库", "Database"), no_args_is_help=True)


class Stage(StrEnum):
    """Which worker to run."""

    INTAKE = "intake"
    LINKAGE = "linkage"
    NOTICES = "notices"


def worker(
    stage: Annotated[
        Stage, typer.Argument(help=t("intake、linkage 或 notices", "intake, linkage or notices"))
    ],
) -> None:
    """Run one worker until it is told to stop."""
    from hub.app import run_intake, run_linkage, run_notices

    settings = read_settings()
    try:
        if stage is Stage.INTAKE:
            run_intake(settings)
        if stage is Stage.NOTICES:
            run_notices(settings)
        run_linkage(settings)
    except KafkaError as error:
        fail_kafka(settings, error)


def console() -> None:
    """Run the console."""
    from hub.console.serve import serve

    serve(read_settings())


@topics_app.command("apply", help=t("创建缺少的主题", "Create the topics that are missing"))
def topics_apply(*, as_json: AsJson = False) -> None:
    """Create what is missing."""
    settings = read_settings()
    try:
        applied = apply_topics(settings, load_policies(settings.config))
    except KafkaError as error:
        fail_kafka(settings, error)
    if as_json:
        print_json({"made": applied.made, "kept": applied.kept})
    else:
        print(
            t(
                f"新建主题 {applied.made} 个,已有 {applied.kept} 个",
                f"{applied.made} topics made, {applied.kept} there",
            )
        )


@topics_app.command("list", help=t("列出所需主题", "List the topics that are needed"))
def topics_list(*, as_json: AsJson = False) -> None:
    """List the topics that settings and jurisdictions need."""
    settings = read_settings()
    rows = [
        {"name": topic.name, "partitions": topic.partitions, **topic.settings}
        for topic in wanted_topics(settings, load_policies(settings.config))
    ]
    print_rows(rows, ("name", "partitions"), as_json=as_json)


@db_app.command("upgrade", help=t("把数据库升级到最新结构", "Bring the schema up to date"))
def db_upgrade() -> None:
    """Bring the schema up to date."""
    upgrade(open_database(read_settings().database))


def doctor(*, as_json: AsJson = False) -> None:
    """Check broker, topics, database, lag and the auditor; status 1 when something is wrong."""
    findings = examine(read_settings())
    rows = [
        {"check": finding.check, "ok": finding.ok, "text": t(finding.zh, finding.en)} for finding in findings
    ]
    print_rows(rows, ("ok", "check", "text"), as_json=as_json)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
