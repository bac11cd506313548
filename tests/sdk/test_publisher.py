"""The publisher kit: it refuses what the hub would refuse, batches, keeps order, and answers for delivery."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import KafkaAdminClient, KafkaConsumer
from kafka.admin import NewTopic
from kafka.errors import KafkaError
from kafka.structs import TopicPartition

from hub.schemas.codec import decode
from hub.schemas.flaws import Flaw
from hub.sdk import NotDelivered, NotValid, Publisher
from hub.sdk._batches import BATCH_BYTES_MAX, BATCH_EVENTS_MAX, Batches
from hub.sdk.publisher import checked, key_of
from hub.tools.broker import Broker


def an_event(number: int = 1, agency: str = "housing", matter: str = "m-1", **data: object) -> dict[str, Any]:
    told = {"matter_id": matter, "place": "350404001001", "category": "A0101", "nature": "complaint"}
    return {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": f"urn:linkage:agency:{agency}",
        "type": "linkage.petition.received.v1",
        "time": "2026-03-02T09:00:00+08:00",
        "data": {**told, "channel": "hotline", **data},
    }


def test_a_good_event_passes_the_check_unchanged() -> None:
    assert json.loads(checked(an_event(summary="路面坑洼"), "housing")) == an_event(summary="路面坑洼")


@pytest.mark.parametrize(
    ("event", "code", "pointer"),
    [
        (an_event(nature="anger"), "SCHEMA_INVALID", "/data/nature"),
        (an_event(phone="x"), "PERSONAL_DATA", "/data/phone"),
        (an_event(agency="police"), "SOURCE_MISMATCH", "/source"),
        (an_event(summary={1, 2}), "MALFORMED", ""),
        (an_event(severity=float("nan")), "MALFORMED", ""),
        ({}, "NOT_CLOUDEVENT", "/specversion"),
    ],
)
def test_what_the_hub_would_refuse_is_not_sent(event: dict[str, Any], code: str, pointer: str) -> None:
    with pytest.raises(NotValid) as caught:
        checked(event, "housing")
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


def test_an_event_is_kept_with_its_matter_or_its_task() -> None:
    assert key_of(an_event(matter="m-7")) == "m-7"
    assert key_of({"id": "e-1", "data": {"task_id": "t-3"}}) == "t-3"
    assert key_of({"id": "e-1", "data": {}}) == "e-1"


def test_a_batch_leaves_when_it_holds_a_hundred_events() -> None:
    batches = Batches(partitions=1)
    full = [batch for n in range(BATCH_EVENTS_MAX) for batch in batches.add(f"k-{n}", b"{}")]
    assert [(partition, len(batch.events), batch.key) for partition, batch in full] == [(0, 100, b"k-0")]
    assert len(batches) == 0


def test_a_batch_leaves_before_it_grows_too_large() -> None:
    batches = Batches(partitions=1)
    event = b"x" * (BATCH_BYTES_MAX // 2 - 1)
    sent = [batch for n in range(5) for _, batch in batches.add(f"k-{n}", event)]
    assert [len(batch.events) for batch in sent] == [2, 2]
    assert all(batch.size <= BATCH_BYTES_MAX for batch in sent)


def test_a_record_of_one_event_is_the_event_itself() -> None:
    batches = Batches(partitions=1)
    batches.add("k", b'{"a":1}')
    [(_, one)] = batches.drain()
    assert one.record() == b'{"a":1}'
    batches.add("k", b'{"a":1}')
    batches.add("k", b'{"a":2}')
    [(_, two)] = batches.drain()
    assert json.loads(two.record()) == [{"a": 1}, {"a": 2}]


@given(st.lists(st.integers(0, 9), max_size=400), st.integers(1, 5))
def test_batches_lose_nothing_and_keep_the_order_of_each_key(keys: list[int], partitions: int) -> None:
    batches = Batches(partitions)
    left = [batch for n, key in enumerate(keys) for batch in batches.add(str(key), str(n).encode())]
    told: dict[int, list[int]] = defaultdict(list)
    for partition, batch in [*left, *batches.drain()]:
        told[partition] += [int(event) for event in batch.events]
    assert sorted(n for numbers in told.values() for n in numbers) == list(range(len(keys)))
    assert all(numbers == sorted(numbers) for numbers in told.values())
    homes = {(keys[n], partition) for partition, numbers in told.items() for n in numbers}
    assert len(homes) == len(set(keys))


def make_topic(broker: Broker, agency: str, partitions: int = 1, bytes_max: int = 1_000_000) -> str:
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    topic = f"agency.{agency}.events.v1"
    admin.create_topics([NewTopic(topic, partitions, 1, topic_configs={"max.message.bytes": str(bytes_max)})])
    admin.close()
    return topic


def read_records(broker: Broker, topic: str, partitions: int = 1) -> list[tuple[int, bytes, bytes, Any]]:
    """All records of a topic as (partition, key, value, headers)."""
    consumer = KafkaConsumer(
        bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    homes = [TopicPartition(topic, n) for n in range(partitions)]
    consumer.assign(homes)
    ends = consumer.end_offsets(homes)
    records = []
    while any(consumer.position(home) < ends[home] for home in homes):
        for batch in consumer.poll(timeout_ms=1000).values():
            records += [(record.partition, record.key, record.value, record.headers) for record in batch]
    consumer.close()
    return records


def events_in(records: list[tuple[int, bytes, bytes, Any]]) -> list[Any]:
    taken = [event for _, _, value, headers in records for event in decode(value, headers)]
    assert not [flaw for flaw in taken if isinstance(flaw, Flaw)]
    return taken


@pytest.mark.broker
def test_events_arrive_once_in_order_and_in_few_records(broker: Broker) -> None:
    topic = make_topic(broker, "sdk-order", partitions=3)
    with Publisher(broker.bootstrap, "sdk-order") as publisher:
        for n in range(1000):
            publisher.publish(an_event(n, "sdk-order", matter=f"m-{n % 7}"))
    records = read_records(broker, topic, 3)
    told = [(event.data.matter_id, int(event.id[2:])) for event in events_in(records)]
    assert sorted(n for _, n in told) == list(range(1000))
    for matter in {matter for matter, _ in told}:
        numbers = [n for m, n in told if m == matter]
        assert numbers == sorted(numbers)
    assert len(records) < 200


@pytest.mark.broker
def test_a_lone_event_leaves_without_a_flush(broker: Broker) -> None:
    topic = make_topic(broker, "sdk-lone")
    publisher = Publisher(broker.bootstrap, "sdk-lone")
    consumer = KafkaConsumer(
        topic, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    publisher.publish(an_event(1, "sdk-lone", matter="m-9"))
    record = next(consumer)
    publisher.close()
    consumer.close()
    assert (record.key, dict(record.headers)["content-type"]) == (b"m-9", b"application/cloudevents+json")
    assert json.loads(record.value) == an_event(1, "sdk-lone", matter="m-9")


@pytest.mark.broker
def test_a_flushed_event_is_on_the_broker(broker: Broker) -> None:
    topic = make_topic(broker, "sdk-flush")
    publisher = Publisher(broker.bootstrap, "sdk-flush")
    publisher.publish(an_event(1, "sdk-flush"))
    publisher.flush()
    assert len(events_in(read_records(broker, topic))) == 1
    publisher.close()


@pytest.mark.broker
def test_a_closed_publisher_takes_nothing_more(broker: Broker) -> None:
    make_topic(broker, "sdk-closed")
    publisher = Publisher(broker.bootstrap, "sdk-closed")
    publisher.close()
    with pytest.raises(NotDelivered):
        publisher.publish(an_event(1, "sdk-closed"))


@pytest.mark.broker
def test_an_event_that_the_broker_refuses_is_told(broker: Broker) -> None:
    make_topic(broker, "sdk-refused", bytes_max=200)
    publisher = Publisher(broker.bootstrap, "sdk-refused")
    publisher.publish(an_event(1, "sdk-refused"))
    with pytest.raises(NotDelivered):
        publisher.flush()
    with pytest.raises(NotDelivered):
        publisher.publish(an_event(2, "sdk-refused"))
    with pytest.raises(NotDelivered):
        publisher.close()


@pytest.mark.broker
@pytest.mark.slow
def test_a_topic_that_is_not_there_is_told(broker: Broker) -> None:
    with pytest.raises(KafkaError):
        Publisher(broker.bootstrap, "sdk-nobody")
