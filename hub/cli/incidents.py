"""Incidents: which severity a toll is by statute, and by when it has to be reported up."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import typer

from hub.cli._shared import AsJson, Jurisdiction, one_policy, print_json
from hub.cli.text import ENGLISH, t
from hub.model.grade import LIGHTEST, grade_of, incident_clocks
from hub.settings import read_settings

incidents_app = typer.Typer(help=t("突发事件", "Incidents"), no_args_is_help=True)

GRADES: Final = {
    1: ("特别重大", "extraordinarily grave"),
    2: ("重大", "grave"),
    3: ("较大", "major"),
    4: ("一般", "ordinary"),
}
Kind = Literal["natural", "accident", "health", "security"]


@incidents_app.callback()
def incidents() -> None:
    """Group the commands on incidents."""


@incidents_app.command("grade", help=t("按伤亡损失定等级和报告时限", "Severity and report times by toll"))
def incidents_grade(
    *,
    kind: Annotated[Kind, typer.Option(help=t("事件类别", "Kind of incident"))] = "accident",
    deaths: Annotated[int, typer.Option(min=0, max=1_000_000, help=t("死亡人数", "Deaths"))] = 0,
    injured: Annotated[int, typer.Option(min=0, max=1_000_000, help=t("重伤人数", "Seriously hurt"))] = 0,
    loss: Annotated[
        int, typer.Option(min=0, max=100_000_000, help=t("直接经济损失,万元", "Direct loss, CNY 10,000"))
    ] = 0,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Say the severity to report, by which article, and the clocks that it starts."""
    policy = one_policy(read_settings(), jurisdiction)
    grade = grade_of(policy, kind, deaths, injured, loss)
    severity = LIGHTEST if grade is None else grade.severity
    clocks = incident_clocks(policy, kind, severity)
    if as_json:
        print_json(
            {
                "severity": severity,
                "article": "" if grade is None else grade.article,
                "clocks": [
                    {
                        "name": clock.name,
                        "starts": clock.starts,
                        "stops": clock.stops,
                        "count": clock.span.count if clock.span else None,
                        "unit": clock.span.unit if clock.span else None,
                        "article": clock.article,
                    }
                    for clock in clocks
                ],
            }
        )
        return
    print(severity, t(*GRADES[severity]), "" if grade is None else grade.article)
    for clock in clocks:
        span = "" if clock.span is None else f"{clock.span.count} {clock.span.unit}"
        print(f"  {clock.name_en if ENGLISH else clock.name_zh}: {span}  {clock.article}")
