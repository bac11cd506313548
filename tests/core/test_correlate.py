"""Correlate: counted rules open problems, and news reinforces the ones that are open."""

from __future__ import annotations

from dataclasses import replace

from hub.model.decision import Measure
from hub.model.lifecycle import Phase
from hub.policies.models import Confirmation
from tests.builders import (
    NEXT_VILLAGE,
    NOISE,
    PER_TOWN,
    PER_VILLAGE,
    THIRD_VILLAGE,
    TOWN,
    VILLAGE,
    WATER,
    Log,
    a_policy,
    a_report,
    an_update,
    at,
    decisions,
    kinds,
    three_reports,
)

VILLAGE_RULE_ALONE = a_policy(rules=(PER_VILLAGE,))


def test_the_third_matter_in_a_village_opens_a_problem() -> None:
    log = Log(VILLAGE_RULE_ALONE)

    told = three_reports(log)

    assert kinds(told) == ["problem_suspected", "problem_confirmed", "lead_named", "task_cut"]
    suspected = decisions(told)[0]
    assert (suspected.place, suspected.category, suspected.tier, suspected.place_tier) == (
        VILLAGE,
        NOISE,
        "village",
        "village",
    )
    assert suspected.reason == "FREQUENT"
    assert suspected.problem_id == "TC26-000001"
    assert suspected.evidence == ("hotline/e-m1", "hotline/e-m2", "hotline/e-m3")
    assert suspected.measure == Measure(observed=3, window_days=14)
    assert suspected.cause == "hotline/e-m3"
    assert suspected.at_ms == at("03-05 11:00")


def test_two_matters_say_nothing() -> None:
    log = Log()

    log.take("03-02 09:00", a_report("m1"), a_report("m2"))

    assert log.decisions() == []


def test_a_repeat_is_no_third_matter() -> None:
    log = Log()

    log.take("03-02 09:00", a_report("m1"), a_report("m2"), a_report("m1", "e9"), a_report("m2", "e8"))

    assert log.decisions() == []


def test_a_matter_of_another_kind_is_no_third_matter() -> None:
    log = Log()

    log.take("03-02 09:00", a_report("m1"), a_report("m2"), a_report("m3", category=WATER))

    assert log.decisions() == []


def test_a_withdrawn_matter_is_no_third_matter() -> None:
    log = Log()

    log.take("03-02 09:00", a_report("m1"), an_update("withdrawn"), a_report("m2"), a_report("m3"))

    assert log.decisions() == []


def test_the_window_s_last_day_still_counts() -> None:
    log = Log(VILLAGE_RULE_ALONE)

    told = three_reports(log, "03-02 00:00", "03-03 10:00", "03-15 23:59")

    assert kinds(told)[0] == "problem_suspected"


def test_a_matter_that_left_the_window_counts_no_more() -> None:
    log = Log(VILLAGE_RULE_ALONE)

    told = three_reports(log, "03-02 23:59", "03-03 10:00", "03-16 00:00")

    assert kinds(told) == []


def test_a_late_event_completes_a_window_it_falls_in() -> None:
    log = Log(VILLAGE_RULE_ALONE)
    log.take("03-12 09:00", a_report("m1"), a_report("m2"))

    told = log.take("03-13 09:00", a_report("m3", at_ms=at("03-01 12:00")))

    assert kinds(told)[0] == "problem_suspected"
    assert decisions(told)[0].at_ms == at("03-13 09:00")


def test_a_late_event_from_before_the_window_completes_nothing() -> None:
    log = Log(VILLAGE_RULE_ALONE)
    log.take("03-12 09:00", a_report("m1"), a_report("m2"))

    told = log.take("03-15 09:00", a_report("m3", at_ms=at("03-01 12:00")))

    assert kinds(told) == []


def test_another_matter_reinforces_the_open_problem() -> None:
    log = Log(VILLAGE_RULE_ALONE)
    three_reports(log)

    told = log.take("03-06 09:00", a_report("m4"))

    assert kinds(told) == ["problem_reinforced"]
    assert decisions(told)[0].evidence == ("hotline/e-m4",)
    assert decisions(told)[0].reason == "NEW_MATTER"
    assert log.state.problems["TC26-000001"].matters == 4


def test_a_repeat_of_its_matter_says_nothing_more_of_a_problem() -> None:
    log = Log(VILLAGE_RULE_ALONE)
    three_reports(log)

    told = log.take("03-06 09:00", a_report("m3", "e9"))

    assert kinds(told) == []


def test_an_open_problem_takes_a_matter_however_long_the_pause() -> None:
    log = Log(VILLAGE_RULE_ALONE)
    three_reports(log)
    log.tick("06-30 09:00")

    told = log.take("06-30 10:00", a_report("m4"))

    assert kinds(told) == ["problem_reinforced"]


def test_five_matters_over_three_villages_are_a_problem_of_the_town() -> None:
    log = Log()
    villages = (VILLAGE, NEXT_VILLAGE, THIRD_VILLAGE, VILLAGE)
    log.take("03-02 09:00", *(a_report(f"m{n}", place=place) for n, place in enumerate(villages)))

    told = log.take("03-03 09:00", a_report("m9", place=NEXT_VILLAGE, category=WATER))

    assert kinds(told) == ["problem_suspected", "problem_confirmed", "lead_named", "task_cut"]
    suspected = decisions(told)[0]
    assert (suspected.place, suspected.category, suspected.tier) == (TOWN, "A", "township")
    assert suspected.measure == Measure(observed=5, window_days=30)


def test_a_matter_joins_the_finest_open_problem_that_covers_it_and_no_wider_one() -> None:
    log = Log()
    three_reports(log)
    log.take("03-06 09:00", a_report("m4", place=NEXT_VILLAGE))
    log.take("03-06 10:00", a_report("m5", place=THIRD_VILLAGE))

    told = log.take("03-06 11:00", a_report("m6"))

    assert [(d.kind, d.problem_id) for d in decisions(told)] == [("problem_reinforced", "TC26-000001")]
    assert log.state.problems["TC26-000001"].parent == "TC26-000002"


def test_one_matter_may_reinforce_one_problem_and_open_another() -> None:
    log = Log()
    three_reports(log)
    log.take("03-06 09:00", a_report("m4", place=NEXT_VILLAGE))

    told = log.take("03-06 10:00", a_report("m5"))

    assert [(d.kind, d.place) for d in decisions(told)[:2]] == [
        ("problem_reinforced", VILLAGE),
        ("problem_suspected", TOWN),
    ]


def test_two_rules_of_one_cell_open_one_problem() -> None:
    log = Log(a_policy(rules=(PER_VILLAGE, replace(PER_VILLAGE, name="twice", within_days=30))))

    told = three_reports(log)

    assert kinds(told) == ["problem_suspected", "problem_confirmed", "lead_named", "task_cut"]
    assert kinds(log.take("03-06 09:00", a_report("m4"))) == ["problem_reinforced"]


def test_a_matter_reported_for_the_whole_town_counts_for_the_town_alone() -> None:
    log = Log()

    log.take("03-02 09:00", a_report("m1", place=TOWN))

    assert (log.counted(TOWN, "A", rule=1), log.counted(TOWN, NOISE)) == (1, 0)


def test_a_rule_for_complaints_does_not_count_advice() -> None:
    log = Log(a_policy(rules=(replace(PER_VILLAGE, natures=frozenset({"complaint"})),)))

    log.take("03-02 09:00", a_report("m1"), a_report("m2", nature="consultation"))

    assert log.counted() == 1


def test_a_rule_deeper_than_the_category_counts_at_the_category_itself() -> None:
    log = Log(a_policy(rules=(replace(PER_VILLAGE, category_level=3),)))

    log.take("03-02 09:00", a_report("m1"), a_report("m2", category="A"))

    assert (log.counted(category=NOISE), log.counted(category="A")) == (1, 1)


def test_where_an_operator_confirms_a_suspicion_waits() -> None:
    log = Log(a_policy(rules=(replace(PER_VILLAGE, confirm=Confirmation.OPERATOR),)))

    told = three_reports(log)

    assert kinds(told) == ["problem_suspected"]
    problem = log.state.problems["TC26-000001"]
    assert (problem.phase, problem.due_ms) == (Phase.SUSPECTED, None)
    assert kinds(log.take("03-06 09:00", a_report("m4"))) == ["problem_reinforced"]
    assert kinds(log.tick("12-31 09:00")) == []


def test_problems_are_numbered_in_the_order_of_the_log() -> None:
    log = Log(a_policy(rules=(replace(PER_VILLAGE, matters_min=1), replace(PER_TOWN, matters_min=1))))

    told = log.take("03-02 09:00", a_report("m1"))

    assert [d.problem_id for d in decisions(told) if d.kind == "problem_suspected"] == [
        "TC26-000001",
        "TC26-000002",
    ]


def test_evidence_is_in_log_order_though_events_came_late() -> None:
    log = Log(VILLAGE_RULE_ALONE)
    log.take("03-05 09:00", a_report("m1"), a_report("m2", at_ms=at("03-04 09:00")))

    told = log.take("03-05 10:00", a_report("m3", at_ms=at("03-02 09:00")))

    assert decisions(told)[0].evidence == ("hotline/e-m1", "hotline/e-m2", "hotline/e-m3")


def test_a_correction_can_complete_a_window() -> None:
    log = Log(VILLAGE_RULE_ALONE)
    log.take("03-02 09:00", a_report("m1"), a_report("m2"), a_report("m3", place=NEXT_VILLAGE))

    told = log.take("03-03 09:00", an_update("corrected", "m3", "u1", place=VILLAGE))

    assert kinds(told) == ["problem_suspected", "problem_confirmed", "lead_named", "task_cut"]
    assert decisions(told)[0].cause == "hotline/u1"
    assert decisions(told)[0].evidence == ("hotline/e-m1", "hotline/e-m2", "hotline/e-m3")


def test_a_correction_is_news_only_where_the_matter_was_not_before() -> None:
    log = Log()
    three_reports(log)
    log.take("03-06 09:00", a_report("m4"), a_report("m5", category=WATER))

    told = log.take("03-07 09:00", an_update("corrected", "m5", "u1", category=NOISE))
    again = log.take("03-07 10:00", an_update("corrected", "m5", "u2", category=NOISE))

    assert [(d.kind, d.category) for d in decisions(told)] == [("problem_reinforced", NOISE)]
    assert decisions(again) == []
    assert log.counted() == 5


def test_a_matter_that_was_corrected_away_and_back_counts_in_its_problem_again() -> None:
    log = Log(VILLAGE_RULE_ALONE)
    three_reports(log)
    log.take("03-06 09:00", an_update("corrected", "m2", "u1", place=NEXT_VILLAGE))

    told = log.take("03-06 10:00", an_update("corrected", "m2", "u2", place=VILLAGE))

    assert kinds(told) == ["problem_reinforced"]
    assert log.state.problems["TC26-000001"].matters == 3
    assert log.state.members["TC26-000001"]["hotline/m2"].counts


def test_a_correction_within_a_problem_leaves_the_matter_in_it_and_says_nothing() -> None:
    log = Log(a_policy(rules=(replace(PER_TOWN, matters_min=3),)))
    three_reports(log)

    told = log.take("03-06 09:00", an_update("corrected", "m2", "u1", place=NEXT_VILLAGE, category=WATER))

    assert kinds(told) == []
    member = log.state.members["TC26-000001"]["hotline/m2"]
    assert (member.counts, member.place) == (True, NEXT_VILLAGE)
    assert log.state.problems["TC26-000001"].matters == 3


def test_a_correction_that_changes_nothing_takes_no_matter_away() -> None:
    log = Log(VILLAGE_RULE_ALONE)
    three_reports(log)

    told = log.take("03-06 09:00", an_update("corrected", "m2", "u1", place=VILLAGE))

    assert kinds(told) == []
    assert log.state.problems["TC26-000001"].matters == 3
