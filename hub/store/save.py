"""From a folded batch to rows: journal, changed state and outbox of one jurisdiction."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import astuple

from hub.core._posts import Entry, Order, Told
from hub.core._speech import decision_post, line_of, order_post, receipt_post, render, why
from hub.model.decision import Decision
from hub.model.lifecycle import is_open
from hub.model.pair import PairStanding
from hub.model.state import Changed, State, find_task, forget_problem
from hub.model.task import Task, waits
from hub.policies.models import Policy
from hub.schemas.reasons import Outcome
from hub.store import tables
from hub.store.assessments import save_assessment
from hub.store.dialect import Row, Writer
from hub.store.pair_tables import PAIR
from hub.store.rows import problem_row, task_row
from hub.topology import decision_topic, events_topic, orders_topic, receipts_topic

MATTERS_CACHED_MAX = 50_000
"""Matters are a cache of rows; past this many the next batch starts with none."""


class Folded(NamedTuple):
    """One jurisdiction after a batch, and what the batch made."""

    state: State
    policy: Policy
    told: Told


def save(sql: Writer, shard: int, next_offset: int, folded: Folded) -> None:
    """Write what a batch made and changed, inside the caller's transaction, which moves the shard to `next_offset`."""
    state, policy, told = folded
    code = state.jurisdiction
    sql.insert(tables.JOURNAL, [_journal_row(code, entry) for entry in told.entries])
    sql.upsert(tables.MATTER, [(code, *astuple(state.matters[key])) for key in sorted(state.changed.matters)])
    _save_problems(sql, state)
    _list_touched(sql, state, next_offset)
    save_assessment(sql, state)
    _save_posts(sql, folded)
    sources = ((*key, state.sources[key]) for key in sorted(state.changed.sources))
    sql.upsert(
        tables.SOURCE,
        [
            (code, agency, partition, s.mark, s.accepted, s.duplicate, s.quarantined, s.refused)
            for agency, partition, s in sources
        ],
    )
    counters = (state.hub_ms, state.entries, state.said, state.opened, state.posted, state.backfilling)
    sql.upsert(tables.JURISDICTION, [(code, shard, *counters, (state.adopted or policy).version)])


def _save_problems(sql: Writer, state: State) -> None:
    code, changed = state.jurisdiction, state.changed
    sql.upsert(tables.PROBLEM, [problem_row(code, state.problems[key]) for key in sorted(changed.problems)])
    sql.upsert(
        tables.MEMBER,
        [(code, number, *state.members[number][matter]) for number, matter in sorted(changed.members)],
    )
    sql.upsert(tables.TASK, [task_row(code, _task(state, key)) for key in sorted(changed.tasks)])
    sql.upsert(tables.NOTICE, [(code, *state.notices[key]) for key in sorted(changed.notices)])
    sql.upsert(tables.CLOCK, [_clock_row(state, key) for key in sorted(state.timers.changed)])
    sql.upsert(PAIR, [(code, *state.pairs[key]) for key in sorted(changed.pairs)])
    sql.upsert(
        tables.PRECEDENT,
        [
            (code, *key, state.precedents[key].lead, " ".join(state.precedents[key].co))
            for key in sorted(changed.precedents)
        ],
    )


def _list_touched(sql: Writer, state: State, next_offset: int) -> None:
    """Say which problems' rows or tasks a batch wrote: who keeps counts of them reads these alone anew."""
    touched = {_task(state, key).problem_id for key in state.changed.tasks} | state.changed.problems
    sql.upsert(tables.TOUCHED, [(state.jurisdiction, number, next_offset) for number in sorted(touched)])


def _task(state: State, task_id: str) -> Task:
    task = find_task(state, task_id)
    assert task is not None, "a task that changed is a task of a problem in hand"
    return task


def _clock_row(state: State, clock_id: str) -> Row:
    clock = state.timers.known[clock_id]
    return (state.jurisdiction, *clock, clock_id in state.timers.clocks)


def settle_memory(state: State) -> None:
    """After the commit: nothing is unwritten, what ended leaves, and the cache of matters stays bounded."""
    let_go(state)
    if len(state.matters) > MATTERS_CACHED_MAX:
        state.matters.clear()


def let_go(state: State) -> None:
    """Drop what no later decision asks for: problems that ended, notices that wait for nothing, what changed."""
    for key in state.changed.problems:
        if not is_open(state.problems[key].phase):
            forget_problem(state, key)
    for key in state.changed.notices:
        if key in state.notices and not waits(state.notices[key]):
            del state.notices[key]
    state.timers.settle()
    state.changed = Changed()
    # A confirmed pair is asked for whenever its first matter is withdrawn; the rest are rows.
    state.pairs = {key: pair for key, pair in state.pairs.items() if pair.standing is PairStanding.CONFIRMED}


def _save_posts(sql: Writer, folded: Folded) -> None:
    state, policy, told = folded
    decisions: list[Row] = []
    outbox: list[Row] = []
    number = state.posted - len(told.posts)
    for said in told.posts:
        number += 1
        if isinstance(said, Decision):
            line = render(line_of(said, policy))
            topic, post = decision_topic(said.kind), decision_post(said, line, policy)
            decisions.append(
                (
                    state.jurisdiction,
                    said.seq,
                    said.at_ms,
                    said.kind,
                    said.reason,
                    said.problem_id,
                    line,
                )
            )
        elif isinstance(said, Order):
            topic = orders_topic(said.agency)
            post = order_post(said, render(line_of(said.decision, policy)), policy)
        else:
            topic = receipts_topic(said.item.agency)
            post = receipt_post(said, policy, events_topic(said.item.agency))
        outbox.append((state.jurisdiction, number, topic, post.key, post.body))
    sql.insert(tables.DECISION, decisions)
    sql.insert(tables.OUTBOX, outbox)


def _journal_row(code: str, entry: Entry) -> Row:
    number, hub_ms, item, outcome, refusal = entry
    said = (item.code, item.pointer, item.message_zh, item.message_en)
    if refusal:
        # The core's own refusals say why themselves; intake's lie in the item.
        told = why(entry)
        said = (told["code"], told["pointer"], told["message_zh"], told["message_en"])
    return (
        code,
        number,
        hub_ms,
        item.agency,
        item.partition,
        item.position,
        outcome,
        item.id,
        item.type,
        item.at_ms,
        item.matter_id,
        item.place,
        item.category,
        *said,
        item.body if outcome is Outcome.ACCEPTED else "",
    )
