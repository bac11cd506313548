"""What the API answers with: the shapes of its JSON, as the OpenAPI document says them."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.model.clock import local
from hub.schemas.outbound import DecisionLine, TierName
from hub.schemas.reasons import Outcome


class Shown(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class PostedEvent(Shown):
    """One event that Kafka has, and where to read what became of it."""

    id: str
    status_url: str


class Posted(Shown):
    """Every event of a request, in its order."""

    received: Annotated[int, Field(ge=1, le=500)]
    events: tuple[PostedEvent, ...]


class EventShown(Shown):
    """What became of one event: where it lies, the outcome, and why; never what it said."""

    number: Annotated[int, Field(description="日志内的顺序号 / order in the jurisdiction's log")]
    at: Annotated[datetime, Field(description="入日志的时刻 / when the log took it")]
    id: str
    agency: str
    type: str
    outcome: Outcome
    code: str
    pointer: str
    message_zh: str
    message_en: str
    matter_id: str
    place: str
    category: str
    partition: int
    offset: int
    index: int


class EventStatus(Shown):
    """Every outcome of one id: the first, and the duplicates after it."""

    id: str
    agency: str
    outcome: Annotated[Outcome, Field(description="首次的结果 / the outcome of the first")]
    entries: tuple[EventShown, ...]


class ProblemRow(Shown):
    """One problem as the ledger keeps it."""

    id: str
    phase: str
    tier: TierName
    place: str
    place_name: str
    place_tier: TierName
    category: str
    category_name_zh: str
    category_name_en: str
    rule: str
    lead: str
    round: int
    matters: int
    opened_at: datetime
    due_at: datetime | None


class TaskShown(Shown):
    """One agency's part in one round of a problem."""

    id: str
    problem_id: str
    round: int
    agency: str
    role: str
    phase: str
    cut_at: datetime
    accept_due_at: datetime | None
    return_due_at: datetime | None
    due_at: datetime | None
    accepted_at: datetime | None
    done_at: datetime | None
    verified_at: datetime | None
    returns: int
    ruled: bool
    extended: bool
    asked: Annotated[str, Field(description='待批的申请 / what waits for a grant: extension, ledger, or ""')]
    redone: int
    note: Annotated[str, Field(description="最后一次的依据或结果 / its last ground or result")]


class NoticeShown(Shown):
    """One numbered notice to an agency."""

    id: str
    kind: str
    number: int
    task_id: str
    agency: str
    reason: str
    at: datetime
    reply_due_at: datetime | None
    replied_at: datetime | None


class ClockShown(Shown):
    """One clock that runs, of the problem or of a task."""

    kind: str
    task_id: str
    started_at: datetime
    due_at: datetime


class ProblemWhole(ProblemRow):
    """One problem with its labels, tasks, notices and running clocks."""

    reason: str
    labels: tuple[str, ...]
    total_due_at: datetime | None
    settled_at: datetime | None
    closed_at: datetime | None
    merged_into: str
    predecessor: str
    tasks: tuple[TaskShown, ...]
    notices: tuple[NoticeShown, ...]
    clocks: tuple[ClockShown, ...]


class CommandAnswer(Shown):
    """What the log said to a command; `id` is the one it was asked under."""

    id: str
    outcome: Literal["accepted", "refused", "queued"]
    code: str = ""
    message_zh: str = ""
    message_en: str = ""


class AgencyShown(Shown):
    """An agency that publishes; the tally is told only to itself."""

    id: str
    name_zh: str
    name_en: str
    territory: str
    categories: tuple[str, ...]
    tally: dict[str, int] | None = None


class EventPage(Shown):
    """Events in log order; `next` is the cursor of the following page, null at the end."""

    items: tuple[EventShown, ...]
    next: str | None


class ProblemPage(Shown):
    """Problems, the newest first."""

    items: tuple[ProblemRow, ...]
    next: str | None


class TaskPage(Shown):
    """Tasks, the newest cut first."""

    items: tuple[TaskShown, ...]
    next: str | None


class DecisionPage(Shown):
    """Decisions in the order taken."""

    items: tuple[DecisionLine, ...]
    next: str | None


class AgencyPage(Shown):
    """Agencies by id."""

    items: tuple[AgencyShown, ...]
    next: str | None


def event_shown(row: dict[str, Any], zone: tzinfo) -> EventShown:
    """Give a journal row as it is read."""
    return EventShown(at=local(row["hub_ms"], zone), id=row["event_id"], **_given(EventShown, row))


def _given(model: type[Shown], row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in model.model_fields if name in row and name not in ("id", "at")}


def problem_row(row: dict[str, Any], zone: tzinfo, names: tuple[str, str, str]) -> ProblemRow:
    """Give a problem's row as it is read; `names` are those of place and category (zh, en)."""
    return ProblemRow.model_validate(_named(row, zone, names))


def problem_whole(row: dict[str, Any], zone: tzinfo, names: tuple[str, str, str]) -> ProblemWhole:
    """Give a problem with what belongs to it, as `case.problem` reads it."""
    parts = {name: [_dated(part, zone) for part in row[name]] for name in ("tasks", "notices", "clocks")}
    return ProblemWhole.model_validate(_named(row, zone, names) | parts)


def task_shown(row: dict[str, Any], zone: tzinfo) -> TaskShown:
    """Give a task's row as it is read."""
    return TaskShown.model_validate(_dated(row, zone))


def _named(row: dict[str, Any], zone: tzinfo, names: tuple[str, str, str]) -> dict[str, Any]:
    shown = ("place_name", "category_name_zh", "category_name_en")
    return _dated(row, zone) | dict(zip(shown, names, strict=True))


def _dated(row: dict[str, Any], zone: tzinfo) -> dict[str, Any]:
    """Give a row with its moments in the city's zone, each under the name that readers know."""
    moments = {name: value for name, value in row.items() if name.endswith("_ms")}
    dated = {
        f"{name.removesuffix('ms')}at": None if value is None else local(value, zone)
        for name, value in moments.items()
    }
    return row | dated | {"at": dated.get("at_at")}
