"""The AsyncAPI 3 document of every topic, drawn from the message models and the topology.

Source: AsyncAPI specification 3.0.0, Kafka bindings 0.5.0. Schemas are written once under `components` and referred to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, Field, TypeAdapter

from hub import topology
from hub.core._said import ORDERED
from hub.schemas.inbound import INBOUND_TYPES
from hub.schemas.inbox import Message
from hub.schemas.outbound import (
    ORDER_COPIED,
    ORDER_RECALLED,
    DecisionEvent,
    OrderEvent,
    ReceiptEvent,
    cloud_event_type,
    order_type,
    receipt_type,
)
from hub.schemas.reasons import DecisionKind, Outcome, text

Json = dict[str, Any]

INBOX: Final[TypeAdapter[Message]] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])
VERSION: Final = "1.0.0"
SCHEMAS: Final = "#/components/schemas/{model}"
BINDING: Final = "0.5.0"
STRUCTURED: Final = "application/cloudevents+json"
ANY_AGENCY: Final = "{agency}"
SAMPLES: Final = Path(__file__).resolve().parents[2] / "docs" / "samples"

RECEIPTS: Final = {receipt_type(outcome): outcome for outcome in Outcome}
DECISIONS: Final = {name: kind for kind in DecisionKind if (name := cloud_event_type(kind)) not in RECEIPTS}


def asyncapi_document() -> Json:
    """Give the whole document as JSON values."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "联动中枢事件 / Linkage hub events",
            "version": VERSION,
            "description": (
                "单位向中枢报事件、收回执与任务; 中枢对外公布决定。"
                "Agencies publish events, read receipts and orders; the hub tells its decisions. "
                "Every message is a CloudEvent 1.0 in JSON; problems and agencies, never persons."
            ),
        },
        "defaultContentType": STRUCTURED,
        "servers": {
            "kafka": {
                "host": "{host}",
                "protocol": "kafka",
                "description": "Apache Kafka",
                "variables": {"host": {"default": "127.0.0.1:9092", "description": "HUB_BROKER"}},
            },
            "guarded": {
                "host": "{host}",
                "protocol": "kafka-secure",
                "description": "Apache Kafka 认人: 每个单位只写自己的事件 / that asks who is there",
                "variables": {"host": {"default": "127.0.0.1:9093", "description": "HUB_BROKER"}},
                "security": [{"$ref": "#/components/securitySchemes/login"}],
            },
        },
        "channels": _channels(),
        "operations": _operations(),
        "components": {
            "messages": _messages(),
            "schemas": _schemas(),
            "securitySchemes": {
                "login": {"type": "scramSha512", "description": "hub agencies login issue AGENCY"}
            },
        },
    }


def asyncapi_text() -> str:
    """Give the document as it is committed."""
    return json.dumps(asyncapi_document(), ensure_ascii=False, indent=1) + "\n"


class Channel(NamedTuple):
    """One topic: where it is, what for, and the messages it carries."""

    address: str
    summary: str
    messages: Iterable[str]


def _channels() -> Json:
    known = {
        topic.name: topic for topic in topology.topics([ANY_AGENCY], inbox_partitions=4, events_partitions=1)
    }
    channels: Json = {}
    for name, channel in _told().items():
        channels[name] = {
            "address": channel.address,
            "description": channel.summary,
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in channel.messages},
            "bindings": {"kafka": _topic_binding(known[channel.address])},
        }
        if ANY_AGENCY in channel.address:
            channels[name]["parameters"] = {
                "agency": {"description": "单位 / agency id, ^[a-z0-9-]{1,40}$", "examples": ["hotline"]}
            }
    return channels


def _told() -> dict[str, Channel]:
    by_topic: dict[str, list[str]] = {}
    for name, kind in DECISIONS.items():
        by_topic.setdefault(topology.decision_topic(kind), []).append(name)
    outbound = {
        topic.split(".")[1]: Channel(topic, summary, by_topic.get(topic, []))
        for topic, summary in OUTBOUND.items()
    }
    return {
        "agencyEvents": Channel(
            topology.events_topic(ANY_AGENCY),
            "单位报送的事件, 一条记录一个或至多 500 个 / one event a record, or an array of up to 500",
            INBOUND_TYPES,
        ),
        "agencyReceipts": Channel(
            topology.receipts_topic(ANY_AGENCY),
            "每个事件的结果, 键为事件 id / what became of each event, keyed by its id",
            RECEIPTS,
        ),
        "agencyOrders": Channel(
            topology.orders_topic(ANY_AGENCY),
            "派单、催办、督办, 键为任务号 / tasks, nudges and supervision, keyed by task",
            ORDERS,
        ),
        "inbox": Channel(
            topology.INBOX,
            "中枢内部的唯一有序日志, 键为辖区 / the hub's own ordered log, keyed by jurisdiction",
            [INBOX_MESSAGE],
        ),
        **outbound,
    }


ORDERS: Final = {
    **{
        order_type(kind): text(kind, "zh") + " / " + text(kind, "en")
        for kind in DecisionKind
        if kind in ORDERED
    },
    ORDER_RECALLED: "任务收回 / a task is no longer the agency's",
    ORDER_COPIED: "抄送, 只供知情 / for information: the agency took part before the problem changed hands",
}
"""What an agency is told about its tasks."""

OUTBOUND: Final = {
    topology.PROBLEMS: "顽疾的决定, 键为顽疾编号 / decisions on problems, keyed by number",
    topology.ESCALATIONS: "升级与降级 / moves between tiers",
    topology.TASKS: "任务的决定 / decisions on tasks",
    topology.NOTICES: "催办、督办、通报等 / notices",
}
INBOX_MESSAGE: Final = "hub.inbox.v1"


def _topic_binding(topic: topology.Topic) -> Json:
    settings = {
        name: int(value)
        for name, value in topic.settings.items()
        if name in ("retention.ms", "max.message.bytes")
    }
    return {
        "partitions": topic.partitions,
        "topicConfiguration": settings,
        "bindingVersion": BINDING,
    }


def _operations() -> Json:
    told = {
        "receiveEvents": ("receive", "agencyEvents", "单位发布, 中枢接收 / agencies publish, the hub takes"),
        "sendReceipts": ("send", "agencyReceipts", "中枢回告结果 / the hub says what became of each event"),
        "sendOrders": ("send", "agencyOrders", "中枢派单 / the hub gives orders"),
        "keepLog": ("receive", "inbox", "中枢内部 / inside the hub"),
        **{
            f"send{name.capitalize()}": ("send", name, summary)
            for address, summary in OUTBOUND.items()
            for name in [address.split(".")[1]]
        },
    }
    return {
        name: {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}
        for name, (action, channel, summary) in told.items()
    }


def _messages() -> Json:
    messages = {
        name: _message(name, model.__name__, model.__doc__, "matter or task, or nothing")
        for name, model in INBOUND_TYPES.items()
    }
    for name in INBOUND_TYPES:
        sample = SAMPLES / f"{name}.json"
        # An installed hub has no documents beside it; its page then shows no examples.
        if sample.is_file():
            messages[name]["examples"] = _examples(sample)
    for name, outcome in RECEIPTS.items():
        summary = f"{text(outcome, 'zh')} / {text(outcome, 'en')}"
        messages[name] = _message(name, ReceiptEvent.__name__, summary, "event id")
    for name, summary in ORDERS.items():
        messages[name] = _message(name, OrderEvent.__name__, summary, "task, or problem")
    for name, kind in DECISIONS.items():
        summary = f"{text(kind, 'zh')} / {text(kind, 'en')}"
        messages[name] = _message(name, DecisionEvent.__name__, summary, "problem or task")
    messages[INBOX_MESSAGE] = {
        "name": INBOX_MESSAGE,
        "contentType": "application/json",
        "summary": "内部消息 / internal",
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": INBOX.json_schema(),
        },
    }
    return messages


def _message(name: str, model: str, summary: str | None, key: str) -> Json:
    return {
        "name": name,
        "contentType": STRUCTURED,
        "summary": (summary or "").splitlines()[0],
        "payload": {"$ref": SCHEMAS.format(model=model)},
        "bindings": {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": BINDING}},
    }


def _examples(sample: Path) -> list[Json]:
    told = json.loads(sample.read_text(encoding="utf-8"))
    events = told if isinstance(told, list) else [told]
    return [{"name": f"{sample.stem}-{number}", "payload": event} for number, event in enumerate(events, 1)]


def _schemas() -> Json:
    schemas: Json = {}
    models: Iterable[type[BaseModel]] = (*INBOUND_TYPES.values(), ReceiptEvent, DecisionEvent, OrderEvent)
    for model in models:
        drawn = model.model_json_schema(ref_template=SCHEMAS)
        schemas |= drawn.pop("$defs", {})
        schemas[model.__name__] = drawn
    return {name: _as_asyncapi(schemas[name]) for name in sorted(schemas)}


def _as_asyncapi(schema: Any) -> Any:  # noqa: ANN401 - any JSON
    """AsyncAPI's own `discriminator` is a name; OpenAPI's, which pydantic writes, is an object and goes."""
    if isinstance(schema, Mapping):
        return {
            name: _as_asyncapi(value)
            for name, value in schema.items()
            if not (name == "discriminator" and isinstance(value, Mapping) and "mapping" in value)
        }
    return [_as_asyncapi(value) for value in schema] if isinstance(schema, list) else schema
