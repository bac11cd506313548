"""An inbox that is not the log the database was built from is refused at start, in one line, with status 71."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition

from hub.schemas.inbox import Tick, encode_message
from hub.sdk import Publisher
from hub.tools.broker import Broker
from hub.topology import INBOX
from tests.e2e.cities import City, a_report, make_city
from tests.e2e.hub_process import Hub, Worker, above, looking_at
from tests.e2e.topics import Mailbox

pytestmark = [pytest.mark.broker, pytest.mark.slow]

LOG_BROKEN = 71


@pytest.fixture
def hub(own_broker: Broker, tmp_path: Path) -> Iterator[Hub]:
    """A hub that has taken some events and stands still."""
    city = make_city(tmp_path / "city", "RA")
    with Hub(tmp_path / "hub", own_broker.bootstrap, tmp_path / "city") as hub:
        hub.prepare()
        publish(hub, city, range(50))
        workers = [hub.start("linkage"), hub.start("intake")]
        with looking_at(hub) as database:
            hub.wait_until("all is taken", above(database.entries, 49))
        assert [worker.stop() for worker in workers] == [0, 0]
        yield hub


def publish(hub: Hub, city: City, numbers: range) -> None:
    with Publisher(hub.broker, city.hotline) as publisher:
        for number in numbers:
            publisher.publish(a_report(city.hotline, number, datetime.now(UTC), city.villages()[0]))


def last_words(worker: Worker) -> list[dict[str, object]]:
    """The lines in which a worker says why it ended."""
    lines = [json.loads(line) for line in worker.said().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == "worker ended"]


def append_ticks(hub: Hub, number: int) -> None:
    """Make the log longer; a tick changes nothing."""
    mailbox = Mailbox(hub.broker)
    for _ in range(number):
        mailbox.post(INBOX, encode_message(Tick()))
    mailbox.flush()


def refusal(hub: Hub) -> str:
    """Start a linkage worker that must refuse; gives the one line it ends with."""
    worker = hub.start("linkage")
    assert worker.left() == LOG_BROKEN, worker.said()
    (said,) = last_words(worker)
    assert "Traceback" not in worker.said()
    return str(said["error"])


def recreate_inbox(hub: Hub) -> None:
    admin = KafkaAdminClient(bootstrap_servers=hub.broker)
    admin.delete_topics([INBOX])
    hub.wait_until("the topic is gone", lambda: INBOX not in admin.list_topics())
    admin.close()
    hub.say("topics", "apply")


def truncate_inbox(hub: Hub) -> None:
    append_ticks(hub, 5)
    admin = KafkaAdminClient(bootstrap_servers=hub.broker)
    admin.delete_records({TopicPartition(INBOX, 0): -1})
    admin.close()


def test_an_inbox_is_refused_truncated_or_recreated_while_it_is_short_and_when_it_has_grown_past(
    hub: Hub,
) -> None:
    with looking_at(hub) as database:
        taken = database.taken()

    # One hub for every damage, each worse than the one before: a refused worker takes nothing.
    truncate_inbox(hub)
    said = refusal(hub)
    assert "hub.inbox.v1[0]" in said
    assert "the log was truncated or recreated, restore it" in said

    recreate_inbox(hub)
    assert "the log was truncated or recreated, restore it" in refusal(hub)

    append_ticks(hub, taken + 5)
    assert "the inbox topic was recreated" in refusal(hub)

    with looking_at(hub) as database:
        assert database.taken() == taken
