"""The commands that people and scripts ask: --json parses, and what is wrong is one line with a status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.tools.broker import HOST, Broker, find_free_port
from tests.console.rows import Filled, fill
from tests.e2e.hub_process import Hub, looking_at

EVENTS = 3_000


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return fill(tmp_path_factory.mktemp("commands"), EVENTS)


@pytest.fixture
def hub(filled: Filled, tmp_path: Path) -> Hub:
    """Commands over the filled database; no broker answers."""
    return Hub(tmp_path / "hub", f"{HOST}:{find_free_port()}", filled.config, filled.url)


def test_problems_are_listed_the_highest_tier_first(hub: Hub) -> None:
    rows = hub.rows_said("problems", "list", "--limit", 1000)

    ranks = [("city", "county", "township", "village").index(row["tier"]) for row in rows]
    assert len(rows) > 10
    assert ranks == sorted(ranks)


def test_a_problem_is_shown_with_its_decisions_in_order(hub: Hub) -> None:
    number = hub.rows_said("problems", "list")[0]["id"]

    (shown,) = hub.rows_said("problems", "show", number)

    assert shown["id"] == number
    seqs = [said["seq"] for said in shown["decisions"]]
    assert seqs == sorted(seqs)
    assert {said["problem_id"] for said in shown["decisions"]} == {number}
    assert shown["decisions"][0]["kind"] == "problem_suspected"


def test_decisions_are_all_of_them_in_order_and_those_of_a_replay(hub: Hub, filled: Filled) -> None:
    rows = hub.rows_said("decisions")

    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert hub.say("decisions", "--json") == hub.say(
        "replay", filled.file, "--config", filled.config, "--json"
    )


def test_decisions_of_one_kind_and_so_many(hub: Hub) -> None:
    rows = hub.rows_said("decisions", "--kind", "problem_confirmed", "--limit", 7)

    assert [row["kind"] for row in rows] == ["problem_confirmed"] * 7


def test_escalations_are_the_rises_among_the_decisions(hub: Hub) -> None:
    rises = hub.rows_said("escalations", "list", "--limit", 100_000)

    assert rises
    assert rises == [row for row in hub.rows_said("decisions") if row["kind"] == "tier_raised"]


def test_events_are_listed_by_outcome_and_agency(hub: Hub, filled: Filled) -> None:
    refused = hub.rows_said("events", "list", "--outcome", "refused", "--limit", 1000)
    works = hub.rows_said("events", "list", "--agency", filled.city.works, "--limit", 3)

    assert {row["outcome"] for row in refused} == {"refused"}
    assert all(row["code"] for row in refused)
    assert not any(row["body"] for row in refused)
    assert [row["agency"] for row in works] == [filled.city.works] * 3


def test_the_tally_adds_up(hub: Hub) -> None:
    rows = hub.rows_said("events", "tally")

    assert sum(row["received"] for row in rows) == EVENTS


def test_the_export_holds_the_accepted_events_in_log_order(hub: Hub) -> None:
    lines = [json.loads(line) for line in hub.say("events", "export").splitlines()]

    with looking_at(hub) as database:
        accepted = database.rows("SELECT event_id FROM journal WHERE outcome = 'accepted' ORDER BY number")
    assert [line["id"] for line in lines] == [event for (event,) in accepted]
    assert all(line["hubtime"] for line in lines)


def test_the_jurisdiction_is_proved(hub: Hub, filled: Filled) -> None:
    (answer,) = hub.rows_said("config", "check", filled.config)

    assert [city["jurisdiction"] for city in answer["jurisdictions"]] == ["TA"]


def test_the_topics_are_listed_with_their_partitions(hub: Hub, filled: Filled) -> None:
    rows = {row["name"]: row["partitions"] for row in hub.rows_said("topics", "list")}

    assert rows["hub.inbox.v1"] == 1
    assert {f"agency.{agency}.events.v1" for agency in filled.city.agencies} < set(rows)


@pytest.mark.broker
def test_the_doctor_finds_what_is_missing_and_says_so_with_its_status(broker: Broker, hub: Hub) -> None:
    hub.broker = broker.bootstrap
    done = hub.command("doctor", "--json")

    findings = {row["check"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1
    assert findings["broker"]["ok"]
    assert not findings["topics"]["ok"]
    assert findings["escalations"]["ok"]


def test_the_doctor_goes_on_without_a_broker(hub: Hub) -> None:
    done = hub.command("doctor", "--json")

    findings: dict[str, Any] = {row["check"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1
    assert not findings["broker"]["ok"]
    assert hub.broker in findings["broker"]["text"]
    assert findings["escalations"]["ok"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("problems", "show", "TA25-999999"), "TA25-999999"),
        (("decisions", "--jurisdiction", "QQ"), "QQ"),
        (("events", "export", "--jurisdiction", "QQ"), "TA"),
        (("replay", "none.jsonl"), "none.jsonl"),
        (("import", "none.jsonl"), "none.jsonl"),
    ],
)
def test_what_is_not_there_is_named_in_one_line(hub: Hub, words: tuple[str, ...], named: str) -> None:
    done = hub.command(*words)

    lines = done.stderr.decode().splitlines()
    assert done.returncode == 1
    assert done.stdout == b""
    assert len(lines) == 1, lines
    assert named in lines[0]


def test_a_version_is_proposed_by_an_account_of_the_centre_with_a_reason(hub: Hub, filled: Filled) -> None:
    (account,) = hub.rows_said("accounts", "add", "planner", "--role", "admin", "--territory", "TA")
    version = filled.policy.version
    words = ("policy", "propose", version, "--note", "as it was")

    (proposed,) = hub.rows_said(*words, "--by", account["account"])

    assert (proposed["version"], proposed["proposed_by"], proposed["note"]) == (
        version,
        "planner",
        "as it was",
    )
    for wrong, named in (
        (hub.command(*words, "--by", "nobody"), "nobody"),
        (hub.command("policy", "propose", "none", "--note", "x", "--by", "planner"), "hub policy keep"),
    ):
        assert wrong.returncode == 1
        assert named in wrong.stderr.decode()


@pytest.mark.parametrize("words", [("problems", "list"), ("decisions", "--limit", "5"), ("events", "tally")])
def test_people_get_a_table_instead_of_json(hub: Hub, words: tuple[str, ...]) -> None:
    printed = hub.say(*words).decode()

    assert printed.strip()
    assert not printed.lstrip().startswith("{")
