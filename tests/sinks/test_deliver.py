"""Notices beside Kafka: claimed once a channel, tried again, silent in quiet hours, signed for systems."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from hub.settings import BadSetting
from hub.sinks.contacts import Channel, Contacts, read_contacts
from hub.sinks.deliver import deliver_once, keys_of
from hub.sinks.words import words
from hub.store.deliveries import BACK_OFF_MS, LEASE_MS, collect, deliveries, take_due
from hub.store.tables import DECISION
from tests.builders import CITY, COURT, HOTLINE, NOISE, POLICY, VILLAGE, at
from tests.store.shards import a_database

NOON = at("03-05 12:00")
KEY = "of the test alone"


@dataclass(slots=True)
class Listener:
    """A real server on this machine that keeps what it is sent and answers as told."""

    status: int = 200
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def listener() -> Iterator[Listener]:
    kept = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = a_database(tmp_path)
    yield engine
    engine.dispose()


def say(engine: Engine, seq: int, kind: str = "nudged", agency: str = HOTLINE) -> None:
    """Put a decision in the database, as linkage does."""
    line = {
        "seq": seq,
        "at": "2026-03-05T12:00:00.000+08:00",
        "kind": kind,
        "problem_id": "TC26-000001",
        "tier": "village",
        "place": VILLAGE,
        "category": NOISE,
        "agency": agency,
        "task_id": "TC26-000001.1.1",
        "reason": "NOT_ACCEPTED",
        "due_at": "2026-03-06T17:30:00.000+08:00",
        "policy": "v-test",
    }
    with engine.begin() as sql:
        sql.execute(
            insert(DECISION).values(
                jurisdiction=CITY,
                seq=seq,
                at_ms=NOON,
                kind=kind,
                reason="NOT_ACCEPTED",
                problem_id="TC26-000001",
                line=json.dumps(line),
            )
        )


def begin(engine: Engine) -> None:
    """Let the look begin at an empty log: what comes after is news."""
    assert collect(engine, CITY, lambda _: [], NOON) == 0


def a_webhook(listener: Listener) -> Contacts:
    return {HOTLINE: (Channel(agency=HOTLINE, url=listener.url, secret=KEY),)}


def run_until_idle(engine: Engine, contacts: Contacts, now_ms: int) -> None:
    for _ in range(20):
        if not deliver_once(engine, {CITY: POLICY}, contacts, now_ms):
            return
    raise AssertionError("the deliveries do not come to rest")


def states(engine: Engine) -> list[tuple[str, int]]:
    with engine.connect() as sql:
        return [(row["state"], row["attempts"]) for row in deliveries(sql, CITY, 10)]


def test_a_notice_reaches_a_system_once_and_signed(database: Engine, listener: Listener) -> None:
    begin(database)
    say(database, 1)

    run_until_idle(database, a_webhook(listener), NOON)
    run_until_idle(database, a_webhook(listener), NOON + LEASE_MS * 2)

    [(headers, body)] = listener.heard
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.new(KEY.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{right}"
    assert json.loads(body)["task_id"] == "TC26-000001.1.1"
    assert states(database) == [("sent", 1)]


def test_people_hear_a_notice_in_words(database: Engine, listener: Listener) -> None:
    begin(database)
    say(database, 1)
    contacts = {HOTLINE: (Channel(agency=HOTLINE, url=listener.url.replace("http://", "json://")),)}

    run_until_idle(database, contacts, NOON)

    [(_, body)] = listener.heard
    assert json.loads(body)["message"] == words(_line(), POLICY, "zh")
    assert "催办" in words(_line(), POLICY, "zh")
    assert "2026-03-06 17:30" in words(_line(), POLICY, "en")


def _line() -> dict[str, str]:
    return {
        "kind": "nudged",
        "reason": "NOT_ACCEPTED",
        "problem_id": "TC26-000001",
        "place": VILLAGE,
        "category": NOISE,
        "agency": HOTLINE,
        "task_id": "TC26-000001.1.1",
        "due_at": "2026-03-06T17:30:00.000+08:00",
    }


def test_a_delivery_that_fails_is_tried_again_later_and_given_up_in_the_end(
    database: Engine, listener: Listener
) -> None:
    begin(database)
    say(database, 1)
    listener.status = 503
    contacts, now = a_webhook(listener), NOON

    run_until_idle(database, contacts, now)
    assert states(database) == [("waiting", 1)]
    for wait_ms in BACK_OFF_MS:
        run_until_idle(database, contacts, now + wait_ms - 1)
        now += wait_ms
        run_until_idle(database, contacts, now)

    assert states(database) == [("given_up", len(BACK_OFF_MS) + 1)]
    assert len(listener.heard) == len(BACK_OFF_MS) + 1
    assert len({headers["webhook-id"] for headers, _ in listener.heard}) == 1


def test_two_deliverers_claim_a_notice_once(database: Engine, listener: Listener) -> None:
    begin(database)
    for seq in range(1, 31):
        say(database, seq)
    contacts = a_webhook(listener)

    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda _: [deliver_once(database, {CITY: POLICY}, contacts, NOON) for _ in range(40)], "ab"
            )
        )
    run_until_idle(database, contacts, NOON)

    ids = [headers["webhook-id"] for headers, _ in listener.heard]
    assert len(ids) == len(set(ids)) == 30


def test_a_try_that_died_is_tried_again_when_its_lease_is_over(database: Engine, listener: Listener) -> None:
    begin(database)
    say(database, 1)
    contacts = a_webhook(listener)
    collect(database, CITY, lambda agency: keys_of(POLICY, contacts, agency), NOON)
    assert take_due(database, NOON) is not None

    run_until_idle(database, contacts, NOON + LEASE_MS - 1)
    assert listener.heard == []
    run_until_idle(database, contacts, NOON + LEASE_MS)

    assert len(listener.heard) == 1


def test_nothing_wakes_people_in_their_quiet_hours(database: Engine, listener: Listener) -> None:
    begin(database)
    say(database, 1)
    url = listener.url.replace("http://", "json://")
    contacts = {HOTLINE: (Channel(agency=HOTLINE, url=url, quiet="22:00-07:00"),)}

    run_until_idle(database, contacts, at("03-05 23:30"))
    assert listener.heard == []
    run_until_idle(database, contacts, at("03-06 07:00"))

    assert len(listener.heard) == 1


def test_a_history_is_no_news(database: Engine, listener: Listener) -> None:
    say(database, 1)

    run_until_idle(database, a_webhook(listener), NOON)

    assert listener.heard == []


def test_what_is_no_notice_is_not_delivered(database: Engine, listener: Listener) -> None:
    begin(database)
    say(database, 1, kind="problem_reinforced")
    say(database, 2, agency=COURT)

    run_until_idle(database, a_webhook(listener), NOON)

    assert listener.heard == []


def test_a_contacts_file_that_is_wrong_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "contacts.toml"
    file.write_text('[[channels]]\nagency = "police"\nurl = "json://x"\nquiet = "10pm"\n', encoding="utf-8")

    with pytest.raises(BadSetting, match=r"channels\.0\.quiet"):
        read_contacts(file)


def test_who_has_no_channel_is_told_through_its_deputy(database: Engine, listener: Listener) -> None:
    begin(database)
    say(database, 1, agency=COURT)
    court = replace(POLICY.agencies[COURT], deputy=HOTLINE)
    policy = replace(POLICY, agencies=POLICY.agencies | {COURT: court})

    assert deliver_once(database, {CITY: policy}, a_webhook(listener), NOON)

    assert len(listener.heard) == 1
