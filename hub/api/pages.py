"""`/docs/events`: the AsyncAPI document as one page, drawn here, with nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from hub.tools.asyncapi import ORDERS, asyncapi_document

HERE: Final = Path(__file__).parent
TEMPLATES: Final = Jinja2Templates(HERE / "templates")
DEPTH_MAX: Final = 4


class Field(NamedTuple):
    """One field of a message: where, what, whether it must be there, and what it is."""

    path: str
    kind: str
    required: bool
    text: str


def add_event_pages(parent: FastAPI) -> None:
    """Let `parent` show the document at `/docs/events` and give it as JSON at `/docs/asyncapi.json`."""

    @parent.get("/docs/events", response_class=HTMLResponse, include_in_schema=False)
    def events(request: Request) -> Response:
        return TEMPLATES.TemplateResponse(request, "events.html", shown())

    @parent.get("/docs/events.css", include_in_schema=False)
    def style() -> Response:
        return Response((HERE / "templates" / "events.css").read_bytes(), media_type="text/css")

    @parent.get("/docs/asyncapi.json", include_in_schema=False)
    def document() -> Response:
        return Response(orjson.dumps(asyncapi_document()), media_type="application/json")


@cache
def shown() -> dict[str, Any]:
    """Give what the page shows: channels in the order of the flow, each message once."""
    document = asyncapi_document()
    drawn = {
        name for name, message in document["components"]["messages"].items() if "$ref" in message["payload"]
    }
    messages, schemas = document["components"]["messages"], document["components"]["schemas"]
    return {
        "title": document["info"]["title"],
        "text": document["info"]["description"],
        "version": document["info"]["version"],
        "channels": [
            {
                **channel,
                "names": [name for name in channel["messages"] if name in drawn],
                "settings": channel["bindings"]["kafka"],
            }
            for channel in document["channels"].values()
        ],
        "messages": [
            {
                "name": name,
                "summary": message["summary"],
                "fields": list(_fields(message["payload"], schemas, "", 0)),
                "is_order": name in ORDERS,
                "examples": [
                    orjson.dumps(example["payload"], option=orjson.OPT_INDENT_2).decode()
                    for example in message.get("examples", [])
                ],
            }
            for name, message in messages.items()
            if name in drawn
        ],
    }


def _fields(rule: dict[str, Any], schemas: dict[str, Any], path: str, depth: int) -> Iterator[Field]:
    rule = _resolved(rule, schemas)
    if depth == DEPTH_MAX:
        return
    required = rule.get("required", ())
    for name, inner in rule.get("properties", {}).items():
        told = _resolved(inner, schemas)
        here = f"{path}.{name}" if path else name
        words = inner.get("description", told.get("description", ""))
        yield Field(here, _kind(told, schemas), name in required, words)
        for alternative in (told, *told.get("anyOf", ()), *told.get("oneOf", ())):
            items = _resolved(alternative, schemas).get("items")
            yield from _fields(alternative, schemas, here, depth + 1)
            if items is not None:
                yield from _fields(items, schemas, f"{here}[]", depth + 1)


def _kind(rule: dict[str, Any], schemas: dict[str, Any]) -> str:
    if "const" in rule:
        return f'"{rule["const"]}"'
    if "enum" in rule:
        return " | ".join(str(value) for value in rule["enum"])
    for word in ("anyOf", "oneOf"):
        if word in rule:
            kinds = (_kind(_resolved(other, schemas), schemas) for other in rule[word])
            return " | ".join(kind for kind in dict.fromkeys(kinds) if kind != "null")
    return str(rule.get("format") or rule.get("type", ""))


def _resolved(rule: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in rule:
        found: dict[str, Any] = schemas[rule["$ref"].rpartition("/")[2]]
        return found
    return rule
