"""What may be done to a problem or a task at a screen, as one table: who may, in which phase, and what to fill in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData

from hub.console.content import content
from hub.console.desk import Desk
from hub.console.near import county
from hub.console.pages import CENTRE
from hub.console.words import msg
from hub.schemas.reasons import DecisionKind, DismissReason, text
from hub.store.people import Role
from hub.store.screens import one
from hub.store.screens.register import Fields

Choices = Callable[[Desk, Fields], list[tuple[str, str]]]

HELD: Final = frozenset({"confirmed", "treating"})
OPEN: Final = HELD | {"suspected", "ledgered", "settled"}
AGENCY: Final = frozenset({Role.AGENCY, Role.DUTY, Role.ADMIN})
STEPS: Final = ("nudged", "supervised", "circulated", "interviewed", "listed", "vetoed")


@dataclass(frozen=True, slots=True)
class MattersPage:
    """Some matters of a problem to choose from, as value and word, and the entry before which there are more."""

    number: str
    rows: list[tuple[str, str]]
    earlier: int | None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a deed's form, of kind choice, checks, matters, note, days or day; the first two have `choices`."""

    name: str
    word: str
    kind: str
    choices: Choices | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class Deed:
    """One act. `command` is the kind of message, `fixed` what its form need not ask, `phases` where it may be done.

    Whether it is done is for the log to say: the table only keeps a screen from offering what cannot succeed.
    """

    word: str
    icon: str
    command: str
    roles: frozenset[Role]
    phases: frozenset[str]
    fields: tuple[Field, ...] = ()
    fixed: Mapping[str, object] | None = None
    text: str = ""
    first: bool = False


def _reasons(desk: Desk, _row: Fields) -> list[tuple[str, str]]:
    return [(reason, text(reason, desk.lang)) for reason in DismissReason]


def _steps(desk: Desk, _row: Fields) -> list[tuple[str, str]]:
    return [(step, text(DecisionKind(step), desk.lang)) for step in STEPS]


def _agencies(desk: Desk, row: Fields) -> list[tuple[str, str]]:
    """Departments, and the bodies that hold the places from the problem's own up to the city."""
    policy = desk.policy
    chain = policy.places[row["place"]].chain
    bodies = [policy.holders[code] for code in chain if code in policy.holders]
    departments = sorted(
        (agency.id for agency in policy.agencies.values() if agency.publishes), key=desk.names.agency
    )
    return [(code, desk.names.agency(code)) for code in dict.fromkeys((*bodies, *departments))]


def above(desk: Desk, row: Fields) -> list[tuple[str, str]]:
    """The body of the tier above, which answers for a forced end; at the top its own."""
    parent = desk.policy.places[row["held_at"]].parent or row["held_at"]
    body = desk.policy.holders.get(parent, "")
    return [(body, desk.names.agency(body))] if body else []


def _near(desk: Desk, row: Fields) -> list[tuple[str, str]]:
    """Open problems of the same kind in the county, which may be one with this."""
    with desk.console.engine.connect() as sql:
        found = one.nearby(sql, desk.whole, row, county(desk, row["place"]))
    return [(near["id"], f"{near['id']} {desk.names.title(near)}") for near in found]


def matters_page(desk: Desk, number: str, before: int = one.NEVER) -> MattersPage:
    """Give the newest matters of a problem before an entry, as what was told of each."""
    with desk.console.engine.connect() as sql:
        found = one.members(sql, desk.whole, number, before)
    told = [(f"{event['agency']}/{event['matter_id']}", _told(desk, event)) for event in found]
    return MattersPage(number, told, found[-1]["number"] if len(found) == one.MEMBERS_MAX else None)


def _told(desk: Desk, event: Fields) -> str:
    said = content(desk.words, event["type"], event["body"]) or desk.names.category(event["category"])
    return f"{desk.names.place(event['place'])} {said}"


NOTE: Final = Field("note", msg("理由（不得写入个人信息）"), "note")
REMARK: Final = Field("note", msg("说明（不得写入个人信息）"), "note", required=False)
GROUND: Final = Field("ground", msg("依据（不得写入个人信息）"), "note")
TO: Final = Field("agency", msg("单位"), "choice", _agencies)

OF_PROBLEM: Final[dict[str, Deed]] = {
    "confirm": Deed(
        msg("确认"), "circle-check", "confirm_problem", CENTRE, frozenset({"suspected"}), first=True
    ),
    "notice": Deed(
        msg("催办督办"),
        "speakerphone",
        "give_notice",
        CENTRE,
        HELD | {"ledgered"},
        (TO, Field("step", msg("方式"), "choice", _steps), REMARK),
    ),
    "raise": Deed(
        msg("提级"),
        "stairs-up",
        "raise_problem",
        CENTRE,
        HELD | {"ledgered"},
        (NOTE,),
        text=msg("交上一级主办，本级转为协办，时限重新计算。"),
    ),
    "lower": Deed(
        msg("降级"), "arrow-down", "lower_problem", CENTRE, HELD, (NOTE,), text=msg("交回下一级主办。")
    ),
    "lead": Deed(msg("换主办"), "flag", "name_lead", CENTRE, HELD, (TO, NOTE)),
    "co": Deed(msg("加协办"), "users", "add_co_agency", CENTRE, HELD, (TO, REMARK)),
    "merge": Deed(
        msg("合并"),
        "git-merge",
        "merge_problems",
        CENTRE,
        HELD | {"suspected"},
        (Field("others", msg("并入本件的顽疾（同类、本县、未结）"), "checks", _near), NOTE),
        text=msg("并入的编号转到本件，件数不重复计算，时限取最早到期的。"),
    ),
    "split": Deed(
        msg("拆分"),
        "git-fork",
        "split_problem",
        CENTRE,
        HELD | {"suspected"},
        (Field("matters", msg("拆出的办件（新的在前）"), "matters"), NOTE),
        text=msg("选中的办件另成一件新的顽疾，本件至少留下一件。"),
    ),
    "settle": Deed(
        msg("强制办结"),
        "circle-check",
        "settle_problem",
        frozenset({Role.LEADER, Role.ADMIN}),
        HELD | {"ledgered"},
        (Field("agency", msg("由上一级单位负责"), "choice", above), NOTE),
        text=msg("不经核验直接进入观察期，由上一级单位负责。"),
    ),
    "reopen": Deed(msg("重启"), "refresh", "reopen_problem", CENTRE, frozenset({"settled"}), (NOTE,)),
    "dismiss": Deed(
        msg("判为误判"),
        "x",
        "dismiss_problem",
        CENTRE,
        OPEN,
        (Field("reason", msg("理由"), "choice", _reasons), REMARK),
        text=msg("排除后不再计时升级，其办件重新计数。"),
    ),
}
"""Deeds on a problem, by the last part of their address."""

OF_TASK: Final[dict[str, Deed]] = {
    "accept": Deed(
        msg("签收"), "check", "reply_task", AGENCY, frozenset({"cut"}), fixed={"reply": "accept"}, first=True
    ),
    "done": Deed(
        msg("报办结"),
        "circle-check",
        "reply_task",
        AGENCY,
        frozenset({"cut", "accepted", "ledgered"}),
        (Field("note", msg("办理结果（不得写入个人信息）"), "note"),),
        {"reply": "done"},
    ),
    "return": Deed(
        msg("退回任务"),
        "arrow-up",
        "reply_task",
        AGENCY,
        frozenset({"cut", "accepted"}),
        (GROUND,),
        {"reply": "return"},
    ),
    "extend": Deed(
        msg("申请延期"),
        "clock",
        "reply_task",
        AGENCY,
        frozenset({"cut", "accepted"}),
        (Field("days", msg("天数"), "days"), GROUND),
        {"reply": "extend"},
    ),
    "ledger": Deed(
        msg("申请挂账"),
        "clock-pause",
        "reply_task",
        AGENCY,
        frozenset({"cut", "accepted"}),
        (Field("review_on", msg("复核日期"), "day"), GROUND),
        {"reply": "ledger"},
    ),
    "grant": Deed(
        msg("同意"),
        "check",
        "answer_asked",
        CENTRE,
        frozenset({"cut", "accepted"}),
        (REMARK,),
        {"granted": True},
    ),
    "decline": Deed(
        msg("不同意"),
        "x",
        "answer_asked",
        CENTRE,
        frozenset({"cut", "accepted"}),
        (NOTE,),
        {"granted": False},
    ),
    "recut": Deed(msg("重新派单"), "route", "recut_task", CENTRE, frozenset({"returned"}), (TO, REMARK)),
    "rule": Deed(
        msg("裁定"),
        "gavel",
        "rule_task",
        CENTRE,
        frozenset({"disputed"}),
        (TO, NOTE),
        text=msg("裁定后不得再退，并存为先例。"),
    ),
    "pass": Deed(
        msg("核验通过"),
        "shield-check",
        "verify_task",
        CENTRE,
        frozenset({"done"}),
        (REMARK,),
        {"passed": True},
    ),
    "fail": Deed(
        msg("核验不过"), "shield-x", "verify_task", CENTRE, frozenset({"done"}), (NOTE,), {"passed": False}
    ),
    "waive": Deed(
        msg("豁免"),
        "x",
        "waive_task",
        CENTRE,
        frozenset({"cut", "accepted", "ledgered", "returned"}),
        (NOTE,),
    ),
}
"""Deeds on a task."""

JUDGE: Final = Deed(msg("认定重复"), "git-merge", "judge_pair", CENTRE, OPEN)
"""The one deed on a pair: whether both are one is asked by which button was pressed."""

ASKED_ONLY: Final = frozenset({"grant", "decline"})


def of_problem(desk: Desk, row: Fields) -> dict[str, Deed]:
    """Give the deeds that this reader may do to a problem as it stands."""
    return {
        key: deed
        for key, deed in OF_PROBLEM.items()
        if desk.account.role in deed.roles and row["phase"] in deed.phases
    }


def of_task(desk: Desk, task: Fields) -> dict[str, Deed]:
    """Give the deeds that this reader may do to a task as it stands; an agency's desk only to its own."""
    if desk.account.role is Role.AGENCY and task["agency"] != desk.account.agency:
        return {}
    return {
        key: deed
        for key, deed in OF_TASK.items()
        if desk.account.role in deed.roles
        and task["phase"] in deed.phases
        and (bool(task["asked"]) or key not in ASKED_ONLY)
    }


def fields_of(deed: Deed, form: FormData) -> dict[str, object]:
    """Give what a form filled in, as the command's fields."""
    values: dict[str, object] = dict(deed.fixed or {})
    for field in deed.fields:
        if field.kind in ("checks", "matters"):
            values[field.name] = tuple(str(value) for value in form.getlist(field.name))
            continue
        value = str(form.get(field.name, "")).strip()
        values[field.name] = int(value) if field.kind == "days" and value.isdecimal() else value
    return values
