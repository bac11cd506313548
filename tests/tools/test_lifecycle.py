"""The page of the lifecycle says of every move who makes it, when, and what it does."""

from __future__ import annotations

from hub.model.lifecycle import MOVES, TASK_MOVES, Phase, TaskPhase
from hub.tools.lifecycle import AGENCY_MOVES, PHASES, PROBLEM_MOVES, lifecycle_page


def test_every_move_has_an_actor_a_guard_and_an_effect_and_none_is_told_that_is_no_move() -> None:
    assert set(PROBLEM_MOVES) == {kind for _phase, kind in MOVES}
    assert set(AGENCY_MOVES) == {kind for _phase, kind in TASK_MOVES}


def test_every_phase_has_its_words_in_both_languages() -> None:
    words = [PHASES[phase] for phase in (*Phase, *TaskPhase)]

    assert all(zh and en.isascii() for zh, en in words)


def test_the_page_draws_every_move_once_as_a_row() -> None:
    rows = [line for line in lifecycle_page().splitlines() if line.startswith("| ") and "`" in line]

    assert len(rows) == len(MOVES) + len(TASK_MOVES)
    assert len(set(rows)) == len(rows)
