"""The register of problems: one page of it, the counts behind its filters, and all of it for an export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, false, func, or_, select

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

EXPORT_PAGE: Final = 500
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
    the moment after which a problem was opened, `after` where the last page ended: the sort value and the number.
    """

    chosen: Mapping[str, tuple[str, ...]]
    kinds: frozenset[str] | None = None
    number: str = ""
    words: tuple[Found, ...] = ()
    sort: str = "due"
    after: tuple[int, str] | None = None
    since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Cube:
    """How many problems there are of each combination of filter values."""

    rows: tuple[tuple[Mapping[str, str], int], ...]

    def facet(self, name: str, chosen: Mapping[str, Sequence[str]]) -> Counter[str]:
        """Count the values of one filter among what all the other filters leave."""
        others = {key: values for key, values in chosen.items() if values and key != name}
        counts: Counter[str] = Counter()
        for row, number in self.rows:
            if all(row[key] in values for key, values in others.items()):
                counts[row[name]] += number
        return counts

    def total(self, chosen: Mapping[str, Sequence[str]]) -> int:
        """Count what all filters together leave."""
        picked = {key: values for key, values in chosen.items() if values}
        return sum(
            number for row, number in self.rows if all(row[key] in values for key, values in picked.items())
        )


def clock_state(now_ms: int) -> ColumnElement[str]:
    """Give the expression that says how a problem stands with its time."""
    due = PROBLEM.c.due_ms
    return case(
        (PROBLEM.c.phase.in_(ENDED), "done"),
        (PROBLEM.c.phase == "ledgered", "ledgered"),
        (and_(PROBLEM.c.phase == "suspected", due.is_(None)), "waiting"),
        (due.is_(None), "normal"),
        (due <= now_ms, "overdue"),
        (due <= now_ms + SOON_MS, "soon"),
        (due <= now_ms + REMIND_MS, "remind"),
        else_="normal",
    )


def cube(sql: Connection, scope: Scope, wanted: Wanted, kind_of: Mapping[str, str], now_ms: int) -> Cube:
    """Count problems by every filter; the search narrows it, the filters themselves do not."""
    clock = clock_state(now_ms).label("clock")
    columns = (PROBLEM.c.phase, clock, PROBLEM.c.tier, PROBLEM.c.category, PROBLEM.c.rule, PROBLEM.c.lead)
    counted = (
        select(*columns, func.count().label("number"))
        .where(problem_rows(scope), *_searched(wanted))
        .group_by(*columns)
    )
    rows = [
        (
            {
                "phase": row.phase,
                "clock": row.clock,
                "tier": row.tier,
                "kind": kind_of.get(row.category, row.category),
                "rule": row.rule,
                "lead": row.lead,
            },
            row.number,
        )
        for row in sql.execute(counted)
    ]
    return Cube(tuple(rows))


def page(sql: Connection, scope: Scope, wanted: Wanted, now_ms: int, limit: int) -> list[Fields]:
    """Give one page of problems after `wanted.after`, in its order; `sorted_by` is what the next page starts after."""
    key, descending = _order(wanted.sort)
    query = _chosen(scope, wanted, now_ms).add_columns(key.label("sorted_by"))
    if wanted.after is not None:
        value, number = wanted.after
        beyond = key < value if descending else key > value
        query = query.where(or_(beyond, and_(key == value, PROBLEM.c.id > number)))
    query = query.order_by(key.desc() if descending else key, PROBLEM.c.id).limit(limit)
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]


def named(sql: Connection, scope: Scope, numbers: Sequence[str], now_ms: int) -> list[Fields]:
    """Give the problems of these numbers that the scope holds."""
    query = _chosen(scope, Wanted({}), now_ms).where(PROBLEM.c.id.in_(numbers))
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]


def every(sql: Connection, scope: Scope, wanted: Wanted, now_ms: int) -> Iterator[Fields]:
    """Give all problems that the filters leave, in the register's order, a page at a time."""
    wanted = replace(wanted, after=None)
    while rows := page(sql, scope, wanted, now_ms, EXPORT_PAGE):
        yield from rows
        wanted = replace(wanted, after=(rows[-1]["sorted_by"], rows[-1]["id"]))


def growth(sql: Connection, scope: Scope, numbers: Sequence[str], now_ms: int) -> dict[str, list[int]]:
    """Give how many matters joined each problem, a week a step, over the last 90 days."""
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


def by_place(sql: Connection, scope: Scope, wanted: Wanted, now_ms: int) -> dict[str, int]:
    """Count what the filters leave by the place of each problem."""
    chosen = _chosen(scope, wanted, now_ms).with_only_columns(PLACE, func.count()).group_by(PLACE)
    return {str(place): int(number) for place, number in sql.execute(chosen)}


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
        PROBLEM.c.phase.not_in(ENDED),
        PROBLEM.c.tier != "city",
        PROBLEM.c.due_ms.between(now_ms, now_ms + within_ms),
    )
    return int(sql.execute(query.select_from(PROBLEM)).scalar_one())


def _chosen(scope: Scope, wanted: Wanted, now_ms: int) -> Select[Any]:
    clock = clock_state(now_ms)
    query = select(PROBLEM, clock.label("clock")).where(problem_rows(scope), *_searched(wanted))
    columns: dict[str, ColumnElement[str]] = {
        "phase": PROBLEM.c.phase,
        "tier": PROBLEM.c.tier,
        "rule": PROBLEM.c.rule,
        "lead": PROBLEM.c.lead,
        "clock": clock,
    }
    for name, column in columns.items():
        if wanted.chosen.get(name):
            query = query.where(column.in_(wanted.chosen[name]))
    if wanted.kinds is not None:
        query = query.where(PROBLEM.c.category.in_(sorted(wanted.kinds)))
    return query


def _searched(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.since_ms is not None:
        conditions.append(PROBLEM.c.opened_ms > wanted.since_ms)
    if wanted.number:
        conditions.append(PROBLEM.c.id.startswith(wanted.number, autoescape=True))
    for found in wanted.words:
        ways = (
            (PROBLEM.c.place, found.places),
            (PROBLEM.c.category, found.kinds),
            (PROBLEM.c.lead, found.agencies),
        )
        conditions.append(or_(false(), *(column.in_(sorted(codes)) for column, codes in ways if codes)))
    return conditions


def _order(sort: str) -> tuple[ColumnElement[int], bool]:
    if sort == "matters":
        return PROBLEM.c.matters, True
    if sort == "opened":
        return PROBLEM.c.opened_ms, True
    return func.coalesce(PROBLEM.c.due_ms, NEVER_MS), False
