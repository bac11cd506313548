"""How much an agency may ask for in a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second in the long run, and so many at once after a rest."""

    per_s: float
    burst: float


EVENTS = Rate(per_s=10_000, burst=20_000)
"""Events an agency may publish over HTTP: a real city makes about one a minute."""

READS = Rate(per_s=50, burst=200)


@dataclass(slots=True)
class Meter:
    """A token bucket for each agency."""

    rate: Rate
    clock: Clock
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait_s(self, agency: str, cost: float = 1.0) -> int:
        """Take `cost` from an agency's bucket; gives 0, or whole seconds to wait when nothing was taken."""
        now = self.clock()
        left, since = self._left.get(agency, (self.rate.burst, now))
        left = min(self.rate.burst, left + (now - since) * self.rate.per_s)
        if left < cost:
            self._left[agency] = (left, now)
            return max(1, ceil((cost - left) / self.rate.per_s))
        self._left[agency] = (left - cost, now)
        return 0
