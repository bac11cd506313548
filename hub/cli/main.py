"""The command `hub`: every verb, by the order of the flow."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from hub.cli import agencies, assess, audit, config, events, incidents, problems, system, tasks, verbs
from hub.cli.accounts import accounts_app, audit_app
from hub.cli.bench import bench
from hub.cli.imports import import_
from hub.cli.policy import policy_app
from hub.cli.replay import replay
from hub.cli.simulate import simulate
from hub.cli.text import t
from hub.cli.up import up
from hub.cli.validate import validate
from hub.policies.faults import PolicyError
from hub.settings import BadSetting
from hub.store.database import BadDatabase
from hub.tools.topics import TopicsDiffer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=t(
        "信访维稳 1+N 联动中枢:找出反复发生的问题,明确主办与协办,逐级提升。",
        "The linkage hub: finds problems that keep coming back, names who leads, lifts what is not solved.",
    ),
)


@app.callback()
def language(
    lang: Annotated[str, typer.Option("--lang", help=t("语言:zh 或 en", "Language: zh or en"))] = "zh",
) -> None:
    """Check the language; `hub.cli.text` has read it already."""
    if lang not in {"zh", "en"}:
        raise typer.BadParameter(t("只有 zh 与 en", "zh or en"), param_hint="--lang")


app.command("up", help=t("在本机启动全部部件", "Start everything on this machine"))(up)
app.command("worker", help=t("运行一个工作进程:intake 或 linkage", "Run one worker: intake or linkage"))(
    system.worker
)
app.command("console", help=t("运行控制台", "Run the console"))(system.console)
app.command("init", help=t("新建辖区文件夹", "Make a jurisdiction folder"))(config.init)
app.add_typer(config.config_app, name="config")
app.add_typer(policy_app, name="policy")
app.add_typer(system.topics_app, name="topics")
app.add_typer(system.db_app, name="db")
app.command("validate", help=t("发送前检验事件文件", "Judge a file of events before sending"))(validate)
app.command("import", help=t("导入事件文件", "Import a file of events"))(import_)
app.command("replay", help=t("用同一核心重放事件文件", "Run the same core on a file of events"))(replay)
app.command("simulate", help=t("模拟一座城市的事件", "Simulate a city's events"))(simulate)
app.add_typer(agencies.agencies_app, name="agencies")
app.add_typer(events.events_app, name="events")
app.add_typer(accounts_app, name="accounts")
audit_app.command("escalations", help=t("查漏:时限、升级、通知", "What was missed: clocks, rises, notices"))(
    audit.escalations
)
app.add_typer(audit_app, name="audit")
verbs.add_verbs()
app.add_typer(problems.problems_app, name="problems")
app.add_typer(tasks.tasks_app, name="tasks")
app.add_typer(problems.escalations_app, name="escalations")
app.add_typer(assess.assess_app, name="assess")
app.add_typer(incidents.incidents_app, name="incidents")
app.command("decisions", help=t("按序列出决定", "List decisions in order"))(problems.decisions)
app.command("bench", help=t("测量整个中枢,并与他者对照", "Measure the whole hub beside others"))(bench)
app.command("doctor", help=t("检查运行状况", "Check that all is well"))(system.doctor)

EXPECTED = (BadSetting, BadDatabase, PolicyError, TopicsDiffer)


def run() -> None:
    """Run the command line; an error a user can mend is one line on stderr a fault, and status 1."""
    try:
        app()
    except EXPECTED as error:
        print(error, file=sys.stderr)
        sys.exit(1)
