"""Reasons of what happens to tasks, notices and settled problems; `reasons` gathers them with all others."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class LeadReason(StrEnum):
    """Why this agency leads."""

    CATEGORY = "CATEGORY"
    TERRITORY = "TERRITORY"
    PRECEDENT = "PRECEDENT"
    RULED = "RULED"
    OPERATOR = "OPERATOR"


class CutReason(StrEnum):
    """Why an agency got a task."""

    LEAD = "LEAD"
    PRECEDENT = "PRECEDENT"
    RECUT = "RECUT"
    RULED = "RULED"
    OPERATOR = "OPERATOR"


class ActReason(StrEnum):
    """Whose act it was: the agency's own reply, or an operator's word."""

    AGENCY = "AGENCY"
    OPERATOR = "OPERATOR"


class ArbitrationReason(StrEnum):
    """Why a task went to arbitration, and how that ended."""

    SECOND_RETURN = "SECOND_RETURN"
    RULED = "RULED"


class VerifyReason(StrEnum):
    """By what the work was found good."""

    REVISIT = "REVISIT"
    ON_SITE = "ON_SITE"


class NoticeReason(StrEnum):
    """Why an agency was nudged, supervised or worse, or a task opened again."""

    NOT_ACCEPTED = "NOT_ACCEPTED"
    NOT_DONE = "NOT_DONE"
    NOT_VERIFIED = "NOT_VERIFIED"
    DUE_SOON = "DUE_SOON"
    SILENT = "SILENT"
    REVIEW_DUE = "REVIEW_DUE"
    UNANSWERED = "UNANSWERED"
    CLOCK_EXPIRED = "CLOCK_EXPIRED"
    OPERATOR = "OPERATOR"


class SettleReason(StrEnum):
    """How a problem came to be settled."""

    GATE = "GATE"
    FORCED = "FORCED"


class CloseReason(StrEnum):
    """Why the watch over a settled problem ended."""

    WATCH_QUIET = "WATCH_QUIET"


class ReboundReason(StrEnum):
    """Why a settled problem is treated again."""

    NEW_MATTER = "NEW_MATTER"
    OPERATOR = "OPERATOR"


class LowerReason(StrEnum):
    """Why a problem went down a tier."""

    OPERATOR = "OPERATOR"


class MergeReason(StrEnum):
    """Why problems became one."""

    OPERATOR = "OPERATOR"
    ROLLED_UP = "ROLLED_UP"


class SplitReason(StrEnum):
    """Why matters were taken out into a problem of their own."""

    OPERATOR = "OPERATOR"


class AdoptReason(StrEnum):
    """Why decisions follow another policy from here."""

    ADOPTED = "ADOPTED"


class ScoreReason(StrEnum):
    """Why scores were worked out."""

    PERIOD_ENDED = "PERIOD_ENDED"


Texts = dict[StrEnum, tuple[str, str]]

_LEAD: Final[Texts] = {
    LeadReason.CATEGORY: ("该类问题的主管部门", "the department that answers for the category"),
    LeadReason.TERRITORY: ("属地单位", "the territory's own body"),
    LeadReason.PRECEDENT: ("依先例", "by precedent"),
    LeadReason.RULED: ("依裁定", "by ruling"),
    LeadReason.OPERATOR: ("值班员指定", "an operator's decision"),
}
_CUT: Final[Texts] = {
    CutReason.LEAD: ("主办单位", "it leads"),
    CutReason.PRECEDENT: ("依先例协办", "by precedent it takes part"),
    CutReason.RECUT: ("退回后重新派单", "cut anew after a return"),
    CutReason.RULED: ("依裁定承办, 不得再退", "by ruling; it cannot be returned"),
    CutReason.OPERATOR: ("值班员指派", "an operator's decision"),
}
_ACT: Final[Texts] = {
    ActReason.AGENCY: ("承办单位回复", "the agency's own reply"),
    ActReason.OPERATOR: ("值班员办理", "an operator's word"),
}
_ARBITRATION: Final[Texts] = {
    ArbitrationReason.SECOND_RETURN: ("两次退回, 由中心裁定", "returned twice: the centre rules"),
    ArbitrationReason.RULED: ("已裁定", "ruled"),
}
_VERIFY: Final[Texts] = {
    VerifyReason.REVISIT: ("回访满意率达标", "enough of those asked again are satisfied"),
    VerifyReason.ON_SITE: ("现场核验通过", "found good on site"),
}
_NOTICE: Final[Texts] = {
    NoticeReason.NOT_ACCEPTED: ("逾期未签收", "not accepted in time"),
    NoticeReason.NOT_DONE: ("逾期未办结", "not done in time"),
    NoticeReason.NOT_VERIFIED: ("核验未通过", "verification failed"),
    NoticeReason.DUE_SOON: ("时限将到", "the clock is about to run out"),
    NoticeReason.SILENT: ("久无进展", "nothing heard for long"),
    NoticeReason.REVIEW_DUE: ("挂账到期复核", "the day of review has come"),
    NoticeReason.UNANSWERED: ("上一通知逾期未复", "the notice before was not answered in time"),
    NoticeReason.CLOCK_EXPIRED: ("市级时限已到", "the time of the highest tier ran out"),
    NoticeReason.OPERATOR: ("值班员决定", "an operator's decision"),
}
_SETTLE: Final[Texts] = {
    SettleReason.GATE: ("各单位办结、核验通过、主办签结", "all done, verified, and signed by the lead"),
    SettleReason.FORCED: ("上级强制办结", "settled by force of the tier above"),
}
_CLOSE: Final[Texts] = {CloseReason.WATCH_QUIET: ("观察期内未反弹", "it stayed quiet while watched")}
_REBOUND: Final[Texts] = {
    ReboundReason.NEW_MATTER: ("观察期内再次发生", "it came back while watched"),
    ReboundReason.OPERATOR: ("值班员重新启动", "an operator reopened it"),
}
_LOWER: Final[Texts] = {LowerReason.OPERATOR: ("值班员决定", "an operator's decision")}
_MERGE: Final[Texts] = {
    MergeReason.OPERATOR: ("值班员合并", "an operator's decision"),
    MergeReason.ROLLED_UP: ("升到上级同一顽疾所在层级", "it rose to where the problem it is part of is held"),
}
_SPLIT: Final[Texts] = {SplitReason.OPERATOR: ("值班员拆分", "an operator's decision")}
_ADOPT: Final[Texts] = {AdoptReason.ADOPTED: ("启用新规则", "another policy was adopted")}
_SCORE: Final[Texts] = {ScoreReason.PERIOD_ENDED: ("考核期届满", "the period ended")}

TASK_TEXTS: Final[dict[type[StrEnum], Texts]] = {
    LeadReason: _LEAD,
    CutReason: _CUT,
    ActReason: _ACT,
    ArbitrationReason: _ARBITRATION,
    VerifyReason: _VERIFY,
    NoticeReason: _NOTICE,
    SettleReason: _SETTLE,
    CloseReason: _CLOSE,
    ReboundReason: _REBOUND,
    LowerReason: _LOWER,
    MergeReason: _MERGE,
    SplitReason: _SPLIT,
    AdoptReason: _ADOPT,
    ScoreReason: _SCORE,
}
