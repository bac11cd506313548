"""What the hub says: decisions and receipts, each a CloudEvent with a deterministic id.

The order of fields here is the order in which they are written.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from hub.schemas.envelope import TRACEPARENT_PATTERN, Instant, Message
from hub.schemas.reasons import DecisionKind, Label, Outcome, QuarantineCode, RefusalCode

HUB_SOURCE: Final = "urn:linkage:hub"

TierName = Literal["village", "township", "county", "city"]

_TYPES: Final = {kind: f"linkage.{kind.value.replace('_', '.')}.v1" for kind in DecisionKind}
_RECEIPT_TYPES: Final = {outcome: f"linkage.event.{outcome.value}.v1" for outcome in Outcome}


def cloud_event_type(kind: DecisionKind) -> str:
    """The CloudEvents `type` of a decision: `tier_raised` is said as `linkage.tier.raised.v1`."""
    return _TYPES[kind]


ORDER_RECALLED: Final = "linkage.order.recalled.v1"
ORDER_COPIED: Final = "linkage.order.copied.v1"
_ORDERS: Final = {kind: f"linkage.order.{kind.value.replace('_', '.')}.v1" for kind in DecisionKind}


def order_type(kind: DecisionKind) -> str:
    """The CloudEvents `type` of an order: `task_cut` is ordered as `linkage.order.task.cut.v1`."""
    return _ORDERS[kind]


def receipt_type(outcome: Outcome) -> str:
    """The CloudEvents `type` of a receipt: `linkage.event.refused.v1` and its like."""
    return _RECEIPT_TYPES[outcome]


class Measure(Message):
    """What was counted, for a suspicion."""

    observed: Annotated[float, Field(description="实际件数 / matters seen")]
    expected: Annotated[float | None, Field(description="预期件数 / matters expected")] = None
    window_days: Annotated[int | None, Field(description="窗口, 日 / window, in days")] = None
    matters: Annotated[int | None, Field(description="涉及件数 / distinct matters")] = None
    chance_interval_days: Annotated[
        float | None, Field(description="偶然出现的平均间隔, 日 / days between two such counts by chance")
    ] = None
    cells: Annotated[
        int | None, Field(description="间隔所指的单元数 / cells that this interval is over, together")
    ] = None


class DecisionLine(Message):
    """One decision of a jurisdiction's log; fields that do not apply are absent."""

    seq: Annotated[int, Field(ge=1, description="本地日志内的顺序号 / order in the jurisdiction's log")]
    at: Annotated[Instant, Field(description="决定的时刻 / the time the decision is dated")]
    kind: Annotated[DecisionKind, Field(description="决定的种类 / what was decided")]
    problem_id: Annotated[str | None, Field(description="顽疾编号 / number of the problem")] = None
    tier: Annotated[TierName | None, Field(description="由哪一级负责 / who holds it")] = None
    place_tier: Annotated[TierName | None, Field(description="问题所在层级 / where it lies")] = None
    place: Annotated[str | None, Field(description="区划代码 / place code")] = None
    category: Annotated[str | None, Field(description="分类代码 / category code")] = None
    agency: Annotated[str | None, Field(description="单位 / agency id")] = None
    task_id: Annotated[str | None, Field(description="任务号 / task")] = None
    reason: Annotated[str, Field(description="理由代码, 见 reasons.md / reason code, see reasons.md")]
    labels: Annotated[tuple[Label, ...] | None, Field(description="标签 / labels")] = None
    due_at: Annotated[Instant | None, Field(description="时限 / due moment")] = None
    evidence: Annotated[tuple[str, ...] | None, Field(description="依据的事件 / event ids")] = None
    measure: Measure | None = None
    into: Annotated[
        str | None, Field(description="并入或拆出的顽疾 / the problem that took it in, or was split off")
    ] = None
    label: Annotated[Label | None, Field(description="加上或去掉的标签 / the label that came or went")] = None
    policy: Annotated[str, Field(description="规则版本 / version of the policy")]
    cause: Annotated[str, Field(description="起因消息 / id of the causing message")]


class Receipt(Message):
    """What became of one event: where it lies in its topic, the outcome, and why; never what it said."""

    id: Annotated[
        str, Field(description='事件 id, 不可读时为空 / the event\'s id, "" when it could not be read')
    ]
    outcome: Outcome
    code: RefusalCode | QuarantineCode | None = None
    pointer: Annotated[str | None, Field(description="JSON pointer (RFC 6901)")] = None
    message_zh: str | None = None
    message_en: str | None = None
    topic: Annotated[str, Field(description="来源主题 / the topic it came from")]
    partition: Annotated[int, Field(ge=-1, description="分区, 导入为 -1 / partition; -1 for an import")]
    offset: Annotated[int, Field(ge=0, description="偏移 / offset of the record")]
    index: Annotated[int, Field(ge=0, description="批内序号 / place within a batch")] = 0


class OutboundEnvelope(Message):
    """CloudEvents 1.0 attributes of what the hub says, with extension attributes."""

    specversion: Literal["1.0"]
    id: Annotated[
        str, Field(description="由起因推出, 重放不变 / derived from the cause; a replay repeats it")
    ]
    source: Literal["urn:linkage:hub"]
    type: Annotated[str, Field(pattern=r"^linkage\.[a-z.]+\.v1$")]
    subject: Annotated[str | None, Field(description="区划代码 / place code")] = None
    time: Instant
    datacontenttype: Literal["application/json"]
    reason: Annotated[str, Field(description="理由代码 / reason code")]
    policyversion: Annotated[str, Field(description="规则版本 / version of the policy")]
    causationid: Annotated[str, Field(description="起因消息 / id of the causing message")]
    traceparent: Annotated[
        str | None,
        Field(
            pattern=TRACEPARENT_PATTERN,
            description="起因事件的追踪号 / the trace of the causing event, if it had one",
        ),
    ] = None


class DecisionEvent(OutboundEnvelope):
    """A decision, as outsiders read it."""

    data: DecisionLine


class Order(Message):
    """What an agency is asked to do, is no longer asked, or is told for information: the decision it follows from."""

    task_id: Annotated[str, Field(description="任务号, 与任务无关时为空 / the task; empty where none")]
    decision: DecisionLine


class OrderEvent(OutboundEnvelope):
    """An order, on the agency's own topic."""

    data: Order


class ReceiptEvent(OutboundEnvelope):
    """A receipt, for the agency that published the event."""

    data: Receipt
