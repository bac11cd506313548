"""HTTP intake alone: events posted to the console of a hub, from the first request to the last 202.

A 202 says that Kafka has it all. Four agencies post at once, each over connections of its own that wait for an answer
before the next request; judged events that would be refused are left out, as one of them refuses its whole request.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.request import urlopen

import orjson

from hub.core.intake import Gate, SourceRecord, intake
from hub.policies.load import load_policy
from hub.tools.bench.load import AGENCY, Event
from hub.tools.bench.results import Row
from hub.tools.bench.stand import Stand, StandFailed, cpu_s
from hub.tools.broker import HOST, find_free_port

AGENCIES: Final = ("hotline-12345", AGENCY, "grid-service", "comprehensive-centre")
CONNECTIONS: Final = 16
"""Of each agency, when it posts one by one; an eighth of it when it posts batches."""

BATCH: Final = 100
ONE_BY_ONE: Final = 20_000
WARM_UP: Final = 400
READY_WITHIN_S: Final = 60.0
BATCH_TYPE: Final = "application/cloudevents-batch+json"
ONE_TYPE: Final = "application/cloudevents+json"


def measure_http(stand: Stand, what: str, events: Sequence[Event]) -> Iterator[Row]:
    """Give the rate in batches, and one by one, with what console and client used of the processors."""
    port = find_free_port()
    keys = {agency: stand.run("agencies", "key", "issue", agency).decode().strip() for agency in AGENCIES}
    console = stand.begin("console", HUB_CONSOLE_PORT=str(port))
    try:
        stand.wait_until(lambda: is_ready(port), READY_WITHIN_S, "the console is ready", 0.1)
        told = taken(stand.config, events)
        batches = {agency: list(_batches(mine)) for agency, mine in told.items()}
        singles = {agency: mine[: ONE_BY_ONE // len(AGENCIES)] for agency, mine in told.items()}
        warm = {agency: mine[: WARM_UP // len(AGENCIES)] for agency, mine in told.items()}
        posted(port, keys, warm, ONE_TYPE, CONNECTIONS)
        for name, bodies, kind, connections, size in (
            (f"{what} batches of {BATCH}", batches, BATCH_TYPE, CONNECTIONS // 8, BATCH),
            (f"{what} one by one", singles, ONE_TYPE, CONNECTIONS, 1),
        ):
            before = cpu_s(console.pid), time.process_time()
            seconds = posted(port, keys, bodies, kind, connections)
            number = size * sum(map(len, bodies.values()))
            used = (cpu_s(console.pid) - before[0]) / seconds, (time.process_time() - before[1]) / seconds
            note = (
                f"{len(AGENCIES)} agencies, {connections} connections each, until Kafka has all;"
                f" console {used[0] * seconds / number * 1e6:.0f} us of processor an event,"
                f" {used[0]:.0%} of a core, client {used[1]:.0%}; load {os.getloadavg()[0]:.1f}"
            )
            yield Row(name, number, seconds, number / seconds, "events/s", note)
    finally:
        console.terminate()
        console.wait()


def taken(config: Path, events: Sequence[Event]) -> dict[str, list[bytes]]:
    """Give the events in turn to the agencies, in each one's name, without those its gate would refuse."""
    policy = load_policy(config)
    now_ms = time.time_ns() // 1_000_000
    told: dict[str, list[bytes]] = {agency: [] for agency in AGENCIES}
    gates = [Gate(policy, policy.agencies[agency]) for agency in AGENCIES]
    for number, event in enumerate(events):
        gate = gates[number % len(gates)]
        source = f"urn:linkage:agency:{gate.agency.id}"
        body = orjson.dumps(orjson.loads(event.body) | {"source": source})
        (item,) = intake(gate, 0, SourceRecord(number, now_ms, body))
        if item.outcome != "refused":
            told[gate.agency.id].append(body)
    return told


def _batches(bodies: Sequence[bytes]) -> Iterator[bytes]:
    """Put whole batches together."""
    for start in range(0, len(bodies) - BATCH + 1, BATCH):
        yield b"[" + b",".join(bodies[start : start + BATCH]) + b"]"


def posted(
    port: int, keys: Mapping[str, str], bodies: Mapping[str, Sequence[bytes]], kind: str, connections: int
) -> float:
    """Post all bodies, each agency's over its connections, and give the seconds; raises `StandFailed`."""
    requests = [
        [_request(keys[agency], body, kind) for body in mine[number::connections]]
        for agency, mine in bodies.items()
        for number in range(connections)
    ]
    return asyncio.run(_all_posted(port, requests))


def _request(key: str, body: bytes, kind: str) -> bytes:
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _all_posted(port: int, requests: Sequence[Sequence[bytes]]) -> float:
    opened = [await asyncio.open_connection(HOST, port) for _ in requests]
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for (reader, writer), mine in zip(opened, requests, strict=True):
            group.create_task(_posted_in_turn(reader, writer, mine))
    seconds = time.monotonic() - begun
    for _, writer in opened:
        writer.close()
        await writer.wait_closed()
    return seconds


async def _posted_in_turn(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: Sequence[bytes]
) -> None:
    for request in requests:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        body = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 202"):
            raise StandFailed(f"{head[:60].decode()} {body[:500].decode()}")


def is_ready(port: int) -> bool:
    """Whether a console answers that it is ready."""
    try:
        with urlopen(f"http://{HOST}:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
