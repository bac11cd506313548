"""What a long replay puts away comes back when it is named, and nothing is decided otherwise for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from hub.core._fold import fold
from hub.core._posts import Told
from hub.core._speech import line_of, render
from hub.model.decision import Decision
from hub.model.ids import derive_id
from hub.model.state import State, empty_state
from hub.policies.patterns import DuplicateRule, Patterns
from hub.schemas.commands import JudgePair
from hub.schemas.inbox import Item, Message, Packed
from hub.tools.shelf import Shelf
from tests.builders import CITY, COURT, PER_VILLAGE, a_policy, a_report, an_update, at

TWICE = DuplicateRule(name="twice", categories=(), within_days=3, steps_max=0, alike_min=0.5)
POLICY = a_policy(rules=(PER_VILLAGE,), patterns=Patterns(duplicates=(TWICE,)))
LAMP = "新华路38号路灯不亮"
PAIR = derive_id("pair", CITY, "hotline/m1", f"{COURT}/m2")
TOLD_TWICE = (
    ("03-02 09:00", a_report("m1", channel="hotline", summary=LAMP)),
    ("03-03 09:00", a_report("m2", agency=COURT, channel="court", summary=LAMP)),
)


def the_log(*steps: tuple[str, Item | JudgePair]) -> Iterator[tuple[int, Message]]:
    """Messages of a log with their times; each event is a record of its own."""
    for position, (when, step) in enumerate(steps, start=1):
        if isinstance(step, Item):
            placed = step._replace(position=position, at_ms=at(when))
            yield at(when), Packed(jurisdiction=CITY, items=[placed])
        else:
            yield at(when), step


def folded(at_hand_max: int, *steps: tuple[str, Item | JudgePair]) -> tuple[State, list[str], list[str]]:
    """Fold a log with a shelf; gives the state, the outcomes and the decision lines."""
    state, told = empty_state(POLICY), Told()
    with closing(Shelf(at_hand_max)) as shelf:
        for at_ms, message in the_log(*steps):
            shelf.fetch(state, message)
            fold(state, POLICY, message, at_ms, told)
            shelf.settle(state)
    outcomes = [str(entry.code or entry.outcome) for entry in told.entries]
    return (
        state,
        outcomes,
        [render(line_of(post, POLICY)) for post in told.posts if isinstance(post, Decision)],
    )


def test_a_matter_put_away_is_known_when_it_is_named_again() -> None:
    state, outcomes, _ = folded(
        0,
        ("03-02 09:00", a_report()),
        ("06-02 09:00", an_update("resolved")),
        ("06-03 09:00", an_update("x", "m9")),
    )

    assert outcomes == ["accepted", "accepted", "UNKNOWN_MATTER"]
    assert state.matters == {}


def test_nothing_is_decided_otherwise_with_an_empty_hand() -> None:
    steps = (
        *((f"03-{day:02} 09:00", a_report(f"m{day}")) for day in range(2, 8)),
        ("03-08 09:00", an_update("withdrawn", "m2")),
        ("03-09 09:00", a_report("m2", "e-again")),
        ("03-10 09:00", an_update("reopened", "m3")),
    )

    empty, full = folded(0, *steps), folded(100, *steps)

    assert full[2]
    assert empty[1:] == full[1:]


def test_a_pair_suspected_long_ago_can_be_judged() -> None:
    _, outcomes, _ = folded(
        0,
        *TOLD_TWICE,
        ("05-04 09:00", JudgePair(jurisdiction=CITY, id="j1", pair_id=PAIR, same=True)),
        ("05-05 09:00", JudgePair(jurisdiction=CITY, id="j2", pair_id="nothing", same=True)),
    )

    assert outcomes == ["accepted", "accepted", "accepted", "UNKNOWN_PAIR"]


def test_what_was_told_again_stands_for_itself_when_the_first_is_withdrawn() -> None:
    state, _, _ = folded(
        0,
        *TOLD_TWICE,
        ("03-04 09:00", JudgePair(jurisdiction=CITY, id="j1", pair_id=PAIR, same=True)),
        ("03-05 09:00", an_update("withdrawn", "m1")),
    )

    assert state.twins == {}
