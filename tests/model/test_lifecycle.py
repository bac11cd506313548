"""The lifecycle table: every pair of phase and move, allowed or not."""

from __future__ import annotations

from itertools import product

import pytest

from hub.model.lifecycle import MOVES, MoveRefused, Phase, after, is_open
from hub.schemas.reasons import DecisionKind

ALLOWED = {
    ("suspected", "problem_reinforced"): "suspected",
    ("suspected", "problem_confirmed"): "treating",
    ("suspected", "problem_dismissed"): "dismissed",
    ("treating", "problem_reinforced"): "treating",
    ("treating", "tier_raised"): "treating",
    ("treating", "problem_dismissed"): "dismissed",
}


@pytest.mark.parametrize(("phase", "move"), list(product(Phase, DecisionKind)))
def test_every_move_is_allowed_exactly_where_the_page_says(phase: Phase, move: DecisionKind) -> None:
    expected = ALLOWED.get((phase, move))

    if expected is None:
        with pytest.raises(MoveRefused, match=f"{move} is not allowed from {phase}"):
            after(phase, move)
    else:
        assert after(phase, move) == expected


def test_the_table_holds_no_move_beyond_the_page() -> None:
    assert {(str(phase), str(move)): str(to) for (phase, move), to in MOVES.items()} == ALLOWED


def test_every_phase_is_reached_from_a_suspicion() -> None:
    reached = {Phase.SUSPECTED}
    for _ in Phase:
        reached |= {to for (start, _move), to in MOVES.items() if start in reached}

    assert reached == set(Phase)


def test_only_a_dismissed_problem_frees_its_cell() -> None:
    assert [phase for phase in Phase if not is_open(phase)] == [Phase.DISMISSED]
