"""How a matter stands to each kind of rule: what is counted, what it takes, when it is asked."""

from __future__ import annotations

from dataclasses import replace

from hub.policies.models import BurstRule, Confirmation, Tier
from hub.tools.standing import Stand, standings
from tests.builders import HOTLINE, NEXT_VILLAGE, NOISE, TOWN, VILLAGE, WATER, Log, a_report, an_update
from tests.properties.test_patterns import EVERYTHING

BURST = BurstRule("burst", 2, 2, {Tier.VILLAGE: 1.0}, Confirmation.OPERATOR)
LAMP = "新华路38号路灯不亮"


def stands(log: Log, matter: str = f"{HOTLINE}/m1", pairs: int = 0) -> dict[str, Stand]:
    """How a matter stands, by kind of rule; of several of a kind the last."""
    return {one.kind: one for one in standings(log.state, log.state.matters[matter], pairs)}


def a_week() -> Log:
    """A lamp that went out again after it was repaired, and was repaired badly; and a week that passed."""
    log = Log(EVERYTHING)
    log.take("03-02 09:00", a_report("m0", summary=LAMP))
    log.take("03-03 09:00", an_update("resolved", "m0"))
    log.take("03-05 09:00", a_report("m1", summary=LAMP))
    log.take("03-05 10:00", an_update("resolved"))
    log.take("03-06 09:00", an_update("reopened"))
    log.tick("03-09 09:00")
    return log


def test_every_kind_of_rule_says_how_the_matter_stands_to_it() -> None:
    kinds = "frequent severe redone passed_around lingering recurrent burst season chronic duplicate widespread label"

    assert set(stands(a_week())) == set(kinds.split())


def test_what_is_weighed_at_arrival_tells_its_count_and_what_it_takes() -> None:
    found = stands(a_week(), pairs=1)

    assert (found["frequent"].observed, found["frequent"].needs) == (2, 3)
    assert (found["severe"].observed, found["severe"].needs) == (4, 1)
    assert (found["recurrent"].observed, found["recurrent"].needs) == (1, 1)
    assert found["duplicate"].observed == 1
    assert found["frequent"].weighed[1] == "weighed at arrival"


def test_what_is_weighed_later_says_so_and_where_it_stands_now() -> None:
    found = stands(a_week())

    assert (found["redone"].observed, found["redone"].needs) == (1, 2)
    assert (found["lingering"].observed, found["lingering"].needs) == (4, 20)
    assert found["redone"].weighed[1].endswith("weighed at news")
    assert found["widespread"].weighed[1].endswith("weighed when a problem opens")
    late = ("lingering", "burst", "season", "chronic", "label")
    assert {found[kind].weighed[0] for kind in late} == {"到件时不评,日终评定"}
    assert (found["burst"].place, found["chronic"].place, found["chronic"].category) == (TOWN, TOWN, NOISE)


def test_a_scan_that_finds_something_tells_how_rare_it_is_and_how_rare_it_has_to_be() -> None:
    log = Log(replace(EVERYTHING, burst=BURST))
    log.take("01-05 09:00", *(a_report(f"w{n}", place=NEXT_VILLAGE, category=WATER) for n in range(9)))
    log.take("01-06 09:00", *(a_report(f"v{n}", place=NEXT_VILLAGE) for n in range(9)))
    log.take("01-07 09:00", a_report("u1", category=WATER))
    log.take("03-20 09:00", *(a_report(f"m{n}") for n in range(9)))

    found = standings(log.state, log.state.matters[f"{HOTLINE}/m1"], 0)

    village = next(one for one in found if one.kind == "burst" and one.place == VILLAGE)
    assert village.needs == 30
    assert village.says[1].startswith("9 matters in 7 days, about ")
    assert village.observed > village.needs


def test_what_was_withdrawn_stands_to_nothing() -> None:
    log = a_week()
    log.take("03-09 10:00", an_update("withdrawn"))

    assert stands(log) == {}


def test_it_is_told_in_the_language_that_is_asked_for() -> None:
    stand = stands(a_week())["frequent"]

    assert stand.told("zh")["says"] == "14 天内 2 件,满 3 件为疑似"
    assert stand.told("en")["says"] == "2 matters in 14 days, 3 make it suspected"
