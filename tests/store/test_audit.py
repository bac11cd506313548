"""The auditor of missed escalations: silent about a sound hub, loud about a planted miss."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select, update

from hub.policies.models import Policy, Span, Tier, TierPolicy, Unit
from hub.store.audit import missed
from hub.store.tables import JURISDICTION, PROBLEM
from tests.builders import CITY, PER_VILLAGE, STAGES, a_policy, a_report, at
from tests.store.shards import Inbox, an_owner, take_all

POLICY = a_policy(rules=(PER_VILLAGE,))
NATURAL = a_policy(
    rules=(PER_VILLAGE,),
    tiers=(TierPolicy("natural", (), {Tier.VILLAGE: Span(2, Unit.DAYS), Tier.TOWNSHIP: Span(9, Unit.DAYS)}),),
)


def a_hub_with_a_problem(engine: Engine, until: str, policy: Policy = POLICY) -> None:
    """A problem opened on Thursday 03-05 in the village, and a log that has come to `until`."""
    shard, sql = an_owner(engine, {CITY: policy})
    inbox = Inbox()
    inbox.packed("03-05 11:00", a_report("m1"), a_report("m2"), a_report("m3"))
    inbox.tick(until)
    take_all(shard, sql, inbox)
    sql.close()


def audited(engine: Engine, policy: Policy = POLICY) -> list[str]:
    with engine.connect() as sql:
        return missed(sql, {CITY: policy})


def the_clock_shows(engine: Engine, when: str) -> None:
    """Move the log's clock as no hub would: without looking at its timers."""
    with engine.begin() as sql:
        sql.execute(update(JURISDICTION).values(hub_ms=at(when)))


@pytest.mark.parametrize("until", ["03-05 12:00", "03-10 23:59", "03-11 00:00", "03-19 00:00", "12-31 09:00"])
def test_a_sound_hub_has_missed_nothing(engine: Engine, until: str) -> None:
    a_hub_with_a_problem(engine, until)

    assert audited(engine) == []


@pytest.mark.parametrize(("clock", "late"), [("03-10 23:59", []), ("03-11 00:00", ["TC26-000001"])])
def test_a_problem_left_lying_is_found_from_its_due_moment_on(
    engine: Engine, clock: str, late: list[str]
) -> None:
    a_hub_with_a_problem(engine, "03-05 12:00")

    the_clock_shows(engine, clock)

    assert audited(engine) == late


@pytest.mark.parametrize(("clock", "late"), [("03-09 23:59", []), ("03-10 00:00", ["TC26-000001"])])
def test_natural_days_roll_on_over_the_weekend(engine: Engine, clock: str, late: list[str]) -> None:
    """Two days after Thursday is Saturday: the stage ends with Monday."""
    a_hub_with_a_problem(engine, "03-05 12:00", NATURAL)

    the_clock_shows(engine, clock)

    assert audited(engine, NATURAL) == late


def test_a_due_moment_lost_from_the_row_hides_nothing(engine: Engine) -> None:
    a_hub_with_a_problem(engine, "03-05 12:00")
    with engine.begin() as sql:
        sql.execute(update(PROBLEM).values(due_ms=None))

    the_clock_shows(engine, "03-11 00:00")

    assert audited(engine) == ["TC26-000001"]


def test_a_stage_that_never_started_is_a_miss(engine: Engine) -> None:
    a_hub_with_a_problem(engine, "03-05 12:00")
    with engine.begin() as sql:
        sql.execute(update(PROBLEM).values(stage_started_ms=None))

    assert audited(engine) == ["TC26-000001"]


def test_at_the_city_nothing_is_above(engine: Engine) -> None:
    a_hub_with_a_problem(engine, "04-30 09:00")
    with engine.connect() as sql:
        assert sql.execute(select(PROBLEM.c.tier)).scalar_one() == "city"

    the_clock_shows(engine, "12-31 09:00")

    assert audited(engine) == []


def test_a_tier_without_a_stage_clock_cannot_miss(engine: Engine) -> None:
    policy = a_policy(
        rules=(PER_VILLAGE,), tiers=(TierPolicy("one", (), {Tier.VILLAGE: STAGES[Tier.VILLAGE]}),)
    )
    a_hub_with_a_problem(engine, "03-12 09:00", policy)

    the_clock_shows(engine, "12-31 09:00")

    assert audited(engine, policy) == []
