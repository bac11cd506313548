"""The law of restarts where rules and labels that seldom apply do: busy months under thresholds that little reaches."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

import orjson

from hub.core._fold import fold
from hub.core._posts import Told
from hub.model.state import State, empty_state
from hub.schemas.commands import JudgePair
from hub.schemas.inbox import Item, Message, Packed, Tick
from hub.schemas.reasons import DecisionKind, Label, SuspicionReason
from tests.builders import (
    CITY,
    COURT,
    FAR_VILLAGE,
    HOTLINE,
    NEXT_VILLAGE,
    NOISE,
    VILLAGE,
    WATER,
    a_report,
    an_update,
    at,
)
from tests.properties.test_patterns import (
    DAY_MS,
    EVERYTHING,
    STATUSES,
    WORDS,
    Dated,
    essence,
    folded,
    stop_and_go,
)

SEEDS: Final = range(8)
STEPS: Final = 220
MATTERS: Final = 40
QUIET_DAYS: Final = 200


def busy_months(seed: int) -> Dated:
    """Matters, news of them and judgements of the pairs that are suspected by then, at random; then months pass."""
    chance, state = Random(seed), empty_state(EVERYTHING)
    now_ms, log = at("01-05 09:00"), []
    for position in range(1, STEPS):
        now_ms += chance.choice((0, 0, 0, 1, 1, 2, 3, 7)) * DAY_MS + 1000
        pairs = sorted(state.pairs)
        message: Message
        if pairs and chance.random() < 0.1:
            pair_id, same = chance.choice(pairs), chance.random() < 0.7
            message = JudgePair(jurisdiction=CITY, id=f"c{position}", pair_id=pair_id, same=same)
        else:
            item = _said(chance)._replace(position=position, at_ms=now_ms, clock_ms=now_ms)
            message = Packed(jurisdiction=CITY, items=[item])
        fold(state, EVERYTHING, message, now_ms, Told())
        log.append((now_ms, message))
    return [*log, (now_ms + QUIET_DAYS * DAY_MS, Tick())]


def _said(chance: Random) -> Item:
    matter, agency = f"m{chance.randrange(MATTERS)}", chance.choice((HOTLINE, COURT))
    if chance.random() < 0.4:
        status = chance.choice(STATUSES)
        place = chance.choice((VILLAGE, NEXT_VILLAGE)) if status == "corrected" else ""
        event = f"u-{matter}-{chance.randrange(999)}"
        return an_update(status, matter, event, agency=agency, place=place)
    return a_report(
        matter,
        f"e-{matter}",
        agency=agency,
        channel=agency,
        place=chance.choice((VILLAGE, VILLAGE, VILLAGE, NEXT_VILLAGE, FAR_VILLAGE)),
        category=chance.choice((NOISE, NOISE, NOISE, WATER)),
        summary=chance.choice(WORDS),
        severity=1 if chance.random() < 0.08 else 4,
    )


def fired(state: State, lines: list[str]) -> set[str]:
    """Give the rules that opened a problem, the kinds of suspicion, which labels came and went, what is told twice."""
    found = {problem.rule for problem in state.problems.values()} | ({"twins"} if state.twins else set())
    for said in map(orjson.loads, lines):
        if "label" in said:
            found.add(f"{said['kind']} {said['label']}")
        elif said["kind"] == DecisionKind.PROBLEM_SUSPECTED:
            found.add(said["reason"])
    return found


def test_what_seldom_applies_does_here_and_survives_restarts(tmp_path: Path) -> None:
    seen: set[str] = set()
    for seed in SEEDS:
        log = busy_months(seed)
        chance = Random(seed)
        state, lines = folded(log)
        seen |= fired(state, lines)

        loaded, said = stop_and_go(_new(tmp_path, seed), log, [chance.randrange(len(log)) for _ in range(4)])

        assert said == lines
        assert essence(loaded) == essence(state)
    assert {
        *SuspicionReason,
        "severe",
        "season",
        *(f"label_added {label}" for label in Label),
        "twins",
    } <= seen
    assert {f"label_removed {label}" for label in (Label.FREQUENT, Label.LOCAL, Label.INDUSTRY)} <= seen


def _new(tmp_path: Path, seed: int) -> Path:
    folder = tmp_path / str(seed)
    folder.mkdir()
    return folder
