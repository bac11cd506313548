"""The tables of the centre's own desks: accounts, sessions, and the trail of what they did. No person is named."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from hub.store.tables import METADATA


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _number(name: str, *, key: bool = False, optional: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=optional, autoincrement=False)


ACCOUNT: Final = Table(
    "account",
    METADATA,
    _text("login", key=True),
    _text("role"),
    _text("jurisdiction"),
    _text("territory"),
    _text("agency"),
    _text("secret"),
    _text("otp"),
    Column("must_change", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    _number("locked_until_ms"),
    _number("made_ms"),
    _number("closed_ms", optional=True),
    sqlite_with_rowid=False,
)
"""A desk that signs in: its role, and the territory and the agency whose rows it may see."""

SESSION: Final = Table(
    "session",
    METADATA,
    _text("token", key=True),
    _text("login"),
    _number("opened_ms"),
    _number("seen_ms"),
    Index("session_login", "login"),
    sqlite_with_rowid=False,
)
"""An open session; `token` is the digest of what the browser holds, so that a copy of the table opens nothing."""

TRAIL: Final = Table(
    "trail",
    METADATA,
    _number("number", key=True),
    _number("at_ms"),
    _text("login"),
    _text("jurisdiction"),
    _text("act"),
    _text("object"),
    _text("detail"),
    _text("outcome"),
    _text("digest"),
    Index("trail_login", "login", "number"),
    sqlite_with_rowid=False,
)
"""Sign-ins, views of restricted pages, exports and acts, each chained to the one before by its digest."""

VIEW: Final = Table(
    "saved_view",
    METADATA,
    _text("login", key=True),
    _text("title", key=True),
    _text("jurisdiction"),
    _text("shared_with"),
    _text("address"),
    Index("saved_view_shared", "jurisdiction", "shared_with"),
    sqlite_with_rowid=False,
)
"""A name for an address of the console; `shared_with` is the role that sees it beside its maker, "" for nobody."""

MENDED: Final = Table(
    "mended",
    METADATA,
    _text("jurisdiction", key=True),
    _number("number", key=True),
    _text("login"),
    _number("at_ms"),
    _text("place"),
    _text("category"),
    _number("entry", optional=True),
    sqlite_with_rowid=False,
)
"""An event in quarantine that a desk sent anew: its journal number, what was put right, and where it then came in."""
