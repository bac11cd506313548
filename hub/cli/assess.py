"""Figures, scores and weights of agencies and territories (考核)."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

import typer
from sqlalchemy import Connection

from hub.cli._shared import AsJson, Jurisdiction, database, fail, one_policy, print_json, print_rows
from hub.cli.text import ENGLISH, t
from hub.model.assessment import HUNDRED, proposed_weights
from hub.model.clock import day_start_ms
from hub.model.period import period_days
from hub.policies.assessment import Assessment
from hub.policies.models import Policy
from hub.schemas.figures import MEANINGS, Figure
from hub.settings import read_settings
from hub.store import figures as rows
from hub.store import queries
from hub.store.assessments import score_rows
from hub.tools.export import export
from hub.tools.rescore import rescore

assess_app = typer.Typer(help=t("考核", "Assessment"), no_args_is_help=True)

MINUTE_MS: Final = 60_000
COLUMNS: Final = ("unit", "name", "figure", "value", "met", "counted", "excluded")
SCORE_COLUMNS: Final = (
    "assessment",
    "size_group",
    "rank",
    "unit",
    "name",
    "item",
    "value",
    "points",
    "counted",
)
TIMES: Final = {
    "accepted": ("受理用时", "time to acceptance"),
    "closed": ("办结用时", "time to closing"),
    "task_signed": ("任务签收用时", "time to signing a task"),
    "task_done": ("任务办结用时", "time to doing a task"),
}

PeriodName = Annotated[
    str,
    typer.Argument(help=t("期:2026、2026-H1、2026-Q1、2026-03", "Period: 2026, 2026-H1, 2026-Q1, 2026-03")),
]
AsCsv = Annotated[bool, typer.Option("--csv", help=t("以 CSV 输出", "Print CSV"))]
By = Literal["agency", "village", "township", "county", "city", "kind"]


@assess_app.command("figures", help=t("某期各单位的指标", "Every unit's figures in a period"))
def assess_figures(
    period: PeriodName,
    *,
    by: Annotated[
        By, typer.Option("--by", help=t("按单位、层级或调解类别", "By agency, tier or kind of mediation"))
    ] = "agency",
    jurisdiction: Jurisdiction = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Print each figure with what met it, what counted and what was left out; then the times things took."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    with database(settings).connect() as sql:
        asked = _asked(sql, policy, period, by)
        found = [line for unit in rows.figures(sql, policy, asked) for line in _lines(policy, unit)]
    _print(found, COLUMNS, as_csv=as_csv, as_json=as_json)


@assess_app.command("scores", help=t("某期的得分与名次", "Scores and ranks of a period"))
def assess_scores(
    period: PeriodName,
    *,
    recompute: Annotated[
        bool, typer.Option("--recompute", help=t("不看存档,由日志重算", "Work them out anew from the log"))
    ] = False,
    jurisdiction: Jurisdiction = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Print what every unit got for every item, and in all; exact fractions in JSON."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    _days(period)
    with database(settings).connect() as sql:
        if recompute:
            log = (line.encode() for line in export(sql, policy.jurisdiction))
            again = rescore(policy, log, time.time_ns() // 1_000_000)
            found = score_rows(policy.jurisdiction, [row for row in again if row.period == period])
        else:
            found = rows.scores(sql, policy.jurisdiction, period)
    if not found:
        fail(
            f"{period} 没有得分:尚未到期,或没有考核办法",
            f"no scores of {period}: not over yet, or not assessed",
        )
    named = [{"name": _name(policy, row["unit"]), **row} for row in found]
    if not as_json:
        named = [{**row, "value": _decimal(row["value"]), "points": _decimal(row["points"])} for row in named]
    _print(named, SCORE_COLUMNS, as_csv=as_csv, as_json=as_json)


@assess_app.command("weights", help=t("按突出问题建议下期权重", "Propose weights by what is prominent"))
def assess_weights(period: PeriodName, *, jurisdiction: Jurisdiction = None, as_json: AsJson = False) -> None:
    """Propose weights from the stubborn problems of a period; they hold once they are written into the policy."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    if not policy.assessments:
        fail("辖区没有考核办法", "the jurisdiction has no assessment")
    with database(settings).connect() as sql:
        asked = _asked(sql, policy, period, "agency")
        stubborn = rows.stubborn_by_category(sql, policy.jurisdiction, asked)
    proposed = [line for one in policy.assessments for line in _proposed(policy, one, stubborn)]
    _print(
        proposed,
        ("assessment", "item", "name", "problems", "weight", "proposed"),
        as_csv=False,
        as_json=as_json,
    )


@assess_app.command("prevention", help=t("调解预防成效", "What mediation kept from growing"))
def assess_prevention(
    period: PeriodName, *, jurisdiction: Jurisdiction = None, as_json: AsJson = False
) -> None:
    """Count disputes of many people that were solved, disputes that left mediation, and incidents handed over."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    with database(settings).connect() as sql:
        asked = _asked(sql, policy, period, "agency")
        found = rows.prevention(sql, policy, asked)
        handed = rows.handed_over(sql, policy, asked)
    if as_json:
        print_json({**found._asdict(), "incidents_handed_over": handed})
        return
    print(t("30 人以上纠纷", "disputes of 30 people and more"), found.groups)
    print(t("其中已化解(预防群体性事件)", "of these solved (group events prevented)"), found.groups_defused)
    for agency, number in found.diverted.items():
        print(t("分流(公安受理的即民转刑、治安)", "diverted"), _name(policy, agency), number)
    for agency, number in handed.items():
        print(t("突发事件移交", "incidents handed over"), _name(policy, agency), number)


@assess_app.command("overdue", help=t("各单位在办与超期件数", "Open and overdue matters of every agency"))
def assess_overdue(*, jurisdiction: Jurisdiction = None, as_json: AsJson = False) -> None:
    """Count open matters, and those past their time limit on the log's clock."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    with database(settings).connect() as sql:
        found = rows.overdue_open(sql, policy, _hub_ms(sql, policy))
    lines = [
        {"agency": agency, "name": _name(policy, agency), "open": number, "overdue": late}
        for agency, (number, late) in found.items()
    ]
    _print(lines, ("agency", "name", "open", "overdue"), as_csv=False, as_json=as_json)


def _days(period: str) -> tuple[int, int]:
    try:
        first, after = period_days(period)
    except (ValueError, IndexError):
        fail(
            f"“{period}”不是一期,请写如 2026-03、2026-Q1",
            f'"{period}" is no period; write 2026-03 or 2026-Q1',
        )
    return first.toordinal(), after.toordinal()


def _asked(sql: Connection, policy: Policy, period: str, by: str) -> rows.Asked:
    """Ask for a period as far as the log's clock has come: what is due later is not judged yet."""
    _days(period)
    first, after = period_days(period)
    end_ms = min(day_start_ms(after, policy.zone), _hub_ms(sql, policy))
    return rows.Asked(day_start_ms(first, policy.zone), end_ms, by)


def _hub_ms(sql: Connection, policy: Policy) -> int:
    return next(
        (row["hub_ms"] for row in queries.jurisdictions(sql) if row["code"] == policy.jurisdiction), 0
    )


def _lines(policy: Policy, unit: rows.Figures) -> Iterator[dict[str, Any]]:
    named = {"unit": unit.unit, "name": _name(policy, unit.unit)}
    for figure in Figure:
        count = unit.counts.get(figure)
        if count is not None:
            value = f"{count.met * HUNDRED / count.counted:.2f}%" if count.counted else ""
            meaning = MEANINGS[figure]
            shown = meaning.name_en if ENGLISH else meaning.name_zh
            yield {**named, "code": figure, "figure": shown, **count._asdict(), "value": value}
    for code, (median, late, number) in unit.times.items():
        for part, took in ((t("中位数", "median"), median), ("P90", late)):
            figure_name = f"{t(*TIMES[code])} {part} ({t('分钟', 'min')})"
            yield {
                **named,
                "code": f"{code}_{'p90' if part == 'P90' else 'median'}",
                "figure": figure_name,
                "value": took // MINUTE_MS,
                "met": "",
                "counted": number,
                "excluded": "",
            }


def _proposed(
    policy: Policy, assessment: Assessment, stubborn: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    prominent = {
        item.code: sum(
            number
            for category, number in stubborn.items()
            if not set(item.categories).isdisjoint(policy.categories[category].chain)
        )
        for item in assessment.items
    }
    weights = proposed_weights(assessment, prominent)
    for item in assessment.items:
        yield {
            "assessment": assessment.name,
            "item": item.code,
            "name": item.name_en if ENGLISH else item.name_zh,
            "problems": prominent[item.code],
            "weight": _decimal(str(item.weight)),
            "proposed": _decimal(str(weights[item.code])),
        }


def _name(policy: Policy, unit: str) -> str:
    agency = policy.agencies.get(unit)
    if agency is not None:
        return agency.name_en if ENGLISH else agency.name_zh
    place = policy.places.get(unit)
    return "" if place is None else place.name


def _decimal(exact: str) -> str:
    """Show an exact fraction with two decimals."""
    return f"{float(Fraction(exact)):.2f}" if exact else ""


def _print(
    lines: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_csv: bool, as_json: bool
) -> None:
    if not as_csv:
        print_rows(lines, columns, as_json=as_json)
        return
    writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
