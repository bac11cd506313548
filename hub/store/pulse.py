"""How alive everything is, read from SQL: how often agencies speak, how far the log was taken, what is late."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sqlalchemy import Column, Connection, case, func, select

from hub.model.clock import DAY_MS
from hub.model.lifecycle import Phase, is_open
from hub.policies.models import Tier
from hub.schemas.commands import COMMANDS
from hub.store.tables import CLOCK, JOURNAL, JURISDICTION, PROBLEM, SHARD, SOURCE

LEARNED_MS: Final = 14 * DAY_MS
PAGE: Final = 10_000
GAPS_MIN: Final = 20
"""An agency is judged by its habits when it has shown some."""

USUAL_TIMES: Final = 1.5
LIMIT_MS_MIN: Final = 10 * 60_000
LATE_AFTER_MS: Final = 60_000
AGES: Final = ((1, "0-1"), (7, "1-7"), (30, "7-30"), (None, "30+"))
"""Upper bounds in days, and the label of each band."""


class Silence(NamedTuple):
    """How long an agency has said nothing, and how long is usual; `limit_ms` is None while its habits are unknown."""

    silent_ms: int
    limit_ms: int | None

    @property
    def is_unusual(self) -> bool:
        """Whether it is longer than usual."""
        return self.limit_ms is not None and self.silent_ms > self.limit_ms


@dataclass(slots=True)
class Habit:
    """One agency's arrivals: the last, how many, and the long gaps of the learned days, longest first."""

    last_ms: int
    arrivals: deque[int] = field(default_factory=deque)
    gaps: deque[tuple[int, int]] = field(default_factory=deque)

    def arrive(self, at_ms: int) -> None:
        """Note an event or heartbeat."""
        gap_ms = at_ms - self.last_ms
        while self.gaps and self.gaps[-1][1] <= gap_ms:
            self.gaps.pop()
        self.gaps.append((at_ms, gap_ms))
        self.arrivals.append(at_ms)
        if len(self.arrivals) > GAPS_MIN:
            self.arrivals.popleft()
        self.last_ms = at_ms

    def silence(self, now_ms: int) -> Silence:
        """Give how long it has been silent, and how long is usual."""
        while self.gaps and self.gaps[0][0] < now_ms - LEARNED_MS:
            self.gaps.popleft()
        silent_ms = max(0, now_ms - self.last_ms)
        is_known = len(self.arrivals) == GAPS_MIN and self.arrivals[0] >= now_ms - LEARNED_MS
        if not is_known or not self.gaps:
            return Silence(silent_ms, None)
        return Silence(silent_ms, max(LIMIT_MS_MIN, round(USUAL_TIMES * self.gaps[0][1])))


@dataclass(slots=True)
class Pulse:
    """What agencies' habits are, read once and then only what is new in the journal."""

    habits: dict[str, Habit] = field(default_factory=dict)
    _read: dict[str, int] = field(default_factory=dict)

    def read(self, sql: Connection, jurisdictions: Iterable[str], now_ms: int) -> None:
        """Take in what came since the last time; at first, the learned days."""
        for code in jurisdictions:
            after = self._read.get(code)
            if after is None:
                after = number_before(sql, code, now_ms - LEARNED_MS)
            self._read[code] = self._take(sql, code, after)

    def silences(self, now_ms: int) -> Mapping[str, Silence]:
        """Give every agency that ever spoke within the learned days."""
        return {agency: habit.silence(now_ms) for agency, habit in sorted(self.habits.items())}

    def _take(self, sql: Connection, code: str, after: int) -> int:
        while True:
            rows = sql.execute(
                select(JOURNAL.c.number, JOURNAL.c.agency, JOURNAL.c.hub_ms)
                .where(JOURNAL.c.jurisdiction == code, JOURNAL.c.number > after)
                .order_by(JOURNAL.c.number)
                .limit(PAGE)
            ).all()
            for number, agency, at_ms in rows:
                after = number
                if agency == COMMANDS:
                    continue
                habit = self.habits.setdefault(agency, Habit(at_ms))
                habit.arrive(at_ms)
            if len(rows) < PAGE:
                return after


def number_before(sql: Connection, jurisdiction: str, at_ms: int) -> int:
    """Give the last journal number before an instant; numbers and times rise together, so halving finds it."""
    low, high = (
        0,
        int(
            sql.execute(
                select(func.coalesce(func.max(JOURNAL.c.number), 0)).where(
                    JOURNAL.c.jurisdiction == jurisdiction
                )
            ).scalar_one()
        ),
    )
    while low < high:
        middle = (low + high + 1) // 2
        found = sql.execute(
            select(JOURNAL.c.hub_ms)
            .where(JOURNAL.c.jurisdiction == jurisdiction, JOURNAL.c.number <= middle)
            .order_by(JOURNAL.c.number.desc())
            .limit(1)
        ).scalar_one_or_none()
        if found is None or found < at_ms:
            low = middle
        else:
            high = middle - 1
    return low


def positions(sql: Connection) -> dict[int, int]:
    """Give how far each inbox partition was taken."""
    return {
        int(shard): int(offset) for shard, offset in sql.execute(select(SHARD.c.shard, SHARD.c.next_offset))
    }


def agency_outcomes(sql: Connection) -> dict[tuple[str, str], int]:
    """Give the number of events by (agency, outcome)."""
    names = ("accepted", "duplicate", "quarantined", "refused")
    rows = sql.execute(
        select(SOURCE.c.agency, *(func.sum(SOURCE.c[name]) for name in names))
        .where(SOURCE.c.agency != COMMANDS)
        .group_by(SOURCE.c.agency)
    )
    return {
        (agency, name): int(number)
        for agency, *numbers in rows
        for name, number in zip(names, numbers, strict=True)
    }


def past_ms(sql: Connection, jurisdiction: str) -> int | None:
    """Give the log's clock of a city whose history is being brought in; None once it lives, or before any message."""
    query = select(JURISDICTION.c.hub_ms).where(
        JURISDICTION.c.code == jurisdiction, JURISDICTION.c.backfilling, JURISDICTION.c.hub_ms > 0
    )
    return sql.execute(query).scalar()


def timers_late(sql: Connection, now_ms: int) -> int:
    """Count running clocks, of cities that live now, that should have fired a minute ago."""
    return int(
        sql.execute(
            select(func.count())
            .select_from(CLOCK.join(JURISDICTION, JURISDICTION.c.code == CLOCK.c.jurisdiction))
            .where(
                JURISDICTION.c.backfilling.is_(False),
                CLOCK.c.running.is_(True),
                CLOCK.c.due_ms < now_ms - LATE_AFTER_MS,
            )
        ).scalar_one()
    )


def problems_aged(sql: Connection, now_ms: int) -> dict[tuple[str, str], int]:
    """Give the number of open problems by (tier, days since opened)."""
    return _by_age(sql, PROBLEM.c.opened_ms, now_ms)


def problems_overdue(sql: Connection, now_ms: int) -> dict[tuple[str, str], int]:
    """Give the number of open problems past their due moment by (tier, days overdue)."""
    return _by_age(sql, PROBLEM.c.due_ms, now_ms)


def _by_age(sql: Connection, since: Column[int], now_ms: int) -> dict[tuple[str, str], int]:
    """Count open problems by (tier, days since a moment of theirs that lies behind)."""
    age = case(
        *((since > now_ms - days * DAY_MS, band) for days, band in AGES if days is not None),
        else_=AGES[-1][1],
    )
    rows = sql.execute(
        select(PROBLEM.c.tier, age, func.count())
        .where(PROBLEM.c.phase.in_([phase for phase in Phase if is_open(phase)]), since <= now_ms)
        .group_by(PROBLEM.c.tier, age)
    )
    found = {(str(tier), str(band)): int(number) for tier, band, number in rows}
    return {(tier, band): found.get((tier, band), 0) for tier in Tier for _, band in AGES}
