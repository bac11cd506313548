"""What invented cities say in a season, and what is meant by it: each event carries its own truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Final

from hub.policies.models import Policy
from tests import builders as town
from tests.simulation.cities import first_city, second_city

MINUTE: Final = 60_000
DAY: Final = 24 * 60 * MINUTE
START: Final = town.at("02-05 08:00")

QUARANTINED: Final = frozenset({"PLACE_UNKNOWN", "CATEGORY_UNKNOWN"})

REPORT: Final = "linkage.petition.received.v1"
UPDATE: Final = "linkage.matter.updated.v1"

VILLAGES: Final = (town.VILLAGE, town.VILLAGE, town.NEXT_VILLAGE, town.THIRD_VILLAGE, town.TOWN)
CATEGORIES: Final = (town.NOISE, town.NOISE, town.NOISE, town.WATER, town.WAGES)
STATUSES: Final = (
    "accepted",
    "transferred",
    *["resolved"] * 6,
    "reopened",
    "withdrawn",
    "withdrawn",
    "corrected",
)
SATISFACTION: Final = ("satisfied", "satisfied", "basically_satisfied", "dissatisfied", "unrated")
SEASON: Final = 305 * DAY
"""With the two months in which what it began can end, a season is a city's year."""


@dataclass(frozen=True, slots=True)
class Said:
    """One event. `door` is the code intake must find, "" where it lets the event in; `place` is the place meant."""

    id: str
    type: str
    said_ms: int
    happened_ms: int
    matter: str = ""
    place: str = ""
    category: str = ""
    nature: str = "complaint"
    status: str = ""
    door: str = ""
    severity: int = 4
    satisfaction: str = ""
    task: str = ""
    reply: dict[str, object] = field(default_factory=dict)
    spoken: dict[str, object] = field(default_factory=dict)

    def json(self, agency: str) -> object:
        """The event as it is written to the topic."""
        if self.door == "NOT_CLOUDEVENT":
            return 5
        source = "someone-else" if self.door == "SOURCE_MISMATCH" else agency
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": f"urn:linkage:agency:{source}",
            "type": self.type,
            "time": _rfc3339(self.said_ms),
            "data": self._data() | self.spoken,
        }

    def _data(self) -> dict[str, object]:
        if self.type == REPORT:
            happened = {"occurred_at": _rfc3339(self.happened_ms)} if self.happened_ms != self.said_ms else {}
            what = {"matter_id": self.matter, "place": self.place, "category": self.category}
            return {
                **what,
                "nature": self.nature,
                "channel": "hotline",
                "severity": self.severity,
                **happened,
            }
        if self.type == UPDATE:
            right = {"place": self.place, "category": self.category, "satisfaction": self.satisfaction}
            named: dict[str, object] = {"matter_id": self.matter, "status": self.status}
            return named | {name: code for name, code in right.items() if code}
        return {"task_id": self.task, **self.reply} if self.type == town.REPLY else {}


@dataclass(frozen=True, slots=True)
class Sent:
    """One record of an agency's topic."""

    city: str
    agency: str
    partition: int
    offset: int
    at_ms: int
    events: tuple[Said, ...]

    def value(self) -> bytes:
        """The record's bytes: one event, or an array of them."""
        if self.events[0].door == "MALFORMED":
            return b'{"specversion": '
        written = [event.json(self.agency) for event in self.events]
        return json.dumps(written if len(written) > 1 else written[0], ensure_ascii=False).encode()


@dataclass(slots=True)
class Speaker:
    """One agency of one city, which remembers what it said."""

    random: Random
    city: str
    agency: str
    matters: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    def speak(self, now_ms: int) -> Said:
        """Say something at `now_ms`: mostly news, some of it late, doubled, wrong or unreadable."""
        dice = self.random.random()
        if dice < 0.10 and self.said:
            # What ran ahead of the clock once is on time when it comes again: its door would be another.
            recent = [e for e in self.said if e.said_ms > now_ms - 25 * DAY and e.door != "CLOCK_SKEW"]
            if recent:
                return self.random.choice(recent)
        if dice < 0.30 and self.matters:
            event = self._update(now_ms)
        elif dice < 0.40:
            event = self._wrong(now_ms)
        else:
            event = self._report(now_ms)
        self.said.append(event)
        return event

    def plain(self, now_ms: int) -> Said:
        """Report a new matter, as a backfill has it: nothing late, nothing wrong."""
        matter, event_id = self._matter(), self._id()
        place, category = self.random.choice(VILLAGES), self.random.choice(CATEGORIES)
        return Said(event_id, REPORT, now_ms, now_ms, matter, place, category)

    def _report(self, now_ms: int) -> Said:
        event = self.plain(now_ms)
        dice = self.random.random()
        if dice < 0.15:
            return replace(event, happened_ms=now_ms - self.random.randrange(25 * DAY))
        if dice < 0.20:
            return replace(event, said_ms=now_ms + 9 * MINUTE, happened_ms=now_ms + 9 * MINUTE)
        if dice < 0.25:
            return replace(event, place=town.TOWN, spoken={"place": "990101001099"})
        if dice < 0.35 and self.matters:
            return replace(event, matter=self.random.choice(self.matters))
        if dice < 0.40:
            return replace(event, nature="consultation")
        return replace(event, severity=self.random.choice((1, 2, 3))) if dice < 0.46 else event

    def _update(self, now_ms: int) -> Said:
        status = self.random.choice(STATUSES)
        event = Said(
            self._id(), UPDATE, now_ms, now_ms, self.random.choice(self.matters), nature="", status=status
        )
        if self.random.random() < 0.1:
            return replace(event, matter="never-reported", status="resolved")
        if status == "resolved":
            return replace(event, satisfaction=self.random.choice(SATISFACTION))
        if status != "corrected":
            return event
        place, category = self.random.choice(VILLAGES[:3]), self.random.choice(CATEGORIES)
        return replace(event, place=place, category=self.random.choice(("", category)))

    def _wrong(self, now_ms: int) -> Said:
        event = self.plain(now_ms)
        bad: tuple[Said, ...] = (
            replace(event, type=town.HEARTBEAT, matter=""),
            replace(event, type=town.REPLY, matter="", task="t-1", reply={"reply": "accept"}),
            replace(event, door="MALFORMED"),
            replace(event, door="NOT_CLOUDEVENT"),
            replace(event, door="SOURCE_MISMATCH"),
            replace(event, door="SCHEMA_INVALID", spoken={"severity": 9}),
            replace(event, door="PLACE_UNKNOWN", spoken={"place": "100000000000"}),
            replace(event, door="CATEGORY_UNKNOWN", spoken={"category": "Z9"}),
            replace(event, door="RESTRICTED_CLASS", spoken={"category": town.ACCUSATION}),
            replace(event, door="CLOCK_SKEW", said_ms=now_ms + 11 * MINUTE, happened_ms=now_ms + 11 * MINUTE),
            replace(event, door="TOO_OLD", said_ms=now_ms - 31 * DAY, happened_ms=now_ms - 31 * DAY),
            replace(event, door="PLACE_OUTSIDE_TERRITORY", spoken={"place": town.OTHER_COUNTY}),
        )
        wrong = self.random.choice(bad)
        if wrong.door == "PLACE_OUTSIDE_TERRITORY" and self.agency != town.TOWN_DESK:
            return replace(wrong, door="", place=town.OTHER_COUNTY, spoken={})
        return wrong

    def _id(self) -> str:
        return f"{self.agency}-{len(self.said)}-{self.random.randrange(10**6)}"

    def _matter(self) -> str:
        self.matters.append(f"m{len(self.matters)}")
        return self.matters[-1]


@dataclass(slots=True)
class Workload:
    """A season of two cities: their policies, a past to load first, and the records their agencies sent."""

    policies: dict[str, Policy]
    past: dict[str, list[tuple[str, Said]]]
    sent: list[Sent]


def season(random: Random) -> Workload:
    """Make up a season: ten months of talk in one city, at times in two, in waves."""
    cities = [first_city(), second_city()]
    if random.random() < 0.8:
        cities = [random.choice(cities)]
    policies = {policy.jurisdiction: policy for policy in cities}
    past: dict[str, list[tuple[str, Said]]] = {}
    sent: list[Sent] = []
    for city in policies:
        speakers = [Speaker(random, city, agency) for agency in (town.HOTLINE, town.TOWN_DESK)]
        if random.random() < 0.4:
            past[city] = [(s.agency, said) for s, said in _past(random, speakers)]
        sent += _talk(random, speakers)
    sent.sort(key=lambda record: record.at_ms)
    return Workload(policies, past, sent)


def _past(random: Random, speakers: list[Speaker]) -> Iterator[tuple[Speaker, Said]]:
    for moment in sorted(random.randrange(START - 40 * DAY, START) for _ in range(random.randrange(1, 16))):
        speaker = random.choice(speakers)
        event = speaker.plain(moment)
        speaker.said.append(event)
        yield speaker, event


def _talk(random: Random, speakers: list[Speaker]) -> Iterator[Sent]:
    offsets: dict[tuple[str, int], int] = {}
    waves = [START + random.randrange(SEASON) for _ in range(random.randrange(2, 5))]
    spread = 12 * DAY
    moments = sorted(random.choice(waves) + random.randrange(spread) for _ in range(random.randrange(16, 36)))
    for moment in moments:
        speaker = random.choice(speakers)
        partition = random.randrange(2)
        said = [speaker.speak(moment) for _ in range(random.choice((1, 1, 1, 2, 4)))]
        # What cannot be parsed takes the whole record with it.
        readable = [event for event in said if event.door != "MALFORMED"]
        said = readable or said[:1]
        offset = offsets.get((speaker.agency, partition), 0) + random.choice((1, 1, 3))
        offsets[speaker.agency, partition] = offset
        yield Sent(speaker.city, speaker.agency, partition, offset, moment, tuple(said))


def _rfc3339(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).isoformat(timespec="milliseconds")
