"""Escalate: the walk of semantics.md, as far as stage clocks go, and its edges."""

from __future__ import annotations

from hub.core.escalate import problem_clock
from hub.model.lifecycle import Phase
from hub.model.state import start_clock
from hub.model.timer import ClockKind
from hub.policies.models import Span, Tier, TierPolicy, Unit
from tests.builders import (
    CITY,
    COUNTY,
    NOISE,
    PER_VILLAGE,
    POLICY,
    STAGES,
    TOWN,
    VILLAGE,
    WAGES,
    Log,
    a_policy,
    a_report,
    at,
    body_of,
    decisions,
    kinds,
    three_reports,
)

ONE_RULE = a_policy(rules=(PER_VILLAGE,))


def test_the_walk_from_village_to_city() -> None:
    log = Log(ONE_RULE)
    three_reports(log)

    log.tick("03-12 09:00")
    log.take("03-13 09:00", a_report("m4"))
    log.tick("12-31 09:00")

    assert [(d.at_ms, d.kind, d.tier, d.reason, d.agency) for d in log.decisions()] == [
        (at("03-05 11:00"), "problem_suspected", "village", "FREQUENT", ""),
        (at("03-05 11:00"), "problem_confirmed", "village", "AUTO", ""),
        (at("03-05 11:00"), "lead_named", "village", "TERRITORY", body_of(VILLAGE)),
        (at("03-05 11:00"), "task_cut", "village", "LEAD", body_of(VILLAGE)),
        (at("03-11 00:00"), "tier_raised", "township", "CLOCK_EXPIRED", ""),
        (at("03-11 00:00"), "lead_named", "township", "TERRITORY", body_of(TOWN)),
        (at("03-11 00:00"), "task_cut", "township", "LEAD", body_of(TOWN)),
        (at("03-13 09:00"), "problem_reinforced", "township", "NEW_MATTER", ""),
        (at("03-19 00:00"), "tier_raised", "county", "CLOCK_EXPIRED", ""),
        (at("03-19 00:00"), "lead_named", "county", "TERRITORY", body_of(COUNTY)),
        (at("03-19 00:00"), "task_cut", "county", "LEAD", body_of(COUNTY)),
        (at("03-31 00:00"), "tier_raised", "city", "CLOCK_EXPIRED", ""),
        (at("03-31 00:00"), "lead_named", "city", "TERRITORY", body_of(CITY)),
        (at("03-31 00:00"), "task_cut", "city", "LEAD", body_of(CITY)),
    ]


def test_each_step_names_the_next_due_moment_and_the_city_has_none() -> None:
    log = Log(ONE_RULE)
    three_reports(log)
    log.tick("12-31 09:00")

    assert [d.due_ms for d in log.decisions() if d.kind == "lead_named"] == [
        at("03-11 00:00"),
        at("03-19 00:00"),
        at("03-31 00:00"),
        None,
    ]
    assert [d.due_ms for d in log.decisions() if d.kind == "tier_raised"] == [
        at("03-19 00:00"),
        at("03-31 00:00"),
        None,
    ]


def test_a_rise_is_caused_by_its_timer_and_starts_a_new_round() -> None:
    log = Log(ONE_RULE)
    three_reports(log)

    told = log.tick("03-11 00:00")

    assert {d.cause for d in decisions(told)} == {"timer/TC26-000001/stage"}
    problem = log.state.problems["TC26-000001"]
    assert (problem.round, problem.held_at, problem.place, problem.place_tier, problem.stage_started_ms) == (
        2,
        TOWN,
        VILLAGE,
        "village",
        at("03-11 00:00"),
    )


def test_a_millisecond_before_midnight_nothing_has_risen() -> None:
    log = Log(ONE_RULE)
    three_reports(log)

    assert kinds(log.tick("2026-03-10T23:59:59.999+08:00")) == []
    assert kinds(log.tick("03-11 00:00")) == ["tier_raised", "lead_named", "task_cut"]


def test_a_stage_over_the_spring_festival_waits_for_working_days() -> None:
    log = Log(ONE_RULE)

    three_reports(log, "02-10 09:00", "02-11 09:00", "02-12 09:00")
    log.tick("02-28 09:00")

    # Fri 13, made-up Sat 14, then the first day after the festival: Tue 24.
    assert [d.at_ms for d in log.decisions() if d.kind == "tier_raised"] == [at("02-25 00:00")]


def test_a_clock_set_anew_fires_at_its_new_moment_alone() -> None:
    log = Log(ONE_RULE)
    three_reports(log)
    problem = log.state.problems["TC26-000001"]

    start_clock(log.state, problem_clock(problem, ClockKind.STAGE, at("03-05 11:00"), at("03-13 00:00")))
    early, late = log.tick("03-12 23:59"), log.tick("03-13 00:00")

    assert (kinds(early), kinds(late)) == ([], ["tier_raised", "lead_named", "task_cut"])


def test_a_clock_that_was_stopped_says_nothing() -> None:
    log = Log(ONE_RULE)
    three_reports(log)

    log.state.timers.stop("TC26-000001", ClockKind.STAGE)
    told = log.tick("12-31 09:00")

    assert kinds(told) == []


def test_a_place_nobody_holds_hands_over_at_once_and_says_so() -> None:
    holders = {place: body for place, body in POLICY.holders.items() if place != VILLAGE}
    log = Log(a_policy(rules=(PER_VILLAGE,), holders=holders))

    told = three_reports(log)

    assert [(d.kind, d.tier, d.reason) for d in decisions(told)[2:]] == [
        ("tier_raised", "township", "NO_HOLDER"),
        ("lead_named", "township", "TERRITORY"),
        ("task_cut", "township", "LEAD"),
    ]
    assert decisions(told)[2].due_ms == at("03-13 00:00")


def test_every_place_without_a_holder_is_said_on_the_way_up() -> None:
    holders = {CITY: body_of(CITY), VILLAGE: body_of(VILLAGE)}
    log = Log(a_policy(rules=(PER_VILLAGE,), holders=holders))
    three_reports(log)

    told = log.tick("03-11 00:00")

    assert [(d.kind, d.tier, d.reason) for d in decisions(told)] == [
        ("tier_raised", "township", "CLOCK_EXPIRED"),
        ("tier_raised", "county", "NO_HOLDER"),
        ("tier_raised", "city", "NO_HOLDER"),
        ("lead_named", "city", "TERRITORY"),
        ("task_cut", "city", "LEAD"),
    ]


def test_with_no_holder_at_all_a_problem_still_reaches_the_city() -> None:
    log = Log(a_policy(rules=(PER_VILLAGE,), holders={}))

    told = three_reports(log)

    assert [d.tier for d in decisions(told)] == ["village", "village", "township", "county", "city"]
    problem = log.state.problems["TC26-000001"]
    assert (problem.phase, problem.lead, problem.due_ms) == (Phase.CONFIRMED, "", None)


def test_the_policy_that_names_the_category_sets_the_clock() -> None:
    wages = TierPolicy("wages", ("B",), {Tier.VILLAGE: Span(1, Unit.WORKING_DAYS)})
    log = Log(a_policy(rules=(PER_VILLAGE,), tiers=(TierPolicy("default", (), STAGES), wages)))

    log.take("03-05 11:00", *(a_report(f"n{n}") for n in range(3)))
    log.take("03-05 11:00", *(a_report(f"w{n}", category=WAGES) for n in range(3)))

    due = {problem.category: problem.due_ms for problem in log.state.problems.values()}
    assert due == {NOISE: at("03-11 00:00"), WAGES: at("03-07 00:00")}


def test_a_tier_without_a_stage_clock_keeps_its_problem() -> None:
    tiers = (TierPolicy("default", (), {Tier.VILLAGE: STAGES[Tier.VILLAGE]}),)
    log = Log(a_policy(rules=(PER_VILLAGE,), tiers=tiers))
    three_reports(log)

    log.tick("12-31 09:00")

    assert log.state.problems["TC26-000001"].tier is Tier.TOWNSHIP


def test_many_tiers_rise_in_one_long_silence_each_at_its_own_moment() -> None:
    log = Log(ONE_RULE)
    three_reports(log)

    told = log.tick("12-31 09:00")

    assert [d.at_ms for d in decisions(told) if d.kind == "tier_raised"] == [
        at("03-11 00:00"),
        at("03-19 00:00"),
        at("03-31 00:00"),
    ]
