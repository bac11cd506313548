"""Ids derived from their causes, and the numbers people say."""

from __future__ import annotations

import pytest

from hub.model.ids import derive_id, problem_number


def test_an_id_depends_on_nothing_but_its_causes() -> None:
    # Written down: an id that changed with a release would be said anew to everybody outside.
    assert (
        derive_id("tier_raised", "990100000000", "timer/TC26-000001/1") == "abdf09b9a73f3daf680870b4f06123a3"
    )


def test_other_causes_give_another_id() -> None:
    ids = {
        derive_id("a", "b", "c"),
        derive_id("a", "bc"),
        derive_id("ab", "c"),
        derive_id("a", "c", "b"),
        derive_id("a", "b", "c", ""),
    }

    assert len(ids) == 5


def test_an_id_is_32_hex_digits() -> None:
    assert set(derive_id("kind", "cause")) <= set("0123456789abcdef")
    assert len(derive_id("kind", "cause")) == 32


@pytest.mark.parametrize(
    ("year", "sequence", "number"),
    [(2026, 1, "SM26-000001"), (2009, 123, "SM09-000123"), (2100, 1_234_567, "SM00-1234567")],
)
def test_a_problem_s_number_is_letters_year_and_sequence(year: int, sequence: int, number: str) -> None:
    assert problem_number("SM", year, sequence) == number


def test_numbers_start_at_one() -> None:
    with pytest.raises(AssertionError, match="start at 1"):
        problem_number("SM", 2026, 0)
