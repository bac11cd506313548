"""What becomes of a matter after its report: its statuses, with outcomes, satisfaction and delays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.tools.simulate.demand import Draw

if TYPE_CHECKING:
    from random import Random

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86400
OPENS: Final = 8 * HOUR
SHUTS: Final = 20 * HOUR

Life = tuple[str, ...]

# A step is a status, or "again": the matter is reported once more while it is open.
LIVES: Final[tuple[tuple[Life, float], ...]] = (
    (("accepted", "resolved"), 50.0),
    (("accepted", "transferred", "resolved"), 15.0),
    (("resolved",), 9.0),
    (("accepted", "unresolved"), 5.0),
    (("accepted", "resolved", "reopened", "resolved"), 4.0),
    (("accepted", "transferred", "unresolved"), 3.0),
    (("accepted", "again", "resolved"), 3.0),
    (("accepted",), 2.5),
    (("accepted", "transferred", "transferred", "resolved"), 2.0),
    (("accepted", "diverted"), 2.0),
    (("accepted", "returned", "accepted", "resolved"), 1.2),
    (("accepted", "resolved", "reopened", "transferred", "resolved"), 0.9),
    (("accepted", "transferred", "transferred", "transferred", "unresolved"), 0.4),
    (("withdrawn",), 0.6),
    (("corrected", "accepted", "resolved"), 0.4),
    (("accepted", "resolved", "reopened", "resolved", "reopened", "unresolved"), 0.3),
)
# A stubborn problem's matter is dealt with quickly and comes back.
STUBBORN_LIVES: Final[tuple[tuple[Life, float], ...]] = (
    (("accepted", "resolved"), 60.0),
    (("accepted", "transferred", "resolved"), 25.0),
    (("accepted", "resolved", "reopened", "resolved"), 15.0),
)

# Median delay since the step before, and its spread (sigma of the logarithm).
DELAYS: Final = {
    "accepted": (2.5 * HOUR, 1.0),
    "transferred": (20 * HOUR, 0.8),
    "returned": (1.5 * DAY, 0.6),
    "resolved": (4.2 * DAY, 0.85),
    "unresolved": (9.0 * DAY, 0.7),
    "reopened": (5.5 * DAY, 0.8),
    "diverted": (2.0 * DAY, 0.7),
    "withdrawn": (1.2 * DAY, 0.9),
    "corrected": (8 * HOUR, 0.7),
    "again": (3.0 * DAY, 0.6),
}
STUBBORN_RESOLVED: Final = (1.6 * DAY, 0.5)
DELAY_TABLE: Final = 2048

EVENTS_A_MATTER: Final = 1 + sum(len(life) * share for life, share in LIVES) / sum(
    share for _, share in LIVES
)


class Lives:
    """Draws a life and its delays, these from tables: a lognormal draw each would cost most of an event."""

    def __init__(self, rng: Random) -> None:
        self._lives = [life for life, _ in LIVES]
        self._draw = Draw(share for _, share in LIVES)
        self._stubborn = [life for life, _ in STUBBORN_LIVES]
        self._stubborn_draw = Draw(share for _, share in STUBBORN_LIVES)
        self._delays = {step: _delays(rng, *shape) for step, shape in DELAYS.items()}
        self._stubborn_delays = self._delays | {"resolved": _delays(rng, *STUBBORN_RESOLVED)}

    def plan(self, reported: int, offset: int, rng: Random, *, stubborn: bool) -> list[tuple[int, str]]:
        """The steps of one matter as (epoch seconds, step), in order, in office hours of a zone offset."""
        chance = rng.random
        if stubborn:
            life, delays = self._stubborn[self._stubborn_draw.pick(chance())], self._stubborn_delays
        else:
            life, delays = self._lives[self._draw.pick(chance())], self._delays
        steps, at = [], reported
        for step in life:
            at += delays[step][int(chance() * DELAY_TABLE)]
            of_day = (at + offset) % DAY
            if of_day < OPENS:
                at += OPENS - of_day + int(chance() * 2 * HOUR)
            elif of_day > SHUTS:
                at += DAY - of_day + OPENS + int(chance() * 2 * HOUR)
            steps.append((at, step))
        return steps


def _delays(rng: Random, median: float, sigma: float) -> list[int]:
    return [max(MINUTE, int(median * rng.lognormvariate(0.0, sigma))) for _ in range(DELAY_TABLE)]


OUTCOMES: Final = {
    ("petition", "resolved"): (("supported", 62), ("explained", 38)),
    ("petition", "unresolved"): (("rejected", 45), ("explained", 55)),
    ("dispute", "resolved"): (("agreement", 58), ("oral_agreement", 26), ("partial", 6), ("performed", 10)),
    ("dispute", "unresolved"): (("failed", 70), ("terminated", 30)),
}
SATISFACTION: Final = {
    "resolved": (("satisfied", 38), ("basically_satisfied", 12), ("dissatisfied", 6), ("unrated", 44)),
    "unresolved": (("satisfied", 6), ("basically_satisfied", 10), ("dissatisfied", 40), ("unrated", 44)),
}


class Endings:
    """Draws the outcome and the satisfaction of a closing step."""

    def __init__(self) -> None:
        self._outcomes = {key: _choice(rows) for key, rows in OUTCOMES.items()}
        self._satisfaction = {key: _choice(rows) for key, rows in SATISFACTION.items()}

    def draw(self, kind: str, step: str, rng: Random) -> dict[str, str]:
        """Fields of an update for a closing step; incidents carry no outcome; {} for other steps."""
        rated = self._satisfaction.get(step)
        if rated is None:
            return {}
        names, draw = rated
        fields = {"satisfaction": names[draw.pick(rng.random())]}
        found = self._outcomes.get((kind, step))
        if found is not None:
            names, draw = found
            fields["outcome"] = names[draw.pick(rng.random())]
        return fields


def _choice(rows: tuple[tuple[str, int], ...]) -> tuple[list[str], Draw]:
    return [name for name, _ in rows], Draw(weight for _, weight in rows)
