"""Accounts and sessions of the centre's desks: signing in, locking out, and who is asking."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from hub.schemas.commands import Seat
from hub.store.people_tables import ACCOUNT, SESSION

FAILURES_MAX: Final = 5
LOCKED_FOR_MS: Final = 15 * 60_000
LOCKED_BY_HAND: Final = 2**62
"""Until when an account is locked that an administrator locked: until one unlocks it."""

IDLE_MAX_MS: Final = 8 * 3_600_000
"""A session nobody uses ends after a shift."""

SESSION_MAX_MS: Final = 24 * 3_600_000
SEEN_EVERY_MS: Final = 60_000
"""How stale `seen_ms` may be, so that reading a page is no write."""

PASSWORD_MIN: Final = 10
PASSWORD_MAX: Final = 200

# OWASP's smaller setting: 19 MiB, two passes; a sign-in costs about 30 ms.
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Role(StrEnum):
    """What a desk does."""

    DUTY = "duty"
    AGENCY = "agency"
    LEADER = "leader"
    ADMIN = "admin"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class Account:
    """A desk that may sign in, unless it is locked. `territory` "" sees no territory, `agency` "" belongs to none."""

    login: str
    role: Role
    jurisdiction: str
    territory: str
    agency: str = ""
    must_change: bool = False
    has_otp: bool = False
    locked_until_ms: int = 0

    def seat(self) -> Seat:
        """Give from where its commands are asked."""
        return Seat(role=self.role.value, territory=self.territory, agency=self.agency)


class SignIn(StrEnum):
    """What came of an attempt to sign in."""

    DONE = "done"
    WRONG = "wrong"
    LOCKED = "locked"
    OTP_WANTED = "otp_wanted"


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that may write from its first statement on.

    SQLite refuses a reader that turns writer when somebody wrote in between, so the first statement is a write of
    nothing, which waits for its turn.
    """
    with engine.begin() as sql:
        sql.execute(delete(SESSION).where(SESSION.c.token == ""))
        yield sql


def add_account(sql: Connection, account: Account, password: str | None, now_ms: int) -> None:
    """Add an account, with no password one of the provider's; the caller has made sure that the login is free."""
    sql.execute(
        insert(ACCOUNT).values(
            login=account.login,
            role=account.role,
            jurisdiction=account.jurisdiction,
            territory=account.territory,
            agency=account.agency,
            secret="" if password is None else HASHER.hash(password),
            otp="",
            must_change=account.must_change,
            failures=0,
            locked_until_ms=0,
            made_ms=now_ms,
            closed_ms=None,
        )
    )


def first_admin(sql: Connection, jurisdiction: str, territory: str, now_ms: int) -> str | None:
    """Make the account `admin` where there is none at all, and give its one-time password; else give nothing."""
    if sql.execute(select(func.count()).select_from(ACCOUNT)).scalar_one():
        return None
    password = new_password()
    admin = Account("admin", Role.ADMIN, jurisdiction, territory, must_change=True)
    add_account(sql, admin, password, now_ms)
    return password


def new_password() -> str:
    """Give a fresh password that can be read aloud: 96 bits in groups of four, without look-alike letters."""
    letters = "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(20))
    return "-".join(letters[i : i + 4] for i in range(0, 20, 4))


def accounts(sql: Connection) -> list[Account]:
    """Give the accounts that are not closed, by login."""
    rows = sql.execute(select(ACCOUNT).where(ACCOUNT.c.closed_ms.is_(None)).order_by(ACCOUNT.c.login))
    return [_account(row) for row in rows]


def find_account(sql: Connection, login: str) -> Account | None:
    """Give an account that is not closed."""
    row = _row(sql, login)
    return None if row is None else _account(row)


def is_free(sql: Connection, login: str) -> bool:
    """Whether a login was never given out."""
    return sql.execute(select(ACCOUNT.c.login).where(ACCOUNT.c.login == login)).first() is None


def sign_in(sql: Connection, login: str, password: str, otp: str, now_ms: int) -> SignIn:
    """Judge an attempt. A wrong one counts; five in a row lock the account for a quarter of an hour.

    An unknown login costs the same time as a wrong password, so that the answer tells nothing about who exists.
    """
    row = _row(sql, login)
    if row is None:
        _matches(_decoy(), password)
        return SignIn.WRONG
    if row.locked_until_ms > now_ms:
        return SignIn.LOCKED
    if not _matches(row.secret, password):
        return _failed(sql, row, now_ms)
    if row.otp:
        if not otp:
            return SignIn.OTP_WANTED
        if not pyotp.TOTP(row.otp).verify(otp, for_time=now_ms // 1000, valid_window=1):
            return _failed(sql, row, now_ms)
    sql.execute(update(ACCOUNT).where(ACCOUNT.c.login == login).values(failures=0, locked_until_ms=0))
    return SignIn.DONE


def has_password(sql: Connection, login: str, password: str) -> bool:
    """Whether this is the account's password."""
    row = _row(sql, login)
    return row is not None and _matches(row.secret, password)


def otp_secret(sql: Connection, login: str) -> str:
    """Give the secret of the account's one-time codes, "" where it asks for none."""
    row = _row(sql, login)
    return "" if row is None else str(row.otp)


def set_password(sql: Connection, login: str, password: str, *, must_change: bool = False) -> None:
    """Give an account a new password, end its sessions and lift its lock."""
    sql.execute(
        update(ACCOUNT)
        .where(ACCOUNT.c.login == login)
        .values(secret=HASHER.hash(password), must_change=must_change, failures=0, locked_until_ms=0)
    )
    close_sessions(sql, login)


def is_provided(sql: Connection, login: str) -> bool:
    """Whether an account has no password: the provider made it, and says at each sign-in what it may."""
    return sql.execute(select(ACCOUNT.c.secret).where(ACCOUNT.c.login == login)).scalar() == ""


def give_role(sql: Connection, account: Account) -> None:
    """Let an account have another role, territory or agency; its open sessions end."""
    sql.execute(
        update(ACCOUNT)
        .where(ACCOUNT.c.login == account.login)
        .values(
            role=account.role,
            jurisdiction=account.jurisdiction,
            territory=account.territory,
            agency=account.agency,
        )
    )
    close_sessions(sql, account.login)


def set_otp(sql: Connection, login: str, secret: str) -> None:
    """Ask the account for a one-time code from now on; an empty secret asks no more."""
    sql.execute(update(ACCOUNT).where(ACCOUNT.c.login == login).values(otp=secret))


def lock(sql: Connection, login: str) -> None:
    """Let an account in no more, by whatever way, until it is unlocked; its sessions end."""
    sql.execute(update(ACCOUNT).where(ACCOUNT.c.login == login).values(locked_until_ms=LOCKED_BY_HAND))
    close_sessions(sql, login)


def unlock(sql: Connection, login: str) -> None:
    """Lift an account's lock and forget wrong passwords."""
    sql.execute(update(ACCOUNT).where(ACCOUNT.c.login == login).values(locked_until_ms=0, failures=0))


def close_account(sql: Connection, login: str, now_ms: int) -> None:
    """Close an account and its sessions; its name stays taken, as the trail speaks of it."""
    sql.execute(update(ACCOUNT).where(ACCOUNT.c.login == login).values(closed_ms=now_ms))
    close_sessions(sql, login)


def open_session(sql: Connection, login: str, now_ms: int) -> str:
    """Open a session and give the token for the browser; sessions that have ended are cleared away."""
    token = secrets.token_urlsafe(32)
    sql.execute(
        delete(SESSION).where(
            (SESSION.c.seen_ms < now_ms - IDLE_MAX_MS) | (SESSION.c.opened_ms < now_ms - SESSION_MAX_MS)
        )
    )
    sql.execute(insert(SESSION).values(token=digest(token), login=login, opened_ms=now_ms, seen_ms=now_ms))
    return token


def session_account(sql: Connection, token: str, now_ms: int) -> tuple[Account, bool] | None:
    """Give the account behind a token, and whether the session should be marked as seen."""
    row = sql.execute(
        select(ACCOUNT, SESSION.c.seen_ms, SESSION.c.opened_ms)
        .join(SESSION, SESSION.c.login == ACCOUNT.c.login)
        .where(SESSION.c.token == digest(token), ACCOUNT.c.closed_ms.is_(None))
    ).first()
    if row is None or row.seen_ms < now_ms - IDLE_MAX_MS or row.opened_ms < now_ms - SESSION_MAX_MS:
        return None
    return _account(row), row.seen_ms < now_ms - SEEN_EVERY_MS


def mark_seen(sql: Connection, token: str, now_ms: int) -> None:
    """Note that a session is in use."""
    sql.execute(update(SESSION).where(SESSION.c.token == digest(token)).values(seen_ms=now_ms))


def close_session(sql: Connection, token: str) -> None:
    """End one session."""
    sql.execute(delete(SESSION).where(SESSION.c.token == digest(token)))


def close_sessions(sql: Connection, login: str) -> None:
    """End every session of an account."""
    sql.execute(delete(SESSION).where(SESSION.c.login == login))


def digest(token: str) -> str:
    """Give what the table keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _row(sql: Connection, login: str) -> Row[Any] | None:
    return sql.execute(select(ACCOUNT).where(ACCOUNT.c.login == login, ACCOUNT.c.closed_ms.is_(None))).first()


def _account(row: Row[Any]) -> Account:
    return Account(
        row.login,
        Role(row.role),
        row.jurisdiction,
        row.territory,
        row.agency,
        bool(row.must_change),
        bool(row.otp),
        row.locked_until_ms,
    )


def _matches(secret: str, password: str) -> bool:
    try:
        return HASHER.verify(secret, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _decoy() -> str:
    return HASHER.hash(secrets.token_hex(16))


def _failed(sql: Connection, row: Row[Any], now_ms: int) -> SignIn:
    failures = row.failures + 1
    locks = failures >= FAILURES_MAX
    sql.execute(
        update(ACCOUNT)
        .where(ACCOUNT.c.login == row.login)
        .values(
            failures=0 if locks else failures,
            locked_until_ms=now_ms + LOCKED_FOR_MS if locks else 0,
        )
    )
    return SignIn.LOCKED if locks else SignIn.WRONG
