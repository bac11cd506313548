"""The lifecycle tables: every pair of phase and move of a problem and of a task, allowed or not."""

from __future__ import annotations

from itertools import product

import pytest

from hub.model.lifecycle import (
    AT_WORK,
    HELD,
    MOVES,
    OPEN,
    TASK_MOVES,
    MoveRefused,
    Phase,
    TaskPhase,
    after,
    is_open,
    task_after,
)
from hub.schemas.reasons import DecisionKind

ANY_TIME = {
    "problem_dismissed": "dismissed",
    "problem_merged": "merged",
    "problem_split": "",
    "problem_reinforced": "",
    "label_added": "",
    "label_removed": "",
}
"""What may happen to whatever is open; "" leaves it in its phase."""

ALLOWED = {
    (phase, move): to or phase
    for phase in ("suspected", "confirmed", "treating", "ledgered", "settled")
    for move, to in ANY_TIME.items()
} | {
    ("suspected", "problem_confirmed"): "confirmed",
    ("confirmed", "tier_raised"): "confirmed",
    ("confirmed", "tier_lowered"): "confirmed",
    ("confirmed", "lead_named"): "confirmed",
    ("confirmed", "task_cut"): "treating",
    ("confirmed", "problem_settled"): "settled",
    ("treating", "tier_raised"): "treating",
    ("treating", "tier_lowered"): "treating",
    ("treating", "lead_named"): "treating",
    ("treating", "task_cut"): "treating",
    ("treating", "ledgered"): "ledgered",
    ("treating", "problem_settled"): "settled",
    ("ledgered", "tier_raised"): "treating",
    ("ledgered", "nudged"): "treating",
    ("ledgered", "problem_settled"): "settled",
    ("settled", "problem_rebounded"): "confirmed",
    ("settled", "problem_closed"): "closed",
}

TASK_ALLOWED = {
    ("cut", "task_accepted"): "accepted",
    ("cut", "task_returned"): "returned",
    ("cut", "task_done"): "done",
    ("cut", "extension_granted"): "cut",
    ("cut", "ledgered"): "ledgered",
    ("accepted", "task_returned"): "returned",
    ("accepted", "task_done"): "done",
    ("accepted", "extension_granted"): "accepted",
    ("accepted", "ledgered"): "ledgered",
    ("ledgered", "task_done"): "done",
    ("ledgered", "nudged"): "accepted",
    ("done", "task_verified"): "verified",
    ("done", "task_reopened"): "accepted",
    ("returned", "task_cut"): "passed",
    ("returned", "arbitration_opened"): "disputed",
    ("disputed", "arbitration_ruled"): "passed",
    **{(phase, "task_waived"): "waived" for phase in ("cut", "accepted", "ledgered", "returned", "disputed")},
}


@pytest.mark.parametrize(("phase", "move"), list(product(Phase, DecisionKind)))
def test_every_move_of_a_problem_is_allowed_exactly_where_the_page_says(
    phase: Phase, move: DecisionKind
) -> None:
    expected = ALLOWED.get((phase, move))

    if expected is None:
        with pytest.raises(MoveRefused, match=f"{move} is not allowed from {phase}"):
            after(phase, move)
    else:
        assert after(phase, move) == expected


@pytest.mark.parametrize(("phase", "move"), list(product(TaskPhase, DecisionKind)))
def test_every_move_of_a_task_is_allowed_exactly_where_the_page_says(
    phase: TaskPhase, move: DecisionKind
) -> None:
    expected = TASK_ALLOWED.get((phase, move))

    if expected is None:
        with pytest.raises(MoveRefused, match=f"{move} is not allowed of a task that is {phase}"):
            task_after(phase, move)
    else:
        assert task_after(phase, move) == expected


def test_the_tables_hold_no_move_beyond_the_page() -> None:
    assert {(str(phase), str(move)): str(to) for (phase, move), to in MOVES.items()} == ALLOWED
    assert {(str(phase), str(move)): str(to) for (phase, move), to in TASK_MOVES.items()} == TASK_ALLOWED


def test_every_phase_is_reached_from_a_suspicion() -> None:
    reached = {Phase.SUSPECTED}
    for _ in Phase:
        reached |= {to for (start, _move), to in MOVES.items() if start in reached}

    assert reached == set(Phase)


def test_every_phase_of_a_task_is_reached_from_its_cutting() -> None:
    reached = {TaskPhase.CUT}
    for _ in TaskPhase:
        reached |= {to for (start, _move), to in TASK_MOVES.items() if start in reached}

    assert reached == set(TaskPhase)


def test_an_end_has_no_move_out_and_frees_the_cell() -> None:
    ends = {Phase.CLOSED, Phase.DISMISSED, Phase.MERGED}

    assert {phase for phase in Phase if not is_open(phase)} == ends
    assert ends.isdisjoint(start for start, _move in MOVES)
    assert set(HELD) <= set(OPEN)


def test_what_an_agency_still_owes_has_a_way_to_its_end() -> None:
    for phase in AT_WORK:
        assert any(start is phase for start, _move in TASK_MOVES)
