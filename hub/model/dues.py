"""When each matter is due: its statutory clocks, chosen once for each kind of matter and set as it moves on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from hub.model.clock import HOUR_MS, MINUTE_MS, Days, due_ms
from hub.model.statute import MatterFacts, fitting_clocks
from hub.policies.models import Moment, Unit

if TYPE_CHECKING:
    from hub.model.matter import Matter
    from hub.policies.models import Policy, Span, StatutoryClock

EVENTS: Final[dict[str, Literal["petition", "incident", "dispute"]]] = {
    "linkage.petition.received.v1": "petition",
    "linkage.incident.reported.v1": "incident",
    "linkage.dispute.registered.v1": "dispute",
}
STOPS: Final = (Moment.RECEIVED, Moment.TRANSFERRED, Moment.ACCEPTED, Moment.CLOSED)
"""What stops a clock that somebody can be late for, in the order of `Dues`."""

FIXED_MS: Final = {Unit.MINUTES: MINUTE_MS, Unit.HOURS: HOUR_MS}
KEPT_MAX: Final = 20_000


class Dues(NamedTuple):
    """When a matter has to be reported, passed on, accepted and closed; epoch ms, 0 where no clock runs."""

    report: int = 0
    passing: int = 0
    accept: int = 0
    close: int = 0


class Fit(NamedTuple):
    """The clocks of a kind of matter that stop at one moment: of more than one the earliest wins."""

    stop: int
    starts: frozenset[Moment]
    clocks: tuple[StatutoryClock, ...]


@dataclass(slots=True)
class Clockwork:
    """The clocks of each kind of matter, remembered: which fit depends on what a matter is, not on when."""

    policy: Policy
    days: Days = field(init=False)
    fits: dict[tuple[Any, ...], tuple[Fit, ...]] = field(default_factory=dict)
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ends: dict[str, dict[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Days begin where the city lies."""
        self.days = Days(self.policy.zone)

    def first_dues(self, matter: Matter) -> Dues:
        """Give the due moments that the report of a matter sets."""
        if not self.policy.clocks:
            return NONE
        return self._dues(matter, list(NONE), None)

    def dues(self, matter: Matter, moved: Moment) -> Dues:
        """Give a matter's due moments after `moved` came; what was set before stays as it was promised.

        A reopening ends every clock before it.
        """
        if not self.policy.clocks:
            return NONE
        if moved is Moment.REOPENED:
            return self._dues(matter, list(NONE), None)
        known = [matter.report_due_ms, matter.pass_due_ms, matter.accept_due_ms, matter.close_due_ms]
        return self._dues(matter, known, moved)

    def _dues(self, matter: Matter, dues: list[int], moved: Moment | None) -> Dues:
        for fit in self._fitting(matter):
            if moved is None or moved in fit.starts:
                dues[fit.stop] = min([self._due_ms(clock, matter) for clock in fit.clocks])
        return Dues(*dues)

    def _due_ms(self, clock: StatutoryClock, matter: Matter) -> int:
        start = _start_ms(clock.starts, matter)
        span = clock.span
        if span is None:
            return max(start, matter.due_ms)
        if span.unit in FIXED_MS:
            return start + span.count * FIXED_MS[span.unit]
        if span.unit is Unit.WORKING_HOURS:
            return due_ms(start, span, self.policy.calendar, self.policy.zone)
        return self._end_ms(clock.name, span, start)

    def _end_ms(self, name: str, span: Span, start: int) -> int:
        """Give the end of a clock of days: all that starts on a day ends together."""
        ends = self.ends.get(name)
        if ends is None:
            ends = self.ends[name] = {}
        day = self.days.of(start)
        end = ends.get(day)
        if end is None:
            if len(ends) >= KEPT_MAX:
                ends.clear()
            end = ends[day] = due_ms(start, span, self.policy.calendar, self.policy.zone)
        return end

    def _named(self, category: str) -> tuple[str, ...]:
        """Give the nodes above a category that some clock names: all that clocks can tell it by."""
        nodes = self.named.get(category)
        if nodes is None:
            codes = {code for clock in self.policy.clocks for code in clock.categories}
            nodes = tuple(code for code in self.policy.categories[category].chain if code in codes)
            self.named[category] = nodes
        return nodes

    def _fitting(self, matter: Matter) -> tuple[Fit, ...]:
        since = matter.reopened_ms
        moved = (
            (
                since and matter.received_ms >= since,
                matter.transferred_ms >= since,
                matter.accepted_ms >= since,
            )
            if matter.transferred_ms or matter.accepted_ms or since
            else None
        )
        key = (
            self._named(matter.category),
            matter.channel,
            matter.nature,
            matter.severity,
            matter.form,
            matter.type,
            matter.redone,
            matter.due_ms > 0,
            moved and (*moved, matter.transferred_ms > 0, matter.accepted_ms > 0, since > 0),
        )
        fits = self.fits.get(key)
        if fits is None:
            if len(self.fits) >= KEPT_MAX:
                self.fits.clear()
            fits = self.fits[key] = tuple(
                Fit(STOPS.index(clocks[0].stops), frozenset(clock.starts for clock in clocks), clocks)
                for clocks in fitting_clocks(self.policy, facts_of(matter))
                if clocks[0].stops in STOPS and not clocks[0].window
            )
        return fits


NONE: Final = Dues()


def facts_of(matter: Matter) -> MatterFacts:
    """Give what the clocks of an open matter depend on."""
    event = EVENTS[matter.type]
    starts = (Moment.OCCURRED, Moment.RECEIVED, Moment.TRANSFERRED, Moment.ACCEPTED, Moment.REOPENED)
    moments = {moment: _start_ms(moment, matter) for moment in starts}
    return MatterFacts(
        event=event,
        category=matter.category,
        moments={moment: at_ms for moment, at_ms in moments.items() if at_ms},
        nature=matter.nature,
        channel=matter.channel,
        severity=matter.severity,
        incident_kind=matter.form if event == "incident" else "",
        mediation_kind=matter.form if event == "dispute" else "",
        reopened=matter.redone,
        promised_ms=matter.due_ms or None,
    )


def _start_ms(moment: Moment, matter: Matter) -> int:
    """Give when a moment came that can start a clock; nothing is reported before it happened."""
    if moment is Moment.RECEIVED:
        return matter.received_ms
    if moment is Moment.OCCURRED:
        return min(matter.occurred_ms or matter.received_ms, matter.received_ms)
    if moment is Moment.TRANSFERRED:
        return matter.transferred_ms
    return matter.accepted_ms if moment is Moment.ACCEPTED else matter.reopened_ms
