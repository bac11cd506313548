"""The fold: one message of the log, in the fixed order of work (semantics.md), over the state of a jurisdiction."""

from __future__ import annotations

from datetime import date
from typing import Final, assert_never

import orjson

from hub.core._adopt import item_now
from hub.core._expire import expire
from hub.core._judge import release
from hub.core._merge import roll_up
from hub.core._pairs import look_for_pairs
from hub.core._posts import Entry, Told
from hub.core._said import Cause, Turn
from hub.core.admit import REPLIED, SUBMITTED, Admission, admit
from hub.core.assess import close_periods, submit
from hub.core.correlate import close_day, correlate, heed, leave, open_at
from hub.core.escalate import escalate
from hub.core.link import link
from hub.core.oversee import Reply, oversee
from hub.core.settle import hear
from hub.core.steer import steer
from hub.model.clock import day_end_ms, local
from hub.model.matter import Standing
from hub.model.state import Source, State, next_moment_ms
from hub.policies.models import Policy, ReceiptsWanted
from hub.schemas.answers import CommandCode
from hub.schemas.commands import COMMANDS, Command
from hub.schemas.inbox import (
    BACKFILL_PARTITION,
    ClockStarted,
    Item,
    Message,
    Packed,
    Tick,
    command_item,
)
from hub.schemas.reasons import Outcome, RefusalCode


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
        case _:
            _fold_command(state, policy, message, at_ms, told)
    state.posted += len(told.posts) - posts_before


def advance(state: State, policy: Policy, to_ms: int, told: Told) -> None:
    """Move the log's clock, firing every timer due on the way, by (due, id), each dated at its due moment."""
    if to_ms < state.wake_ms:
        state.hub_ms = max(state.hub_ms, to_ms)
        return
    while (moment := next_moment_ms(state)) <= to_ms:
        if moment == state.day_end_ms:
            _close_day(state, policy, told)
        else:
            _fire(state, policy, told)
    state.hub_ms = max(state.hub_ms, to_ms)
    if not state.day_end_ms:
        _turn_day(state, policy)
    state.wake_ms = next_moment_ms(state)


def _fire(state: State, policy: Policy, told: Told) -> None:
    clock = state.timers.pop()
    state.hub_ms = max(state.hub_ms, clock.due_ms)
    turn = Turn(state, policy, Cause(f"timer/{clock.id}", clock.due_ms), told.posts)
    expire(turn, clock)
    _carry(turn)


def _close_day(state: State, policy: Policy, told: Told) -> None:
    """End the day: scan what it brought, then move every window on."""
    state.hub_ms = max(state.hub_ms, state.day_end_ms)
    cause = Cause(f"day/{date.fromordinal(state.today).isoformat()}", state.day_end_ms)
    turn = Turn(state, policy, cause, told.posts)
    close_day(turn)
    _carry(turn)
    close_periods(turn)
    _turn_day(state, policy)


def _carry(turn: Turn) -> None:
    """Take what was confirmed and what changed hands through escalate and link."""
    if turn.confirmed:
        escalate(turn)
    if turn.moved:
        roll_up(turn)
        link(turn)


def _turn_day(state: State, policy: Policy) -> None:
    state.today = local(state.hub_ms, policy.zone).toordinal()
    state.day_end_ms = day_end_ms(state.hub_ms, policy.zone)
    state.remembered.forget(state.today)
    for window in state.windows:
        window.advance(state.today)
    for counted in (state.lattice, state.almanac, state.episodes, state.tallies):
        if counted is not None:
            counted.advance(state.today)


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
        if backfilling and item.outcome == "accepted":
            # What ends on the way there ends before this entry: the matter counts in the cell that was freed.
            advance(state, policy, item.clock_ms, told)
        state.entries += 1
        if item.outcome == "accepted":
            outcome, code = _take(state, policy, item, told)
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
        turn = Turn(state, policy, Cause(f"command/{command.id}", state.hub_ms), told.posts)
        code = steer(turn, command)
        if code is None:
            state.remembered.add(state.today, key)
            _carry(turn)
        else:
            outcome = Outcome.REFUSED
    told.entries.append(Entry(state.entries, state.hub_ms, command_item(command), outcome, code))


def _take(
    state: State, policy: Policy, item: Item, told: Told
) -> tuple[Outcome, RefusalCode | CommandCode | None]:
    """Take one event through the stages; gives its outcome."""
    if _is_of_before(policy, item):
        item = item_now(policy, item)
    admission = admit(state, item)
    if admission.outcome is not Outcome.ACCEPTED:
        return admission.outcome, admission.code
    turn = Turn(state, policy, Cause(f"{item.agency}/{item.id}", state.hub_ms, item.trace), told.posts)
    if item.type == REPLIED:
        code = oversee(turn, reply_of(item))
        if code is not None:
            return Outcome.REFUSED, RefusalCode(code.value)
        state.remembered.add(state.today, f"{item.agency}/{item.id}")
    elif item.type == SUBMITTED:
        refused = submit(state, policy, item)
        if refused is not None:
            return Outcome.REFUSED, refused
        state.remembered.add(state.today, f"{item.agency}/{item.id}")
    else:
        _weigh(turn, admission)
    _carry(turn)
    return Outcome.ACCEPTED, None


def _is_of_before(policy: Policy, item: Item) -> bool:
    return bool(
        (item.place and item.place not in policy.places)
        or (item.category and item.category not in policy.categories)
    )


def _weigh(turn: Turn, admission: Admission) -> None:
    if admission.left:
        sighted = admission.sighted
        leave(turn, admission.left, () if sighted is None else open_at(turn.state, sighted))
        if turn.state.matters[admission.left].standing is Standing.WITHDRAWN:
            release(turn, admission.left)
    if admission.sighted is not None:
        correlate(turn, admission.sighted, admission.cells)
        if not admission.left:
            look_for_pairs(turn, admission.sighted)
    elif admission.news:
        heed(turn, turn.state.matters[admission.news])
        if admission.news in turn.state.joined:
            hear(turn, turn.state.matters[admission.news])


def reply_of(item: Item) -> Reply:
    """Give the reply that an event carries."""
    said = orjson.loads(item.detail)
    return Reply(
        task_id=item.task_id,
        agency=item.agency,
        reply=said["reply"],
        note=said.get("ground") or said.get("result") or said.get("note") or "",
        days=said.get("days", 0),
        review_on=said.get("review_on", ""),
        evidence=orjson.dumps(said["evidence"]).decode() if said.get("evidence") else "",
    )


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
