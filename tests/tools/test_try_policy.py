"""A changed policy beside today's on the same events, and why a problem is one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson

from hub.policies.models import BurstRule, Confirmation, Policy, Tier
from hub.policies.patterns import Patterns
from hub.store.database import open_database
from hub.tools.explain import explain_event, explain_problem
from hub.tools.try_policy import chance_alarms, try_policy
from tests.builders import NOISE, PER_VILLAGE, VILLAGE, a_policy, a_report, at
from tests.store.shards import Inbox, a_database, an_owner, take_all

TODAY = a_policy(rules=(PER_VILLAGE,), version="today")
NOW_MS = at("12-31 09:00")


def a_line(matter: str, day: str) -> bytes:
    """A petition as an agency writes it."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"e-{matter}",
            "source": "urn:linkage:agency:hotline",
            "type": "linkage.petition.received.v1",
            "time": f"2026-{day}T09:00:00+08:00",
            "data": {
                "matter_id": matter,
                "place": VILLAGE,
                "category": NOISE,
                "nature": "complaint",
                "channel": "hotline",
            },
        }
    )


LINES = [a_line(f"m{n}", f"03-{n:02d}") for n in range(1, 5)]


def tried(changed: Policy, since: str = "03-01 00:00") -> dict[str, object]:
    found = try_policy(TODAY, changed, lambda: iter(LINES), NOW_MS, at(since))
    return found._asdict()


def test_the_same_policy_opens_and_stops_nothing() -> None:
    found = tried(TODAY)

    assert (found["opens"], found["stops"]) == ([], [])
    assert found["a_month"] == {"FREQUENT": (10.1, 10.1)}


def test_a_higher_bar_stops_what_today_opens_and_a_lower_one_opens_it() -> None:
    higher = replace(TODAY, rules=(replace(PER_VILLAGE, matters_min=9),))

    stops = try_policy(TODAY, higher, lambda: iter(LINES), NOW_MS, 0).stops
    opens = try_policy(higher, TODAY, lambda: iter(LINES), NOW_MS, 0).opens

    assert [one[:3] for one in stops] == [(VILLAGE, NOISE, "FREQUENT")]
    assert [one[:3] for one in opens] == [(VILLAGE, NOISE, "FREQUENT")]


def test_what_was_decided_before_the_day_asked_for_is_left_out() -> None:
    higher = replace(TODAY, rules=(replace(PER_VILLAGE, matters_min=9),))

    assert tried(higher, "03-04 00:00")["stops"] == []


def test_the_noise_is_the_sum_of_the_budgets() -> None:
    local = BurstRule("burst", 2, 3, {Tier.VILLAGE: 5.0, Tier.COUNTY: 2.0}, Confirmation.AUTO)
    season = BurstRule("season", 2, 3, {Tier.CITY: 1.0}, Confirmation.AUTO)

    assert chance_alarms(replace(TODAY, burst=local, patterns=Patterns(season=season))) == 8.0
    assert chance_alarms(TODAY) == 0.0


def test_a_problem_is_explained_by_its_sentence_its_evidence_and_its_policies(tmp_path: Path) -> None:
    inbox = Inbox()
    for n in range(3):
        inbox.packed("03-02 09:00", a_report(f"m{n}", body='{"data":{"nature":"complaint"}}'))
    shard, sql = an_owner(a_database(tmp_path), {TODAY.jurisdiction: TODAY})
    take_all(shard, sql, inbox)
    sql.close()
    engine = open_database(f"sqlite:///{tmp_path}/hub.db")

    with engine.connect() as connection:
        problem = explain_problem(connection, TODAY, "TC26-000001", "zh")
        event = explain_event(connection, TODAY, "e-m1", "zh")
        nothing = (
            explain_problem(connection, TODAY, "TC26-000009", "zh"),
            explain_event(connection, TODAY, "x", "zh"),
        )
    engine.dispose()

    assert problem is not None
    assert problem["sentences"] == [f"{VILLAGE}“{NOISE}”14 天内 3 件。"]
    assert (problem["evidence"][0], problem["policies"]) == ("hotline/e-m0", ["today"])
    assert event is not None
    assert (event["stands"][0]["rule"], event["problems"][0]["id"]) == ("per-village", "TC26-000001")
    assert event["stands"][0]["says"] == "14 天内 3 件,满 3 件为疑似"
    assert nothing == (None, None)
