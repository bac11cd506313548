"""Figures of agencies, territories and kinds of mediation over any period, counted from the rows as they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, or_, select

from hub.model.figure import INCIDENT, Mark, matter_marks, task_marks, watch_mark
from hub.model.matter import Matter, agency_of
from hub.model.pair import PairStanding
from hub.model.place import ancestor_at
from hub.model.tally import NOTHING, Count
from hub.policies.models import Policy, Tier
from hub.schemas.figures import Figure
from hub.schemas.reasons import DecisionKind
from hub.store.assessments import MATTER_MOMENTS, TASK_MOMENTS, WATCH_ENDS
from hub.store.pair_tables import PAIR
from hub.store.rows import MATTER_COLUMNS, TASK_COLUMNS, matter_of, task_of
from hub.store.tables import DECISION, JOURNAL, MATTER, PROBLEM, SCORE, TASK

Fields = dict[str, Any]

LONG_SHARE: Final = Fraction(9, 10)
DISPUTE: Final = "linkage.dispute.registered.v1"
GROUP_BANDS: Final = frozenset({"30-199", "200+"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: a stretch of time (epoch ms, its end outside), and by agency, by a tier, or by kind of dispute."""

    start_ms: int
    end_ms: int
    by: str

    def holds(self, at_ms: int) -> bool:
        """Whether a moment lies in it."""
        return self.start_ms <= at_ms < self.end_ms


class Figures(NamedTuple):
    """A unit's figures, and how long things took: median and P90 in ms over how many; None over none."""

    unit: str
    counts: dict[Figure, Count]
    times: dict[str, tuple[int, int, int]]


TIMES: Final = ("accepted", "closed", "task_signed", "task_done")
"""What is timed: from the report (or the last reopening), or from the cutting of a task."""


def figures(sql: Connection, policy: Policy, asked: Asked) -> list[Figures]:
    """Give each unit's figures, units in order."""
    counts: dict[str, dict[Figure, Count]] = {}
    times: dict[str, dict[str, list[int]]] = {}
    for unit, marks, took in _counted(sql, policy, asked):
        for mark in marks:
            if asked.holds(mark.at_ms):
                known = counts.setdefault(unit, {})
                known[mark.figure] = known.get(mark.figure, NOTHING).plus(mark, 1)
        for name, start_ms, end_ms in took:
            if end_ms and asked.holds(end_ms):
                times.setdefault(unit, {}).setdefault(name, []).append(end_ms - start_ms)
    return [
        Figures(unit, counts.get(unit, {}), {name: spread(ms) for name, ms in times.get(unit, {}).items()})
        for unit in sorted(counts.keys() | times.keys())
    ]


def spread(took: Sequence[int]) -> tuple[int, int, int]:
    """Give median, P90 (nearest rank) and number of what is not empty."""
    order = sorted(took)
    nearest = -(-len(order) * LONG_SHARE.numerator // LONG_SHARE.denominator)
    return int(median(order)), order[nearest - 1], len(order)


Took = tuple[str, int, int]
"""What was timed, from when to when; the end is 0 where it has not come."""


def _counted(
    sql: Connection, policy: Policy, asked: Asked
) -> Iterator[tuple[str, Iterable[Mark], tuple[Took, ...]]]:
    for matter in matters(sql, policy.jurisdiction, asked):
        unit = unit_of(policy, asked.by, agency_of(matter), matter.place, matter)
        if unit is not None:
            yield unit, matter_marks(matter), _matter_times(matter)
    if asked.by == "kind":
        return
    yield from _of_tasks(sql, policy, asked)
    yield from _of_watches(sql, policy, asked)


def matters(sql: Connection, jurisdiction: str, asked: Asked) -> Iterator[Matter]:
    """Give the matters of which something is dated in a stretch of time; what was told twice is one of them."""
    columns = [MATTER.c[name] for name in (*MATTER_MOMENTS, "accepted_ms")]
    query = select(*(MATTER.c[name] for name in MATTER_COLUMNS.split(", "))).where(
        MATTER.c.jurisdiction == jurisdiction, _within(columns, asked), _stands_alone(jurisdiction)
    )
    return (matter_of(tuple(row)) for row in sql.execute(query))


def _within(columns: Iterable[ColumnElement[int]], asked: Asked) -> ColumnElement[bool]:
    # A limit is dated a millisecond before it ends.
    return or_(*(column.between(asked.start_ms, asked.end_ms) for column in columns))


def _stands_alone(jurisdiction: str) -> ColumnElement[bool]:
    """Whether a matter is not another one told again, by the word of a person."""
    again = select(PAIR.c.second).where(
        PAIR.c.jurisdiction == jurisdiction, PAIR.c.standing == PairStanding.CONFIRMED
    )
    return MATTER.c.key.not_in(again)


def unit_of(policy: Policy, by: str, agency: str, place: str, matter: Matter | None = None) -> str | None:
    """Give the unit that something counts for; None where it lies above the tier, or is no dispute."""
    if by == "agency":
        return agency
    if by == "kind":
        return (matter.form or "people") if matter is not None and matter.type == DISPUTE else None
    return ancestor_at(policy, place, Tier(by))


def _matter_times(matter: Matter) -> tuple[Took, ...]:
    start_ms = max(matter.received_ms, matter.reopened_ms)
    return (("accepted", start_ms, matter.accepted_ms), ("closed", start_ms, matter.closed_ms))


def _of_tasks(
    sql: Connection, policy: Policy, asked: Asked
) -> Iterator[tuple[str, Iterable[Mark], tuple[Took, ...]]]:
    columns = [TASK.c[name] for name in (*TASK_MOMENTS, "accepted_ms", "done_ms")]
    names = TASK_COLUMNS.split(", ")
    query = (
        select(*(TASK.c[name] for name in names), PROBLEM.c.place)
        .join(PROBLEM, (PROBLEM.c.jurisdiction == TASK.c.jurisdiction) & (PROBLEM.c.id == TASK.c.problem_id))
        .where(TASK.c.jurisdiction == policy.jurisdiction, _within(columns, asked))
    )
    for *row, place in sql.execute(query):
        task = task_of(tuple(row))
        unit = unit_of(policy, asked.by, task.agency, place)
        if unit is not None:
            signed = ("task_signed", task.cut_ms, task.accepted_ms or 0)
            yield unit, task_marks(task), (signed, ("task_done", task.cut_ms, task.done_ms or 0))


def _of_watches(
    sql: Connection, policy: Policy, asked: Asked
) -> Iterator[tuple[str, Iterable[Mark], tuple[Took, ...]]]:
    query = select(DECISION.c.at_ms, DECISION.c.kind, DECISION.c.line).where(
        DECISION.c.jurisdiction == policy.jurisdiction,
        DECISION.c.kind.in_(WATCH_ENDS),
        DECISION.c.at_ms.between(asked.start_ms, asked.end_ms),
    )
    for at_ms, kind, line in sql.execute(query):
        said = orjson.loads(line)
        unit = unit_of(policy, asked.by, said.get("agency", ""), said["place"])
        if unit is not None:
            yield unit, (watch_mark(at_ms, rebounded=kind == DecisionKind.PROBLEM_REBOUNDED),), ()


class Prevention(NamedTuple):
    """What mediation kept from growing, as far as events say: disputes of the period, by how they ended.

    `groups` are disputes of 30 people and more, `groups_defused` those of them that were solved; `diverted` disputes
    went to another way, by agency that took them: of the police, that is 民转刑 or 治安.
    """

    groups: int
    groups_defused: int
    diverted: dict[str, int]


def prevention(sql: Connection, policy: Policy, asked: Asked) -> Prevention:
    """Count group events prevented and disputes that left mediation, of those registered in a stretch of time."""
    registered = {
        matter.key: matter
        for matter in matters(sql, policy.jurisdiction, asked)
        if matter.type == DISPUTE and asked.holds(matter.received_ms) and matter.standing != "withdrawn"
    }
    groups = _group_matters(sql, policy.jurisdiction, asked) & registered.keys()
    diverted = Counter(agency_of(one) for one in registered.values() if one.word == "diverted")
    defused = sum(registered[key].word == "resolved" for key in groups)
    return Prevention(len(groups), defused, dict(sorted(diverted.items())))


def _group_matters(sql: Connection, jurisdiction: str, asked: Asked) -> set[str]:
    """Give the disputes that were reported with a band of 30 people or more; only the journal keeps the band."""
    query = select(JOURNAL.c.agency, JOURNAL.c.matter_id, JOURNAL.c.body).where(
        JOURNAL.c.jurisdiction == jurisdiction,
        JOURNAL.c.type == DISPUTE,
        JOURNAL.c.outcome == "accepted",
        JOURNAL.c.hub_ms.between(asked.start_ms, asked.end_ms),
    )
    return {
        f"{agency}/{matter}"
        for agency, matter, body in sql.execute(query)
        if orjson.loads(body).get("data", {}).get("size_band") in GROUP_BANDS
    }


def handed_over(sql: Connection, policy: Policy, asked: Asked) -> dict[str, int]:
    """Count the incidents of a stretch of time that were handed over, by who took them (110, 119, 120, …)."""
    taken = Counter(
        agency_of(matter)
        for matter in matters(sql, policy.jurisdiction, asked)
        if matter.type == INCIDENT and matter.word == "diverted" and asked.holds(matter.received_ms)
    )
    return dict(sorted(taken.items()))


def overdue_open(sql: Connection, policy: Policy, at_ms: int) -> dict[str, tuple[int, int]]:
    """Give by agency in charge how many matters are open, and how many of those are overdue at a moment."""
    counts: dict[str, tuple[int, int]] = {}
    query = select(MATTER.c.key, MATTER.c.in_charge, MATTER.c.close_due_ms).where(
        MATTER.c.jurisdiction == policy.jurisdiction,
        MATTER.c.standing == "open",
        _stands_alone(policy.jurisdiction),
    )
    for key, in_charge, due_ms in sql.execute(query):
        agency = in_charge or key.partition("/")[0]
        number, late = counts.get(agency, (0, 0))
        counts[agency] = (number + 1, late + (0 < due_ms <= at_ms))
    return dict(sorted(counts.items()))


def stubborn_by_category(sql: Connection, jurisdiction: str, asked: Asked) -> dict[str, int]:
    """Count stubborn problems by category: confirmed by the end of the period, not ended before it began."""
    query = select(PROBLEM.c.category, PROBLEM.c.labels, PROBLEM.c.level, PROBLEM.c.rebounds).where(
        PROBLEM.c.jurisdiction == jurisdiction,
        PROBLEM.c.confirmed_ms < asked.end_ms,
        PROBLEM.c.merged_into == "",
        or_(PROBLEM.c.closed_ms.is_(None), PROBLEM.c.closed_ms >= asked.start_ms),
        PROBLEM.c.phase != "dismissed",
    )
    found: Counter[str] = Counter()
    for category, labels, level, rebounds in sql.execute(query):
        if "stubborn" in labels.split() or level or rebounds:
            found[category] += 1
    return dict(sorted(found.items()))


def scores(sql: Connection, jurisdiction: str, period: str, assessment: str | None = None) -> list[Fields]:
    """Give what units got in a period: each item, and the total where the item is ""."""
    query = (
        select(SCORE)
        .where(SCORE.c.jurisdiction == jurisdiction, SCORE.c.period == period)
        .order_by(SCORE.c.assessment, SCORE.c.unit, SCORE.c.item)
    )
    if assessment is not None:
        query = query.where(SCORE.c.assessment == assessment)
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]
