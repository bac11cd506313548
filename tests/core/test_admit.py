"""Admit: which events have an effect, and on what."""

from __future__ import annotations

import pytest

from hub.model.matter import Standing
from hub.policies.models import Limits
from tests.builders import (
    COURT,
    HEARTBEAT,
    HOTLINE,
    NEXT_VILLAGE,
    NOISE,
    VILLAGE,
    WAGES,
    WATER,
    Log,
    a_policy,
    a_reply,
    a_report,
    an_update,
)


def test_a_report_makes_a_matter_that_counts() -> None:
    log = Log()

    log.take("03-02 09:00", a_report("m1"))

    assert log.outcomes() == ["accepted"]
    assert log.counted() == 1
    matter = log.state.matters["hotline/m1"]
    assert (matter.place, matter.category, matter.standing, matter.reports, matter.event, matter.entry) == (
        VILLAGE,
        NOISE,
        Standing.OPEN,
        1,
        "hotline/e-m1",
        1,
    )


def test_a_resent_event_is_a_duplicate_without_effect() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1", "e1"))

    log.take("03-03 09:00", a_report("m2", "e1"))

    assert log.outcomes() == ["accepted", "duplicate"]
    assert log.counted() == 1
    assert list(log.state.matters) == ["hotline/m1"]


def test_the_same_id_of_two_sources_is_two_events() -> None:
    log = Log()

    log.take("03-02 09:00", a_report("m1", "e1"), a_report("m1", "e1", agency=COURT))

    assert log.outcomes() == ["accepted", "accepted"]
    assert log.counted() == 2


def test_an_id_is_remembered_for_the_days_the_policy_says_and_no_longer() -> None:
    log = Log(a_policy(limits=Limits(remember_days=3)))
    log.take("03-02 23:00", a_report("m1", "e1"))

    log.take("03-04 23:59", a_report("m1", "e1"))
    log.take("03-05 00:00", a_report("m1", "e1"))

    assert log.outcomes() == ["accepted", "duplicate", "accepted"]


def test_a_refused_event_may_come_again_under_its_id() -> None:
    log = Log()
    log.take("03-02 09:00", an_update("resolved", "m1", "e1"))

    log.take("03-02 10:00", a_report("m1", "e1"))

    assert log.outcomes() == ["refused", "accepted"]


def test_a_matter_reported_again_counts_once() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1", "e1"))

    log.take("03-03 09:00", a_report("m1", "e2"))

    assert log.outcomes() == ["accepted", "accepted"]
    assert log.counted() == 1
    assert log.state.matters["hotline/m1"].reports == 2


def test_an_update_of_a_matter_nobody_reported_is_refused() -> None:
    log = Log()

    told = log.take("03-02 09:00", an_update("resolved", "m9"))

    assert [(entry.outcome, entry.code) for entry in told.entries] == [("refused", "UNKNOWN_MATTER")]
    assert log.state.matters == {}


def test_another_agency_s_matter_is_not_known() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"))

    log.take("03-02 10:00", an_update("resolved", "m1", agency=COURT))

    assert log.outcomes() == ["accepted", "refused"]
    assert log.state.matters["hotline/m1"].standing is Standing.OPEN


@pytest.mark.parametrize(
    ("status", "standing", "counted"),
    [
        ("accepted", Standing.OPEN, 1),
        ("transferred", Standing.OPEN, 1),
        ("returned", Standing.OPEN, 1),
        ("unresolved", Standing.OPEN, 1),
        ("reopened", Standing.OPEN, 1),
        ("resolved", Standing.CLOSED, 1),
        ("diverted", Standing.CLOSED, 1),
        ("withdrawn", Standing.WITHDRAWN, 0),
    ],
)
def test_each_status_leaves_the_matter_where_the_contract_says(
    status: str, standing: Standing, counted: int
) -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"))

    log.take("03-03 09:00", an_update(status))

    assert log.outcomes() == ["accepted", "accepted"]
    assert log.state.matters["hotline/m1"].standing is standing
    assert log.counted() == counted


@pytest.mark.parametrize(("status", "standing"), [("accepted", "closed"), ("reopened", "open")])
def test_a_closed_matter_opens_only_by_a_status_that_opens(status: str, standing: str) -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"))
    log.take("03-03 09:00", an_update("resolved"))

    log.take("03-04 09:00", an_update(status))

    assert log.state.matters["hotline/m1"].standing == standing


def test_transfers_and_reopenings_are_counted() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"))

    for number, status in enumerate(("transferred", "reopened", "transferred", "accepted")):
        log.take("03-03 09:00", an_update(status, "m1", f"u{number}"))

    matter = log.state.matters["hotline/m1"]
    assert (matter.transfers, matter.redone) == (2, 1)


def test_a_correction_moves_the_counts_to_the_right_place() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"))

    log.take("03-03 09:00", an_update("corrected", place=NEXT_VILLAGE))

    assert (log.counted(VILLAGE), log.counted(NEXT_VILLAGE)) == (0, 1)


def test_a_correction_of_the_category_leaves_the_place() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"))

    log.take("03-03 09:00", an_update("corrected", category=WATER))

    assert (log.counted(category=NOISE), log.counted(category=WATER)) == (0, 1)
    assert log.state.matters["hotline/m1"].place == VILLAGE


def test_a_corrected_matter_keeps_its_own_day() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"))
    log.take("03-10 09:00", an_update("corrected", place=NEXT_VILLAGE))

    log.tick("03-15 23:59")
    before = log.counted(NEXT_VILLAGE)
    log.tick("03-16 00:00")

    assert (before, log.counted(NEXT_VILLAGE)) == (1, 0)


def test_a_withdrawn_matter_leaves_the_counts_once() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"), a_report("m2"))

    log.take("03-03 09:00", an_update("withdrawn", "m1", "u1"), an_update("withdrawn", "m1", "u2"))

    assert log.outcomes() == ["accepted"] * 4
    assert log.counted() == 1


def test_a_correction_of_a_withdrawn_matter_counts_nowhere() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"), an_update("withdrawn"))

    log.take("03-03 09:00", an_update("corrected", place=NEXT_VILLAGE))

    assert (log.counted(VILLAGE), log.counted(NEXT_VILLAGE)) == (0, 0)
    assert log.state.matters["hotline/m1"].standing is Standing.WITHDRAWN


def test_a_withdrawn_matter_reported_again_counts_anew_where_it_is_now() -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"), an_update("withdrawn"))

    log.take("03-09 09:00", a_report("m1", "e2", category=WAGES))

    matter = log.state.matters["hotline/m1"]
    assert (log.counted(category=NOISE), log.counted(category=WAGES)) == (0, 1)
    assert (matter.standing, matter.reports, matter.event) == (Standing.OPEN, 2, "hotline/e2")


def test_a_late_event_counts_on_its_own_day() -> None:
    log = Log()
    log.take("03-20 09:00", a_report("m1", at_ms=1_772_413_200_000))  # 2026-03-02 09:00 in China

    assert log.counted() == 0
    assert log.counted(place="990101001000", category="A", rule=1) == 1


def test_an_event_ahead_of_the_clock_counts_today() -> None:
    log = Log()

    log.take("03-02 23:59", a_report("m1", at_ms=1_772_467_500_000))  # 2026-03-03 00:05 in China

    assert log.state.matters["hotline/m1"].day == log.state.today


def test_a_heartbeat_is_accepted_and_remembered_and_touches_nothing_else() -> None:
    log = Log()

    log.take("03-02 09:00", a_report("", "h1", type=HEARTBEAT), a_report("", "h1", type=HEARTBEAT))

    assert log.outcomes() == ["accepted", "duplicate"]
    assert log.state.matters == {}


def test_a_reply_to_a_task_that_was_never_cut_is_refused() -> None:
    log = Log()

    told = log.take("03-02 09:00", a_reply("accept", "t-1", HOTLINE))

    assert [(entry.outcome, entry.code) for entry in told.entries] == [("refused", "UNKNOWN_TASK")]


@pytest.mark.parametrize("status", ["reopened", "unresolved", "resolved", "diverted"])
def test_a_withdrawn_matter_stays_withdrawn_until_it_is_reported_again(status: str) -> None:
    log = Log()
    log.take("03-02 09:00", a_report("m1"), an_update("withdrawn"))

    log.take("03-03 09:00", an_update(status))

    assert log.state.matters["hotline/m1"].standing is Standing.WITHDRAWN
    log.take("03-04 09:00", a_report("m1", "e2"))
    assert log.counted() == 1
