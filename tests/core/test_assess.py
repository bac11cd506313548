"""Assessment: submissions, figures of the hub's own, scores when a period closes."""

from __future__ import annotations

from fractions import Fraction

import orjson
import pytest

from hub.core._posts import Told
from hub.model.assessment import Score, Total
from hub.policies.assessment import Assessment, AssessmentItem, Every, Formula
from hub.policies.models import Moment, Policy, Span, StatutoryClock, Tier, Unit
from hub.schemas.figures import Figure
from hub.schemas.inbox import Item
from tests.builders import (
    COUNTY,
    COURT,
    FAR_VILLAGE,
    HOTLINE,
    OTHER_COUNTY,
    OTHER_TOWN,
    TOWN,
    VILLAGE,
    Log,
    a_policy,
    a_report,
    an_update,
    decisions,
)

CLOSE = StatutoryClock(
    "close",
    "办结",
    "Close",
    "article",
    "petition",
    Moment.RECEIVED,
    Moment.CLOSED,
    Span(5, Unit.DAYS, rolls=False),
)


def an_item(code: str = "closing", **changes: object) -> AssessmentItem:
    usual: dict[str, object] = {"weight": Fraction(10), "formula": Formula.RATE}
    if "by" not in changes:
        usual |= {"figure": Figure.CLOSED_IN_TIME, "counted_min": 1}
    return AssessmentItem(code=code, name_zh=code, name_en=code, **(usual | changes))  # type: ignore[arg-type]


def a_plan(*items: AssessmentItem, **changes: object) -> Policy:
    plan = {
        "name": "towns",
        "name_zh": "乡镇",
        "name_en": "Towns",
        "every": Every.MONTH,
        "units": Tier.TOWNSHIP,
    }
    assessment = Assessment(items=items or (an_item(),), **(plan | changes))  # type: ignore[arg-type]
    return a_policy(clocks=(CLOSE,), assessments=(assessment,))


def a_submission(value: float, unit: str = TOWN, item: str = "safety", **changes: object) -> Item:
    detail = {
        "period": changes.pop("period", "2026-03"),
        "item": item,
        "scores": [{"unit": unit, "value": value}],
    }
    event = a_report(
        "", f"s-{unit}-{value}", type="linkage.assessment.submitted.v1", detail=orjson.dumps(detail).decode()
    )
    return event._replace(place="", category="", nature="", **({"agency": COURT} | changes))  # type: ignore[arg-type]


def scores(log: Log) -> list[Score | Total]:
    return [row.got for row in log.state.changed.scores]


def totals(log: Log) -> dict[str, tuple[Fraction, int]]:
    return {got.unit: (got.points, got.rank) for got in scores(log) if isinstance(got, Total)}


def scored(told: Told) -> list[str]:
    return [said.cause for said in decisions(told) if said.kind == "assessment_scored"]


SUBMITTED = an_item("safety", by=(COURT,))


def test_a_period_is_scored_when_its_last_day_ends() -> None:
    log = Log(a_plan())
    log.take("03-02 09:00", a_report())
    log.take("03-04 09:00", an_update("resolved"))

    before = log.tick("03-31 23:59")
    after = log.tick("04-01 00:00")

    assert (scored(before), scored(after)) == ([], ["assessment/towns/2026-03"])
    assert totals(log) == {TOWN: (Fraction(10), 1)}


def test_a_period_waits_for_submissions_as_long_as_policy_says() -> None:
    log = Log(a_plan(SUBMITTED, closes_after=Span(3, Unit.DAYS, rolls=False)))
    log.take("03-02 09:00", a_report())

    log.take("04-03 09:00", a_submission(90))
    told = log.tick("04-04 00:00")

    assert scored(told) == ["assessment/towns/2026-03"]
    assert totals(log) == {TOWN: (Fraction(9), 1)}


def test_what_comes_after_the_close_is_too_late() -> None:
    log = Log(a_plan(SUBMITTED))
    log.take("03-02 09:00", a_report())

    told = log.take("04-01 09:00", a_submission(90))

    assert [(entry.outcome, entry.code) for entry in told.entries] == [("refused", "PERIOD_CLOSED")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"agency": HOTLINE},
        {"item": "unheard"},
        {"unit": VILLAGE},
        {"period": "2026-Q1"},
        {"period": "2026-05"},
    ],
)
def test_only_who_is_named_submits_for_units_and_periods_that_are_assessed(wrong: dict[str, str]) -> None:
    log = Log(a_plan(SUBMITTED))
    log.take("03-02 09:00", a_report())

    told = log.take("03-20 09:00", a_submission(90, **wrong))

    assert [(entry.outcome, entry.code) for entry in told.entries] == [("refused", "NOT_ASSESSED")]
    assert log.state.submitted == {}


def test_a_refused_submission_may_come_again_under_its_id() -> None:
    log = Log(a_plan(SUBMITTED))
    log.take("03-02 09:00", a_report())
    log.take("03-20 09:00", a_submission(90, agency=HOTLINE))

    told = log.take("03-20 09:01", a_submission(90, agency=HOTLINE))

    assert [entry.outcome for entry in told.entries] == ["refused"]


def test_the_last_word_of_a_submission_counts() -> None:
    log = Log(a_plan(SUBMITTED))
    log.take("03-02 09:00", a_report())
    log.take("03-20 09:00", a_submission(90))

    log.take("03-21 09:00", a_submission(70))
    log.tick("04-01 00:00")

    assert totals(log) == {TOWN: (Fraction(7), 1)}


def test_a_value_counts_as_it_is_written() -> None:
    log = Log(a_plan(SUBMITTED))
    log.take("03-02 09:00", a_report())

    log.take("03-20 09:00", a_submission(95.3))
    log.tick("04-01 00:00")

    assert totals(log)[TOWN][0] == Fraction("9.53")


def test_a_month_in_which_nothing_counts_is_not_spoken_of() -> None:
    log = Log(a_plan())
    log.take("03-02 09:00", a_report())

    log.tick("06-01 00:00")

    assert [said.cause for said in log.decisions() if said.kind == "assessment_scored"] == [
        "assessment/towns/2026-03"
    ]


def test_a_limit_that_ends_at_midnight_counts_in_the_month_that_ends() -> None:
    log = Log(a_plan())
    log.take("03-26 09:00", a_report())

    log.tick("04-01 00:00")

    assert totals(log) == {TOWN: (Fraction(0), 1)}


def test_a_limit_of_the_next_month_does_not_count_yet() -> None:
    log = Log(a_plan())
    log.take("03-27 09:00", a_report())

    assert scored(log.tick("04-01 00:00")) == []
    assert scored(log.tick("05-01 00:00")) == ["assessment/towns/2026-04"]


def test_a_withdrawn_matter_is_left_out() -> None:
    log = Log(a_plan())
    log.take("03-02 09:00", a_report(), a_report("m2"))
    log.take("03-04 09:00", an_update("resolved", "m2"))

    log.take("03-05 09:00", an_update("withdrawn"))
    log.tick("04-01 00:00")

    (score,) = (got for got in scores(log) if isinstance(got, Score))
    assert score.value is not None
    assert score.value[1:] == (1, 1, 1)


def test_a_corrected_place_moves_what_counts() -> None:
    log = Log(a_plan())
    log.take("03-02 09:00", a_report())

    log.take("03-03 09:00", an_update("corrected", place=FAR_VILLAGE))
    log.tick("04-01 00:00")

    assert list(totals(log)) == [OTHER_TOWN]


def test_a_matter_counts_for_the_agency_that_has_it() -> None:
    log = Log(a_plan(units=None))
    log.take("03-02 09:00", a_report())

    log.take("03-03 09:00", an_update("transferred", to_agency=COURT))
    log.tick("04-01 00:00")

    assert list(totals(log)) == [COURT]


def test_a_scored_period_is_not_changed_by_what_comes_later() -> None:
    log = Log(a_plan())
    log.take("03-02 09:00", a_report())
    log.take("03-04 09:00", an_update("resolved"))
    log.tick("04-01 00:00")

    log.take("04-02 09:00", an_update("reopened"))
    log.tick("05-01 00:00")

    assert len(totals(log)) == 1
    assert len([said for said in log.decisions() if said.kind == "assessment_scored"]) == 1


def test_too_few_to_judge_are_not_judged() -> None:
    log = Log(a_plan(an_item(counted_min=2), SUBMITTED))
    log.take("03-02 09:00", a_report())
    log.take("03-20 09:00", a_submission(80))

    log.tick("04-01 00:00")

    assert totals(log) == {TOWN: (Fraction(16), 1)}


def test_units_without_any_item_have_no_total() -> None:
    log = Log(a_plan(an_item(counted_min=5)))
    log.take("03-02 09:00", a_report())

    told = log.tick("04-01 00:00")

    assert (totals(log), scored(told)) == ({}, [])


def test_a_county_is_not_assessed_with_the_towns() -> None:
    log = Log(a_plan())
    log.take("03-02 09:00", a_report(place=COUNTY), a_report("m2", place=OTHER_COUNTY))

    assert scored(log.tick("04-01 00:00")) == []
