"""CAP 1.2 (OASIS Common Alerting Protocol) in and out: an alert is an incident of one agency, and the way back.

What an alert cannot say in codes of the city, a mapping says:

```toml
agency = "emergency"                    # who publishes
category = "G"                          # for events that `categories` does not name
geocode = "GB2260"                      # valueName of the geocode that holds the place code; left out: the first one
[categories]                            # the alert's <event>, word for word
"Flood warning" = "G01"
```
"""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from pydantic import BaseModel, ConfigDict, ValidationError

from hub.schemas.envelope import EVENT_ID_PATTERN
from hub.schemas.inbound import IncidentReported
from hub.tools.mapping import MappingWrong

CAP: Final = "urn:oasis:names:tc:emergency:cap:1.2"
ALERT_BYTES_MAX: Final = 1024 * 1024
SUMMARY_MAX: Final = 200

KINDS: Final = {
    **dict.fromkeys(("Geo", "Met", "Env"), "natural"),
    **dict.fromkeys(("Fire", "Rescue", "Transport", "Infra", "CBRNE", "Safety", "Other"), "accident"),
    "Health": "health",
    "Security": "security",
}
"""CAP's categories as kinds of incident (突发事件应对法 2)."""

BACK: Final = {"natural": "Met", "accident": "Safety", "health": "Health", "security": "Security"}
SEVERITIES: Final = {"Extreme": 1, "Severe": 2, "Moderate": 3, "Minor": 4, "Unknown": 4}
WORDS: Final = {1: "Extreme", 2: "Severe", 3: "Moderate", 4: "Minor"}

REPORTED: Final = "linkage.incident.reported.v1"
UPDATED: Final = "linkage.matter.updated.v1"

_UNFIT: Final = re.compile(r"[\s,<&]")
"""What an identifier of an alert may not hold (CAP 1.2, 3.2.1)."""

_ID: Final = re.compile(EVENT_ID_PATTERN)


class CapMapping(BaseModel):
    """Which agency publishes, and which of the city's codes an alert means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: str
    category: str
    geocode: str | None = None
    categories: dict[str, str] = {}


class NotCap(Exception):
    """The file is no CAP 1.2 alert that can become an incident; the text says why."""


def load_cap_mapping(file: Path) -> CapMapping:
    """Read a mapping; raises `MappingWrong` with every key that does not fit."""
    try:
        return CapMapping.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingWrong(f"{file}: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise MappingWrong(f"{file}: {faults}") from None


def events_of(raw: bytes, mapping: CapMapping) -> list[dict[str, Any]]:
    """Turn one alert into events: an incident for each place it names, or their withdrawal when it is cancelled.

    Raises `NotCap`. An exercise, test or draft gives none. An update keeps the matters of the first alert.
    """
    alert = _parsed(raw)
    if _text(alert, "status") != "Actual":
        return []
    info = alert.find(f"{{{CAP}}}info")
    places = [] if info is None else _places(info, mapping)
    # The matter of an alert for one place is named after the alert alone, so that a bare cancellation finds it.
    parts = [(place, place if len(places) > 1 else "") for place in places]
    if _text(alert, "msgType") == "Cancel":
        gone = {"status": "withdrawn"}
        return [_event(alert, mapping, part, UPDATED, gone) for _, part in parts or [("", "")]]
    if info is None or not places:
        raise NotCap("没有区划代码 geocode / the alert has no geocode with a place code")
    return [_event(alert, mapping, part, REPORTED, _incident(mapping, info, place)) for place, part in parts]


def alert_of(event: IncidentReported, place_name: str, category_name: str) -> bytes:
    """Write an incident as a CAP 1.2 alert, for the systems that alerts are shared with."""
    data = event.data
    alert = ET.Element("alert", xmlns=CAP)
    for name, value in (
        ("identifier", _UNFIT.sub("-", data.matter_id)),
        ("sender", event.source.rpartition(":")[2]),
        ("sent", event.time.isoformat(timespec="seconds")),
        ("status", "Actual"),
        ("msgType", "Alert"),
        ("scope", "Restricted"),
        ("restriction", "linkage centre and its agencies"),
    ):
        ET.SubElement(alert, name).text = value
    info = ET.SubElement(alert, "info")
    for name, value in (
        ("language", "zh-CN"),
        ("category", BACK[data.incident_kind]),
        ("event", category_name),
        ("urgency", "Unknown"),
        ("severity", WORDS[data.severity]),
        ("certainty", "Observed"),
        ("onset", "" if data.occurred_at is None else data.occurred_at.isoformat(timespec="seconds")),
        ("headline", data.summary or category_name),
    ):
        if value:
            ET.SubElement(info, name).text = value
    area = ET.SubElement(info, "area")
    ET.SubElement(area, "areaDesc").text = place_name
    geocode = ET.SubElement(area, "geocode")
    ET.SubElement(geocode, "valueName").text = "GB2260"
    ET.SubElement(geocode, "value").text = data.place
    ET.indent(alert)
    return bytes(ET.tostring(alert, encoding="utf-8", xml_declaration=True))


def _parsed(raw: bytes) -> ET.Element:
    if len(raw) > ALERT_BYTES_MAX:
        raise NotCap("超过 1 MiB / larger than 1 MiB")
    if b"<!" in raw.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        raise NotCap("不接受 DTD / a document type is not taken")
    try:
        alert = ET.fromstring(raw)  # noqa: S314 - without a document type there is nothing to expand
    except ET.ParseError as error:
        raise NotCap(f"不是 XML / no XML: {error}") from None
    if alert.tag != f"{{{CAP}}}alert":
        raise NotCap(f"不是 CAP 1.2 / no CAP 1.2 alert: {alert.tag[:80]}")
    for name in ("identifier", "sender", "sent", "status", "msgType"):
        if not _text(alert, name):
            raise NotCap(f"缺少 {name} / {name} is missing")
    try:
        datetime.fromisoformat(_text(alert, "sent"))
    except ValueError:
        raise NotCap("sent 不是时刻 / sent is no time") from None
    return alert


def _text(element: ET.Element, name: str) -> str:
    return (element.findtext(f"{{{CAP}}}{name}") or "").strip()


def _origin(alert: ET.Element) -> str:
    """Give the identifier of the alert that began it: an update names it first among its references."""
    first = _text(alert, "references").split()[:1]
    parts = first[0].split(",") if first else []
    return parts[1] if len(parts) == 3 else _text(alert, "identifier")


def _places(info: ET.Element, mapping: CapMapping) -> list[str]:
    found = [
        _text(code, "value")
        for area in info.iter(f"{{{CAP}}}area")
        for code in area.iter(f"{{{CAP}}}geocode")
        if mapping.geocode in (None, _text(code, "valueName"))
    ]
    return list(dict.fromkeys(filter(None, found)))


def _event(
    alert: ET.Element, mapping: CapMapping, part: str, kind: str, data: dict[str, Any]
) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": _named(_text(alert, "identifier"), _text(alert, "sent"), part),
        "source": f"urn:linkage:agency:{mapping.agency}",
        "type": kind,
        "time": _text(alert, "sent"),
        "data": {"matter_id": _named(_origin(alert), part), **data},
    }


def _incident(mapping: CapMapping, info: ET.Element, place: str) -> dict[str, Any]:
    event = _text(info, "event")
    data: dict[str, Any] = {
        "place": place,
        "category": mapping.categories.get(event, mapping.category),
        "severity": SEVERITIES.get(_text(info, "severity"), 4),
        "nature": "report",
        "channel": "other",
        "incident_kind": KINDS.get(_text(info, "category"), "accident"),
        "summary": " ".join((_text(info, "headline") or event).split())[:SUMMARY_MAX],
    }
    onset = _text(info, "onset")
    return data | ({"occurred_at": onset} if onset else {})


def _named(*parts: str) -> str:
    """Give an id of the contract for words that need not be one."""
    text = ":".join(part for part in parts if part)
    return text if _ID.match(text) else sha256(text.encode()).hexdigest()[:40]
