"""Planted stubborn problems: places whose one trouble keeps coming back, with ids a test can look for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, Final

from hub.tools.simulate.demand import Topics, make_spots, make_topics
from hub.tools.simulate.stamps import DAY_S, run_tag

if TYPE_CHECKING:
    from hub.policies.models import Policy
    from hub.tools.simulate.demand import Spot, Topic

PLANTED: Final = 12
A_MONTH: Final = (4.0, 9.0)
# Past the very busiest places, where a problem shows against the ordinary, and before the quietest.
RANKS: Final = (0.01, 0.30)
LASTS_DAYS: Final = (90, 240)
TOLD_WITHIN_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted problem; `moments` are the epoch seconds of its matters' reports, `ids` their ids."""

    number: int
    spot: Spot
    topic: Topic
    moments: tuple[int, ...]
    ids: tuple[str, ...]


def planted_problems(
    policy: Policy, seed: int, start: datetime, days: int, count: int = PLANTED
) -> tuple[Planted, ...]:
    """The problems that `simulate_city` plants for the same arguments.

    Places and categories depend on policy and seed alone; times and ids on the start too. A matter id is
    `planted-<problem>-<run>-<n>`, both numbers from 1.
    """
    spots, topics = make_spots(policy, Random(seed)), Topics(make_topics(policy))
    rng = Random(f"planted {seed}")
    first, last = (int(len(spots) * share) for share in RANKS)
    pool = list(range(first, max(last, min(len(spots), first + count))))
    ranks = rng.sample(pool, min(count, len(pool)))
    cells = [(spots[rank], _topic(topics, spots[rank], rng)) for rank in ranks]
    tag = run_tag(seed, start)
    problems = []
    for number, (spot, topic) in enumerate(cells, 1):
        moments = _moments(rng, int(start.timestamp()), days, told=number == 1)
        ids = tuple(f"planted-{number}-{tag}-{n}" for n in range(1, len(moments) + 1))
        problems.append(Planted(number, spot, topic, moments, ids))
    return tuple(problems)


def _topic(topics: Topics, spot: Spot, rng: Random) -> Topic:
    draw = topics.season(6, before_new_year=False)[0][spot.urban]
    return topics.all[draw.pick(rng.random())]


def _moments(rng: Random, start: int, days: int, *, told: bool) -> tuple[int, ...]:
    """Give when its matters come; the problem whose story is told comes early, often and for long."""
    lasts = min(float(days), rng.uniform(*LASTS_DAYS))
    at = rng.uniform(0, days - lasts) + rng.random()
    end, gap = at + lasts, 30 / rng.uniform(*A_MONTH)
    if told:
        at, gap = at % TOLD_WITHIN_DAYS, 30 / A_MONTH[1]
        end = at + LASTS_DAYS[1]
    moments: list[int] = []
    while at < min(end, days):
        moments.append(start + int(at * DAY_S))
        at += gap * rng.uniform(0.4, 1.6)
    return tuple(moments)


def as_line(problem: Planted, policy: Policy) -> dict[str, Any]:
    """One problem as `hub simulate --planted` prints it: place, category, first and last day, matters."""
    days = [datetime.fromtimestamp(at, policy.zone).date().isoformat() for at in problem.moments]
    return {
        "problem": problem.number,
        "place": problem.spot.code,
        "place_name": problem.spot.label,
        "category": problem.topic.code,
        "category_name": problem.topic.name,
        "first_day": days[0] if days else None,
        "last_day": days[-1] if days else None,
        "matters": len(problem.ids),
        "matter_ids": list(problem.ids),
    }
