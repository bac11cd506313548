"""How a problem and what belongs to it read as rows, and back."""

from __future__ import annotations

from typing import Final

import orjson
from msgspec.structs import replace
from sqlalchemy import Table

from hub.model.lifecycle import Phase, TaskPhase
from hub.model.matter import Matter, Standing
from hub.model.pair import Pair, PairStanding
from hub.model.problem import Problem
from hub.model.state import Member
from hub.model.task import Asked, Notice, Role, Task
from hub.model.timer import Clock, ClockKind
from hub.policies.models import NoticeKind, Precedent, Tier
from hub.schemas.reasons import Label, SuspicionReason
from hub.store import tables
from hub.store.dialect import Row
from hub.store.pair_tables import PAIR


def columns(table: Table, *, without: str = "jurisdiction") -> str:
    """Give a table's columns for a SELECT, without the one that is asked for."""
    return ", ".join(column.name for column in table.columns if column.name != without)


MATTER_COLUMNS: Final = columns(tables.MATTER)
PROBLEM_COLUMNS: Final = columns(tables.PROBLEM)
TASK_COLUMNS: Final = columns(tables.TASK)
NOTICE_COLUMNS: Final = columns(tables.NOTICE)
MEMBER_COLUMNS: Final = columns(tables.MEMBER)
PAIR_COLUMNS: Final = columns(PAIR)
CLOCK_COLUMNS: Final = "id, kind, problem_id, task_id, started_ms, due_ms"


def problem_row(code: str, p: Problem) -> Row:
    """Give the row of a problem."""
    return (
        code,
        p.id,
        p.place,
        p.place_tier,
        p.category,
        p.rule,
        p.phase,
        p.held_at,
        p.tier,
        p.opened_ms,
        p.matters,
        p.reason,
        p.key,
        p.severity,
        " ".join(p.labels),
        p.round,
        p.tasks,
        p.lead,
        p.confirmed_ms,
        p.stage_started_ms,
        p.due_ms,
        p.total_due_ms,
        p.paused_ms,
        p.paused_for_ms,
        p.settled_ms,
        p.closed_ms,
        orjson.dumps(p.promised).decode(),
        p.watched,
        p.steps,
        p.notices,
        p.level,
        p.rebounds,
        p.parent,
        p.merged_into,
        p.predecessor,
        p.claims,
        p.closed_entry,
    )


def problem_of(row: Row) -> Problem:
    """Give the problem of a row in the order of `PROBLEM_COLUMNS`."""
    values = dict(zip(PROBLEM_COLUMNS.split(", "), row, strict=True))
    return Problem(
        **values
        | {
            "place_tier": Tier(values["place_tier"]),
            "tier": Tier(values["tier"]),
            "phase": Phase(values["phase"]),
            "reason": SuspicionReason(values["reason"]),
            "claims": bool(values["claims"]),
            "labels": tuple(Label(word) for word in values["labels"].split()),
            "promised": tuple((Tier(tier), due_ms) for tier, due_ms in orjson.loads(values["promised"])),
        }
    )


def matter_of(row: Row) -> Matter:
    """Give the matter of a row in the order of `MATTER_COLUMNS`."""
    matter = Matter(*row)
    return replace(matter, standing=Standing(matter.standing))


def task_row(code: str, t: Task) -> Row:
    """Give the row of a task."""
    return (
        code,
        t.id,
        t.problem_id,
        t.round,
        t.agency,
        t.role,
        t.phase,
        t.cut_ms,
        t.touched_ms,
        t.accept_due_ms,
        t.return_due_ms,
        t.due_ms,
        t.accepted_ms,
        t.done_ms,
        t.verified_ms,
        t.returns,
        t.ruled,
        t.extended,
        t.asked or "",
        t.asked_days,
        t.review_day,
        t.steps,
        t.notices,
        t.redone,
        t.note,
        t.evidence,
        t.returned_ms,
        t.ended_ms,
    )


def task_of(row: Row) -> Task:
    """Give the task of a row in the order of `TASK_COLUMNS`."""
    values = dict(zip(TASK_COLUMNS.split(", "), row, strict=True))
    return Task(
        **values
        | {
            "role": Role(values["role"]),
            "phase": TaskPhase(values["phase"]),
            "ruled": bool(values["ruled"]),
            "extended": bool(values["extended"]),
            "asked": Asked(values["asked"]) if values["asked"] else None,
        }
    )


def notice_of(row: Row) -> Notice:
    """Give the notice of a row in the order of `NOTICE_COLUMNS`."""
    notice = Notice(*row)
    return notice._replace(kind=NoticeKind(notice.kind))


def pair_of(row: Row) -> Pair:
    """Give the pair of a row in the order of `PAIR_COLUMNS`."""
    pair = Pair(*row)
    return pair._replace(standing=PairStanding(pair.standing))


def member_of(row: Row) -> tuple[str, Member]:
    """Give the problem and the member of a row in the order of `MEMBER_COLUMNS`."""
    problem_id, *fields = row
    member = Member(*fields)
    return problem_id, member._replace(counts=bool(member.counts))


def clock_of(row: Row) -> Clock:
    """Give the clock of a row in the order of `CLOCK_COLUMNS`."""
    clock = Clock(*row)
    return clock._replace(kind=ClockKind(clock.kind))


def precedent_of(row: Row) -> Precedent:
    """Give the precedent of a row (place, category, lead, co)."""
    place, category, lead, co = row
    return Precedent(category, place, lead, tuple(co.split()))
