"""What another policy would have decided on the same events: what would open, what would not, what would rise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sqlalchemy import Engine

from hub.model.decision import Decision
from hub.policies.models import Policy
from hub.schemas.reasons import DecisionKind
from hub.tools.export import export
from hub.tools.replay import replay

MONTH_DAYS: Final = 30.44
DAY_MS: Final = 86_400_000


class Opened(NamedTuple):
    """A problem that a policy opened: where, what, by which rule's reason, on which day, and what became of it."""

    place: str
    category: str
    reason: str
    at_ms: int
    number: str


ADOPTION: Final = b'{"kind":"adopt_policy"'


@dataclass(slots=True)
class Ran:
    """What one policy decided since a moment: problems opened, rises, and from when to when the log ran."""

    opened: list[Opened] = field(default_factory=list)
    rose: Counter[tuple[str, str]] = field(default_factory=Counter)
    first_ms: int = 0
    last_ms: int = 0


class Tried(NamedTuple):
    """Two policies beside each other.

    `opens` only the changed one opened, `stops` only today's; a problem is the same when place, category and reason
    are. `a_month` gives suspicions a month by reason, today's and the changed one's; `by_chance` how many alarms a
    month chance alone may raise by the budgets of each, over all tiers.
    """

    since_ms: int
    days: float
    opens: list[Opened]
    stops: list[Opened]
    rises: tuple[int, int]
    a_month: dict[str, tuple[float, float]]
    by_chance: tuple[float, float]


def try_policy(
    today: Policy, changed: Policy, lines: Callable[[], Iterable[bytes]], now_ms: int, since_ms: int
) -> Tried:
    """Run both policies over the same events; `lines` gives them anew for each."""
    one, other = (_run(policy, lines(), now_ms, since_ms) for policy in (today, changed))
    known = {found[:3] for found in one.opened}
    wanted = {found[:3] for found in other.opened}
    since_ms = max(since_ms, one.first_ms)
    days = max(one.last_ms, since_ms + DAY_MS) - since_ms
    months = days / DAY_MS / MONTH_DAYS
    reasons = sorted({found.reason for found in (*one.opened, *other.opened)})
    return Tried(
        since_ms=since_ms,
        days=round(days / DAY_MS, 1),
        opens=[found for found in other.opened if found[:3] not in known],
        stops=[found for found in one.opened if found[:3] not in wanted],
        rises=(one.rose.total(), other.rose.total()),
        a_month={
            reason: (_per_month(one, reason, months), _per_month(other, reason, months)) for reason in reasons
        },
        by_chance=(chance_alarms(today), chance_alarms(changed)),
    )


def try_on_journal(engine: Engine, today: Policy, changed: Policy, now_ms: int, since_ms: int) -> Tried:
    """Run both policies over what the city's log took."""

    def lines() -> Iterable[bytes]:
        with engine.connect() as sql:
            for line in export(sql, today.jurisdiction):
                yield line.encode()

    return try_policy(today, changed, lines, now_ms, since_ms)


def chance_alarms(policy: Policy) -> float:
    """Give how many alarms a month chance alone may raise by a policy's budgets: the noise that it pays for."""
    rules = [rule for rule in (policy.burst, policy.patterns.season) if rule is not None]
    return round(sum(sum(rule.chance_alarms_per_month.values()) for rule in rules), 2)


def _per_month(ran: Ran, reason: str, months: float) -> float:
    return round(sum(found.reason == reason for found in ran.opened) / months, 1)


def _run(policy: Policy, lines: Iterable[bytes], now_ms: int, since_ms: int) -> Ran:
    ran = Ran()
    # What was adopted on the way is no part of the trial: one policy throughout.
    lines = (line for line in lines if not line.startswith(ADOPTION))
    for told in replay(policy, lines, now_ms):
        if told.entries:
            ran.first_ms = ran.first_ms or told.entries[0].hub_ms
            ran.last_ms = told.entries[-1].hub_ms
        for said in told.posts:
            if not isinstance(said, Decision) or said.at_ms < since_ms:
                continue
            if said.kind is DecisionKind.PROBLEM_SUSPECTED:
                ran.opened.append(Opened(said.place, said.category, said.reason, said.at_ms, said.problem_id))
            elif said.kind is DecisionKind.TIER_RAISED:
                ran.rose[said.tier, said.reason] += 1
    return ran
