"""What agencies say to the hub: seven message kinds, one class each, read as one union on `type`.

Names and rules of fields: the contract, version 1. A person never appears: fields are closed lists, codes,
bands and short text that the screen reads.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from hub.schemas.envelope import (
    AgencyId,
    Code,
    Day,
    Envelope,
    EventId,
    Ground,
    Instant,
    LongText,
    MatterId,
    Message,
    PlaceCode,
    ShortText,
)

Nature = Literal["complaint", "help", "suggestion", "consultation", "request", "report"]
Channel = Literal[
    "letter",
    "visit",
    "hotline",
    "online",
    "grid",
    "patrol",
    "police",
    "court",
    "mediation",
    "inspection",
    "other",
]
SizeBand = Literal["1", "2-4", "5-29", "30-199", "200+"]
MatterOutcome = Literal[
    "supported",
    "explained",
    "rejected",
    "agreement",
    "oral_agreement",
    "partial",
    "failed",
    "terminated",
    "performed",
]
Satisfaction = Literal["satisfied", "basically_satisfied", "dissatisfied", "unrated"]
MatterStatus = Literal[
    "accepted", "transferred", "returned", "resolved", "unresolved", "reopened", "diverted", "withdrawn"
]
IncidentKind = Literal["natural", "accident", "health", "security"]
MediationKind = Literal[
    "people", "administrative", "judicial", "police_station", "lawyer_in_court", "mobile_court"
]


class Report(Message):
    """What the three reports share: one matter, where it is, what it is about."""

    matter_id: Annotated[
        MatterId, Field(description="件号, 来源自定, 同一件不变 / minted by the source, one per matter")
    ]
    place: Annotated[
        PlaceCode, Field(description="最细已知区划代码 (12 位, 含网格 15 位) / finest known place code")
    ]
    category: Annotated[Code, Field(description="分类代码 / a code of the category scheme in force")]
    scheme: Annotated[
        Code | None, Field(description="分类方案, 缺省为本地方案 / default: the jurisdiction's")
    ] = None
    severity: Annotated[
        int,
        # Not a closed list: there, JSON's true would pass as 1.
        Field(ge=1, le=4, strict=True, description="1 特别重大 2 重大 3 较大 4 一般 / 1 gravest, 4 ordinary"),
    ] = 4
    nature: Annotated[
        Nature,
        Field(description="投诉 求助 建议 咨询 申诉求决 举报(问题, 不涉及个人) / kind of request"),
    ]
    channel: Annotated[Channel, Field(description="渠道 / how it reached the agency")]
    size_band: Annotated[SizeBand | None, Field(description="涉及人数档 / people concerned, as a band")] = (
        None
    )
    repeat: Annotated[
        bool, Field(strict=True, description="来源的重复标记 / the source's own repeat mark")
    ] = False
    occurred_at: Annotated[Instant | None, Field(description="问题发生时刻 / when the trouble occurred")] = (
        None
    )
    responsible_agency: Annotated[
        AgencyId | None, Field(description="来源认为的主管单位 / who the source thinks is in charge")
    ] = None
    due_at: Annotated[
        Instant | None, Field(description="来源自己的承诺时限 / the time the source promised")
    ] = None
    summary: Annotated[
        ShortText | None,
        Field(description="何处何事, 最多200字, 无个人信息 / what is wrong and where; nothing personal"),
    ] = None


class Petition(Report):
    """A petition: letter, visit, call or online message (信访工作条例 17)."""


class Incident(Report):
    """An incident (突发事件应对法 2: natural disaster, accident, public health, public security)."""

    incident_kind: Annotated[
        IncidentKind,
        Field(description="自然灾害 事故灾难 公共卫生 社会安全 / kind of incident"),
    ]


class Dispute(Report):
    """A dispute registered for mediation (人民调解法 2)."""

    mediation_kind: Annotated[
        MediationKind | None,
        Field(description="人民 行政 司法调解, 公调对接, 律调进院, 背包法庭 / who mediates"),
    ] = None


class _MatterNews(Message):
    matter_id: Annotated[MatterId, Field(description="件号 / the matter, as reported by this source")]
    agency: Annotated[AgencyId | None, Field(description="现承办单位 / the agency that has it now")] = None
    outcome: Annotated[
        MatterOutcome | None, Field(description="办理结果或调解结果 / result of handling or of mediation")
    ] = None
    satisfaction: Annotated[
        Satisfaction | None, Field(description="满意度评价 / how satisfied, as asked")
    ] = None


class MatterChange(_MatterNews):
    """A matter moved on at its source; `withdrawn` takes it out of all counts."""

    status: Annotated[
        MatterStatus,
        Field(description="受理 转办 退回 已解决 未解决 重办 分流 撤回 / where the matter stands"),
    ]


class Correction(_MatterNews):
    """A matter was counted at the wrong place or category; its counts move to what is given here."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["place"]}, {"required": ["category"]}]}
    )

    status: Annotated[
        Literal["corrected"], Field(description="更正 / the earlier place or category was wrong")
    ]
    place: Annotated[PlaceCode | None, Field(description="正确的区划代码 / the right place code")] = None
    category: Annotated[Code | None, Field(description="正确的分类代码 / the right category code")] = None

    @model_validator(mode="after")
    def _corrects_something(self) -> Self:
        if self.place is None and self.category is None:
            raise PydanticCustomError("correction_empty", "a correction names a place or a category")
        return self


class Evidence(Message):
    """Names a file the replying agency keeps; the content never travels."""

    name: Annotated[
        str,
        Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", description="文件名 / name"),
    ]
    sha256: Annotated[
        str, Field(pattern=r"^[0-9a-f]{64}$", description="文件的 SHA-256 / of the file, hexadecimal")
    ]


class Reply(Message):
    """What every reply to a task shares: which task, a note, evidence by name and hash."""

    task_id: Annotated[EventId, Field(description="任务号 / the task, as in the order")]
    note: Annotated[LongText | None, Field(description="备注, 最多500字 / up to 500 characters")] = None
    evidence: Annotated[
        tuple[Evidence, ...], Field(max_length=50, description="佐证 / names and hashes only")
    ] = ()


class Accept(Reply):
    """签收: the agency takes the task."""

    reply: Literal["accept"]


class Return(Reply):
    """退回: not this agency's task, and why."""

    reply: Literal["return"]
    ground: Annotated[Ground, Field(description="退回理由 / why it is not this agency's")]


class Progress(Reply):
    """How the work goes; stops no clock."""

    reply: Literal["progress"]


class Done(Reply):
    """办结: the work is done, and with which result."""

    reply: Literal["done"]
    result: Annotated[Ground, Field(description="办理结果 / what was done")]


class Extend(Reply):
    """延期: asks for more days, and why."""

    reply: Literal["extend"]
    days: Annotated[
        int, Field(ge=1, le=365, strict=True, description="延长天数 / days asked for, in the clock's unit")
    ]
    ground: Annotated[Ground, Field(description="延期理由 / why")]


class Ledger(Reply):
    """挂账: cannot be solved now; asks to pause until a review."""

    reply: Literal["ledger"]
    ground: Annotated[Ground, Field(description="挂账理由 / why it cannot be solved now")]
    review_on: Annotated[Day, Field(description="复核日期 / the day it is looked at again")]


class Score(Message):
    """One unit's value for one item."""

    unit: Annotated[
        str,
        Field(
            pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$",
            description="区划代码或单位 / place code or agency id",
        ),
    ]
    value: Annotated[
        float, Field(strict=True, allow_inf_nan=False, description="得分或指标值 / in the item's own unit")
    ]


class Assessment(Message):
    """Values of one assessment item for one period, measured outside the hub."""

    period: Annotated[
        str,
        Field(
            pattern=r"^[12][0-9]{3}(-(0[1-9]|1[0-2]|Q[1-4]|H[12]))?$",
            description="年 2026, 月 2026-03, 季 2026-Q1, 半年 2026-H1 / year, month, quarter or half-year",
        ),
    ]
    item: Annotated[Code, Field(description="考核项 / assessment item")]
    scores: Annotated[
        tuple[Score, ...], Field(min_length=1, max_length=1000, description="各单位得分 / one a unit")
    ]


class Heartbeat(Message):
    """An empty object: the agency's publisher is alive."""


class PetitionReceived(Envelope):
    """信访: an agency received a petition, or the same petition again."""

    type: Literal["linkage.petition.received.v1"]
    data: Petition


class IncidentReported(Envelope):
    """突发事件: an agency reports an incident."""

    type: Literal["linkage.incident.reported.v1"]
    data: Incident


class DisputeRegistered(Envelope):
    """矛盾纠纷: a dispute was registered."""

    type: Literal["linkage.dispute.registered.v1"]
    data: Dispute


class MatterUpdated(Envelope):
    """A matter reported earlier by the same source moved on, or was corrected."""

    type: Literal["linkage.matter.updated.v1"]
    data: Annotated[MatterChange | Correction, Field(discriminator="status")]


class TaskReplied(Envelope):
    """An agency answers a task the hub gave it."""

    type: Literal["linkage.task.replied.v1"]
    data: Annotated[Accept | Return | Progress | Done | Extend | Ledger, Field(discriminator="reply")]


class AssessmentSubmitted(Envelope):
    """考核: an agency submits values of one item."""

    type: Literal["linkage.assessment.submitted.v1"]
    data: Assessment


class AgencyHeartbeat(Envelope):
    """The agency's publisher is alive though it has nothing to say."""

    type: Literal["linkage.agency.heartbeat.v1"]
    data: Heartbeat


Inbound = (
    PetitionReceived
    | IncidentReported
    | DisputeRegistered
    | MatterUpdated
    | TaskReplied
    | AssessmentSubmitted
    | AgencyHeartbeat
)
INBOUND: TypeAdapter[Inbound] = TypeAdapter(Annotated[Inbound, Field(discriminator="type")])
INBOUND_BATCH: TypeAdapter[list[Inbound]] = TypeAdapter(list[Annotated[Inbound, Field(discriminator="type")]])
INBOUND_TYPES: dict[str, type[Envelope]] = {
    str(model.model_fields["type"].annotation.__args__[0]): model  # type: ignore[union-attr]
    for model in (
        PetitionReceived,
        IncidentReported,
        DisputeRegistered,
        MatterUpdated,
        TaskReplied,
        AssessmentSubmitted,
        AgencyHeartbeat,
    )
}
