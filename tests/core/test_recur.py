"""Recurrence: what comes back to a key after it came to rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core._recur import (
    LEVEL_DAYS,
    RECUR_DAYS,
    Spell,
    chance_of,
    level,
    recurrences,
    weight,
)

FIRST = Spell(100, 110)
SPELLS = st.lists(
    st.builds(
        lambda opened, length: Spell(opened, None if length is None else opened + length),
        st.integers(0, 400),
        st.none() | st.integers(0, 60),
    ),
    max_size=8,
)


@pytest.mark.parametrize(("gap", "back"), [(0, ()), (1, (111,)), (RECUR_DAYS, (200,)), (RECUR_DAYS + 1, ())])
def test_a_matter_recurs_from_the_day_after_closure_for_ninety_days(gap: int, back: tuple[int, ...]) -> None:
    assert recurrences([FIRST, Spell(110 + gap, None)]) == back


def test_another_matter_while_one_is_open_is_no_recurrence() -> None:
    assert recurrences([FIRST, Spell(105, 106), Spell(108, 120)]) == ()


def test_a_key_rests_only_when_its_last_matter_is_closed() -> None:
    overlapping = [FIRST, Spell(108, 130)]

    assert recurrences([*overlapping, Spell(120, 125)]) == ()
    assert recurrences([*overlapping, Spell(131, 140)]) == (131,)


def test_a_matter_never_closed_lets_nothing_recur() -> None:
    assert recurrences([Spell(90, None), FIRST, Spell(120, 125)]) == ()


@pytest.mark.parametrize("times", range(6))
def test_the_level_counts_recurrences_up_to_three(times: int) -> None:
    spells = [FIRST, *(Spell(110 + 20 * n, 115 + 20 * n) for n in range(1, times + 1))]

    assert level(spells, 230) == min(times, 3)


def test_a_recurrence_half_a_year_old_counts_no_more() -> None:
    spells = [FIRST, Spell(120, 121)]

    assert level(spells, 120 + LEVEL_DAYS) == 1
    assert level(spells, 120 + LEVEL_DAYS + 1) == 0


def test_what_comes_later_than_today_does_not_count_yet() -> None:
    assert level([FIRST, Spell(120, 121)], 119) == 0


def test_a_matter_weighs_half_after_a_third_of_a_year() -> None:
    assert weight([FIRST], 100) == 1.0
    assert weight([FIRST], 220) == pytest.approx(0.5)


def test_a_busy_key_comes_back_by_its_busyness() -> None:
    back = [FIRST, Spell(115, 116), Spell(120, 121), Spell(126, 127)]

    assert chance_of(back, 130, a_day=0.2) > 0.3
    assert chance_of(back, 130, a_day=0.005) < 0.001


def test_a_key_that_never_came_back_is_no_surprise() -> None:
    assert chance_of([FIRST], 130, a_day=0.01) == 1.0


@given(spells=SPELLS, data=st.data())
def test_the_order_in_which_matters_are_known_changes_nothing(
    spells: list[Spell], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(spells))

    assert recurrences(shuffled) == recurrences(spells)
    assert weight(shuffled, 500) == weight(spells, 500)
    assert chance_of(shuffled, 300, 0.05) == chance_of(spells, 300, 0.05)


@given(spells=SPELLS)
def test_nothing_recurs_on_a_day_on_which_another_matter_is_open(spells: list[Spell]) -> None:
    for day in recurrences(spells):
        assert not any(one.opened < day and (one.closed is None or one.closed >= day) for one in spells)
