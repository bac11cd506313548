"""News for one desk: decisions that ask something of its role, its territory or its agency; nothing else is told."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from hub.console.desk import Desk
from hub.console.show import Show
from hub.schemas.reasons import NOTICE_KINDS, DecisionKind
from hub.store.people import Role
from hub.store.screens import flow

TOLD_MAX: Final = 3
"""How many are told one by one; a burst is told by its number."""

CENTRE: Final = (
    DecisionKind.PROBLEM_SUSPECTED,
    DecisionKind.PROBLEM_REBOUNDED,
    DecisionKind.TIER_RAISED,
    DecisionKind.TASK_RETURNED,
    DecisionKind.ARBITRATION_OPENED,
    DecisionKind.TASK_DONE,
)
CONCERNS: Final = {
    Role.DUTY: CENTRE,
    Role.ADMIN: CENTRE,
    Role.LEADER: (DecisionKind.TIER_RAISED, DecisionKind.PROBLEM_REBOUNDED, DecisionKind.ARBITRATION_OPENED),
    Role.AGENCY: (
        DecisionKind.TASK_CUT,
        DecisionKind.TASK_REOPENED,
        DecisionKind.ARBITRATION_RULED,
        DecisionKind.EXTENSION_GRANTED,
        DecisionKind.LEDGERED,
        *NOTICE_KINDS,
    ),
    Role.MONITOR: (),
}
TONES: Final = {
    DecisionKind.TIER_RAISED: "overdue",
    DecisionKind.TASK_RETURNED: "overdue",
    DecisionKind.TASK_REOPENED: "overdue",
    DecisionKind.ARBITRATION_OPENED: "overdue",
    DecisionKind.PROBLEM_SUSPECTED: "soon",
    DecisionKind.PROBLEM_REBOUNDED: "soon",
    **dict.fromkeys(NOTICE_KINDS, "soon"),
}


class News(NamedTuple):
    """What to tell: lines with a link and a tone, the newest first, and how many more there are."""

    lines: list[dict[str, str]]
    more: int


def news(sql: Connection, desk: Desk, after: int) -> News:
    """Give the decisions after a number that concern the desk.

    What somebody of the centre decided by hand is no news: whoever looks at it sees it change.
    """
    kinds = CONCERNS[desk.account.role]
    agency = desk.account.agency if desk.account.role is Role.AGENCY else ""
    found = [
        line
        for line in (flow.since(sql, desk.whole, after, kinds) if kinds else [])
        if not agency or line.get("agency") == agency
        if agency or line["reason"] != "OPERATOR"
    ]
    return News([_told(desk, line) for line in found[:TOLD_MAX]], max(0, len(found) - TOLD_MAX))


def _told(desk: Desk, line: dict[str, Any]) -> dict[str, str]:
    show, kind = Show(desk), DecisionKind(line["kind"])
    return {
        "word": show.decision(kind),
        "text": desk.names.title(line),
        "href": show.link(f"/problems/{line['problem_id']}"),
        "tone": TONES.get(kind, "normal"),
    }
