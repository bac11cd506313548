"""Day counts of every kind over the whole city, and on which of these days offices worked.

The city has no area above it to be held against, only its own past years: so every day since 2000 has its count, in
four bytes. The counts are those of the journal, whatever order matters came in; a reload gives exactly the same.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import date

from hub.model.clock import is_working
from hub.model.lattice import EPOCH_DAY
from hub.policies.models import Calendar


@dataclass(slots=True)
class Almanac:
    """Matters of each kind by day: `counts[kind][n]` and `working[n]` are of day `EPOCH_DAY + n`, the last is today.

    A kind is there while it holds a matter. What happened before the first day counts on the first. `since[kind]` is
    where a kind begins.
    """

    calendar: Calendar
    counts: dict[str, array[int]] = field(default_factory=dict)
    working: bytearray = field(default_factory=bytearray)
    since: dict[str, int] = field(default_factory=dict, compare=False)

    def advance(self, today: int) -> None:
        """Move to `today`; time never runs back."""
        more = _index(today) + 1 - len(self.working)
        assert more >= 0, "an almanac only moves forward"
        first = EPOCH_DAY + len(self.working)
        days = (date.fromordinal(day) for day in range(first, first + more))
        self.working.extend([is_working(day, self.calendar) for day in days])
        for counts in self.counts.values():
            counts.frombytes(bytes(counts.itemsize * more))

    def add(self, day: int, kind: str, number: int = 1) -> None:
        """Count matters on their own day."""
        counts = self.counts.get(kind)
        if counts is None:
            counts = self.counts[kind] = array("I", bytes(4 * len(self.working)))
        index = _index(day)
        counts[index] += number
        self.since[kind] = min(self.since.get(kind, index), index)

    def remove(self, day: int, kind: str) -> None:
        """Take a matter out again on its own day."""
        counts = self.counts[kind]
        counts[_index(day)] -= 1
        if not any(counts):
            del self.counts[kind], self.since[kind]


def _index(day: int) -> int:
    return max(day - EPOCH_DAY, 0)
