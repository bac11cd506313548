"""The watch sees from outside what workers leave undone, who is silent, and which part does not answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from sqlalchemy import Engine, insert, text, update

from hub.model.clock import DAY_MS
from hub.reach import Reach
from hub.store.database import open_database
from hub.store.keys import Owner, Role, issue, revoke
from hub.store.pulse import (
    GAPS_MIN,
    LATE_AFTER_MS,
    LIMIT_MS_MIN,
    Habit,
    Pulse,
    number_before,
    problems_aged,
    problems_overdue,
    timers_late,
)
from hub.store.tables import CLOCK, JURISDICTION, PROBLEM
from hub.tools.broker import HOST, find_free_port
from hub.tools.watch import STALE_AFTER_S, Watch
from tests.console.rows import Filled, fill

MINUTE_MS = 60_000
START_MS = 1_770_000_000_000


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return fill(tmp_path_factory.mktemp("watch"), 2_000)


@pytest.fixture
def engine(filled: Filled) -> Iterator[Engine]:
    engine = open_database(filled.url)
    yield engine
    engine.dispose()


def watch_of(engine: Engine, filled: Filled, broker: str = "") -> Watch:
    policies = {filled.policy.jurisdiction: filled.policy}
    return Watch(engine, policies, Reach(broker or f"{HOST}:{find_free_port()}"), 1, filled.config)


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def last_ms(engine: Engine) -> int:
    with engine.connect() as sql:
        return int(sql.execute(text("SELECT max(hub_ms) FROM journal")).scalar_one())


def test_a_look_shows_what_the_rows_hold(engine: Engine, filled: Filled) -> None:
    watch = watch_of(engine, filled)
    now_s = last_ms(engine) / 1000 + 42 * 60

    assert watch.look(now_s) == ("kafka",)

    with engine.connect() as sql:
        waiting = sql.execute(text("SELECT max(number) FROM outbox")).scalar_one()
        accepted = sql.execute(
            text("SELECT sum(accepted) FROM source WHERE agency = :a"), {"a": filled.city.police}
        ).scalar_one()
    assert value("hub_outbox_waiting") == waiting
    assert value("hub_agency_events", agency=filled.city.police, outcome="accepted") == accepted
    silent = [value("hub_agency_silent_seconds", agency=agency) or 0 for agency in filled.city.agencies]
    assert min(silent) == pytest.approx(42 * 60, abs=1)
    assert value("hub_disk_free_ratio") == pytest.approx(
        os.statvfs(filled.config).f_bavail / os.statvfs(filled.config).f_blocks, abs=0.2
    )
    assert value("hub_watch_timestamp_seconds") == now_s


def test_the_days_of_a_key_are_told_until_it_is_revoked(engine: Engine, filled: Filled) -> None:
    watch = watch_of(engine, filled)
    with engine.begin() as sql:
        key = issue(sql, Owner(Role.AGENCY, filled.city.police), START_MS, START_MS + 10 * DAY_MS)
    watch.look(START_MS / 1000)
    assert value("hub_key_days_left", holder=filled.city.police) == 10
    watch.look((START_MS + 12 * DAY_MS) / 1000)
    assert value("hub_key_days_left", holder=filled.city.police) == -2

    with engine.begin() as sql:
        revoke(sql, key.split("_")[1], START_MS)
    watch.look(START_MS / 1000)

    assert value("hub_key_days_left", holder=filled.city.police) is None


def test_a_part_that_does_not_answer_is_named_and_the_others_are_looked_at(
    engine: Engine, filled: Filled, tmp_path: Path
) -> None:
    watch = watch_of(engine, filled)
    watch.var = tmp_path / "nowhere"

    failed = watch.look(1.0)

    assert failed == ("kafka", "disk")
    assert [value("hub_watch_failed", part=part) for part in ("sql", "kafka", "disk")] == [0, 1, 1]


def test_a_database_without_tables_is_named_and_its_errors_counted(tmp_path: Path, filled: Filled) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/empty.db")
    before = value("hub_sql_errors_total") or 0

    failed = watch_of(engine, filled).look(1.0)

    assert failed == ("sql", "kafka")
    assert (value("hub_sql_errors_total") or 0) > before
    engine.dispose()


def test_a_watch_that_looks_no_more_is_itself_missing(engine: Engine, filled: Filled) -> None:
    watch = watch_of(engine, filled)
    assert watch.unready(0.0) == ("watch",)

    watch.look(1000.0)

    assert watch.unready(1001.0) == ("kafka",)
    assert watch.unready(1000.0 + STALE_AFTER_S) == ("watch",)


def test_an_agency_is_unusually_silent_past_its_longest_usual_gap() -> None:
    habit = Habit(START_MS)
    for hour in range(GAPS_MIN + 2):
        habit.arrive(START_MS + hour * 60 * MINUTE_MS)

    usual = habit.silence(habit.last_ms + 80 * MINUTE_MS)
    unusual = habit.silence(habit.last_ms + 100 * MINUTE_MS)

    assert (usual.is_unusual, unusual.is_unusual) == (False, True)
    assert unusual.limit_ms == 90 * MINUTE_MS


def test_a_new_agency_is_not_judged_and_an_eager_one_gets_ten_minutes() -> None:
    habit = Habit(START_MS)
    for second in range(GAPS_MIN - 1):
        habit.arrive(START_MS + second * 1000)
    assert habit.silence(habit.last_ms + DAY_MS).limit_ms is None

    habit.arrive(habit.last_ms + 1000)

    assert habit.silence(habit.last_ms + 1).limit_ms == LIMIT_MS_MIN


def test_habits_older_than_two_weeks_are_forgotten() -> None:
    habit = Habit(START_MS)
    habit.arrive(START_MS + DAY_MS)
    for minute in range(GAPS_MIN):
        habit.arrive(START_MS + 20 * DAY_MS + minute * MINUTE_MS)

    assert habit.silence(habit.last_ms).limit_ms == round(1.5 * 19 * DAY_MS)
    assert habit.silence(START_MS + 40 * DAY_MS).limit_ms is None


@given(st.lists(st.integers(0, 3 * DAY_MS), min_size=GAPS_MIN, max_size=60))
def test_the_limit_is_half_as_long_again_as_the_longest_gap_of_two_weeks(gaps: list[int]) -> None:
    habit, at_ms, seen = Habit(START_MS), START_MS, []
    for gap in gaps:
        at_ms += gap
        habit.arrive(at_ms)
        seen.append((at_ms, gap))
    lately = [gap for when, gap in seen if when >= at_ms - 14 * DAY_MS]

    limit_ms = habit.silence(at_ms).limit_ms

    if seen[-GAPS_MIN][0] >= at_ms - 14 * DAY_MS:
        assert limit_ms == max(LIMIT_MS_MIN, round(1.5 * max(lately)))
    else:
        assert limit_ms is None


def test_a_second_look_reads_only_what_is_new(engine: Engine, filled: Filled) -> None:
    pulse, now_ms = Pulse(), last_ms(engine)
    with engine.connect() as sql:
        pulse.read(sql, [filled.policy.jurisdiction], now_ms)
        once = pulse.silences(now_ms)
        pulse.read(sql, [filled.policy.jurisdiction], now_ms)

    assert pulse.silences(now_ms) == once
    assert set(once) == set(filled.city.agencies)


def test_the_first_number_of_the_learned_days_is_found_by_halving(engine: Engine, filled: Filled) -> None:
    code = filled.policy.jurisdiction
    with engine.connect() as sql:
        rows = sql.execute(text("SELECT number, hub_ms FROM journal ORDER BY number")).all()
        for number, at_ms in rows[:: len(rows) // 20]:
            earlier = [n for n, ms in rows if ms < at_ms]
            assert number_before(sql, code, at_ms) == max(earlier, default=0), number


def test_a_clock_that_should_have_fired_is_late_only_where_time_is_live(
    engine: Engine, filled: Filled
) -> None:
    # Far ahead of any clock of the city itself, which stays as it is.
    due_ms = START_MS + 9_000 * DAY_MS
    clock = {"jurisdiction": filled.policy.jurisdiction, "kind": "stage", "problem_id": "p", "task_id": ""}
    rows = [
        clock | {"id": name, "started_ms": 0, "due_ms": due_ms, "running": running}
        for name, running in (("late", True), ("paused", False))
    ]
    with engine.begin() as sql:
        sql.execute(update(JURISDICTION).values(backfilling=False))
        before = timers_late(sql, due_ms)
        sql.execute(insert(CLOCK), rows)

        assert timers_late(sql, due_ms + LATE_AFTER_MS) == before
        assert timers_late(sql, due_ms + LATE_AFTER_MS + 1) == before + 1
        sql.execute(update(JURISDICTION).values(backfilling=True))
        assert timers_late(sql, due_ms + LATE_AFTER_MS + 1) == 0


def test_problems_are_counted_by_tier_and_age(engine: Engine) -> None:
    with engine.connect() as sql:
        newest = int(sql.execute(text("SELECT max(opened_ms) FROM problem")).scalar_one())
        aged = problems_aged(sql, newest + DAY_MS - 1)
        later = problems_aged(sql, newest + 40 * DAY_MS)

    assert sum(number for (_, band), number in aged.items() if band == "0-1") > 0
    assert sum(aged.values()) == sum(later.values())
    assert {band for (_, band), number in later.items() if number} == {"30+"}


def test_problems_past_their_due_moment_are_counted_by_days_overdue(engine: Engine) -> None:
    with engine.connect() as sql:
        sql.execute(update(PROBLEM).values(due_ms=START_MS))
        open_ones = sum(problems_aged(sql, START_MS + 9_000 * DAY_MS).values())
        none = problems_overdue(sql, START_MS - 1)
        late = problems_overdue(sql, START_MS + 2 * DAY_MS)

    assert sum(none.values()) == 0
    assert sum(number for (_, band), number in late.items() if band == "1-7") == sum(late.values())
    assert sum(late.values()) == open_ones > 0
