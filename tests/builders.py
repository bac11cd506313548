"""A tiny city, items of its log, and a log to put them in; each builder names only what matters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from hub.core._fold import fold
from hub.core._posts import Entry, Told
from hub.model.decision import Decision
from hub.model.state import State, empty_state
from hub.policies.models import (
    Agency,
    Calendar,
    Category,
    Confirmation,
    FrequentRule,
    Limits,
    Place,
    Policy,
    Span,
    Tier,
    TierPolicy,
    Unit,
)
from hub.schemas.commands import Command, ConfirmProblem, DismissProblem
from hub.schemas.inbox import (
    ClockStarted,
    Item,
    Message,
    Packed,
    Tick,
)
from hub.schemas.reasons import DismissReason

CHINA: Final = ZoneInfo("Asia/Shanghai")
YEAR: Final = 2026

CITY: Final = "990100000000"
COUNTY: Final = "990101000000"
OTHER_COUNTY: Final = "990102000000"
TOWN: Final = "990101001000"
OTHER_TOWN: Final = "990101002000"
VILLAGE: Final = "990101001001"
NEXT_VILLAGE: Final = "990101001002"
THIRD_VILLAGE: Final = "990101001003"
FAR_VILLAGE: Final = "990101002001"

NOISE: Final = "A1"
WATER: Final = "A2"
WAGES: Final = "B1"
LEASES: Final = "B2"
ACCUSATION: Final = "X1"

HOTLINE: Final = "hotline"
COURT: Final = "court"
TOWN_DESK: Final = "town-desk"

PETITION: Final = "linkage.petition.received.v1"
UPDATE: Final = "linkage.matter.updated.v1"
HEARTBEAT: Final = "linkage.agency.heartbeat.v1"
REPLY: Final = "linkage.task.replied.v1"

UNPLACED: Final = -1
"""A position the log gives when it takes the item."""

_PARENTS: Final = {
    VILLAGE: TOWN,
    NEXT_VILLAGE: TOWN,
    THIRD_VILLAGE: TOWN,
    FAR_VILLAGE: OTHER_TOWN,
    TOWN: COUNTY,
    OTHER_TOWN: COUNTY,
    COUNTY: CITY,
    OTHER_COUNTY: CITY,
}
_TIERS: Final = {CITY: Tier.CITY, COUNTY: Tier.COUNTY, OTHER_COUNTY: Tier.COUNTY} | {
    TOWN: Tier.TOWNSHIP,
    OTHER_TOWN: Tier.TOWNSHIP,
}
_HOLIDAYS_2026: Final = (
    ("01-01", "01-03"),
    ("02-15", "02-23"),
    ("04-04", "04-06"),
    ("05-01", "05-05"),
    ("06-19", "06-21"),
    ("09-25", "09-27"),
    ("10-01", "10-07"),
)
_MADE_UP_2026: Final = ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")

PER_VILLAGE: Final = FrequentRule("per-village", Tier.VILLAGE, 2, 14, 3, Confirmation.AUTO)
PER_TOWN: Final = FrequentRule("per-town", Tier.TOWNSHIP, 1, 30, 5, Confirmation.AUTO)

STAGES: Final = {
    Tier.VILLAGE: Span(3, Unit.WORKING_DAYS),
    Tier.TOWNSHIP: Span(5, Unit.WORKING_DAYS),
    Tier.COUNTY: Span(7, Unit.WORKING_DAYS),
}


def body_of(place: str) -> str:
    """The territorial body of a place."""
    return f"body-{place}"


def a_calendar(year: int = YEAR) -> Calendar:
    """The working days of 2026, with China's holidays and made-up days as the test city keeps them."""
    off = {
        date.fromisoformat(f"{year}-{first}") + timedelta(days=n)
        for first, last in _HOLIDAYS_2026
        for n in range(
            (date.fromisoformat(f"{year}-{last}") - date.fromisoformat(f"{year}-{first}")).days + 1
        )
    }
    made_up = {date.fromisoformat(f"{year}-{day}") for day in _MADE_UP_2026}
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    working = (day for day in days if day in made_up or (day.isoweekday() < 6 and day not in off))
    return Calendar("test", frozenset({year}), frozenset(working))


def _chain(code: str) -> tuple[str, ...]:
    return (code, *_chain(_PARENTS[code])) if code in _PARENTS else (code,)


def _places() -> dict[str, Place]:
    return {
        code: Place(code, code, _TIERS.get(code, Tier.VILLAGE), _PARENTS.get(code), _chain(code))
        for code in (CITY, *_PARENTS)
    }


def _categories() -> dict[str, Category]:
    roots = {code: Category(code, 1, None, code, code, code == "X", (code,)) for code in "ABX"}
    leaves = {
        code: Category(code, 2, code[0], code, code, restricted=False, chain=(code, code[0]))
        for code in (NOISE, WATER, WAGES, LEASES, ACCUSATION)
    }
    return roots | leaves


def a_policy(**changes: Any) -> Policy:  # noqa: ANN401 - any field of a policy
    """The test city: 3 matters in 14 days a village, 5 in 30 a town; stages of 3, 5, 7 working days."""
    agencies = (
        Agency(HOTLINE, "热线", "Hotline", CITY),
        Agency(COURT, "法院", "Court", CITY),
        Agency(TOWN_DESK, "乡镇", "Town desk", TOWN),
    )
    policy = Policy(
        jurisdiction=CITY,
        name_zh="试验市",
        name_en="Test City",
        letters="TC",
        zone=CHINA,
        version="v-test",
        scheme="test",
        limits=Limits(),
        calendar=a_calendar(),
        places=_places(),
        categories=_categories(),
        agencies={agency.id: agency for agency in agencies},
        holders={place: body_of(place) for place in (CITY, *_PARENTS)},
        rules=(PER_VILLAGE, PER_TOWN),
        tiers=(TierPolicy("default", (), STAGES),),
    )
    return replace(policy, **changes)


POLICY: Final = a_policy()


def at(text: str) -> int:
    """Epoch milliseconds of `03-02 09:00` (of 2026, in China) or of a whole ISO date and time."""
    written = datetime.fromisoformat(text if len(text) > 11 else f"{YEAR}-{text}")
    return round((written if written.tzinfo else written.replace(tzinfo=CHINA)).timestamp() * 1000)


def a_report(matter: str = "m1", event: str = "", **changes: Any) -> Item:  # noqa: ANN401 - any field
    """A petition about noise in the village; its event is named after its matter unless said otherwise."""
    item = Item(
        outcome="accepted",
        agency=HOTLINE,
        partition=0,
        position=UNPLACED,
        id=event or f"e-{matter}",
        type=PETITION,
        matter_id=matter,
        place=VILLAGE,
        category=NOISE,
        nature="complaint",
        body="{}",
    )
    return item._replace(**changes)


def an_update(status: str, matter: str = "m1", event: str = "", **changes: Any) -> Item:  # noqa: ANN401 - any field
    """News of a matter; in a correction `place` and `category` are the right ones."""
    item = a_report(matter, event or f"u-{matter}-{status}", type=UPDATE, status=status)
    return item._replace(**({"place": "", "category": "", "nature": ""} | changes))


def a_reply(reply: str, task: str, agency: str, event: str = "", **said: Any) -> Item:  # noqa: ANN401 - any field
    """An agency's reply to a task of its; `said` are further fields of the reply."""
    detail = orjson.dumps({"task_id": task, "reply": reply} | said).decode()
    return a_report(
        "", event or f"r-{task}-{reply}", type=REPLY, agency=agency, task_id=task, detail=detail
    )._replace(place="", category="", nature="")


def a_rejected(outcome: str = "refused", event: str = "e-bad", **changes: Any) -> Item:  # noqa: ANN401 - any field
    """An event that intake did not let in."""
    item = Item(
        outcome="quarantined" if outcome == "quarantined" else "refused",
        agency=HOTLINE,
        partition=0,
        position=UNPLACED,
        id=event,
        code="PLACE_UNKNOWN" if outcome == "quarantined" else "MALFORMED",
        pointer="/data/place",
        message_zh="不明",
        message_en="unknown",
    )
    return item._replace(**changes)


@dataclass(slots=True)
class Log:
    """One jurisdiction's log: takes messages at a wall time, keeps the state and all that was told."""

    policy: Policy = POLICY
    state: State = field(init=False)
    told: Told = field(default_factory=Told)
    position: int = 0

    def __post_init__(self) -> None:
        """Start with an empty log."""
        self.state = empty_state(self.policy)

    def take(self, when: str, *items: Item, backfill: bool = False) -> Told:
        """Append one packed record; an item that happened at no named time happened `when` it came."""
        placed = [self._placed(item, at(when)) for item in items]
        return self._fold(
            Packed(jurisdiction=self.policy.jurisdiction, backfill=backfill, items=placed), when
        )

    def tick(self, when: str) -> Told:
        """Let time pass."""
        return self._fold(Tick(), when)

    def start_clock(self, when: str) -> Told:
        """End a backfill."""
        return self._fold(ClockStarted(jurisdiction=self.policy.jurisdiction), when)

    def command(self, when: str, command: Command) -> Told:
        """Put an operator's command in the log."""
        return self._fold(command, when)

    def decisions(self) -> list[Decision]:
        """All decisions so far."""
        return decisions(self.told)

    def outcomes(self) -> list[str]:
        """The outcome of every journal row so far."""
        return [entry.outcome for entry in self.told.entries]

    def counted(self, place: str = VILLAGE, category: str = NOISE, rule: int = 0) -> int:
        """How many matters a rule counts in a cell."""
        return self.state.windows[rule].count((place, category))

    def _placed(self, item: Item, at_ms: int) -> Item:
        if item.position == UNPLACED:
            self.position += 1
            item = item._replace(position=self.position)
        if not item.at_ms:
            item = item._replace(at_ms=at_ms)
        return item if item.clock_ms else item._replace(clock_ms=item.at_ms)

    def _fold(self, message: Message, when: str) -> Told:
        told = Told()
        fold(self.state, self.policy, message, at(when), told)
        self.told.entries += told.entries
        self.told.posts += told.posts
        return told


def decisions(told: Told) -> list[Decision]:
    """The decisions among what was told."""
    return [said for said in told.posts if isinstance(said, Decision)]


def receipts(told: Told) -> list[Entry]:
    """The entries whose agency hears of them."""
    return [said for said in told.posts if isinstance(said, Entry)]


def kinds(told: Told) -> list[str]:
    """What was decided, by kind."""
    return [decision.kind for decision in decisions(told)]


def three_reports(log: Log, *days: str) -> Told:
    """Three matters in the village, by default on the golden walk's days; gives what the last made."""
    first, second, third = days or ("03-02 09:00", "03-03 10:00", "03-05 11:00")
    log.take(first, a_report("m1"))
    log.take(second, a_report("m2"))
    return log.take(third, a_report("m3"))


def a_confirmation(number: str, command: str = "c1") -> ConfirmProblem:
    """An operator confirms a problem."""
    return ConfirmProblem(jurisdiction=CITY, id=command, problem_id=number)


def a_dismissal(number: str, command: str = "c1") -> DismissProblem:
    """An operator finds no common cause."""
    return DismissProblem(
        jurisdiction=CITY, id=command, problem_id=number, reason=DismissReason.NO_COMMON_CAUSE
    )
