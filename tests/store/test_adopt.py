"""Adopting another version of the policy: decided in the log, followed from the next message on, by every restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from sqlalchemy import Engine

from hub.policies.models import Policy
from hub.schemas.commands import AdoptPolicy
from hub.schemas.inbox import Item
from hub.schemas.reasons import Outcome
from hub.store.dialect import Writer, writer
from hub.store.shard import Shard, acquire, take
from hub.store.versions import PolicyAway
from hub.tools.export import export
from hub.tools.replay import decision_lines, replay, replay_adopting
from tests.builders import (
    CITY,
    FAR_VILLAGE,
    HOTLINE,
    NOISE,
    PER_VILLAGE,
    PETITION,
    VILLAGE,
    WATER,
    a_policy,
    a_report,
    at,
)
from tests.store.shards import TOPIC, Inbox, a_database

OF_THREE: Final = a_policy(rules=(PER_VILLAGE,), version="three")
OF_TWO: Final = replace(OF_THREE, rules=(replace(PER_VILLAGE, matters_min=2),), version="two")
KEPT: Final = {CITY: {"two": OF_TWO}}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return a_database(tmp_path)


def adoption(version: str, number: int = 1) -> AdoptPolicy:
    return AdoptPolicy(
        jurisdiction=CITY, id=f"adopt-{number}", version=version, proposed_by="first", by="second"
    )


def owned(engine: Engine, policy: Policy = OF_THREE, kept: Any = KEPT) -> tuple[Shard, Writer]:  # noqa: ANN401
    sql = writer(engine)
    return acquire(sql, 0, TOPIC, {CITY: policy}, kept), sql


def taken(engine: Engine, inbox: Inbox, *, kept: Any = KEPT) -> list[dict[str, Any]]:  # noqa: ANN401
    """Let a new owner take what is left of the inbox; gives all decisions there are."""
    shard, sql = owned(engine, kept=kept)
    for _ in take(shard, sql, inbox.records):
        continue
    lines = sql.fetch("SELECT line FROM decision ORDER BY seq")
    sql.close()
    return [orjson.loads(line) for (line,) in lines]


def code_of(engine: Engine, inbox: Inbox) -> str:
    """Why the last command was refused."""
    taken(engine, inbox)
    sql = writer(engine)
    ((outcome, code),) = sql.fetch("SELECT outcome, code FROM journal ORDER BY number DESC LIMIT 1")
    sql.close()
    assert outcome == Outcome.REFUSED
    return str(code)


def two_reports_and_an_adoption() -> Inbox:
    inbox = Inbox()
    inbox.packed("03-02 09:00", whole("m1", "2026-03-02T09:00:00+08:00"))
    inbox.append("03-02 10:00", adoption("two"))
    inbox.packed("03-03 09:00", whole("m2", "2026-03-03T09:00:00+08:00"))
    return inbox


def whole(matter: str, time: str) -> Item:
    """A report with the event it came as, which an export holds."""
    event = {
        "specversion": "1.0",
        "id": f"e-{matter}",
        "source": f"urn:linkage:agency:{HOTLINE}",
        "type": PETITION,
        "time": time,
        "data": {
            "matter_id": matter,
            "place": VILLAGE,
            "category": NOISE,
            "nature": "complaint",
            "channel": "hotline",
        },
    }
    return a_report(matter, body=orjson.dumps(event).decode())


def test_the_message_after_an_adoption_is_decided_under_the_new_version(engine: Engine) -> None:
    said = taken(engine, two_reports_and_an_adoption())

    assert [(one["kind"], one["policy"]) for one in said[:2]] == [
        ("policy_adopted", "two"),
        ("problem_suspected", "two"),
    ]
    assert (said[0]["reason"], said[0]["cause"], said[0]["place"]) == ("ADOPTED", "command/adopt-1", CITY)
    assert said[1]["measure"]["observed"] == 2


def test_before_its_place_in_the_log_nothing_follows_a_version(engine: Engine) -> None:
    inbox = Inbox()
    inbox.packed("03-02 09:00", a_report("m1"), a_report("m2"))
    inbox.append("03-02 10:00", adoption("two"))

    assert [one["kind"] for one in taken(engine, inbox)] == ["policy_adopted"]


def test_a_worker_that_starts_goes_on_under_what_was_adopted(engine: Engine) -> None:
    inbox = two_reports_and_an_adoption()
    *before, last = inbox.records
    inbox.records = before
    taken(engine, inbox)

    inbox.records = [*before, last]
    said = taken(engine, inbox)

    assert said[1]["kind"] == "problem_suspected"
    assert owned(engine)[0].policies[CITY] is OF_TWO


def test_the_state_goes_on_exactly_as_a_worker_that_starts_would_load_it(engine: Engine) -> None:
    shard, sql = owned(engine)
    for _ in take(shard, sql, two_reports_and_an_adoption().records[:2]):
        continue
    sql.close()

    assert shard.states[CITY] == owned(engine)[0].states[CITY]


def test_clocks_that_run_keep_their_due_moments(engine: Engine) -> None:
    inbox = Inbox()
    inbox.packed("03-02 09:00", a_report("m1"), a_report("m2"), a_report("m3"))
    shard, sql = owned(engine)
    for _ in take(shard, sql, inbox.records):
        continue
    running = dict(shard.states[CITY].timers.clocks)
    assert running

    inbox.append("03-02 10:00", adoption("two"))
    for _ in take(shard, sql, inbox.records):
        continue
    sql.close()

    assert shard.states[CITY].timers.clocks == running


def test_a_version_that_is_not_kept_is_refused(engine: Engine) -> None:
    inbox = Inbox()
    inbox.append("03-02 10:00", adoption("four"))

    assert code_of(engine, inbox) == "UNKNOWN_POLICY"


def test_what_decides_already_is_not_adopted_again(engine: Engine) -> None:
    inbox = two_reports_and_an_adoption()
    inbox.append("03-04 09:00", adoption("two", 2))

    assert code_of(engine, inbox) == "NOT_ALLOWED"


@pytest.mark.parametrize(("proposed_by", "by"), [("first", "first"), ("", "second"), ("first", ""), ("", "")])
def test_nobody_adopts_alone(engine: Engine, proposed_by: str, by: str) -> None:
    inbox = Inbox()
    inbox.append("03-02 10:00", replace(adoption("two"), proposed_by=proposed_by, by=by))

    assert code_of(engine, inbox) == "SECOND_PERSON"
    assert owned(engine)[0].policies[CITY] is OF_THREE


def test_a_version_can_be_gone_back_on(engine: Engine) -> None:
    inbox = two_reports_and_an_adoption()
    inbox.append("03-04 09:00", adoption("three", 2))
    inbox.packed("03-04 10:00", *(a_report(f"w{n}", category=WATER) for n in range(2)))

    said = taken(engine, inbox)

    assert [one["policy"] for one in said if one["kind"] == "policy_adopted"] == ["two", "three"]
    assert [one["category"] for one in said if one["kind"] == "problem_suspected"] == [NOISE]


@pytest.mark.parametrize("gone", ["place", "category"])
def test_a_version_without_a_code_in_force_is_refused(tmp_path: Path, gone: str) -> None:
    lacking = {
        "place": replace(OF_TWO, places={k: v for k, v in OF_TWO.places.items() if k != FAR_VILLAGE}),
        "category": replace(OF_TWO, categories={k: v for k, v in OF_TWO.categories.items() if k != WATER}),
    }[gone]
    inbox = Inbox()
    inbox.append("03-02 10:00", adoption("two"))
    engine = a_database(tmp_path)
    shard, sql = owned(engine, kept={CITY: {"two": lacking}})

    (told,) = [batch.folded[0].told for batch in take(shard, sql, inbox.records)]
    sql.close()

    assert told.entries[0].code == "CODES_MISSING"


def test_an_event_packed_before_a_reform_counts_under_the_code_that_follows(tmp_path: Path) -> None:
    """A village that is gone leads to its neighbour; the report on its way had been resolved to the old one."""
    places = {code: place for code, place in OF_TWO.places.items() if code != FAR_VILLAGE}
    merged = replace(OF_TWO, places=places, place_aliases={FAR_VILLAGE: VILLAGE})
    inbox = Inbox()
    inbox.packed("03-02 09:00", a_report("m1"))
    inbox.append("03-02 10:00", adoption("two"))
    inbox.packed("03-03 09:00", a_report("m2", place=FAR_VILLAGE))

    said = taken(a_database(tmp_path), inbox, kept={CITY: {"two": merged}})

    assert [(one["kind"], one["place"]) for one in said[1:2]] == [("problem_suspected", VILLAGE)]


def test_a_worker_without_the_version_that_was_adopted_says_which_it_needs(engine: Engine) -> None:
    taken(engine, two_reports_and_an_adoption())

    with pytest.raises(PolicyAway, match="two"):
        owned(engine, kept={})


def test_a_replay_of_what_was_exported_decides_the_same(engine: Engine) -> None:
    inbox = two_reports_and_an_adoption()
    inbox.packed("03-09 09:00", whole("m3", "2026-03-09T09:00:00+08:00"))
    inbox.tick("04-30 09:00")
    said = taken(engine, inbox)
    with engine.connect() as sql:
        lines = [line.encode() for line in export(sql, CITY)]

    told = list(replay_adopting(OF_THREE, {"two": OF_TWO}, lines, at("05-01 00:00")))

    assert [orjson.loads(orjson.dumps(line)) for one in told for line in decision_lines(OF_TWO, one)] == said
    assert "tier_raised" in {one["kind"] for one in said}


def test_a_replay_without_the_version_that_was_adopted_says_which_it_needs(engine: Engine) -> None:
    taken(engine, two_reports_and_an_adoption())
    with engine.connect() as sql:
        lines = [line.encode() for line in export(sql, CITY)]

    with pytest.raises(PolicyAway, match="two"):
        list(replay(OF_THREE, lines, at("05-01 00:00")))
    with pytest.raises(PolicyAway, match="two"):
        list(replay_adopting(OF_THREE, {}, lines, at("05-01 00:00")))
