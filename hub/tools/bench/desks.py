"""Desks at a console in a bench: who they are, what they ask for, and how long each answer took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Final
from urllib.parse import quote, urlencode

from hub.policies.models import Policy, Tier
from hub.store.database import open_database
from hub.store.people import Account, Role, add_account, digest, open_session, writing
from hub.tools.bench.stand import StandFailed
from hub.tools.broker import HOST

DESKS: Final = 20
PASSWORD: Final = "one-two-three-four"  # noqa: S105 - of accounts that live as long as a bench
KINDS: Final = ("register", "facets", "search", "problem")
WORDS_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk: the session it is signed in by, and whether it sees the whole city."""

    login: str
    token: str
    sees_all: bool

    @property
    def cookie(self) -> str:
        """What its browser sends along."""
        return f"hub_session={self.token}"

    @property
    def csrf(self) -> str:
        """What its forms carry."""
        return digest(f"csrf:{self.token}")[:32]


@dataclass(frozen=True, slots=True)
class Answer:
    """One request: what was asked for, and the seconds from when it was due to the last byte of its answer."""

    kind: str
    seconds: float


def signed_in(database: str, policy: Policy) -> list[Desk]:
    """Make accounts and sessions: half see the city, a quarter each a county, a quarter each an agency's work."""
    engine = open_database(database)
    root = next(code for code, place in policy.places.items() if place.parent is None)
    counties = sorted(code for code, place in policy.places.items() if place.tier is Tier.COUNTY)
    agencies = sorted(policy.agencies)
    now_ms = time.time_ns() // 1_000_000
    desks = []
    for number in range(DESKS):
        role, place, agency = Role.DUTY, root, ""
        if number % 4 == 1:
            place = counties[number % len(counties)]
        elif number % 4 == 3:
            role, place, agency = Role.AGENCY, "", agencies[number % len(agencies)]
        login = f"desk-{number}"
        with writing(engine) as sql:
            add_account(sql, Account(login, role, policy.jurisdiction, place, agency), PASSWORD, now_ms)
            desks.append(Desk(login, open_session(sql, login, now_ms), sees_all=place == root))
    engine.dispose()
    return desks


@dataclass(slots=True)
class Wishes:
    """What desks ask for: pages of a register, filters, searches by word and number, problems; by chance."""

    chance: Random
    problems: Sequence[str]
    words: Sequence[str]
    leads: Sequence[str]

    def next(self, desk: Desk) -> tuple[str, str]:
        """Give what a desk asks for, and its address; a problem only of one that sees each."""
        kind = self.chance.choices(KINDS, (4, 3, 2, 2 if desk.sees_all else 0))[0]
        if kind == "problem":
            return kind, f"/problems/{self.chance.choice(self.problems)}"
        query: list[tuple[str, str]] = [("sort", self.chance.choice(("due", "opened", "matters")))]
        if kind == "facets":
            phases = self.chance.sample(("treating", "closed", "dismissed", "merged"), 2)
            query += [("phase", phase) for phase in phases]
            query += [("tier", self.chance.choice(("village", "township", "county", "city")))]
            if self.chance.random() < 1 / 3:
                query.append(("lead", self.chance.choice(self.leads)))
        elif kind == "search":
            word = self.chance.choice(
                (self.chance.choice(self.words), self.chance.choice(self.problems)[:-2])
            )
            query.append(("q", word))
        return kind, f"/problems?{urlencode(query)}"


async def paced(
    port: int, desks: Sequence[Desk], wishes: Wishes, each_s: float, seconds: float
) -> list[Answer]:
    """Let each desk ask every `each_s`, all out of step; waiting for a late answer counts for those behind it."""
    begun = time.monotonic() + 0.5
    answers: list[Answer] = []

    async def sit(number: int, desk: Desk) -> None:
        asking = Asking(port, desk)
        for turn in count():
            due = begun + (turn + number / len(desks)) * each_s
            if due > begun + seconds:
                break
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            kind, path = wishes.next(desk)
            await asking.get(path)
            answers.append(Answer(kind, time.monotonic() - due))
        await asking.close()

    await asyncio.gather(*(sit(number, desk) for number, desk in enumerate(desks)))
    return answers


async def flat_out(port: int, desks: Sequence[Desk], wishes: Wishes, requests: int) -> list[Answer]:
    """Let all desks ask without pause until so many requests are answered."""
    answers: list[Answer] = []
    left = iter(range(requests))

    async def sit(desk: Desk) -> None:
        asking = Asking(port, desk)
        for _ in left:
            kind, path = wishes.next(desk)
            begun = time.monotonic()
            await asking.get(path)
            answers.append(Answer(kind, time.monotonic() - begun))
        await asking.close()

    await asyncio.gather(*(sit(desk) for desk in desks))
    return answers


class Asking:
    """One desk's kept-alive connection."""

    def __init__(self, port: int, desk: Desk) -> None:
        self._port = port
        self._desk = desk
        self._opened: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> bytes:
        """Give a page; raises `StandFailed` for any answer but 200."""
        return await self._send(f"GET {path} HTTP/1.1", b"")

    async def post(self, path: str, fields: dict[str, str]) -> bytes:
        """Post a form and give the answer."""
        body = urlencode({"csrf": self._desk.csrf, **fields}, quote_via=quote).encode()
        return await self._send(f"POST {path} HTTP/1.1", body)

    async def stream(self, path: str) -> AsyncIterator[bytes]:
        """Give the lines of a live stream as they come."""
        reader = await self._begin(f"GET {path} HTTP/1.1", b"")
        while line := await reader.readline():
            yield line

    async def close(self) -> None:
        """Hang up."""
        if self._opened is not None:
            self._opened[1].close()
            await self._opened[1].wait_closed()

    async def _send(self, first: str, body: bytes) -> bytes:
        reader = await self._begin(first, body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        told = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise StandFailed(f"{first}: {head[:60].decode()} {told[:300]!r}")
        return told

    async def _begin(self, first: str, body: bytes) -> asyncio.StreamReader:
        if self._opened is None:
            self._opened = await asyncio.open_connection(HOST, self._port)
        reader, writer = self._opened
        head = [
            first,
            f"Host: {HOST}:{self._port}",
            f"Origin: http://{HOST}:{self._port}",
            f"Cookie: {self._desk.cookie}",
            "Accept-Encoding: gzip",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        writer.write(("\r\n".join(head) + "\r\n\r\n").encode() + body)
        return reader
