"""Between bytes on a topic and validated events: CloudEvents 1.0 structured, batch and binary mode.

The common case, a good event, is one call into pydantic; only what fails there is looked at again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from hub.schemas.envelope import EVENT_BYTES_MAX, RECORD_BYTES_MAX, Message
from hub.schemas.explain import explain
from hub.schemas.flaws import Flaw, flaw
from hub.schemas.inbound import INBOUND, INBOUND_BATCH, AssessmentSubmitted, Inbound
from hub.schemas.inbox import BATCH_EVENTS_MAX
from hub.schemas.reasons import RefusalCode

Decoded = Inbound | Flaw
Headers = Sequence[tuple[str, bytes | None]]

_STRUCTURED: Final = b"application/cloudevents"
_BLANK: Final = b" \t\r\n"
_validate: Final = INBOUND.validator.validate_json
_validate_parsed: Final = INBOUND.validator.validate_python
_validate_batch: Final = INBOUND_BATCH.validator.validate_json


def decode(value: bytes | None, headers: Headers) -> list[Decoded]:
    """Read one Kafka record: one outcome an event, in order, at least one; never raises, whatever the bytes.

    Binary mode is taken when a `ce_specversion` header is there and the content type does not say structured
    (CloudEvents Kafka protocol binding 1.0.2, section 3).
    """
    if not value:
        return [flaw(RefusalCode.MALFORMED)]
    if headers and is_binary(headers):
        return [_decode_binary(value, headers)]
    first = value[:1]
    if first in _BLANK:
        first = value.lstrip(_BLANK)[:1]
    if first == b"[":
        return _decode_batch(value)
    return [_decode_one(value)]


def encode(event: Inbound) -> str:
    """Write the canonical JSON of what was validated: every field but the empty ones, in the model's order.

    Never the raw bytes, as a repeated key could hide a text there that nobody screened.
    """
    return orjson.dumps(event, default=_given).decode()


def _given(part: Message) -> dict[str, object]:
    return {name: value for name, value in part.__dict__.items() if value is not None}


def _decode_one(value: bytes) -> Decoded:
    if len(value) > EVENT_BYTES_MAX:
        return flaw(RefusalCode.TOO_LARGE)
    try:
        event: Inbound = _validate(value)
    except ValidationError:
        try:
            return _decode_parsed(from_json(value, allow_inf_nan=False))
        except ValueError:
            return flaw(RefusalCode.MALFORMED)
    return event


def _decode_parsed(element: object) -> Decoded:
    # The one place that explains, so that a flaw reads the same alone, in a batch and in binary mode.
    try:
        event: Inbound = _validate_parsed(element)
    except ValidationError as error:
        return explain(element, error)
    return event


def _decode_batch(value: bytes) -> list[Decoded]:
    if len(value) > RECORD_BYTES_MAX:
        return [flaw(RefusalCode.TOO_LARGE)]
    try:
        events: list[Inbound] = _validate_batch(value)
    except ValidationError:
        return _decode_each(value)
    if not 0 < len(events) <= BATCH_EVENTS_MAX:
        return _decode_each(value)
    # No element of a short batch is too long, and no valid event but an assessment can be.
    if len(value) > EVENT_BYTES_MAX and any(type(event) is AssessmentSubmitted for event in events):
        return _decode_each(value)
    return list(events)


def _decode_each(value: bytes) -> list[Decoded]:
    try:
        elements: list[Any] = from_json(value, allow_inf_nan=False)
    except ValueError:
        return [flaw(RefusalCode.MALFORMED)]
    if not elements:
        return [flaw(RefusalCode.MALFORMED)]
    if len(elements) > BATCH_EVENTS_MAX:
        return [flaw(RefusalCode.TOO_LARGE)]
    # What is long is measured without the blanks around it, as its own bytes are lost in the batch.
    measured = len(value) > EVENT_BYTES_MAX
    return [
        flaw(RefusalCode.TOO_LARGE)
        if measured and len(to_json(element)) > EVENT_BYTES_MAX
        else _decode_parsed(element)
        for element in elements
    ]


def is_binary(headers: Headers) -> bool:
    """Whether the headers carry the attributes of an event, and the record's value its data alone."""
    binary = False
    for name, value in headers:
        lowered = name.lower()
        if lowered == "content-type" and value and value.lower().startswith(_STRUCTURED):
            return False
        binary = binary or lowered == "ce_specversion"
    return binary


def _decode_binary(value: bytes, headers: Headers) -> Decoded:
    if len(value) + sum(len(name) + len(text or b"") for name, text in headers) > EVENT_BYTES_MAX:
        return flaw(RefusalCode.TOO_LARGE)
    try:
        attributes = _attributes(headers)
        # Parsed on its own: pasted in as bytes, it could close the object and forge attributes.
        attributes["data"] = from_json(value, allow_inf_nan=False)
    except ValueError:
        return flaw(RefusalCode.MALFORMED)
    return _decode_parsed(attributes)


def _attributes(headers: Headers) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for name, value in headers:
        lowered = name.lower()
        if value is None:
            continue
        if lowered == "content-type":
            attributes["datacontenttype"] = value.decode().partition(";")[0].strip().lower()
        elif lowered.startswith("ce_"):
            attributes[lowered[3:]] = value.decode()
    return attributes
