"""Saving: what a batch made, as rows and as messages to the outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, select

from hub.policies.models import Limits
from hub.schemas.outbound import DecisionEvent, ReceiptEvent
from hub.store import tables
from tests.builders import (
    CITY,
    HOTLINE,
    NEXT_VILLAGE,
    PER_VILLAGE,
    VILLAGE,
    a_policy,
    a_rejected,
    a_report,
    an_update,
)
from tests.store.shards import Inbox, a_database, an_owner, take_all

Json = dict[str, Any]


def taken(folder: Path, inbox: Inbox, **changes: Any) -> Engine:  # noqa: ANN401 - any field of a policy
    engine = a_database(folder)
    shard, sql = an_owner(engine, {CITY: a_policy(rules=(PER_VILLAGE,), **changes)})
    take_all(shard, sql, inbox)
    sql.close()
    return engine


def outbox(engine: Engine) -> list[tuple[str, str, Json]]:
    with engine.connect() as sql:
        rows = sql.execute(select(tables.OUTBOX).order_by(tables.OUTBOX.c.number)).all()
    return [(row.topic, row.key, orjson.loads(row.body)) for row in rows]


def test_a_receipt_says_where_in_the_agency_s_own_topic_the_event_lies(tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.packed("03-02 09:00", a_rejected(position=7 * 512 + 3, partition=2))

    ((topic, key, body),) = outbox(taken(tmp_path, inbox))

    assert (topic, key) == ("agency.hotline.receipts.v1", "e-bad")
    receipt = ReceiptEvent.model_validate_json(orjson.dumps(body))
    assert (receipt.data.topic, receipt.data.partition, receipt.data.offset, receipt.data.index) == (
        "agency.hotline.events.v1",
        2,
        7,
        3,
    )
    assert (receipt.type, receipt.reason, receipt.data.pointer) == (
        "linkage.event.refused.v1",
        "MALFORMED",
        "/data/place",
    )


def test_a_refusal_of_the_core_names_its_pointer_in_journal_and_receipt(tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.packed("03-02 09:00", an_update("resolved", "m9"))

    engine = taken(tmp_path, inbox)

    ((_, _, body),) = outbox(engine)
    assert (body["data"]["code"], body["data"]["pointer"]) == ("UNKNOWN_MATTER", "/data/matter_id")
    with engine.connect() as sql:
        row = sql.execute(select(tables.JOURNAL)).one()
    assert (row.outcome, row.code, row.pointer, row.body) == (
        "refused",
        "UNKNOWN_MATTER",
        "/data/matter_id",
        "",
    )


def test_a_decision_goes_out_as_a_cloudevent_with_its_line(tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.packed("03-05 11:00", a_report("m1"), a_report("m2"), a_report("m3"))
    inbox.tick("03-11 00:00")

    engine = taken(tmp_path, inbox)

    said = outbox(engine)
    assert [topic for topic, _, _ in said] == [
        *["hub.problems.v1"] * 3,
        "hub.tasks.v1",
        "hub.escalations.v1",
        "hub.problems.v1",
        "hub.tasks.v1",
    ]
    assert {key for _, key, _ in said} == {"TC26-000001"}, "the orders of one problem keep their order"
    events = [DecisionEvent.model_validate_json(orjson.dumps(body)) for _, _, body in said]
    assert events[4].type == "linkage.tier.raised.v1"
    assert events[4].causationid == "timer/TC26-000001/stage"
    with engine.connect() as sql:
        lines = sql.execute(select(tables.DECISION.c.line).order_by(tables.DECISION.c.seq)).scalars().all()
    assert [orjson.loads(line) for line in lines] == [body["data"] for _, _, body in said]


def test_what_one_cause_says_twice_has_two_ids(tmp_path: Path) -> None:
    """A correction sent again after its id was forgotten is news again, and must not look like a repeat."""
    inbox = Inbox()
    there, back = an_update("corrected", "m4", "u1"), an_update("corrected", "m4", "u2", place=NEXT_VILLAGE)
    inbox.packed("03-05 11:00", *(a_report(f"m{n}") for n in (1, 2, 3)), a_report("m4", place=NEXT_VILLAGE))
    inbox.packed("03-05 12:00", there._replace(place=VILLAGE))
    inbox.packed("03-05 13:00", back)
    inbox.packed("03-09 09:00", there._replace(place=VILLAGE))

    said = outbox(taken(tmp_path, inbox, limits=Limits(remember_days=2)))

    reinforced = [body for _, _, body in said if body["type"] == "linkage.problem.reinforced.v1"]
    assert [body["causationid"] for body in reinforced] == [f"{HOTLINE}/u1"] * 2
    assert reinforced[0]["id"] != reinforced[1]["id"]


def test_only_an_accepted_event_keeps_its_body(tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.packed("03-02 09:00", a_report("m1"), a_report("m1", "e-m1"), an_update("resolved", "m9"))

    with taken(tmp_path, inbox).connect() as sql:
        rows = sql.execute(select(tables.JOURNAL).order_by(tables.JOURNAL.c.number)).all()

    assert [(row.outcome, row.body) for row in rows] == [
        ("accepted", "{}"),
        ("duplicate", ""),
        ("refused", ""),
    ]


def test_what_is_said_because_of_an_event_carries_its_trace_on(tmp_path: Path) -> None:
    trace = "c" * 32
    traced = f"00-{trace}-{'d' * 16}-01"
    inbox = Inbox()
    inbox.packed("03-02 09:00", a_report("m1"), a_report("m2"))
    inbox.packed("03-02 09:01", a_report("m3", trace=traced), a_rejected(trace=traced))

    said = [body for _, _, body in outbox(taken(tmp_path, inbox))]

    of_the_event = [body for body in said if body["causationid"] == f"{HOTLINE}/e-m3"]
    assert {body["type"] for body in of_the_event} >= {"linkage.problem.suspected.v1", "linkage.task.cut.v1"}
    receipt = next(body for body in said if body["type"] == "linkage.event.refused.v1")
    spans = [body["traceparent"].split("-") for body in (*of_the_event, receipt)]
    assert {(version, found, flags) for version, found, _, flags in spans} == {("00", trace, "01")}
    assert len({span for _, _, span, _ in spans}) == len(spans)
    assert ReceiptEvent.model_validate_json(orjson.dumps(receipt)).traceparent == receipt["traceparent"]
    without = [body for body in said if body["causationid"] != f"{HOTLINE}/e-m3" and body is not receipt]
    assert not any("traceparent" in body for body in without)
