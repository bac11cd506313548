"""顽疾详情: why it is one problem, how far it has come, who must act, and what was decided in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from hub.console import frame
from hub.console.deeds import matters_page, of_problem, of_task
from hub.console.desk import Desk, NotFound, Reader
from hub.console.near import county
from hub.console.pages import CENTRE
from hub.console.show import Show
from hub.console.words import msg
from hub.core._sentence import sentence
from hub.model.clock import DAY_MS, due_ms
from hub.model.ladder import stage_policy
from hub.model.lifecycle import TaskPhase
from hub.policies.models import FrequentRule, Tier
from hub.schemas.reasons import DecisionKind
from hub.store.screens import one, pairs
from hub.store.screens.register import Fields

router: Final = APIRouter()

TIER_ORDER: Final = tuple(Tier)
TABS: Final = {
    "all": msg("全部"),
    "decided": msg("决策"),
    "handled": msg("办理"),
    "grown": msg("增补"),
}
GROWN: Final = frozenset({DecisionKind.PROBLEM_REINFORCED})
HANDLED: Final = frozenset(kind for kind in DecisionKind if kind.startswith("task_")) | {
    DecisionKind.NUDGED,
    DecisionKind.SUPERVISED,
    DecisionKind.EXTENSION_GRANTED,
    DecisionKind.LEDGERED,
}
EVERY: Final = frozenset(DecisionKind)
OF_TAB: Final = {"all": EVERY, "decided": EVERY - GROWN - HANDLED, "handled": HANDLED, "grown": GROWN}
TURNS: Final = frozenset(
    {DecisionKind.PROBLEM_SUSPECTED, DecisionKind.TIER_RAISED, DecisionKind.TIER_LOWERED}
)
"""How a problem began and moved between tiers: read by themselves, as additions can outnumber them a hundredfold."""

LOOKS: Final = {
    "problem_suspected": ("zoom-question", "remind"),
    "problem_confirmed": ("circle-check", "normal"),
    "problem_dismissed": ("x", "ledgered"),
    "problem_reinforced": ("plus", "ledgered"),
    "tier_raised": ("stairs-up", "soon"),
    "lead_named": ("flag", "normal"),
    "nudged": ("bell", "soon"),
    "supervised": ("eye", "overdue"),
    "problem_settled": ("circle-check", "done"),
    "problem_closed": ("circle-check", "done"),
    "problem_rebounded": ("refresh", "overdue"),
    "problem_merged": ("git-merge", "ledgered"),
    "label_added": ("tag", "remind"),
    "label_removed": ("tag", "ledgered"),
    "task_cut": ("route", "normal"),
    "task_accepted": ("check", "normal"),
    "task_returned": ("arrow-up", "soon"),
    "task_done": ("circle-check", "done"),
    "task_verified": ("shield-check", "done"),
    "task_reopened": ("refresh", "overdue"),
    "arbitration_opened": ("gavel", "soon"),
    "arbitration_ruled": ("gavel", "normal"),
    "ledgered": ("clock-pause", "ledgered"),
    "extension_granted": ("clock", "remind"),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """One tier on the ladder. `state` is was, at, or to; `reached_ms` when it was or will be reached, if known."""

    tier: Tier
    state: str
    reached_ms: int | None = None
    promised_ms: int | None = None
    left_ms: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline: a decision, or several of one kind in a row."""

    kind: str
    first: Fields
    last: Fields
    number: int
    icon: str
    tone: str


@router.get("/problems/{number}")
def problem(
    request: Request,
    desk: Reader,
    number: str,
    tab: str = "all",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Show one problem, or with `before` only what was decided earlier than that."""
    tab = tab if tab in TABS else "all"
    with desk.console.engine.connect() as sql:
        said = one.decisions(sql, desk.whole, number, OF_TAB[tab], before or one.NEVER)
        told = {
            "number": number,
            "tab": tab,
            "lines": timeline(said),
            "earlier": said[0]["seq"] if len(said) == one.DECISIONS_MAX else None,
        }
        if before is not None:
            return frame.page(request, desk, "problem_lines.html", **told)
        values = values_of(sql, desk, number)
    return frame.page(
        request,
        desk,
        "problem.html",
        **values,
        **told,
        tabs=TABS,
        deeds=of_problem(desk, values["row"]),
        judges=desk.account.role in CENTRE,
        task_deeds={task["id"]: of_task(desk, task) for task in values["tasks"]},
        matters_page=matters_page,
    )


@router.get("/problems/{number}/matters")
def matters(request: Request, desk: Reader, number: str, before: Annotated[int, Query(ge=1)]) -> Response:
    """Show the matters of a problem that came before an entry, to choose which are to be taken out."""
    page = matters_page(desk, number, before)
    if not page.rows:
        raise NotFound
    return frame.page(request, desk, "matters.html", page=page)


def values_of(sql: Connection, desk: Desk, number: str) -> dict[str, Any]:
    """Read all that the page shows; raises `NotFound` for a problem outside the reader's scope."""
    row = one.problem(sql, desk.whole, number, desk.now_ms)
    if row is None:
        raise NotFound
    turns = one.decisions(sql, desk.whole, number, TURNS)
    suspicion = next((line for line in turns if line["kind"] == "problem_suspected"), None)
    rungs = ladder(desk, row, turns)
    similar = one.similar(sql, desk.whole, row, county(desk, row["place"]))
    tasks = one.tasks(sql, desk.whole, number)
    return {
        "row": row,
        "rungs": rungs,
        "next": next((rung for rung in rungs if rung.state == "to"), None),
        "why": why(sql, desk, row, suspicion),
        "tasks": tasks,
        "missing": [task["agency"] for task in tasks if task["phase"] == TaskPhase.CUT],
        "paused_ms": paused_ms(row, desk.now_ms),
        "pairs": pairs.of_problem(sql, desk.whole, number),
        "notices": one.notices(sql, desk.whole, number),
        "members": one.members(sql, desk.whole, number),
        "similar": similar,
        "worked": one.worked(sql, desk.whole, [near["id"] for near in similar]),
        "policy": turns[0]["policy"] if turns else "",
        "way": desk.names.path(row["place"]),
    }


def ladder(desk: Desk, row: Fields, turns: list[Fields]) -> list[Rung]:
    """Give the rungs from the problem's own tier to the city: reached, promised, and what comes if nothing is done."""
    marks = _reached(desk, row, turns)
    on_way = [desk.policy.places[code].tier for code in desk.policy.places[row["place"]].chain]
    rungs: list[Rung] = []
    expected = row["due_ms"]
    ceiling = stage_policy(desk.policy, row["category"]).ceiling
    top = len(TIER_ORDER) if ceiling is None else TIER_ORDER.index(ceiling) + 1
    for tier in on_way:
        if tier in marks and tier != row["tier"]:
            reached, promised, reason = marks[tier]
            above = next(
                (marks[higher][0] for higher in on_way[on_way.index(tier) + 1 :] if higher in marks), None
            )
            rungs.append(Rung(tier, "was", reached, promised, above, reason))
        elif tier == row["tier"]:
            reached, _, reason = marks.get(tier, (row["opened_ms"], None, ""))
            rungs.append(Rung(tier, "at", reached, row["due_ms"], None, reason))
        elif TIER_ORDER.index(Tier(row["tier"])) < TIER_ORDER.index(tier) < top:
            rungs.append(Rung(tier, "to", expected))
            expected = _after(desk, row["category"], tier, expected)
    return rungs


def why(sql: Connection, desk: Desk, row: Fields, suspicion: Fields | None) -> dict[str, Any] | None:
    """Give what made the matters look like one problem: the numbers, the rule, and the events behind it."""
    if suspicion is None or "measure" not in suspicion:
        return None
    measure = suspicion["measure"]
    at = datetime.fromisoformat(suspicion["at"])
    events = one.grounds(sql, desk.whole, row["id"], suspicion.get("evidence", []))
    rule = next((rule for rule in desk.policy.rules if rule.name == row["rule"]), None)
    end_ms = int(at.timestamp() * 1000)
    # A matter passed around or redone is looked at over its life, not within a window.
    days = measure.get("window_days")
    from_ms = end_ms - days * DAY_MS if days else min((event["hub_ms"] for event in events), default=end_ms)
    span_ms = max(1, end_ms - from_ms)
    return {
        "reason": suspicion["reason"],
        "sentence": sentence(suspicion, desk.lang, _named(desk, suspicion)),
        "bar": _bar(
            measure["observed"],
            rule.matters_min if isinstance(rule, FrequentRule) else measure.get("expected"),
        ),
        "measure": measure,
        "needed": rule.matters_min if isinstance(rule, FrequentRule) else None,
        "rule": row["rule"],
        "at_ms": end_ms,
        "from_ms": from_ms,
        "events": events,
        "dots": [
            round(10 + 300 * min(1.0, max(0.0, (event["hub_ms"] - from_ms) / span_ms)), 1) for event in events
        ],
    }


def paused_ms(row: Fields, now_ms: int) -> int:
    """Give how long a problem's clocks have stood still, the pause under way among it."""
    under_way = now_ms - row["paused_ms"] if row["paused_ms"] is not None else 0
    return int(row["paused_for_ms"]) + max(0, under_way)


def timeline(said: list[Fields]) -> list[Line]:
    """Give decisions newest first, several additions in a row as one line."""
    lines = []
    for grown, run in groupby(said, key=lambda line: line["kind"] in GROWN):
        group = list(run)
        parts = [group] if grown else [[line] for line in group]
        for part in parts:
            icon, tone = LOOKS.get(part[-1]["kind"], ("point", "normal"))
            lines.append(Line(part[-1]["kind"], part[0], part[-1], len(part), icon, tone))
    return lines[::-1]


def _named(desk: Desk, line: Fields) -> dict[str, str]:
    place, category = line["place"], line["category"]
    return {place: desk.names.place(place), category: desk.names.category(category)}


def _bar(observed: float, against: float | None) -> tuple[float, float] | None:
    """Give the bar of what was counted and the mark it is held against, in percent of the box; None without one."""
    if not against:
        return None
    top = max(observed, against) * 1.1
    return round(100 * observed / top, 1), round(100 * against / top, 1)


def _reached(desk: Desk, row: Fields, turns: list[Fields]) -> dict[str, tuple[int, int | None, str]]:
    promised: dict[str, int] = dict(orjson.loads(row["promised"] or "[]"))
    show = Show(desk)
    marks: dict[str, tuple[int, int | None, str]] = {row["place_tier"]: (row["opened_ms"], None, "")}
    for line in turns:
        reason = show.reason(line["kind"], line["reason"])
        marks[line["tier"]] = (_ms(line["at"]), promised.get(line["tier"]), reason)
    return marks


def _after(desk: Desk, category: str, tier: Tier, start_ms: int | None) -> int | None:
    span = stage_policy(desk.policy, category).stage.get(tier)
    if span is None or start_ms is None:
        return None
    return due_ms(start_ms, span, desk.policy.calendar, desk.policy.zone)


def _ms(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp() * 1000)
