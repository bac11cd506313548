"""Each agency alone writes its events and reads its receipts, by its Kafka principal; the hub works over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from hub.reach import Reach
from hub.sdk import NotDelivered, Publisher, Receipts
from hub.topology import INBOX, events_topic, orders_topic, receipts_topic
from tests.e2e.cities import City, a_report, make_city
from tests.e2e.guarded import PASSWORD, USER, guarded_node
from tests.e2e.hub_process import Hub, looking_at

pytestmark = [pytest.mark.broker, pytest.mark.slow]


class GuardedHub(Hub):
    """A hub whose processes say who they are."""

    def environment(self, **settings: object) -> dict[str, str]:
        """Give a process's environment."""
        own = {
            "HUB_BROKER_USER": USER,
            "HUB_BROKER_PASSWORD": PASSWORD,
            "HUB_BROKER_CA": self.folder.parent / "ca.pem",
        }
        return super().environment(**(own | settings))


@dataclass(frozen=True, slots=True)
class Guarded:
    """A running hub on a Kafka that asks who is there."""

    hub: Hub
    city: City
    reach: Reach

    def login(self, agency: str) -> Reach:
        """Issue an agency's login; gives how it reaches Kafka by it."""
        (made,) = self.hub.rows_said("agencies", "login", "issue", agency)
        return replace(self.reach, user=made["user"], password=made["password"])

    def report(self, number: int) -> dict[str, object]:
        """Give a report of the hotline."""
        return a_report(self.city.hotline, number, datetime.now(UTC), self.city.villages()[0])


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder: Path = tmp_path_factory.mktemp("guarded")
    city = make_city(folder / "city", "GU")
    with guarded_node(folder) as reach, GuardedHub(folder / "hub", reach.servers, folder / "city") as hub:
        hub.prepare()
        hub.start("intake")
        hub.start("linkage")
        yield Guarded(hub, city, reach)


def test_an_agency_comes_in_by_its_login_and_hears_what_became_of_its_events(guarded: Guarded) -> None:
    hotline = guarded.city.hotline
    login = guarded.login(hotline)
    unknown = guarded.report(2) | {
        "data": {**a_report(hotline, 2, datetime.now(UTC), "999999999999")["data"]}
    }

    with Publisher(login, hotline) as publisher:
        publisher.publish(guarded.report(1))
        publisher.publish(unknown)

    with Receipts(login, hotline) as receipts:
        receipt = next(iter(receipts))
    assert (receipt.id, receipt.outcome) == ("e-2", "quarantined")
    with looking_at(guarded.hub) as database:
        taken = "SELECT count(*) FROM journal WHERE event_id = 'e-1' AND outcome = 'accepted'"
        guarded.hub.wait_until("the event is taken", lambda: database.rows(taken) == [(1,)])


def test_nobody_else_writes_an_agencys_events_or_the_log(guarded: Guarded) -> None:
    works = guarded.login(guarded.city.works)

    with pytest.raises((KafkaError, NotDelivered)), Publisher(works, guarded.city.hotline) as publisher:
        publisher.publish(guarded.report(3))
    with (
        closing(KafkaProducer(**works.options(), max_block_ms=5_000)) as producer,
        pytest.raises(TopicAuthorizationFailedError),
    ):
        producer.send(INBOX, b"{}").get(timeout=10)


def test_an_agency_sees_no_topic_but_its_own(guarded: Guarded) -> None:
    agency = guarded.city.works
    works = guarded.login(agency)

    with closing(KafkaAdminClient(**works.options())) as admin:
        seen = set(admin.list_topics())

    assert seen == {events_topic(agency), receipts_topic(agency), orders_topic(agency)}


def test_a_login_that_was_revoked_lets_nobody_in(guarded: Guarded) -> None:
    login = guarded.login(guarded.city.works)

    guarded.hub.say("agencies", "login", "revoke", guarded.city.works)

    assert guarded.city.works not in {
        row["user"] for row in guarded.hub.rows_said("agencies", "login", "list")
    }
    done = guarded.hub.command(
        "topics", "apply", HUB_BROKER_USER=login.user, HUB_BROKER_PASSWORD=login.password
    )
    assert done.returncode == 1
    assert "HUB_BROKER_USER" in done.stderr.decode()


def test_a_hub_that_is_not_let_in_says_so(guarded: Guarded) -> None:
    done = guarded.hub.command("topics", "apply", HUB_BROKER_USER=guarded.city.works)

    assert done.returncode == 1
    assert "HUB_BROKER" in done.stderr.decode()
