"""The screen: refuses text that carries a person, or that belongs to bodies this hub must not serve.

Law: 信访工作条例 30, 46 (accusations are not passed on), 个人信息保护法 5, 6, 28 (no more than is needed).
What the screen finds is named by its place, never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from hub.schemas.explain import safe_event_id
from hub.schemas.flaws import Flaw, flaw
from hub.schemas.inbound import (
    Accept,
    Assessment,
    Correction,
    Dispute,
    Done,
    Extend,
    Heartbeat,
    Inbound,
    Incident,
    Ledger,
    MatterChange,
    Petition,
    Progress,
    Return,
)
from hub.schemas.ordinary import (
    OrdinaryChange,
    OrdinaryDispute,
    OrdinaryEvent,
    OrdinaryIncident,
    OrdinaryReport,
)
from hub.schemas.personal import has_identity_number, has_personal_data, plain
from hub.schemas.reasons import RefusalCode

_RESTRICTED_WORDS: Final = (
    # 检举控告: what is said of a person who holds office
    *(
        "贪污",
        "受贿",
        "行贿",
        "索贿",
        "贿赂",
        "滥用职权",
        "玩忽职守",
        "徇私",
        "渎职",
        "以权谋私",
        "权钱交易",
        "侵吞公款",
    ),
    *(
        "挪用公款",
        "收受红包",
        "吃拿卡要",
        "公款吃喝",
        "检举",
        "控告",
        "腐败",
        "保护伞",
        "官商勾结",
        "中饱私囊",
    ),
    # 纪检 and 组织人事
    *(
        "违纪",
        "违反纪律",
        "作风问题",
        "生活作风",
        "纪检",
        "纪委",
        "监委",
        "党纪",
        "政务处分",
        "双规",
        "留置措施",
    ),
    *("干部选拔", "干部任用", "组织人事", "买官卖官", "跑官要官", "带病提拔", "党员处分"),
    # watching persons instead of problems
    *(
        "信访人员异动",
        "特殊人员动态",
        "重点青少年动态",
        "管控人员",
        "未登记暂住证",
        "出租房人员隐患",
        "非正常上访",
    ),
    *(
        "家庭异动",
        "稳控对象",
        "稳控人员",
        "重点人员",
        "重点人管控",
        "人员异动",
        "刑满释放人员动态",
        "社区矫正人员动态",
    ),
    *("越级上访", "缠访", "闹访", "非访人员", "上访老户", "涉访人员"),
)
_RESTRICTED: Final = re.compile("|".join(_RESTRICTED_WORDS))

# One pass over a text that has nothing: a set of first characters, through which `re` skips quickly, and only
# behind one of them the question of what follows. It may find too much, never too little: `_judge` decides.
_DIGIT: Final = "0-9０-９⓪①-⑳⑴-⒛²³¹⁰⁴-⁹₀-₉"
_SPOKEN: Final = "零〇幺六七八九"
_PROVINCE: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_HIDDEN: Final = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u20e3\ufe00-\ufe0f\ufeff"
# Common first characters would stop the quick pass at every other word; a rarer tail does as well.
_HOOKS: Final = sorted(
    {word[:-2].lstrip("人未公重家出组外干生非上点员活社区正") + word[-2:] for word in _RESTRICTED_WORDS}
)
_FIRSTS: Final = "".join(sorted({hook[0] for hook in _HOOKS}))
_SUSPICIOUS: Final = re.compile(
    f"[{_DIGIT}{_FIRSTS}@＠{_SPOKEN}{_PROVINCE}{_HIDDEN}](?:"
    f"(?<=[{_DIGIT}])(?:[\\W_]{{0,3}}[{_DIGIT}]){{10}}"
    f"|(?<=[{_FIRSTS}])(?:{'|'.join(hook[1:] for hook in _HOOKS)})"
    f"|(?<=[@＠{_HIDDEN}])"
    f"|(?<=[{_SPOKEN}])[{_SPOKEN}一二两三四五]{{2}}"
    f"|(?<=[{_PROVINCE}]) ?[A-Za-zＡ-Ｚａ-ｚ]"
    ")"
).search
_IDENTITY_LENGTH: Final = 18

_REPORT: Final = (("summary",), ("matter_id", "category", "scheme"))
_TASK: Final = ("task_id",)
# Every field of every message that an agency fills with words of its own: free text, and codes.
_OWN_WORDS: Final[dict[type[object], tuple[tuple[str, ...], tuple[str, ...]]]] = {
    **dict.fromkeys(
        (Petition, Incident, Dispute, OrdinaryReport, OrdinaryIncident, OrdinaryDispute), _REPORT
    ),
    **dict.fromkeys((MatterChange, OrdinaryChange), ((), ("matter_id",))),
    Correction: ((), ("matter_id", "category")),
    Accept: (("note",), _TASK),
    Return: (("note", "ground"), _TASK),
    Progress: (("note",), _TASK),
    Done: (("note", "result"), _TASK),
    Extend: (("note", "ground"), _TASK),
    Ledger: (("note", "ground"), _TASK),
    Assessment: ((), ("item",)),
    Heartbeat: ((), ()),
}
_LISTS: Final = frozenset({Accept, Return, Progress, Done, Extend, Ledger, Assessment})


def screen(event: Inbound | OrdinaryEvent) -> Flaw | None:
    """The flaw that forbids taking `event`, or None.

    Texts are searched for personal data and restricted words; identifiers for identity numbers only, as case
    numbers look like other numbers.
    """
    data = event.data
    kind = type(data)
    texts, codes = _OWN_WORDS[kind]
    for name in texts:
        text = getattr(data, name)
        if text and _SUSPICIOUS(text):
            code = _judge(text)
            if code is not None:
                return _refuse(event, code, f"/data/{name}")
    for name in codes:
        text = getattr(data, name)
        if text and len(text) >= _IDENTITY_LENGTH and has_identity_number(text):
            return _refuse(event, RefusalCode.PERSONAL_DATA, f"/data/{name}")
    if len(event.id) >= _IDENTITY_LENGTH and has_identity_number(event.id):
        return _refuse(event, RefusalCode.PERSONAL_DATA, "/id")
    if event.subject or event.dataschema or kind in _LISTS:
        return _screen_rare(event)
    return None


def _judge(text: str) -> RefusalCode | None:
    visible = plain(text)
    # Restricted first: of an accusation not even the kind of number it holds is anybody's business.
    if _RESTRICTED.search(visible):
        return RefusalCode.RESTRICTED_CLASS
    return RefusalCode.PERSONAL_DATA if has_personal_data(visible) else None


def _refuse(event: Inbound | OrdinaryEvent, code: RefusalCode, pointer: str) -> Flaw:
    return flaw(code, pointer, safe_event_id(event.id))


def _screen_rare(event: Inbound | OrdinaryEvent) -> Flaw | None:
    """The fields that few events have."""
    for pointer, text in _rare_texts(event):
        if _SUSPICIOUS(text):
            code = _judge(text)
            if code is not None:
                return _refuse(event, code, pointer)
    if isinstance(event.data, Assessment):
        for index, score in enumerate(event.data.scores):
            if has_identity_number(score.unit):
                return _refuse(event, RefusalCode.PERSONAL_DATA, f"/data/scores/{index}/unit")
    return None


def _rare_texts(event: Inbound | OrdinaryEvent) -> Iterator[tuple[str, str]]:
    if event.subject:
        yield "/subject", event.subject
    if event.dataschema:
        yield "/dataschema", event.dataschema
    if isinstance(event.data, Accept | Return | Progress | Done | Extend | Ledger):
        for index, evidence in enumerate(event.data.evidence):
            yield f"/data/evidence/{index}/name", evidence.name
