"""From rows to live state: what a worker loads when a shard becomes its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import orjson

from hub.model.aside import burst_of
from hub.model.clock import DAY_MS, day_end_ms
from hub.model.lattice import RECENT_DAYS
from hub.model.lifecycle import OPEN, Phase
from hub.model.pair import PairStanding
from hub.model.problem import spot_of
from hub.model.state import (
    Source,
    State,
    claim,
    empty_state,
    keep_episode,
    kind_at,
    note_closure,
    place_matter,
)
from hub.policies.models import Policy
from hub.schemas.reasons import DecisionKind, SuspicionReason
from hub.store.assessments import load_tallies
from hub.store.dialect import Writer
from hub.store.recode import category_now, matter_now, place_now, problem_now
from hub.store.rows import (
    CLOCK_COLUMNS,
    MATTER_COLUMNS,
    MEMBER_COLUMNS,
    NOTICE_COLUMNS,
    PAIR_COLUMNS,
    PROBLEM_COLUMNS,
    TASK_COLUMNS,
    clock_of,
    matter_of,
    member_of,
    notice_of,
    pair_of,
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
    _load_twins(sql, state)
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
        matter = matter_now(state.cells.policy, matter_of(row))
        state.matters[matter.key] = matter


def load_pairs(sql: Writer, state: State, ids: Iterable[str]) -> None:
    """Bring the named pairs into the state, and the matters they are of."""
    missing = [pair_id for pair_id in ids if pair_id not in state.pairs]
    if missing:
        query = f"SELECT {PAIR_COLUMNS} FROM pair WHERE jurisdiction = ? AND id"
        for row in sql.fetch_named(query, (state.jurisdiction,), missing):
            pair = pair_of(row)
            state.pairs[pair.id] = pair
    known = (state.pairs[one] for one in ids if one in state.pairs)
    load_matters(sql, state, [key for pair in known for key in (pair.first, pair.second)])


def _load_twins(sql: Writer, state: State) -> None:
    query = f"SELECT {PAIR_COLUMNS} FROM pair WHERE jurisdiction = ? AND standing = ?"
    for row in sql.fetch(query, (state.jurisdiction, PairStanding.CONFIRMED)):
        pair = pair_of(row)
        state.pairs[pair.id] = pair
        state.twins[pair.second] = pair.first


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
    for counted in (state.lattice, state.almanac, state.episodes):
        if counted is not None:
            counted.advance(state.today)
    days = max(days, RECENT_DAYS, 0 if state.episodes is None else state.episodes.keep_days)
    _load_bursts(sql, state)
    _load_past(sql, state, state.today - days)
    for row in sql.fetch(
        f"SELECT {MATTER_COLUMNS} FROM matter WHERE jurisdiction = ? AND day > ? AND standing <> 'withdrawn'",
        (state.jurisdiction, state.today - days),
    ):
        matter = matter_now(state.cells.policy, matter_of(row))
        if matter.category in state.cells.policy.categories:
            place_matter(state, matter)
            keep_episode(state, matter)


def _load_bursts(sql: Writer, state: State) -> None:
    """Open the bursts of all problems that were not dismissed, as yet without matters; a city's own sets none aside."""
    policy = state.cells.policy
    for place, code, problem_id, at_ms, line in sql.fetch(
        "SELECT place, category, id, at_ms, line FROM problem JOIN decision"
        " ON decision.jurisdiction = problem.jurisdiction AND decision.problem_id = problem.id"
        " WHERE problem.jurisdiction = ? AND problem.reason = ? AND decision.kind = ? AND phase <> ? AND place <> ?"
        " ORDER BY seq",
        (
            state.jurisdiction,
            SuspicionReason.BURST,
            DecisionKind.PROBLEM_SUSPECTED,
            Phase.DISMISSED,
            state.jurisdiction,
        ),
    ):
        measure = orjson.loads(line)["measure"]
        # It was found at the end of a day, which is the next one's first moment.
        day = state.days.of(at_ms) - 1
        burst = burst_of(measure["observed"], measure["expected"], measure["window_days"], day, problem_id)
        cell = place_now(policy, place), category_now(policy, code) or code
        state.aside.open(cell, burst, ())


def _load_past(sql: Writer, state: State, until_day: int) -> None:
    policy, lattice, almanac = state.cells.policy, state.lattice, state.almanac
    season = policy.patterns.season
    if lattice is None and almanac is None:
        return
    for place, code, nature, day, number in sql.fetch(
        "SELECT place, category, nature, day, COUNT(*) FROM matter"
        " WHERE jurisdiction = ? AND day <= ? AND standing <> 'withdrawn'"
        " AND key NOT IN (SELECT second FROM pair WHERE jurisdiction = ? AND standing = ?)"
        " GROUP BY place, category, nature, day",
        (state.jurisdiction, until_day, state.jurisdiction, PairStanding.CONFIRMED),
    ):
        category = category_now(policy, code)
        if category is None:
            continue
        if lattice is not None:
            for cell in lattice.cells(place_now(policy, place), category, nature):
                lattice.add_past(day, cell, number)
                state.aside.add(day, cell, number)
        if almanac is not None and season is not None and (not season.natures or nature in season.natures):
            almanac.add(day, kind_at(policy, category, season.category_level), number)


def _load_problems(sql: Writer, state: State) -> None:
    code = (state.jurisdiction,)
    for row in sql.fetch(f"SELECT {PROBLEM_COLUMNS} FROM problem WHERE jurisdiction = ? AND {IS_OPEN}", code):
        problem = problem_now(state.cells.policy, problem_of(row))
        state.problems[problem.id] = problem
        if problem.claims:
            claim(state, problem.id, spot_of(problem))
    _load_ended(sql, state)
    for row in sql.fetch(
        f"SELECT {MEMBER_COLUMNS} FROM member WHERE {OF_OPEN} ORDER BY entry, problem_id", code * 2
    ):
        number, member = member_of(row)
        state.members.setdefault(number, {})[member.matter] = member
        state.joined.setdefault(member.matter, []).append(number)
    _load_tasks(sql, state)


def _load_ended(sql: Writer, state: State) -> None:
    """What ended leaves its spot counting anew; what was merged follows the one that took it in."""
    query = (
        f"SELECT {PROBLEM_COLUMNS} FROM problem WHERE jurisdiction = ? AND NOT ({IS_OPEN})"
        " ORDER BY closed_entry, closed_ms, id"
    )
    policy = state.cells.policy
    found = [problem_now(policy, problem_of(row)) for row in sql.fetch(query, (state.jurisdiction,))]
    ended = {problem.id: problem for problem in found}
    for problem in found:
        if problem.closed_ms is not None:
            note_closure(state, problem, problem.closed_ms)
        if not problem.claims:
            continue
        spot, last = spot_of(problem), problem.id
        while last in ended and ended[last].merged_into:
            last = ended[last].merged_into
        if last in ended:
            entry = ended[last].closed_entry
            assert entry is not None, "what ended says from where its spot counts anew"
            state.cleared[spot] = max(state.cleared.get(spot, 0), entry)
        else:
            claim(state, last, spot)


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
