"""Events over HTTP: published as they came, or refused at once with code and pointer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

from hub.api.app import make_api
from hub.api.holders import Holders
from hub.api.intake import BODY_BYTES_MAX, Intake
from hub.api.limits import Rate
from hub.store.keys import keys, revoke
from tests.api.city import BATCH, STRUCTURED, Served, serve


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = serve(tmp_path_factory.mktemp("api"))
    yield served
    served.engine.dispose()


def test_an_event_is_published_as_it_came_and_its_outcome_can_be_read(hub: Served) -> None:
    event = hub.event(1)

    posted = hub.post(event)

    assert posted.status_code == 202
    status_url = posted.json()["events"][0]["status_url"]
    agency, _, record = hub.log.records[-1]
    assert (agency, json.loads(record.value), record.key) == (hub.city.hotline, event, b"m-1")
    early = hub.client.get(status_url, headers=hub.head(hub.city.hotline))
    assert (early.status_code, early.json()["code"]) == (404, "NOT_IN_LOG")
    hub.take_all()
    status = hub.client.get(status_url, headers=hub.head(hub.city.hotline)).json()
    assert (status["id"], status["outcome"], len(status["entries"])) == ("e-1", "accepted", 1)


def test_a_batch_is_one_record_in_its_order(hub: Served) -> None:
    events = [hub.event(number) for number in range(10, 13)]
    before = len(hub.log.records)

    posted = hub.post(events)

    assert posted.json()["received"] == 3
    assert [json.loads(record.value) for _, _, record in hub.log.records[before:]] == [events]


def test_the_way_past_the_framework_answers_as_the_documented_route_does(hub: Served) -> None:
    holders = Holders(hub.engine, {hub.policy.jurisdiction: hub.policy})
    api = make_api(Intake(hub.engine, holders, hub.log), lambda _: None)
    framed = TestClient(Starlette(routes=[Mount("/v1", api)]))
    good, bad = json.dumps(hub.event(60)), json.dumps(hub.event(61, severity=9))
    head = hub.head(hub.city.hotline, content_type=STRUCTURED)
    asked = [
        (good, head),
        (bad, head),
        ("{", head),
        (good, {}),
        (good, head | {"content-type": "text/plain"}),
    ]

    for body, headers in asked:
        one, other = (
            client.post("/v1/events", content=body, headers=headers) for client in (hub.client, framed)
        )
        assert (one.status_code, one.json(), one.headers) == (other.status_code, other.json(), other.headers)


def test_what_waits_for_a_person_is_published_with_the_rest_of_its_batch(tmp_path: Path) -> None:
    served = serve(tmp_path, partitions=4)
    events = [served.event(number) for number in range(20)]
    events[7]["data"]["category"] = "QQ9"

    assert served.post(events).status_code == 202

    published = {event.id: event.data.category for event in served.log.events()}  # type: ignore[union-attr]
    assert published == {event["id"]: event["data"]["category"] for event in events}
    served.engine.dispose()


def test_over_several_partitions_each_matter_keeps_its_home(tmp_path: Path) -> None:
    served = serve(tmp_path, partitions=4)
    events = [served.event(number) for number in range(40)]

    assert served.post(events).status_code == 202
    for event in events:
        served.post(event)

    homes: dict[str, set[int]] = {}
    for _, partition, record in served.log.records:
        body = json.loads(record.value)
        for event in body if isinstance(body, list) else [body]:
            homes.setdefault(event["data"]["matter_id"], set()).add(partition)
    assert len(served.log.events()) == 80
    assert all(len(found) == 1 for found in homes.values())
    assert len(set.union(*homes.values())) == 4
    served.engine.dispose()


def test_binary_mode_is_taken_over_with_its_words_decoded(hub: Served) -> None:
    event = hub.event(20)
    head = {f"ce-{name}": str(value) for name, value in event.items() if name != "data"}
    head |= {"ce-subject": "%E4%B8%80%E8%A1%97", **hub.head(hub.city.hotline)}

    posted = hub.client.post("/v1/events", json=event["data"], headers=head)

    assert posted.status_code == 202
    published = hub.log.events()[-1]
    assert (published.id, published.subject) == ("e-20", "一街")


def test_plain_json_is_a_structured_event(hub: Served) -> None:
    assert hub.post(hub.event(21), kind="application/json").status_code == 202
    assert hub.log.events()[-1].id == "e-21"


def test_a_trace_goes_on_in_the_record(hub: Served) -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"

    hub.post(hub.event(22), traceparent=trace)

    assert dict(hub.log.records[-1][2].headers)["traceparent"] == trace.encode()


def test_a_batch_with_a_flaw_is_refused_whole_and_says_which_in_both_languages(hub: Served) -> None:
    before = len(hub.log.records)
    events = [hub.event(30), hub.event(31, severity=9), hub.event(32, summary="请联系 13912345678")]

    refused = hub.post(events)

    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    told = refused.json()["errors"]
    assert [(e["index"], e["id"], e["code"], e["pointer"]) for e in told] == [
        (1, "e-31", "SCHEMA_INVALID", "/data/severity"),
        (2, "e-32", "PERSONAL_DATA", "/data/summary"),
    ]
    assert told[0]["message_zh"] == "不能大于 4"
    assert told[0]["message_en"] == "must be at most 4"
    assert "13912345678" not in refused.text
    assert len(hub.log.records) == before


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"source": "urn:linkage:agency:ta-police"}, "SOURCE_MISMATCH", "/source"),
        ({"time": "2999-01-01T00:00:00Z"}, "CLOCK_SKEW", "/time"),
        ({"type": "linkage.weather.v1"}, "UNKNOWN_TYPE", "/type"),
        ({"specversion": None}, "NOT_CLOUDEVENT", "/specversion"),
    ],
)
def test_what_intake_would_refuse_is_refused_at_once(
    hub: Served, change: dict[str, object], code: str, pointer: str
) -> None:
    (told,) = hub.post(hub.event(40) | change).json()["errors"]

    assert (told["code"], told["pointer"]) == (code, pointer)


def test_a_place_outside_the_territory_is_refused(hub: Served) -> None:
    outside = hub.event(41, agency=hub.city.works, place=hub.city.villages(1)[0])

    (told,) = hub.post(outside, agency=hub.city.works).json()["errors"]

    assert (told["code"], told["pointer"]) == ("PLACE_OUTSIDE_TERRITORY", "/data/place")


def test_bytes_that_are_no_json_are_refused(hub: Served) -> None:
    assert hub.post(b"{not json").json()["errors"][0]["code"] == "MALFORMED"


@pytest.mark.parametrize("head", [{}, {"Authorization": "Bearer hub_1_2"}, {"Authorization": "Basic eDp5"}])
def test_without_a_working_key_nothing_is_taken(hub: Served, head: dict[str, str]) -> None:
    before = len(hub.log.records)

    refused = hub.client.post("/v1/events", json=hub.event(50), headers=head)

    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert "密钥" in refused.json()["message_zh"]
    assert len(hub.log.records) == before


def test_a_revoked_key_works_no_more(tmp_path: Path) -> None:
    served = serve(tmp_path)
    with served.engine.begin() as sql:
        served.key(served.city.hotline)
        (key,) = keys(sql)
        assert revoke(sql, key.id, 2)
        assert not revoke(sql, key.id, 3)

    assert served.post(served.event(1)).status_code == 401
    served.engine.dispose()


def test_the_secret_of_a_key_is_nowhere_in_the_database(
    hub: Served, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = hub.key(hub.city.hotline).rpartition("_")[2]
    files = list(tmp_path_factory.getbasetemp().rglob("hub.db*"))

    assert files
    assert [file for file in files if secret.encode() in file.read_bytes()] == []


def test_a_repeated_request_is_answered_as_the_first_and_published_once(hub: Served) -> None:
    event = hub.event(60)
    first = hub.post(event, idempotency_key="once")
    before = len(hub.log.records)

    again = hub.post(event, idempotency_key="once")

    assert (again.status_code, again.json()) == (202, first.json())
    assert len(hub.log.records) == before


def test_a_repeat_mark_is_one_agencys_own_and_of_one_content(hub: Served) -> None:
    hub.post(hub.event(61), idempotency_key="mine")

    other_content = hub.post(hub.event(62), idempotency_key="mine")
    other_agency = hub.post(
        hub.event(61, agency=hub.city.police), agency=hub.city.police, idempotency_key="mine"
    )

    assert (other_content.status_code, other_content.json()["code"]) == (409, "KEY_REUSED")
    assert other_agency.status_code == 202


def test_a_refused_request_may_be_mended_under_the_same_repeat_mark(hub: Served) -> None:
    assert hub.post(hub.event(63, severity=9), idempotency_key="mended").status_code == 422

    assert hub.post(hub.event(63), idempotency_key="mended").status_code == 202


def test_too_many_events_are_held_off_and_told_when_to_come_back(tmp_path: Path) -> None:
    served = serve(tmp_path, events_rate=Rate(per_s=0.1, burst=3))
    assert served.post([served.event(n) for n in range(3)]).status_code == 202

    held = served.post(served.event(4))

    assert (held.status_code, held.json()["code"], held.headers["retry-after"]) == (429, "TOO_FAST", "10")
    assert (
        served.post(served.event(5, agency=served.city.police), agency=served.city.police).status_code == 202
    )
    served.engine.dispose()


def test_a_log_that_is_away_is_said_so(hub: Served) -> None:
    hub.log.is_away = True
    away = hub.post(hub.event(70))
    hub.log.is_away = False

    assert (away.status_code, away.json()["code"]) == (503, "LOG_AWAY")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"[" + b" " * BODY_BYTES_MAX + b"]", BATCH, 413),
        (b"{}", "text/xml", 415),
        (b"[]", BATCH, 422),
    ],
)
def test_a_body_the_contract_has_no_room_for_is_refused(
    hub: Served, body: bytes, kind: str, status: int
) -> None:
    assert hub.post(body, kind=kind).status_code == status
