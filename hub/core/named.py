"""Named: what an event names, by the kind of its data, in the fields of an item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hub.core.resolve import NOTHING, Found
from hub.schemas.envelope import epoch_ms
from hub.schemas.inbound import Assessment, Correction, Dispute, Incident, MatterChange, Reply, Report

if TYPE_CHECKING:
    from hub.core.intake import Gate


class More(NamedTuple):
    """The fields of `Item` after its body, which only some kinds of data have."""

    severity: int = 4
    channel: str = ""
    responsible: str = ""
    due_ms: int = 0
    summary: str = ""
    form: str = ""
    to_agency: str = ""
    result: str = ""
    satisfaction: str = ""
    detail: str = ""


NOTHING_MORE: Final = More()


class Named(NamedTuple):
    """What an event names, by the kind of its data."""

    matter_id: str = ""
    place: Found = NOTHING
    category: Found = NOTHING
    nature: str = ""
    status: str = ""
    task_id: str = ""
    more: More = NOTHING_MORE


NAMELESS: Final = Named()


def named(gate: Gate, data: object) -> Named:
    """Give what `data` names, places and categories as the gate resolves them."""
    if isinstance(data, Report):
        return Named(
            data.matter_id,
            gate.place(data.place),
            gate.category(data.category),
            data.nature,
            more=_told(data),
        )
    if isinstance(data, MatterChange):
        return Named(data.matter_id, status=data.status, more=_news(data))
    if isinstance(data, Correction):
        place = NOTHING if data.place is None else gate.place(data.place)
        category = NOTHING if data.category is None else gate.category(data.category)
        return Named(data.matter_id, place, category, status=data.status, more=_news(data))
    if isinstance(data, Reply):
        return Named(task_id=data.task_id, more=_detailed(data))
    if isinstance(data, Assessment):
        return Named(more=_detailed(data))
    return NAMELESS


def _told(data: Report) -> More:
    form: str = data.incident_kind if isinstance(data, Incident) else ""
    if isinstance(data, Dispute):
        form = data.mediation_kind or ""
    due_ms = 0 if data.due_at is None else epoch_ms(data.due_at)
    return More(data.severity, data.channel, data.responsible_agency or "", due_ms, data.summary or "", form)


def _news(data: MatterChange | Correction) -> More:
    return More(to_agency=data.agency or "", result=data.outcome or "", satisfaction=data.satisfaction or "")


def _detailed(data: Reply | Assessment) -> More:
    return More(detail=data.model_dump_json(exclude_none=True))
