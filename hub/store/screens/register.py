"""The register of problems: what a reader may ask of it, and what is shown of the problems that `index` finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from hub.model.lifecycle import Phase
from hub.store.screens.scope import Scope, problem_rows
from hub.store.tables import DECISION, PROBLEM

Fields = dict[str, Any]

NEVER_MS: Final = 2**62
"""Where a problem without a running clock stands in the order of time left."""

SOON_MS: Final = 24 * 3_600_000
REMIND_MS: Final = 72 * 3_600_000
OPEN: Final = ("suspected", "confirmed", "treating", "rebounded")
"""Phases in which somebody is at work on a problem, or has to decide about it."""

ENDED: Final = ("dismissed", "closed", "merged")
"""Phases in which nothing more is expected of anybody."""

LIVE: Final = tuple(phase.value for phase in Phase if phase not in ENDED)
"""All other phases, named one by one: by what a phase is not, no index finds the few that are left of all."""

SPARK_DAYS: Final = 91
SPARK_STEPS: Final = 13
FILTERS: Final = ("phase", "clock", "tier", "kind", "rule", "lead")
DAY_MS: Final = 86_400_000

PLACE: Final = PROBLEM.c.place + ""
"""A problem's place to group by. By the bare column SQLite walks its index and looks up each problem on the way: of
100,000, nearly all ended, that took ten times as long."""


class Found(NamedTuple):
    """One word of a search: the places, the categories and the agencies whose names hold it."""

    places: frozenset[str]
    kinds: frozenset[str]
    agencies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks the register for.

    `chosen` holds the values picked for each filter, `kinds` the categories that the picked kinds stand for, `since_ms`
    the moment after which a problem was opened, `place` the one place it lies at, not below; `after` where the last
    page ended: the sort value and the number.
    """

    chosen: Mapping[str, tuple[str, ...]]
    kinds: frozenset[str] | None = None
    number: str = ""
    words: tuple[Found, ...] = ()
    sort: str = "due"
    after: tuple[int, str] | None = None
    since_ms: int | None = None
    place: str = ""


def clock_state(now_ms: int) -> ColumnElement[str]:
    """Give the expression that says how a problem stands with its time."""
    due = PROBLEM.c.due_ms
    return case(
        (PROBLEM.c.phase.in_(ENDED), "done"),
        (PROBLEM.c.phase == "ledgered", "ledgered"),
        (PROBLEM.c.phase == "settled", "watched"),
        (and_(PROBLEM.c.phase == "suspected", due.is_(None)), "waiting"),
        (due.is_(None), "normal"),
        (due <= now_ms, "overdue"),
        (due <= now_ms + SOON_MS, "soon"),
        (due <= now_ms + REMIND_MS, "remind"),
        else_="normal",
    )


def named(sql: Connection, scope: Scope, numbers: Sequence[str], now_ms: int) -> list[Fields]:
    """Give the problems of these numbers that the scope holds."""
    columns = (PROBLEM, clock_state(now_ms).label("clock"))
    query = select(*columns).where(problem_rows(scope), PROBLEM.c.id.in_(numbers))
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]


def growth(sql: Connection, scope: Scope, numbers: Sequence[str], now_ms: int) -> dict[str, list[int]]:
    """Give how many matters joined each problem, a week a step, over the last 90 days."""
    if not numbers:
        return {}
    since_ms = now_ms - SPARK_DAYS * DAY_MS
    mine = select(PROBLEM.c.id).where(problem_rows(scope), PROBLEM.c.id.in_(numbers))
    # SQLite keeps no statistics and would read all decisions of these kinds or days: conditions that are worked out,
    # an order, and a list of more than one lead it to the index on the problem.
    query = (
        select(DECISION.c.problem_id, DECISION.c.at_ms)
        .where(
            DECISION.c.jurisdiction == scope.jurisdiction,
            DECISION.c.problem_id.in_([*sql.execute(mine).scalars(), ""]),
            (DECISION.c.kind + "").in_(("problem_suspected", "problem_reinforced")),
            DECISION.c.at_ms + 0 > since_ms,
        )
        .order_by(DECISION.c.problem_id, DECISION.c.seq)
    )
    steps = {number: [0] * SPARK_STEPS for number in numbers}
    for number, at_ms in sql.execute(query):
        steps[number][
            min(SPARK_STEPS - 1, max(0, (at_ms - since_ms) * SPARK_STEPS // (SPARK_DAYS * DAY_MS)))
        ] += 1
    return steps


def active_cells(sql: Connection, scope: Scope, now_ms: int) -> list[tuple[str, str, str, str, int]]:
    """Count open problems by place, category, tier and clock; `OPEN` is what the list behind each number asks for."""
    clock = clock_state(now_ms).label("clock")
    columns = (PLACE, PROBLEM.c.category, PROBLEM.c.tier, clock)
    query = (
        select(*columns, func.count())
        .where(problem_rows(scope), PROBLEM.c.phase.in_(OPEN))
        .group_by(*columns)
    )
    return [(place, kind, tier, state, number) for place, kind, tier, state, number in sql.execute(query)]


def due_within(sql: Connection, scope: Scope, now_ms: int, within_ms: int) -> int:
    """Count open problems that rise within a span from now, if nothing is done; at the city nothing is above."""
    query = select(func.count()).where(
        problem_rows(scope),
        PROBLEM.c.phase.in_(LIVE),
        PROBLEM.c.tier != "city",
        PROBLEM.c.due_ms.between(now_ms, now_ms + within_ms),
    )
    return int(sql.execute(query.select_from(PROBLEM)).scalar_one())
