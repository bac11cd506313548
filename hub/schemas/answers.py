"""What an operator hears when a command was not carried out."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CommandCode(StrEnum):
    """Why an operator's command was refused."""

    UNKNOWN_PROBLEM = "UNKNOWN_PROBLEM"
    UNKNOWN_TASK = "UNKNOWN_TASK"
    UNKNOWN_AGENCY = "UNKNOWN_AGENCY"
    UNKNOWN_MATTER = "UNKNOWN_MATTER"
    UNKNOWN_PAIR = "UNKNOWN_PAIR"
    UNKNOWN_POLICY = "UNKNOWN_POLICY"
    CODES_MISSING = "CODES_MISSING"
    SECOND_PERSON = "SECOND_PERSON"
    NOT_THE_ACTOR = "NOT_THE_ACTOR"
    OUTSIDE_TERRITORY = "OUTSIDE_TERRITORY"
    NOT_ALLOWED = "NOT_ALLOWED"
    NOT_AT_TIER = "NOT_AT_TIER"
    NOTHING_ASKED = "NOTHING_ASKED"
    INCOMPLETE = "INCOMPLETE"
    TOO_LATE = "TOO_LATE"


COMMAND_TEXTS: Final[dict[StrEnum, tuple[str, str]]] = {
    CommandCode.UNKNOWN_PROBLEM: ("没有这个编号的未结顽疾", "no open problem has this number"),
    CommandCode.UNKNOWN_TASK: ("没有这个编号的任务", "no task has this number"),
    CommandCode.UNKNOWN_AGENCY: ("没有登记这个单位", "no such agency is registered"),
    CommandCode.UNKNOWN_MATTER: ("该顽疾没有这一件", "the problem does not hold this matter"),
    CommandCode.UNKNOWN_PAIR: ("没有这一对疑似重复件", "there is no such suspected pair"),
    CommandCode.UNKNOWN_POLICY: (
        "本系统没有载入这个规则版本",
        "this version of the policy is not loaded here",
    ),
    CommandCode.CODES_MISSING: (
        "新版本缺少现行的区划或类别,请补上或指明后继代码",
        "the new version lacks a place or category in force: add it, or name the code that follows it",
    ),
    CommandCode.SECOND_PERSON: (
        "提议与启用须是两个账号,请由另一人启用",
        "one account proposes and another adopts: let a second person adopt it",
    ),
    CommandCode.NOT_THE_ACTOR: (
        "此事不由该席位办理:单位只答复自己的任务,强制办结与启用规则由分管领导或管理员办理",
        "not for this seat: an agency answers its own tasks alone, heads settle by force and adopt policies",
    ),
    CommandCode.OUTSIDE_TERRITORY: (
        "不在该席位所辖区域内;强制办结须由上一级办理",
        "it lies outside the places this seat holds; to settle by force takes a seat of the tier above",
    ),
    CommandCode.NOT_ALLOWED: ("目前所处阶段不允许此操作", "where it stands now does not allow this"),
    CommandCode.NOT_AT_TIER: ("上下没有可去的层级", "there is no tier to go to"),
    CommandCode.NOTHING_ASKED: ("该任务没有待批的申请", "the task asks for nothing"),
    CommandCode.INCOMPLETE: ("缺少天数或复核日期", "the number of days or the day of review is missing"),
    CommandCode.TOO_LATE: ("时限已过", "the clock has run out"),
}
