"""Open311 GeoReport v2: services are categories, a request becomes a petition, and nothing personal is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from hub.schemas.inbound import PetitionReceived
from tests.api.city import Served, serve
from tests.e2e.cities import KINDS, a_report, an_update


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = serve(tmp_path_factory.mktemp("open311"))
    yield served
    served.engine.dispose()


def post(hub: Served, form: str = "json", **fields: str) -> Any:  # noqa: ANN401 - the client's own type
    """Ask for something, with the hotline's key unless another is given."""
    told = {
        "api_key": hub.key(hub.city.hotline),
        "service_code": "AA1",
        "address_id": hub.city.villages()[0],
        "description": "路灯不亮",
    }
    return hub.client.post(f"/open311/v2/requests.{form}", data=told | fields)


def read(hub: Served, path: str, **asked: str) -> Any:  # noqa: ANN401 - the client's own type
    """Read with the hotline's key."""
    return hub.client.get(f"/open311/v2{path}", params={"api_key": hub.key(hub.city.hotline)} | asked)


def test_services_are_the_finest_categories_that_are_not_restricted(hub: Served) -> None:
    rows = hub.client.get("/open311/v2/services.json").json()

    assert {row["service_code"] for row in rows} == set(KINDS)
    assert {row["group"] for row in rows} == {"甲", "乙"}


def test_a_request_becomes_a_petition_and_is_read_back(hub: Served) -> None:
    posted = post(hub)

    assert posted.status_code == 201
    number = posted.json()[0]["service_request_id"]
    event = hub.log.events()[-1]
    assert isinstance(event, PetitionReceived)
    assert event.data.matter_id == number
    hub.take_all()
    (told,) = read(hub, f"/requests/{number}.json").json()
    assert (told["status"], told["description"], told["service_code"]) == ("open", "路灯不亮", "AA1")
    assert told["address_id"] == hub.city.villages()[0]


def test_a_matter_its_source_closed_is_closed(hub: Served) -> None:
    hub.post([hub.event(1, category="BB1"), hub.event(2, category="BB1")])
    at = hub.log.events()[-1].time
    hub.post(an_update(hub.city.hotline, 3, at, of=1, status="resolved"))
    hub.take_all()

    statuses = {
        row["service_request_id"]: row["status"]
        for row in read(hub, "/requests.json", service_code="BB1").json()
    }
    assert statuses == {"m-1": "closed", "m-2": "open"}
    (closed,) = read(hub, "/requests.json", service_code="BB1", status="closed").json()
    assert closed["service_request_id"] == "m-1"
    assert read(hub, "/requests.json", service_request_id="m-2,m-none").json()[0]["status"] == "open"


@pytest.mark.parametrize("field", ["email", "first_name", "last_name", "phone", "device_id", "account_id"])
def test_a_field_about_a_person_is_refused_and_nothing_published(hub: Served, field: str) -> None:
    before = len(hub.log.records)

    refused = post(hub, **{field: "x"})

    assert refused.status_code == 400
    assert refused.json()[0]["description"].startswith(field)
    assert len(hub.log.records) == before


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"api_key": "hub_1_2"}, 403, "api_key"),
        ({"address_id": ""}, 400, "address_id"),
        ({"address_id": "nowhere"}, 400, "address_id"),
        ({"service_code": "ZZ1"}, 400, "service_code"),
        ({"description": "请回电13912345678"}, 400, "description"),
        ({"description": "长" * 201}, 400, "description"),
    ],
)
def test_what_the_hub_would_not_accept_is_refused_in_the_fields_own_name(
    hub: Served, fields: dict[str, str], status: int, named: str
) -> None:
    refused = post(hub, **fields)

    assert (refused.status_code, refused.json()[0]["code"]) == (status, str(status))
    assert refused.json()[0]["description"].startswith(named)


def test_an_agency_reads_its_own_requests_alone(hub: Served) -> None:
    other = a_report(hub.city.police, 70, hub.log.events()[-1].time, hub.city.villages()[0])
    hub.post(other, agency=hub.city.police)
    hub.take_all()

    numbers = [row["service_request_id"] for row in read(hub, "/requests.json").json()]
    assert "m-70" not in numbers
    assert read(hub, "/requests/m-70.json").status_code == 404
    assert hub.client.get("/open311/v2/requests.json").status_code == 403


def test_xml_says_the_same(hub: Served) -> None:
    posted = post(hub, form="xml")
    hub.take_all()

    number = ET.fromstring(posted.content).findtext("request/service_request_id")  # noqa: S314 - our own
    told = ET.fromstring(read(hub, f"/requests/{number}.xml").content)  # noqa: S314 - our own
    assert (told.tag, told.findtext("request/status")) == ("service_requests", "open")
    services = ET.fromstring(hub.client.get("/open311/v2/services.xml").content)  # noqa: S314 - our own
    assert len(services) == len(KINDS)


@pytest.mark.parametrize("asked", [{"status": "lost"}, {"start_date": "yesterday"}])
def test_a_filter_that_is_none_is_named(hub: Served, asked: dict[str, str]) -> None:
    refused = read(hub, "/requests.json", **asked)

    assert refused.status_code == 400
    assert next(iter(asked)) in refused.json()[0]["description"]
