"""Assessment periods: names, days and the moment they close."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.period import named_period, period_at, period_days, period_name
from hub.policies.assessment import Assessment, Every
from hub.policies.models import Span, Unit
from tests.builders import a_policy, at


def an_assessment(every: Every, closes_after: Span | None = None) -> Assessment:
    return Assessment("a", "考核", "Assessment", every, None, (), closes_after)


@pytest.mark.parametrize(
    ("every", "name", "first", "after"),
    [
        (Every.MONTH, "2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        (Every.QUARTER, "2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        (Every.QUARTER, "2026-Q1", date(2026, 1, 1), date(2026, 4, 1)),
        (Every.HALF, "2026-H1", date(2026, 1, 1), date(2026, 7, 1)),
        (Every.YEAR, "2026", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_period_is_named_as_people_submit_it(every: Every, name: str, first: date, after: date) -> None:
    assert period_days(name) == (first, after)
    assert period_name(first, every) == name


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)), every=st.sampled_from(list(Every)))
def test_every_day_lies_in_the_period_that_is_named_after_it(day: date, every: Every) -> None:
    first, after = period_days(period_name(day, every))

    assert first <= day < after


def test_a_period_closes_when_its_last_day_ends_or_so_much_later() -> None:
    policy = a_policy()

    assert period_at(date(2026, 3, 9).toordinal(), an_assessment(Every.MONTH), policy).closes_ms == at(
        "04-01 00:00"
    )
    later = named_period("2026-03", an_assessment(Every.MONTH, Span(2, Unit.WORKING_DAYS)), policy)
    assert (later.end_ms, later.closes_ms) == (at("04-01 00:00"), at("04-03 00:00"))
