"""The time limits of matters: set when they start, kept as promised, and who is late."""

from __future__ import annotations

from hub.core.assess import late_share
from hub.model.matter import agency_of, is_late
from hub.policies.models import Moment, Span, StatutoryClock, Unit
from tests.builders import COURT, HOTLINE, Log, a_policy, a_report, an_update, at


def a_clock(name: str, starts: Moment, stops: Moment, days: int, **more: object) -> StatutoryClock:
    span = Span(days, Unit.DAYS, rolls=False)
    return StatutoryClock(name, name, name, "article", "petition", starts, stops, span, **more)  # type: ignore[arg-type]


ANSWER = a_clock("answer", Moment.RECEIVED, Moment.ACCEPTED, 2)
ANSWER_PASSED = a_clock("answer-passed", Moment.TRANSFERRED, Moment.ACCEPTED, 3)
CLOSE = a_clock("close", Moment.RECEIVED, Moment.CLOSED, 5)
REVIEW = a_clock("review", Moment.REOPENED, Moment.CLOSED, 4, reopened=frozenset({1}))
LAW = a_policy(clocks=(ANSWER, ANSWER_PASSED, CLOSE, REVIEW))


def a_log() -> Log:
    log = Log(LAW)
    log.take("03-02 09:00", a_report())
    return log


def test_a_matter_is_due_from_its_report_on() -> None:
    matter = a_log().state.matters["hotline/m1"]

    assert (matter.accept_due_ms, matter.close_due_ms) == (at("03-05 00:00"), at("03-08 00:00"))


def test_what_its_source_promised_goes_before_the_law() -> None:
    promised = StatutoryClock(
        "promised", "承诺", "Promised", "article", "petition", Moment.RECEIVED, Moment.CLOSED
    )
    log = Log(a_policy(clocks=(CLOSE, promised)))

    log.take("03-02 09:00", a_report(due_ms=at("03-04 12:00")))

    assert log.state.matters["hotline/m1"].close_due_ms == at("03-04 12:00")


def test_passing_a_matter_on_starts_the_answer_anew_and_nothing_else() -> None:
    log = a_log()
    log.take("03-03 09:00", an_update("accepted"))

    log.take("03-04 09:00", an_update("transferred", to_agency=COURT))

    matter = log.state.matters["hotline/m1"]
    assert (matter.accept_due_ms, matter.close_due_ms) == (at("03-08 00:00"), at("03-08 00:00"))
    assert matter.accepted_ms == 0
    assert agency_of(matter) == COURT


def test_the_first_acceptance_stops_the_clock() -> None:
    log = a_log()
    log.take("03-03 09:00", an_update("accepted"))

    log.take("03-06 09:00", an_update("accepted", event="again"))

    assert log.state.matters["hotline/m1"].accepted_ms == at("03-03 09:00")


def test_a_reopening_ends_the_old_clocks_and_starts_the_review() -> None:
    log = a_log()
    log.take("03-03 09:00", an_update("resolved"))

    log.take("03-10 09:00", an_update("reopened"))

    matter = log.state.matters["hotline/m1"]
    assert (matter.accept_due_ms, matter.close_due_ms) == (0, at("03-15 00:00"))


def test_a_matter_is_late_from_its_due_moment_on() -> None:
    matter = a_log().state.matters["hotline/m1"]

    assert not is_late(matter, at("03-08 00:00") - 1)
    assert is_late(matter, at("03-08 00:00"))


def test_a_matter_closed_late_stays_late() -> None:
    log = a_log()

    log.take("03-09 09:00", an_update("resolved"))

    assert is_late(log.state.matters["hotline/m1"], at("03-09 09:00"))


def test_without_a_clock_nobody_is_late() -> None:
    log = Log()
    log.take("03-02 09:00", a_report())

    assert not is_late(log.state.matters["hotline/m1"], at("12-31 00:00"))


def test_the_share_of_late_matters_counts_those_whose_time_ran_out() -> None:
    log = a_log()
    log.take("03-02 09:00", a_report("m2"), a_report("m3"), a_report("m4", responsible=COURT))
    log.take("03-04 09:00", an_update("resolved", "m2"))
    log.take("03-04 09:00", an_update("withdrawn", "m3"))
    log.tick("03-07 12:00")
    before = late_share(log.state, HOTLINE)

    log.tick("03-08 00:01")

    assert before == (0, 0)
    assert late_share(log.state, HOTLINE) == (1, 2)
    assert late_share(log.state, COURT) == (1, 1)


def test_a_matter_that_was_closed_in_time_and_came_back_is_judged_by_its_new_clock() -> None:
    log = a_log()
    log.take("03-04 09:00", an_update("resolved"))
    log.take("03-10 09:00", an_update("reopened"))

    log.tick("03-16 00:00")

    assert late_share(log.state, HOTLINE) == (1, 1)


def test_after_ninety_days_the_share_forgets() -> None:
    log = a_log()

    log.tick("06-07 00:00")

    assert late_share(log.state, HOTLINE) == (0, 0)


def test_a_failed_mediation_leaves_the_dispute_open_and_counts_as_redone() -> None:
    log = Log(LAW)
    dispute = a_report(type="linkage.dispute.registered.v1", form="people")
    log.take("03-02 09:00", dispute)

    log.take("03-05 09:00", an_update("resolved", result="failed"))
    log.take("03-05 10:00", an_update("unresolved", result="failed"))

    matter = log.state.matters["hotline/m1"]
    assert (matter.standing, matter.redone, matter.word) == ("open", 1, "unresolved")
    assert matter.word_ms == at("03-05 09:00")
