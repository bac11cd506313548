"""Watch windows, as data: places and days on which problems of some kinds get tighter clocks; never people."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.policies.models import Span, Tier


@dataclass(frozen=True, slots=True)
class WatchWindow:
    """One window: from the first to the last day, in one year or in each.

    `places` and `categories` hold with all below them; none of either means all. Days are ordinals, or month times
    100 plus day where it comes back every year; then the last may lie before the first, over the new year.
    `stage` and `acceptance` are its own spans; else those of the tier policy, times `factor`, but at least one.
    """

    name: str
    name_zh: str
    name_en: str
    first: int
    last: int
    yearly: bool
    places: frozenset[str]
    categories: frozenset[str]
    factor: Fraction = Fraction(1)
    stage: tuple[tuple[Tier, Span], ...] = ()
    acceptance: Span | None = None
