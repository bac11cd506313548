"""What invented cities say in a season, and what is meant by it: each event carries its own truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from hub.policies.models import (
    Agency,
    Calendar,
    Confirmation,
    FrequentRule,
    Limits,
    NoticeKind,
    NoticeStep,
    Policy,
    Precedent,
    ReceiptsWanted,
    Rises,
    Span,
    Tier,
    TierPolicy,
    Unit,
    Verification,
)
from tests import builders as town

MINUTE: Final = 60_000
DAY: Final = 24 * 60 * MINUTE
START: Final = town.at("02-05 08:00")
SECOND_CITY: Final = "990200000000"

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


TOWN_WORKS: Final = "town-works"
COUNTY_WORKS: Final = "county-works"

LADDER: Final = (
    NoticeStep(NoticeKind.NUDGED, Span(1, Unit.WORKING_DAYS)),
    NoticeStep(NoticeKind.SUPERVISED, Span(3, Unit.WORKING_DAYS)),
    NoticeStep(NoticeKind.LISTED),
)


def _bodies(*without: str) -> dict[str, Agency]:
    """The territorial bodies, which answer at a screen."""
    places = [place for place in town.POLICY.places if place not in without]
    bodies = [Agency(town.body_of(place), place, place, place, publishes=False) for place in places]
    return {body.id: body for body in bodies}


def first_city() -> Policy:
    """China's calendar, working days, ids soon forgotten, a village nobody holds, a department in town and county."""
    departments = (
        Agency(TOWN_WORKS, "镇建设", "Town works", town.TOWN, ("A",)),
        Agency(COUNTY_WORKS, "县建设", "County works", town.COUNTY, ("A2",)),
    )
    default = TierPolicy(
        "default",
        (),
        town.STAGES | {Tier.CITY: Span(9, Unit.WORKING_DAYS)},
        acceptance=Span(4, Unit.WORKING_HOURS),
        returns_within=Span(2, Unit.WORKING_DAYS),
        total=Span(45, Unit.DAYS),
        warns_at=(0.5, 0.75),
        silent=Span(4, Unit.WORKING_DAYS),
        notices=LADDER,
        verification=Verification.REVISIT,
        revisit_satisfied_min=0.6,
        watch=Span(20, Unit.DAYS),
        rebound_matters={Tier.TOWNSHIP: 2},
        extension_days_max=6,
        rises=Rises(
            severity={1: Tier.CITY, 2: Tier.COUNTY}, child_areas_min=3, agencies_min=4, not_accepted_min=2
        ),
    )
    wages = replace(
        default,
        name="wages",
        categories=("B",),
        verification=Verification.OPERATOR,
        watch=None,
        floor=Tier.TOWNSHIP,
        ceiling=Tier.COUNTY,
        rises=Rises(agencies_min=2),
    )
    return town.a_policy(
        limits=Limits(remember_days=6),
        agencies=town.POLICY.agencies
        | _bodies(town.NEXT_VILLAGE, town.THIRD_VILLAGE)
        | {agency.id: agency for agency in departments},
        holders={k: v for k, v in town.POLICY.holders.items() if k != town.THIRD_VILLAGE},
        departments={(town.TOWN, "A"): (TOWN_WORKS,), (town.COUNTY, "A2"): (COUNTY_WORKS,)},
        precedents={
            ("", town.NOISE): Precedent(town.NOISE, co=(COUNTY_WORKS, town.COURT)),
            (town.VILLAGE, "B"): Precedent("B", town.VILLAGE, lead=town.COURT),
        },
        tiers=(default, wages),
    )


def second_city() -> Policy:
    """A city with summer time, natural days, a quicker clock for wages, and rules that wait for an operator."""
    agencies = (
        Agency(town.HOTLINE, "热线", "Hotline", town.CITY, receipts=ReceiptsWanted.ALL),
        Agency(town.TOWN_DESK, "乡镇", "Town desk", town.TOWN),
    )
    slow = TierPolicy(
        "slow",
        (),
        {tier: Span(5, Unit.DAYS) for tier in (Tier.VILLAGE, Tier.TOWNSHIP, Tier.COUNTY)},
        acceptance=Span(30, Unit.HOURS),
        warns_at=(0.75,),
        notices=(NoticeStep(NoticeKind.NUDGED, Span(2, Unit.DAYS)), NoticeStep(NoticeKind.CIRCULATED)),
        watch=Span(30, Unit.DAYS, rolls=False),
        rises=Rises(severity={1: Tier.COUNTY}),
    )
    quick = replace(
        slow,
        name="wages",
        categories=("B",),
        stage={Tier.VILLAGE: Span(1, Unit.WORKING_DAYS), Tier.TOWNSHIP: Span(2, Unit.DAYS)},
        acceptance=Span(90, Unit.MINUTES),
        silent=Span(3, Unit.DAYS),
        total=Span(10, Unit.DAYS),
    )
    late = Span(30, Unit.HOURS)
    return town.a_policy(
        jurisdiction=SECOND_CITY,
        letters="SC",
        zone=ZoneInfo("Europe/Berlin"),
        version="v-second",
        calendar=Calendar("weekdays", frozenset(), frozenset()),
        agencies={agency.id: agency for agency in agencies} | _bodies(),
        rules=(
            FrequentRule("village", Tier.VILLAGE, 2, 7, 2, Confirmation.AFTER, confirm_after=late),
            FrequentRule("town", Tier.TOWNSHIP, 1, 20, 4, Confirmation.OPERATOR, frozenset({"complaint"})),
        ),
        tiers=(slow, quick),
    )


def changed(policy: Policy) -> Policy:
    """The same city under its next policy: other stages, another ladder, a longer watch, a rule that needs less."""
    stage = {Tier.VILLAGE: Span(2, Unit.DAYS), Tier.TOWNSHIP: Span(6, Unit.WORKING_DAYS)}
    stage |= {Tier.COUNTY: Span(4, Unit.DAYS), Tier.CITY: Span(8, Unit.WORKING_DAYS)}
    notices = (NoticeStep(NoticeKind.SUPERVISED, Span(2, Unit.WORKING_DAYS)), *LADDER)
    tiers = [
        replace(tiers, stage=stage, notices=notices, watch=tiers.watch and Span(25, Unit.DAYS))
        for tiers in policy.tiers
    ]
    village, *wider = policy.rules
    rules = (replace(village, matters_min=2, confirm=Confirmation.AUTO), *wider)
    return replace(policy, version=f"{policy.version}-next", tiers=tuple(tiers), rules=rules)


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
