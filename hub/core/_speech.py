"""How the core's outputs read outside: decision lines, and CloudEvents with ids derived from their causes."""

from __future__ import annotations

from datetime import tzinfo
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from hub.core._posts import Entry, Order
from hub.model.clock import local
from hub.model.decision import Decision, Measure
from hub.model.ids import derive_id
from hub.policies.models import Policy
from hub.schemas.answers import CommandCode
from hub.schemas.commands import COMMANDS
from hub.schemas.inbox import POSITIONS_PER_OFFSET
from hub.schemas.outbound import (
    HUB_SOURCE,
    ORDER_COPIED,
    ORDER_RECALLED,
    cloud_event_type,
    order_type,
    receipt_type,
)
from hub.schemas.reasons import RefusalCode, text

Fields = dict[str, Any]


class Post(NamedTuple):
    """One outgoing CloudEvent: the message key and its JSON."""

    key: str
    body: str


def line_of(decision: Decision, policy: Policy) -> Fields:
    """Give a decision as the fields of its line, in the contract's order; what does not apply is absent."""
    fields: Fields = {
        "seq": decision.seq,
        "at": _rfc3339(decision.at_ms, policy.zone),
        "kind": decision.kind,
        "problem_id": decision.problem_id,
        "tier": decision.tier,
        "place_tier": decision.place_tier,
        "place": decision.place,
        "category": decision.category,
    }
    if decision.agency:
        fields["agency"] = decision.agency
    if decision.task_id:
        fields["task_id"] = decision.task_id
    fields["reason"] = decision.reason
    if decision.labels:
        fields["labels"] = decision.labels
    if decision.due_ms is not None:
        fields["due_at"] = _rfc3339(decision.due_ms, policy.zone)
    if decision.evidence:
        fields["evidence"] = decision.evidence
    if decision.measure is not None:
        fields["measure"] = _measure(decision.measure)
    if decision.into:
        fields["into"] = decision.into
    if decision.label is not None:
        fields["label"] = decision.label
    fields["policy"] = decision.policy
    fields["cause"] = decision.cause
    return fields


def _measure(measure: Measure) -> Fields:
    fields: Fields = {"observed": measure.observed}
    if measure.expected is not None:
        fields["expected"] = measure.expected
    if measure.window_days:
        fields["window_days"] = measure.window_days
    fields["matters"] = measure.observed if measure.matters is None else measure.matters
    if measure.chance_interval_days is not None:
        fields["chance_interval_days"] = measure.chance_interval_days
    if measure.cells is not None:
        fields["cells"] = measure.cells
    return fields


def render(fields: Fields) -> str:
    """Write fields as one line of JSON."""
    return orjson.dumps(fields).decode()


def decision_post(decision: Decision, line: str, policy: Policy) -> Post:
    """Wrap a rendered decision line as the CloudEvent that outsiders read."""
    # The number in the log tells apart what one cause says twice: an event may come again once it is forgotten.
    identity = derive_id(decision.kind, policy.jurisdiction, decision.cause, str(decision.seq))
    return Post(
        decision.problem_id,
        render(
            {
                "specversion": "1.0",
                "id": identity,
                "source": HUB_SOURCE,
                "type": cloud_event_type(decision.kind),
                "subject": decision.place,
                "time": _rfc3339(decision.at_ms, policy.zone),
                "datacontenttype": "application/json",
                "reason": decision.reason,
                "policyversion": decision.policy,
                "causationid": decision.cause,
                **_carried(decision.trace, identity),
                "data": orjson.Fragment(line),
            }
        ),
    )


def order_post(order: Order, line: str, policy: Policy) -> Post:
    """Wrap a decision as the order that the agency it concerns reads, keyed by its task (contract.md, topics)."""
    decision = order.decision
    what, kind = decision.kind.value, order_type(decision.kind)
    if order.recalled:
        what, kind = "recalled", ORDER_RECALLED
    elif order.copied:
        what, kind = "copied", ORDER_COPIED
    identity = derive_id("order", what, policy.jurisdiction, order.agency, order.task_id, str(decision.seq))
    return Post(
        order.task_id or decision.problem_id,
        render(
            {
                "specversion": "1.0",
                "id": identity,
                "source": HUB_SOURCE,
                "type": kind,
                "subject": order.task_id or decision.problem_id,
                "time": _rfc3339(decision.at_ms, policy.zone),
                "datacontenttype": "application/json",
                "reason": decision.reason,
                "policyversion": decision.policy,
                "causationid": decision.cause,
                **_carried(decision.trace, identity),
                "data": {"task_id": order.task_id, "decision": orjson.Fragment(line)},
            }
        ),
    )


def receipt_post(entry: Entry, policy: Policy, topic: str) -> Post:
    """Tell an agency what became of one event: where it lies in its topic, the outcome, and why."""
    item = entry.item
    offset, index = divmod(item.position, POSITIONS_PER_OFFSET)
    data: Fields = {
        "id": item.id,
        "outcome": entry.outcome,
        **why(entry),
        "topic": topic,
        "partition": item.partition,
        "offset": offset,
        "index": index,
    }
    reason = data.get("code", entry.outcome)
    identity = derive_id("receipt", policy.jurisdiction, item.agency, str(item.partition), str(item.position))
    return Post(
        item.id,
        render(
            {
                "specversion": "1.0",
                "id": identity,
                "source": HUB_SOURCE,
                "type": receipt_type(entry.outcome),
                "time": _rfc3339(entry.hub_ms, policy.zone),
                "datacontenttype": "application/json",
                "reason": reason,
                "policyversion": policy.version,
                "causationid": f"{item.agency}/{item.partition}/{item.position}",
                **_carried(item.trace, identity),
                "data": data,
            }
        ),
    )


def _carried(trace: str, identity: str) -> Fields:
    """Carry a trace on: the same trace, and a span of its own that is derived like the message's id.

    Source: W3C Trace Context, section 3.2 (version, trace id, parent id, flags).
    """
    if not trace:
        return {}
    version, trace_id, _, flags = trace.split("-")
    return {"traceparent": f"{version}-{trace_id}-{identity[:16]}-{flags}"}


def why(entry: Entry) -> Fields:
    """Give why an event was not taken: code, pointer, message in both languages; nothing of one that was."""
    item = entry.item
    if entry.code is not None:
        return {
            "code": entry.code,
            "pointer": ASKED.get(entry.code, "/problem_id")
            if item.agency == COMMANDS
            else POINTERS[entry.code],
            "message_zh": text(entry.code, "zh"),
            "message_en": text(entry.code, "en"),
        }
    if item.outcome == "accepted":
        return {}
    return {
        "code": item.code,
        "pointer": item.pointer,
        "message_zh": item.message_zh,
        "message_en": item.message_en,
    }


POINTERS: Final[dict[RefusalCode | CommandCode, str]] = {
    RefusalCode.UNKNOWN_MATTER: "/data/matter_id",
    RefusalCode.UNKNOWN_TASK: "/data/task_id",
    RefusalCode.NOT_ALLOWED: "/data/reply",
    RefusalCode.TOO_LATE: "/data/reply",
    RefusalCode.NOT_ASSESSED: "/data/item",
    RefusalCode.PERIOD_CLOSED: "/data/period",
}
"""Where the core's own refusals of events point."""

ASKED: Final[dict[RefusalCode | CommandCode, str]] = {
    CommandCode.UNKNOWN_TASK: "/task_id",
    CommandCode.UNKNOWN_AGENCY: "/agency",
    CommandCode.UNKNOWN_MATTER: "/matters",
    CommandCode.UNKNOWN_PAIR: "/pair_id",
    CommandCode.UNKNOWN_POLICY: "/version",
    CommandCode.CODES_MISSING: "/version",
    CommandCode.SECOND_PERSON: "/proposed_by",
}
"""Where the refusals of commands point, unless at the problem."""


@lru_cache(maxsize=4096)
def _rfc3339(at_ms: int, zone: tzinfo) -> str:
    """Give an instant as people of the zone write it; one cause dates many decisions."""
    return local(at_ms, zone).isoformat(timespec="milliseconds")
