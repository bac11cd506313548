"""The lattice counts in every cell above a matter, and its past is the same in whatever order matters come."""

from __future__ import annotations

from itertools import permutations

import pytest

from hub.model.lattice import ALL_KINDS, EPOCH_DAY, HALF_LIFE_DAYS, RECENT_DAYS, Lattice, worth
from hub.model.window import Sighting
from hub.policies.models import Tier
from tests.builders import CITY, COUNTY, NOISE, POLICY, TOWN, VILLAGE

TODAY = EPOCH_DAY + 9_000
CELL = (VILLAGE, NOISE)


def a_lattice(today: int = TODAY) -> Lattice:
    """A lattice on a day."""
    lattice = Lattice(POLICY, 2, frozenset({"complaint"}))
    lattice.advance(today)
    return lattice


def a_sighting(number: int) -> Sighting:
    """One matter."""
    return Sighting(number, f"hotline/e{number}", f"hotline/m{number}")


def test_a_matter_counts_at_its_place_and_every_place_above_by_kind_and_in_all() -> None:
    cells = list(a_lattice().cells(VILLAGE, NOISE, "complaint"))

    assert cells == [(place, kind) for place in (VILLAGE, TOWN, COUNTY, CITY) for kind in (NOISE, ALL_KINDS)]


def test_a_question_is_no_trouble_that_comes_back() -> None:
    assert list(a_lattice().cells(VILLAGE, NOISE, "consultation")) == []


def test_recent_days_are_counted_one_by_one_today_first() -> None:
    lattice = a_lattice()
    for number, age in enumerate((0, 0, 2, 6, 27)):
        lattice.add(TODAY - age, CELL, a_sighting(number))

    days = lattice.daily(CELL)
    assert {age: number for age, number in enumerate(days) if number} == {0: 2, 2: 1, 6: 1, 27: 1}


def test_days_counted_once_see_what_comes_and_goes_later() -> None:
    lattice = a_lattice()
    lattice.add(TODAY, CELL, a_sighting(1))
    assert lattice.daily(CELL)[0] == 1

    lattice.add(TODAY, CELL, a_sighting(2))
    assert lattice.daily(CELL)[0] == 2
    lattice.remove(TODAY, CELL, "hotline/m1")
    assert lattice.daily(CELL)[0] == 1
    lattice.advance(TODAY + 1)
    assert lattice.daily(CELL)[:2] == [0, 1]


def test_a_matter_is_worth_half_after_sixty_days() -> None:
    assert worth(TODAY + HALF_LIFE_DAYS) == 2 * worth(TODAY)


def test_a_day_that_leaves_the_recent_weeks_lives_on_in_the_past() -> None:
    lattice = a_lattice()
    lattice.add(TODAY, CELL, a_sighting(1))

    lattice.advance(TODAY + RECENT_DAYS)

    assert not any(lattice.daily(CELL))
    assert lattice.past_matters(CELL) == pytest.approx(1.0)


def test_the_past_is_exactly_the_same_in_any_order() -> None:
    sums = set()
    for order in permutations((30, 31, 95, 400)):
        lattice = a_lattice()
        for number, age in enumerate(order):
            lattice.add(TODAY - age, CELL, a_sighting(number))
        sums.add(lattice.past[CELL])

    assert len(sums) == 1


def test_what_is_taken_out_again_leaves_nothing() -> None:
    lattice = a_lattice()
    for age in (3, 40):
        lattice.add(TODAY - age, CELL, a_sighting(age))

    for age in (3, 40):
        lattice.remove(TODAY - age, CELL, f"hotline/m{age}")

    assert (lattice.past, lattice.recent.counts, lattice.active[Tier.VILLAGE]) == ({}, {}, 0)


def test_active_cells_are_counted_once_each() -> None:
    lattice = a_lattice()
    lattice.add(TODAY, CELL, a_sighting(1))
    lattice.add(TODAY - 50, CELL, a_sighting(2))
    lattice.add(TODAY, (VILLAGE, ALL_KINDS), a_sighting(1))

    assert lattice.active[Tier.VILLAGE] == 1
