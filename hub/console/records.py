"""审计: who signed in, looked at what, exported and asked, and whether the chain of records holds."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.desk import Reader
from hub.console.words import msg
from hub.store import trail
from hub.store.trail import Act

router: Final = APIRouter()

PAGE_ROWS: Final = 50
ACTS: Final = {
    Act.SIGNED_IN: msg("登录"),
    Act.SIGN_IN_FAILED: msg("登录失败"),
    Act.SIGNED_OUT: msg("退出"),
    Act.PASSWORD_CHANGED: msg("修改密码"),
    Act.OTP_CHANGED: msg("动态口令变更"),
    Act.ACCOUNT_ADDED: msg("新增账号"),
    Act.ROLE_CHANGED: msg("变更角色"),
    Act.ACCOUNT_CLOSED: msg("停用账号"),
    Act.ACCOUNT_LOCKED: msg("锁定账号"),
    Act.ACCOUNT_UNLOCKED: msg("解锁账号"),
    Act.POLICY_PROPOSED: msg("提议启用规则"),
    Act.PROPOSAL_DROPPED: msg("撤回提议"),
    Act.VIEWED: msg("查看受限页面"),
    Act.EXPORTED: msg("导出"),
    Act.ASKED: msg("办理操作"),
    Act.DENIED: msg("越权被拒"),
}
OUTCOMES: Final = {
    "done": msg("成功"),
    "wrong": msg("不正确"),
    "locked": msg("已锁定"),
    "no account": msg("没有账号"),
    "no role": msg("没有角色"),
    "not proved": msg("没有通过"),
    "accepted": msg("已办"),
    "refused": msg("未准"),
    "queued": msg("仍在排队"),
}


@router.get("/audit")
def audit(
    request: Request, desk: Reader, login: str = "", act: str = "", before: int | None = None
) -> Response:
    """Show the trail, newest first, and the verdict on its chain."""
    act = act if act in set(Act) else ""
    with desk.console.engine.connect() as sql:
        rows = trail.entries(
            sql, desk.policy.jurisdiction, login=login, act=act, before=before, limit=PAGE_ROWS + 1
        )
        verdict = trail.verify(sql)
    return frame.page(
        request,
        desk,
        "records_rows.html" if before else "records.html",
        rows=rows[:PAGE_ROWS],
        before=rows[PAGE_ROWS - 1].number if len(rows) > PAGE_ROWS else None,
        login=login,
        act=act,
        acts=ACTS,
        outcomes=OUTCOMES,
        verdict=verdict,
    )
