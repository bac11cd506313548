"""Figures from rows: by agency, territory and kind of mediation; prevention, hand-over, what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Connection, Engine

from hub.model.ids import derive_id
from hub.model.tally import Count
from hub.policies.models import Moment, Policy, Span, StatutoryClock, TierPolicy, Unit
from hub.policies.patterns import DuplicateRule, Patterns
from hub.schemas.commands import JudgePair
from hub.schemas.figures import Figure
from hub.schemas.inbox import Item
from hub.store import figures
from hub.store.assessments import score_rows
from hub.store.figures import Asked, spread
from hub.tools.export import export
from hub.tools.rescore import rescore
from tests.builders import (
    CITY,
    COUNTY,
    COURT,
    HOTLINE,
    NOISE,
    TOWN,
    TOWN_DESK,
    VILLAGE,
    WATER,
    a_policy,
    a_report,
    an_update,
    at,
    body_of,
)
from tests.core.test_assess import SUBMITTED, a_plan
from tests.store.shards import Inbox, a_database, an_owner, take_all

INCIDENT = "linkage.incident.reported.v1"
DISPUTE = "linkage.dispute.registered.v1"
MARCH = (at("03-01 00:00"), at("04-01 00:00"))
DAY = 86_400_000
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
LAW = a_policy(clocks=(CLOSE,))


def a_dispute(matter: str, kind: str = "people", band: str = "1") -> Item:
    body = orjson.dumps({"data": {"size_band": band}}).decode()
    return a_report(matter, type=DISPUTE, form=kind, body=body)


def ended(matter: str, result: str, status: str = "resolved", event: str = "", **more: str) -> Item:
    return an_update(status, matter, event, result=result, **more)


class Town:
    """A city's database that takes what happens, and answers for March."""

    def __init__(self, folder: Path, policy: Policy = LAW) -> None:
        self.engine: Engine = a_database(folder)
        self.policy = policy
        self.inbox = Inbox()

    def take(self, when: str, *items: Item) -> None:
        """Append one record."""
        self.inbox.packed(when, *items)

    def rows(self) -> Connection:
        """Let a worker take what is new, and read what it wrote."""
        shard, sql = an_owner(self.engine, {CITY: self.policy})
        take_all(shard, sql, self.inbox)
        sql.close()
        return self.engine.connect()

    def figures(self, by: str = "agency") -> dict[str, dict[Figure, Count]]:
        """Give the figures of March."""
        with self.rows() as sql:
            found = figures.figures(sql, self.policy, Asked(*MARCH, by))
        return {one.unit: one.counts for one in found}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.engine.dispose()


def test_a_matter_counts_for_its_agency_and_for_each_tier_above_it(town: Town) -> None:
    town.take("03-02 09:00", a_report(responsible=COURT))
    town.take("03-04 09:00", an_update("resolved"))

    for by, unit in (("agency", COURT), ("village", VILLAGE), ("township", TOWN), ("county", COUNTY)):
        assert town.figures(by)[unit][Figure.CLOSED_IN_TIME] == Count(1, 1, 0)


def test_what_is_not_due_yet_is_not_judged(town: Town) -> None:
    town.take("03-30 09:00", a_report())

    assert Figure.CLOSED_IN_TIME not in town.figures().get(HOTLINE, {})


def test_what_was_withdrawn_is_said_to_be_left_out(town: Town) -> None:
    town.take("03-02 09:00", a_report())
    town.take("03-04 09:00", an_update("withdrawn"))

    assert town.figures()[HOTLINE][Figure.CLOSED_IN_TIME] == Count(0, 0, 1)


def test_mediation_is_told_apart_by_kind_and_by_whether_terminations_count(town: Town) -> None:
    town.take("03-02 09:00", *(a_dispute(f"d{n}", "mobile_court") for n in range(4)), a_dispute("p"))
    town.take(
        "03-10 09:00",
        ended("d0", "agreement"),
        ended("d1", "oral_agreement"),
        ended("d2", "failed", "unresolved"),
        ended("d3", "terminated"),
    )
    town.take("03-12 09:00", ended("d1", "performed", event="later"))

    court = town.figures("kind")["mobile_court"]

    assert court[Figure.MEDIATED] == Count(2, 4, 0)
    assert court[Figure.MEDIATED_HEARD] == Count(2, 3, 1)
    assert court[Figure.PERFORMED] == Count(1, 2, 0)
    assert court[Figure.DEFUSED] == Count(2, 4, 0)
    assert town.figures("kind")["people"][Figure.DEFUSED] == Count(0, 1, 0)


def test_a_petition_is_of_no_kind_of_mediation(town: Town) -> None:
    town.take("03-02 09:00", a_report())

    assert town.figures("kind") == {}


def test_what_was_told_over_two_channels_counts_once_when_confirmed_and_twice_when_undone(
    tmp_path: Path,
) -> None:
    rule = DuplicateRule(name="twice", categories=(), within_days=3, steps_max=0, alike_min=0.5)
    town = Town(tmp_path, replace(LAW, patterns=Patterns(duplicates=(rule,))))
    lamp = {"summary": "新华路38号路灯不亮", "responsible": TOWN_DESK}
    town.take("03-02 09:00", a_report("m1", channel="hotline", **lamp))
    town.take("03-03 09:00", a_report("m2", agency=COURT, channel="court", **lamp))
    town.take("03-04 09:00", an_update("resolved"), an_update("resolved", "m2", agency=COURT))
    pair = derive_id("pair", CITY, f"{HOTLINE}/m1", f"{COURT}/m2")

    town.inbox.append("03-05 09:00", JudgePair(jurisdiction=CITY, id="j1", pair_id=pair, same=True))
    once = town.figures()[TOWN_DESK]
    town.inbox.append("03-05 10:00", JudgePair(jurisdiction=CITY, id="j2", pair_id=pair, same=False))
    twice = town.figures()[TOWN_DESK]

    for figure in (Figure.CLOSED_IN_TIME, Figure.SOLVED, Figure.RATED):
        assert (once[figure].counted, twice[figure].counted) == (1, 2)
    assert once[Figure.CLOSED_IN_TIME] == Count(1, 1, 0)
    town.engine.dispose()


def test_prevention_counts_groups_that_were_solved_and_who_took_what_left(town: Town) -> None:
    town.take(
        "03-02 09:00",
        a_dispute("d1", band="30-199"),
        a_dispute("d2", band="200+"),
        a_dispute("d3", band="5-29"),
        a_dispute("d4"),
    )
    town.take("03-10 09:00", ended("d1", "agreement"), ended("d3", "agreement"))
    town.take("03-11 09:00", ended("d4", "", "diverted", to_agency="police"))

    with town.rows() as sql:
        found = figures.prevention(sql, LAW, Asked(*MARCH, "agency"))

    assert found == (2, 1, {"police": 1})


def test_an_incident_handed_to_another_service_is_counted_with_who_took_it(town: Town) -> None:
    town.take("03-02 09:00", a_report("i1", type=INCIDENT), a_report("i2", type=INCIDENT))
    town.take("03-02 09:05", an_update("diverted", "i1", to_agency="fire-119"))

    assert town.figures()["fire-119"][Figure.HANDED_OVER] == Count(1, 1, 0)
    with town.rows() as sql:
        assert figures.handed_over(sql, LAW, Asked(*MARCH, "agency")) == {"fire-119": 1}


def test_open_and_overdue_matters_are_counted_by_who_has_them(town: Town) -> None:
    town.take("03-02 09:00", a_report(), a_report("m2"), a_report("m3", responsible=COURT))
    town.take("03-03 09:00", an_update("resolved", "m2"))
    town.take("03-06 09:00", a_report("m4"))

    with town.rows() as sql:
        assert figures.overdue_open(sql, LAW, at("03-08 00:00")) == {COURT: (1, 1), HOTLINE: (2, 1)}


def test_a_task_that_nobody_signed_counts_against_the_body_that_had_it(tmp_path: Path) -> None:
    policy = a_policy(tiers=(TierPolicy("default", (), {}, acceptance=Span(2, Unit.HOURS)),))
    town = Town(tmp_path, policy)
    town.take("03-02 09:00", *(a_report(f"m{n}") for n in range(3)))
    town.take("03-05 09:00", a_report("other", category=WATER))

    found = town.figures()[body_of(VILLAGE)]

    assert found[Figure.SIGNED_IN_TIME] == Count(0, 1, 0)
    assert found[Figure.RETURNED] == Count(0, 1, 0)
    town.engine.dispose()


def test_times_are_median_and_nearest_rank(town: Town) -> None:
    town.take("03-02 09:00", *(a_report(f"m{n}", category=NOISE) for n in range(3)))
    for day, matter in ((3, "m0"), (4, "m1"), (12, "m2")):
        town.take(f"03-{day:02d} 09:00", an_update("resolved", matter))

    with town.rows() as sql:
        (hotline,) = (
            one for one in figures.figures(sql, LAW, Asked(*MARCH, "agency")) if one.unit == HOTLINE
        )

    assert hotline.times["closed"] == (2 * DAY, 10 * DAY, 3)


@pytest.mark.parametrize(("took", "said"), [([5], (5, 5, 1)), (list(range(1, 11)), (5, 9, 10))])
def test_the_p90_is_a_time_that_something_took(took: list[int], said: tuple[int, int, int]) -> None:
    assert spread(took) == said


def test_scores_worked_out_anew_from_the_exported_log_are_the_stored_ones(tmp_path: Path) -> None:
    policy = a_plan()
    town = Town(tmp_path, policy)
    # An export holds what came in as it came in, so these are whole events.
    town.take(
        "03-02 09:00", whole("m1", "2026-03-02T09:00:00+08:00"), whole("m2", "2026-03-02T09:00:00+08:00")
    )
    town.take("04-02 09:00", whole("m3", "2026-04-02T09:00:00+08:00"))

    with town.rows() as sql:
        stored = figures.scores(sql, CITY, "2026-03")
        log = [line.encode() for line in export(sql, CITY)]
    again = rescore(policy, log, at("05-01 00:00"))

    assert len(stored) == 2
    assert score_rows(CITY, again) == stored
    town.engine.dispose()


def whole(matter: str, time: str) -> Item:
    event = {
        "specversion": "1.0",
        "id": f"e-{matter}",
        "source": f"urn:linkage:agency:{HOTLINE}",
        "type": "linkage.petition.received.v1",
        "time": time,
        "data": {
            "matter_id": matter,
            "place": VILLAGE,
            "category": NOISE,
            "nature": "complaint",
            "channel": "hotline",
        },
    }
    return a_report(matter, channel="hotline", body=orjson.dumps(event).decode())


def test_an_assessment_of_submissions_alone_needs_no_figure(tmp_path: Path) -> None:
    town = Town(tmp_path, a_plan(SUBMITTED))
    town.take("03-02 09:00", a_report())
    town.take("04-02 09:00", a_report("m2"))

    with town.rows() as sql:
        assert figures.scores(sql, CITY, "2026-03") == []
    town.engine.dispose()
