"""A pair: two matters over two channels that may be one; a person says whether they are (疑似重复)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class PairStanding(StrEnum):
    """What is known of a pair: 疑似 认定 排除."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    APART = "apart"


class Pair(NamedTuple):
    """Two matters (`agency/matter_id`), the earlier first, and why they may be one.

    `score` is in thousandths; `steps` counts those between their places in the tree; `shared` are the words both tell,
    with `·` between. `problems` are those, with spaces between, in which the second stopped counting when the pair was
    confirmed: there it counts again when that is undone.
    """

    id: str
    first: str
    second: str
    rule: str
    score: int
    steps: int
    days_apart: int
    shared: str
    at_ms: int
    standing: PairStanding = PairStanding.SUSPECTED
    problems: str = ""
