"""The OpenAPI document is kept by the API: schemathesis asks everything it says may be asked, and more."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemathesis import openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from hub.api.limits import Rate
from tests.api.city import Served, serve

PLENTY = Rate(per_s=1e6, burst=1e6)
OPERATIONS = 11
CASES_MIN = 500

# A well-formed event may still be refused by the city's own policy: 422 is an answer to what fits the schema.
# An event made wrong for one kind of data may be right for another (a status that only a correction has), so that
# wrong ones are refused is not asked here. Walking every corner of seven event types through HTTP takes minutes and is
# the codec's own test.
CONFIG = """
seed = 7
[generation]
max-examples = 15
[phases.stateful]
enabled = false
[checks]
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422]
[[operations]]
include-name = "POST /events"
phases.coverage.enabled = false
generation.max-examples = 80
checks.negative_data_rejection.enabled = false
"""


def test_whatever_is_asked_the_api_answers_as_its_document_says(tmp_path: Path) -> None:
    served = serve(tmp_path, events_rate=PLENTY, reads_rate=PLENTY)
    served.post([served.event(number) for number in range(5)])
    served.take_all()
    config = SchemathesisConfig.from_str(CONFIG)
    config.projects.override.update(headers=served.head(served.city.hotline))
    schema = openapi.from_dict(document_for(served), config=config)
    schema.app = served.client.app

    cases: Counter[str] = Counter()
    statuses: Counter[tuple[str, int]] = Counter()
    wrong: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, ScenarioFinished):
            label = str(event.label)
            cases[label] += len(event.recorder.cases)
            statuses.update(
                (label, asked.response.status_code)
                for asked in event.recorder.interactions.values()
                if asked.response is not None
            )
            wrong += [
                f"{label}: {node.failure_info.failure}"
                for checks in event.recorder.checks.values()
                for node in checks
                if node.failure_info is not None
            ]
        elif isinstance(event, NonFatalError):
            wrong.append(str(event.info))
        elif isinstance(event, FatalError):
            wrong.append(repr(event.exception))

    assert wrong == []
    assert len([label for label, number in cases.items() if number]) == OPERATIONS
    assert sum(cases.values()) >= CASES_MIN
    assert statuses["POST /events", 202] > 0
    assert statuses["POST /events", 422] > 0
    served.engine.dispose()


def document_for(served: Served) -> dict[str, Any]:
    """The document, with the words only this agency and this city may say where it leaves them open."""
    document: dict[str, Any] = served.client.get("/v1/openapi.json").json()
    known = {
        "source": {"const": f"urn:linkage:agency:{served.city.hotline}"},
        "time": {"const": datetime.now(UTC).isoformat()},
        "place": {"enum": served.city.villages()},
        "category": {"enum": ["AA1", "BB2"]},
    }
    for name, model in document["components"]["schemas"].items():
        inbound = "specversion" in model.get("properties", {}) or name in ("Petition", "Incident", "Dispute")
        for field, pinned in known.items():
            if inbound and field in model["properties"]:
                model["properties"][field] = pinned
    return document
