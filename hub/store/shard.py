"""One inbox partition in one worker's hands: take records in order, fold them, write all of it or nothing.

The fence (DESIGN, invariant 2): a batch commits only if the shard's row still holds the offset and the owner epoch
this worker knows. Whatever goes wrong, the process ends and the next owner starts from SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hub.core._fold import fold
from hub.core._posts import Told
from hub.model.state import State
from hub.policies.models import Policy
from hub.schemas.commands import AdoptPolicy, JudgePair
from hub.schemas.inbox import Item, Message, Packed, Tick, decode_message
from hub.store.dialect import Writer
from hub.store.load import load_matters, load_pairs, load_state
from hub.store.save import Folded, save, settle_memory
from hub.store.versions import NONE_KEPT, Versions, in_force

BATCH_EVENTS_MAX: Final = 2_000
"""Most events in one transaction (linkage.md, T7): a batch is capped by events, not by records."""


class OwnershipLost(Exception):
    """Another worker owns the shard now; this process must end (exit 75)."""


class LogBroken(Exception):
    """The inbox is not the log the shard was built from, or lacks records it needs (exit 71)."""


class InboxRecord(NamedTuple):
    """One record of the inbox; `at_ms` is the broker's append time."""

    offset: int
    at_ms: int
    value: bytes


class Taken(NamedTuple):
    """What one transaction took: the records, and what they made, by jurisdiction."""

    records: int
    folded: list[Folded]


@dataclass(slots=True)
class Shard:
    """A partition this worker owns, its jurisdictions live in memory."""

    number: int
    epoch: int
    next_offset: int
    policies: dict[str, Policy]
    states: dict[str, State] = field(default_factory=dict)


def offsets(sql: Writer) -> dict[int, int]:
    """Give the next offset of every shard that was ever owned."""
    rows = sql.fetch("SELECT shard, next_offset FROM shard")
    sql.rollback()
    return {int(shard): int(offset) for shard, offset in rows}


def acquire(
    sql: Writer, number: int, topic_id: str, policies: Mapping[str, Policy], kept: Versions = NONE_KEPT
) -> Shard:
    """Become the owner of a shard: raise its epoch, so that no earlier owner can write, and load its state.

    A jurisdiction goes on under the version it adopted last, of `policies` and those `kept`.
    Raises `LogBroken` when the inbox topic is another one than the shard was built from, and `PolicyAway` when the
    version adopted is not at hand.
    """
    sql.begin()
    rows = sql.fetch(
        "INSERT INTO shard VALUES (?, 0, 1, ?)"
        " ON CONFLICT (shard) DO UPDATE SET owner_epoch = shard.owner_epoch + 1"
        " RETURNING next_offset, owner_epoch, topic_id",
        (number, topic_id),
    )
    next_offset, epoch, known_topic = rows[0]
    if known_topic != topic_id:
        sql.rollback()
        raise LogBroken(
            f"收件主题已被重建，与数据库不符（分片 {number}）/ the inbox topic was recreated:"
            f" shard {number} was built from topic {known_topic}, the broker has {topic_id}."
            " 恢复原主题，或用新的数据库重新开始 / restore the topic, or start with a new database."
        )
    sql.commit()
    chosen: dict[str, Policy] = {}
    states: dict[str, State] = {}
    for code, policy in policies.items():
        versions = {**kept.get(code, {}), policy.version: policy}
        chosen[code] = in_force(sql, policy, versions)
        states[code] = load_state(sql, chosen[code])
        states[code].versions = versions
    sql.rollback()
    return Shard(number, epoch, next_offset, chosen, states)


def require_owned(sql: Writer, shards: Sequence[Shard]) -> None:
    """Raise `OwnershipLost` when one of these shards has another owner by now."""
    epochs: dict[int, int] = dict(sql.fetch("SELECT shard, owner_epoch FROM shard"))
    sql.rollback()
    for shard in shards:
        if epochs[shard.number] != shard.epoch:
            raise _lost(shard)


def _lost(shard: Shard) -> OwnershipLost:
    return OwnershipLost(f"分片 {shard.number} 已归其他进程 / another worker owns shard {shard.number}")


def take(shard: Shard, sql: Writer, records: Sequence[InboxRecord]) -> Iterator[Taken]:
    """Take records in order, a transaction for every 2,000 events; records already taken are dropped.

    Raises `LogBroken` at a hole and `OwnershipLost` when the fence holds; both end the process.
    """
    fresh = [record for record in records if record.offset >= shard.next_offset]
    if fresh and fresh[0].offset > shard.next_offset:
        raise LogBroken(
            f"收件日志缺少第 {shard.next_offset} 至 {fresh[0].offset - 1} 条（分片 {shard.number}）/"
            f" the inbox lacks records {shard.next_offset} to {fresh[0].offset - 1} of shard {shard.number};"
            " its retention was shorter than the outage."
        )
    for batch in _batches([(record, decode_message(record.value)) for record in fresh]):
        yield _apply(shard, sql, batch)


Batch = list[tuple[InboxRecord, Message]]


def _batches(messages: Batch) -> Iterator[Batch]:
    batch: Batch = []
    events = 0
    for record, message in messages:
        size = len(message.items) if isinstance(message, Packed) else 0
        if batch and events + size > BATCH_EVENTS_MAX:
            yield batch
            batch, events = [], 0
        batch.append((record, message))
        events += size
        if isinstance(message, AdoptPolicy):
            # What follows is decided under a state that is loaded anew.
            yield batch
            batch, events = [], 0
    if batch:
        yield batch


def _apply(shard: Shard, sql: Writer, batch: Batch) -> Taken:
    told = {code: Told() for code in shard.states}
    _prefetch(shard, sql, batch)
    for record, message in batch:
        for code in _addressed(shard, message):
            fold(shard.states[code], shard.policies[code], message, record.at_ms, told[code])
    last = batch[-1][0].offset
    folded = [
        Folded(state, shard.policies[code], told[code])
        for code, state in shard.states.items()
        if state.entries or state.hub_ms
    ]
    _commit(shard, sql, last + 1, folded)
    for item in folded:
        settle_memory(item.state)
    _follow_adopted(shard, sql)
    return Taken(len(batch), folded)


def _follow_adopted(shard: Shard, sql: Writer) -> None:
    """Load what adopted another version anew, exactly as a worker that starts now would."""
    for code, state in list(shard.states.items()):
        if state.adopted is not None:
            shard.policies[code] = state.adopted
            shard.states[code] = load_state(sql, state.adopted)
            shard.states[code].versions = state.versions
    sql.rollback()


def _prefetch(shard: Shard, sql: Writer, batch: Batch) -> None:
    named: dict[str, set[str]] = {}
    for _, message in batch:
        if isinstance(message, Packed):
            (code,) = _addressed(shard, message)
            named.setdefault(code, set()).update(matters_named(shard.states[code], message.items))
        elif isinstance(message, JudgePair):
            load_pairs(sql, shard.states[message.jurisdiction], [message.pair_id])
    for code, keys in named.items():
        load_matters(sql, shard.states[code], keys)
    # Reading began a transaction; left open, it would stand idle while a long catch-up is folded, and be cut.
    sql.rollback()


def matters_named(state: State, items: Iterable[Item]) -> set[str]:
    """Give the keys of the matters that events speak of, and of those that tell one of these again."""
    keys = {f"{item.agency}/{item.matter_id}" for item in items if item.matter_id}
    # A matter that is withdrawn lets the one that told it again stand for itself.
    keys.update(second for second, first in state.twins.items() if first in keys)
    return keys


def _addressed(shard: Shard, message: Message) -> Sequence[str]:
    if isinstance(message, Tick):
        return tuple(shard.states)
    assert message.jurisdiction in shard.states, f"{message.jurisdiction} is not of shard {shard.number}"
    return (message.jurisdiction,)


def _commit(shard: Shard, sql: Writer, next_offset: int, folded: Sequence[Folded]) -> None:
    sql.begin()
    moved = sql.run(
        "UPDATE shard SET next_offset = ? WHERE shard = ? AND next_offset = ? AND owner_epoch = ?",
        (next_offset, shard.number, shard.next_offset, shard.epoch),
    )
    if moved != 1:
        sql.rollback()
        raise _lost(shard)
    for item in folded:
        save(sql, shard.number, next_offset, item)
    sql.commit()
    shard.next_offset = next_offset
