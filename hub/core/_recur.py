"""What comes back after it was closed: recurrences at the finest key that reports offer, and how stubborn they are.

A key is a street, an estate, a river of a kind; where nothing of that sort is told, the cell. While something is open
at the key, another matter is reinforcement; it is a recurrence from the day after the key came to rest, for ninety
days. Everything is read off the matters of the key, so late, corrected and withdrawn ones need no undoing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from hub.core._scan import tail

RECUR_DAYS: Final = 90
LEVEL_DAYS: Final = 180
LEVEL_MAX: Final = 3
"""Level 1, 2, 3: so many recurrences within half a year, or more."""

WEIGHT_HALF_LIFE_DAYS: Final = 120
POISSON_SIZE: Final = 1e6


class Spell(NamedTuple):
    """One matter at a key: the local days on which it came and was closed; None while it is open."""

    opened: int
    closed: int | None


def recurrences(spells: Iterable[Spell]) -> tuple[int, ...]:
    """Give the days on which matters came back to a key at rest, oldest first."""
    return tuple(came for rest, came in _returns(spells) if came <= rest + RECUR_DAYS)


def level(spells: Iterable[Spell], today: int) -> int:
    """Give how stubborn a key is: recurrences of the last half year, at most three; zero is not at all."""
    recent = [day for day in recurrences(spells) if today - LEVEL_DAYS <= day <= today]
    return min(len(recent), LEVEL_MAX)


def weight(spells: Iterable[Spell], today: int) -> float:
    """Rank keys: matters that came, each worth half after 120 days."""
    ages = (today - spell.opened for spell in spells if spell.opened <= today)
    return math.fsum(2 ** (-age / WEIGHT_HALF_LIFE_DAYS) for age in ages)


def chance_of(spells: Sequence[Spell], today: int, a_day: float) -> float:
    """How likely a key of so many matters a day comes back so often in half a year by its mere busyness.

    For a key as wide as a cell: what is busy comes back all the time, which makes it frequent, not stubborn.
    """
    back = sum(today - LEVEL_DAYS <= day <= today for day in recurrences(spells))
    days = _days_at_rest(spells, today)
    return tail(back, days * a_day, POISSON_SIZE) if back and days * a_day > 0 else 1.0


def _days_at_rest(spells: Iterable[Spell], today: int) -> int:
    """Count the days of the last half year on which a matter would have been a recurrence."""
    first = today - LEVEL_DAYS
    until_today = [*(spell for spell in spells if spell.opened <= today), Spell(today + 1, None)]
    return sum(
        max(min(rest + RECUR_DAYS, came, today) - max(rest, first - 1), 0)
        for rest, came in _returns(until_today)
    )


def _returns(spells: Iterable[Spell]) -> Iterator[tuple[int, int]]:
    """Give, for each matter that came when nothing was open, the day the key came to rest and the day it came."""
    rest: float | None = None
    for spell in sorted(spells, key=_order):
        if rest is not None and rest < spell.opened:
            yield int(rest), spell.opened
        closed = math.inf if spell.closed is None else spell.closed
        rest = closed if rest is None else max(rest, closed)


def _order(spell: Spell) -> tuple[int, float]:
    return spell.opened, math.inf if spell.closed is None else spell.closed
