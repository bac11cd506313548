"""The fold: one message of the log, in the fixed order of work (semantics.md), over the state of a jurisdiction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from heapq import heappop
from typing import Final, NamedTuple, assert_never

from hub.core._said import Cause
from hub.core.admit import admit
from hub.core.correlate import Correlated, close_day, correlate
from hub.core.escalate import escalate, expire
from hub.core.link import link
from hub.core.steer import steer
from hub.model.clock import day_end_ms, local
from hub.model.decision import Decision
from hub.model.matter import Matter
from hub.model.place import RuleCell
from hub.model.state import Source, State
from hub.policies.models import Policy, ReceiptsWanted
from hub.schemas.inbox import (
    BACKFILL_PARTITION,
    COMMANDS,
    ClockStarted,
    Command,
    ConfirmProblem,
    DismissProblem,
    Item,
    Message,
    Packed,
    Tick,
    command_item,
)
from hub.schemas.reasons import CommandCode, Outcome, RefusalCode


class Entry(NamedTuple):
    """One journal row: the item, when the log took it, and its one outcome.

    `code` is the core's own refusal (UNKNOWN_MATTER, UNKNOWN_TASK, or of a command); intake's lie in the item.
    """

    number: int
    hub_ms: int
    item: Item
    outcome: Outcome
    code: RefusalCode | CommandCode | None


@dataclass(slots=True)
class Told:
    """What a batch of messages made, in log order: journal rows, and what goes out.

    `posts` holds decisions, and the entries whose agency gets a receipt, in the order they are said.
    """

    entries: list[Entry] = field(default_factory=list)
    posts: list[Decision | Entry] = field(default_factory=list)


def fold(state: State, policy: Policy, message: Message, at_ms: int, told: Told) -> None:
    """Take one message, appended to the log at `at_ms`, and add what it makes to `told`.

    Time never runs back: an `at_ms` behind the log's clock counts as the clock. A tick during a backfill is no
    news, as the clock then runs on the events' own time.
    """
    posts_before = len(told.posts)
    match message:
        case Tick():
            if not state.backfilling and state.entries:
                advance(state, policy, at_ms, told)
        case ClockStarted():
            state.backfilling = False
            advance(state, policy, at_ms, told)
        case Packed():
            _fold_packed(state, policy, message, at_ms, told)
        case ConfirmProblem() | DismissProblem():
            _fold_command(state, policy, message, at_ms, told)
        case _:
            assert_never(message)
    state.posted += len(told.posts) - posts_before


def advance(state: State, policy: Policy, to_ms: int, told: Told) -> None:
    """Move the log's clock, firing every timer due on the way, by (due, id), each dated at its due moment."""
    if to_ms < state.wake_ms:
        state.hub_ms = max(state.hub_ms, to_ms)
        return
    while (moment := _next_moment(state)) <= to_ms:
        if moment == state.day_end_ms:
            _close_day(state, policy, told)
        else:
            _fire(state, policy, told)
    state.hub_ms = max(state.hub_ms, to_ms)
    if not state.day_end_ms:
        _turn_day(state, policy)
    state.wake_ms = _next_moment(state)


def _next_moment(state: State) -> int:
    """Give when the day ends or the next timer is due (the day closes first); never before a first message."""
    if not state.day_end_ms:
        return NEVER_MS
    return min(state.day_end_ms, state.timers[0][0]) if state.timers else state.day_end_ms


NEVER_MS: Final = 2**62


def _fire(state: State, policy: Policy, told: Told) -> None:
    timer = heappop(state.timers)
    state.hub_ms = max(state.hub_ms, timer[0])
    decisions, moved = expire(state, policy, timer)
    told.posts += decisions
    if moved is not None:
        told.posts += link(state, policy, (moved,), Cause(decisions[0].cause, timer[0]))


def _close_day(state: State, policy: Policy, told: Told) -> None:
    """End the day: scan what it brought, then move every window on."""
    state.hub_ms = max(state.hub_ms, state.day_end_ms)
    cause = Cause(f"day/{date.fromordinal(state.today).isoformat()}", state.day_end_ms)
    _tell(state, policy, close_day(state, policy, cause), cause, told)
    _turn_day(state, policy)


def _turn_day(state: State, policy: Policy) -> None:
    state.today = local(state.hub_ms, policy.zone).toordinal()
    state.day_end_ms = day_end_ms(state.hub_ms, policy.zone)
    state.remembered.forget(state.today)
    for window in state.windows:
        window.advance(state.today)
    if state.lattice is not None:
        state.lattice.advance(state.today)


def _fold_packed(state: State, policy: Policy, packed: Packed, at_ms: int, told: Told) -> None:
    backfilling = packed.backfill and (state.backfilling or not state.entries)
    state.backfilling = backfilling
    if not backfilling:
        advance(state, policy, at_ms, told)
    for item in packed.items:
        source = _source(state, item)
        if item.position <= source.mark:
            continue
        source.mark = item.position
        state.entries += 1
        if item.outcome == "accepted":
            if backfilling:
                advance(state, policy, item.clock_ms, told)
            outcome, code, sighted, cells = admit(state, item)
            if sighted is not None:
                _weigh(state, policy, sighted, cells, item, told)
        else:
            outcome, code = Outcome(item.outcome), None
        entry = Entry(state.entries, state.hub_ms, item, outcome, code)
        told.entries.append(entry)
        _count(source, outcome)
        if _has_receipt(policy, entry):
            told.posts.append(entry)


def _fold_command(state: State, policy: Policy, command: Command, at_ms: int, told: Told) -> None:
    if command.clock_ms:
        advance(state, policy, command.clock_ms, told)
    else:
        state.backfilling = False
        advance(state, policy, at_ms, told)
    state.entries += 1
    outcome, code = Outcome.ACCEPTED, None
    key = f"{COMMANDS}/{command.id}"
    if key in state.remembered.ids:
        outcome = Outcome.DUPLICATE
    else:
        cause = Cause(f"command/{command.id}", state.hub_ms)
        steered = steer(state, policy, command, cause)
        code = steered.code
        if code is None:
            state.remembered.add(state.today, key)
        else:
            outcome = Outcome.REFUSED
        told.posts += steered.decisions
        told.posts += escalate(state, policy, steered.confirmed, cause)
        told.posts += link(state, policy, steered.confirmed, cause)
    told.entries.append(Entry(state.entries, state.hub_ms, command_item(command), outcome, code))


def _weigh(
    state: State, policy: Policy, sighted: Matter, cells: Sequence[RuleCell], event: Item, told: Told
) -> None:
    cause = Cause(f"{event.agency}/{event.id}", state.hub_ms)
    _tell(state, policy, correlate(state, policy, sighted, cells, cause), cause, told)


def _tell(state: State, policy: Policy, correlated: Correlated, cause: Cause, told: Told) -> None:
    told.posts += correlated.decisions
    if correlated.confirmed:
        told.posts += escalate(state, policy, correlated.confirmed, cause)
        told.posts += link(state, policy, correlated.confirmed, cause)


def _has_receipt(policy: Policy, entry: Entry) -> bool:
    """An agency hears of what was not taken, and of all else if it asks; a line of a backfill is no agency's."""
    if entry.item.partition == BACKFILL_PARTITION:
        return False
    agency = policy.agencies.get(entry.item.agency)
    if agency is None:
        return False
    return entry.outcome in NOT_TAKEN or agency.receipts is ReceiptsWanted.ALL


NOT_TAKEN: Final = (Outcome.REFUSED, Outcome.QUARANTINED)


def _source(state: State, item: Item) -> Source:
    key = (item.agency, item.partition)
    state.changed.sources.add(key)
    source = state.sources.get(key)
    if source is None:
        source = state.sources[key] = Source()
    return source


def _count(source: Source, outcome: Outcome) -> None:
    if outcome is Outcome.ACCEPTED:
        source.accepted += 1
    elif outcome is Outcome.DUPLICATE:
        source.duplicate += 1
    elif outcome is Outcome.QUARANTINED:
        source.quarantined += 1
    elif outcome is Outcome.REFUSED:
        source.refused += 1
    else:
        assert_never(outcome)
