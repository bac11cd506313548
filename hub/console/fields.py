"""What an event says, field by field, in the reader's words; what has no name keeps its code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from hub.console.content import REPLIES, STATUSES
from hub.console.desk import Desk
from hub.console.words import msg

FIELDS: Final = {
    "matter_id": msg("办件编号"),
    "place": msg("属地"),
    "category": msg("类型"),
    "scheme": msg("分类方案"),
    "severity": msg("严重程度"),
    "nature": msg("性质"),
    "channel": msg("渠道"),
    "size_band": msg("涉及人数"),
    "repeat": msg("重复来件"),
    "occurred_at": msg("发生"),
    "responsible_agency": msg("承办单位"),
    "due_at": msg("期限"),
    "summary": msg("内容"),
    "incident_kind": msg("事件类别"),
    "mediation_kind": msg("调解种类"),
    "agency": msg("单位"),
    "outcome": msg("结果"),
    "satisfaction": msg("满意度"),
    "status": msg("状态"),
    "task_id": msg("任务编号"),
    "reply": msg("回复"),
    "note": msg("说明"),
    "evidence": msg("附件"),
    "ground": msg("依据"),
    "result": msg("办理结果"),
    "days": msg("天数"),
    "review_on": msg("复核日期"),
    "period": msg("考核期"),
    "item": msg("考核项"),
    "scores": msg("得分"),
}
VALUES: Final[dict[str, dict[str, str]]] = {
    "status": STATUSES,
    "reply": REPLIES,
    "nature": {
        "complaint": msg("投诉"),
        "help": msg("求助"),
        "suggestion": msg("建议"),
        "consultation": msg("咨询"),
        "request": msg("申请"),
        "report": msg("举报反映"),
    },
    "channel": {
        "letter": msg("来信"),
        "visit": msg("来访"),
        "hotline": msg("热线"),
        "online": msg("网上"),
        "grid": msg("网格"),
        "patrol": msg("巡查"),
        "police": msg("公安"),
        "court": msg("法院"),
        "mediation": msg("调解组织"),
        "inspection": msg("督查"),
        "other": msg("其他"),
    },
    "incident_kind": {
        "natural": msg("自然灾害"),
        "accident": msg("事故灾难"),
        "health": msg("公共卫生"),
        "security": msg("社会安全"),
    },
    "mediation_kind": {
        "people": msg("人民调解"),
        "administrative": msg("行政调解"),
        "judicial": msg("司法调解"),
        "police_station": msg("公调对接"),
        "lawyer_in_court": msg("律调进院"),
        "mobile_court": msg("背包法庭"),
    },
    "outcome": {
        "supported": msg("予以支持"),
        "explained": msg("已作解释"),
        "rejected": msg("不予支持"),
        "agreement": msg("达成协议"),
        "oral_agreement": msg("达成口头协议"),
        "partial": msg("部分达成"),
        "failed": msg("调解不成"),
        "terminated": msg("终止"),
        "performed": msg("已履行"),
    },
    "satisfaction": {
        "satisfied": msg("满意"),
        "basically_satisfied": msg("基本满意"),
        "dissatisfied": msg("不满意"),
        "unrated": msg("未评价"),
    },
}


class Told(NamedTuple):
    """One field: its own key, its word, and its value as a reader says it."""

    key: str
    word: str
    value: str


def fields_told(desk: Desk, data: Mapping[str, Any]) -> Iterator[Told]:
    """Give the fields of an event's data in words."""
    for key, value in data.items():
        yield Told(key, desk.words(FIELDS.get(key, key)), _value(desk, key, value))


def _value(desk: Desk, key: str, value: object) -> str:
    names = desk.names
    if isinstance(value, bool):
        return desk.words(msg("是") if value else msg("否"))
    if isinstance(value, list):
        gap = "、" if desk.lang == "zh" else ", "
        return gap.join(_listed(desk, part) for part in value)
    written = str(value)
    if key == "place" and written in desk.policy.places:
        return " › ".join(map(names.place, names.path(written))) or names.city
    if key == "category":
        return names.category(written)
    if key in ("agency", "responsible_agency"):
        return names.agency(written)
    known = VALUES.get(key, {})
    return desk.words(known[written]) if written in known else written


def _listed(desk: Desk, part: Mapping[str, Any]) -> str:
    """Say a piece of evidence by its name, a score by the unit that gets it."""
    if "unit" not in part:
        return str(part.get("name", ""))
    unit = str(part["unit"])
    named = desk.names.place(unit) if unit in desk.policy.places else desk.names.agency(unit)
    return f"{named} {part['value']}"
