"""Metrics of a committed batch: each that linkage keeps moves by what it counts, and by nothing else."""

from __future__ import annotations

from dataclasses import replace

from prometheus_client import REGISTRY

from hub.agents._measure import measure_batch, measure_states
from hub.schemas.commands import SettleProblem
from hub.store.save import Folded
from tests.builders import CITY, TOWN, Log, a_rejected, a_reply, a_report, body_of, three_reports
from tests.core.test_walk import MINI

COUNTY = "990101000000"
NUMBER = "TC26-000001"


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def measured(log: Log) -> Folded:
    return Folded(log.state, log.policy, replace(log.told))


COUNTED = (
    ("hub_events_total", {"outcome": "accepted"}, 4),
    ("hub_events_total", {"outcome": "refused"}, 1),
    ("hub_events_not_taken_total", {"code": "MALFORMED"}, 1),
    ("hub_decisions_total", {"kind": "task_accepted", "reason": "AGENCY"}, 1),
    ("hub_tiers_raised_total", {"tier": "township", "reason": "CLOCK_EXPIRED"}, 1),
    ("hub_notices_total", {"kind": "nudged"}, 2),
    ("hub_notices_total", {"kind": "vetoed"}, 0),
    ("hub_stage_batch_events_count", {"stage": "linkage"}, 1),
    ("hub_stage_batch_events_sum", {"stage": "linkage"}, 6),
    ("hub_task_acceptance_seconds_count", {"tier": "township"}, 1),
    ("hub_task_acceptance_seconds_sum", {"tier": "township"}, 33 * 3600),
    ("hub_problem_rise_seconds_count", {"tier": "township"}, 1),
    ("hub_problem_rise_seconds_sum", {"tier": "township"}, (5 * 24 + 13) * 3600),
    ("hub_problem_settlement_seconds_count", {"tier": "township"}, 1),
    ("hub_problem_settlement_seconds_sum", {"tier": "township"}, (7 * 24 - 1) * 3600),
)


def test_each_metric_of_a_batch_moves_by_what_it_counts() -> None:
    log = Log(MINI)
    three_reports(log)
    log.take("03-12 09:00", a_reply("accept", f"{NUMBER}.2.1", body_of(TOWN)), a_rejected())
    settle = SettleProblem(jurisdiction=CITY, id="c", problem_id=NUMBER, agency=body_of(COUNTY), note="x")
    log.command("03-12 10:00", settle)
    before = [value(name, **labels) for name, labels, _ in COUNTED]

    measure_batch([measured(log)])

    moved = [value(name, **labels) - was for (name, labels, _), was in zip(COUNTED, before, strict=True)]
    assert moved == [by for _, _, by in COUNTED]
    assert value("hub_last_commit_timestamp_seconds") > 0


def test_what_a_worker_holds_is_shown() -> None:
    log = Log(MINI)
    three_reports(log)
    log.take("03-05 12:00", a_report("m4"))

    measure_states([log.state], 3)

    assert value("hub_shards_owned") == 3
    assert value("hub_problems_open", tier="village") == 1
    assert value("hub_timers_pending") == len(log.state.timers.clocks) > 0
