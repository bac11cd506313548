"""The API and a real Kafka: an answered event is in its topic; without Kafka the answer says so."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from sqlalchemy import Engine

from hub.api.app import with_api
from hub.policies.load import load_policy
from hub.policies.models import Policy
from hub.reach import Reach
from hub.settings import Settings
from hub.store.database import open_database, upgrade
from hub.store.keys import Owner, Role, issue
from hub.tools.broker import HOST, Broker, find_free_port
from hub.tools.inbox import Inbox
from hub.tools.watch import Watch
from tests.e2e.cities import City, a_report, make_city
from tests.sdk.test_publisher import read_records

CITY = City("AK")


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[tuple[Engine, Policy, str]]:
    make_city(tmp_path / "city", CITY.code)
    policy = load_policy(tmp_path / "city")
    engine = open_database(f"sqlite:///{tmp_path}/hub.db")
    upgrade(engine)
    with engine.begin() as sql:
        key = issue(sql, Owner(Role.AGENCY, CITY.hotline), 1)
    yield engine, policy, key
    engine.dispose()


def api_of(parts: tuple[Engine, Policy, str], broker: str) -> TestClient:
    engine, policy, key = parts
    policies = {policy.jurisdiction: policy}
    reach = Reach(broker)
    watch = Watch(engine, policies, reach, 3, Path())
    hub = with_api(FastAPI(), engine, policies, reach, watch, Inbox(Settings(broker=broker), engine).ask)
    return TestClient(hub, headers={"Authorization": f"Bearer {key}"})


@pytest.mark.broker
def test_an_answered_event_is_in_its_agencys_topic(broker: Broker, parts: tuple[Engine, Policy, str]) -> None:
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.create_topics([NewTopic(f"agency.{CITY.hotline}.events.v1", 3, 1)])
    admin.close()
    events = [event_of(number) for number in range(30)]

    with api_of(parts, broker.bootstrap) as api:
        assert [api.post("/v1/events", json=event).status_code for event in events] == [202] * 30
        together = api.post(
            "/v1/events", json=events, headers={"content-type": "application/cloudevents-batch+json"}
        )
        assert together.status_code == 202

    values = [
        json.loads(value) for _, _, value, _ in read_records(broker, f"agency.{CITY.hotline}.events.v1", 3)
    ]
    found = [event["id"] for told in values for event in (told if isinstance(told, list) else [told])]
    assert sorted(found) == sorted(2 * [str(event["id"]) for event in events])


def event_of(number: int) -> dict[str, object]:
    """A petition of now."""
    return a_report(CITY.hotline, number, datetime.now(UTC), CITY.villages()[0])


def test_without_kafka_the_answer_says_so_and_reads_go_on(parts: tuple[Engine, Policy, str]) -> None:
    with api_of(parts, f"{HOST}:{find_free_port()}") as api:
        away = api.post("/v1/events", json=event_of(1))

        assert (away.status_code, away.json()["code"]) == (503, "LOG_AWAY")
        assert away.headers["retry-after"] == "5"
        assert api.get("/v1/problems").status_code == 200


@pytest.mark.broker
def test_the_hub_is_ready_when_sql_and_kafka_answer_and_says_what_is_missing(
    broker: Broker, parts: tuple[Engine, Policy, str]
) -> None:
    with api_of(parts, broker.bootstrap) as api:
        assert answer_of(api, 200) == {"ready": True, "missing": []}
    with api_of(parts, f"{HOST}:{find_free_port()}") as api:
        assert answer_of(api, 503) == {"ready": False, "missing": ["kafka"]}


def answer_of(api: TestClient, status: int) -> object:
    """What `/readyz` says, once it has looked."""
    until = time.monotonic() + 20
    while "watch" in (said := api.get("/readyz")).json()["missing"] and time.monotonic() < until:
        time.sleep(0.02)
    assert said.status_code == status
    return said.json()
