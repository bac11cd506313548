"""What earlier bursts held is set aside, so that it does not pass for usual."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.aside import BURST_DAYS, PARTS, Aside, Burst, burst_of
from hub.model.lattice import EPOCH_DAY, RECENT_DAYS, worth
from hub.model.window import Cell

CELL: Cell = ("village", "noise")
DAY = EPOCH_DAY + 9_000
BURST = Burst(DAY - 6, DAY + BURST_DAYS, 500, "TC26-000001")
LATER = DAY + BURST_DAYS + RECENT_DAYS


def test_an_alarm_sets_aside_most_of_what_it_held_above_its_expectation() -> None:
    burst = burst_of(observed=10, expected=2.0, window_days=7, today=DAY)

    assert burst == Burst(DAY - 6, DAY + BURST_DAYS, 560)
    assert burst_of(3, 4.0, 7, DAY).part == 0


def test_only_the_days_of_the_burst_count() -> None:
    aside = Aside()

    aside.open(CELL, BURST, [(DAY - 7, 4), (DAY - 6, 2), (DAY, 3)])

    assert aside.counts == {CELL: {DAY - 6: 2, DAY: 3}}


def test_what_is_recent_is_not_yet_past() -> None:
    aside = Aside()
    aside.open(CELL, BURST, [(DAY, 2)])

    assert aside.past_units(CELL, DAY + RECENT_DAYS - 1) == 0
    assert aside.past_units(CELL, DAY + RECENT_DAYS) == worth(DAY)


def test_a_matter_after_the_alarm_belongs_to_the_burst_for_four_weeks() -> None:
    aside = Aside()
    aside.open(CELL, BURST, [])

    aside.add(DAY + BURST_DAYS, CELL)
    aside.add(DAY + BURST_DAYS + 1, CELL)

    assert aside.counts == {CELL: {DAY + BURST_DAYS: 1}}
    assert aside.is_open(CELL, DAY + BURST_DAYS)
    assert not aside.is_open(CELL, DAY + BURST_DAYS + 1)


def test_a_cell_without_a_burst_sets_nothing_aside() -> None:
    aside = Aside()

    aside.add(DAY, CELL)
    aside.remove(DAY, CELL)

    assert aside == Aside()
    assert aside.past_units(CELL, LATER) == 0


def test_days_of_an_earlier_burst_stay_with_it() -> None:
    aside = Aside()
    aside.open(CELL, BURST, [(DAY, 2)])

    aside.open(CELL, Burst(DAY + 25, DAY + 60, PARTS), [(DAY + 27, 1), (DAY + 29, 1)])

    assert aside.past_units(CELL, DAY + 100) == worth(DAY) + worth(DAY + 27) // 2 + worth(DAY + 29)


def test_a_burst_found_to_be_none_leaves_no_trace() -> None:
    aside, without = Aside(), Aside()
    for one in (aside, without):
        one.open(CELL, BURST, [(DAY, 2)])
    aside.open(CELL, Burst(DAY + 20, DAY + 60, PARTS, "TC26-000002"), [(DAY + 21, 3), (DAY + 31, 4)])
    without.add(DAY + 21, CELL, 3)

    aside.drop(CELL, "TC26-000002")
    assert aside == without

    aside.drop(CELL, BURST.problem)
    assert aside == Aside()


def test_a_problem_that_opened_with_no_burst_drops_none() -> None:
    aside = Aside()
    aside.open(CELL, BURST, [(DAY, 2)])

    aside.drop(CELL, "TC26-000002")
    aside.drop(("village", "dust"), "TC26-000002")

    assert aside.bursts == {CELL: (BURST,)}


@pytest.mark.parametrize("day", [DAY - 7, DAY])
def test_a_matter_taken_out_leaves_no_trace(day: int) -> None:
    aside, never = Aside(), Aside()
    for one in (aside, never):
        one.open(CELL, BURST, [(DAY - 2, 1)])

    aside.add(day, CELL)
    aside.remove(day, CELL)

    assert aside == never


@given(st.lists(st.integers(DAY - 20, DAY + 40), max_size=20), st.data())
def test_the_order_in_which_matters_come_changes_nothing(days: list[int], data: st.DataObject) -> None:
    known = data.draw(st.integers(0, len(days)))
    one, other = Aside(), Aside()

    one.open(CELL, BURST, [])
    for day in days:
        one.add(day, CELL)
    other.open(CELL, BURST, [(day, days[:known].count(day)) for day in set(days[:known])])
    for day in reversed(days[known:]):
        other.add(day, CELL)

    assert one == other
