"""Admit: is this event news? Known ids have no effect; updates must name a matter that was reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from hub.model.dues import NONE, Dues
from hub.model.matter import Matter, Standing
from hub.model.place import RuleCell
from hub.model.state import State, displace_matter, place_matter
from hub.policies.models import Moment
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
SUBMITTED: Final = "linkage.assessment.submitted.v1"
WEIGHED_LATER: Final = frozenset({REPLIED, SUBMITTED})

STANDING_AFTER: Final[dict[str, Standing]] = {
    "resolved": Standing.CLOSED,
    "diverted": Standing.CLOSED,
    "reopened": Standing.OPEN,
    "unresolved": Standing.OPEN,
    "withdrawn": Standing.WITHDRAWN,
}
"""Where an update leaves a matter; a status that is not here leaves it as it stood (contract.md)."""

MOVED_BY: Final = {
    "transferred": Moment.TRANSFERRED,
    "returned": Moment.RETURNED,
    "accepted": Moment.ACCEPTED,
    "reopened": Moment.REOPENED,
}
WORDS: Final = frozenset({"resolved", "unresolved", "diverted"})
FAILED: Final = "failed"
DISPUTED: Final = "linkage.dispute.registered.v1"


class Admission(NamedTuple):
    """What became of an event; `sighted` is the matter that now counts in `cells` where it did not before.

    `left` names a matter that no longer counts where it did, `news` one of which something else was said.
    """

    outcome: Outcome
    code: RefusalCode | None = None
    sighted: Matter | None = None
    cells: Sequence[RuleCell] = ()
    left: str = ""
    news: str = ""


ACCEPTED: Final = Admission(Outcome.ACCEPTED)
DUPLICATE: Final = Admission(Outcome.DUPLICATE)
UNKNOWN_MATTER: Final = Admission(Outcome.REFUSED, RefusalCode.UNKNOWN_MATTER)


def admit(state: State, event: Item) -> Admission:
    """Take one event into the state, or say why it has no effect; a reply or a submission is weighed later."""
    key = f"{event.agency}/{event.id}"
    if key in state.remembered.ids:
        return DUPLICATE
    if event.type in REPORTS:
        admission = _report(state, event, key)
    elif event.type == UPDATED:
        admission = _update(state, event)
    else:
        admission = ACCEPTED
    if admission.outcome is Outcome.ACCEPTED and event.type not in WEIGHED_LATER:
        state.remembered.add(state.today, key)
    return admission


def _report(state: State, event: Item, key: str) -> Admission:
    matter_key = f"{event.agency}/{event.matter_id}"
    known = state.matters.get(matter_key)
    if known is not None and known.standing is not Standing.WITHDRAWN:
        again = replace(known, standing=Standing.OPEN, reports=known.reports + 1, closed_ms=0)
        if known.standing is Standing.CLOSED:
            again = replace(again, word="", word_ms=0)
        _keep(state, again)
        return Admission(Outcome.ACCEPTED, news=matter_key)
    matter = Matter(
        key=matter_key,
        entry=state.entries,
        event=key,
        day=min(state.days.of(event.at_ms), state.today),
        place=event.place,
        category=event.category,
        nature=event.nature,
        reports=1 if known is None else known.reports + 1,
        severity=event.severity,
        type=event.type,
        channel=event.channel,
        form=event.form,
        received_ms=state.hub_ms,
        due_ms=event.due_ms,
        in_charge=event.responsible,
        summary=event.summary,
        occurred_ms=event.at_ms,
    )
    return _sight(state, _due(matter, state.clockwork.first_dues(matter)))


def _update(state: State, event: Item) -> Admission:
    known = state.matters.get(f"{event.agency}/{event.matter_id}")
    if known is None:
        return UNKNOWN_MATTER
    changed = _told(known, event, state.hub_ms)
    moved = MOVED_BY.get(event.status)
    if moved is not None:
        changed = _timed(changed, moved, state)
    if event.status == "corrected":
        return _correct(state, changed, event)
    left = ""
    # A withdrawn matter counts again when it is reported again, and only then.
    if changed.standing is Standing.WITHDRAWN and known.standing is not Standing.WITHDRAWN:
        displace_matter(state, known)
        left = known.key
    if changed != known:
        _keep(state, changed)
    return Admission(Outcome.ACCEPTED, left=left, news=known.key)


def _told(known: Matter, event: Item, at_ms: int) -> Matter:
    """Give a matter after news of it: where it stands, who has it, and what was said of it.

    A mediation that failed leaves its dispute open, whatever the status says, and counts as redone.
    """
    status = event.status
    failed = event.result == FAILED and known.type == DISPUTED
    standing = known.standing
    if standing is not Standing.WITHDRAWN:
        standing = Standing.OPEN if failed else STANDING_AFTER.get(status, standing)
    closed_ms = known.closed_ms
    if standing is not known.standing:
        closed_ms = at_ms if standing is Standing.CLOSED else 0
    word, word_ms = known.word, known.word_ms
    if failed or status in WORDS:
        said = "unresolved" if failed else status
        word, word_ms = said, word_ms if said == word else at_ms
    elif status == "reopened":
        word, word_ms = "", 0
    return replace(
        known,
        standing=standing,
        transfers=known.transfers + (status == "transferred"),
        redone=known.redone + (status == "reopened" or (failed and known.result != FAILED)),
        closed_ms=closed_ms,
        passed_ms=known.passed_ms or closed_ms,
        in_charge=event.to_agency or known.in_charge,
        result=event.result or known.result,
        satisfaction=event.satisfaction or known.satisfaction,
        word=word,
        word_ms=word_ms,
    )


def _timed(matter: Matter, moved: Moment, state: State) -> Matter:
    """Note when a matter was passed on, returned, accepted or reopened, and set the clocks that this starts."""
    at_ms = state.hub_ms
    if moved is Moment.RETURNED:
        return replace(matter, returned_ms=at_ms)
    if moved is Moment.TRANSFERRED:
        matter = replace(matter, transferred_ms=at_ms, passed_ms=matter.passed_ms or at_ms)
    elif moved is Moment.REOPENED:
        matter = replace(matter, reopened_ms=at_ms, passed_ms=0, accepted_ms=0)
    elif matter.accepted_ms:
        return matter
    else:
        matter = replace(matter, accepted_ms=at_ms, passed_ms=matter.passed_ms or at_ms)
    dues = state.clockwork.dues(matter, moved)
    if moved is Moment.TRANSFERRED and dues.accept != matter.accept_due_ms:
        matter = replace(matter, accepted_ms=0)
    return _due(matter, dues)


def _due(matter: Matter, dues: Dues) -> Matter:
    if dues == NONE:
        return matter
    report, passing, accept, close = dues
    return replace(
        matter, report_due_ms=report, pass_due_ms=passing, accept_due_ms=accept, close_due_ms=close
    )


def _correct(state: State, known: Matter, event: Item) -> Admission:
    corrected = replace(known, place=event.place or known.place, category=event.category or known.category)
    if known.standing is Standing.WITHDRAWN:
        _keep(state, corrected)
        return ACCEPTED
    if (corrected.place, corrected.category) == (known.place, known.category):
        _keep(state, corrected)
        return Admission(Outcome.ACCEPTED, news=known.key)
    left = displace_matter(state, known)
    admission = _sight(state, corrected)
    # In a cell that it never left, the matter is no news.
    return admission._replace(cells=[cell for cell in admission.cells if cell not in left], left=known.key)


def _sight(state: State, matter: Matter) -> Admission:
    _keep(state, matter)
    return Admission(Outcome.ACCEPTED, None, matter, place_matter(state, matter))


def _keep(state: State, matter: Matter) -> None:
    if matter.key not in state.twins:
        state.tallies.retell(state.matters.get(matter.key), matter)
    state.matters[matter.key] = matter
    state.changed.matters.add(matter.key)
