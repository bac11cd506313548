"""Going on from SQL counts what never stopping would have counted: tallies, late matters, submissions, scores."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, text

from hub.model.state import State
from hub.policies.assessment import Assessment, AssessmentItem, Every, Formula
from hub.policies.models import Moment, Span, StatutoryClock, Tier, Unit
from hub.schemas.figures import Figure
from hub.schemas.inbox import encode_message
from hub.store.database import open_database
from hub.store.dialect import writer
from hub.store.shard import InboxRecord, acquire, take
from tests.builders import CITY, TOWN, a_report, an_update
from tests.core.test_assess import SUBMITTED, a_plan, a_submission
from tests.properties.strategies import EAGER, logs
from tests.properties.test_laws import Dated, folded
from tests.store.shards import TOPIC, Inbox, an_owner, migrated, take_all

DAYS: Final = Span(2, Unit.DAYS, rolls=False)


def a_clock(name: str, starts: Moment, stops: Moment) -> StatutoryClock:
    return StatutoryClock(name, name, name, "article", "petition", starts, stops, DAYS)


def an_assessment(name: str, units: Tier | None, figures: list[Figure]) -> Assessment:
    items = tuple(
        AssessmentItem(f"{name}-{figure}", "项", "Item", Fraction(10), Formula.RATE, figure, counted_min=1)
        for figure in figures
    )
    return Assessment(name, "考核", "Assessment", Every.MONTH, units, items)


WATCHED: Final = replace(
    EAGER,
    clocks=(
        a_clock("accept", Moment.RECEIVED, Moment.ACCEPTED),
        a_clock("accept-passed", Moment.TRANSFERRED, Moment.ACCEPTED),
        a_clock("close", Moment.RECEIVED, Moment.CLOSED),
        a_clock("close-again", Moment.REOPENED, Moment.CLOSED),
    ),
    assessments=(
        an_assessment("agencies", None, list(Figure)),
        an_assessment("towns", Tier.TOWNSHIP, [Figure.SOLVED, Figure.CLOSED_IN_TIME]),
    ),
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "hub.db"
    engine = migrated(f"sqlite:///{file}")
    with engine.connect() as sql:
        sql.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


def counted(state: State) -> dict[str, object]:
    state.tallies.settle()
    return {"cells": state.tallies.cells, "late": state.tallies.late, "submitted": state.submitted}


@settings(max_examples=60)
@given(log=logs(), data=st.data())
def test_tallies_loaded_from_rows_are_those_that_were_kept(
    template: Path, log: Dated, data: st.DataObject
) -> None:
    state, _ = folded(log, WATCHED)
    inbox = [InboxRecord(n, at_ms, encode_message(message)) for n, (at_ms, message) in enumerate(log)]
    stop = data.draw(st.integers(0, len(log)))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "hub.db"
        shutil.copyfile(template, file)
        engine = open_database(f"sqlite:///{file}")
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        for until in (stop, len(log)):
            sql = writer(engine)
            shard = acquire(sql, 0, TOPIC, {CITY: WATCHED})
            for _ in take(shard, sql, inbox[:until]):
                continue
            sql.close()
        sql = writer(engine)
        loaded = acquire(sql, 0, TOPIC, {CITY: WATCHED}).states[CITY]
        sql.close()
        engine.dispose()

    assert counted(loaded) == counted(state)


def test_scores_are_rows_and_say_what_they_were_worked_out_from(engine: Engine) -> None:
    policy = a_plan(SUBMITTED)
    shard, sql = an_owner(engine, {CITY: policy})
    inbox = Inbox()
    inbox.packed("03-02 09:00", a_report())
    inbox.packed("03-20 09:00", a_submission(95.3))
    inbox.tick("04-01 00:00")

    take_all(shard, sql, inbox)

    with engine.connect() as reader:
        rows = reader.execute(
            text("SELECT period, unit, item, value, points, weight, rank, policy FROM score ORDER BY item")
        ).all()
        kept = reader.execute(text("SELECT period, item, unit, value, agency FROM submission")).all()
    assert [tuple(row) for row in rows] == [
        ("2026-03", TOWN, "", "", "953/100", "10", 1, "v-test"),
        ("2026-03", TOWN, "safety", "953/10", "953/100", "", 0, "v-test"),
    ]
    assert [tuple(row) for row in kept] == [("2026-03", "safety", TOWN, "953/10", "court")]
    sql.close()


def test_a_submission_waits_for_its_period_over_a_restart(engine: Engine) -> None:
    policy = a_plan(SUBMITTED)
    inbox = Inbox()
    inbox.packed("03-02 09:00", a_report())
    inbox.packed("03-20 09:00", a_submission(90))
    shard, sql = an_owner(engine, {CITY: policy})
    take_all(shard, sql, inbox)
    sql.close()

    shard, sql = an_owner(engine, {CITY: policy})
    inbox.tick("04-01 00:00")
    take_all(shard, sql, inbox)

    assert sql.fetch("SELECT points FROM score WHERE item = ''") == [("9",)]
    sql.close()


def test_a_period_that_was_scored_is_not_scored_again_after_a_restart(engine: Engine) -> None:
    policy = a_plan()
    inbox = Inbox()
    inbox.packed("03-02 09:00", a_report())
    inbox.tick("04-01 00:00")
    shard, sql = an_owner(engine, {CITY: policy})
    take_all(shard, sql, inbox)
    sql.close()

    shard, sql = an_owner(engine, {CITY: policy})
    inbox.packed("04-02 09:00", an_update("resolved"))
    inbox.tick("05-01 00:00")
    take_all(shard, sql, inbox)

    kinds = sql.fetch("SELECT COUNT(*) FROM decision WHERE kind = 'assessment_scored'")
    assert kinds == [(1,)]
    sql.close()
