"""From a folded batch to rows: journal, changed state and outbox of one jurisdiction."""

from __future__ import annotations

from typing import NamedTuple

from hub.core._fold import Entry, Told
from hub.core._speech import decision_post, line_of, receipt_post, render, why
from hub.model.decision import Decision
from hub.model.lifecycle import is_open
from hub.model.problem import Problem
from hub.model.state import Changed, State
from hub.policies.models import Policy
from hub.schemas.reasons import Outcome
from hub.store import tables
from hub.store.dialect import Row, Writer
from hub.topology import decision_topic, events_topic, receipts_topic

MATTERS_CACHED_MAX = 50_000
"""Matters are a cache of rows; past this many the next batch starts with none."""


class Folded(NamedTuple):
    """One jurisdiction after a batch, and what the batch made."""

    state: State
    policy: Policy
    told: Told


def save(sql: Writer, shard: int, folded: Folded) -> None:
    """Write what a batch made and changed, inside the caller's transaction."""
    state, policy, told = folded
    code = state.jurisdiction
    sql.insert(tables.JOURNAL, [_journal_row(code, entry) for entry in told.entries])
    sql.upsert(tables.MATTER, [(code, *state.matters[key]) for key in sorted(state.changed.matters)])
    sql.upsert(
        tables.PROBLEM, [_problem_row(code, state.problems[key]) for key in sorted(state.changed.problems)]
    )
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
    sql.upsert(tables.JURISDICTION, [(code, shard, *counters, policy.version)])


def settle_memory(state: State) -> None:
    """After the commit: nothing is unwritten, closed problems leave, and the cache of matters stays bounded."""
    for key in state.changed.problems:
        if not is_open(state.problems[key].phase):
            del state.problems[key]
    state.changed = Changed()
    if len(state.matters) > MATTERS_CACHED_MAX:
        state.matters.clear()


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
        else:
            topic = receipts_topic(said.item.agency)
            post = receipt_post(said, policy, events_topic(said.item.agency))
        outbox.append((state.jurisdiction, number, topic, post.key, post.body))
    sql.insert(tables.DECISION, decisions)
    sql.insert(tables.OUTBOX, outbox)


def _journal_row(code: str, entry: Entry) -> Row:
    number, hub_ms, item, outcome, refusal = entry
    # The core's own refusals say why themselves; intake's lie in the item.
    told = why(entry) if refusal else {}
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
        told.get("code", item.code),
        told.get("pointer", item.pointer),
        told.get("message_zh", item.message_zh),
        told.get("message_en", item.message_en),
        item.body if outcome is Outcome.ACCEPTED else "",
    )


def _problem_row(code: str, p: Problem) -> Row:
    return (
        code,
        p.id,
        p.place,
        p.place_tier,
        p.category,
        p.rule,
        p.phase,
        p.held_at,
        p.tier,
        p.opened_ms,
        p.matters,
        p.round,
        p.lead,
        p.stage_started_ms,
        p.due_ms,
        p.closed_entry,
    )
