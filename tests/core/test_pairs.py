"""One matter over two channels: pairs are suspected, judged, undone, and every count follows exactly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.model.pair import Pair, PairStanding
from hub.policies.models import Confirmation, FrequentRule, Tier
from hub.policies.patterns import DuplicateRule, Patterns
from hub.schemas.commands import JudgePair
from tests.builders import (
    CITY,
    COURT,
    NEXT_VILLAGE,
    PER_VILLAGE,
    VILLAGE,
    WAGES,
    Log,
    a_policy,
    a_report,
    an_update,
    at,
    decisions,
    kinds,
)

RULE = DuplicateRule(name="duplicates", categories=(), within_days=3, steps_max=0, alike_min=0.5)
POLICY = a_policy(rules=(PER_VILLAGE,), patterns=Patterns(duplicates=(RULE,)))
LAMP = "新华路38号路灯不亮"


def a_pair(log: Log, **changes: Any) -> list[Pair]:  # noqa: ANN401 - any field of the second report
    """The same lamp told to the hotline and, a day later, to the court; gives the pairs."""
    log.take("03-02 09:00", a_report("m1", channel="hotline", summary=LAMP))
    second = {"agency": COURT, "channel": "court", "summary": "反映新华路38号的路灯坏了"} | changes
    log.take("03-03 09:00", a_report("m2", **second))
    return list(log.state.pairs.values())


def judged(log: Log, when: str, *, same: bool, command: str = "j1", pair_id: str = "") -> str:
    """Judge the one pair; gives the outcome and the code, if there is one."""
    pair_id = pair_id or next(iter(log.state.pairs))
    told = log.command(when, JudgePair(jurisdiction=CITY, id=command, pair_id=pair_id, same=same))
    entry = told.entries[0]
    return entry.code or entry.outcome


def test_the_same_lamp_over_two_channels_is_a_suspected_pair_and_still_counts_twice() -> None:
    log = Log(POLICY)

    (pair,) = a_pair(log)

    assert (pair.first, pair.second, pair.standing) == ("hotline/m1", "court/m2", PairStanding.SUSPECTED)
    assert "新华路" in pair.shared
    assert (log.counted(), log.decisions()) == (2, [])


def test_no_pair_is_suspected_within_one_channel_elsewhere_of_another_kind_or_too_late() -> None:
    assert a_pair(Log(POLICY), agency="hotline", channel="hotline") == []
    assert a_pair(Log(POLICY), place=NEXT_VILLAGE) == []
    assert a_pair(Log(POLICY), category=WAGES) == []
    assert a_pair(Log(POLICY), summary="垃圾无人清运") == []
    assert a_pair(Log(POLICY), at_ms=at("02-26 09:00")) == []


def test_a_category_may_have_a_wider_radius_of_its_own() -> None:
    wide = replace(RULE, name="wide", categories=("A",), steps_max=2)
    log = Log(replace(POLICY, patterns=Patterns(duplicates=(RULE, wide))))

    (pair,) = a_pair(log, place=NEXT_VILLAGE)

    assert (pair.rule, pair.steps) == ("wide", 2)


def test_what_was_closed_before_is_not_told_again() -> None:
    log = Log(POLICY)
    log.take("03-02 09:00", a_report("m1", channel="hotline", summary=LAMP))
    log.take("03-02 10:00", an_update("resolved", "m1"))

    log.take("03-03 09:00", a_report("m2", agency=COURT, channel="court", summary=LAMP))

    assert log.state.pairs == {}


def test_a_confirmed_pair_counts_once_and_undone_twice_again() -> None:
    log = Log(POLICY)
    a_pair(log)

    assert judged(log, "03-03 10:00", same=True) == "accepted"
    assert log.counted() == 1
    assert judged(log, "03-03 11:00", same=False, command="j2") == "accepted"
    assert log.counted() == 2


def test_a_third_report_opens_no_problem_while_two_are_one_but_undoing_does() -> None:
    log = Log(POLICY)
    a_pair(log)
    judged(log, "03-03 10:00", same=True)
    quiet = log.take("03-04 09:00", a_report("m3"))

    told = log.command(
        "03-04 10:00",
        JudgePair(jurisdiction=CITY, id="j2", pair_id=next(iter(log.state.pairs)), same=False),
    )

    assert kinds(quiet) == []
    assert kinds(told)[:2] == ["problem_suspected", "problem_confirmed"]
    assert decisions(told)[0].measure is not None
    assert decisions(told)[0].cause == "command/j2"


def test_a_problem_loses_the_second_matter_and_gets_it_back() -> None:
    log = Log(POLICY)
    a_pair(log)
    log.take("03-04 09:00", a_report("m3"))
    number = next(iter(log.state.problems))
    assert log.state.problems[number].matters == 3

    judged(log, "03-04 10:00", same=True)
    assert log.state.problems[number].matters == 2
    judged(log, "03-04 11:00", same=False, command="j2")

    assert log.state.problems[number].matters == 3
    assert log.state.members[number]["court/m2"].counts


def test_when_the_first_is_withdrawn_the_second_stands_for_itself() -> None:
    log = Log(POLICY)
    a_pair(log)
    judged(log, "03-03 10:00", same=True)

    log.take("03-03 11:00", an_update("withdrawn", "m1"))

    assert log.counted() == 1
    assert log.state.twins == {}


def test_when_the_second_is_withdrawn_or_corrected_nothing_is_counted_twice() -> None:
    log = Log(POLICY)
    a_pair(log)
    judged(log, "03-03 10:00", same=True)

    log.take("03-03 11:00", an_update("corrected", "m2", agency=COURT, place=NEXT_VILLAGE))
    assert (log.counted(), log.counted(NEXT_VILLAGE)) == (1, 0)
    log.take("03-03 12:00", an_update("withdrawn", "m2", agency=COURT))
    judged(log, "03-03 13:00", same=False, command="j2")

    assert (log.counted(), log.counted(NEXT_VILLAGE)) == (1, 0)


def test_a_pair_nobody_knows_or_judged_so_already_is_refused() -> None:
    log = Log(POLICY)
    a_pair(log)
    judged(log, "03-03 10:00", same=True)

    assert judged(log, "03-03 11:00", same=True, command="j2") == "NOT_ALLOWED"
    assert judged(log, "03-03 12:00", same=True, command="j3", pair_id="nothing") == "UNKNOWN_PAIR"


def test_a_pair_that_was_put_apart_may_still_be_found_one() -> None:
    log = Log(POLICY)
    a_pair(log)

    judged(log, "03-03 10:00", same=False)
    assert log.counted() == 2
    judged(log, "03-03 11:00", same=True, command="j2")

    assert log.counted() == 1


def test_windows_of_every_tier_count_a_confirmed_pair_once() -> None:
    town = FrequentRule("town", Tier.TOWNSHIP, 1, 30, 9, Confirmation.AUTO)
    log = Log(replace(POLICY, rules=(PER_VILLAGE, town)))
    a_pair(log)

    judged(log, "03-03 10:00", same=True)

    assert [sum(window.counts.values()) for window in log.state.windows] == [1, 1]
    assert log.counted(VILLAGE) == 1
