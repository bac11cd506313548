"""Admit: is this event news? Known ids have no effect; updates must name a matter that was reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from hub.model.matter import Matter, Standing
from hub.model.place import RuleCell
from hub.model.state import State, displace_matter, place_matter
from hub.schemas.inbox import Item
from hub.schemas.reasons import Outcome, RefusalCode

REPORTS: Final = frozenset(
    {
        "linkage.petition.received.v1",
        "linkage.incident.reported.v1",
        "linkage.dispute.registered.v1",
    }
)
UPDATED: Final = "linkage.matter.updated.v1"
REPLIED: Final = "linkage.task.replied.v1"

STANDING_AFTER: Final[dict[str, Standing]] = {
    "resolved": Standing.CLOSED,
    "diverted": Standing.CLOSED,
    "reopened": Standing.OPEN,
    "unresolved": Standing.OPEN,
    "withdrawn": Standing.WITHDRAWN,
}
"""Where an update leaves a matter; a status that is not here leaves it as it stood (contract.md)."""


class Admission(NamedTuple):
    """What became of an event; `sighted` is the matter that now counts in `cells` where it did not before."""

    outcome: Outcome
    code: RefusalCode | None = None
    sighted: Matter | None = None
    cells: Sequence[RuleCell] = ()


ACCEPTED: Final = Admission(Outcome.ACCEPTED)
DUPLICATE: Final = Admission(Outcome.DUPLICATE)
UNKNOWN_MATTER: Final = Admission(Outcome.REFUSED, RefusalCode.UNKNOWN_MATTER)
UNKNOWN_TASK: Final = Admission(Outcome.REFUSED, RefusalCode.UNKNOWN_TASK)


def admit(state: State, event: Item) -> Admission:
    """Take one event into the state, or say why it has no effect."""
    key = f"{event.agency}/{event.id}"
    if key in state.remembered.ids:
        return DUPLICATE
    if event.type in REPORTS:
        admission = _report(state, event, key)
    elif event.type == UPDATED:
        admission = _update(state, event)
    else:
        admission = UNKNOWN_TASK if event.type == REPLIED else ACCEPTED
    if admission.outcome is Outcome.ACCEPTED:
        state.remembered.add(state.today, key)
    return admission


def _report(state: State, event: Item, key: str) -> Admission:
    matter_key = f"{event.agency}/{event.matter_id}"
    known = state.matters.get(matter_key)
    if known is not None and known.standing is not Standing.WITHDRAWN:
        _keep(state, known._replace(standing=Standing.OPEN, reports=known.reports + 1))
        return ACCEPTED
    matter = Matter(
        key=matter_key,
        entry=state.entries,
        event=key,
        day=min(state.days.of(event.at_ms), state.today),
        place=event.place,
        category=event.category,
        nature=event.nature,
        reports=1 if known is None else known.reports + 1,
    )
    return _sight(state, matter)


def _update(state: State, event: Item) -> Admission:
    known = state.matters.get(f"{event.agency}/{event.matter_id}")
    if known is None:
        return UNKNOWN_MATTER
    status = event.status
    if status == "corrected":
        return _correct(state, known, event)
    standing = known.standing
    # A withdrawn matter counts again when it is reported again, and only then.
    if standing is not Standing.WITHDRAWN:
        standing = STANDING_AFTER.get(status, standing)
        if standing is Standing.WITHDRAWN:
            displace_matter(state, known)
    transfers = known.transfers + (status == "transferred")
    redone = known.redone + (status == "reopened")
    if (standing, transfers, redone) != (known.standing, known.transfers, known.redone):
        _keep(state, known._replace(standing=standing, transfers=transfers, redone=redone))
    return ACCEPTED


def _correct(state: State, known: Matter, event: Item) -> Admission:
    corrected = known._replace(place=event.place or known.place, category=event.category or known.category)
    if known.standing is Standing.WITHDRAWN:
        _keep(state, corrected)
        return ACCEPTED
    left = displace_matter(state, known)
    admission = _sight(state, corrected)
    # In a cell that it never left, the matter is no news.
    return admission._replace(cells=[cell for cell in admission.cells if cell not in left])


def _sight(state: State, matter: Matter) -> Admission:
    _keep(state, matter)
    return Admission(Outcome.ACCEPTED, None, matter, place_matter(state, matter))


def _keep(state: State, matter: Matter) -> None:
    state.matters[matter.key] = matter
    state.changed.matters.add(matter.key)
