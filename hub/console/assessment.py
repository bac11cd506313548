"""考核报表: figures and scores of agencies and areas over a period, and the list behind each number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from hub.console import frame
from hub.console.desk import Desk, NotFound, Reader
from hub.console.words import msg
from hub.model.clock import day_start_ms, local
from hub.model.period import MONTHS, named_period, period_days, period_name
from hub.model.tally import NOTHING, Count
from hub.policies.assessment import Assessment, Every
from hub.policies.models import Tier
from hub.schemas.figures import MEANINGS, Figure
from hub.store.figures import TIMES, Asked, Figures
from hub.store.screens import assessed, flow
from hub.store.screens.assessed import Item

router: Final = APIRouter()

EVERY: Final = {
    Every.MONTH: msg("月"),
    Every.QUARTER: msg("季"),
    Every.HALF: msg("半年"),
    Every.YEAR: msg("年"),
}
BY: Final = {
    "agency": msg("按单位"),
    Tier.COUNTY.value: msg("按县（市、区）"),
    Tier.TOWNSHIP.value: msg("按乡镇（街道）"),
    "kind": msg("按调解类别"),
}
GROUPS: Final[dict[str, tuple[str, tuple[Figure, ...]]]] = {
    "matters": (
        msg("办件"),
        (
            Figure.PASSED_IN_TIME,
            Figure.ACCEPTED_IN_TIME,
            Figure.CLOSED_IN_TIME,
            Figure.SOLVED,
            Figure.RATED,
            Figure.SATISFIED,
            Figure.REDONE,
        ),
    ),
    "tasks": (
        msg("联动任务"),
        (
            Figure.SIGNED_IN_TIME,
            Figure.DONE_IN_TIME,
            Figure.RETURNED,
            Figure.TASK_REDONE,
            Figure.REBOUNDED,
        ),
    ),
    "mediation": (
        msg("调解与突发事件"),
        (
            Figure.MEDIATED,
            Figure.MEDIATED_HEARD,
            Figure.PERFORMED,
            Figure.DEFUSED,
            Figure.REPORTED_IN_TIME,
            Figure.HANDED_OVER,
        ),
    ),
    "times": (msg("用时"), ()),
    "scores": (msg("得分与名次"), ()),
}
assert {figure for _, shown in GROUPS.values() for figure in shown} == set(Figure), "a figure has no table"
TIMED: Final = {
    "accepted": msg("受理用时"),
    "closed": msg("办结用时"),
    "task_signed": msg("任务签收用时"),
    "task_done": msg("任务办结用时"),
}
assert set(TIMED) == set(TIMES), "a time has no word"
KINDS: Final = {
    "people": msg("人民调解"),
    "administrative": msg("行政调解"),
    "judicial": msg("司法调解"),
    "police_station": msg("民调进所"),
    "lawyer_in_court": msg("律调进院"),
    "mobile_court": msg("背包法庭"),
}
WHAT: Final = {
    "": msg("全部"),
    "met": msg("符合"),
    "missed": msg("不符合"),
    "left": msg("不计入"),
}
LISTED_MAX: Final = 200


class Report(NamedTuple):
    """What the address asks for: period, units, and the table that is open."""

    period: str
    every: Every
    by: str
    group: str


class Scored(NamedTuple):
    """One unit's line in a table of scores: its rank within its group of like size, and points by item."""

    group: str
    rank: int
    unit: str
    points: Fraction
    items: dict[str, dict[str, Any]]


@router.get("/assessment")
def assessment(
    request: Request, desk: Reader, period: str = "", by: str = "agency", group: str = "matters"
) -> Response:
    """Show one table of figures, times or scores."""
    with desk.console.engine.connect() as sql:
        report, asked = report_of(sql, desk, period, by, group)
        rows = [] if report.group == "scores" else assessed.units(sql, desk.scope, desk.policy, asked)
        tables = list(score_tables(sql, desk, report)) if report.group == "scores" else []
        periods = assessed.scored_periods(sql, desk.scope)
    shown = GROUPS[report.group][1]
    return frame.page(
        request,
        desk,
        "assessment.html",
        report=report,
        asked=asked,
        rows=[unit for unit in rows if report.group == "times" or any(f in unit.counts for f in shown)],
        total=total_of(rows),
        figures=shown,
        meanings=MEANINGS,
        groups=GROUPS,
        bys={key: word for key, word in BY.items() if key != "kind" or report.group in ("mediation", "kind")},
        timed=TIMED,
        tables=tables,
        scored_periods=periods[:12],
        every=EVERY,
        before=beside(report, -1),
        after=beside(report, 1),
        names_of={every: period_name(period_days(report.period)[0], every) for every in EVERY},
        unit_name=lambda unit: unit_name(desk, unit),
    )


@router.get("/assessment/behind")
def listed(
    request: Request,
    desk: Reader,
    unit: str,
    figure: Figure,
    period: str = "",
    by: str = "agency",
    what: str = "",
) -> Response:
    """Show the matters, tasks or problems behind one number."""
    with desk.console.engine.connect() as sql:
        report, asked = report_of(sql, desk, period, by, "")
        if not assessed.is_seen(desk.scope, desk.policy, unit, report.by):
            raise NotFound
        found = assessed.behind(sql, desk.scope, desk.policy, asked, unit, figure)
    what = what if what in WHAT else ""
    parts = {key: [item for item in found if _is(item, key)] for key in WHAT}
    return frame.page(
        request,
        desk,
        "assessment_list.html",
        report=report,
        unit=unit,
        figure=figure,
        meaning=MEANINGS[figure],
        what=what,
        whats=WHAT,
        parts={key: len(items) for key, items in parts.items()},
        rows=parts[what][:LISTED_MAX],
        most=LISTED_MAX,
        unit_name=lambda code: unit_name(desk, code),
    )


def report_of(sql: Connection, desk: Desk, period: str, by: str, group: str) -> tuple[Report, Asked]:
    """Read what an address asks for, as far as the log's clock has come: what is due later is not judged yet."""
    hub_ms = int(flow.counters(sql, desk.whole)["hub_ms"]) or desk.now_ms
    try:
        first, after = period_days(period)
    except (ValueError, IndexError):
        period = period_name(local(hub_ms, desk.policy.zone).date(), Every.MONTH)
        first, after = period_days(period)
    by = by if by in BY and (by != "kind" or desk.scope.places is None) else "agency"
    group = group if group in GROUPS else "matters"
    months = (after.year - first.year) * 12 + after.month - first.month
    every = next(every for every, length in MONTHS.items() if length == months)
    start_ms = day_start_ms(first, desk.policy.zone)
    end_ms = max(start_ms, min(day_start_ms(after, desk.policy.zone), hub_ms))
    return Report(period, every, by, group), Asked(start_ms, end_ms, by)


def beside(report: Report, steps: int) -> str:
    """Give the period of the same length right before or after."""
    first = period_days(report.period)[0]
    month = first.year * 12 + first.month - 1 + steps * MONTHS[report.every]
    return period_name(date(month // 12, month % 12 + 1, 1), report.every)


def total_of(rows: Sequence[Figures]) -> dict[Figure, Count]:
    """Add up the figures of all units shown."""
    total: dict[Figure, Count] = {}
    for unit in rows:
        for figure, count in unit.counts.items():
            known = total.get(figure, NOTHING)
            total[figure] = Count(*(a + b for a, b in zip(known, count, strict=True)))
    return total


def score_tables(
    sql: Connection, desk: Desk, report: Report
) -> Iterator[tuple[Assessment, int, list[Scored]]]:
    """Give each assessment of periods of this length: when its scores come, and its units by group and rank."""
    rows = assessed.scores(sql, desk.scope, desk.policy, report.period)
    for one in desk.policy.assessments:
        if one.every is not report.every:
            continue
        mine = [row for row in rows if row["assessment"] == one.name]
        items: dict[str, dict[str, Any]] = {}
        for row in mine:
            if row["item"]:
                items.setdefault(row["unit"], {})[row["item"]] = row
        units = [
            Scored(
                row["size_group"],
                row["rank"],
                row["unit"],
                Fraction(row["points"] or 0),
                items.get(row["unit"], {}),
            )
            for row in mine
            if not row["item"]
        ]
        closes_ms = named_period(report.period, one, desk.policy).closes_ms
        yield one, closes_ms, sorted(units, key=lambda unit: (unit.group, unit.rank, unit.unit))


def unit_name(desk: Desk, unit: str) -> str:
    """What a unit is called: an agency, an area, or a kind of mediation."""
    if unit in KINDS:
        return desk.words(KINDS[unit])
    return desk.names.agency(unit) if unit in desk.policy.agencies else desk.names.place(unit)


def _is(item: Item, what: str) -> bool:
    return {"": True, "met": item.counts and item.met, "missed": item.counts and not item.met}.get(
        what, not item.counts
    )
