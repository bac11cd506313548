"""Suspicions of one matter or one key: too severe, back again, redone, passed around, open too long; and wide ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hub.core._said import Cause, Turn
from hub.core.settle import close, settle
from hub.model.lifecycle import Phase
from hub.policies.models import Confirmation, Rises, Span, Tier, TierPolicy, Unit
from hub.policies.patterns import (
    LingeringRule,
    Patterns,
    RecurrentRule,
    SevereRule,
    TimesRule,
    WidespreadRule,
)
from hub.schemas.inbox import Item
from hub.schemas.task_reasons import SettleReason
from tests.builders import (
    COUNTY,
    FAR_VILLAGE,
    NEXT_VILLAGE,
    NOISE,
    PER_VILLAGE,
    STAGES,
    TOWN,
    VILLAGE,
    WATER,
    Log,
    a_policy,
    a_report,
    an_update,
    decisions,
    kinds,
)

AUTO = Confirmation.AUTO
RECURRENT = RecurrentRule(name="recurrent", confirm=AUTO, level_min=2, chance_max=0.5)
RIVER = "东牙河水发黑"


def a_log(**patterns: Any) -> Log:  # noqa: ANN401 - any rule
    """A log whose only rules are these."""
    return Log(a_policy(rules=(), patterns=Patterns(**patterns)))


def day(number: int) -> str:
    """A morning so many days after the first of January."""
    return f"{date(2026, 1, 1) + timedelta(days=number):%m-%d} 09:00"


def told(matter: str, **changes: Any) -> Item:  # noqa: ANN401 - any field
    """A report that names a river."""
    return a_report(matter, **({"summary": RIVER} | changes))


def closed(matter: str) -> Item:
    return an_update("resolved", matter, f"u-{matter}")


def came_and_went(log: Log, *days: tuple[int, int]) -> None:
    """Matters that came on a day and were closed on another."""
    for n, (came, went) in enumerate(days):
        log.take(day(came), told(f"m{n}"))
        log.take(day(went), closed(f"m{n}"))


def test_a_river_that_comes_back_twice_after_closure_is_recurrent() -> None:
    log = a_log(recurrent=RECURRENT)
    came_and_went(log, (1, 3), (20, 22))

    said = decisions(log.take(day(40), told("m9")))

    assert [said[0].kind, said[0].reason] == ["problem_suspected", "RECURRENT"]
    problem = log.state.problems[said[0].problem_id]
    assert (problem.level, problem.key, problem.place, problem.matters) == (2, "东牙河", VILLAGE, 3)


def test_what_comes_while_the_first_is_open_is_no_recurrence() -> None:
    log = a_log(recurrent=RECURRENT)
    log.take(day(1), told("m1"))
    for n in range(2, 8):
        log.take(day(n * 5), told(f"m{n}"))

    assert log.decisions() == []


def test_what_comes_on_the_day_of_closure_or_after_ninety_is_no_recurrence() -> None:
    log = a_log(recurrent=RECURRENT)
    came_and_went(log, (1, 3), (3, 5), (96, 98))

    log.take(day(120), told("m9"))

    assert log.decisions() == []


def test_another_river_of_the_same_village_is_another_key() -> None:
    log = a_log(recurrent=RECURRENT)
    came_and_went(log, (1, 3), (20, 22))

    log.take(day(40), told("m9", summary="金沙河水发黑"))

    assert log.decisions() == []


def test_a_recurrent_river_takes_its_own_matters_and_no_others() -> None:
    log = a_log(recurrent=RECURRENT)
    came_and_went(log, (1, 3), (20, 22))
    log.take(day(40), told("m8"))

    own, other = log.take(day(41), told("m9")), log.take(day(41), told("m10", summary="金沙河水发黑"))

    assert (kinds(own), kinds(other)) == (["problem_reinforced"], [])


def test_after_a_problem_closed_one_matter_is_a_recurrence_that_names_its_predecessor() -> None:
    tiers = (TierPolicy("default", (), STAGES, watch=Span(1, Unit.DAYS)),)
    log = Log(a_policy(rules=(PER_VILLAGE,), tiers=tiers, patterns=Patterns(recurrent=RECURRENT)))
    log.take(day(1), *(a_report(f"m{n}") for n in range(3)))
    first = log.state.problems["TC26-000001"]
    settle_and_close(log, first.id)

    said = decisions(log.take(day(30), a_report("m9")))

    problem = log.state.problems[said[0].problem_id]
    assert (said[0].reason, problem.predecessor, problem.level) == ("RECURRENT", first.id, 1)


def settle_and_close(log: Log, number: str) -> None:
    """Let a problem's closure be as if its gate had opened and its watch stayed quiet."""
    turn = Turn(log.state, log.policy, Cause("test", log.state.hub_ms), [])
    settle(turn, log.state.problems[number], SettleReason.GATE)
    close(turn, log.state.problems[number])


def test_a_severe_incident_is_a_problem_by_itself_and_confirmed_at_once() -> None:
    rises = Rises(severity={1: Tier.CITY, 2: Tier.COUNTY})
    policy = a_policy(
        rules=(),
        tiers=(TierPolicy("default", (), STAGES, rises=rises),),
        patterns=Patterns(
            severe=SevereRule(name="severe", confirm=Confirmation.OPERATOR, severities=frozenset({1, 2}))
        ),
    )
    log = Log(policy)

    said = decisions(log.take(day(1), a_report("m1", severity=2)))
    plain = log.take(day(1), a_report("m2", severity=3, category=WATER))

    assert [(one.kind, one.reason) for one in said[:2]] == [
        ("problem_suspected", "FREQUENT"),
        ("problem_confirmed", "SEVERITY"),
    ]
    assert log.state.problems[said[0].problem_id].tier is Tier.COUNTY
    assert kinds(plain) == []


def test_the_third_reopening_is_one_redone_problem_and_claims_no_cell() -> None:
    log = a_log(redone=TimesRule(name="redone", confirm=AUTO, times_min=3))
    log.take(day(1), a_report("m1"))
    for n in range(2):
        log.take(day(2 + n), an_update("reopened", "m1", f"r{n}"))
    assert log.decisions() == []

    said = decisions(log.take(day(5), an_update("reopened", "m1", "r2")))
    again = log.take(day(6), an_update("reopened", "m1", "r3"))
    other = log.take(day(7), a_report("m2"))

    assert (said[0].reason, said[0].measure and said[0].measure.observed) == ("REDONE", 3)
    assert (kinds(again), kinds(other)) == ([], [])


def test_three_transfers_without_a_lead_are_passed_around_but_not_with_one() -> None:
    log = a_log(passed_around=TimesRule(name="passed", confirm=AUTO, times_min=3))
    log.take(day(1), a_report("m1"), a_report("m2", place=NEXT_VILLAGE))
    log.take(day(2), an_update("accepted", "m2"))
    for n in range(3):
        log.take(day(3 + n), an_update("transferred", "m1", f"a{n}"), an_update("transferred", "m2", f"b{n}"))

    assert [(one.reason, one.place) for one in log.decisions() if one.kind == "problem_suspected"] == [
        ("PASSED_AROUND", VILLAGE)
    ]


LINGERING = LingeringRule(name="lingering", confirm=Confirmation.OPERATOR, open_days=90, closed_min=0.5)


def test_a_matter_open_for_ninety_days_lingers_when_its_source_closes_others() -> None:
    log = a_log(lingering=LINGERING)
    log.take(day(1), a_report("m1"), a_report("m2"), a_report("m3"))
    log.take(day(9), closed("m1"), closed("m2"))
    log.tick(day(91))
    assert log.decisions() == []

    said = decisions(log.tick(day(92)))

    assert [(one.reason, one.evidence) for one in said] == [("LINGERING", ("hotline/e-m3",))]


def test_of_a_source_that_never_closes_anything_nothing_lingers() -> None:
    log = a_log(lingering=LINGERING)
    log.take(day(1), *(a_report(f"m{n}") for n in range(9)))

    log.tick(day(120))

    assert log.decisions() == []


WIDE = WidespreadRule(
    name="wide",
    confirm=AUTO,
    areas=Tier.TOWNSHIP,
    areas_min=2,
    lies_at=Tier.COUNTY,
    category_level=2,
    within_days=90,
)


def test_problems_of_one_kind_in_two_towns_are_one_of_the_county_and_its_parts() -> None:
    log = Log(a_policy(rules=(PER_VILLAGE,), patterns=Patterns(widespread=(WIDE,))))
    log.take(day(1), *(a_report(f"a{n}") for n in range(3)))

    log.take(day(2), *(a_report(f"b{n}", place=FAR_VILLAGE) for n in range(3)))

    wide = log.state.problems["TC26-000003"]
    assert (wide.reason, wide.place, wide.category, wide.matters) == ("WIDESPREAD", COUNTY, NOISE, 6)
    assert {log.state.problems[f"TC26-00000{n}"].parent for n in (1, 2)} == {wide.id}


def test_problems_of_two_kinds_or_of_one_town_are_not_widespread() -> None:
    log = Log(a_policy(rules=(PER_VILLAGE,), patterns=Patterns(widespread=(WIDE,))))
    log.take(day(1), *(a_report(f"a{n}") for n in range(3)))
    log.take(day(2), *(a_report(f"b{n}", place=NEXT_VILLAGE) for n in range(3)))
    log.take(day(3), *(a_report(f"c{n}", place=FAR_VILLAGE, category=WATER) for n in range(3)))

    assert {one.reason for one in log.decisions() if one.kind == "problem_suspected"} == {"FREQUENT"}


def test_a_problem_that_nobody_objects_to_is_confirmed_when_its_span_is_over() -> None:
    rule = replace(PER_VILLAGE, confirm=Confirmation.AFTER, confirm_after=Span(2, Unit.HOURS))
    log = Log(a_policy(rules=(rule,)))
    log.take("03-02 09:00", *(a_report(f"m{n}") for n in range(3)))
    assert log.state.problems["TC26-000001"].phase is Phase.SUSPECTED

    said = decisions(log.tick("03-02 11:00"))

    assert (said[0].kind, said[0].reason) == ("problem_confirmed", "UNANSWERED")


def test_where_all_name_one_street_a_counted_problem_says_it() -> None:
    log = Log(a_policy(rules=(PER_VILLAGE,), patterns=Patterns(recurrent=RECURRENT)))

    log.take(day(1), *(told(f"m{n}", place=VILLAGE) for n in range(3)))
    log.take(day(2), *(told(f"x{n}", place=NEXT_VILLAGE, summary=f"{n}") for n in range(3)))

    assert [log.state.problems[f"TC26-00000{n}"].key for n in (1, 2)] == ["东牙河", ""]
    assert TOWN not in {problem.place for problem in log.state.problems.values()}
