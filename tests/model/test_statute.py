"""Which statutory clocks a matter has under Sanming's policy, and when they are due."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.model.statute import DueClock, MatterFacts, clocks_of, warnings_of
from hub.policies.models import Moment, Policy, Span, StatutoryClock, Unit
from tests.model.notices import SANMING, at

LETTER = MatterFacts("petition", "A0101", {Moment.RECEIVED: at("2026-03-02 09:00")}, "request", "letter")
CALL = MatterFacts("petition", "A0101", {Moment.RECEIVED: at("2026-03-02 09:00")}, "complaint", "hotline")
DISPUTE = MatterFacts("dispute", "X0201", {Moment.ACCEPTED: at("2026-03-02 09:00")}, mediation_kind="people")
ACCIDENT = MatterFacts(
    "incident",
    "Y0203",
    {Moment.OCCURRED: at("2026-03-02 08:30"), Moment.RECEIVED: at("2026-03-02 09:00")},
    incident_kind="accident",
)


def found(facts: MatterFacts, policy: Policy = SANMING) -> dict[str, DueClock]:
    return {due.clock.name: due for due in clocks_of(policy, facts)}


def dues(facts: MatterFacts) -> dict[str, int]:
    return {name: due.due_ms for name, due in found(facts).items()}


def moments(**times: str) -> dict[Moment, int]:
    return {Moment(name): at(time) for name, time in times.items()}


def test_a_letter_is_to_be_registered_and_answered_in_fifteen_days() -> None:
    # Tue 17 March, fifteen days after the 2nd.
    assert dues(LETTER) == {
        "petition-register": at("2026-03-18 00:00"),
        "petition-answer-direct": at("2026-03-18 00:00"),
    }


def test_once_passed_on_the_organ_answers_from_that_day_and_may_object_for_five_working_days() -> None:
    passed = replace(LETTER, moments=moments(received="2026-03-02 09:00", transferred="2026-03-06 15:00"))

    assert dues(passed) == {
        "petition-register": at("2026-03-18 00:00"),
        "petition-object": at("2026-03-14 00:00"),
        # Sat 21 March rolls on to Monday.
        "petition-answer-passed": at("2026-03-24 00:00"),
    }
    assert found(passed)["petition-object"].clock.window


def test_an_accepted_request_is_decided_in_sixty_days_that_may_be_thirty_more() -> None:
    accepted = replace(LETTER, moments=moments(received="2026-03-02 09:00", accepted="2026-03-02 09:00"))

    decide = found(accepted)["petition-decide"]

    assert decide.due_ms == at("2026-05-07 00:00")
    assert decide.clock.extension == Span(30, Unit.DAYS)
    assert "petition-decide" not in found(replace(accepted, nature="suggestion"))


def test_an_ordered_date_goes_before_the_general_limit() -> None:
    ordered = replace(
        LETTER,
        moments=moments(
            received="2026-03-02 09:00", transferred="2026-03-03 09:00", accepted="2026-03-04 09:00"
        ),
        promised_ms=at("2026-03-31 18:00"),
    )

    assert dues(ordered)["petition-ordered"] == at("2026-03-31 18:00")
    assert "petition-decide" not in dues(ordered)


def test_review_and_second_review_have_thirty_days_and_only_the_second_stands_still_for_a_hearing() -> None:
    told = moments(received="2026-01-05 09:00", accepted="2026-01-06 09:00", closed="2026-02-10 09:00")
    asked = told | moments(reopened="2026-03-02 09:00")

    # Thu 12 March is thirty days after 10 February.
    assert dues(replace(LETTER, moments=told))["petition-ask-review"] == at("2026-03-13 00:00")
    review = found(replace(LETTER, moments=asked, reopened=1))
    recheck = found(replace(LETTER, moments=asked, reopened=2))
    assert [(name, due.due_ms) for name, due in review.items()] == [
        ("petition-review", at("2026-04-02 00:00"))
    ]
    assert [(name, due.clock.pauses) for name, due in recheck.items()] == [("petition-recheck", ("听证",))]


@pytest.mark.parametrize("nature", ["request", "complaint"])
def test_what_is_brought_up_again_after_the_second_review_is_not_accepted_again(nature: str) -> None:
    again = moments(
        received="2026-01-05 09:00",
        reopened="2026-05-06 09:00",
        transferred="2026-05-07 09:00",
        accepted="2026-05-08 09:00",
    )
    promised = at("2026-06-01 09:00")

    assert dues(replace(LETTER, nature=nature, moments=again, reopened=3, promised_ms=promised)) == {}


def test_a_review_that_is_accepted_keeps_its_thirty_days_and_gets_no_sixty() -> None:
    again = moments(received="2026-01-05 09:00", reopened="2026-03-02 09:00", accepted="2026-03-03 09:00")

    assert list(dues(replace(LETTER, moments=again, reopened=1))) == ["petition-review"]


def test_after_the_second_review_no_clock_starts_any_more() -> None:
    ended = moments(received="2026-01-05 09:00", reopened="2026-03-02 09:00", closed="2026-03-20 09:00")

    (only,) = clocks_of(SANMING, replace(LETTER, moments=ended, reopened=2))

    assert (only.clock.name, only.stopped_ms) == ("petition-recheck", at("2026-03-20 09:00"))


@pytest.mark.parametrize(
    ("category", "name", "due"),
    [
        ("H0303", "hotline-2-hours", "2026-03-02 11:00"),
        ("H0101", "hotline-24-hours", "2026-03-03 09:00"),
        ("A0101", "hotline-7-days", "2026-03-10 00:00"),
        ("D0101", "hotline-15-days", "2026-03-18 00:00"),
        ("D0701", "hotline-2-hours", "2026-03-02 11:00"),
    ],
)
def test_the_deeper_category_decides_which_of_the_four_levels_a_ticket_has(
    category: str, name: str, due: str
) -> None:
    assert dues(replace(CALL, category=category)) == {
        "hotline-sign": at("2026-03-03 09:00"),
        name: at(due),
    }


def test_a_time_the_hotline_promised_goes_before_the_four_levels() -> None:
    promised = replace(CALL, category="H0303", promised_ms=at("2026-03-02 10:00"))

    assert dues(promised)["hotline-promised"] == at("2026-03-02 10:00")
    assert "hotline-2-hours" not in dues(promised)


def test_a_reopened_ticket_starts_anew_and_is_not_late_by_its_first_run() -> None:
    redone = moments(received="2026-03-02 09:00", closed="2026-03-05 09:00", reopened="2026-04-20 09:00")

    assert dues(replace(CALL, category="H0101", moments=redone, reopened=1)) == {
        "hotline-redo": at("2026-04-28 00:00")
    }


def test_a_dispute_has_thirty_days_and_a_medical_one_thirty_working_days_without_the_appraisal() -> None:
    (usual,) = clocks_of(SANMING, DISPUTE)
    (medical,) = clocks_of(SANMING, replace(DISPUTE, category="X0502"))
    (court,) = clocks_of(SANMING, replace(DISPUTE, mediation_kind="mobile_court"))

    # March has 21 working days after the 2nd, April the 1st to the 3rd, the 7th to the 10th, the 13th and 14th.
    assert (usual.clock.name, usual.due_ms) == ("mediate", at("2026-04-02 00:00"))
    assert (medical.clock.name, medical.due_ms) == ("mediate-medical", at("2026-04-15 00:00"))
    assert medical.clock.pauses == ("鉴定",)
    assert court.clock.name == "mediate-for-court"


def test_an_accident_is_reported_within_an_hour_and_one_level_up_within_two() -> None:
    clocks = found(ACCIDENT)

    assert {name: due.due_ms for name, due in clocks.items()} == {
        "accident-to-county": at("2026-03-02 09:30"),
        "accident-upward": at("2026-03-02 11:00"),
        "incident-phone": at("2026-03-02 09:30"),
        "accident-supplement": at("2026-04-02 00:00"),
        "accident-inquiry": at("2026-05-07 00:00"),
    }
    assert clocks["accident-to-county"].stopped_ms == at("2026-03-02 09:00")


def test_a_flood_has_the_clocks_of_any_incident_and_none_of_an_accident() -> None:
    assert dues(replace(ACCIDENT, incident_kind="natural", category="Y0101")) == {
        "incident-phone": at("2026-03-02 09:30"),
        "incident-written": at("2026-03-02 10:00"),
    }


def test_a_grave_incident_is_reported_sooner_and_a_fire_has_seven_days_for_its_toll() -> None:
    clocks = dues(replace(ACCIDENT, severity=2, category="Y0201"))

    assert clocks["incident-phone-grave"] == at("2026-03-02 09:15")
    assert clocks["incident-written-grave"] == at("2026-03-02 09:30")
    assert clocks["accident-supplement-traffic-fire"] == at("2026-03-10 00:00")


def test_an_accident_is_not_reported_before_it_happened_though_its_source_says_so() -> None:
    ahead = dict(ACCIDENT.moments) | moments(occurred="2026-03-02 09:05")

    clock = found(replace(ACCIDENT, moments=ahead))["accident-to-county"]

    assert (clock.start_ms, clock.stopped_ms) == (at("2026-03-02 09:00"), at("2026-03-02 09:00"))


@pytest.mark.parametrize(
    ("news", "stopped"),
    [
        ({}, None),
        ({"transferred": "2026-03-03 09:00"}, "2026-03-03 09:00"),
        ({"accepted": "2026-03-04 09:00"}, "2026-03-04 09:00"),
        ({"accepted": "2026-03-04 09:00", "closed": "2026-03-05 09:00"}, "2026-03-04 09:00"),
    ],
)
def test_a_clock_is_stopped_by_its_moment_or_by_one_that_leaves_nothing_to_wait_for(
    news: dict[str, str], stopped: str | None
) -> None:
    facts = replace(LETTER, moments=dict(LETTER.moments) | moments(**news))

    assert found(facts)["petition-register"].stopped_ms == (at(stopped) if stopped else None)


def test_a_second_transfer_starts_the_answer_anew() -> None:
    again = moments(received="2026-03-02 09:00", accepted="2026-03-03 09:00", transferred="2026-03-05 09:00")

    assert found(replace(LETTER, moments=again))["petition-answer-passed"].stopped_ms is None


def test_of_two_equally_specific_clocks_the_earlier_due_one_wins() -> None:
    long = StatutoryClock(
        "a-long",
        "",
        "",
        "",
        "petition",
        Moment.RECEIVED,
        Moment.CLOSED,
        Span(9, Unit.DAYS),
        natures=frozenset({"help"}),
    )
    short = replace(
        long, name="b-short", span=Span(3, Unit.DAYS), natures=frozenset(), channels=frozenset({"grid"})
    )
    facts = replace(CALL, nature="help", channel="grid")

    for clocks in ((long, short), (short, long)):
        assert list(found(facts, replace(SANMING, clocks=clocks))) == ["b-short"]


def test_a_clock_warns_at_its_fractions_in_order() -> None:
    ticket = found(replace(CALL, category="H0101"))["hotline-24-hours"]
    promised = found(replace(CALL, promised_ms=at("2026-03-04 09:00")))["hotline-promised"]

    assert warnings_of(SANMING, ticket) == (at("2026-03-02 21:00"), at("2026-03-03 03:00"))
    assert warnings_of(SANMING, promised) == (at("2026-03-03 09:00"), at("2026-03-03 23:24"))


def test_a_promise_that_was_over_when_the_report_came_is_due_at_once() -> None:
    stale = found(replace(CALL, promised_ms=at("2026-02-27 09:00")))["hotline-promised"]

    assert (stale.due_ms, warnings_of(SANMING, stale)) == (
        at("2026-03-02 09:00"),
        (at("2026-03-02 09:00"),) * 2,
    )
