"""Whose key a request carries, what that agency or desk may read, and how fast it may ask."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from fastapi.security import HTTPBearer
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from hub.api.faults import Fault, FaultCode
from hub.api.limits import EVENTS, READS, Meter, Rate
from hub.policies.models import Agency, Policy
from hub.schemas.commands import Seat
from hub.store.keys import KeyExpired, Role, owner_of
from hub.store.reads import Scope

KNOWN_FOR_S: Final = 5.0
"""A key that was revoked, or has expired, works no longer than this."""

KNOWN_MAX: Final = 10_000

KEY_SCHEME: Final = "key"
BEARER: Final = HTTPBearer(
    auto_error=False,
    scheme_name=KEY_SCHEME,
    description="hub agencies key issue AGENCY, or --desk NAME / 由管理员签发",
)


@dataclass(frozen=True, slots=True)
class Holder:
    """The agency whose key was shown, and its city."""

    agency: Agency
    policy: Policy

    def seat(self) -> Seat:
        """Give from where its commands are asked."""
        return Seat(role="agency", territory=self.agency.territory, agency=self.agency.id)

    def scope(self) -> Scope:
        """Give what it may read."""
        policy, agency = self.policy, self.agency
        whole_city = agency.territory == policy.jurisdiction
        return Scope(
            policy.jurisdiction,
            agency.id,
            None
            if whole_city
            else frozenset(c for c, place in policy.places.items() if agency.territory in place.chain),
            frozenset(c for c, node in policy.categories.items() if set(agency.categories) & set(node.chain))
            if agency.categories
            else None,
        )


class Desk(NamedTuple):
    """A desk of the centre, which reads the whole city and may do every act in it."""

    name: str
    policy: Policy

    def seat(self) -> Seat:
        """Give from where its commands are asked."""
        return Seat(role="desk", territory=self.policy.jurisdiction)

    def scope(self) -> Scope:
        """Give what it may read."""
        return Scope(self.policy.jurisdiction, "", None, None)


Reader = Holder | Desk


@dataclass(slots=True)
class Holders:
    """Knows keys for a few seconds, so that a stream of events does not ask SQL for each."""

    engine: Engine
    policies: Mapping[str, Policy]
    events_rate: Rate = EVENTS
    reads_rate: Rate = READS
    _agencies: dict[str, Holder] = field(init=False)
    _known: dict[str, tuple[float, Reader]] = field(default_factory=dict)
    _events: Meter = field(init=False)
    _reads: Meter = field(init=False)

    def __post_init__(self) -> None:
        """Index the agencies that publish."""
        self._agencies = {
            agency.id: Holder(agency, policy)
            for policy in self.policies.values()
            for agency in policy.agencies.values()
            if agency.publishes
        }
        self._events = Meter(self.events_rate, time.monotonic)
        self._reads = Meter(self.reads_rate, time.monotonic)

    async def publisher(self, request: Request) -> Holder:
        """Give who publishes; raises `Fault` without a working key. Its events are metered by `spend`."""
        return await self.holder(bearer(request))

    async def holder(self, token: str) -> Holder:
        """Give the agency whose key this is; raises `Fault` for one that does not work, or is a desk's."""
        known = self._known.get(token)
        fresh = known is not None and known[0] > time.monotonic()
        holder = known[1] if known is not None and fresh else await run_in_threadpool(self._look_up, token)
        if isinstance(holder, Desk):
            raise Fault(FaultCode.NOT_ALLOWED)
        return holder

    def reader(self, request: Request) -> Reader:
        """Give who reads; raises `Fault` without a working key, or when it reads too fast."""
        token = bearer(request)
        known = self._known.get(token)
        fresh = known is not None and known[0] > time.monotonic()
        holder = known[1] if known is not None and fresh else self._look_up(token)
        _wait(self._reads.wait_s(who(holder)))
        return holder

    def spend(self, holder: Holder, events: int) -> None:
        """Count events against the agency's rate; raises `Fault` when it is over."""
        _wait(self._events.wait_s(holder.agency.id, events))

    def _look_up(self, token: str) -> Reader:
        try:
            with self.engine.connect() as sql:
                owner = owner_of(sql, token, time.time_ns() // 1_000_000)
        except KeyExpired:
            raise Fault.unauthenticated(FaultCode.KEY_EXPIRED) from None
        holder: Reader | None = None
        if owner is not None and owner.role is Role.AGENCY:
            holder = self._agencies.get(owner.name)
        elif owner is not None and owner.jurisdiction in self.policies:
            holder = Desk(owner.name, self.policies[owner.jurisdiction])
        if holder is None:
            raise Fault.unauthenticated()
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known[token] = (time.monotonic() + KNOWN_FOR_S, holder)
        return holder


def who(reader: Reader) -> str:
    """Give how an account book names who asks: an agency's id, or `desk/name`."""
    return f"desk/{reader.name}" if isinstance(reader, Desk) else reader.agency.id


def bearer(request: Request) -> str:
    """Give the key a request carries; raises `Fault` when there is none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Fault.unauthenticated()
    return token.strip()


def _wait(seconds: int) -> None:
    if seconds:
        raise Fault(FaultCode.TOO_FAST, headers={"Retry-After": str(seconds)})
