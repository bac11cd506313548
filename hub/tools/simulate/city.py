"""The simulated city: days of reports and of what becomes of them, in time order, the same for a seed."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Final

from hub.tools.simulate.demand import (
    COARSE_SHARE,
    HOURS,
    KIND_SHARES,
    Draw,
    Topics,
    day_factor,
    is_before_new_year,
    make_spots,
    make_topics,
    mean_factor,
    spot_draw,
)
from hub.tools.simulate.desk import Desk, Event, Matter
from hub.tools.simulate.lives import EVENTS_A_MATTER, Lives
from hub.tools.simulate.planted import PLANTED, Planted, planted_problems
from hub.tools.simulate.reporters import Reporters
from hub.tools.simulate.stamps import DAY_S, offset_of, run_tag

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from datetime import date

    from hub.policies.models import Policy
    from hub.tools.simulate.demand import Spot, Topic

PER_DAY: Final = 820.0
REPORT: Final = "report"
AGAIN: Final = "again"
# Faulty on purpose, so that every outcome is seen: 0.3 % of the reports, and events sent twice.
UNKNOWN_PLACE_SHARE: Final = 0.002
UNKNOWN_CATEGORY_SHARE: Final = 0.001
RESENT_SHARE: Final = 0.001
RESENT_AMONG: Final = 400
POISSON_EXACT_BELOW: Final = 30


def simulate_city(
    policy: Policy, seed: int, start: datetime, days: int, per_day: float = PER_DAY, planted: int = PLANTED
) -> Iterator[Event]:
    """Yield the CloudEvents of `days` days from `start` (aware), in time order, the same for a seed.

    `per_day` is the mean of all events a day, updates included, once the first matters run their course.
    An event sent twice keeps its time and id, and is the only one out of order.
    """
    city = _City(policy, seed, start, days, per_day, planted)
    begin, rng = int(start.timestamp()), city.rng
    end = begin + days * DAY_S
    recent: deque[Event] = deque(maxlen=RESENT_AMONG)
    # A start within a day leaves out its earlier reports, and so all that becomes of them.
    unheard: set[str] = set()
    for at, _, matter, step in city.entries():
        if at < begin and step is REPORT:
            unheard.add(matter.id)
        if not begin <= at < end or matter.id in unheard:
            continue
        if step is REPORT or step is AGAIN:
            event = city.desk.report(matter, at, again=step is AGAIN)
        else:
            event = city.desk.update(matter, at, step)
        yield event
        recent.append(event)
        if rng.random() < RESENT_SHARE:
            yield recent[int(rng.random() * len(recent))]


Entry = tuple[int, int, Matter, str]


class _City:
    """Tables of one run, and the steps still to come by day."""

    def __init__(
        self, policy: Policy, seed: int, start: datetime, days: int, per_day: float, planted: int
    ) -> None:
        self.rng = Random(seed)
        self._policy = policy
        self._days = days
        self._first: date = start.astimezone(policy.zone).date()
        # Buckets are days of one fixed offset: with daylight saving they would overlap and break the order.
        self._offset = offset_of(policy.zone, self._first)
        self._spots = make_spots(policy, Random(seed))
        self._spot_draw = spot_draw(self._spots)
        self._topics = Topics(make_topics(policy))
        self._reporters = Reporters(policy)
        self._lives = Lives(Random(seed + 1))
        self._tag = run_tag(seed, start)
        self.desk = Desk(policy, self._reporters, self._topics.all, self._tag, self.rng)
        self._numbers = count(1)
        self._order = count()
        self._pending: defaultdict[int, list[Entry]] = defaultdict(list)
        problems = planted_problems(policy, seed, start, days, planted)
        for problem in problems:
            self._plant(problem)
        reports = per_day / EVENTS_A_MATTER - sum(len(problem.ids) for problem in problems) / days
        self._daily = max(0.0, reports) / mean_factor(policy.calendar, self._first, days)

    def _plant(self, problem: Planted) -> None:
        spot, topic = problem.spot, problem.topic
        for at, matter_id in zip(problem.moments, problem.ids, strict=True):
            reporter = self._reporters.pick(0, spot, topic, self.rng.random())
            matter = Matter(matter_id, 0, spot, topic, reporter, spot.code, topic.code, stubborn=True)
            self._schedule(matter, at, self._offset)

    def entries(self) -> Iterator[Entry]:
        """All steps in time order, day by day; a day more than asked: the start lies within one."""
        for number in range(self._days + 1):
            day = self._first + timedelta(number)
            self.desk.turn_to(day)
            self._report_day(day)
            bucket = self._pending.pop(day.toordinal(), [])
            bucket.sort()
            yield from bucket

    def _report_day(self, day: date) -> None:
        chance, calendar = self.rng.random, self._policy.calendar
        offset = offset_of(self._policy.zone, day)
        midnight = (day.toordinal() - _EPOCH) * DAY_S - self._offset
        season = self._topics.season(day.month, before_new_year=is_before_new_year(calendar, day))
        shift = offset - self._offset
        for _ in range(_poisson(self._daily * day_factor(calendar, day), self.rng)):
            of_day = _HOUR_DRAW.pick(chance()) * 3600 + int(chance() * 3600)
            kind = _KIND_DRAW.pick(chance())
            spot = self._spots[self._spot_draw.pick(chance())]
            topic = self._topics.all[season[kind][spot.urban].pick(chance())]
            self._open(kind, spot, topic, midnight + (of_day - shift) % DAY_S, offset)

    def _open(self, kind: int, spot: Spot, topic: Topic, at: int, offset: int) -> None:
        chance = self.rng.random
        reporter = self._reporters.pick(kind, spot, topic, chance())
        place = spot.coarse if chance() < COARSE_SHARE else spot.code
        matter_id = f"m-{self._tag}-{next(self._numbers)}"
        fault = chance()
        if fault < UNKNOWN_PLACE_SHARE + UNKNOWN_CATEGORY_SHARE:
            category = topic.code
            if fault < UNKNOWN_PLACE_SHARE:
                place = _unknown(spot.code, self._policy.places)
            else:
                category = _unknown(topic.code, self._policy.categories)
            matter = Matter(matter_id, kind, spot, topic, reporter, place, category, stubborn=False)
            # The hub may not know such a matter, so nothing follows.
            self._put(at, matter, REPORT)
            return
        self._schedule(
            Matter(matter_id, kind, spot, topic, reporter, place, topic.code, stubborn=False), at, offset
        )

    def _schedule(self, matter: Matter, at: int, offset: int) -> None:
        self._put(at, matter, REPORT)
        for when, step in self._lives.plan(at, offset, self.rng, stubborn=matter.stubborn):
            self._put(when, matter, step)

    def _put(self, at: int, matter: Matter, step: str) -> None:
        self._pending[(at + self._offset) // DAY_S + _EPOCH].append((at, next(self._order), matter, step))


_EPOCH: Final = datetime(1970, 1, 1).toordinal()  # noqa: DTZ001 (a day number, no instant)
_HOUR_DRAW: Final = Draw(HOURS)
_KIND_DRAW: Final = Draw(KIND_SHARES)


def _poisson(mean: float, rng: Random) -> int:
    if mean >= POISSON_EXACT_BELOW:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, n = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        n += 1
    return n


def _unknown(code: str, known: Container[str]) -> str:
    # As a typing slip or an outdated list gives it: the right head with a tail nobody has.
    for tail in range(998, 0, -1):
        wrong = f"{code[:-3]}{tail:03d}"
        if wrong not in known:
            return wrong
    raise AssertionError(code)
