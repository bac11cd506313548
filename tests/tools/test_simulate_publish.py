"""How simulated events leave: at a pace, live and dated now, to a file, and through the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import typer
from kafka import KafkaAdminClient, KafkaConsumer
from kafka.admin import NewTopic
from kafka.structs import TopicPartition
from typer.testing import CliRunner

from hub.cli.simulate import simulate
from hub.reach import Reach
from hub.tools.broker import Broker
from hub.tools.simulate.city import simulate_city
from hub.tools.simulate.publish import Publishers, live_city, pace, redated, write_lines
from tests.tools.city import START, ZONE, a_city, when

SANMING = Path(__file__).resolve().parents[2] / "deploy" / "jurisdictions" / "sanming"


class Watch:
    """A clock that moves only when somebody sleeps."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Give the time it shows."""
        return self.at

    def seconds(self) -> float:
        """Give it as epoch seconds."""
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


def an_event(time: str = "2026-03-02T09:00:00+08:00", **data: object) -> dict[str, Any]:
    return {"id": "e-1", "source": "urn:linkage:agency:hotline", "time": time, "data": data}


def test_a_pace_spreads_events_evenly() -> None:
    watch = Watch(START)
    assert list(pace([an_event()] * 5, 2.0, watch.seconds, watch.sleep)) == [an_event()] * 5
    assert sum(watch.slept) == pytest.approx(2.0)


def test_without_a_rate_nobody_waits() -> None:
    watch = Watch(START)
    assert list(pace([an_event()] * 3, 0, watch.seconds, watch.sleep)) == [an_event()] * 3
    assert watch.slept == []


def test_a_live_event_is_dated_at_the_moment_it_leaves() -> None:
    watch = Watch(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    for event in islice(live_city(a_city(), 1, now=watch.now, sleep=watch.sleep), 300):
        assert abs(when(event) - watch.at) < timedelta(seconds=1)


def test_a_live_city_says_about_as_many_events_a_second_as_asked() -> None:
    watch = Watch(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    list(islice(live_city(a_city(), 1, 4.0, 200, watch.now, watch.sleep), 8000))
    assert 2.5 < 8000 / sum(watch.slept) < 5.0


def test_a_live_city_goes_on_past_its_simulated_year() -> None:
    watch = Watch(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    ids = [e["id"] for e in islice(live_city(a_city(), 1, 50.0, 10, watch.now, watch.sleep), 8000)]
    assert len({id_.rpartition("-")[0] for id_ in ids}) >= 2


def test_after_a_pause_of_the_machine_a_live_city_does_not_catch_up() -> None:
    watch = Watch(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    events = live_city(a_city(), 1, now=watch.now, sleep=watch.sleep)
    list(islice(events, 50))
    watch.at += timedelta(hours=1)
    watch.slept.clear()
    list(islice(events, 50))
    assert sum(watch.slept) > 5


def test_the_spans_of_a_live_event_shrink_with_its_day() -> None:
    event = an_event(due_at="2026-03-03T09:00:00+08:00", occurred_at="2026-03-02T08:00:00+08:00")
    said = redated(event, datetime(2026, 6, 1, 12, 0, tzinfo=ZONE), speed=24.0)
    assert said["time"] == "2026-06-01T12:00:00.000+08:00"
    assert said["data"]["due_at"] == "2026-06-01T13:00:00+08:00"
    assert said["data"]["occurred_at"] == "2026-06-01T11:57:30+08:00"
    assert event["time"] == "2026-03-02T09:00:00+08:00"


def test_a_file_holds_one_event_a_line(tmp_path: Path) -> None:
    path = tmp_path / "new" / "events.jsonl"
    events = (json.dumps(event).encode() + b"\n" for event in simulate_city(a_city(), 1, START, 3, 60))
    count = write_lines(events, path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == list(simulate_city(a_city(), 1, START, 3, 60))
    assert count == len(lines)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Function that runs `hub simulate` on Sanming with arguments and gives status, output, errors."""
    monkeypatch.setenv("HUB_CONFIG", str(SANMING))
    monkeypatch.setenv("HUB_VAR", str(tmp_path / "var"))
    app = typer.Typer()
    app.command()(simulate)

    def invoke(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, list(arguments))
        return done.exit_code, done.stdout, done.stderr

    return invoke


def test_the_command_writes_the_events_it_counts(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    path = tmp_path / "events.jsonl"
    status, said, _ = run("--out", str(path), "--days", "2", "--start", "2026-03-01", "--json")
    answer = json.loads(said)
    assert status == 0
    assert answer["events"] == len(path.read_text(encoding="utf-8").splitlines()) > 100
    assert answer["start"] == "2026-03-01T00:00:00+08:00"


def test_the_command_lists_twelve_planted_problems(run: Callable[..., tuple[int, str, str]]) -> None:
    status, said, _ = run("--planted", "--start", "2026-01-01")
    lines = [json.loads(line) for line in said.splitlines()]
    assert status == 0
    assert [line["problem"] for line in lines] == list(range(1, 13))
    assert all(line["matters"] == len(line["matter_ids"]) > 8 for line in lines)


@pytest.mark.parametrize(
    "arguments", [("--live", "--planted"), ("--start", "yesterday", "--planted"), ("--out", "/proc/no/such")]
)
def test_a_wrong_call_ends_with_one_line(
    run: Callable[..., tuple[int, str, str]], arguments: tuple[str, ...]
) -> None:
    status, said, wrong = run(*arguments)
    assert status == 1
    assert said == ""
    assert len(wrong.splitlines()) == 1


@pytest.mark.broker
def test_every_agencys_events_reach_its_own_topic(broker: Broker) -> None:
    events = list(simulate_city(a_city(), 1, START, 5, 100))
    topics = {f"agency.{event['source'].rpartition(':')[2]}.events.v1" for event in events}
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1) for topic in sorted(topics)])
    with Publishers(Reach(broker.bootstrap)) as publishers:
        for event in events:
            publishers.publish(event)
    told = {topic: read_events(broker.bootstrap, topic) for topic in topics}
    admin.delete_topics(sorted(topics))
    admin.close()
    assert sum(len(batch) for batch in told.values()) == len(events)
    for topic, batch in told.items():
        agency = topic.split(".")[1]
        assert batch == [e for e in events if e["source"] == f"urn:linkage:agency:{agency}"]


def read_events(bootstrap: str, topic: str) -> list[dict[str, Any]]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    end = consumer.end_offsets([partition])[partition]
    events: list[dict[str, Any]] = []
    while consumer.position(partition) < end:
        for records in consumer.poll(timeout_ms=1000).values():
            for record in records:
                read = json.loads(record.value)
                events += read if isinstance(read, list) else [read]
    consumer.close()
    return events
