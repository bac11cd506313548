"""Agencies that answer live: each reads its orders topic and replies; the desk answers for bodies without topics.

Their time runs as fast as the live city's. What was decided before they began is only learnt, unless it is recent
enough to be waited for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Self

import orjson
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from hub.schemas.inbox import encode_message
from hub.tools.simulate.acts import DAY, Act, Board, Saying, command_of, reply_event, speaks
from hub.tools.simulate.habits import Habits
from hub.tools.simulate.publish import Publishers
from hub.tools.simulate.stamps import base36
from hub.topology import (
    ESCALATIONS,
    INBOX,
    NOTICES,
    PROBLEMS,
    TASKS,
    orders_topic,
    shard_of,
)

if TYPE_CHECKING:
    from threading import Event as Signal

    from hub.policies.models import Policy
    from hub.settings import Settings

POLL_MS: Final = 200
RECENT_S: Final = 10 * DAY
SETTLE_S: Final = 5.0
"""What waits is answered no sooner: by then all that was decided before is read."""


@dataclass(slots=True)
class Plan:
    """What will be done when, in wall time: kept apart from where decisions come from and replies go to."""

    policy: Policy
    habits: Habits
    speed: float
    began: float
    board: Board = field(default_factory=Board)
    agenda: list[tuple[float, int, Act]] = field(default_factory=list)
    order: Any = field(default_factory=count)

    def hear(self, saying: Saying, now: float, agency: str = "") -> None:
        """Hear a decision: an agency its order, to which it plans replies; the desk all, of which it plans the rest."""
        if not agency:
            self.board.note(saying)
        if saying.at < self.began - RECENT_S:
            return
        for act in self.habits.hear(saying, self.board):
            mine = act.agency == agency if speaks(act, self.policy) else not agency
            if mine:
                at = max(now + (act.at - saying.at) / self.speed, self.began + SETTLE_S)
                heappush(self.agenda, (at, next(self.order), act))

    def due(self, now: float) -> Act | None:
        """Give the next act that is due and still makes sense."""
        while self.agenda and self.agenda[0][0] <= now:
            act = heappop(self.agenda)[2]
            if self.board.holds(act):
                return act
        return None


class Answers:
    """Reads orders and decisions from the hub's topics, and answers them; as a context it disconnects."""

    def __init__(self, policy: Policy, settings: Settings, seed: int, speed: float) -> None:
        """Connect and begin at the first decision kept."""
        began = time.time()
        self._policy = policy
        self._settings = settings
        self._plan = Plan(policy, Habits(policy, seed), speed, began)
        self._tag = f"a{base36(int(began * 1000))}"
        self._numbers = count(1)
        self._publishers = Publishers(settings.reach)
        self._producer = KafkaProducer(**settings.reach.options(), acks="all")
        self._consumer = KafkaConsumer(**settings.reach.options(), auto_offset_reset="earliest")
        orders = {orders_topic(a.id): a.id for a in policy.agencies.values() if a.publishes}
        self._agencies = orders
        names = [PROBLEMS, ESCALATIONS, TASKS, NOTICES, *orders]
        self._consumer.assign([TopicPartition(name, 0) for name in names])

    def step(self) -> int:
        """Read what came and do what is due; gives how many acts were done."""
        for partition, records in self._consumer.poll(timeout_ms=POLL_MS).items():
            agency = self._agencies.get(partition.topic, "")
            for record in records:
                data = orjson.loads(record.value)["data"]
                line = data["decision"] if agency else data
                if "problem_id" in line and line.get("place") in self._policy.places:
                    self._plan.hear(heard(line), time.time(), agency)
        done = 0
        while (act := self._plan.due(time.time())) is not None:
            self._do(act)
            done += 1
        return done

    def run(self, stop: Signal) -> None:
        """Answer until asked to stop."""
        while not stop.is_set():
            self.step()

    def _do(self, act: Act) -> None:
        number = f"{self._tag}-{next(self._numbers)}"
        if speaks(act, self._policy):
            now = datetime.now(self._policy.zone).isoformat(timespec="milliseconds")
            self._publishers.publish(reply_event(act, number, now))
            return
        command = command_of(act, self._policy, number)
        self._producer.send(
            INBOX,
            value=encode_message(command),
            key=self._policy.jurisdiction.encode(),
            partition=shard_of(self._policy.jurisdiction, self._settings.inbox_partitions),
        )

    def __enter__(self) -> Self:
        """Give the answers themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Deliver what waits and disconnect."""
        with self._publishers:
            self._producer.close()
            self._consumer.close()


def heard(line: dict[str, Any]) -> Saying:
    """Give a decision line as people hear it."""
    due = line.get("due_at")
    return Saying(
        line["kind"],
        line["reason"],
        datetime.fromisoformat(line["at"]).timestamp(),
        line["problem_id"],
        line["tier"],
        line["place"],
        line["category"],
        line.get("agency", ""),
        line.get("task_id", ""),
        0.0 if due is None else datetime.fromisoformat(due).timestamp(),
    )
