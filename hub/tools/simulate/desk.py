"""Writes matters down as CloudEvents: reports and updates. Words come from place and category alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub.tools.simulate.demand import KINDS, Draw
from hub.tools.simulate.lives import Endings
from hub.tools.simulate.reporters import NATURES
from hub.tools.simulate.stamps import Stamps, offset_of, promise

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from hub.policies.models import Policy
    from hub.tools.simulate.demand import Spot, Topic
    from hub.tools.simulate.reporters import Reporter, Reporters

Event = dict[str, Any]

TYPES: Final = (
    "linkage.petition.received.v1",
    "linkage.incident.reported.v1",
    "linkage.dispute.registered.v1",
)
REPORT_TYPES: Final = dict(zip(("petition", "incident", "dispute"), TYPES, strict=True))
UPDATED: Final = "linkage.matter.updated.v1"
DISPUTE_NATURES: Final = ("help", "help", "help", "request", "complaint")
INCIDENT_NATURES: Final = ("report", "report", "report", "help")
SIZE_BANDS: Final = ("1", "2-4", "5-29", "30-199", "200+")
SIZE_DRAW: Final = Draw((800, 140, 52, 7, 1))
DISPUTE_SIZE_DRAW: Final = Draw((60, 820, 100, 18, 2))
# 一般 is the default and most; 特别重大 and 重大 are rare even among incidents.
INCIDENT_SEVERITIES: Final = (1, 2, 3, 4)
SEVERITY_DRAW: Final = Draw((0.2, 4, 60, 935.8))
PROMISED_SHARE: Final = 0.85
OCCURRED_SHARE: Final = 0.2
IN_CHARGE_SHARE: Final = 0.35


class Matter(NamedTuple):
    """One matter; `kind` indexes `KINDS`, `place` and `category` are as the source writes them."""

    id: str
    kind: int
    spot: Spot
    topic: Topic
    reporter: Reporter
    place: str
    category: str
    stubborn: bool


class Desk:
    """Writes the events of one day at a time; ids count up from 1 behind the run's tag."""

    def __init__(
        self, policy: Policy, reporters: Reporters, topics: tuple[Topic, ...], tag: str, rng: Random
    ) -> None:
        self._policy = policy
        self._reporters = reporters
        self._topics = topics
        self._tag = tag
        self._rng = rng
        self._count = 0
        self._endings = Endings()
        self._phrases = {topic.code: _phrases(topic) for topic in topics}
        self._stamps = Stamps(0)
        self._promises: dict[int, str] = {}

    def turn_to(self, day: date) -> None:
        """Begin a day: its offset from UTC and the times promised on it."""
        offset = offset_of(self._policy.zone, day)
        self._stamps = Stamps(offset)
        spans = {reporter.role.promise_days for reporter in self._reporters.all}
        self._promises = {span: promise(self._policy.calendar, day, span, offset) for span in spans}

    def report(self, matter: Matter, at: int, *, again: bool) -> Event:
        """The report of a matter at an instant (epoch seconds); `again`: its source reports it once more."""
        chance, reporter, topic = self._rng.random, matter.reporter, matter.topic
        kind = KINDS[matter.kind]
        phrases = self._phrases[topic.code]
        label = matter.spot.label if matter.place != matter.spot.coarse else matter.spot.coarse_label
        data: Event = {
            "matter_id": matter.id,
            "place": matter.place,
            "category": matter.category,
            "nature": self._nature(matter),
            "channel": reporter.channels[reporter.channel_draw.pick(chance())],
            "size_band": SIZE_BANDS[(DISPUTE_SIZE_DRAW if kind == "dispute" else SIZE_DRAW).pick(chance())],
            "summary": f"{label}，{phrases[int(chance() * len(phrases))]}",
        }
        if again or matter.stubborn or chance() < reporter.role.repeat_share:
            data["repeat"] = True
        if chance() < PROMISED_SHARE:
            data["due_at"] = self._promises[reporter.role.promise_days]
        if chance() < IN_CHARGE_SHARE:
            self._name_in_charge(matter, data, "responsible_agency")
        if kind == "incident":
            data["severity"] = INCIDENT_SEVERITIES[SEVERITY_DRAW.pick(chance())]
            data["incident_kind"] = topic.theme.incident_kind
        elif kind == "dispute" and reporter.role.mediation:
            data["mediation_kind"] = reporter.role.mediation[int(chance() * len(reporter.role.mediation))]
        if kind == "incident" or chance() < OCCURRED_SHARE:
            data["occurred_at"] = self._stamps.text(at - 60 * int(2 + 600 * chance() * chance()))
        return self._event(matter, REPORT_TYPES[kind], at, data)

    def _nature(self, matter: Matter) -> str:
        kind, u = KINDS[matter.kind], self._rng.random()
        if matter.stubborn:
            return "complaint"
        if kind == "dispute":
            return DISPUTE_NATURES[int(u * len(DISPUTE_NATURES))]
        if kind == "incident":
            return INCIDENT_NATURES[int(u * len(INCIDENT_NATURES))]
        return NATURES[matter.reporter.nature_draw.pick(u)]

    def _name_in_charge(self, matter: Matter, data: Event, field: str) -> None:
        found = self._reporters.in_charge(matter.spot.code, matter.topic.code)
        if found is not None:
            data[field] = found

    def update(self, matter: Matter, at: int, status: str) -> Event:
        """One later step of a matter, `status` as in the contract."""
        data: Event = {"matter_id": matter.id, "status": status}
        if status == "transferred":
            self._name_in_charge(matter, data, "agency")
        elif status == "corrected":
            data["category"] = self._topics[int(self._rng.random() * len(self._topics))].code
        else:
            data.update(self._endings.draw(KINDS[matter.kind], status, self._rng))
        return self._event(matter, UPDATED, at, data)

    def _event(self, matter: Matter, type_: str, at: int, data: Event) -> Event:
        self._count += 1
        return {
            "specversion": "1.0",
            "id": f"{self._tag}-{self._count}",
            "source": matter.reporter.source,
            "type": type_,
            "time": self._stamps.text(at),
            "data": data,
        }


def _phrases(topic: Topic) -> tuple[str, ...]:
    name = topic.name
    plain = (f"反映{name}问题，请求核实处理", f"{name}问题近期多发，希望尽快办理")
    return (*(f"{phrase}（{name}）" for phrase in topic.theme.phrases), *plain)
