"""From rows to live state: what a worker loads when a shard becomes its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hub.model.clock import DAY_MS, day_end_ms
from hub.model.lattice import RECENT_DAYS, Lattice
from hub.model.lifecycle import OPEN
from hub.model.state import Closure, Source, State, claim, empty_state, place_matter
from hub.policies.models import Policy
from hub.store.assessments import load_tallies
from hub.store.dialect import Writer
from hub.store.rows import (
    CLOCK_COLUMNS,
    MATTER_COLUMNS,
    MEMBER_COLUMNS,
    NOTICE_COLUMNS,
    PROBLEM_COLUMNS,
    TASK_COLUMNS,
    clock_of,
    matter_of,
    member_of,
    notice_of,
    precedent_of,
    problem_of,
    task_of,
)

IS_OPEN: Final = f"phase IN ({', '.join(repr(str(phase)) for phase in OPEN)})"
OF_OPEN: Final = (
    f"jurisdiction = ? AND problem_id IN (SELECT id FROM problem WHERE jurisdiction = ? AND {IS_OPEN})"
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
    load_tallies(sql, state, policy)
    return state


def load_matters(sql: Writer, state: State, keys: Iterable[str]) -> None:
    """Bring the named matters into the state, where the journal knows them."""
    missing = [key for key in keys if key not in state.matters]
    if not missing:
        return
    for row in sql.fetch_named(
        f"SELECT {MATTER_COLUMNS} FROM matter WHERE jurisdiction = ? AND key", (state.jurisdiction,), missing
    ):
        matter = matter_of(row)
        state.matters[matter.key] = matter


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
        place_matter(state, matter_of(row))


def _load_past(sql: Writer, state: State, lattice: Lattice, until_day: int) -> None:
    for place, category, nature, day, number in sql.fetch(
        "SELECT place, category, nature, day, COUNT(*) FROM matter"
        " WHERE jurisdiction = ? AND day <= ? AND standing <> 'withdrawn' GROUP BY place, category, nature, day",
        (state.jurisdiction, until_day),
    ):
        for cell in lattice.cells(place, category, nature):
            lattice.add_past(day, cell, number)


def _load_problems(sql: Writer, state: State) -> None:
    code = (state.jurisdiction,)
    for row in sql.fetch(f"SELECT {PROBLEM_COLUMNS} FROM problem WHERE jurisdiction = ? AND {IS_OPEN}", code):
        problem = problem_of(row)
        state.problems[problem.id] = problem
        if problem.claims:
            claim(state, problem.id, (problem.place, problem.category))
    _load_ended(sql, state)
    for row in sql.fetch(
        f"SELECT {MEMBER_COLUMNS} FROM member WHERE {OF_OPEN} ORDER BY entry, problem_id", code * 2
    ):
        number, member = member_of(row)
        state.members.setdefault(number, {})[member.matter] = member
        state.joined.setdefault(member.matter, []).append(number)
    _load_tasks(sql, state)


def _load_ended(sql: Writer, state: State) -> None:
    """What ended leaves its cell counting anew; what was merged follows the one that took it in."""
    ended = {
        row[0]: row
        for row in sql.fetch(
            "SELECT id, merged_into, place, category, closed_entry, closed_ms, level, claims FROM problem"
            f" WHERE jurisdiction = ? AND NOT ({IS_OPEN}) ORDER BY closed_entry, closed_ms, id",
            (state.jurisdiction,),
        )
    }
    for number, _, place, category, _, closed_ms, level, claims in ended.values():
        if closed_ms is not None:
            state.closures[place, category] = Closure(number, closed_ms, level)
        if not claims:
            continue
        last = number
        while last in ended and ended[last][1]:
            last = ended[last][1]
        if last in ended:
            entry = ended[last][4]
            state.cleared[place, category] = max(state.cleared.get((place, category), 0), entry)
        else:
            claim(state, last, (place, category))


def _load_tasks(sql: Writer, state: State) -> None:
    code = (state.jurisdiction,)
    for row in sql.fetch(
        f"SELECT {TASK_COLUMNS} FROM task WHERE {OF_OPEN} ORDER BY round, LENGTH(id), id", code * 2
    ):
        task = task_of(row)
        state.tasks.setdefault(task.problem_id, {})[task.id] = task
    for row in sql.fetch(
        f"SELECT {NOTICE_COLUMNS} FROM notice WHERE {OF_OPEN} AND reply_due_ms IS NOT NULL AND replied_ms IS NULL",
        code * 2,
    ):
        notice = notice_of(row)
        state.notices[notice.id] = notice
    state.timers.load(
        [
            clock_of(row)
            for row in sql.fetch(
                f"SELECT {CLOCK_COLUMNS} FROM clock WHERE jurisdiction = ? AND running", code
            )
        ]
    )
    for row in sql.fetch("SELECT place, category, lead, co FROM precedent WHERE jurisdiction = ?", code):
        precedent = precedent_of(row)
        state.precedents[precedent.place, precedent.category] = precedent
