"""The real node: it answers, keeps its log over restarts and kills, and says clearly why it cannot start."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import UnknownTopicOrPartitionError
from kafka.structs import TopicPartition

from hub.reach import Reach
from hub.tools.broker import HOST, Broker, BrokerError, answers, cluster_id, is_free, start_broker

pytestmark = pytest.mark.broker


def make_topic(bootstrap: str, name: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    admin.close()


def publish(bootstrap: str, topic: str, value: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    producer.send(topic, value).get(timeout=20)
    producer.close()


def read_all(bootstrap: str, topic: str) -> list[bytes]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    end = consumer.end_offsets([partition])[partition]
    consumer.seek_to_beginning(partition)
    values: list[bytes] = []
    while consumer.position(partition) < end:
        for records in consumer.poll(timeout_ms=1000).values():
            values.extend(record.value for record in records)
    consumer.close()
    return values


@pytest.fixture
def node(tmp_path: Path, free_port: int) -> Iterator[Broker]:
    broker = start_broker(tmp_path / "node", free_port)
    yield broker
    broker.kill()


def test_a_record_published_is_read_back(broker: Broker) -> None:
    make_topic(broker.bootstrap, "read-back")

    publish(broker.bootstrap, "read-back", b"noise at night")

    assert read_all(broker.bootstrap, "read-back") == [b"noise at night"]


def test_a_topic_nobody_made_is_refused(broker: Broker) -> None:
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)

    with pytest.raises(UnknownTopicOrPartitionError):
        admin.create_partitions({"never-made": 2})
    admin.close()

    assert "never-made" not in list_topics(broker.bootstrap)


def list_topics(bootstrap: str) -> set[str]:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    names = set(admin.list_topics())
    admin.close()
    return names


def test_the_log_outlives_a_kill_and_a_new_port(node: Broker) -> None:
    make_topic(node.bootstrap, "durable")
    publish(node.bootstrap, "durable", b"kept")
    node.kill()
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        other_port = probe.getsockname()[1]

    again = start_broker(node.folder, other_port)
    values = read_all(again.bootstrap, "durable")
    again.stop()

    assert values == [b"kept"]
    assert again.bootstrap != node.bootstrap


def test_a_stopped_node_frees_its_port_and_stops_answering(node: Broker, free_port: int) -> None:
    assert answers(Reach(node.bootstrap))

    node.stop()

    assert is_free(free_port)
    assert not answers(Reach(node.bootstrap))


def test_a_taken_port_is_one_clear_line(tmp_path: Path, free_port: int) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, free_port))
        taken.listen()

        with pytest.raises(BrokerError) as caught:
            start_broker(tmp_path, free_port)

    assert str(caught.value) == (
        f"端口 {free_port} 已被占用,Kafka 无法启动;请释放该端口或设置 HUB_BROKER / "
        f"port {free_port} is in use, so Kafka cannot start: free it or set HUB_BROKER to another address"
    )


def test_a_node_that_dies_at_start_says_so(tmp_path: Path, free_port: int) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "meta.properties").write_text("version=9\n", encoding="utf-8")

    with pytest.raises(BrokerError, match="did not become ready") as caught:
        start_broker(tmp_path, free_port)

    assert "exit status 1" in str(caught.value)


@pytest.mark.parametrize("first", [0x00, 0xF8, 0xFB, 0xFF])
def test_a_cluster_id_never_reads_as_an_option(first: int) -> None:
    identity = cluster_id(bytes([first]) + bytes(range(15)))

    assert len(identity) == 22
    assert not identity.startswith("-")
