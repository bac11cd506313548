"""Whether published messages still keep their word: a field once published is never removed, renamed or retyped.

What was ever published stands in `docs/schemas/published.json`: each message's fields, with type and values. The file
grows with the models and never shrinks, so that a field that vanishes is noticed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from hub.schemas.inbound import INBOUND_TYPES
from hub.schemas.outbound import DecisionEvent, ReceiptEvent

Shape = dict[str, dict[str, str]]
"""Message -> path of a field -> its type; a required field of an inbound message is one that senders must know."""

BASELINE: Final = Path(__file__).resolve().parents[2] / "docs" / "schemas" / "published.json"
MODELS: Final[dict[str, type[BaseModel]]] = {
    **INBOUND_TYPES,
    "decision": DecisionEvent,
    "receipt": ReceiptEvent,
}
REQUIRED: Final = "!"


def shape() -> Shape:
    """Give every message's fields as the code has them now."""
    return {name: shape_of(model.model_json_schema()) for name, model in MODELS.items()}


def shape_of(schema: Mapping[str, Any]) -> dict[str, str]:
    """Give the fields of one JSON Schema, nested ones by their path."""
    return dict(sorted(_fields(schema, schema.get("$defs", {}), "")))


def breaks(before: Shape, after: Shape) -> list[str]:
    """Give every promise of `before` that `after` does not keep, as `message path: what`.

    A new field may come. One that is gone, has another type or lost a value breaks its readers; one that inbound
    messages must suddenly carry breaks their senders.
    """
    found: list[str] = []
    for message, fields in before.items():
        now = after.get(message)
        if now is None:
            found.append(f"{message}: gone")
            continue
        found += [
            f"{message} {path}: {why}"
            for path, was in fields.items()
            if (why := _change(was, now.get(path))) is not None
        ]
        if message in INBOUND_TYPES:
            new = sorted(now.keys() - fields.keys())
            found += [f"{message} {path}: new and required" for path in new if now[path].endswith(REQUIRED)]
    return found


def published() -> Shape:
    """Give what was ever published."""
    read: Shape = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.is_file() else {}
    return read


def grown() -> str:
    """Give the baseline with what is new; raises `ValueError` when a promise would be broken."""
    before, after = published(), shape()
    if broken := breaks(before, after):
        raise ValueError("已发布的字段不可删改 / a published field may not change: " + "; ".join(broken))
    merged = {name: dict(sorted((before.get(name, {}) | fields).items())) for name, fields in after.items()}
    return json.dumps(merged, ensure_ascii=False, indent=1) + "\n"


def _change(was: str, now: str | None) -> str | None:
    if now is None:
        return "gone"
    old, new = _values(was), _values(now)
    if old is not None and new is not None:
        lost = sorted(old - new)
        return f"no longer {', '.join(lost)}" if lost else _demand(was, now)
    if was.rstrip(REQUIRED) != now.rstrip(REQUIRED):
        return f"{was.rstrip(REQUIRED)} became {now.rstrip(REQUIRED)}"
    return _demand(was, now)


def _demand(was: str, now: str) -> str | None:
    return "became required" if now.endswith(REQUIRED) and not was.endswith(REQUIRED) else None


def _values(kind: str) -> set[str] | None:
    kind = kind.rstrip(REQUIRED)
    return set(kind.removeprefix("one of ").split("|")) if kind.startswith("one of ") else None


def _fields(schema: Mapping[str, Any], known: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Walk the properties of an object, of the items of an array, and of every alternative."""
    schema = _resolved(schema, known)
    if schema.get("type") == "array":
        yield from _fields(schema.get("items", {}), known, f"{path}[]")
    for other in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _fields(other, known, f"{path}{_tag(_resolved(other, known))}")
    required = schema.get("required", ())
    for name, rule in schema.get("properties", {}).items():
        inner = f"{path}.{name}" if path else name
        yield inner, _kind(rule, known) + (REQUIRED if name in required else "")
        yield from _fields(rule, known, inner)


def _tag(schema: Mapping[str, Any]) -> str:
    """Tell alternatives apart by the one value of the field that chooses them."""
    for rule in schema.get("properties", {}).values():
        if "const" in rule:
            return f"({rule['const']})"
    return ""


def _kind(rule: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    rule = _resolved(rule, known)
    if "const" in rule:
        return f"one of {rule['const']}"
    if "enum" in rule:
        return "one of " + "|".join(sorted(str(value) for value in rule["enum"]))
    alternatives = [_kind(other, known) for other in (*rule.get("anyOf", ()), *rule.get("oneOf", ()))]
    if alternatives:
        return " or ".join(dict.fromkeys(alternatives))
    return str(rule.get("format") or rule.get("type", "any"))


def _resolved(rule: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in rule:
        found: Mapping[str, Any] = known[rule["$ref"].rpartition("/")[2]]
        return found
    return rule
