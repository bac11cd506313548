"""A month counted a second time, naively, from the journal alone: figures and scores are the same.

Shares nothing with the hub but the journal, the calendar of the test city and the words of the contract.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any, Final

import orjson
import pytest

from hub.core._posts import Entry
from hub.model.assessment import Score, Total
from hub.policies.assessment import Assessment, AssessmentItem, Every, Formula
from hub.policies.models import Moment, Policy, Span, StatutoryClock, Tier, Unit
from hub.policies.patterns import DuplicateRule, Patterns
from hub.schemas.commands import COMMANDS, JudgePair
from hub.schemas.figures import Figure
from tests.builders import (
    CITY,
    COURT,
    FAR_VILLAGE,
    HOTLINE,
    NEXT_VILLAGE,
    OTHER_TOWN,
    TOWN,
    VILLAGE,
    Log,
    a_policy,
    a_report,
    an_update,
    at,
)

DAY: Final = 86_400_000
START: Final = at("03-01 00:00")
END: Final = at("04-01 00:00")
ACCEPT_DAYS: Final = 2
CLOSE_DAYS: Final = 6
REVIEW_DAYS: Final = 4
WEIGHTS: Final = {"accepted": 10, "closed": 30, "solved": 25, "satisfied": 20, "rated": 5, "redone": 10}
TOWN_OF: Final = {VILLAGE: TOWN, NEXT_VILLAGE: TOWN, FAR_VILLAGE: OTHER_TOWN}
SAME_SHARE: Final = 0.7
FEW: Final = 3
STATUSES: Final = ("accepted", "transferred", "resolved", "unresolved", "reopened", "diverted", "withdrawn")


def a_clock(name: str, starts: Moment, stops: Moment, days: int) -> StatutoryClock:
    span = Span(days, Unit.DAYS, rolls=False)
    return StatutoryClock(name, name, name, "article", "petition", starts, stops, span)


def an_item(code: str, formula: Formula, figure: Figure, **more: Any) -> AssessmentItem:  # noqa: ANN401 - any field
    return AssessmentItem(code, code, code, Fraction(WEIGHTS[code]), formula, figure, **more)


def the_policy(units: Tier | None) -> Policy:
    items = (
        an_item("accepted", Formula.RATE, Figure.ACCEPTED_IN_TIME),
        an_item("closed", Formula.BAND, Figure.CLOSED_IN_TIME, target=Fraction(90)),
        an_item("solved", Formula.RANK_STEP, Figure.SOLVED),
        an_item("satisfied", Formula.MIN_MAX, Figure.SATISFIED),
        an_item("rated", Formula.RATE, Figure.RATED),
        an_item("redone", Formula.MIN_MAX, Figure.REDONE, lower_is_better=True),
    )
    plan = Assessment("plan", "考核", "Plan", Every.MONTH, units, items)
    clocks = (
        a_clock("accept", Moment.RECEIVED, Moment.ACCEPTED, ACCEPT_DAYS),
        a_clock("close", Moment.RECEIVED, Moment.CLOSED, CLOSE_DAYS),
        a_clock("review", Moment.REOPENED, Moment.CLOSED, REVIEW_DAYS),
    )
    twice = DuplicateRule(name="twice", categories=(), within_days=3, steps_max=0, alike_min=0.5)
    return replace(
        a_policy(clocks=clocks, rules=()), assessments=(plan,), patterns=Patterns(duplicates=(twice,))
    )


def a_month(policy: Policy, seed: int) -> Log:
    """About 300 matters from mid-February on and what their sources said of them, in random order."""
    chance, log = Random(seed), Log(policy)
    acts: list[tuple[int, int, str]] = []
    for number in range(300):
        born = START - 15 * DAY + chance.randrange(46 * DAY)
        acts.append((born, number, ""))
        when = born
        for _ in range(chance.randrange(6)):
            when += chance.randrange(1, 4 * DAY)
            acts.append((when, number, chance.choice(STATUSES)))
    for turn, (when, number, status) in enumerate(sorted(acts)):
        if when >= END:
            break
        minute = when - when % 60_000
        item = _act(chance, f"m{number}", f"e{turn}", status)
        log.take(_text(minute), item._replace(at_ms=minute, clock_ms=minute))
        _judge(chance, log, minute, f"j{turn}")
    log.tick("04-01 00:00")
    return log


def _judge(chance: Random, log: Log, minute: int, command: str) -> None:
    """Every tenth time a person says of some pair that it is one matter, or two after all."""
    pairs = sorted(log.state.pairs)
    if pairs and not chance.randrange(10):
        pair_id, same = chance.choice(pairs), chance.random() < SAME_SHARE
        log.command(_text(minute), JudgePair(jurisdiction=CITY, id=command, pair_id=pair_id, same=same))


def _act(chance: Random, matter: str, event: str, status: str) -> Any:  # noqa: ANN401 - an item
    if not status:
        place = chance.choice(sorted(TOWN_OF))
        told = {
            "channel": chance.choice(("hotline", "court")),
            "summary": f"第{chance.randrange(40)}号路灯不亮",
        }
        return a_report(matter, event, place=place, responsible=chance.choice(("", COURT)), **told)
    words: dict[str, Any] = {"satisfaction": chance.choice(("", "", "satisfied", "dissatisfied", "unrated"))}
    if status == "transferred":
        words["to_agency"] = chance.choice((COURT, HOTLINE))
    return an_update(status, matter, event, **words)


def _text(at_ms: int) -> str:
    minutes = (at_ms - at("02-01 00:00")) // 60_000
    day, minute = divmod(minutes, 1440)
    month, day = (2, day + 1) if day < 28 else (3, day - 27)
    return f"{month:02d}-{day:02d} {minute // 60:02d}:{minute % 60:02d}"


Sums = dict[tuple[str, str], list[int]]


def retold(entries: list[Entry], twins: set[str], *, by_town: bool) -> Sums:
    """Count, matter by matter, what the journal says was met of what counted, by unit and item."""
    told: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.outcome == "accepted" and entry.item.matter_id:
            told[entry.item.matter_id].append(entry)
    sums: Sums = defaultdict(lambda: [0, 0])
    for matter, news in told.items():
        if matter not in twins:
            _count(sums, news, by_town=by_town)
    return sums


def told_again(log: Log) -> set[str]:
    """Give the matters that are another one told again, by the last word on each pair and what was withdrawn.

    Only a suspicion is taken from the hub: what became of it is read off the journal.
    """
    second: dict[str, str] = {}
    for entry in log.told.entries:
        item = entry.item
        if entry.outcome != "accepted":
            continue
        if item.status == "withdrawn":
            second = {two: one for two, one in second.items() if one != item.matter_id}
        if item.agency == COMMANDS:
            said = orjson.loads(item.body)
            pair = log.state.pairs[said["pair_id"]]
            one, two = (key.partition("/")[2] for key in (pair.first, pair.second))
            second.pop(two, None)
            if said["same"]:
                second[two] = one
    return set(second)


def _count(sums: Sums, news: list[Entry], *, by_town: bool) -> None:
    """Tell one matter's story; the first entry is its report."""
    first = news[0]
    born, agency = first.hub_ms, first.item.responsible or first.item.agency
    story = {"accepted": 0, "closed": 0, "reopened": 0, "word": "", "word_at": 0, "rating": "", "redone": 0}
    open_, withdrawn = True, False
    accept_due, close_due = _end_of(born, ACCEPT_DAYS), _end_of(born, CLOSE_DAYS)
    for entry in news[1:]:
        status, when = entry.item.status, entry.hub_ms
        agency = entry.item.to_agency or agency
        story["rating"] = entry.item.satisfaction or story["rating"]
        if status == "withdrawn":
            withdrawn = True
        if status == "accepted" and not story["accepted"]:
            story["accepted"] = when
        if status in ("resolved", "diverted", "unresolved"):
            if story["word"] != status:
                story["word"], story["word_at"] = status, when
            if status == "unresolved":
                open_, story["closed"] = True, 0
            elif open_ and not withdrawn:
                open_, story["closed"] = False, when
        if status == "reopened":
            open_ = True
            story |= {"closed": 0, "word": "", "word_at": 0, "accepted": 0, "reopened": when}
            story["redone"] += 1  # type: ignore[operator]
            accept_due, close_due = 0, _end_of(when, REVIEW_DAYS)
    if not withdrawn:
        unit = TOWN_OF[first.item.place] if by_town else agency
        _add(sums, unit, story, accept_due, close_due)


def _end_of(when: int, days: int) -> int:
    return (when - START) // DAY * DAY + START + (days + 1) * DAY


def _add(sums: Sums, unit: str, story: dict[str, Any], accept_due: int, close_due: int) -> None:
    def put(item: str, when: int, *, met: bool) -> None:
        if START <= when < END:
            sums[unit, item][0] += met
            sums[unit, item][1] += 1

    closed = story["closed"]
    if accept_due:
        first = story["accepted"] or closed
        put("accepted", accept_due - 1, met=0 < first < accept_due)
    put("closed", close_due - 1, met=0 < closed < close_due)
    diverted = story["word"] == "diverted"
    if story["word"] and not diverted:
        put("solved", story["word_at"], met=story["word"] == "resolved")
    if closed and not diverted:
        rated = story["rating"] in ("satisfied", "dissatisfied")
        put("rated", closed, met=rated)
        if rated:
            put("satisfied", closed, met=story["rating"] == "satisfied")
    if closed or story["reopened"]:
        put("redone", closed or story["reopened"], met=bool(story["redone"]))


def points_of(sums: Sums) -> dict[str, Fraction]:
    """Give each unit's total by the formulas as they are written in words."""
    shares = {key: Fraction(100 * met, counted) for key, (met, counted) in sums.items() if counted >= 5}
    got: dict[str, list[tuple[int, Fraction]]] = defaultdict(list)
    for (unit, item), share in shares.items():
        weight = WEIGHTS[item]
        group = sorted(other for (_, name), other in shares.items() if name == item)
        low, high = group[0], group[-1]
        if item in ("accepted", "rated"):
            points = weight * share / 100
        elif item == "closed":
            points = max(weight - max(90 - share, Fraction(0)), Fraction(0))
        elif low == high:
            points = Fraction(weight)
        elif item == "solved":
            places = [n for n, other in enumerate(reversed(group)) if other == share]
            steps = [1 - Fraction(2, 5) * Fraction(n, len(group) - 1) for n in places]
            points = weight * sum(steps, Fraction(0)) / len(steps)
        else:
            good = (high - share if item == "redone" else share - low) / (high - low)
            points = weight * (Fraction(3, 5) + Fraction(2, 5) * good)
        got[unit].append((weight, points))
    return {
        unit: sum((points for _, points in pairs), Fraction(0)) * 100 / sum(weight for weight, _ in pairs)
        for unit, pairs in got.items()
    }


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("units", [None, Tier.TOWNSHIP])
def test_a_month_counted_again_from_the_journal_is_the_same(units: Tier | None, seed: int) -> None:
    log = a_month(the_policy(units), seed)

    twins = told_again(log)
    sums = retold(log.told.entries, twins, by_town=units is not None)

    got = [row.got for row in log.state.changed.scores if row.period == "2026-03"]
    figures = {
        (one.unit, one.item): [one.value.met, one.value.counted]
        for one in got
        if isinstance(one, Score) and one.value is not None
    }
    assert len(twins) > FEW
    assert sum(counted for _, counted in sums.values()) > 350
    assert figures == {key: value for key, value in sums.items() if value[1]}
    assert {one.unit: one.points for one in got if isinstance(one, Total)} == points_of(sums)
