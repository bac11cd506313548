"""The fold: timers before messages, ticks without trace, marks against replays, one outcome an event."""

from __future__ import annotations

from dataclasses import replace

from hub.core.escalate import problem_clock
from hub.model.state import start_clock
from hub.model.timer import ClockKind
from hub.policies.models import ReceiptsWanted
from hub.schemas.commands import SettleProblem
from hub.schemas.inbox import BACKFILL_PARTITION
from tests.builders import (
    CITY,
    COURT,
    HOTLINE,
    NOISE,
    PER_VILLAGE,
    POLICY,
    TOWN,
    VILLAGE,
    WATER,
    Log,
    a_policy,
    a_rejected,
    a_report,
    an_update,
    at,
    body_of,
    decisions,
    kinds,
    receipts,
    three_reports,
)
from tests.core.rounds import FIRST, a_round_policy

ONE_RULE = a_policy(rules=(PER_VILLAGE,))
ALL_RECEIPTS = a_policy(
    agencies=POLICY.agencies | {COURT: replace(POLICY.agencies[COURT], receipts=ReceiptsWanted.ALL)}
)


def test_timers_fire_before_the_message_that_came_after_them() -> None:
    log = Log(ONE_RULE)
    three_reports(log)

    told = log.take("03-11 00:00", a_report("m4"))

    assert [(d.kind, d.tier) for d in decisions(told)] == [
        ("tier_raised", "township"),
        ("lead_named", "township"),
        ("task_cut", "township"),
        ("problem_reinforced", "township"),
    ]


def test_timers_due_together_fire_by_number() -> None:
    log = Log(ONE_RULE)
    log.take("03-05 09:00", *(a_report(f"w{n}", category=WATER) for n in range(3)))
    log.take("03-05 10:00", *(a_report(f"n{n}", category=NOISE) for n in range(3)))

    told = log.tick("03-20 09:00")

    assert [(d.at_ms, d.problem_id) for d in decisions(told) if d.kind == "tier_raised"] == [
        (at("03-11 00:00"), "TC26-000001"),
        (at("03-11 00:00"), "TC26-000002"),
        (at("03-19 00:00"), "TC26-000001"),
        (at("03-19 00:00"), "TC26-000002"),
    ]


def test_a_timer_set_by_a_timer_fires_in_its_turn_among_others() -> None:
    log = Log(ONE_RULE)
    three_reports(log)
    log.take("03-12 09:00", *(a_report(f"w{n}", category=WATER) for n in range(3)))

    told = log.tick("03-20 09:00")

    assert [(d.at_ms, d.problem_id) for d in decisions(log.told) if d.kind == "tier_raised"] == [
        (at("03-11 00:00"), "TC26-000001"),
        (at("03-18 00:00"), "TC26-000002"),
        (at("03-19 00:00"), "TC26-000001"),
    ]
    assert len(decisions(told)) == 6


def test_a_clock_that_ends_within_the_day_fires_within_the_day() -> None:
    log = Log(ONE_RULE)
    three_reports(log)
    problem = log.state.problems["TC26-000001"]
    start_clock(log.state, problem_clock(problem, ClockKind.STAGE, at("03-05 11:00"), at("03-05 15:00")))

    early, late = log.tick("03-05 14:59"), log.tick("03-05 15:00")

    assert (kinds(early), kinds(late)) == ([], ["tier_raised", "lead_named", "task_cut"])


def test_a_tick_moves_the_clock_and_nothing_else() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"))
    entries, matters = log.state.entries, dict(log.state.matters)

    told = log.tick("03-02 10:00")

    assert (told.entries, told.posts) == ([], [])
    assert (log.state.entries, log.state.matters, log.state.hub_ms) == (entries, matters, at("03-02 10:00"))


def test_a_tick_before_the_first_event_is_no_news() -> None:
    log = Log()

    log.tick("03-02 09:00")

    assert log.state.hub_ms == 0


def test_time_never_runs_back() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"))

    told = log.take("03-01 09:00", a_report("m2"))
    log.tick("02-01 09:00")

    assert told.entries[0].hub_ms == at("03-02 09:00")
    assert log.state.hub_ms == at("03-02 09:00")


def test_a_tick_during_a_backfill_is_no_news() -> None:
    log = Log(ONE_RULE)
    days = ("03-02 09:00", "03-03 10:00", "03-05 11:00")
    items = [a_report(f"m{n}", at_ms=at(day)) for n, day in enumerate(days)]
    log.take("11-24 09:00", *items, backfill=True)

    told = log.tick("11-24 09:00")

    assert kinds(told) == []
    assert log.state.hub_ms == at("03-05 11:00")


def test_a_backfill_runs_on_the_events_own_time() -> None:
    log = Log(ONE_RULE)
    days = ("03-02 09:00", "03-03 10:00", "03-05 11:00", "03-13 09:00")

    log.take("11-24 09:00", *(a_report(f"m{n}", at_ms=at(day)) for n, day in enumerate(days)), backfill=True)

    assert [(d.at_ms, d.kind) for d in log.decisions()] == [
        (at("03-05 11:00"), "problem_suspected"),
        (at("03-05 11:00"), "problem_confirmed"),
        (at("03-05 11:00"), "lead_named"),
        (at("03-05 11:00"), "task_cut"),
        (at("03-11 00:00"), "tier_raised"),
        (at("03-11 00:00"), "lead_named"),
        (at("03-11 00:00"), "task_cut"),
        (at("03-13 09:00"), "problem_reinforced"),
    ]
    assert [entry.hub_ms for entry in log.told.entries] == [at(day) for day in days]


def test_a_matter_whose_coming_lets_a_problem_close_counts_in_the_cell_that_this_frees() -> None:
    log = Log(a_round_policy())
    days = ("03-02 09:00", "03-03 09:00", "03-05 11:00")
    log.take("11-24 09:00", *(a_report(f"m{n}", at_ms=at(day)) for n, day in enumerate(days)), backfill=True)
    forced = SettleProblem(
        jurisdiction=CITY,
        id="c1",
        problem_id=FIRST,
        agency=body_of(TOWN),
        clock_ms=at("03-06 09:00"),
    )
    log.command("11-24 09:00", forced)

    told = log.take(
        "11-24 09:00", *(a_report(f"n{n}", at_ms=at("03-30 09:00")) for n in range(3)), backfill=True
    )

    assert kinds(told)[:2] == ["problem_closed", "problem_suspected"]
    assert decisions(told)[1].evidence == ("hotline/e-n0", "hotline/e-n1", "hotline/e-n2")


def test_the_clock_started_after_a_backfill_fires_what_fell_due_meanwhile() -> None:
    log = Log(ONE_RULE)
    days = ("03-02 09:00", "03-03 10:00", "03-05 11:00")
    log.take("11-24 09:00", *(a_report(f"m{n}", at_ms=at(day)) for n, day in enumerate(days)), backfill=True)

    told = log.start_clock("11-24 09:00")

    assert [d.at_ms for d in decisions(told) if d.kind == "tier_raised"] == [
        at("03-11 00:00"),
        at("03-19 00:00"),
        at("03-31 00:00"),
    ]
    assert log.state.backfilling is False
    assert log.state.hub_ms == at("11-24 09:00")


def test_a_rejected_line_of_a_backfill_moves_no_clock() -> None:
    log = Log()

    log.take("11-24 09:00", a_report("m1", at_ms=at("03-02 09:00")), a_rejected(), backfill=True)

    assert [entry.hub_ms for entry in log.told.entries] == [at("03-02 09:00")] * 2


def test_a_backfill_into_a_log_with_entries_runs_on_the_log_s_time() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"))

    told = log.take("03-03 09:00", a_report("m2", clock_ms=at("11-24 09:00")), backfill=True)

    assert told.entries[0].hub_ms == at("03-03 09:00")


def test_a_record_that_intake_sent_twice_is_dropped() -> None:
    log = Log()
    sent = (a_report("m1", position=512), a_report("m2", position=513))
    log.take("03-02 09:00", *sent)

    told = log.take("03-02 10:00", *sent)

    assert told.entries == []
    assert log.state.sources[HOTLINE, 0].accepted == 2


def test_a_replay_packed_with_news_leaves_only_the_news() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1", position=512))

    told = log.take("03-02 10:00", a_report("m1", position=512), a_report("m2", position=1024))

    assert [entry.item.id for entry in told.entries] == ["e-m2"]
    assert log.state.sources[HOTLINE, 0].mark == 1024


def test_each_partition_has_its_own_mark() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1", position=512))

    told = log.take("03-02 10:00", a_report("m2", position=512, partition=1))

    assert [entry.outcome for entry in told.entries] == ["accepted"]


def test_the_tally_counts_every_outcome_once() -> None:
    log = Log()

    log.take(
        "03-02 09:00",
        a_report("m1"),
        a_report("m1", "e-m1"),
        a_rejected("quarantined", "q1"),
        a_rejected("refused", "r1"),
        an_update("resolved", "m9"),
    )

    source = log.state.sources[HOTLINE, 0]
    assert (source.accepted, source.duplicate, source.quarantined, source.refused) == (1, 1, 1, 2)
    assert log.outcomes() == ["accepted", "duplicate", "quarantined", "refused", "refused"]
    assert log.state.entries == 5


def test_an_agency_hears_of_what_was_not_taken() -> None:
    log = Log()

    told = log.take(
        "03-02 09:00",
        a_report("m1"),
        a_report("m1", "e-m1"),
        a_rejected("quarantined", "q1"),
        a_rejected("refused", "r1"),
    )

    assert [entry.item.id for entry in receipts(told)] == ["q1", "r1"]


def test_an_agency_that_asks_hears_of_everything() -> None:
    log = Log(ALL_RECEIPTS)

    told = log.take(
        "03-02 09:00", a_report("m1", agency=COURT), a_report("m1", "e-m1", agency=COURT), a_report("m2")
    )

    assert [(entry.item.agency, entry.outcome) for entry in receipts(told)] == [
        (COURT, "accepted"),
        (COURT, "duplicate"),
    ]


def test_a_line_of_a_backfill_gives_no_receipt() -> None:
    log = Log(ALL_RECEIPTS)

    told = log.take(
        "11-24 09:00",
        a_report("m1", agency=COURT, partition=BACKFILL_PARTITION, position=512, at_ms=at("03-02 09:00")),
        a_rejected(partition=BACKFILL_PARTITION, position=1024),
        backfill=True,
    )

    assert receipts(told) == []
    assert log.outcomes() == ["accepted", "refused"]


def test_an_unknown_agency_s_line_is_counted_and_gives_no_receipt() -> None:
    log = Log()

    told = log.take("03-02 09:00", a_rejected(agency="-"))

    assert (receipts(told), log.state.sources["-", 0].refused) == ([], 1)


def test_decisions_and_receipts_keep_the_order_in_which_they_were_said() -> None:
    log = Log(ALL_RECEIPTS)

    told = log.take(
        "03-05 11:00",
        a_report("m1", agency=COURT),
        a_report("m2"),
        a_report("m3", agency=COURT),
        a_rejected(),
    )

    assert [getattr(post, "kind", None) or getattr(post, "outcome", None) for post in told.posts] == [
        "accepted",
        "problem_suspected",
        "problem_confirmed",
        "lead_named",
        "task_cut",
        "accepted",
        "refused",
    ]
    assert log.state.posted == len(told.posts)


def test_decisions_are_numbered_without_a_gap() -> None:
    log = Log()
    three_reports(log)
    log.tick("12-31 09:00")

    assert [d.seq for d in log.decisions()] == list(range(1, len(log.decisions()) + 1))


def test_what_a_message_changed_is_noted_and_no_more() -> None:
    log = Log(ONE_RULE)
    three_reports(log)
    log.state.changed.matters.clear()
    log.state.changed.problems.clear()

    log.take("03-06 09:00", a_report("m4", place=TOWN))

    assert log.state.changed.matters == {"hotline/m4"}
    assert log.state.changed.problems == set()


def test_every_decision_names_its_policy() -> None:
    log = Log(a_policy(version="another"))
    three_reports(log)

    assert {d.policy for d in log.decisions()} == {"another"}
    assert log.state.problems["TC26-000001"].place == VILLAGE
