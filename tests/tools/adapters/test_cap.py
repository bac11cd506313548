"""A CAP 1.2 alert becomes an incident, its update stays the same matter, and an incident becomes an alert again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.schemas.codec import decode
from hub.schemas.flaws import Flaw
from hub.schemas.inbound import IncidentReported
from hub.tools.adapters.cap import CAP, CapMapping, NotCap, alert_of, events_of, load_cap_mapping
from hub.tools.mapping import MappingWrong
from tests.api.city import serve
from tests.e2e.cities import make_city

MAPPING = CapMapping(
    agency="ta-hotline", category="BB1", geocode="GB2260", categories={"Flood warning": "AA1"}
)


def an_alert(
    identifier: str = "CN-1", kind: str = "Alert", more: str = "", info: str = "", **fields: str
) -> bytes:
    """One alert; `more` and `info` are XML, fields replace what stands in it."""
    told = {"status": "Actual", "severity": "Severe", "category": "Met", "event": "Flood warning"} | fields
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{CAP}"><identifier>{identifier}</identifier><sender>met@example</sender>
<sent>2026-03-02T09:00:00+08:00</sent><status>{told["status"]}</status><msgType>{kind}</msgType><scope>Public</scope>{more}
<info><language>zh-CN</language><category>{told["category"]}</category><event>{told["event"]}</event>
<urgency>Expected</urgency><severity>{told["severity"]}</severity><certainty>Likely</certainty>
<headline>沙溪水位将超警戒</headline>
<area><areaDesc>沙溪沿岸</areaDesc><geocode><valueName>FIPS6</valueName><value>006037</value></geocode>
<geocode><valueName>GB2260</valueName><value>TA-000</value></geocode>{info}</area></info></alert>""".encode()


def checked(events: list[dict[str, Any]]) -> list[Any]:
    """The events as the hub reads them; none may be flawed."""
    taken = decode(json.dumps(events).encode(), [])
    assert not [event for event in taken if isinstance(event, Flaw)], taken
    return taken


def test_an_alert_is_an_incident_with_the_citys_own_codes() -> None:
    (event,) = checked(events_of(an_alert(), MAPPING))

    assert isinstance(event, IncidentReported)
    data = event.data
    assert (data.place, data.category, data.severity, data.incident_kind) == ("TA-000", "AA1", 2, "natural")
    assert (data.matter_id, data.summary) == ("CN-1", "沙溪水位将超警戒")


@pytest.mark.parametrize(
    ("fields", "severity", "kind", "category"),
    [
        ({"severity": "Extreme", "category": "Health", "event": "Outbreak"}, 1, "health", "BB1"),
        ({"severity": "Unknown", "category": "Security"}, 4, "security", "AA1"),
        ({"severity": "Moderate", "category": "Fire"}, 3, "accident", "AA1"),
    ],
)
def test_words_of_the_alert_become_words_of_the_contract(
    fields: dict[str, str], severity: int, kind: str, category: str
) -> None:
    (event,) = checked(events_of(an_alert(**fields), MAPPING))

    assert (event.data.severity, event.data.incident_kind, event.data.category) == (severity, kind, category)


def test_an_update_is_news_of_the_same_matter_and_a_cancellation_withdraws_it() -> None:
    said = "<references>met@example,CN-1,2026-03-02T09:00:00+08:00</references>"

    (first,), (update,), (cancelled,) = (
        checked(events_of(raw, MAPPING))
        for raw in (an_alert(), an_alert("CN-2", "Update", said), an_alert("CN-3", "Cancel", said))
    )

    assert first.id != update.id
    assert first.data.matter_id == update.data.matter_id == cancelled.data.matter_id
    assert cancelled.data.status == "withdrawn"


def test_an_alert_for_several_places_is_an_incident_in_each() -> None:
    more = "<geocode><valueName>GB2260</valueName><value>TA-001</value></geocode>"

    events = checked(events_of(an_alert(info=more), MAPPING))

    assert [event.data.place for event in events] == ["TA-000", "TA-001"]
    assert len({event.id for event in events}) == len({event.data.matter_id for event in events}) == 2


@pytest.mark.parametrize("status", ["Exercise", "System", "Test", "Draft"])
def test_what_is_not_actual_is_no_incident(status: str) -> None:
    assert events_of(an_alert(status=status), MAPPING) == []


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"<alert/>", "no CAP 1.2"),
        (b"<alert", "no XML"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "document type"),
        (b"x" * (1024 * 1024 + 1), "1 MiB"),
        (an_alert().replace(b"<sender>met@example</sender>", b""), "sender is missing"),
        (an_alert().replace(b"GB2260", b"OTHER"), "no geocode"),
    ],
)
def test_what_cannot_be_an_incident_is_said_why(raw: bytes, said: str) -> None:
    with pytest.raises(NotCap, match=said):
        events_of(raw, MAPPING)


def test_an_incident_becomes_an_alert_and_that_the_same_incident() -> None:
    (event,) = checked(events_of(an_alert(), MAPPING))

    written = alert_of(event, "某村", "Flood warning")

    alert = ET.fromstring(written)  # noqa: S314 - our own
    order = [child.tag.rpartition("}")[2] for child in alert]
    assert order == ["identifier", "sender", "sent", "status", "msgType", "scope", "restriction", "info"]
    (again,) = checked(events_of(written, MAPPING))
    assert again.data == event.data
    assert again.time == event.time


def test_a_mapping_with_a_wrong_key_is_named(tmp_path: Path) -> None:
    file = tmp_path / "cap.toml"
    file.write_text('agency = "a"\ncolour = "red"\n', encoding="utf-8")

    with pytest.raises(MappingWrong, match="colour"):
        load_cap_mapping(file)


def test_an_alert_is_imported_like_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_city(tmp_path / "city", "TA")
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "city"))
    (tmp_path / "cap.toml").write_text('agency = "ta-hotline"\ncategory = "AA1"\ngeocode = "GB2260"\n')
    (tmp_path / "alert.xml").write_bytes(an_alert())
    command = ["import", str(tmp_path / "alert.xml"), "--mapping", str(tmp_path / "cap.toml"), "--dry-run"]

    done = CliRunner().invoke(app, command)

    assert (done.exit_code, done.stdout.strip()) == (0, "accepted: 1")


def test_an_accepted_incident_is_written_as_an_alert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = serve(tmp_path)
    incident = hub.event(1, incident_kind="accident", severity=2) | {"type": "linkage.incident.reported.v1"}
    assert hub.post([incident, hub.event(2)]).status_code == 202
    hub.take_all()
    monkeypatch.setenv("HUB_CONFIG", str(tmp_path / "city"))
    monkeypatch.setenv("HUB_DATABASE", f"sqlite:///{tmp_path}/hub.db")

    written = CliRunner().invoke(app, ["events", "cap", hub.city.hotline, "e-1"])
    petition = CliRunner().invoke(app, ["events", "cap", hub.city.hotline, "e-2"])

    assert "<identifier>m-1</identifier>" in written.stdout
    assert "<severity>Severe</severity>" in written.stdout
    assert (petition.exit_code, petition.stdout) == (1, "")
    hub.engine.dispose()
