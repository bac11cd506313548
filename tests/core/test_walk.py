"""The golden walk of semantics.md: one problem from its first matter to the county, every decision on its date."""

from __future__ import annotations

from dataclasses import replace

from hub.policies.models import NoticeKind, NoticeStep, Span, TierPolicy, Unit
from tests.builders import (
    PER_VILLAGE,
    STAGES,
    Log,
    a_calendar,
    a_policy,
    a_reply,
    a_report,
    at,
    body_of,
    decisions,
    three_reports,
)
from tests.builders import TOWN as T
from tests.builders import VILLAGE as V

OFFICE = ((8 * 60, 12 * 60), (14 * 60 + 30, 17 * 60 + 30))
MINI = a_policy(
    rules=(PER_VILLAGE,),
    calendar=replace(a_calendar(), office=OFFICE),
    tiers=(
        TierPolicy(
            "default",
            (),
            STAGES,
            acceptance=Span(4, Unit.WORKING_HOURS),
            notices=(NoticeStep(NoticeKind.NUDGED),),
        ),
    ),
)


def test_the_walk_of_the_semantics_page_comes_out_to_the_minute() -> None:
    # given
    log = Log(MINI)

    # when
    three_reports(log)
    log.take("03-12 09:00", a_reply("accept", "TC26-000001.2.1", body_of(T)))
    log.take("03-13 09:00", a_report("m4"))
    log.tick("03-19 08:00")

    # then
    assert [(d.at_ms, d.kind, d.reason, d.tier, d.agency, d.due_ms) for d in log.decisions()][:13] == [
        (at("03-05 11:00"), "problem_suspected", "FREQUENT", "village", "", None),
        (at("03-05 11:00"), "problem_confirmed", "AUTO", "village", "", None),
        (at("03-05 11:00"), "lead_named", "TERRITORY", "village", body_of(V), at("03-11 00:00")),
        (at("03-05 11:00"), "task_cut", "LEAD", "village", body_of(V), at("03-11 00:00")),
        (at("03-05 17:30"), "nudged", "NOT_ACCEPTED", "village", body_of(V), None),
        (at("03-11 00:00"), "tier_raised", "CLOCK_EXPIRED", "township", "", at("03-19 00:00")),
        (at("03-11 00:00"), "lead_named", "TERRITORY", "township", body_of(T), at("03-19 00:00")),
        (at("03-11 00:00"), "task_cut", "LEAD", "township", body_of(T), at("03-19 00:00")),
        # The page leaves this line out: the township's own acceptance clock, started when its task was cut.
        (at("03-11 12:00"), "nudged", "NOT_ACCEPTED", "township", body_of(T), None),
        (at("03-12 09:00"), "task_accepted", "AGENCY", "township", body_of(T), at("03-19 00:00")),
        (at("03-13 09:00"), "problem_reinforced", "NEW_MATTER", "township", "", None),
        (at("03-19 00:00"), "tier_raised", "CLOCK_EXPIRED", "county", "", at("03-31 00:00")),
        (at("03-19 00:00"), "lead_named", "TERRITORY", "county", "body-990101000000", at("03-31 00:00")),
    ]


def test_the_first_suspicion_of_the_walk_says_what_was_seen() -> None:
    told = three_reports(Log(MINI))

    measure = decisions(told)[0].measure

    assert measure is not None
    assert (measure.observed, measure.window_days) == (3, 14)


def test_the_ladder_is_promised_when_the_problem_is_confirmed() -> None:
    log = Log(MINI)
    three_reports(log)

    promised = log.state.problems["TC26-000001"].promised

    assert promised == (
        ("village", at("03-11 00:00")),
        ("township", at("03-19 00:00")),
        ("county", at("03-31 00:00")),
    )
