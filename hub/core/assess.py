"""Assess: take what agencies submit, and work out every unit's scores when a period closes (考核)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import orjson

from hub.core._said import Turn
from hub.model.assessment import (
    HUNDRED,
    Score,
    ScoreRow,
    Submitted,
    Total,
    Value,
    group_of,
    points_of,
    totals_of,
)
from hub.model.decision import Decision
from hub.model.period import Period, last_day, named_period, period_at, period_name
from hub.model.state import State
from hub.policies.models import Tier
from hub.schemas.reasons import DecisionKind, RefusalCode
from hub.schemas.task_reasons import ScoreReason

if TYPE_CHECKING:
    from hub.model.tally import Count
    from hub.policies.assessment import Assessment, AssessmentItem
    from hub.policies.models import Policy
    from hub.schemas.figures import Figure
    from hub.schemas.inbox import Item


def submit(state: State, policy: Policy, event: Item) -> RefusalCode | None:
    """Keep the values an agency submits, in place of its earlier ones; or say why they are not taken.

    Only the agencies that the item names may submit it, for units that are assessed, until the period closes.
    """
    data = orjson.loads(event.detail)
    known = _item(policy, data["item"])
    if known is None or event.agency not in known[1].by:
        return RefusalCode.NOT_ASSESSED
    assessment, item = known
    period = _period(data["period"], assessment, policy)
    if period is None or period.start_ms > state.hub_ms:
        return RefusalCode.NOT_ASSESSED
    if period.closes_ms <= state.hub_ms:
        return RefusalCode.PERIOD_CLOSED
    if not all(_is_unit(score["unit"], assessment, policy) for score in data["scores"]):
        return RefusalCode.NOT_ASSESSED
    values = state.submitted.setdefault((period.name, item.code), {})
    for score in data["scores"]:
        unit = score["unit"]
        values[unit] = Submitted(Fraction(repr(score["value"])), event.agency, state.entries)
        state.changed.submitted[period.name, item.code, unit] = values[unit]
    return None


def close_periods(turn: Turn) -> None:
    """A day ended: work out the scores of every period whose time for submissions ended with it."""
    state, policy = turn.state, turn.policy
    for assessment in policy.assessments:
        for period in _closing(state, assessment, policy, turn.cause.at_ms):
            _score(turn, assessment, period)
            for item in assessment.items:
                state.submitted.pop((period.name, item.code), None)
    if policy.assessments:
        state.tallies.close(turn.cause.at_ms)


def late_share(state: State, agency: str) -> tuple[int, int]:
    """Give how many of an agency's matters were late, of those whose time ran out in the last 90 days."""
    return state.tallies.late_share(agency)


def _closing(state: State, assessment: Assessment, policy: Policy, at_ms: int) -> list[Period]:
    """Give the periods that close now, the earliest first."""
    found: list[Period] = []
    period = period_at(state.days.of(at_ms - 1), assessment, policy)
    while period.closes_ms > state.tallies.closed_to_ms:
        if period.closes_ms <= at_ms:
            found.insert(0, period)
        period = period_at(state.days.of(period.start_ms - 1), assessment, policy)
    return found


def _score(turn: Turn, assessment: Assessment, period: Period) -> None:
    groups = group_of(assessment)
    counts = turn.state.tallies.counts_of(assessment, period)
    values = {item.code: _values(turn.state, period, item, counts) for item in assessment.items}
    units = {unit for given in values.values() for unit in given}
    points = {
        item.code: points_of(item, {unit: values[item.code].get(unit) for unit in sorted(units)}, groups)
        for item in assessment.items
    }
    scores = [
        Score(unit, code, values[code].get(unit), given[unit])
        for code, given in points.items()
        for unit in given
        if unit in values[code]
    ]
    totals = totals_of(assessment, points, groups)
    if not totals:
        return
    at_ms = turn.cause.at_ms
    got: list[Score | Total] = [*scores, *totals]
    turn.state.changed.scores += [
        ScoreRow(assessment.name, period.name, at_ms, turn.policy.version, one) for one in got
    ]
    _say(turn, assessment, period)


def _values(
    state: State, period: Period, item: AssessmentItem, counts: Mapping[tuple[str, Figure], Count]
) -> dict[str, Value]:
    """Give what each unit has of an item: its share in percent, or what was submitted of it."""
    if item.figure is None:
        given = state.submitted.get((period.name, item.code), {})
        return {unit: Value(one.value) for unit, one in given.items()}
    return {
        unit: Value(Fraction(count.met * HUNDRED, count.counted), *count)
        for (unit, figure), count in counts.items()
        if figure is item.figure and count.counted
    }


def _say(turn: Turn, assessment: Assessment, period: Period) -> None:
    """Say that a period was scored; the scores themselves are rows, as they are many."""
    turn.state.said += 1
    turn.posts.append(
        Decision(
            seq=turn.state.said,
            at_ms=turn.cause.at_ms,
            kind=DecisionKind.ASSESSMENT_SCORED,
            reason=ScoreReason.PERIOD_ENDED,
            cause=f"assessment/{assessment.name}/{period.name}",
            policy=turn.policy.version,
            problem_id="",
            place=turn.policy.jurisdiction,
            place_tier=Tier.CITY,
            tier=Tier.CITY,
            category="",
        )
    )


def _item(policy: Policy, code: str) -> tuple[Assessment, AssessmentItem] | None:
    for assessment in policy.assessments:
        for item in assessment.items:
            if item.code == code:
                return assessment, item
    return None


def _period(name: str, assessment: Assessment, policy: Policy) -> Period | None:
    """Give a period by its name, if it is as long as the assessment's are."""
    period = named_period(name, assessment, policy)
    return period if period_name(last_day(period), assessment.every) == name else None


def _is_unit(unit: str, assessment: Assessment, policy: Policy) -> bool:
    if assessment.units is None:
        return unit in policy.agencies
    return unit in policy.places and policy.places[unit].tier is assessment.units
