"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, and how it is."""

    check: str
    ok: bool
    zh: str
    en: str
