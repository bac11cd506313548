"""The auditor: silent about a sound hub, loud about every kind of miss that is planted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, Table, delete, select, update

from hub.model.clock import due_ms, extended_due_ms
from hub.policies.models import DayEnd, Policy, Span, Tier, TierPolicy, Unit
from hub.schemas.commands import AnswerAsked, Command, ReplyTask, SettleProblem
from hub.schemas.inbox import Message
from hub.store._recount import due_by_hand
from hub.store.audit import MISSED_TEXTS, Missed, missed, misses
from hub.store.tables import CLOCK, JURISDICTION, NOTICE, PROBLEM, TASK
from tests.builders import CITY, COURT, PER_VILLAGE, STAGES, TOWN, a_policy, a_report, at, body_of
from tests.core.rounds import CO_TASK, FIRST, LEAD_TASK, VILLAGE_BODY, a_round_policy
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


# What follows audits rounds: tasks, notices, pauses and watches.

ROUNDS = a_round_policy(
    co=(COURT,),
    total=Span(60, Unit.WORKING_DAYS),
    silent=Span(5, Unit.WORKING_DAYS),
    stage={tier: Span(9, Unit.WORKING_DAYS) for tier in Tier},
)


def a_hub_at_work(engine: Engine, *messages: tuple[str, Message], until: str) -> None:
    """The village's problem of Thursday 03-05 in agencies' hands, and what was said to it up to a moment."""
    shard, sql = an_owner(engine, {CITY: ROUNDS})
    inbox = Inbox()
    inbox.packed("03-05 11:00", a_report("m1"), a_report("m2"), a_report("m3"))
    for when, message in messages:
        inbox.append(when, message)
    inbox.tick(until)
    take_all(shard, sql, inbox)
    sql.close()


def an_act(kind: type[Command], **said: Any) -> Command:  # noqa: ANN401 - fields of a command
    """A command whose id says what it does."""
    return kind(jurisdiction=CITY, id="-".join((kind.__name__, *map(str, said.values())))[:64], **said)


ACCEPTED = (
    ("03-05 13:30", an_act(ReplyTask, task_id=LEAD_TASK, agency=VILLAGE_BODY, reply="accept")),
    ("03-05 13:30", an_act(ReplyTask, task_id=CO_TASK, agency=COURT, reply="accept")),
)
PAUSED = (
    *ACCEPTED,
    (
        "03-05 14:00",
        an_act(ReplyTask, task_id=LEAD_TASK, agency=VILLAGE_BODY, reply="ledger", review_on="2026-04-01"),
    ),
    ("03-05 15:00", an_act(AnswerAsked, task_id=LEAD_TASK, granted=True)),
)
EXTENDED = (
    ("03-05 14:00", an_act(ReplyTask, task_id=LEAD_TASK, agency=VILLAGE_BODY, reply="extend", days=3)),
    ("03-05 15:00", an_act(AnswerAsked, task_id=LEAD_TASK, granted=True)),
)
SETTLED = (("03-05 15:00", an_act(SettleProblem, problem_id=FIRST, agency=body_of(TOWN))),)


def found(engine: Engine, policy: Policy = ROUNDS) -> set[tuple[str, str]]:
    """What is missing, and of whom."""
    with engine.connect() as sql:
        return {(miss.what, miss.subject) for miss in misses(sql, {CITY: policy})}


@pytest.mark.parametrize(
    "messages",
    [(), ACCEPTED, PAUSED, EXTENDED, SETTLED],
    ids=["cut", "accepted", "paused", "extended", "settled"],
)
@pytest.mark.parametrize("until", ["03-05 15:59", "03-05 16:00", "03-18 00:00", "04-01 00:00", "12-31 09:00"])
def test_a_sound_round_has_missed_nothing(
    engine: Engine, messages: tuple[tuple[str, Message], ...], until: str
) -> None:
    a_hub_at_work(engine, *messages, until=until)

    assert found(engine) == set()


def planted(engine: Engine, table: Table, key: str, **values: object) -> None:
    """Change a row as no hub would."""
    with engine.begin() as sql:
        sql.execute(update(table).where(table.c.id == key).values(**values))


def test_a_clock_that_ran_out_and_did_nothing_is_found(engine: Engine) -> None:
    a_hub_at_work(engine, *ACCEPTED, until="03-05 15:00")

    planted(engine, CLOCK, f"{CO_TASK}/silence", due_ms=at("03-05 14:00"))

    assert found(engine) == {("CLOCK_PASSED", f"{CO_TASK}/silence")}


@pytest.mark.parametrize(
    ("messages", "clock", "what"),
    [
        (ACCEPTED, f"{FIRST}/stage", ("STAGE_UNTIMED", FIRST)),
        ((), f"{CO_TASK}/acceptance", ("ACCEPTANCE_UNTIMED", CO_TASK)),
        (PAUSED, f"{LEAD_TASK}/review", ("PAUSE_UNTIMED", FIRST)),
        (SETTLED, f"{FIRST}/watch", ("WATCH_UNTIMED", FIRST)),
    ],
)
def test_a_clock_that_should_run_and_does_not_is_found(
    engine: Engine, messages: tuple[tuple[str, Message], ...], clock: str, what: tuple[str, str]
) -> None:
    a_hub_at_work(engine, *messages, until="03-05 15:59")
    assert found(engine) == set()

    planted(engine, CLOCK, clock, running=False)

    assert found(engine) == {what}


def test_a_stage_due_later_than_the_policy_allows_is_found_before_it_is_over(engine: Engine) -> None:
    a_hub_at_work(engine, *ACCEPTED, until="03-05 15:00")

    planted(engine, PROBLEM, FIRST, due_ms=at("03-20 00:00"))

    assert found(engine) == {("STAGE_TOO_LONG", FIRST)}


def test_an_extension_by_one_day_more_than_was_granted_is_found(engine: Engine) -> None:
    a_hub_at_work(engine, *EXTENDED, until="03-05 15:30")
    assert found(engine) == set()

    planted(engine, PROBLEM, FIRST, due_ms=at("03-25 00:00"))

    assert found(engine) == {("STAGE_TOO_LONG", FIRST)}


def test_a_task_at_work_that_is_nobody_s_is_found(engine: Engine) -> None:
    a_hub_at_work(engine, *ACCEPTED, until="03-05 15:00")

    planted(engine, TASK, CO_TASK, agency="")

    assert found(engine) == {("NOBODY_AT_WORK", CO_TASK)}


def test_a_clock_that_somebody_in_copy_is_held_to_is_found(engine: Engine) -> None:
    a_hub_at_work(engine, *ACCEPTED, until="03-05 15:00")

    planted(engine, TASK, CO_TASK, role="copy")

    assert found(engine) == {("COPY_TIMED", CO_TASK)}


def test_a_problem_without_a_lead_where_there_is_a_holder_is_found(engine: Engine) -> None:
    a_hub_at_work(engine, *ACCEPTED, until="03-05 15:00")

    planted(engine, PROBLEM, FIRST, lead="")

    assert found(engine) == {("NO_LEAD", FIRST)}
    assert found(engine, replace(ROUNDS, holders={})) == set()


def test_a_notice_nobody_answered_and_nothing_followed_is_found(engine: Engine) -> None:
    a_hub_at_work(engine, until="03-06 09:00")
    with engine.begin() as sql:
        sql.execute(update(CLOCK).where(CLOCK.c.kind == "reply").values(running=False))

    the_clock_shows(engine, "03-07 00:00")

    assert found(engine) == {("NOTICE_UNANSWERED", f"{task}/nudged/1") for task in (LEAD_TASK, CO_TASK)}


def test_at_the_top_an_expired_stage_must_climb_the_ladder(engine: Engine) -> None:
    a_hub_at_work(engine, *ACCEPTED, until="12-31 09:00")
    with engine.begin() as sql:
        own = (NOTICE.c.task_id == "") & (NOTICE.c.problem_id == FIRST)
        sql.execute(delete(NOTICE).where(own))

    planted(engine, PROBLEM, FIRST, steps=0)

    assert found(engine) == {("STAGE_LATE", FIRST)}


def test_a_co_agency_that_was_late_at_the_top_and_heard_nothing_is_found(engine: Engine) -> None:
    court = f"{FIRST}.4.2"
    a_hub_at_work(engine, *ACCEPTED, until="12-31 09:00")
    assert found(engine) == set()

    with engine.begin() as sql:
        sql.execute(delete(NOTICE).where(NOTICE.c.task_id == court))
    planted(engine, TASK, court, steps=1, phase="accepted")

    assert found(engine) == {("LATE_UNTOLD", FIRST)}


def test_every_kind_of_miss_has_a_text_in_both_languages() -> None:
    assert set(MISSED_TEXTS) == set(Missed)
    assert all(zh and en.isascii() for zh, en in MISSED_TEXTS.values())


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("ends", list(DayEnd))
def test_the_auditor_s_own_calendar_comes_to_the_same_moments(unit: Unit, ends: DayEnd) -> None:
    for start in ("02-10 08:00", "02-13 17:30", "02-14 12:30", "04-03 23:59", "09-30 09:00", "10-10 00:00"):
        for count in (1, 2, 7, 30):
            span = Span(count, unit, ends=ends)
            by_hub = due_ms(at(start), span, ROUNDS.calendar, ROUNDS.zone)
            by_hand = due_by_hand(ROUNDS, at(start), span)
            assert by_hand == by_hub, (start, count)
            longer = extended_due_ms(by_hub, replace(span, count=3), ROUNDS.calendar, ROUNDS.zone)
            assert due_by_hand(ROUNDS, at(start), span, 3) == longer, (start, count)
