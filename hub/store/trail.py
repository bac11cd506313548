"""The trail: who signed in, looked, exported and acted, in one chain of digests that shows any later change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Engine, Row, insert, select
from sqlalchemy.exc import IntegrityError

from hub.store.people import writing
from hub.store.people_tables import TRAIL

START: Final = "0" * 64
TRIES_MAX: Final = 20
"""How often an entry may find its number taken by another process before that is a fault."""


class Act(StrEnum):
    """What a desk did."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the word for an act
    OTP_CHANGED = "otp_changed"
    ACCOUNT_ADDED = "account_added"
    ROLE_CHANGED = "role_changed"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_LOCKED = "account_locked"
    ACCOUNT_UNLOCKED = "account_unlocked"
    POLICY_PROPOSED = "policy_proposed"
    PROPOSAL_DROPPED = "proposal_dropped"
    VIEWED = "viewed"
    EXPORTED = "exported"
    ASKED = "asked"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a desk did, to what, and what came of it; `detail` says more, never anything about a person."""

    at_ms: int
    login: str
    jurisdiction: str
    act: Act
    object: str = ""
    detail: str = ""
    outcome: str = ""


def record(engine: Engine, *added: Entry) -> None:
    """Add entries at the end of the chain, in a transaction of their own.

    Two processes may want the same number: the table's key lets one through, and the other looks again.
    """
    for _ in range(TRIES_MAX):
        try:
            with writing(engine) as sql:
                last = sql.execute(
                    select(TRAIL.c.number, TRAIL.c.digest).order_by(TRAIL.c.number.desc()).limit(1)
                ).first()
                number, before = (0, START) if last is None else (last.number, last.digest)
                sql.execute(insert(TRAIL), list(_chained(added, number, before)))
        except IntegrityError:
            continue
        return
    raise AssertionError("the trail's next number was taken too often")


def _chained(added: Sequence[Entry], number: int, before: str) -> Iterator[dict[str, Any]]:
    for entry in added:
        number += 1
        fields = _fields(entry)
        before = _digest(before, number, fields)
        yield {"number": number, "digest": before, **fields}


def entries(
    sql: Connection,
    jurisdiction: str,
    *,
    login: str = "",
    act: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[Row[Any]]:
    """Give a city's entries, newest first, before a number; failed sign-ins of unknown logins belong to every city."""
    mine = TRAIL.c.jurisdiction.in_((jurisdiction, ""))
    query = select(TRAIL).where(mine).order_by(TRAIL.c.number.desc()).limit(limit)
    if login:
        query = query.where(TRAIL.c.login == login)
    if act:
        query = query.where(TRAIL.c.act == act)
    if before is not None:
        query = query.where(TRAIL.c.number < before)
    return list(sql.execute(query))


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries hold, the last digest, and the first number where the chain breaks, if any."""

    held: int
    digest: str
    broken_at: int | None


def verify(sql: Connection) -> Verdict:
    """Walk the whole chain: every number in turn, every digest made anew."""
    held, before = 0, START
    query = select(TRAIL).order_by(TRAIL.c.number).execution_options(yield_per=1000)
    with sql.execute(query) as rows:
        for row in rows:
            fields = {name: getattr(row, name) for name in FIELDS}
            if row.number != held + 1 or row.digest != _digest(before, row.number, fields):
                return Verdict(held, before, row.number)
            held, before = row.number, row.digest
    return Verdict(held, before, None)


FIELDS: Final = ("at_ms", "login", "jurisdiction", "act", "object", "detail", "outcome")


def _fields(entry: Entry) -> dict[str, Any]:
    return {name: str(value) if isinstance(value := getattr(entry, name), Act) else value for name in FIELDS}


def _digest(before: str, number: int, fields: dict[str, Any]) -> str:
    body = orjson.dumps([before, number, *(fields[name] for name in FIELDS)])
    return hashlib.sha256(body).hexdigest()
