"""The closed lists of words the hub speaks, each member with its Chinese and English text.

A reason is a metric label, a log field and a line on a screen; published values are never renamed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from hub.schemas.answers import COMMAND_TEXTS, CommandCode
from hub.schemas.task_reasons import (
    TASK_TEXTS,
    ActReason,
    AdoptReason,
    ArbitrationReason,
    CloseReason,
    CutReason,
    LeadReason,
    LowerReason,
    MergeReason,
    NoticeReason,
    ReboundReason,
    ScoreReason,
    SettleReason,
    SplitReason,
    VerifyReason,
)


class Outcome(StrEnum):
    """What became of one received event; exactly one each."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


class RefusalCode(StrEnum):
    """Why an event was refused."""

    MALFORMED = "MALFORMED"
    NOT_CLOUDEVENT = "NOT_CLOUDEVENT"
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    SCHEMA_INVALID = "SCHEMA_INVALID"
    SOURCE_MISMATCH = "SOURCE_MISMATCH"
    UNKNOWN_AGENCY = "UNKNOWN_AGENCY"
    PLACE_OUTSIDE_TERRITORY = "PLACE_OUTSIDE_TERRITORY"
    UNKNOWN_MATTER = "UNKNOWN_MATTER"
    UNKNOWN_TASK = "UNKNOWN_TASK"
    NOT_ALLOWED = "NOT_ALLOWED"
    TOO_LATE = "TOO_LATE"
    NOT_ASSESSED = "NOT_ASSESSED"
    PERIOD_CLOSED = "PERIOD_CLOSED"
    PERSONAL_DATA = "PERSONAL_DATA"
    RESTRICTED_CLASS = "RESTRICTED_CLASS"
    TOO_LARGE = "TOO_LARGE"
    CLOCK_SKEW = "CLOCK_SKEW"
    TOO_OLD = "TOO_OLD"


class DismissReason(StrEnum):
    """Why an operator dismissed a problem."""

    NO_COMMON_CAUSE = "NO_COMMON_CAUSE"
    HANDLED_ELSEWHERE = "HANDLED_ELSEWHERE"
    EXPECTED = "EXPECTED"


class QuarantineCode(StrEnum):
    """Why an event is kept and waits for a person."""

    PLACE_UNKNOWN = "PLACE_UNKNOWN"
    CATEGORY_UNKNOWN = "CATEGORY_UNKNOWN"


class DecisionKind(StrEnum):
    """What the hub decided."""

    PROBLEM_SUSPECTED = "problem_suspected"
    PROBLEM_CONFIRMED = "problem_confirmed"
    PROBLEM_DISMISSED = "problem_dismissed"
    PROBLEM_REINFORCED = "problem_reinforced"
    PROBLEM_MERGED = "problem_merged"
    PROBLEM_SPLIT = "problem_split"
    PROBLEM_REBOUNDED = "problem_rebounded"
    PROBLEM_SETTLED = "problem_settled"
    PROBLEM_CLOSED = "problem_closed"
    LABEL_ADDED = "label_added"
    LABEL_REMOVED = "label_removed"
    TIER_RAISED = "tier_raised"
    TIER_LOWERED = "tier_lowered"
    LEAD_NAMED = "lead_named"
    TASK_CUT = "task_cut"
    TASK_ACCEPTED = "task_accepted"
    TASK_RETURNED = "task_returned"
    ARBITRATION_OPENED = "arbitration_opened"
    ARBITRATION_RULED = "arbitration_ruled"
    TASK_DONE = "task_done"
    TASK_VERIFIED = "task_verified"
    TASK_REOPENED = "task_reopened"
    TASK_WAIVED = "task_waived"
    EXTENSION_GRANTED = "extension_granted"
    LEDGERED = "ledgered"
    NUDGED = "nudged"
    SUPERVISED = "supervised"
    CIRCULATED = "circulated"
    INTERVIEWED = "interviewed"
    LISTED = "listed"
    VETOED = "vetoed"
    EVENT_REFUSED = "event_refused"
    EVENT_QUARANTINED = "event_quarantined"
    POLICY_ADOPTED = "policy_adopted"
    ASSESSMENT_SCORED = "assessment_scored"


NOTICE_KINDS: Final = (
    DecisionKind.NUDGED,
    DecisionKind.SUPERVISED,
    DecisionKind.CIRCULATED,
    DecisionKind.INTERVIEWED,
    DecisionKind.LISTED,
    DecisionKind.VETOED,
)
"""The steps of accountability, lowest first: what a notice may be."""


class SuspicionReason(StrEnum):
    """Why matters look like one problem."""

    BURST = "BURST"
    FREQUENT = "FREQUENT"
    CHRONIC = "CHRONIC"
    RECURRENT = "RECURRENT"
    LINGERING = "LINGERING"
    REDONE = "REDONE"
    PASSED_AROUND = "PASSED_AROUND"
    WIDESPREAD = "WIDESPREAD"


class RiseReason(StrEnum):
    """Why a problem went up a tier."""

    CLOCK_EXPIRED = "CLOCK_EXPIRED"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    SEVERITY = "SEVERITY"
    CHILD_AREAS = "CHILD_AREAS"
    AGENCIES = "AGENCIES"
    RECURRED = "RECURRED"
    NO_HOLDER = "NO_HOLDER"
    FLOOR = "FLOOR"
    OPERATOR = "OPERATOR"


class ConfirmReason(StrEnum):
    """Who or what turned a suspicion into a problem."""

    AUTO = "AUTO"
    OPERATOR = "OPERATOR"
    UNANSWERED = "UNANSWERED"
    SEVERITY = "SEVERITY"


class ReinforceReason(StrEnum):
    """Why a problem grew."""

    NEW_MATTER = "NEW_MATTER"
    SAME_MATTER = "SAME_MATTER"


class LabelReason(StrEnum):
    """Why a label came or went."""

    HOLDS = "HOLDS"
    NO_LONGER = "NO_LONGER"


class Label(StrEnum):
    """What kind of stubborn a problem is."""

    FREQUENT = "frequent"
    STUBBORN = "stubborn"
    TYPICAL = "typical"
    LOCAL = "local"
    INDUSTRY = "industry"
    DEPARTMENT = "department"


Lang = Literal["zh", "en"]

_OUTCOME: Final[dict[StrEnum, tuple[str, str]]] = {
    Outcome.ACCEPTED: ("已受理", "accepted"),
    Outcome.DUPLICATE: ("重复, 不再生效", "duplicate, without effect"),
    Outcome.QUARANTINED: ("待人工核定", "kept until a person decides"),
    Outcome.REFUSED: ("拒收", "refused"),
}
_REFUSAL: Final[dict[StrEnum, tuple[str, str]]] = {
    RefusalCode.MALFORMED: ("不是可读的 JSON", "not readable JSON"),
    RefusalCode.NOT_CLOUDEVENT: ("不是 CloudEvents 1.0 事件", "not a CloudEvents 1.0 event"),
    RefusalCode.UNKNOWN_TYPE: ("未知的事件类型", "unknown event type"),
    RefusalCode.SCHEMA_INVALID: ("字段不符合约定", "a field does not keep to the contract"),
    RefusalCode.SOURCE_MISMATCH: (
        "来源与主题所属单位不符",
        "the source is not the agency that owns the topic",
    ),
    RefusalCode.UNKNOWN_AGENCY: ("未登记的单位", "the agency is not registered"),
    RefusalCode.PLACE_OUTSIDE_TERRITORY: (
        "地点不在该单位辖区内",
        "the place is outside the agency's territory",
    ),
    RefusalCode.UNKNOWN_MATTER: ("该来源没有此件", "this source never reported that matter"),
    RefusalCode.UNKNOWN_TASK: ("没有此任务或不归该单位", "no such task, or it is another agency's"),
    RefusalCode.NOT_ALLOWED: (
        "任务目前所处阶段不允许此答复",
        "where the task stands does not allow this reply",
    ),
    RefusalCode.TOO_LATE: ("答复的时限已过", "the time for this reply has run out"),
    RefusalCode.NOT_ASSESSED: (
        "该单位不报送此考核项, 或此期、此单位不在考核之列",
        "this agency does not submit that item, or that period or unit is not assessed",
    ),
    RefusalCode.PERIOD_CLOSED: ("该期已截止报送", "the time to submit for this period is over"),
    RefusalCode.PERSONAL_DATA: ("含个人信息, 内容未保存", "holds personal data; the content was not kept"),
    RefusalCode.RESTRICTED_CLASS: (
        "属检举控告、纪检组织或人员管控类, 依法由其他机关受理, 内容已丢弃",
        "an accusation, a discipline matter or watching of persons: for other bodies by law; dropped",
    ),
    RefusalCode.TOO_LARGE: ("超过大小上限", "larger than allowed"),
    RefusalCode.CLOCK_SKEW: ("事件时间晚于当前时间过多", "the event's time lies too far ahead"),
    RefusalCode.TOO_OLD: ("事件时间早于允许的迟到期限", "the event's time is older than late events may be"),
}
_DISMISS: Final[dict[StrEnum, tuple[str, str]]] = {
    DismissReason.NO_COMMON_CAUSE: ("并非同一原因", "no common cause"),
    DismissReason.HANDLED_ELSEWHERE: ("已由其他专项处置", "handled elsewhere"),
    DismissReason.EXPECTED: ("季节或活动所致, 属预期", "expected for the season or an occasion"),
}
_QUARANTINE: Final[dict[StrEnum, tuple[str, str]]] = {
    QuarantineCode.PLACE_UNKNOWN: ("区划代码无法对应", "the place code cannot be resolved"),
    QuarantineCode.CATEGORY_UNKNOWN: ("分类代码无法对应", "the category code cannot be resolved"),
}
_DECISION: Final[dict[StrEnum, tuple[str, str]]] = {
    DecisionKind.PROBLEM_SUSPECTED: ("疑似顽疾", "problem suspected"),
    DecisionKind.PROBLEM_CONFIRMED: ("确认", "problem confirmed"),
    DecisionKind.PROBLEM_DISMISSED: ("误判排除", "problem dismissed"),
    DecisionKind.PROBLEM_REINFORCED: ("增补", "problem reinforced"),
    DecisionKind.PROBLEM_MERGED: ("合并", "problem merged"),
    DecisionKind.PROBLEM_SPLIT: ("拆分", "problem split"),
    DecisionKind.PROBLEM_REBOUNDED: ("反弹", "problem rebounded"),
    DecisionKind.PROBLEM_SETTLED: ("办结, 进入观察期", "problem settled, watched"),
    DecisionKind.PROBLEM_CLOSED: ("销号", "problem closed"),
    DecisionKind.LABEL_ADDED: ("加标签", "label added"),
    DecisionKind.LABEL_REMOVED: ("去标签", "label removed"),
    DecisionKind.TIER_RAISED: ("升级", "tier raised"),
    DecisionKind.TIER_LOWERED: ("降级", "tier lowered"),
    DecisionKind.LEAD_NAMED: ("确定主办", "lead named"),
    DecisionKind.TASK_CUT: ("派单", "task cut"),
    DecisionKind.TASK_ACCEPTED: ("签收", "task accepted"),
    DecisionKind.TASK_RETURNED: ("退回", "task returned"),
    DecisionKind.ARBITRATION_OPENED: ("提请裁定", "arbitration opened"),
    DecisionKind.ARBITRATION_RULED: ("裁定", "arbitration ruled"),
    DecisionKind.TASK_DONE: ("任务办结", "task done"),
    DecisionKind.TASK_VERIFIED: ("核验通过", "task verified"),
    DecisionKind.TASK_REOPENED: ("重办", "task reopened"),
    DecisionKind.TASK_WAIVED: ("豁免", "task waived"),
    DecisionKind.EXTENSION_GRANTED: ("准予延期", "extension granted"),
    DecisionKind.LEDGERED: ("挂账", "ledgered"),
    DecisionKind.NUDGED: ("催办", "nudged"),
    DecisionKind.SUPERVISED: ("督办", "supervised"),
    DecisionKind.CIRCULATED: ("通报", "circulated"),
    DecisionKind.INTERVIEWED: ("约谈", "interviewed"),
    DecisionKind.LISTED: ("挂牌督办", "listed for supervision"),
    DecisionKind.VETOED: ("一票否决", "vetoed"),
    DecisionKind.EVENT_REFUSED: ("拒收事件", "event refused"),
    DecisionKind.EVENT_QUARANTINED: ("事件待核定", "event quarantined"),
    DecisionKind.POLICY_ADOPTED: ("启用规则版本", "policy adopted"),
    DecisionKind.ASSESSMENT_SCORED: ("考核计分", "assessment scored"),
}
_SUSPICION: Final[dict[StrEnum, tuple[str, str]]] = {
    SuspicionReason.BURST: ("突增, 超出上级区域可解释的水平", "more than the parent area explains"),
    SuspicionReason.FREQUENT: ("期内多发", "many matters within the window"),
    SuspicionReason.CHRONIC: ("长期高于同类地区", "always high among its peers"),
    SuspicionReason.RECURRENT: ("销号后再发", "back after it was closed"),
    SuspicionReason.LINGERING: ("久拖未决", "open too long"),
    SuspicionReason.REDONE: ("三次重办", "redone three times"),
    SuspicionReason.PASSED_AROUND: ("三次转办无主办", "transferred three times without a lead"),
    SuspicionReason.WIDESPREAD: ("同类问题多地发生", "one kind over many places"),
}
_RISE: Final[dict[StrEnum, tuple[str, str]]] = {
    RiseReason.CLOCK_EXPIRED: ("本级时限已到", "the tier's time ran out"),
    RiseReason.NOT_ACCEPTED: ("逾期未签收", "not accepted in time"),
    RiseReason.SEVERITY: ("等级要求", "its severity demands it"),
    RiseReason.CHILD_AREAS: ("涉及多个下级区域", "several areas below are concerned"),
    RiseReason.AGENCIES: ("涉及多个单位", "several agencies are concerned"),
    RiseReason.RECURRED: ("办结后反弹", "it came back after settlement"),
    RiseReason.NO_HOLDER: ("本级无承办单位", "nobody holds this tier"),
    RiseReason.FLOOR: ("该类问题须由更高层级承办", "its kind belongs to a higher tier"),
    RiseReason.OPERATOR: ("值班员决定", "an operator's decision"),
}
_CONFIRM: Final[dict[StrEnum, tuple[str, str]]] = {
    ConfirmReason.AUTO: ("按规则自动确认", "confirmed by the rule"),
    ConfirmReason.OPERATOR: ("值班员确认", "confirmed by an operator"),
    ConfirmReason.UNANSWERED: ("限时内无人否定", "nobody objected in time"),
    ConfirmReason.SEVERITY: ("等级要求立即确认", "its severity confirms it at once"),
}
_REINFORCE: Final[dict[StrEnum, tuple[str, str]]] = {
    ReinforceReason.NEW_MATTER: ("新增一件", "another matter"),
    ReinforceReason.SAME_MATTER: ("同一件再次反映", "the same matter again"),
}
_TAGGED: Final[dict[StrEnum, tuple[str, str]]] = {
    LabelReason.HOLDS: ("符合标签条件", "what the label asks for holds"),
    LabelReason.NO_LONGER: ("不再符合标签条件", "what the label asks for no longer holds"),
}
_LABEL: Final[dict[StrEnum, tuple[str, str]]] = {
    Label.FREQUENT: ("多发性", "frequent"),
    Label.STUBBORN: ("顽固性", "stubborn"),
    Label.TYPICAL: ("典型性", "typical"),
    Label.LOCAL: ("地方病", "local"),
    Label.INDUSTRY: ("行业病", "of an industry"),
    Label.DEPARTMENT: ("部门病", "of a department"),
}

# Keyed by list, as members of different lists share their value, and so their hash and equality.
TEXTS: Final[dict[type[StrEnum], dict[StrEnum, tuple[str, str]]]] = {
    Outcome: _OUTCOME,
    RefusalCode: _REFUSAL,
    QuarantineCode: _QUARANTINE,
    CommandCode: COMMAND_TEXTS,
    DismissReason: _DISMISS,
    DecisionKind: _DECISION,
    SuspicionReason: _SUSPICION,
    RiseReason: _RISE,
    ConfirmReason: _CONFIRM,
    ReinforceReason: _REINFORCE,
    LabelReason: _TAGGED,
    Label: _LABEL,
    **TASK_TEXTS,
}


def text(member: StrEnum, lang: Lang) -> str:
    """The text of a member in `zh` or `en`; an enum without a table here is a KeyError."""
    zh, en = TEXTS[type(member)][member]
    return zh if lang == "zh" else en


REASONS: Final[dict[DecisionKind, type[StrEnum]]] = {
    DecisionKind.PROBLEM_SUSPECTED: SuspicionReason,
    DecisionKind.PROBLEM_CONFIRMED: ConfirmReason,
    DecisionKind.PROBLEM_DISMISSED: DismissReason,
    DecisionKind.PROBLEM_REINFORCED: ReinforceReason,
    DecisionKind.PROBLEM_MERGED: MergeReason,
    DecisionKind.PROBLEM_SPLIT: SplitReason,
    DecisionKind.PROBLEM_REBOUNDED: ReboundReason,
    DecisionKind.PROBLEM_SETTLED: SettleReason,
    DecisionKind.PROBLEM_CLOSED: CloseReason,
    DecisionKind.LABEL_ADDED: LabelReason,
    DecisionKind.LABEL_REMOVED: LabelReason,
    DecisionKind.TIER_RAISED: RiseReason,
    DecisionKind.TIER_LOWERED: LowerReason,
    DecisionKind.LEAD_NAMED: LeadReason,
    DecisionKind.TASK_CUT: CutReason,
    DecisionKind.TASK_ACCEPTED: ActReason,
    DecisionKind.TASK_RETURNED: ActReason,
    DecisionKind.ARBITRATION_OPENED: ArbitrationReason,
    DecisionKind.ARBITRATION_RULED: ArbitrationReason,
    DecisionKind.TASK_DONE: ActReason,
    DecisionKind.TASK_VERIFIED: VerifyReason,
    DecisionKind.TASK_REOPENED: NoticeReason,
    DecisionKind.TASK_WAIVED: ActReason,
    DecisionKind.EXTENSION_GRANTED: ActReason,
    DecisionKind.LEDGERED: ActReason,
    DecisionKind.NUDGED: NoticeReason,
    DecisionKind.SUPERVISED: NoticeReason,
    DecisionKind.CIRCULATED: NoticeReason,
    DecisionKind.INTERVIEWED: NoticeReason,
    DecisionKind.LISTED: NoticeReason,
    DecisionKind.VETOED: NoticeReason,
    DecisionKind.POLICY_ADOPTED: AdoptReason,
    DecisionKind.ASSESSMENT_SCORED: ScoreReason,
}
"""From which list the reason of a decision comes."""


def reason_text(kind: DecisionKind, reason: str, lang: Lang) -> str:
    """The text of a decision's reason in `zh` or `en`."""
    return text(REASONS[kind](reason), lang)
