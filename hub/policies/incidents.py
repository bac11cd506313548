"""How grave an incident is by statute, as data: from which toll or loss on it has which grade."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grade:
    """From so many deaths or serious injuries, or so much direct loss (CNY 10,000), on the severity holds (以上)."""

    article: str
    incident_kinds: frozenset[str]
    severity: int
    deaths: int
    injured: int
    loss: int
