"""顽疾台账: which problems come back, found by filters whose whole state is the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.datastructures import QueryParams

from hub.console import frame
from hub.console.desk import Desk, Reader
from hub.console.exports import Column, Sheet, csv_file, xlsx_file
from hub.console.pages import CENTRE
from hub.console.show import CLOCKS, PHASES, Show
from hub.console.tiers import TIERS
from hub.console.words import Words, msg
from hub.policies.models import Tier
from hub.store import trail
from hub.store.screens import register
from hub.store.screens.register import FILTERS, OPEN, Fields, Found, Wanted

router: Final = APIRouter()

PAGE_ROWS: Final = 40
LEADS_SHOWN: Final = 10
KINDS_SHOWN: Final = 12
EXPORT_MAX: Final = 100_000
DAY_MS: Final = 86_400_000
OPENED_DAYS_MAX: Final = 366
SORTS: Final = {"due": msg("剩余时间"), "opened": msg("最近立案"), "matters": msg("件数")}
TITLES: Final = {
    "phase": msg("状态"),
    "clock": msg("时限"),
    "tier": msg("当前级"),
    "kind": msg("类型"),
    "rule": msg("触发规则"),
    "lead": msg("主办"),
}
VIEWS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    (msg("全部"), {}),
    (msg("在办"), {"phase": OPEN}),
    (msg("红色"), {"clock": ("overdue",)}),
    (msg("新立案"), {"phase": OPEN, "sort": "opened"}),
    (msg("观察期"), {"phase": ("settled",)}),
    (msg("误判复核"), {"phase": ("dismissed",)}),
)


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter: its word, how many it would leave, and whether it is picked."""

    value: str
    word: str
    number: int
    on: bool


@router.get("/problems")
def ledger(request: Request, desk: Reader) -> Response:
    """Show the register, or with `after` the rows that follow."""
    wanted = wanted_of(request.query_params, desk)
    with desk.console.engine.connect() as sql:
        rows = desk.index.page(sql, desk.scope, wanted, desk.now_ms, PAGE_ROWS + 1)
        growth = register.growth(sql, desk.scope, [row["id"] for row in rows[:PAGE_ROWS]], desk.now_ms)
        counts = desk.index.counts(sql, desk.scope, wanted, desk.names.kind_of, desk.now_ms)
    return frame.page(
        request,
        desk,
        "ledger_rows.html" if wanted.after else "ledger.html",
        rows=rows[:PAGE_ROWS],
        growth=growth,
        after=_after(rows),
        picks=desk.account.role in CENTRE,
        filters=[
            (name, TITLES[name], _options(desk, name, counts.facets[name], wanted.chosen)) for name in FILTERS
        ],
        total=counts.total,
        chosen=wanted.chosen,
        q=request.query_params.get("q", ""),
        sort=wanted.sort,
        sorts=SORTS,
        views=VIEWS,
        opened=opened_days(request.query_params),
        own=bool(wanted.place),
        asked={
            **{name: list(values) for name, values in wanted.chosen.items()},
            "opened": opened_days(request.query_params),
            "own": 1 if wanted.place else None,
            "sort": wanted.sort,
        },
    )


@router.get("/problems/rows")
def ledger_rows(request: Request, desk: Reader) -> Response:
    """Give the rows of these numbers anew, for those on the screen that have changed."""
    numbers = request.query_params.getlist("id")[:PAGE_ROWS]
    with desk.console.engine.connect() as sql:
        rows = register.named(sql, desk.scope, numbers, desk.now_ms)
        growth = register.growth(sql, desk.scope, numbers, desk.now_ms)
    picks = desk.account.role in CENTRE
    return frame.page(
        request,
        desk,
        "ledger_rows.html",
        rows=rows,
        growth=growth,
        after="",
        asked={},
        q="",
        picks=picks,
    )


@router.get("/problems.{form}")
def ledger_file(request: Request, desk: Reader, form: str) -> Response:
    """Give everything the filters leave as a file, with the query in its head; the trail notes it."""
    wanted = wanted_of(request.query_params, desk)
    show, words = Show(desk), desk.words
    with desk.console.engine.connect() as sql:
        rows = []
        for row in desk.index.every(sql, desk.scope, wanted, desk.now_ms):
            rows.append(row)
            if len(rows) == EXPORT_MAX:
                break
    sheet = Sheet(
        words(msg("顽疾台账")),
        _query_lines(desk, wanted, request.query_params, len(rows)),
        [Column(words(head), value) for head, value in columns(desk, show)],
        rows,
        "problems",
    )
    desk.note(trail.Act.EXPORTED, "/problems", request.url.query, f"{form}: {len(rows)}")
    return xlsx_file(sheet) if form == "xlsx" else csv_file(sheet)


def columns(desk: Desk, show: Show) -> list[tuple[str, Any]]:
    """Give the columns of an export, head and value, in the order of the screen."""
    names, words = desk.names, desk.words
    return [
        (msg("编号"), lambda row: row["id"]),
        (msg("名称"), names.title),
        (msg("属地"), lambda row: " › ".join(names.place(code) for code in names.path(row["place"]))),
        (msg("类型"), lambda row: names.category(row["category"])),
        (msg("状态"), lambda row: show.phase(row["phase"])),
        (msg("当前级"), lambda row: show.tier_word(row["tier"])),
        (msg("时限"), lambda row: words(CLOCKS[row["clock"]][0])),
        (msg("本级到期"), lambda row: show.stamp(row["due_ms"]) if row["due_ms"] is not None else ""),
        (msg("件数"), lambda row: row["matters"]),
        (msg("轮次"), lambda row: row["round"]),
        (msg("主办"), lambda row: names.agency(row["lead"])),
        (msg("触发规则"), lambda row: show.rule(row["rule"])),
        (msg("立案时间"), lambda row: show.stamp(row["opened_ms"])),
    ]


def wanted_of(query: QueryParams, desk: Desk) -> Wanted:
    """Read the filters out of an address; what it cannot mean is left out."""
    chosen = {name: tuple(dict.fromkeys(query.getlist(name))) for name in FILTERS}
    number, words = search_of(query.get("q", ""), desk)
    return Wanted(
        chosen,
        desk.names.categories_of(chosen["kind"]) if chosen["kind"] else None,
        number,
        words,
        query.get("sort", "due") if query.get("sort") in SORTS else "due",
        _place_in_order(query.get("after", "")),
        desk.now_ms - days * DAY_MS if (days := opened_days(query)) else None,
        desk.here if query.get("own") else "",
    )


def opened_days(query: QueryParams) -> int | None:
    """Read within how many days a problem was opened; None where the address does not say."""
    asked = query.get("opened", "")
    return int(asked) if asked.isdecimal() and len(asked) < 4 and 0 < int(asked) <= OPENED_DAYS_MAX else None


def search_of(q: str, desk: Desk) -> tuple[str, tuple[Found, ...]]:
    """Read a search: a problem's number, or words found in names of places, kinds and leads, by letter or by sound."""
    q = q.strip()[:80]
    if not q:
        return "", ()
    if q[:2].upper() == desk.policy.letters.upper() and any(sign.isdigit() for sign in q):
        return q.upper(), ()
    return "", tuple(desk.names.search(word) for word in q.split()[:5])


def word_of(desk: Desk, name: str, value: str) -> str:
    """What a filter's value is called."""
    words: Words = desk.words
    if name == "clock":
        return words(CLOCKS[value][0]) if value in CLOCKS else value
    if name == "tier":
        return words(TIERS[Tier(value)][1]) if value in TIERS else value
    if name == "phase":
        return words(PHASES.get(value, value))
    if name == "kind":
        return desk.names.category(value)
    if name == "rule" and value:
        return Show(desk).rule(value)
    return desk.names.agency(value) if name == "lead" and value else value or words(msg("未定"))


def _options(
    desk: Desk, name: str, counts: Counter[str], chosen: Mapping[str, tuple[str, ...]]
) -> list[Option]:
    fixed: dict[str, tuple[str, ...]] = {"phase": (*PHASES,), "clock": (*CLOCKS,), "tier": (*TIERS,)}
    if name in fixed:
        values = [str(value) for value in fixed[name]]
    else:
        most = LEADS_SHOWN if name == "lead" else KINDS_SHOWN
        values = [value for value, _ in counts.most_common(most)]
        values += [value for value in chosen[name] if value not in values]
    return [
        Option(value, word_of(desk, name, value), counts[value], value in chosen[name])
        for value in values
        if counts[value] or value in chosen[name]
    ]


def _query_lines(desk: Desk, wanted: Wanted, query: QueryParams, number: int) -> list[tuple[str, str]]:
    words = desk.words
    lines = [
        (
            words(msg("属地")),
            desk.names.city if desk.here == desk.names.root else desk.names.place(desk.here),
        ),
        (words(msg("截至")), Show(desk).stamp(desk.now_ms)),
        (words(msg("导出账号")), desk.account.login),
        (words(msg("条数")), str(number)),
    ]
    for name, values in wanted.chosen.items():
        if values:
            picked = "、" if desk.lang == "zh" else ", "
            lines.append((words(TITLES[name]), picked.join(word_of(desk, name, value) for value in values)))
    if days := opened_days(query):
        lines.append((words(msg("立案时间")), words(msg("近 {n} 天"), n=days)))
    if wanted.place:
        lines.append((words(msg("属地")), words(msg("直接列在本级"))))
    if q := query.get("q", ""):
        lines.append((words(msg("关键词")), q))
    lines.append((words(msg("排序")), words(SORTS[wanted.sort])))
    return lines


def _after(rows: list[Fields]) -> str:
    return f"{rows[PAGE_ROWS - 1]['sorted_by']}~{rows[PAGE_ROWS - 1]['id']}" if len(rows) > PAGE_ROWS else ""


def _place_in_order(after: str) -> tuple[int, str] | None:
    value, _, number = after.partition("~")
    return (int(value), number) if value.isdecimal() and number and len(value) < 20 else None
