"""The benchmark's own arithmetic: what is wanted is read off the rows, and results only ever grow."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import orjson

from hub.core.intake import Gate, SourceRecord, intake
from hub.policies.load import load_policy
from hub.tools.bench.http import AGENCIES, taken
from hub.tools.bench.load import AGENCY, Event, simulated
from hub.tools.bench.results import COLUMNS, Row, append, verdicts
from hub.tools.bench.run import CONFIG


def rates(**values: float) -> list[Row]:
    return [Row(name.replace("_", "-"), 1, 1.0, value, "events/s") for name, value in values.items()]


def test_a_ratio_is_met_from_its_threshold_on() -> None:
    rows = rates(hub_sqlite=90, quixstreams=100, stock_faust_table=10)

    found = verdicts(rows)

    assert [(value, is_met) for _, value, is_met in found] == [(0.9, True), (9.0, False)]


def test_what_was_not_measured_is_not_judged() -> None:
    assert verdicts(rates(quixstreams=100)) == []


def test_the_worse_worker_decides_about_memory() -> None:
    rows = [
        Row(f"hub-sqlite memory {stage}", 1, 1.0, mb, "MB")
        for stage, mb in (("intake", 90), ("linkage", 301))
    ]

    assert [(value, is_met) for _, value, is_met in verdicts(rows)] == [(301, False)]


def test_results_grow_under_one_head(tmp_path: Path) -> None:
    file = tmp_path / "results.csv"

    append(rates(replay=5), file)
    append(rates(replay=6), file)

    with file.open(encoding="utf-8", newline="") as text:
        head, *rows = csv.reader(text)
    assert tuple(head) == COLUMNS
    assert [row[COLUMNS.index("value")] for row in rows] == ["5.000", "6.000"]


def test_the_load_is_one_agencys_events_and_nearly_all_are_accepted() -> None:
    policy = load_policy(CONFIG)
    now_ms = time.time_ns() // 1_000_000

    events = simulated(policy, 3_000)

    gate = Gate(policy, policy.agencies[AGENCY])
    items = [
        item
        for offset, event in enumerate(events)
        for item in intake(gate, 0, SourceRecord(offset, now_ms, event.body))
    ]
    assert len(items) == 3_000
    assert sum(item.outcome == "accepted" for item in items) > 2_900


def test_over_http_four_agencies_say_what_none_of_their_gates_refuses() -> None:
    policy = load_policy(CONFIG)
    now_ms = time.time_ns() // 1_000_000
    refused = Event(b"k", "e-1", b"{}")

    told = taken(CONFIG, [refused, *simulated(policy, 1_000)])

    items = [
        item
        for agency, bodies in told.items()
        for body in bodies
        for item in intake(Gate(policy, policy.agencies[agency]), 0, SourceRecord(0, now_ms, body))
    ]
    assert set(told) == set(AGENCIES)
    assert len(items) > 950
    assert {item.outcome for item in items} <= {"accepted", "quarantined"}


def test_every_event_of_a_matter_has_the_key_of_its_report() -> None:
    keys: dict[str, set[bytes]] = {}
    for event in simulated(load_policy(CONFIG), 3_000):
        keys.setdefault(orjson.loads(event.body)["data"]["matter_id"], set()).add(event.key)

    assert max(len(found) for found in keys.values()) == 1
    assert len(set().union(*keys.values())) > 100
