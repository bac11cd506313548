"""事件流: what came in, what became of it, and why something did not count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.content import content
from hub.console.desk import NotFound, Reader
from hub.console.fields import fields_told
from hub.console.mend import can_mend
from hub.console.words import msg
from hub.schemas.reasons import Outcome, QuarantineCode, RefusalCode
from hub.store.mended import mended
from hub.store.screens import flow

router: Final = APIRouter()

PAGE_ROWS: Final = 50
TABS: Final = {
    "": msg("全部"),
    "accepted": msg("受理"),
    "duplicate": msg("重复"),
    "quarantined": msg("待定位"),
    "refused": msg("退回"),
}

NOT_TAKEN: Final = (Outcome.REFUSED, Outcome.QUARANTINED)
ADVICE: Final[Mapping[str, str]] = {
    RefusalCode.MALFORMED: msg("改成合格的 JSON（UTF-8），再以同一编号重发。"),
    RefusalCode.NOT_CLOUDEVENT: msg("补齐 CloudEvents 1.0 的必填属性：specversion、id、source、type、time。"),
    RefusalCode.UNKNOWN_TYPE: msg("type 只能用接入手册列出的七种，注意版本号。"),
    RefusalCode.SCHEMA_INVALID: msg("按定位改正这一项：补上、删去或改成允许的值，再以同一编号重发。"),
    RefusalCode.SOURCE_MISMATCH: msg("source 须为本单位自己的代号，并发到本单位的主题。"),
    RefusalCode.UNKNOWN_AGENCY: msg("先由管理员登记该单位，再发。"),
    RefusalCode.PLACE_OUTSIDE_TERRITORY: msg("属地不在本单位辖区：改用辖区内的区划代码，或由管辖单位报送。"),
    RefusalCode.UNKNOWN_MATTER: msg("先报送该件，再报它的进展；件号须与报送时一致。"),
    RefusalCode.UNKNOWN_TASK: msg("任务编号须与派单一致，且任务仍在办。"),
    RefusalCode.NOT_ALLOWED: msg("任务当前的状态不允许这样回复：先看任务现在到哪一步。"),
    RefusalCode.TOO_LATE: msg("期限已过，不能再这样回复；可联系中心。"),
    RefusalCode.NOT_ASSESSED: msg("这一项或这个单位不在本期考核之内，核对项目代号和期次。"),
    RefusalCode.PERIOD_CLOSED: msg("本期考核已经截止，不能再报。"),
    RefusalCode.PERSONAL_DATA: msg("删去定位处的证件号、电话、卡号、车牌或邮箱，只写事不写人，再重发。"),
    RefusalCode.RESTRICTED_CLASS: msg("检举控告等依法由其他机关受理，不要报送到这里；内容没有保存。"),
    RefusalCode.TOO_LARGE: msg("一条记录不超过 1 MiB、500 个事件，拆开再发。"),
    RefusalCode.CLOCK_SKEW: msg("时间晚于现在：校准单位的时钟，时间要带时区。"),
    RefusalCode.TOO_OLD: msg("超过允许的迟报天数；历史数据请由中心按历史导入。"),
    QuarantineCode.PLACE_UNKNOWN: msg("单位改用现行区划代码后以同一编号重发，或由中心在此更正。"),
    QuarantineCode.CATEGORY_UNKNOWN: msg("单位改用现行分类代码后以同一编号重发，或由中心在此更正。"),
}
"""What the agency has to do about an event that was not taken."""

assert {*RefusalCode, *QuarantineCode} == set(ADVICE), "a code has no advice"


@router.get("/events")
def events(
    request: Request, desk: Reader, outcome: str = "", agency: str = "", before: int | None = None
) -> Response:
    """Show events newest first, with the counts of the last 24 hours on the tabs."""
    outcome = outcome if outcome in TABS else ""
    with desk.console.engine.connect() as sql:
        rows = flow.events(
            sql, desk.scope, outcome=outcome, agency=agency, before=before, limit=PAGE_ROWS + 1
        )
        counts = flow.outcomes(sql, desk.scope, desk.now_ms - 86_400_000, desk.now_ms)
        done = mended(sql, desk.policy.jurisdiction, [row["number"] for row in rows])
    return frame.page(
        request,
        desk,
        "event_rows.html" if before else "events.html",
        rows=[{**row, "told": content(desk.words, row["type"], row["body"])} for row in rows[:PAGE_ROWS]],
        before=rows[PAGE_ROWS - 1]["number"] if len(rows) > PAGE_ROWS else None,
        outcome=outcome,
        agency=agency,
        tabs=TABS,
        counts=counts,
        received=sum(counts.values()),
        mended=done,
    )


@router.get("/events/{number}")
def event(request: Request, desk: Reader, number: int) -> Response:
    """Show one event: what the log kept of it and what became of it."""
    with desk.console.engine.connect() as sql:
        row = flow.event(sql, desk.whole, number)
        done = mended(sql, desk.policy.jurisdiction, [number])
    if row is None:
        raise NotFound
    body: dict[str, Any] = json.loads(row["body"]) if row["body"] else {}
    return frame.page(
        request,
        desk,
        "event.html",
        row=row,
        data=list(fields_told(desk, body.get("data", {}))),
        body=body,
        advice=ADVICE.get(row["code"], "") if row["outcome"] in NOT_TAKEN else "",
        mendable=can_mend(desk, row),
        done=done.get(number),
    )
