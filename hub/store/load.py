"""From rows to live state: what a worker loads when a shard becomes its own."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify
from typing import Final

from hub.model.clock import DAY_MS, day_end_ms
from hub.model.lattice import RECENT_DAYS, Lattice
from hub.model.lifecycle import Phase
from hub.model.matter import Matter, Standing
from hub.model.problem import Problem
from hub.model.state import Source, State, empty_state, place_matter
from hub.policies.models import Policy, Tier
from hub.store.dialect import Row, Writer

MATTER_COLUMNS: Final = (
    "key, entry, event, day, place, category, nature, standing, reports, transfers, redone"
)
PROBLEM_COLUMNS: Final = (
    "id, place, place_tier, category, rule, phase, held_at, tier, opened_ms, matters, round, lead,"
    " stage_started_ms, due_ms, closed_entry"
)


def load_state(sql: Writer, policy: Policy) -> State:
    """Load one jurisdiction: counters, marks, remembered ids, windows and open problems; matters come as named."""
    state = empty_state(policy)
    counters = sql.fetch(
        "SELECT hub_ms, entries, said, opened, posted, backfilling FROM jurisdiction WHERE code = ?",
        (policy.jurisdiction,),
    )
    if not counters:
        return state
    state.hub_ms, state.entries, state.said, state.opened, state.posted, backfilling = counters[0]
    state.backfilling = bool(backfilling)
    state.today = state.days.of(state.hub_ms)
    state.day_end_ms = day_end_ms(state.hub_ms, policy.zone)
    _load_sources(sql, state)
    _load_remembered(sql, state)
    _load_problems(sql, state)
    _load_windows(sql, state)
    return state


def load_matters(sql: Writer, state: State, keys: Iterable[str]) -> None:
    """Bring the named matters into the state, where the journal knows them."""
    missing = [key for key in keys if key not in state.matters]
    if not missing:
        return
    for row in sql.fetch_named(
        f"SELECT {MATTER_COLUMNS} FROM matter WHERE jurisdiction = ? AND key", (state.jurisdiction,), missing
    ):
        matter = _matter(row)
        state.matters[matter.key] = matter


def _matter(row: Row) -> Matter:
    matter = Matter(*row)
    return matter._replace(standing=Standing(matter.standing))


def _load_sources(sql: Writer, state: State) -> None:
    for agency, partition, *counts in sql.fetch(
        "SELECT agency, partition, mark, accepted, duplicate, quarantined, refused FROM source"
        " WHERE jurisdiction = ?",
        (state.jurisdiction,),
    ):
        state.sources[agency, partition] = Source(*counts)


def _load_remembered(sql: Writer, state: State) -> None:
    # A day more than needed is read, as days are local; the log's clock never runs back, so one row is the border.
    since_ms = state.hub_ms - (state.remembered.days + 1) * DAY_MS
    border = sql.fetch(
        "SELECT number FROM journal WHERE jurisdiction = ? AND hub_ms < ? ORDER BY number DESC LIMIT 1",
        (state.jurisdiction, since_ms),
    )
    for agency, event_id, hub_ms in sql.fetch(
        "SELECT agency, event_id, hub_ms FROM journal"
        " WHERE jurisdiction = ? AND number > ? AND outcome = 'accepted' ORDER BY number",
        (state.jurisdiction, border[0][0] if border else 0),
    ):
        day = state.days.of(hub_ms)
        # What was forgotten may have come again since: remembering and forgetting it once more would lose both.
        if day > state.today - state.remembered.days:
            state.remembered.add(day, f"{agency}/{event_id}")


def _load_windows(sql: Writer, state: State) -> None:
    days = max((window.within_days for window in state.windows), default=0)
    for window in state.windows:
        window.advance(state.today)
    if state.lattice is not None:
        state.lattice.advance(state.today)
        days = max(days, RECENT_DAYS)
        _load_past(sql, state, state.lattice, state.today - days)
    for row in sql.fetch(
        f"SELECT {MATTER_COLUMNS} FROM matter WHERE jurisdiction = ? AND day > ? AND standing <> 'withdrawn'",
        (state.jurisdiction, state.today - days),
    ):
        place_matter(state, _matter(row))


def _load_past(sql: Writer, state: State, lattice: Lattice, until_day: int) -> None:
    for place, category, nature, day, number in sql.fetch(
        "SELECT place, category, nature, day, COUNT(*) FROM matter"
        " WHERE jurisdiction = ? AND day <= ? AND standing <> 'withdrawn' GROUP BY place, category, nature, day",
        (state.jurisdiction, until_day),
    ):
        for cell in lattice.cells(place, category, nature):
            lattice.add_past(day, cell, number)


def _load_problems(sql: Writer, state: State) -> None:
    for row in sql.fetch(
        f"SELECT {PROBLEM_COLUMNS} FROM problem WHERE jurisdiction = ?", (state.jurisdiction,)
    ):
        problem = _problem(row)
        cell = (problem.place, problem.category)
        if problem.closed_entry is not None:
            state.cleared[cell] = max(state.cleared.get(cell, 0), problem.closed_entry)
            continue
        state.problems[problem.id] = problem
        state.open_at[cell] = problem.id
        if problem.due_ms is not None:
            state.timers.append((problem.due_ms, problem.id, problem.round))
    heapify(state.timers)


def _problem(row: Row) -> Problem:
    number, place, place_tier, category, rule, phase, held_at, tier, *rest = row
    return Problem(number, place, Tier(place_tier), category, rule, Phase(phase), held_at, Tier(tier), *rest)
