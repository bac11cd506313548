"""The pages in the order of the navigation: where each lies, what it is called, and which roles may open it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hub.console.words import msg
from hub.store.people import Role

ALL: Final = frozenset(Role)
CENTRE: Final = frozenset({Role.DUTY, Role.LEADER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `key` is the letter that opens it after `g`; `restricted` views go into the trail."""

    path: str
    icon: str
    word: str
    roles: frozenset[Role]
    key: str
    restricted: bool = False


WORK: Final = (
    Page("/", "dashboard", msg("态势总览"), CENTRE | {Role.MONITOR}, "o"),
    Page("/queue", "inbox", msg("我的待办"), CENTRE | {Role.AGENCY}, "q"),
    Page("/problems", "list-details", msg("顽疾台账"), CENTRE | {Role.AGENCY}, "p"),
    Page("/escalations", "stairs-up", msg("升级看板"), CENTRE | {Role.AGENCY}, "e"),
    Page("/linkage", "affiliate", msg("联动协同"), CENTRE | {Role.AGENCY}, "l"),
    Page("/events", "activity", msg("事件流"), ALL - {Role.LEADER}, "v"),
    Page("/map", "map", msg("一张图"), CENTRE | {Role.AGENCY}, "m"),
    Page("/rules", "scale", msg("规则与日历"), ALL, "c"),
    Page("/wall", "device-tv", msg("大屏"), CENTRE | {Role.MONITOR}, "w"),
    Page("/assessment", "report-analytics", msg("考核报表"), ALL, "r"),
)
RUNNING: Final = (
    Page(
        "/publishers",
        "plug-connected",
        msg("接入单位"),
        frozenset({Role.DUTY, Role.ADMIN, Role.MONITOR}),
        "u",
    ),
    Page("/health", "heartbeat", msg("系统健康"), frozenset({Role.DUTY, Role.ADMIN, Role.MONITOR}), "h"),
    Page("/accounts", "users-group", msg("账号管理"), frozenset({Role.ADMIN}), "n", restricted=True),
    Page("/audit", "history", msg("审计"), frozenset({Role.ADMIN}), "a", restricted=True),
)
NARROWED: Final = frozenset(
    {"/", "/queue", "/problems", "/escalations", "/linkage", "/events", "/map", "/publishers", "/assessment"}
)
"""Pages that show what lies in a place: the breadcrumb stays on them."""

PAGES: Final = {page.path: page for page in (*WORK, *RUNNING)}

HOME: Final = {
    Role.DUTY: "/",
    Role.AGENCY: "/queue",
    Role.LEADER: "/",
    Role.ADMIN: "/",
    Role.MONITOR: "/health",
}
"""Where each role begins."""

ROLE_WORDS: Final = {
    Role.DUTY: msg("值班员"),
    Role.AGENCY: msg("承办单位"),
    Role.LEADER: msg("分管领导"),
    Role.ADMIN: msg("管理员"),
    Role.MONITOR: msg("监测员"),
}
