"""Submissions, scores and figures of open periods, as rows and back."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, Final

import orjson

from hub.model.assessment import Score, ScoreRow, Submitted, Total
from hub.model.clock import day_start_ms
from hub.model.figure import watch_mark
from hub.model.period import named_period, period_at
from hub.model.state import State
from hub.model.tally import LATE_DAYS
from hub.policies.models import Policy
from hub.schemas.reasons import DecisionKind
from hub.store import tables
from hub.store.dialect import Row, Writer
from hub.store.rows import MATTER_COLUMNS, TASK_COLUMNS, matter_of, task_of

TOTAL: Final = ""
"""Stands for the item in the row of a unit's total."""

MATTER_MOMENTS: Final = (
    "received_ms",
    "report_due_ms",
    "pass_due_ms",
    "accept_due_ms",
    "close_due_ms",
    "closed_ms",
    "reopened_ms",
    "word_ms",
)
"""The moments that marks of a matter are dated at."""

TASK_MOMENTS: Final = ("cut_ms", "accept_due_ms", "due_ms")
"""The moments that marks of a task are dated at."""

WATCH_ENDS: Final = (DecisionKind.PROBLEM_CLOSED, DecisionKind.PROBLEM_REBOUNDED)


def save_assessment(sql: Writer, state: State) -> None:
    """Write what was submitted and what was scored in a batch."""
    code, changed = state.jurisdiction, state.changed
    sql.upsert(
        tables.SUBMISSION,
        [
            (code, *key, str(one.value), one.agency, one.entry)
            for key, one in sorted(changed.submitted.items())
        ],
    )
    sql.upsert(tables.SCORE, [_score_row(code, row) for row in changed.scores])


def _score_row(code: str, row: ScoreRow) -> Row:
    got = row.got
    named = (code, row.assessment, row.period, got.unit)
    if isinstance(got, Total):
        said = (row.at_ms, row.policy, "", 0, 0, 0, str(got.points), str(got.weight), got.group, got.rank)
        return (*named, TOTAL, *said)
    return (*named, got.item, row.at_ms, row.policy, *_value(got), "", "", 0)


def _value(score: Score) -> tuple[str, int, int, int, str]:
    points = "" if score.points is None else str(score.points)
    if score.value is None:
        return "", 0, 0, 0, points
    return (str(score.value.value), *score.value[1:], points)


def score_rows(code: str, rows: list[ScoreRow]) -> list[dict[str, Any]]:
    """Give scores as their rows read, in the order that a query gives them."""
    names = [column.name for column in tables.SCORE.columns]
    found = [dict(zip(names, _score_row(code, row), strict=True)) for row in rows]
    order = ("assessment", "unit", "item")
    return sorted(found, key=lambda row: tuple(row[name] for name in order))


def load_tallies(sql: Writer, state: State, policy: Policy) -> None:
    """Count anew what the rows say of open periods, and of who was late of late."""
    tallies = state.tallies
    # Every day but the one under way was closed.
    tallies.advance(state.today)
    since_ms = _since_ms(state, policy)
    for row in sql.fetch(
        f"SELECT {MATTER_COLUMNS} FROM matter WHERE jurisdiction = ? AND ({_any_since(MATTER_MOMENTS)})",
        (state.jurisdiction, *[since_ms] * len(MATTER_MOMENTS)),
    ):
        matter = matter_of(row)
        if matter.key not in state.twins:
            tallies.retell(None, matter)
    if policy.assessments:
        _load_tasks(sql, state, since_ms)
        _load_watches(sql, state, since_ms)
        _load_submissions(sql, state, policy)


def _since_ms(state: State, policy: Policy) -> int:
    """Give from when on anything can still count: the start of the earliest open period, or of the late days."""
    first = date.fromordinal(max(state.today - LATE_DAYS, 1))
    since_ms = day_start_ms(first, policy.zone)
    for assessment in policy.assessments:
        period = period_at(state.today, assessment, policy)
        while period.closes_ms > state.tallies.closed_to_ms:
            since_ms = min(since_ms, period.start_ms)
            period = period_at(state.days.of(period.start_ms - 1), assessment, policy)
    return since_ms


def _any_since(moments: tuple[str, ...], table: str = "") -> str:
    return " OR ".join(f"{table}{moment} >= ?" for moment in moments)


def _load_tasks(sql: Writer, state: State, since_ms: int) -> None:
    columns = ", ".join(f"t.{name}" for name in TASK_COLUMNS.split(", "))
    for *row, place in sql.fetch(
        f"SELECT {columns}, p.place FROM task t JOIN problem p"
        " ON p.jurisdiction = t.jurisdiction AND p.id = t.problem_id"
        f" WHERE t.jurisdiction = ? AND ({_any_since(TASK_MOMENTS, 't.')})",
        (state.jurisdiction, *[since_ms] * len(TASK_MOMENTS)),
    ):
        state.tallies.retask(None, task_of(tuple(row)), place)


def _load_watches(sql: Writer, state: State, since_ms: int) -> None:
    for at_ms, kind, line in sql.fetch(
        "SELECT at_ms, kind, line FROM decision WHERE jurisdiction = ? AND kind IN (?, ?) AND at_ms >= ?",
        (state.jurisdiction, *WATCH_ENDS, since_ms),
    ):
        said = orjson.loads(line)
        mark = watch_mark(at_ms, rebounded=kind == DecisionKind.PROBLEM_REBOUNDED)
        state.tallies.add((mark,), said.get("agency", ""), said["place"])


def _load_submissions(sql: Writer, state: State, policy: Policy) -> None:
    """Bring back what counts in periods that are open; what was scored stays as it was scored."""
    items = {item.code: assessment for assessment in policy.assessments for item in assessment.items}
    for period, item, unit, value, agency, entry in sql.fetch(
        "SELECT period, item, unit, value, agency, entry FROM submission WHERE jurisdiction = ?",
        (state.jurisdiction,),
    ):
        assessment = items.get(item)
        if assessment is None:
            continue
        if named_period(period, assessment, policy).closes_ms > state.tallies.closed_to_ms:
            given = state.submitted.setdefault((period, item), {})
            given[unit] = Submitted(Fraction(value), agency, entry)
