"""A calm day: agencies publish good and hostile records in every mode and codec; each ends once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.policies.load import load_policy
from hub.schemas.commands import AddCoAgency
from hub.schemas.inbox import POSITIONS_PER_OFFSET, encode_message
from hub.sdk import Publisher
from hub.settings import read_settings
from hub.tools.broker import find_free_port, start_broker
from hub.tools.simulate import habits
from hub.tools.simulate.answer import Answers
from hub.topology import INBOX, events_topic, receipts_topic
from tests.e2e.cities import City, Event, a_report, make_city, traffic
from tests.e2e.hostile import PLANTED, Hostile, as_bytes, hostile_records
from tests.e2e.hub_process import Database, Hub, looking_at
from tests.e2e.topics import Mailbox, Sent, read_messages, read_topics, topic_names

pytestmark = [pytest.mark.broker, pytest.mark.slow]

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
BY_CODEC, BINARY, BY_KIT = 40, 40, 600
A_DAY_IN_HALF_A_SECOND = 172_800.0


@dataclass(frozen=True, slots=True)
class Day:
    """Everything of the one day that the tests of this module look at."""

    hub: Hub
    city: City
    database: Database
    hostile: list[tuple[Hostile, Sent]]
    published: Counter[str]


def in_binary_mode(event: Event) -> list[tuple[str, bytes]]:
    """The headers that carry an event's attributes."""
    attributes = [(f"ce_{name}", str(value).encode()) for name, value in event.items() if name != "data"]
    return [*attributes, ("content-type", b"application/json; charset=utf-8")]


def publish_good(hub: Hub, city: City, now: datetime) -> Counter[str]:
    """Publish good events with the kit, in every codec, and in binary mode; gives how many by agency."""
    published: Counter[str] = Counter()
    by_agency: dict[str, list[Event]] = {agency: [] for agency in city.agencies}
    for event in traffic(city, [now] * BY_KIT, seed=1):
        by_agency[event["source"].rpartition(":")[2]].append(event)
    for agency, events in by_agency.items():
        with Publisher(hub.broker, agency) as publisher:
            for event in events:
                publisher.publish(event)
        published[agency] += len(events)
    for n, codec in enumerate(CODECS):
        mailbox = Mailbox(hub.broker, codec)
        for m in range(BY_CODEC):
            event = a_report(city.police, 100_000 + n * BY_CODEC + m, now, city.villages()[m])
            mailbox.post(events_topic(city.police), as_bytes(event))
        mailbox.flush()
    mailbox = Mailbox(hub.broker)
    for n in range(BINARY):
        event = a_report(city.works, 200_000 + n, now, city.villages(0)[n % 5])
        mailbox.post(events_topic(city.works), as_bytes(event["data"]), in_binary_mode(event))
    mailbox.flush()
    published.update({city.police: BY_CODEC * len(CODECS), city.works: BINARY})
    return published


def publish_hostile(hub: Hub, city: City, now: datetime) -> list[tuple[Hostile, Sent]]:
    mailbox = Mailbox(hub.broker, "lz4")
    posted = [
        (
            record,
            mailbox.post(
                events_topic(city.works if record.by_works else city.hotline),
                record.value,
                record.headers,
                record.key,
            ),
        )
        for record in hostile_records(city, now)
    ]
    mailbox.flush()
    return [(record, where()) for record, where in posted]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder: Path = tmp_path_factory.mktemp("calm")
    broker = start_broker(folder / "broker", find_free_port())
    city = make_city(folder / "city", "CA")
    try:
        with Hub(folder / "hub", broker.bootstrap, folder / "city", events_partitions=2) as hub:
            hub.prepare()
            hub.start("linkage")
            hub.start("intake")
            now = datetime.now(UTC)
            hostile = publish_hostile(hub, city, now)
            published = publish_good(hub, city, now)
            for record, _ in hostile:
                published[city.works if record.by_works else city.hotline] += len(record.ends)
            with looking_at(hub) as database:
                hub.wait_until("all taken", lambda: database.entries() >= published.total())
                hub.wait_until("all said", lambda: waiting(database) == 0)
                yield Day(hub, city, database, hostile, published)
    finally:
        broker.kill()


def waiting(database: Database) -> int:
    """How many messages of the outbox are not yet sent."""
    return database.number("SELECT max(number) FROM outbox") - database.number("SELECT sum(sent) FROM relay")


def test_every_hostile_record_ends_with_its_code_and_pointer(day: Day) -> None:
    ends = {
        (agency, partition, position): (outcome, code, pointer)
        for agency, partition, position, outcome, code, pointer in day.database.rows(
            "SELECT agency, partition, position, outcome, code, pointer FROM journal"
        )
    }

    found = {
        record.name: tuple(
            ends.get(
                (
                    day.city.works if record.by_works else day.city.hotline,
                    sent.partition,
                    sent.offset * POSITIONS_PER_OFFSET + index,
                )
            )
            for index in range(len(record.ends))
        )
        for record, sent in day.hostile
    }

    assert found == {record.name: record.ends for record, _ in day.hostile}


def test_the_workers_went_on_through_all_of_it(day: Day) -> None:
    assert [worker.status for worker in day.hub.workers] == [None, None]
    assert not [worker.said() for worker in day.hub.workers if "Traceback" in worker.said()]


def test_received_is_the_sum_of_outcomes_for_every_agency_and_partition(day: Day) -> None:
    rows = day.hub.rows_said("events", "tally")

    assert len({(row["agency"], row["partition"]) for row in rows}) == len(rows) == 2 * len(day.city.agencies)
    for row in rows:
        assert row["received"] == sum(row[o] for o in ("accepted", "duplicate", "quarantined", "refused"))
    received: Counter[str] = Counter()
    for row in rows:
        received[row["agency"]] += row["received"]
    assert received == day.published


def test_the_tally_is_what_the_journal_holds(day: Day) -> None:
    counted = {
        (agency, partition, outcome): number
        for agency, partition, outcome, number in day.database.rows(
            "SELECT agency, partition, outcome, count(*) FROM journal GROUP BY 1, 2, 3"
        )
    }

    told = {
        (row["agency"], row["partition"], outcome): row[outcome]
        for row in day.hub.rows_said("events", "tally")
        for outcome in ("accepted", "duplicate", "quarantined", "refused")
        if row[outcome]
    }

    assert told == counted


@pytest.mark.parametrize("codec", CODECS)
def test_events_of_every_codec_are_accepted(day: Day, codec: str) -> None:
    first = 100_000 + CODECS.index(codec) * BY_CODEC
    ids = ", ".join(f"'e-{n}'" for n in range(first, first + BY_CODEC))

    rows = day.database.rows(f"SELECT DISTINCT outcome FROM journal WHERE event_id IN ({ids})")
    number = day.database.number(f"SELECT count(*) FROM journal WHERE event_id IN ({ids})")

    assert (rows, number) == ([("accepted",)], BY_CODEC)


def test_events_in_binary_mode_are_accepted_whole(day: Day) -> None:
    ids = ", ".join(f"'e-{n}'" for n in range(200_000, 200_000 + BINARY))

    rows = day.database.rows(f"SELECT outcome, place, category FROM journal WHERE event_id IN ({ids})")

    assert len(rows) == BINARY
    assert {row[0] for row in rows} == {"accepted"}
    assert {row[1] for row in rows} == set(day.city.villages(0)[:5])


def test_each_refusal_gets_one_receipt_and_who_asks_gets_one_for_all(day: Day) -> None:
    owed = Counter(
        (
            agency,
            partition,
            *divmod(position, POSITIONS_PER_OFFSET),
            outcome,
            code if outcome != "accepted" else "",
        )
        for agency, partition, position, outcome, code in day.database.rows(
            "SELECT agency, partition, position, outcome, code FROM journal"
        )
        if agency == day.city.works or outcome in ("refused", "quarantined")
    )

    got: Counter[tuple[object, ...]] = Counter()
    for agency in day.city.agencies:
        for receipt in read_messages(day.hub.broker, receipts_topic(agency)):
            data = receipt["data"]
            got[
                agency,
                data["partition"],
                data["offset"],
                data["index"],
                data["outcome"],
                data.get("code", ""),
            ] += 1

    assert got == owed
    assert set(got.values()) == {1}


def test_nothing_personal_is_stored_in_any_table_topic_or_log(day: Day) -> None:
    names = [name for name in topic_names(day.hub.broker) if not name.endswith(".events.v1")]
    kept = {
        f"{record.topic}[{record.partition}]@{record.offset}": (record.key or b"") + (record.value or b"")
        for record in read_topics(day.hub.broker, names)
    }
    files = [path for path in day.hub.folder.rglob("*") if path.is_file()]
    kept |= {str(path): path.read_bytes() for path in files}
    assert any(name.startswith("hub.inbox.v1") for name in kept)
    assert any(path.name == "hub.db" for path in files)

    found = [
        (planted, where)
        for planted in PLANTED
        for where, content in kept.items()
        if planted.encode() in content or planted.encode("unicode_escape") in content
    ]

    assert found == []


def test_the_planted_texts_did_reach_the_hub(day: Day) -> None:
    published = b"".join(
        (record.key or b"") + (record.value or b"")
        for record in read_topics(day.hub.broker, [events_topic(day.city.hotline)])
    )

    assert [planted for planted in PLANTED if planted.encode() not in published] == []


def test_simulated_agencies_answer_the_orders_they_read(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """The police is given a part in all that is open: by events it accepts, returns, and asks for the ledger."""
    for share, value in (("RETURNED_SHARE", 0.3), ("EXTENDED_SHARE", 0.0), ("LEDGERED_SHARE", 0.7)):
        monkeypatch.setattr(habits, share, value)
    for name, setting in day.hub.environment().items():
        monkeypatch.setenv(name, setting)
    policy, police = load_policy(day.hub.config), day.city.police
    before, done = day.database.entries(), give_a_part(day, policy.jurisdiction, police)

    with Answers(policy, read_settings(), seed=1, speed=A_DAY_IN_HALF_A_SECOND) as answers:

        def have_answered() -> bool:
            nonlocal done
            done += answers.step()
            return said_of(day.database, police) >= {
                ("task_accepted", "AGENCY"),
                ("task_returned", "AGENCY"),
                ("task_cut", "RECUT"),
                ("ledgered", "OPERATOR"),
            }

        day.hub.wait_until("the police answered in each way", have_answered)
    day.hub.wait_until("the answers are taken", lambda: day.database.entries() == before + done)
    day.hub.wait_until("all said", lambda: waiting(day.database) == 0)


def give_a_part(day: Day, jurisdiction: str, agency: str) -> int:
    """Ask the log to let an agency take part in every problem that is treated; gives how many there are."""
    mailbox = Mailbox(day.hub.broker)
    numbers = [row[0] for row in day.database.rows("SELECT id FROM problem WHERE phase = 'treating'")]
    for number in numbers:
        part = AddCoAgency(jurisdiction=jurisdiction, id=f"add-{number}", problem_id=number, agency=agency)
        mailbox.post(INBOX, encode_message(part), key=jurisdiction.encode())
    mailbox.flush()
    return len(numbers)


def said_of(database: Database, agency: str) -> set[tuple[str, str]]:
    """What was decided of an agency's tasks so far, by kind and reason."""
    lines = (json.loads(line) for (line,) in database.rows("SELECT line FROM decision"))
    return {(line["kind"], line["reason"]) for line in lines if line.get("agency") == agency}


def test_what_is_decided_live_is_what_a_replay_of_the_export_decides(day: Day) -> None:
    exported = day.hub.folder / "exported.jsonl"
    exported.write_bytes(day.hub.say("events", "export"))

    decided = day.hub.say("decisions", "--json")

    assert decided.count(b"problem_confirmed") > 0
    assert decided == day.hub.say("replay", exported, "--json")
