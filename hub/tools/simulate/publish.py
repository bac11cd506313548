"""Brings a simulated city's events out: into a file, or through the agencies' topics, at a pace or live."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from hub.reach import Reach
from hub.sdk import Publisher
from hub.tools.simulate.city import PER_DAY, simulate_city
from hub.tools.simulate.stamps import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from hub.policies.models import Policy
    from hub.tools.simulate.desk import Event

LIVE_RATE: Final = 2.0
LIVE_DAYS: Final = 365
# After a pause of the machine the city does not catch up, it goes on.
BEHIND_S_MAX: Final = 5.0


class Publishers:
    """One publisher an agency, opened when it first has something to say; as a context it closes them all."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._open: dict[str, Publisher] = {}

    def publish(self, event: Event) -> None:
        """Publish one event to the topic of its source's agency; raises like `Publisher.publish`."""
        agency = event["source"].rpartition(":")[2]
        publisher = self._open.get(agency)
        if publisher is None:
            publisher = self._open[agency] = Publisher(self._reach, agency)
        publisher.publish(event)

    def __enter__(self) -> Self:
        """Give the publishers themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Deliver what waits and disconnect; raises `NotDelivered` when a batch was lost."""
        # Each is closed even when the one before it failed; the first failure is raised.
        failures = []
        for publisher in self._open.values():
            try:
                publisher.close()
            except Exception as error:  # noqa: BLE001
                failures.append(error)
        if failures:
            raise failures[0]


def write_lines(lines: Iterable[bytes], path: Path) -> int:
    """Write lines, making the folder; returns how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("wb") as file:
        for line in lines:
            file.write(line)
            count += 1
    return count


def pace(
    events: Iterable[Event],
    rate: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Event]:
    """Let events pass at `rate` a second, evenly; 0 lets them pass as they come."""
    begun = clock()
    for number, event in enumerate(events):
        if rate > 0 and (wait := begun + number / rate - clock()) > 0:
            sleep(wait)
        yield event


def live_city(
    policy: Policy,
    seed: int,
    rate: float = LIVE_RATE,
    per_day: float = PER_DAY,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Event]:
    """Yield a city's events as they happen, without end, dated at the moment they are yielded.

    The city's day is shortened so that about `rate` events a second fall: at 2 a second a day of 820 events
    takes seven minutes, with its busy and quiet hours; promises and delays shrink alike. Ids derive from the
    moment of the start, so a simulator that is started again never repeats one.
    """
    speed = live_speed(rate, per_day)
    while True:
        start = now()
        due, city_time = start.timestamp(), start.timestamp()
        for event in simulate_city(policy, seed, start, LIVE_DAYS, per_day):
            at = _seconds(event["time"])
            due += max(0.0, at - city_time) / speed
            city_time = max(city_time, at)
            wait = due - now().timestamp()
            if wait > 0:
                sleep(wait)
            elif wait < -BEHIND_S_MAX:
                due = now().timestamp()
            yield redated(event, now().astimezone(policy.zone), speed)


def live_speed(rate: float, per_day: float) -> float:
    """How many times faster than the clock the live city lives."""
    return rate * DAY_S / per_day


def redated(event: Event, at: datetime, speed: float) -> Event:
    """The event as of `at`; the spans from its time to its other times shrink by `speed`."""
    origin, data = _seconds(event["time"]), dict(event["data"])
    for field in ("occurred_at", "due_at"):
        if field in data:
            moment = at.timestamp() + (_seconds(data[field]) - origin) / speed
            data[field] = datetime.fromtimestamp(moment, at.tzinfo).isoformat(timespec="seconds")
    return {**event, "time": at.isoformat(timespec="milliseconds"), "data": data}


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
