"""What a row of the journal says in one line: a summary, where a matter stands, a reply, or an act of the centre."""

from __future__ import annotations

import json
from typing import Any, Final

from hub.console.words import Words, msg

STATUSES: Final = {
    "accepted": msg("已受理"),
    "transferred": msg("已转办"),
    "returned": msg("已退回"),
    "resolved": msg("已解决"),
    "unresolved": msg("未解决"),
    "reopened": msg("重办"),
    "diverted": msg("已分流"),
    "withdrawn": msg("已撤回"),
    "corrected": msg("已更正"),
}
REPLIES: Final = {
    "accept": msg("签收"),
    "return": msg("退回"),
    "progress": msg("报告进展"),
    "done": msg("办结"),
    "extend": msg("申请延期"),
    "ledger": msg("申请挂账"),
}
COMMANDS: Final = {
    "confirm_problem": msg("确认"),
    "dismiss_problem": msg("列为误判"),
    "merge_problems": msg("合并"),
    "split_problem": msg("拆分"),
    "name_lead": msg("确定主办"),
    "add_co_agency": msg("增派协办"),
    "recut_task": msg("重新派单"),
    "rule_task": msg("裁定"),
    "waive_task": msg("豁免"),
    "answer_asked": msg("答复申请"),
    "reply_task": msg("代为回复"),
    "verify_task": msg("核验"),
    "give_notice": msg("催办督办"),
    "raise_problem": msg("提级"),
    "lower_problem": msg("降级"),
    "settle_problem": msg("办结"),
    "reopen_problem": msg("重开"),
    "adopt_policy": msg("启用规则"),
    "judge_pair": msg("判定重复件"),
}


def content(words: Words, kind: str, body: str) -> str:
    """Give what a journal row of a message type says, "" where it says nothing in words.

    The body of an event that was not let in is not kept, that of a command is its type.
    """
    if kind in COMMANDS:
        return words(COMMANDS[kind])
    data: dict[str, Any] = json.loads(body).get("data", {}) if body else {}
    if data.get("summary"):
        return str(data["summary"])
    for field, known in (("status", STATUSES), ("reply", REPLIES)):
        if data.get(field) in known:
            return words(known[data[field]])
    return ""
