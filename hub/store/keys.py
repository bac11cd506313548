"""API keys of agencies and desks, and the answers kept for repeated requests."""

from __future__ import annotations

import hmac
import secrets
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, select, update

from hub.store.key_tables import API_ANSWER, API_KEY

PREFIX: Final = "hub"
ID_BYTES: Final = 6
SECRET_BYTES: Final = 32
"""256 bits of chance: no list of likely secrets exists, so one round of SHA-256 guards it."""

ANSWER_KEPT_MS: Final = 24 * 3_600_000


class Role(StrEnum):
    """What holds a key: an agency's systems, which act for it alone, or a desk of the centre."""

    AGENCY = "agency"
    DESK = "desk"


class Owner(NamedTuple):
    """Whose a key is: an agency's id, or a desk's name with its city."""

    role: Role
    name: str
    jurisdiction: str = ""

    @property
    def known_as(self) -> str:
        """Give how an account book names it: an agency's id, or `desk/name`."""
        return f"desk/{self.name}" if self.role is Role.DESK else self.name


class Key(NamedTuple):
    """A key as people see it: never its secret. Times are epoch milliseconds, None for what does not come."""

    id: str
    owner: Owner
    issued_ms: int
    revoked_ms: int | None
    expires_ms: int | None


class KeyExpired(Exception):
    """The key is a true one, but its time is over."""


class Answer(NamedTuple):
    """What was answered to a request with an `Idempotency-Key`; `digest` is of what was asked."""

    digest: str
    status: int
    body: str


def issue(sql: Connection, owner: Owner, at_ms: int, expires_ms: int | None = None) -> str:
    """Make a key and give it, the only time its secret is seen; with `expires_ms` it works until then."""
    number, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    sql.execute(
        insert(API_KEY).values(
            id=number,
            holder=owner.name,
            role=owner.role,
            jurisdiction=owner.jurisdiction,
            digest=_digest(secret),
            issued_ms=at_ms,
            expires_ms=expires_ms,
        )
    )
    return f"{PREFIX}_{number}_{secret}"


def revoke(sql: Connection, key: str, at_ms: int) -> bool:
    """End a key by its id; False when there is none that still works."""
    ended = (
        update(API_KEY).where(API_KEY.c.id == key, API_KEY.c.revoked_ms.is_(None)).values(revoked_ms=at_ms)
    )
    return sql.execute(ended).rowcount == 1


def keys(sql: Connection, agency: str | None = None) -> list[Key]:
    """Give the keys of an agency, or of all, oldest first."""
    query = select(API_KEY)
    if agency is not None:
        query = query.where(API_KEY.c.holder == agency, API_KEY.c.role == Role.AGENCY)
    rows = sql.execute(query.order_by(API_KEY.c.issued_ms, API_KEY.c.id))
    return [Key(row.id, _owner(row), row.issued_ms, row.revoked_ms, row.expires_ms) for row in rows]


def first_to_expire(sql: Connection) -> dict[str, int]:
    """Give when the first key of each owner expires or did, of those that are not revoked and have an end.

    Owners are named as in an account book, times are epoch milliseconds.
    """
    rows = sql.execute(
        select(API_KEY).where(API_KEY.c.revoked_ms.is_(None), API_KEY.c.expires_ms.is_not(None))
    ).all()
    found: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: int(row.expires_ms)):
        found.setdefault(_owner(row).known_as, int(row.expires_ms))
    return found


def owner_of(sql: Connection, token: str, now_ms: int) -> Owner | None:
    """Give whose key this is; None for one that never was or was revoked. Raises `KeyExpired`."""
    prefix, _, rest = token.partition("_")
    number, _, secret = rest.partition("_")
    if prefix != PREFIX or not secret:
        return None
    row = sql.execute(
        select(API_KEY).where(API_KEY.c.id == number, API_KEY.c.revoked_ms.is_(None))
    ).one_or_none()
    if row is None or not hmac.compare_digest(row.digest, _digest(secret)):
        return None
    if row.expires_ms is not None and row.expires_ms <= now_ms:
        raise KeyExpired
    return _owner(row)


def kept_answer(sql: Connection, agency: str, key: str, now_ms: int) -> Answer | None:
    """Give what this agency was answered under this `Idempotency-Key` within the last day."""
    row = sql.execute(
        select(API_ANSWER.c.digest, API_ANSWER.c.status, API_ANSWER.c.body).where(
            API_ANSWER.c.agency == agency,
            API_ANSWER.c.key == key,
            API_ANSWER.c.at_ms > now_ms - ANSWER_KEPT_MS,
        )
    ).one_or_none()
    return None if row is None else Answer(*row)


def keep_answer(sql: Connection, agency: str, key: str, answer: Answer, now_ms: int) -> None:
    """Keep an answer for a day, and forget those that are older."""
    sql.execute(delete(API_ANSWER).where(API_ANSWER.c.at_ms <= now_ms - ANSWER_KEPT_MS))
    # Two requests under one key at once: the later answer is as good, as events are taken once by their own id.
    sql.execute(delete(API_ANSWER).where(API_ANSWER.c.agency == agency, API_ANSWER.c.key == key))
    sql.execute(insert(API_ANSWER).values(agency=agency, key=key, at_ms=now_ms, **answer._asdict()))


def _owner(row: Row[Any]) -> Owner:
    return Owner(Role(row.role), row.holder, row.jurisdiction)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
