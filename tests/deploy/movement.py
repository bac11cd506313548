"""What moves each metric: a city's usual work, and the faults that some of them are for."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from kafka import KafkaProducer
from prometheus_client.metrics import MetricWrapperBase
from sqlalchemy import text

from hub import metrics
from hub.policies.load import load_policy
from hub.store.database import open_database
from hub.store.keys import Owner, Role, issue
from hub.tools.broker import HOST
from tests.deploy.watched import Stage, publish, until
from tests.e2e.cities import a_report
from tests.e2e.hub_process import looking_at

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS

FAULTS: Final = {
    "hub_lag_records": "nobody takes what was published",
    "hub_shown_age_seconds": "nobody takes what was published",
    "hub_outbox_waiting": "what was said has not got out",
    "hub_timers_late": "clocks are past their moment and nobody fires them",
    "hub_escalations_missed": "clocks are past their moment and nobody fires them",
    "hub_problems_overdue": "a problem is past its due moment",
    "hub_agencies_silent": "an agency said nothing for hours",
    "hub_sql_errors_total": "a table is gone",
    "hub_watch_failed": "a table is gone",
}
"""Metrics that stay at 0 while all is well, and what is done to them here."""


def catalogue() -> set[str]:
    """Give the name by which each metric's movement is seen when it is scraped."""
    described = [next(iter(m.describe())) for m in vars(metrics).values() if isinstance(m, MetricWrapperBase)]
    ends = {"counter": "_total", "histogram": "_count"}
    return {metric.name + ends.get(metric.type, "") for metric in described}


def unmoved(stage: Stage, names: Iterable[str]) -> set[str]:
    """Give the metrics of which Prometheus has never seen anything but 0."""
    return {name for name in names if not stage.ask(f"max_over_time({name}[1h]) > 0")}


def a_days_work(stage: Stage, numbers: Iterable[int]) -> None:
    """Let reports come over Kafka and HTTP, some wrong, and let the desk and the agency do what they do."""
    publish(stage, numbers)
    # Few enough that no problem of the township takes it in when it rises.
    publish(stage, range(700, 706), village=-1)
    with looking_at(stage.hub) as database:
        cut = (
            "SELECT task.id, agency, problem_id, held_at FROM task JOIN problem ON problem.id = problem_id"
            " WHERE task.phase = 'cut' AND place = '{}'"
        )
        first, last = (cut.format(stage.city.villages()[at]) for at in (0, -1))
        until("tasks in both villages", lambda: bool(database.rows(first) and database.rows(last)))
        task, agency, problem, held_at = database.rows(first)[0]
        rising = database.rows(last)[0][2]
    policy = load_policy(stage.hub.config)
    above = policy.holders[policy.places[held_at].parent or held_at]
    stage.hub.say("tasks", "reply", task, "accept", "--agency", agency)
    stage.hub.say("problems", "notify", problem, "--agency", agency, "--step", "nudged")
    stage.hub.say("problems", "settle", problem, "--agency", above, "--note", "mended")
    stage.hub.say("problems", "raise", rising, "--note", "two villages")
    _over_http(stage)
    producer = KafkaProducer(bootstrap_servers=stage.broker.bootstrap)
    producer.send(f"agency.{stage.city.hotline}.events.v1", b"{}").get(timeout=30)
    producer.close()


def _over_http(stage: Stage) -> None:
    """Publish one report that is right and one that is not, with a key that ends."""
    now_ms = time.time_ns() // 1_000_000
    engine = open_database(stage.hub.database)
    with engine.begin() as sql:
        key = issue(sql, Owner(Role.AGENCY, stage.city.hotline), now_ms, now_ms + 30 * DAY_MS)
    engine.dispose()
    for number, severity, status in ((900, 4, 202), (901, 9, 422)):
        report = a_report(
            stage.city.hotline, number, stage.now(), stage.city.villages()[1], severity=severity
        )
        head = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}
        address = f"http://{HOST}:{stage.console}/v1/events"
        assert _posted(Request(address, json.dumps(report).encode(), head)) == status


def _posted(request: Request) -> int:
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - our own
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


def break_everything(stage: Stage) -> None:
    """Stop who decides, and leave the rows as faults would; the console starts anew, as habits are read once."""
    stage.hub.workers[-1].kill()
    publish(stage, [800])
    past: tuple[tuple[str, dict[str, Any]], ...] = (
        ("UPDATE relay SET sent = sent - 1", {}),
        ("UPDATE clock SET due_ms = started_ms WHERE running", {}),
        ("UPDATE problem SET due_ms = :at WHERE phase IN ('confirmed', 'treating')", {"at": HOUR_MS}),
        ("UPDATE journal SET hub_ms = hub_ms - :by", {"by": 5 * HOUR_MS}),
    )
    engine = open_database(stage.hub.database)
    with engine.begin() as sql:
        for statement, values in past:
            sql.execute(text(statement), values)
    engine.dispose()
    stage.restart_console()


def take_a_table_away(stage: Stage) -> None:
    """Let the database refuse what the watch asks."""
    engine = open_database(stage.hub.database)
    with engine.begin() as sql:
        sql.execute(text("ALTER TABLE relay RENAME TO relay_away"))
    engine.dispose()
