"""What the API answers with: the shapes of its JSON, as the OpenAPI document says them."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Annotated, Any

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
    due_ms = row["due_ms"]
    return ProblemRow(
        id=row["id"],
        opened_at=local(row["opened_ms"], zone),
        due_at=None if due_ms is None else local(due_ms, zone),
        place_name=names[0],
        category_name_zh=names[1],
        category_name_en=names[2],
        **_given(ProblemRow, row),
    )
