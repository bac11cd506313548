"""Files of 考核报表: the table that is open, with numerator, denominator and exclusions in columns of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from hub.console.assessment import BY, GROUPS, TIMED, Scored, report_of, score_tables, unit_name
from hub.console.desk import Desk, NotFound, Reader
from hub.console.exports import Column, Sheet, csv_file, xlsx_file
from hub.console.show import Show
from hub.console.words import msg
from hub.model.tally import NOTHING
from hub.policies.assessment import Assessment, AssessmentItem
from hub.schemas.figures import MEANINGS, Figure
from hub.store import trail
from hub.store.figures import Figures
from hub.store.screens import assessed

router: Final = APIRouter()

MINUTE_MS: Final = 60_000


class Judged(NamedTuple):
    """One unit's points for one item of an assessment; `row` is the score's, empty where there is none."""

    assessment: Assessment
    unit: Scored
    item: AssessmentItem
    row: dict[str, Any]


@router.get("/assessment.{form}")
def assessment_file(
    request: Request, desk: Reader, form: str, period: str = "", by: str = "agency", group: str = "matters"
) -> Response:
    """Give the table as a file, with the query in its head; the trail notes it."""
    if form not in ("xlsx", "csv"):
        raise NotFound
    words, show = desk.words, Show(desk)
    columns: list[Column]
    rows: Sequence[Any]
    with desk.console.engine.connect() as sql:
        report, asked = report_of(sql, desk, period, by, group)
        if report.group == "scores":
            rows = list(_judged(list(score_tables(sql, desk, report))))
            columns = list(_score_columns(desk))
        else:
            rows = assessed.units(sql, desk.scope, desk.policy, asked)
            columns = list(_figure_columns(desk, report.group))
    query = [
        (words(msg("属地")), desk.names.place(desk.here)),
        (words(msg("考核期")), report.period),
        (words(msg("单位")), words(BY[report.by])),
        (words(msg("截至")), show.stamp(asked.end_ms)),
        (words(msg("导出账号")), desk.account.login),
        (words(msg("条数")), str(len(rows))),
    ]
    title = f"{words(msg('考核报表'))} {words(GROUPS[report.group][0])}"
    desk.note(trail.Act.EXPORTED, "/assessment", request.url.query, f"{form}: {len(rows)}")
    sheet = Sheet(title, query, columns, rows, "assessment")
    return xlsx_file(sheet) if form == "xlsx" else csv_file(sheet)


def _figure_columns(desk: Desk, group: str) -> Iterator[Column]:
    words = desk.words
    yield Column(words(msg("代码")), lambda unit: unit.unit)
    yield Column(words(msg("单位")), lambda unit: unit_name(desk, unit.unit))
    for figure in GROUPS[group][1]:
        name = MEANINGS[figure].name_zh if desk.lang == "zh" else MEANINGS[figure].name_en
        yield Column(f"{name} %", _percent(figure))
        for part, word in (("met", msg("分子")), ("counted", msg("分母")), ("excluded", msg("不计入"))):
            yield Column(f"{name} {words(word)}", _counted(figure, part))
    if group == "times":
        for code, word in TIMED.items():
            for at, head in enumerate((msg("中位数（分钟）"), msg("P90（分钟）"), msg("件数"))):
                yield Column(f"{words(word)} {words(head)}", _took(code, at))


def _percent(figure: Figure) -> Callable[[Figures], float | str]:
    def value(unit: Figures) -> float | str:
        count = unit.counts.get(figure, NOTHING)
        return round(count.met * 100 / count.counted, 2) if count.counted else ""

    return value


def _counted(figure: Figure, part: str) -> Callable[[Figures], int]:
    return lambda unit: int(getattr(unit.counts.get(figure, NOTHING), part))


def _took(code: str, at: int) -> Callable[[Figures], int | str]:
    """Median and P90 in minutes, then how many things they are over."""

    def value(unit: Figures) -> int | str:
        took = unit.times.get(code)
        if took is None:
            return ""
        median, late, number = took
        return (median // MINUTE_MS, late // MINUTE_MS, number)[at]

    return value


def _judged(tables: Sequence[tuple[Assessment, int, list[Scored]]]) -> Iterator[Judged]:
    for assessment, _, units in tables:
        for unit in units:
            for item in assessment.items:
                yield Judged(assessment, unit, item, unit.items.get(item.code, {}))


def _score_columns(desk: Desk) -> Iterator[Column]:
    words, named = desk.words, f"name_{desk.lang}"
    yield Column(words(msg("考核办法")), lambda told: getattr(told.assessment, named))
    yield Column(words(msg("组别")), lambda told: told.unit.group)
    yield Column(words(msg("名次")), lambda told: told.unit.rank)
    yield Column(words(msg("单位")), lambda told: unit_name(desk, told.unit.unit))
    yield Column(words(msg("总分")), lambda told: round(float(told.unit.points), 2))
    yield Column(words(msg("指标")), lambda told: getattr(told.item, named))
    yield Column(words(msg("权重")), lambda told: float(told.item.weight))
    yield Column(words(msg("得分")), lambda told: _decimal(told.row.get("points", "")))
    yield Column(words(msg("指标值")), lambda told: _decimal(told.row.get("value", "")))
    for part, word in (("met", msg("分子")), ("counted", msg("分母")), ("excluded", msg("不计入"))):
        yield Column(words(word), _scored(part))


def _scored(part: str) -> Callable[[Judged], Any]:
    return lambda told: told.row.get(part, "")


def _decimal(exact: str) -> float | str:
    return round(float(Fraction(exact)), 2) if exact else ""
