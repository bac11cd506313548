"""A new agency by the examples alone: Python, Java and curl each publish, and each hears what became of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from kafka import KafkaProducer

from hub.api.app import with_api
from hub.policies.load import load_policy
from hub.sdk import Receipts
from hub.settings import Settings
from hub.store.database import open_database
from hub.tools.broker import HOST, JARS, Broker, find_free_port
from hub.tools.documents import ROOT
from hub.tools.inbox import Inbox
from hub.tools.watch import Watch
from tests.e2e.cities import City, a_report, make_city
from tests.e2e.hub_process import Hub

EXAMPLES = ROOT / "examples"
CITY = City("EX")
WITHIN_S = 60.0


@contextmanager
def served(hub: Hub) -> Iterator[str]:
    """The API over a running hub, at its own port."""
    policy = load_policy(hub.config)
    engine = open_database(hub.database)
    port = find_free_port()
    policies = {policy.jurisdiction: policy}
    watch = Watch(engine, policies, hub.broker, 1, hub.folder)
    inbox = Inbox(Settings(broker=hub.broker), engine)
    app = with_api(FastAPI(), engine, policies, hub.broker, watch, inbox.ask)
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + WITHIN_S
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        yield f"http://{HOST}:{port}"
    finally:
        server.should_exit = True
        thread.join()
        engine.dispose()


def run(*words: object, cwd: Path = ROOT) -> str:
    """Run a program that must succeed; gives what it printed."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def publish_by_java(folder: Path, *words: object) -> str:
    """Compile the example with Maven and run it with Kafka's own client; gives the event's id."""
    shutil.copytree(EXAMPLES / "java", folder)
    run("mvn", "-q", "-B", "-Dstyle.color=never", "compile", cwd=folder)
    path = f"{folder / 'target' / 'classes'}:{JARS}/*"
    return run("java", "-cp", path, "city.linkage.example.Publish", *words).splitlines()[-1]


@pytest.mark.broker
@pytest.mark.slow
def test_a_new_agency_publishes_by_python_java_and_curl_and_hears_of_each(
    own_broker: Broker, tmp_path: Path
) -> None:
    make_city(tmp_path / "city", CITY.code)
    place = CITY.villages()[0]
    with (
        Hub(tmp_path / "hub", own_broker.bootstrap, tmp_path / "city").prepare() as hub,
        served(hub) as address,
    ):
        hub.start("intake")
        hub.start("linkage")
        where = (own_broker.bootstrap, CITY.hotline, place, "AA1")
        key = json.loads(hub.say("agencies", "key", "issue", CITY.hotline, "--json"))["key"]

        by_python = run(sys.executable, EXAMPLES / "python" / "publish.py", *where).strip()
        by_java = publish_by_java(tmp_path / "java", *where)
        said = run(EXAMPLES / "curl" / "publish.sh", address, key, CITY.hotline, place, "AA1").splitlines()
        send_unchecked(own_broker, a_report(CITY.hotline, 1, datetime.now(UTC), place, severity=9))

        posted, status = (json.loads(line) for line in said)
        assert status["outcome"] == "accepted"
        with Receipts(own_broker.bootstrap, CITY.hotline) as receipts:
            refused = next(iter(receipts))
        assert (refused.id, refused.outcome, refused.code) == ("e-1", "refused", "SCHEMA_INVALID")
        assert refused.pointer == "/data/severity"
        rows = {row["event_id"]: row["outcome"] for row in hub.rows_said("events", "list")}
        published = [by_python, by_java, posted["events"][0]["id"]]
        hops = hub.rows_said("events", "trace", CITY.hotline, by_java)
        assert [hop["where"].split("@")[0].split("/")[0] for hop in hops[:3]] == [
            f"agency.{CITY.hotline}.events.v1[0]",
            "hub.inbox.v1[0]",
            f"journal {CITY.code}",
        ]
        assert [hop["after_ms"] for hop in hops] == sorted(hop["after_ms"] for hop in hops)
        assert rows == {**dict.fromkeys(published, "accepted"), "e-1": "refused"}


def send_unchecked(own_broker: Broker, event: dict[str, object]) -> None:
    """Publish what the kit would not send."""
    producer = KafkaProducer(bootstrap_servers=own_broker.bootstrap)
    producer.send(f"agency.{CITY.hotline}.events.v1", json.dumps(event).encode()).get(timeout=WITHIN_S)
    producer.close()
