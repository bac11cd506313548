"""Documents for integrators are drawn from the code and stay true to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.core.screen import screen
from hub.schemas.codec import decode
from hub.schemas.flaws import Flaw
from hub.schemas.inbound import INBOUND_TYPES
from hub.schemas.outbound import cloud_event_type
from hub.schemas.personal import is_personal_field
from hub.schemas.reasons import DecisionKind
from hub.tools import documents

DOCS = documents.ROOT / "docs"
SAMPLES = sorted((DOCS / "samples").glob("*.json"))


def test_every_generated_document_is_fresh() -> None:
    assert documents.stale() == []


def test_a_changed_document_is_called_stale_and_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "ROOT", tmp_path)
    assert len(documents.write()) == len(documents.DOCUMENTS)
    (tmp_path / "docs/reasons.md").write_text("old", encoding="utf-8")
    assert documents.stale() == ["docs/reasons.md"]
    assert documents.write() == [tmp_path / "docs/reasons.md"]
    assert documents.stale() == []


def test_every_type_has_a_schema_and_no_other_file_lies_there() -> None:
    types = {*INBOUND_TYPES, *(cloud_event_type(kind) for kind in DecisionKind)}
    names = {path.stem for path in (DOCS / "schemas").glob("*.json")}
    assert types <= names
    drawn = {path.stem for path in documents.DOCUMENTS if path.parent.name == "schemas"}
    assert drawn == names


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_valid_whole_and_clean(path: Path) -> None:
    decoded = decode(path.read_bytes(), [])
    assert decoded
    for event in decoded:
        assert not isinstance(event, Flaw), event
        assert event.type == path.stem
        assert screen(event) is None


def test_every_inbound_type_has_a_sample() -> None:
    assert {path.stem for path in SAMPLES} == set(INBOUND_TYPES)


def test_no_schema_has_a_field_about_a_person() -> None:
    names = set()
    for path in (DOCS / "schemas").glob("*.json"):
        names |= set(_fields(json.loads(path.read_text(encoding="utf-8"))))
    assert {name for name in names if is_personal_field(name)} == {"name"}
    assert "summary" in names


def test_every_field_of_an_inbound_schema_is_described_or_has_one_value() -> None:
    for name in INBOUND_TYPES:
        schema = json.loads((DOCS / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
        parts = [schema, *schema.get("$defs", {}).values()]
        for part in parts:
            for field, rule in part["properties"].items():
                assert {"description", "const", "$ref", "discriminator"} & set(rule), (name, field)


def _fields(schema: dict[str, Any]) -> list[str]:
    return [
        field for part in [schema, *schema.get("$defs", {}).values()] for field in part.get("properties", {})
    ]
