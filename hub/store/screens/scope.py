"""Who may see what: the one place that turns a desk's territory and agency into a condition on rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, false, or_, select, true

from hub.policies.models import Policy
from hub.store.tables import JOURNAL, PROBLEM, SOURCE, TASK


@dataclass(frozen=True, slots=True)
class Scope:
    """Rows one reader may see: of one city, those of `places` or of `agency`, and of these only `within`.

    None stands for all places of the city. `within` is what the reader narrows the page to; it never widens.
    """

    jurisdiction: str
    places: frozenset[str] | None
    agency: str = ""
    within: frozenset[str] | None = None

    def narrowed(self, places: frozenset[str] | None) -> Scope:
        """Give the same scope, looking only at some places."""
        return replace(self, within=places)

    def holds(self, place: str, agency: str = "") -> bool:
        """Whether a row of this place and this agency may be shown."""
        mine = self.places is None or place in self.places or bool(self.agency and agency == self.agency)
        return mine and (self.within is None or place in self.within)


def problem_rows(scope: Scope) -> ColumnElement[bool]:
    """Give the condition on rows of `problem`."""
    return and_(
        PROBLEM.c.jurisdiction == scope.jurisdiction,
        _allowed(scope, PROBLEM.c.place, _at_work(scope)),
        _within(scope, PROBLEM.c.place),
    )


def journal_rows(scope: Scope) -> ColumnElement[bool]:
    """Give the condition on rows of `journal`; an event whose place is unknown is its own agency's and the city's."""
    return and_(
        JOURNAL.c.jurisdiction == scope.jurisdiction,
        _allowed(scope, JOURNAL.c.place, JOURNAL.c.agency == scope.agency),
        _within(scope, JOURNAL.c.place),
    )


def source_rows(scope: Scope, agencies: Mapping[str, str]) -> ColumnElement[bool]:
    """Give the condition on rows of `source`; `agencies` maps each agency to its territory.

    Who sees the whole city also sees the tallies of senders that are no agency of it.
    """
    if scope.places is None and scope.within is None:
        return SOURCE.c.jurisdiction == scope.jurisdiction
    seen = sorted(agency for agency, territory in agencies.items() if scope.holds(territory, agency))
    return and_(SOURCE.c.jurisdiction == scope.jurisdiction, SOURCE.c.agency.in_(seen))


def subtree(policy: Policy, place: str) -> frozenset[str] | None:
    """Give a place and all below it; None for the whole city, and nothing for a place the city does not have."""
    found = policy.places.get(place)
    if found is None:
        return frozenset()
    if found.parent is None:
        return None
    return _subtrees(policy.version, _Places(policy))[place]


class _Places:
    """A policy as an argument of a cache that is keyed by its version alone."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Places)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=8)
def _subtrees(_version: str, places: _Places) -> dict[str, frozenset[str]]:
    below: dict[str, set[str]] = {}
    for code, place in places.policy.places.items():
        for above in place.chain:
            below.setdefault(above, set()).add(code)
    return {code: frozenset(codes) for code, codes in below.items()}


def _at_work(scope: Scope) -> ColumnElement[bool]:
    """Whether the agency leads a problem or ever had a task in it."""
    # An alias, as the query around it may look at tasks as well. A list made once: asked for each problem of a city,
    # SQLite walks all of the agency's tasks each time.
    mine = TASK.alias("mine")
    tasks = select(mine.c.problem_id).where(
        mine.c.jurisdiction == scope.jurisdiction, mine.c.agency == scope.agency
    )
    return or_(PROBLEM.c.lead == scope.agency, PROBLEM.c.id.in_(tasks))


def _allowed(scope: Scope, place: Column[Any], own: ColumnElement[bool]) -> ColumnElement[bool]:
    if scope.places is None:
        return true()
    ways: list[ColumnElement[bool]] = []
    if scope.places:
        ways.append(place.in_(sorted(scope.places)))
    if scope.agency:
        ways.append(own)
    return or_(*ways) if ways else false()


def _within(scope: Scope, place: Column[Any]) -> ColumnElement[bool]:
    return true() if scope.within is None else place.in_(sorted(scope.within))
