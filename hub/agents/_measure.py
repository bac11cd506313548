"""Metrics read off what a committed batch made; the core itself stays silent."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

from prometheus_client import Histogram

from hub import metrics
from hub.core._posts import Entry
from hub.model.decision import Decision
from hub.model.state import State, find_task
from hub.policies.models import Tier
from hub.schemas.commands import COMMANDS
from hub.schemas.reasons import NOTICE_KINDS, DecisionKind, Outcome
from hub.store.save import Folded


def measure_batch(folded: Iterable[Folded]) -> None:
    """Count one committed batch."""
    for item in folded:
        events = (entry for entry in item.told.entries if entry.item.agency != COMMANDS)
        for outcome, number in Counter(entry.outcome for entry in events).items():
            metrics.EVENTS.labels(outcome).inc(number)
        metrics.STAGE_EVENTS.labels("linkage").observe(len(item.told.entries))
        for entry in item.told.entries:
            _measure_not_taken(entry)
        for said in item.told.posts:
            if isinstance(said, Decision):
                _measure_decision(said)
                _measure_span(said, item.state)
    metrics.LAST_COMMIT_SECONDS.set(time.time())


def measure_states(states: Iterable[State], shards: int) -> None:
    """Show what this worker holds."""
    tiers: Counter[Tier] = Counter()
    timers = 0
    for state in states:
        tiers.update(problem.tier for problem in state.problems.values())
        timers += len(state.timers.clocks)
    for tier in Tier:
        metrics.PROBLEMS_OPEN.labels(tier).set(tiers[tier])
    metrics.TIMERS_PENDING.set(timers)
    metrics.SHARDS_OWNED.set(shards)


def _measure_not_taken(entry: Entry) -> None:
    code = entry.code or entry.item.code
    if code and entry.outcome is not Outcome.ACCEPTED:
        metrics.NOT_TAKEN.labels(code).inc()


def _measure_decision(decision: Decision) -> None:
    metrics.DECISIONS.labels(decision.kind, decision.reason).inc()
    if decision.kind is DecisionKind.TIER_RAISED:
        metrics.TIERS_RAISED.labels(decision.tier, decision.reason).inc()
    elif decision.kind in NOTICE_KINDS:
        metrics.NOTICES.labels(decision.kind).inc()


def _measure_span(decision: Decision, state: State) -> None:
    """Observe how long something took, where what it is about is still in memory: one that ended has left it."""
    problem = state.problems.get(decision.problem_id)
    if problem is None:
        return
    if decision.kind is DecisionKind.TASK_ACCEPTED:
        task = find_task(state, decision.task_id)
        if task is not None:
            _observe(metrics.ACCEPTANCE_SECONDS, decision, task.cut_ms)
    elif decision.kind is DecisionKind.PROBLEM_SETTLED:
        _observe(metrics.SETTLEMENT_SECONDS, decision, problem.opened_ms)
    elif decision.kind is DecisionKind.TIER_RAISED:
        _observe(metrics.RISE_SECONDS, decision, problem.opened_ms)


def _observe(span: Histogram, decision: Decision, since_ms: int) -> None:
    span.labels(decision.tier).observe((decision.at_ms - since_ms) / 1000)
