"""What a burst holds is set aside while it is one: in memory and after a restart alike, and no more once dismissed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine

from hub.model.aside import Aside
from hub.model.window import Cell
from hub.policies.models import BurstRule, Confirmation, Policy, Tier
from hub.schemas.commands import DismissProblem
from hub.schemas.inbox import Item
from hub.schemas.reasons import DismissReason
from tests.builders import CITY, NEXT_VILLAGE, NOISE, VILLAGE, WATER, a_policy, a_report, an_update
from tests.store.shards import Inbox, a_database, an_owner, take_all

RULE: Final = BurstRule("burst", 2, 3, {Tier.VILLAGE: 2.0}, Confirmation.OPERATOR)
POLICY: Final = a_policy(rules=(), burst=RULE)
CELL: Final[Cell] = (VILLAGE, NOISE)
FIRST: Final = date(2026, 1, 5)
BURST_DAY: Final = 80
BURST_LENGTH: Final = 5
AFTER: Final = BURST_DAY + BURST_LENGTH
PROBLEM: Final = "TC26-000001"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return a_database(tmp_path)


def on(day: int, clock: str = "09:00") -> str:
    return f"{FIRST + timedelta(days=day):%m-%d} {clock}"


def an_even_town_with_a_burst() -> Inbox:
    """Two villages with two kinds every third day; after eleven weeks four more a day of one kind in one of them."""
    inbox = Inbox()
    for day in range(0, BURST_DAY, 3):
        places = ((VILLAGE, NOISE), (VILLAGE, WATER), (NEXT_VILLAGE, NOISE), (NEXT_VILLAGE, WATER))
        inbox.packed(on(day), *(report(f"{day}-{n}", *cell) for n, cell in enumerate(places)))
    for day in range(BURST_DAY, BURST_DAY + BURST_LENGTH):
        inbox.packed(on(day), *(report(f"burst-{day}-{n}", *CELL) for n in range(4)))
    inbox.tick(on(AFTER, "00:01"))
    return inbox


def report(name: str, place: str, category: str) -> Item:
    return a_report(name, place=place, category=category)


def asides(engine: Engine, inbox: Inbox, policy: Policy = POLICY) -> tuple[Aside, Aside]:
    """What is set aside in the memory of who took the inbox, and of who loads it then."""
    first, sql = an_owner(engine, {CITY: policy})
    take_all(first, sql, inbox)
    second, other = an_owner(engine, {CITY: policy})
    sql.close()
    other.close()
    return first.states[CITY].aside, second.states[CITY].aside


def test_a_new_burst_is_set_aside_and_so_is_it_after_a_restart(engine: Engine) -> None:
    live, loaded = asides(engine, an_even_town_with_a_burst())

    assert [burst.problem for burst in live.bursts[CELL]] == [PROBLEM]
    assert live.counts[CELL][(FIRST + timedelta(days=BURST_DAY)).toordinal()] == 4
    assert loaded == live


def test_what_comes_and_goes_after_the_alarm_is_set_aside_too(engine: Engine) -> None:
    inbox = an_even_town_with_a_burst()
    inbox.packed(on(AFTER + 1), report("more", *CELL), an_update("withdrawn", f"burst-{AFTER - 1}-0", "gone"))

    live, loaded = asides(engine, inbox)

    assert list(live.counts[CELL].values())[-2:] == [3, 1]
    assert loaded == live


def test_a_dismissed_burst_passes_for_usual_after_a_restart_too(engine: Engine) -> None:
    inbox = an_even_town_with_a_burst()
    dismissal = DismissProblem(jurisdiction=CITY, id="c1", problem_id=PROBLEM, reason=DismissReason.EXPECTED)
    inbox.append(on(AFTER), dismissal)

    live, loaded = asides(engine, inbox)

    assert live == loaded == Aside()
