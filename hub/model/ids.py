"""Ids derived from their causes, so that a replay mints the same ones (DESIGN, invariant 3)."""

from __future__ import annotations

from hashlib import blake2b


def derive_id(kind: str, *causes: str) -> str:
    """Give 32 hex digits that depend on nothing but `kind` and `causes`."""
    return blake2b("\x1f".join((kind, *causes)).encode(), digest_size=16).hexdigest()


def problem_number(letters: str, year: int, sequence: int) -> str:
    """Give a problem's number as people say it: `SM26-000123` (semantics.md, nouns)."""
    assert sequence > 0, "problem numbers start at 1"
    return f"{letters}{year % 100:02d}-{sequence:06d}"
