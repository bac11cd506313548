"""Why an event was not taken: the slow path, walked only by what failed validation.

The order is fixed: a CloudEvent, a known type, no field about a person, each field's own rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from hub.schemas.envelope import DATE_PATTERN, EVENT_ID_PATTERN, INSTANT_PATTERN, PLAIN_PATTERN
from hub.schemas.flaws import Flaw, flaw, sentence
from hub.schemas.inbound import INBOUND_TYPES
from hub.schemas.personal import has_identity_number, is_known_field, is_personal_field
from hub.schemas.reasons import RefusalCode

_EVENT_ID: Final = re.compile(EVENT_ID_PATTERN)
# A field's name comes from outside too: a pointer repeats only plain words, never a long number.
_PLAIN_SEGMENT: Final = re.compile(r"^(?:[A-Za-z][A-Za-z_]{0,39}[0-9]{0,3})$")
_REQUIRED: Final = ("specversion", "id", "source", "type")
_SHAPES: Final = {PLAIN_PATTERN: "text", INSTANT_PATTERN: "instant", DATE_PATTERN: "day"}
# Errors that concern the field that tells union members apart; pydantic reports them one level above it.
_TAG_ERRORS: Final = frozenset({"union_tag_invalid", "union_tag_not_found"})


def explain(event: object, error: ValidationError) -> Flaw:
    """Say in one flaw why `event`, parsed JSON of allowed size, failed with `error`; never raises."""
    if not isinstance(event, dict):
        return flaw(RefusalCode.NOT_CLOUDEVENT)
    event_id = safe_event_id(event.get("id"))
    for attribute in _REQUIRED:
        if not isinstance(event.get(attribute), str):
            return flaw(RefusalCode.NOT_CLOUDEVENT, f"/{attribute}", event_id)
    if event["type"] not in INBOUND_TYPES:
        return flaw(RefusalCode.UNKNOWN_TYPE, "/type", event_id)
    personal = _find_personal_field(event, ())
    if personal is not None:
        return flaw(RefusalCode.PERSONAL_DATA, personal, event_id)
    return _first_error(event, error, event_id)


def safe_event_id(value: object) -> str:
    """The id when it keeps to the contract and holds no identity number, else ""."""
    if isinstance(value, str) and _EVENT_ID.match(value) and not has_identity_number(value):
        return value
    return ""


def pointer(path: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901) to `path`; it ends above a field whose name is not safe to repeat."""
    parts: list[str] = []
    for segment in path:
        if isinstance(segment, str) and not (_PLAIN_SEGMENT.match(segment) or is_known_field(segment)):
            break
        parts.append(f"/{segment}")
    return "".join(parts)


def _first_error(event: dict[str, Any], error: ValidationError, event_id: str) -> Flaw:
    details = error.errors(include_url=False, include_input=False)[0]
    context: Mapping[str, Any] = details.get("ctx", {})
    path = _path(event, details["loc"])
    if details["type"] in _TAG_ERRORS:
        path = (*path, str(context["discriminator"]).strip("'"))
    zh, en = sentence(details["type"], context, _SHAPES.get(str(context.get("pattern")), "pattern"))
    return Flaw(RefusalCode.SCHEMA_INVALID, pointer(path), zh, en, event_id)


def _path(event: dict[str, Any], location: Sequence[str | int]) -> tuple[str | int, ...]:
    """Where in the JSON an error lies: pydantic's location without the union tags it puts in between."""
    path = list(location[1:])
    data = event.get("data")
    if (
        len(path) > 1
        and path[0] == "data"
        and isinstance(data, dict)
        and path[1] in (data.get("status"), data.get("reply"))
    ):
        del path[1]
    return tuple(path)


def _find_personal_field(value: object, path: tuple[str | int, ...]) -> str | None:
    """The pointer of the first field, at any depth, whose name speaks of a person."""
    # The evidence of a reply names files: the one `name` the contract knows.
    if isinstance(value, dict):
        for name, inner in value.items():
            if is_personal_field(name) and not (name == "name" and path[:2] == ("data", "evidence")):
                return pointer((*path, name))
            found = _find_personal_field(inner, (*path, name))
            if found is not None:
                return found
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found = _find_personal_field(inner, (*path, index))
            if found is not None:
                return found
    return None
