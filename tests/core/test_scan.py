"""The share scan: a cell is held against what the area above it explains."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.core._scan import DAY_MATTERS_MAX, chance_interval_days, middle_tail, scan, tail, threshold
from hub.model.aside import Aside, Burst
from hub.model.lattice import EPOCH_DAY, Lattice
from hub.model.window import Sighting
from hub.policies.models import BurstRule, Confirmation, Tier
from tests.builders import (
    CITY,
    NEXT_VILLAGE,
    NOISE,
    POLICY,
    VILLAGE,
    WATER,
    Log,
    a_dismissal,
    a_policy,
    a_report,
    kinds,
)

KINDS = tuple(f"A{number}" for number in range(1, 21))
UNHEARD_OF = "A21"
MANY_KINDS = {
    **POLICY.categories,
    **{
        kind: replace(POLICY.categories[NOISE], code=kind, chain=(kind, *POLICY.categories[NOISE].chain[1:]))
        for kind in (*KINDS, UNHEARD_OF)
    },
}
VARIED = a_policy(rules=(), categories=MANY_KINDS)
TODAY = EPOCH_DAY + 9_000
RULE = BurstRule(
    name="burst",
    category_level=2,
    matters_min=3,
    chance_alarms_per_month={Tier.VILLAGE: 1.0},
    confirm=Confirmation.AUTO,
)


class Town:
    """A town's lattice with a year behind it: each village had one matter of each kind a week."""

    def __init__(self) -> None:
        self.lattice = Lattice(VARIED, 2, frozenset())
        self.lattice.advance(TODAY)
        self.number = 0
        for week in range(1, 52):
            for village in (VILLAGE, NEXT_VILLAGE):
                for kind in KINDS:
                    self.matters(village, kind, 1, age=7 * week)

    def matters(self, village: str, kind: str, number: int, age: int = 0) -> None:
        """Add matters of one kind on one day."""
        for _ in range(number):
            self.number += 1
            sighting = Sighting(self.number, f"hotline/e{self.number}", f"hotline/m{self.number}")
            for cell in self.lattice.cells(village, kind, "complaint"):
                self.lattice.add(TODAY - age, cell, sighting)


@pytest.mark.parametrize("x", [1, 2, 5, 40])
def test_the_tail_of_size_one_is_that_of_a_geometric(x: int) -> None:
    mean = 3.0

    assert tail(x, mean, 1.0) == pytest.approx((mean / (mean + 1)) ** x, rel=1e-9)


def test_the_tail_and_what_lies_below_it_are_all_there_is() -> None:
    mean, size = 2.5, 4.0
    success = mean / (mean + size)
    below, term = 0.0, (1 - success) ** size
    for k in range(7):
        below += term
        term *= (k + size) / (k + 1) * success

    assert tail(7, mean, size) == pytest.approx(1 - below, rel=1e-9)


def test_the_middle_tail_counts_half_of_what_was_seen() -> None:
    plain, beyond = tail(4, 2.0, 5.0), tail(5, 2.0, 5.0)

    assert middle_tail(4, 2.0, 5.0) == pytest.approx(beyond + (plain - beyond) / 2)


def test_twelve_matters_in_one_village_within_days_are_strange() -> None:
    town = Town()
    for age in range(4):
        town.matters(VILLAGE, NOISE, 3, age)

    score = scan(town.lattice, RULE, (VILLAGE, NOISE))

    assert score is not None
    assert (score.observed, score.window_days) == (12, 7)
    assert score.expected <= 2
    assert score.chance < threshold(town.lattice, RULE, Tier.VILLAGE)


def test_a_heap_on_one_day_may_be_one_walk_and_weighs_no_more_than_three() -> None:
    heaped, few = Town(), Town()
    heaped.matters(VILLAGE, NOISE, 1, age=2)
    few.matters(VILLAGE, NOISE, 1, age=2)

    heaped.matters(VILLAGE, NOISE, 40)
    few.matters(VILLAGE, NOISE, DAY_MATTERS_MAX)

    many, some = scan(heaped.lattice, RULE, (VILLAGE, NOISE)), scan(few.lattice, RULE, (VILLAGE, NOISE))
    assert many is not None
    assert some is not None
    assert (many.observed, many.chance) == (41, some.chance)


def test_a_kind_new_to_the_city_is_no_burst() -> None:
    town = Town()
    for age in range(4):
        town.matters(VILLAGE, UNHEARD_OF, 3, age)

    assert scan(town.lattice, RULE, (VILLAGE, UNHEARD_OF)) is None


def test_a_wave_over_the_whole_town_explains_itself_in_its_villages() -> None:
    town = Town()
    for village in (VILLAGE, NEXT_VILLAGE):
        for age in range(4):
            town.matters(village, NOISE, 3, age)

    assert scan(town.lattice, RULE, (VILLAGE, NOISE)) is None


def test_a_place_without_a_past_says_nothing() -> None:
    town = Town()
    lattice = Lattice(VARIED, 2, frozenset())
    lattice.advance(TODAY)
    town.lattice = lattice
    town.matters(VILLAGE, NOISE, 10)

    assert scan(lattice, RULE, (VILLAGE, NOISE)) is None


def test_a_place_that_is_all_of_its_area_has_nothing_to_be_held_against() -> None:
    town = Town()
    town.matters(VILLAGE, NOISE, 10)

    assert scan(town.lattice, RULE, ("990101001000", NOISE)) is None


def test_two_matters_are_never_a_burst() -> None:
    town = Town()
    town.matters(VILLAGE, NOISE, 2)

    assert scan(town.lattice, RULE, (VILLAGE, NOISE)) is None


def test_more_cells_make_the_limit_stricter() -> None:
    town = Town()
    before = threshold(town.lattice, RULE, Tier.VILLAGE)

    town.matters("990101001003", NOISE, 1)

    assert threshold(town.lattice, RULE, Tier.VILLAGE) == pytest.approx(before * 40 / 41)


def test_what_chance_never_shows_still_has_an_interval_that_can_be_kept() -> None:
    lattice = Town().lattice

    assert tail(500, 1e-4, 0.5) == 0
    assert 0 < chance_interval_days(lattice, Tier.VILLAGE, 0.0) < 2**31


def a_busy_log() -> Log:
    """A log whose town has had a matter of each kind in two villages every week since May, then a burst of seven."""
    log = Log(replace(VARIED, burst=RULE))
    number = 0
    for month in range(5, 12):
        for day in (1, 8, 15, 22) if month < 11 else (1, 8, 15):
            for village in (VILLAGE, NEXT_VILLAGE):
                for kind in KINDS:
                    number += 1
                    log.take(
                        f"{month:02d}-{day:02d} 09:00", a_report(f"m{number}", place=village, category=kind)
                    )
    for day, extras in ((18, 2), (19, 2), (20, 3)):
        for extra in range(extras):
            log.take(f"11-{day} 10:00", a_report(f"x{day}-{extra}"))
    return log


def test_a_burst_opens_a_problem_when_its_day_ends() -> None:
    log = a_busy_log()
    assert log.decisions() == []

    told = log.tick("11-21 00:00")

    assert kinds(told) == ["problem_suspected", "problem_confirmed", "lead_named", "task_cut"]
    suspected = log.decisions()[0]
    assert (suspected.reason, suspected.cause, suspected.place) == ("BURST", "day/2026-11-20", VILLAGE)
    assert suspected.measure is not None
    assert (suspected.measure.observed, suspected.measure.window_days) == (8, 7)
    assert suspected.measure.expected is not None
    assert suspected.measure.expected < 2
    assert suspected.measure.chance_interval_days is not None
    assert suspected.measure.chance_interval_days > 30
    assert len(suspected.evidence) == 8


def test_a_quiet_hour_or_a_message_close_the_day_alike() -> None:
    ticked, told_late = a_busy_log(), a_busy_log()
    ticked.tick("11-21 00:00")
    ticked.take("11-23 09:00", a_report("y1", category=WATER))
    told_late.take("11-23 09:00", a_report("y1", category=WATER))

    assert ticked.decisions() == told_late.decisions()


def test_more_of_an_open_burst_reinforces_it() -> None:
    log = a_busy_log()
    log.tick("11-21 00:00")

    told = log.take("11-22 09:00", a_report("y1"))

    assert kinds(told) == ["problem_reinforced"]


def test_a_dismissed_burst_does_not_come_back_by_the_same_matters() -> None:
    log = a_busy_log()
    log.tick("11-21 00:00")
    log.command("11-21 09:00", a_dismissal(log.decisions()[0].problem_id))
    log.take("11-21 10:00", a_report("y1"))

    told = log.tick("11-22 00:00")

    assert kinds(told) == []


def test_a_tier_without_a_budget_is_not_scanned() -> None:
    quiet = replace(RULE, chance_alarms_per_month={Tier.COUNTY: 1.0})
    log = a_busy_log()
    log.policy = replace(log.policy, burst=quiet)

    told = log.tick("11-21 00:00")

    assert [said.place for said in log.decisions()] == []
    assert kinds(told) == []


def test_the_city_has_nothing_above_to_compare_with() -> None:
    town = Town()
    town.matters(VILLAGE, NOISE, 50)

    assert scan(town.lattice, RULE, (CITY, NOISE)) is None


def test_an_earlier_burst_set_aside_does_not_hide_a_second_one() -> None:
    town, aside = Town(), Aside()
    for age in range(56, 70):
        town.matters(VILLAGE, NOISE, 2, age)
    for age in range(4):
        town.matters(VILLAGE, NOISE, 2, age)
    burst = Burst(TODAY - 69, TODAY - 56, 900)
    aside.open((VILLAGE, NOISE), burst, [(TODAY - age, 2) for age in range(56, 70)])

    hidden = scan(town.lattice, RULE, (VILLAGE, NOISE))
    seen = scan(town.lattice, RULE, (VILLAGE, NOISE), aside)

    assert hidden is not None
    assert seen is not None
    assert seen.expected < 0.7 * hidden.expected
    assert seen.chance < 0.1 * hidden.chance
