"""Intake's shell: agencies' topics in, packed records to the inbox, offsets committed after the broker's word."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from faust.types import EventT, StreamT

from hub.agents._end import BROKEN, end
from hub.agents._hops import intake_hops
from hub.agents._outlet import arrival, open_outlet
from hub.agents._progress import Progress
from hub.agents._transport import HubApp, RawBatch, chunks
from hub.core.intake import Gate, SourceRecord, intake, pack
from hub.metrics import STAGE_EVENTS, STAGE_SECONDS
from hub.policies.models import Policy
from hub.reach import Reach
from hub.schemas.inbox import Item, encode_message
from hub.topology import INBOX, agency_of, events_topic, shard_of
from hub.traces import TRACES, Hop

INFLIGHT_MAX: Final = 64
"""Chunks whose packed records are on their way; more wait."""

SLICE_RECORDS: Final = 250
"""Records judged before other tasks get a turn: about 10 ms."""


def open_gates(policies: Mapping[str, Policy]) -> dict[str, Gate]:
    """Give a gate for every agency that publishes."""
    return {
        agency.id: Gate(policy, agency)
        for policy in policies.values()
        for agency in policy.agencies.values()
        if agency.publishes
    }


def add_intake(app: HubApp, policies: Mapping[str, Policy], reach: Reach, inbox_partitions: int) -> None:
    """Add the intake agent to a Faust app."""
    gates = open_gates(policies)
    topic = app.topic(*(events_topic(agency) for agency in sorted(gates)), schema=RawBatch())
    room = asyncio.Semaphore(INFLIGHT_MAX)

    async def _intake(stream: StreamT[Any]) -> AsyncIterator[None]:
        outlet = open_outlet(reach)
        await outlet.start()
        try:
            async for event in chunks(stream):
                await room.acquire()
                gate = gates[agency_of(event.message.topic)]
                shard = shard_of(gate.policy.jurisdiction, inbox_partitions)
                await _take(event, gate, outlet, shard, room, app.progress)
                yield
        finally:
            await outlet.stop()

    app.agent(topic, name="intake", concurrency=1)(_intake)


async def _take(
    event: EventT[Any],
    gate: Gate,
    outlet: AIOKafkaProducer,
    shard: int,
    room: asyncio.Semaphore,
    progress: Progress,
) -> None:
    """Judge a chunk and send it on its way; the chunk is acked when all of it has arrived."""
    code = gate.policy.jurisdiction
    sent: list[asyncio.Future[object]] = []
    hops: list[Hop] = []
    for records in _slices(event.value):
        started = time.perf_counter()
        judged = list(_items(gate, event.message.partition, records))
        packed = [encode_message(message) for message in pack(code, judged)]
        if TRACES.is_on:
            hops += intake_hops(records, judged)
        STAGE_EVENTS.labels("intake").observe(len(records))
        STAGE_SECONDS.labels("intake").observe(time.perf_counter() - started)
        sent += [await outlet.send(INBOX, value, code.encode(), shard) for value in packed]
        progress.moved(event.message.topic, event.message.partition)
        await asyncio.sleep(0)
    task = asyncio.create_task(_arrive(event, sent, progress, hops))
    task.add_done_callback(lambda _: room.release())


async def _arrive(
    event: EventT[Any], sent: list[asyncio.Future[object]], progress: Progress, hops: list[Hop]
) -> None:
    try:
        await arrival(sent)
    except Exception as error:  # noqa: BLE001 - whatever kept a record from the log, this process may not go on
        end(BROKEN, error)
    TRACES.note(hops)
    event.ack()
    progress.took(event.message.topic, event.message.partition)


def _items(gate: Gate, partition: int, records: Sequence[Any]) -> Iterator[list[Item]]:
    for record in records:
        yield intake(
            gate, partition, SourceRecord(record.offset, record.timestamp, record.value, record.headers)
        )


def _slices(records: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(records), SLICE_RECORDS):
        yield records[start : start + SLICE_RECORDS]
