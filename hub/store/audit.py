"""The auditor: recomputes from the rows which problems should have risen. Shares no code with `core/escalate.py`.

Its day arithmetic and its reading of the policy are its own, so that a mistake there is not repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, select

from hub.policies.models import Policy, Unit
from hub.store.tables import JURISDICTION, PROBLEM


def missed(sql: Connection, policies: Mapping[str, Policy]) -> list[str]:
    """Give the numbers of problems that the log's clock has passed and that still lie at their tier."""
    clocks = dict(sql.execute(select(JURISDICTION.c.code, JURISDICTION.c.hub_ms)).tuples().all())
    rows = sql.execute(
        select(
            PROBLEM.c.jurisdiction,
            PROBLEM.c.id,
            PROBLEM.c.held_at,
            PROBLEM.c.category,
            PROBLEM.c.stage_started_ms,
        ).where(PROBLEM.c.phase == "treating")
    )
    return [
        number
        for code, number, held_at, category, started_ms in rows
        if code in policies and _is_late(policies[code], held_at, category, started_ms, clocks[code])
    ]


def _is_late(policy: Policy, held_at: str, category: str, started_ms: int | None, now_ms: int) -> bool:
    if policy.places[held_at].parent is None:
        return False
    allowed = _allowed(policy, held_at, category)
    if allowed is None:
        return False
    if started_ms is None:
        return True
    days, working = allowed
    day = _day(policy, started_ms)
    today = _day(policy, now_ms)
    while days and day < today:
        day += timedelta(days=1)
        days -= 1 if not working or _works(policy, day) else 0
    if not working:
        while not _works(policy, day) and day < today:
            day += timedelta(days=1)
    return days == 0 and day < today


def _allowed(policy: Policy, held_at: str, category: str) -> tuple[int, bool] | None:
    tier = policy.places[held_at].tier
    named = [p for c in policy.categories[category].chain for p in policy.tiers if c in p.categories]
    chosen = (named or [p for p in policy.tiers if not p.categories])[0]
    span = chosen.stage.get(tier)
    return None if span is None else (span.count, span.unit is Unit.WORKING_DAYS)


def _day(policy: Policy, at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone(policy.zone).date()


def _works(policy: Policy, day: date) -> bool:
    calendar = policy.calendar
    return day in calendar.working if day.year in calendar.years else day.isoweekday() not in calendar.weekend
