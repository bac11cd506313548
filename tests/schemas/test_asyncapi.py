"""The AsyncAPI document keeps to the official schema, and says of the topics what the hub makes of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hub.schemas.inbound import INBOUND_TYPES
from hub.tools.asyncapi import asyncapi_document
from hub.topology import topics

OFFICIAL = json.loads((Path(__file__).parent / "asyncapi" / "3.0.0.json").read_text(encoding="utf-8"))
DOCUMENT = asyncapi_document()


def flaws(document: dict[str, Any]) -> list[str]:
    """What the official schema of AsyncAPI 3.0.0 has against a document."""
    found = jsonschema.Draft7Validator(OFFICIAL).iter_errors(document)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def test_the_document_keeps_to_the_official_schema() -> None:
    assert flaws(DOCUMENT) == []


@pytest.mark.parametrize(
    "change",
    [
        {"asyncapi": "9"},
        {"operations": {"x": {"action": "shout", "channel": {"$ref": "#/channels/inbox"}}}},
        {"channels": {"x": {"address": 1}}},
    ],
)
def test_the_official_schema_notices_a_flaw(change: dict[str, Any]) -> None:
    assert flaws(DOCUMENT | change)


def test_every_reference_leads_somewhere() -> None:
    for reference in re.findall(r'"\$ref": "(#/(?:components|channels)/[^"]+)"', json.dumps(DOCUMENT)):
        found: Any = DOCUMENT
        for part in reference[2:].split("/"):
            found = found[part]
        assert isinstance(found, dict), reference


def test_the_channels_are_the_topics_with_their_settings() -> None:
    said = {channel["address"]: channel["bindings"]["kafka"] for channel in DOCUMENT["channels"].values()}
    made = {topic.name: topic for topic in topics(["{agency}"], inbox_partitions=4, events_partitions=1)}

    assert set(said) == set(made)
    for name, topic in made.items():
        settings = said[name]["topicConfiguration"]
        assert {key: str(value) for key, value in settings.items()} == topic.settings
        assert said[name]["partitions"] == topic.partitions


@pytest.mark.parametrize("name", INBOUND_TYPES)
def test_an_example_keeps_to_the_payload_it_stands_by(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    schema = message["payload"] | {"components": DOCUMENT["components"]}

    assert message["examples"]
    for example in message["examples"]:
        jsonschema.Draft202012Validator(schema).validate(example["payload"])
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema).validate(example["payload"] | {"unknown": 1})
