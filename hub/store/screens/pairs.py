"""Suspected pairs: two matters that may be one told over two channels, of problems in a reader's scope."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from hub.model.pair import PairStanding
from hub.store.pair_tables import PAIR
from hub.store.screens.register import Fields
from hub.store.screens.scope import Scope, problem_rows
from hub.store.tables import MATTER, MEMBER, PROBLEM

PAIRS_MAX: Final = 10
TOLD: Final = ("entry", "place", "summary", "channel", "received_ms")


def of_problem(sql: Connection, scope: Scope, number: str) -> list[Fields]:
    """Give the pairs that a problem's matters are in and nobody found to be two, the likeliest first.

    Each holds both matters' journal number, place, agency and what was told.
    """
    first, second = MATTER.alias("earlier"), MATTER.alias("later")
    query = (
        select(
            PAIR,
            *(first.c[name].label(f"first_{name}") for name in TOLD),
            *(second.c[name].label(f"second_{name}") for name in TOLD),
        )
        .join(first, and_(first.c.jurisdiction == PAIR.c.jurisdiction, first.c.key == PAIR.c.first))
        .join(second, and_(second.c.jurisdiction == PAIR.c.jurisdiction, second.c.key == PAIR.c.second))
        .where(
            PAIR.c.jurisdiction == scope.jurisdiction,
            PAIR.c.standing != PairStanding.APART,
            _in_problem(scope, number),
        )
        .order_by(PAIR.c.standing.desc(), PAIR.c.score.desc(), PAIR.c.id)
        .limit(PAIRS_MAX)
    )
    return [{str(name): value for name, value in row.items()} for row in sql.execute(query).mappings()]


def is_seen(sql: Connection, scope: Scope, pair_id: str, number: str) -> bool:
    """Whether a pair belongs to this problem, and the problem to the scope."""
    query = select(PAIR.c.id).where(
        PAIR.c.jurisdiction == scope.jurisdiction, PAIR.c.id == pair_id, _in_problem(scope, number)
    )
    return sql.execute(query).first() is not None


def _in_problem(scope: Scope, number: str) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            MEMBER.c.jurisdiction == scope.jurisdiction,
            MEMBER.c.problem_id == number,
            or_(MEMBER.c.matter == PAIR.c.first, MEMBER.c.matter == PAIR.c.second),
            PROBLEM.c.id == MEMBER.c.problem_id,
            problem_rows(scope),
        )
        .correlate(PAIR)
    )
