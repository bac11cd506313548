"""Which statutory clocks a matter has, and when each is due: the most specific clock wins for each way to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from hub.model.clock import due_ms, warn_ms
from hub.policies.models import Moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.policies.models import Policy, StatutoryClock

ORDER: Final = {moment: n for n, moment in enumerate(Moment)}
STOPPED_BY: Final = {
    Moment.RECEIVED: (Moment.RECEIVED,),
    Moment.TRANSFERRED: (Moment.TRANSFERRED, Moment.ACCEPTED, Moment.CLOSED),
    Moment.RETURNED: (Moment.RETURNED, Moment.ACCEPTED, Moment.CLOSED),
    Moment.ACCEPTED: (Moment.ACCEPTED, Moment.CLOSED),
    Moment.SUPPLEMENTED: (Moment.SUPPLEMENTED,),
    Moment.CLOSED: (Moment.CLOSED,),
    Moment.REOPENED: (Moment.REOPENED,),
}
"""What stops a clock: its own moment, or one after which that has nothing left to wait for."""


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """What a matter's clocks depend on; words as in the contract, `moments` the last time of each, epoch ms.

    `promised_ms` is the time the source itself promised, `reopened` how often it reopened the matter.
    """

    event: Literal["petition", "incident", "dispute"]
    category: str
    moments: Mapping[Moment, int]
    nature: str = ""
    channel: str = ""
    severity: int = 4
    incident_kind: str = ""
    mediation_kind: str = ""
    reopened: int = 0
    promised_ms: int | None = None


class DueClock(NamedTuple):
    """A clock of one matter: since when it runs, when it is due and when it stopped, if it did; epoch ms."""

    clock: StatutoryClock
    start_ms: int
    due_ms: int
    stopped_ms: int | None


def clocks_of(policy: Policy, facts: MatterFacts) -> tuple[DueClock, ...]:
    """Give the clocks that run or ran for a matter, one for each moment that stops one, in the order of moments.

    After a reopening only what happened since then starts a clock. More specific is, in this order: a time promised
    for this very matter, the deeper category, more conditions, the later start; then the earlier due moment wins.
    """
    since = facts.moments.get(Moment.REOPENED)
    return tuple(
        min(
            (_due(policy, clock, facts, since) for clock in clocks),
            key=lambda due: (due.due_ms, due.clock.name),
        )
        for clocks in fitting_clocks(policy, facts)
    )


def fitting_clocks(policy: Policy, facts: MatterFacts) -> tuple[tuple[StatutoryClock, ...], ...]:
    """Give the most specific clocks of a matter for each moment that stops one; of more than one the earliest wins.

    Of the moments it only matters which there are, and which came before a reopening.
    """
    best: dict[Moment, tuple[tuple[int, ...], list[StatutoryClock]]] = {}
    since = facts.moments.get(Moment.REOPENED)
    for clock in policy.clocks:
        if clock.event != facts.event or _start_ms(clock, facts, since) is None or not _fits(clock, facts):
            continue
        rank = _rank(policy, clock, facts)
        known = best.get(clock.stops)
        if rank is None or (known is not None and known[0] > rank):
            continue
        if known is not None and known[0] == rank:
            known[1].append(clock)
        else:
            best[clock.stops] = (rank, [clock])
    return tuple(tuple(best[stops][1]) for stops in sorted(best, key=ORDER.__getitem__))


def warnings_of(policy: Policy, due: DueClock) -> tuple[int, ...]:
    """Give the moments at which a clock warns before it is due, in order, epoch ms."""
    span = due.clock.span
    if span is None:
        whole = due.due_ms - due.start_ms
        return tuple(due.start_ms + int(whole * fraction) for fraction in due.clock.warn_at)
    return tuple(
        warn_ms(due.start_ms, due.due_ms, fraction, span, policy.calendar, policy.zone)
        for fraction in due.clock.warn_at
    )


def _start_ms(clock: StatutoryClock, facts: MatterFacts, since: int | None) -> int | None:
    start = facts.moments.get(clock.starts)
    if start is None or (since is not None and start < since):
        return None
    if clock.starts is Moment.OCCURRED:
        # A source whose clock is ahead must not make a report come before what it reports.
        return min(start, facts.moments.get(Moment.RECEIVED, start))
    return start


def _fits(clock: StatutoryClock, facts: MatterFacts) -> bool:
    # Runs for every clock and every report: plain tests, the ones that part most first.
    return not (
        (clock.channels and facts.channel not in clock.channels)
        or (clock.natures and facts.nature not in clock.natures)
        or (clock.reopened and facts.reopened not in clock.reopened)
        or (clock.severities and facts.severity not in clock.severities)
        or (clock.incident_kinds and facts.incident_kind not in clock.incident_kinds)
        or (clock.mediation_kinds and facts.mediation_kind not in clock.mediation_kinds)
        or (clock.span is None and facts.promised_ms is None)
    )


def _rank(policy: Policy, clock: StatutoryClock, facts: MatterFacts) -> tuple[int, ...] | None:
    """Say how specific a clock that fits is for a matter; None when it is for other categories."""
    level = 0
    if clock.categories:
        named = (code for code in policy.categories[facts.category].chain if code in clock.categories)
        nearest = next(named, None)
        if nearest is None:
            return None
        level = policy.categories[nearest].level
    conditions = (
        bool(clock.natures)
        + bool(clock.channels)
        + bool(clock.incident_kinds)
        + bool(clock.mediation_kinds)
        + bool(clock.severities)
        + bool(clock.reopened)
    )
    return (clock.span is None, level, conditions, ORDER[clock.starts])


def _due(policy: Policy, clock: StatutoryClock, facts: MatterFacts, since: int | None) -> DueClock:
    start = _start_ms(clock, facts, since)
    assert start is not None, "only a clock that started is due"
    if clock.span is None:
        assert facts.promised_ms is not None, "a clock without a span applies to what was promised"
        due = max(start, facts.promised_ms)
    else:
        due = due_ms(start, clock.span, policy.calendar, policy.zone)
    stopped = (facts.moments.get(moment) for moment in STOPPED_BY[clock.stops])
    return DueClock(
        clock, start, due, min((at for at in stopped if at is not None and at >= start), default=None)
    )
