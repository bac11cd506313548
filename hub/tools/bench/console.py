"""The console at 100,000 problems and a million events: twenty desks at work, and an act seen on another screen."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

from hub.policies.load import load_policy
from hub.policies.models import Policy, Tier
from hub.store.database import open_database
from hub.tools.bench.crowd import fill_crowd
from hub.tools.bench.desks import WORDS_SHOWN, Answer, Asking, Desk, Wishes, flat_out, paced, signed_in
from hub.tools.bench.http import READY_WITHIN_S, is_ready
from hub.tools.bench.results import Row
from hub.tools.bench.stand import Stand, StandFailed, cpu_s
from hub.tools.broker import find_free_port

PROBLEMS: Final = 100_000
OPENED: Final = 1_500
EVENTS: Final = 1_000_000
EACH_S: Final = 0.5
PACED_S: Final = 30.0
FLAT_OUT: Final = 2_000
VIEWS: Final = 10_000
ACTS: Final = 30
ACT_WITHIN_S: Final = 10.0
HELD: Final = re.compile(r"VmRSS:\s+(\d+) kB")


def measure_console(stand: Stand, what: str) -> Iterator[Row]:
    """Fill the stand's database, serve it, and give what its pages and acts take."""
    policy = load_policy(stand.config)
    begun = time.monotonic()
    _fill(stand, policy)
    yield Row(f"{what} filling", EVENTS, time.monotonic() - begun, PROBLEMS, "problems", f"{OPENED} open")
    desks = signed_in(stand.database, policy)
    stand.work("linkage", "bench")
    port = find_free_port()
    console = stand.begin("console", HUB_CONSOLE_PORT=str(port))
    try:
        stand.wait_until(lambda: is_ready(port), READY_WITHIN_S, "the console is ready", 0.1)
        wishes = _wishes(stand, policy)
        asyncio.run(flat_out(port, desks, wishes, len(desks) * 3))
        for name in ("paced", "flat out"):
            before, since = cpu_s(console.pid), time.monotonic()
            if name == "paced":
                answers = asyncio.run(paced(port, desks, wishes, EACH_S, PACED_S))
            else:
                answers = asyncio.run(flat_out(port, desks, wishes, FLAT_OUT))
            used = cpu_s(console.pid) - before
            yield from _waits(f"{what} {name}", answers, time.monotonic() - since, used)
        yield from _acts(stand, what, port, desks)
        yield _memory(what, port, desks, wishes, console.pid)
    finally:
        console.terminate()
        console.wait()


def _fill(stand: Stand, policy: Policy) -> None:
    engine = open_database(stand.database)
    fill_crowd(engine, policy, PROBLEMS, OPENED, EVENTS)
    # The worker of this broker begins its log anew, over the state that is there.
    with engine.begin() as sql:
        sql.exec_driver_sql("DELETE FROM shard")
    engine.dispose()


def _wishes(stand: Stand, policy: Policy) -> Wishes:
    with stand.sql() as sql:
        found = sql.exec_driver_sql(
            "SELECT id, lead FROM problem WHERE phase = 'treating' ORDER BY id LIMIT 200"
        ).all()
    names = [place.name for place in policy.places.values() if place.tier in (Tier.COUNTY, Tier.TOWNSHIP)]
    return Wishes(
        Random(1),  # noqa: S311 - the same each time
        [row.id for row in found],
        names[:WORDS_SHOWN],
        [row.lead for row in found],
    )


def _waits(what: str, answers: Sequence[Answer], seconds: float, used_s: float) -> Iterator[Row]:
    note = (
        f"{len(answers) / seconds:.0f} requests/s; {1000 * used_s / len(answers):.1f} ms of the console's processor"
        f" a request of any kind; load {os.getloadavg()[0]:.1f}"
    )
    for kind in dict.fromkeys(answer.kind for answer in answers):
        waits = sorted(1000 * answer.seconds for answer in answers if answer.kind == kind)
        for name, share in (("p50", 0.5), ("p95", 0.95)):
            value = waits[min(len(waits) - 1, int(share * len(waits)))]
            yield Row(f"{what} {kind} {name}", len(waits), seconds, value, "ms", note)


def _acts(stand: Stand, what: str, port: int, desks: Sequence[Desk]) -> Iterator[Row]:
    query = "SELECT id FROM problem WHERE phase = 'treating' AND tier IN ('village', 'township') ORDER BY id"
    with stand.sql() as sql:
        numbers = [str(row.id) for row in sql.exec_driver_sql(f"{query} LIMIT {ACTS}")]
    waits = sorted(asyncio.run(_seen_elsewhere(port, desks[0], desks[2], numbers)))
    note = "a rise posted by one desk until the live stream of another tells it, Kafka and worker between"
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        value = 1000 * waits[min(len(waits) - 1, int(share * len(waits)))]
        yield Row(f"{what} act seen elsewhere {name}", len(waits), sum(waits), value, "ms", note)


async def _seen_elsewhere(port: int, actor: Desk, looker: Desk, numbers: Sequence[str]) -> list[float]:
    acting, looking = Asking(port, actor), Asking(port, looker)
    seen: dict[str, float] = {}

    async def look() -> None:
        async for line in looking.stream(f"/stream?after={2**40}"):
            for number in re.findall(rb"[A-Z]{2}\d\d-\d{6}", line):
                seen.setdefault(number.decode(), time.monotonic())

    watching = asyncio.create_task(look())
    await asyncio.sleep(1.0)
    waits = []
    for number in numbers:
        begun = time.monotonic()
        await acting.post(f"/problems/{number}/raise", {"note": "bench"})
        while number not in seen:
            if time.monotonic() - begun > ACT_WITHIN_S:
                raise StandFailed(f"{number}: raised, and no screen told of it within {ACT_WITHIN_S:.0f} s")
            await asyncio.sleep(0.005)
        waits.append(seen[number] - begun)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    await acting.close()
    await looking.close()
    return waits


def _memory(what: str, port: int, desks: Sequence[Desk], wishes: Wishes, pid: int) -> Row:
    before, begun = _held_mb(pid), time.monotonic()
    asyncio.run(flat_out(port, desks, wishes, VIEWS))
    after = _held_mb(pid)
    note = f"{before:.0f} MB before, {after:.0f} MB after so many page views"
    return Row(f"{what} memory grown", VIEWS, time.monotonic() - begun, after - before, "MB", note)


def _held_mb(pid: int) -> float:
    found = HELD.search(Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024 / 1e6
