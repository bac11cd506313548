"""The read API: problems, escalations, decisions, events, receipts and agencies, in the scope of the key that asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Security
from sqlalchemy import Engine

from hub.api.faults import Fault, FaultCode, faults
from hub.api.holders import BEARER, Desk, Holders, Reader, who
from hub.api.shown import (
    AgencyPage,
    AgencyShown,
    DecisionPage,
    EventPage,
    EventStatus,
    ProblemPage,
    ProblemRow,
    ProblemWhole,
    TaskPage,
    event_shown,
    problem_row,
    problem_whole,
    task_shown,
)
from hub.model.lifecycle import Phase
from hub.policies.models import Tier
from hub.schemas.envelope import AgencyId, EventId
from hub.schemas.outbound import DecisionLine
from hub.schemas.reasons import DecisionKind, Outcome
from hub.store import case, reads
from hub.store.reads import Wanted

OUTCOMES_MAX: Final = 50
"""Entries a status shows: an id sent more often than that has been understood."""

Limit = Annotated[int, Query(ge=1, le=200, description="每页条数 / rows a page")]
NumberCursor = Annotated[
    str | None, Query(pattern=r"^[0-9]{1,18}$", description="上一页的 next / `next` of the page before")
]
ProblemCursor = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{1,15}\.[A-Za-z0-9.-]{1,60}$",
        description="上一页的 next / `next` of the page before",
    ),
]
Code = Annotated[str | None, Query(pattern=r"^[!-~]{1,64}$")]
Number = Annotated[
    str | None, Query(pattern=r"^[A-Za-z0-9-]{1,40}$", description="顽疾编号 / a problem's number")
]

AtWork = Annotated[bool, Query(description="仅未了结的 / only those somebody owes something for")]

READ: Final = faults(
    FaultCode.UNAUTHENTICATED, FaultCode.KEY_EXPIRED, FaultCode.BAD_PARAMETER, FaultCode.TOO_FAST
)
READ_ONE: Final = READ | faults(FaultCode.NOT_FOUND)


def add_reads(router: APIRouter, engine: Engine, holders: Holders) -> None:
    """Add every `GET` route."""
    _add_problems(router, engine, holders)
    _add_tasks(router, engine, holders)
    _add_decisions(router, engine, holders)
    _add_events(router, engine, holders)
    _add_agencies(router, engine, holders)


def _holder(holders: Holders) -> Any:  # noqa: ANN401 - FastAPI's own marker
    def known(request: Request) -> Reader:
        return holders.reader(request)

    return Depends(known)


def _add_problems(router: APIRouter, engine: Engine, holders: Holders) -> None:
    holder = _holder(holders)

    @router.get("/problems", responses=READ, dependencies=[Security(BEARER)])
    def list_problems(
        tier: Tier | None = None,
        phase: Phase | None = None,
        category: Code = None,
        place: Code = None,
        cursor: ProblemCursor = None,
        limit: Limit = 50,
        asks: Reader = holder,
    ) -> ProblemPage:
        """顽疾, 新的在前 / Problems in scope, the newest first; dismissed ones only when asked for."""
        wanted = Wanted(tier=tier, phase=phase, category=category, place=place)
        with engine.connect() as sql:
            rows = reads.problems(sql, asks.scope(), wanted, _after(cursor), limit)
        last = f"{rows[-1]['opened_ms']}.{rows[-1]['id']}" if len(rows) == limit else None
        return ProblemPage(items=tuple(_problem(row, asks) for row in rows), next=last)

    @router.get("/problems/{number}", responses=READ_ONE, dependencies=[Security(BEARER)])
    def read_problem(
        number: Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,40}$")], asks: Reader = holder
    ) -> ProblemWhole:
        """一件顽疾 / One problem in scope with tasks, notices, clocks; its decisions are at `/decisions?problem=`."""
        with engine.connect() as sql:
            row = reads.problem(sql, asks.scope(), number) and case.problem(sql, number)
        if row is None:
            raise Fault(FaultCode.NOT_FOUND)
        return problem_whole(row, asks.policy.zone, _names(row, asks))


def _add_tasks(router: APIRouter, engine: Engine, holders: Holders) -> None:
    holder = _holder(holders)

    @router.get("/tasks", responses=READ, dependencies=[Security(BEARER)])
    def list_tasks(
        agency: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,40}$")] = None,
        problem: Number = None,
        cursor: ProblemCursor = None,
        limit: Limit = 50,
        asks: Reader = holder,
        *,
        at_work: AtWork = False,
    ) -> TaskPage:
        """任务, 新的在前 / Tasks of problems in scope, the newest cut first."""
        wanted = Wanted(agency=agency, problem=problem, at_work=at_work)
        with engine.connect() as sql:
            rows = reads.tasks(sql, asks.scope(), wanted, _after(cursor), limit)
        last = f"{rows[-1]['cut_ms']}.{rows[-1]['id']}" if len(rows) == limit else None
        return TaskPage(items=tuple(task_shown(row, asks.policy.zone) for row in rows), next=last)


def _after(cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    moment, _, number = cursor.partition(".")
    return int(moment), number


def _problem(row: dict[str, Any], asks: Reader) -> ProblemRow:
    return problem_row(row, asks.policy.zone, _names(row, asks))


def _names(row: dict[str, Any], asks: Reader) -> tuple[str, str, str]:
    place, category = asks.policy.places.get(row["place"]), asks.policy.categories.get(row["category"])
    return (
        row["place"] if place is None else place.name,
        row["category"] if category is None else category.name_zh,
        row["category"] if category is None else category.name_en,
    )


def _add_decisions(router: APIRouter, engine: Engine, holders: Holders) -> None:
    holder = _holder(holders)

    @router.get(
        "/decisions", responses=READ, response_model_exclude_unset=True, dependencies=[Security(BEARER)]
    )
    def list_decisions(
        kind: DecisionKind | None = None,
        problem: Number = None,
        cursor: NumberCursor = None,
        limit: Limit = 50,
        asks: Reader = holder,
    ) -> DecisionPage:
        """决定, 按日志顺序 / Decisions on problems in scope, in the order taken."""
        with engine.connect() as sql:
            wanted = Wanted(kind=kind, problem=problem)
            lines = reads.decisions(sql, asks.scope(), wanted, int(cursor or 0), limit)
        return _decision_page(lines, limit)

    @router.get(
        "/escalations", responses=READ, response_model_exclude_unset=True, dependencies=[Security(BEARER)]
    )
    def list_escalations(
        problem: Number = None, cursor: NumberCursor = None, limit: Limit = 50, asks: Reader = holder
    ) -> DecisionPage:
        """升级与降级 / Moves between tiers of problems in scope, in the order taken."""
        with engine.connect() as sql:
            wanted = Wanted(problem=problem)
            lines = reads.escalations(sql, asks.scope(), wanted, int(cursor or 0), limit)
        return _decision_page(lines, limit)


def _decision_page(lines: list[dict[str, Any]], limit: int) -> DecisionPage:
    return DecisionPage(
        items=tuple(DecisionLine.model_validate(line) for line in lines),
        next=str(lines[-1]["seq"]) if len(lines) == limit else None,
    )


def _add_events(router: APIRouter, engine: Engine, holders: Holders) -> None:
    holder = _holder(holders)

    @router.get("/events", responses=READ, dependencies=[Security(BEARER)])
    def list_events(
        outcome: Outcome | None = None,
        cursor: NumberCursor = None,
        limit: Limit = 50,
        asks: Reader = holder,
    ) -> EventPage:
        """本单位的事件及结果 / The agency's own events and what became of each, in log order."""
        with engine.connect() as sql:
            rows = reads.events(sql, asks.scope(), outcome, int(cursor or 0), limit)
        return _event_page(rows, limit, asks)

    @router.get("/receipts", responses=READ, dependencies=[Security(BEARER)])
    def list_receipts(cursor: NumberCursor = None, limit: Limit = 50, asks: Reader = holder) -> EventPage:
        """退回给本单位的 / The agency's events that were not accepted, and why, in log order."""
        with engine.connect() as sql:
            rows = reads.events(sql, asks.scope(), None, int(cursor or 0), limit, receipts=True)
        return _event_page(rows, limit, asks)

    @router.get(
        "/events/{agency}/{event_id}",
        responses=READ | faults(FaultCode.NOT_YOURS, FaultCode.NOT_IN_LOG),
        dependencies=[Security(BEARER)],
    )
    def read_status(agency: AgencyId, event_id: EventId, asks: Reader = holder) -> EventStatus:
        """一个事件的结果 / What became of one event, by its own id."""
        if not isinstance(asks, Desk) and agency != asks.agency.id:
            raise Fault(FaultCode.NOT_YOURS)
        with engine.connect() as sql:
            rows = reads.event(sql, replace(asks.scope(), agency=agency), event_id, OUTCOMES_MAX)
        if not rows:
            raise Fault(FaultCode.NOT_IN_LOG, headers={"Retry-After": "1"})
        entries = tuple(event_shown(row, asks.policy.zone) for row in rows)
        return EventStatus(id=event_id, agency=agency, outcome=entries[0].outcome, entries=entries)


def _event_page(rows: list[dict[str, Any]], limit: int, asks: Reader) -> EventPage:
    return EventPage(
        items=tuple(event_shown(row, asks.policy.zone) for row in rows),
        next=str(rows[-1]["number"]) if len(rows) == limit else None,
    )


def _add_agencies(router: APIRouter, engine: Engine, holders: Holders) -> None:
    holder = _holder(holders)

    @router.get("/agencies", responses=READ, dependencies=[Security(BEARER)])
    def list_agencies(
        cursor: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,40}$")] = None,
        limit: Limit = 50,
        asks: Reader = holder,
    ) -> AgencyPage:
        """接入单位 / The city's agencies by id; each is told its own tally, a desk all of them."""
        known = sorted(asks.policy.agencies.values(), key=lambda agency: agency.id)
        page = [agency for agency in known if agency.publishes and agency.id > (cursor or "")][:limit]
        with engine.connect() as sql:
            tallies = {
                agency.id: reads.tally(sql, asks.policy.jurisdiction, agency.id)
                for agency in page
                if isinstance(asks, Desk) or agency.id == who(asks)
            }
        items = tuple(
            AgencyShown(
                id=agency.id,
                name_zh=agency.name_zh,
                name_en=agency.name_en,
                territory=agency.territory,
                categories=agency.categories,
                tally=tallies.get(agency.id),
            )
            for agency in page
        )
        return AgencyPage(items=items, next=page[-1].id if len(page) == limit else None)
