"""Recurrence windows: distinct matters in a cell within the last days."""

from __future__ import annotations

import pytest

from hub.model.window import Cell, Sighting, Window

HERE: Cell = ("village", "noise")
THERE: Cell = ("village", "water")


def a_window(*days: int, today: int = 10, within: int = 7) -> Window:
    """A window with one matter a day in one cell, numbered in the order given."""
    window = Window(within)
    window.advance(today)
    for number, day in enumerate(days, start=1):
        window.add(day, HERE, a_sighting(number))
    return window


def a_sighting(number: int) -> Sighting:
    return Sighting(number, f"a/e{number}", f"a/m{number}")


def test_the_window_holds_its_days_and_no_more() -> None:
    window = a_window(3, 4, 10)

    assert window.count(HERE) == 2
    assert [sighting.entry for sighting in window.sightings(HERE)] == [2, 3]


def test_a_day_that_leaves_is_subtracted_once() -> None:
    window = a_window(4, 4, 5, 10)

    counts = []
    for today in (10, 11, 11, 12, 30):
        window.advance(today)
        counts.append(window.count(HERE))

    assert counts == [4, 2, 2, 1, 0]


def test_cells_are_counted_apart() -> None:
    window = a_window(10)
    window.add(10, THERE, a_sighting(2))

    assert (window.count(HERE), window.count(THERE)) == (1, 1)


def test_a_removed_matter_counts_no_more_and_the_others_stay() -> None:
    window = a_window(10, 10, 9)

    window.remove(10, HERE, "a/m1")

    assert [sighting.matter for sighting in window.sightings(HERE)] == ["a/m2", "a/m3"]
    assert window.count(HERE) == 2


def test_removing_what_already_left_the_window_is_no_fault() -> None:
    window = a_window(4)
    window.advance(20)

    window.remove(4, HERE, "a/m1")

    assert window.count(HERE) == 0


def test_removing_a_matter_that_lies_elsewhere_changes_nothing() -> None:
    window = a_window(10)

    window.remove(10, HERE, "a/m9")
    window.remove(9, HERE, "a/m1")

    assert window.count(HERE) == 1


def test_an_emptied_cell_leaves_nothing_behind() -> None:
    window = a_window(10)

    window.remove(10, HERE, "a/m1")

    assert (window.counts, window.sightings(HERE)) == ({}, [])


def test_sightings_come_in_log_order_whatever_their_days() -> None:
    window = a_window(10, 5, 8)

    assert [sighting.entry for sighting in window.sightings(HERE)] == [1, 2, 3]


def test_a_window_never_moves_back() -> None:
    window = a_window(today=10)

    with pytest.raises(AssertionError, match="only moves forward"):
        window.advance(9)


def test_nothing_is_sighted_tomorrow() -> None:
    window = a_window(today=10)

    with pytest.raises(AssertionError, match="never after"):
        window.add(11, HERE, a_sighting(1))
