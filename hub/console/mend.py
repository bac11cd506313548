"""待定位: an event whose place or category nobody knew is shown as its agency sent it, put right, and sent anew.

It goes into its agency's own topic under its own id, so that intake judges it like any other and a second try is a
duplicate. What it says has passed the screen for personal data: only then is it weighed where it lies.
"""

from __future__ import annotations

import time
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.acts import SAID, Actor
from hub.console.desk import Desk, Forbidden, NotFound, Posted, Reader
from hub.console.fields import fields_told
from hub.console.words import msg
from hub.core.intake import Gate, Times, item_of, unwritten
from hub.schemas.inbound import Correction, Inbound, Report
from hub.schemas.inbox import Item
from hub.schemas.reasons import Outcome
from hub.store import people, trail
from hub.store.mended import Mended, keep_mended
from hub.store.people import Role
from hub.store.screens import flow

router: Final = APIRouter()

MENDERS: Final = frozenset({Role.DUTY, Role.ADMIN})
CHOICES: Final = 20
ANSWER_WITHIN_S: Final = 3.0
LOOK_EVERY_S: Final = 0.05


class Waiting(NamedTuple):
    """An event in quarantine: its row of the journal, and itself where its topic still keeps it."""

    row: dict[str, Any]
    event: Inbound | None

    def judged(self, desk: Desk, event: Inbound) -> Item:
        """Judge an event as intake will."""
        gate = Gate(desk.policy, desk.policy.agencies[self.row["agency"]])
        return item_of(gate, 0, 0, event, Times(desk.now_ms, desk.now_ms), body=unwritten)


def can_mend(desk: Desk, row: dict[str, Any]) -> bool:
    """Whether this desk may put an event right; what came by a backfill lies in no topic."""
    return (
        row["outcome"] == Outcome.QUARANTINED
        and row["partition"] >= 0
        and row["agency"] in desk.policy.agencies
        and desk.account.role in MENDERS
    )


@router.get("/events/{number}/mend")
def page(request: Request, desk: Reader, number: int) -> Response:
    """Show the event as it was sent, and ask for the right place and category."""
    waiting = _waiting(desk, number)
    event = waiting.event
    data = {} if event is None else event.data.model_dump(mode="json", exclude_none=True)
    return frame.page(
        request,
        desk,
        "mend.html",
        row=waiting.row,
        event=event,
        data=list(fields_told(desk, data)),
        wrong=waiting.row["pointer"],
    )


@router.get("/events/{number}/choices")
def choices(
    request: Request, desk: Reader, number: int, place_word: str = "", category_word: str = ""
) -> Response:
    """Give places of the agency's territory, or categories, that are called so."""
    row = _row(desk, number)
    word = (place_word or category_word).strip()[:40]
    found = desk.names.called(word) if word else None
    territory = desk.policy.agencies[row["agency"]].territory
    places, kinds = desk.policy.places, desk.policy.categories
    rows: list[tuple[str, str]] = []
    if found is not None and place_word:
        codes = [code for code in places if code in found.places and territory in places[code].chain]
        rows = [(code, " › ".join(map(desk.names.place, desk.names.path(code)))) for code in codes]
    elif found is not None:
        codes = [code for code in kinds if code in found.kinds and not kinds[code].restricted]
        rows = [(code, " › ".join(map(desk.names.category, reversed(kinds[code].chain)))) for code in codes]
    return frame.page(
        request,
        desk,
        "choices.html",
        field="place" if place_word else "category",
        rows=rows[:CHOICES],
        more=max(0, len(rows) - CHOICES),
        word=word,
    )


@router.post("/events/{number}/mend")
def mend(request: Request, desk: Actor, form: Posted, number: int) -> Response:
    """Put the event right, send it anew, and show what became of it."""
    waiting = _waiting(desk, number)
    if waiting.event is None:
        raise NotFound
    place, category = str(form.get("place", "")), str(form.get("category", ""))
    event = put_right(waiting.event, place, category)
    item = waiting.judged(desk, event)
    if item.outcome != "accepted":
        message = item.message_zh if desk.lang == "zh" else item.message_en
        return _answer(request, desk, number, "refused", f"{item.code} {message} {item.pointer}")
    with desk.console.engine.connect() as sql:
        after = int(flow.counters(sql, desk.whole)["entries"])
    desk.console.sources.publish(item.agency, event)
    row = _arrival(desk, after, item.agency, event.id)
    done = Mended(
        desk.policy.jurisdiction,
        number,
        desk.account.login,
        desk.now_ms,
        place,
        category,
        None if row is None else row["number"],
    )
    with people.writing(desk.console.engine) as sql:
        keep_mended(sql, done)
    outcome = "queued" if row is None else row["outcome"]
    desk.note(trail.Act.ASKED, f"event {number}", f"mend {place} {category}".rstrip(), outcome)
    if row is None:
        return _answer(
            request, desk, number, "queued", desk.words(msg("已送入该单位的事件流，结果稍后可在事件流看到。"))
        )
    if outcome == Outcome.ACCEPTED:
        return _answer(
            request, desk, number, "accepted", desk.words(msg("已受理，日志 {n}。"), n=row["number"])
        )
    message = row[f"message_{desk.lang}"] or desk.words(msg("此事件先前已经受理，没有重复计数。"))
    return _answer(request, desk, number, "refused", f"{row['code']} {message}".strip())


def put_right(event: Inbound, place: str, category: str) -> Inbound:
    """Give the event with another place or category; one of this city's categories needs no scheme named."""
    changed: dict[str, str | None] = {}
    if place:
        changed["place"] = place
    if category:
        changed["category"] = category
        if isinstance(event.data, Report):
            changed["scheme"] = None
    assert isinstance(event.data, Report | Correction), "only these name a place or a category"
    return event.model_copy(update={"data": event.data.model_copy(update=changed)})


def _row(desk: Desk, number: int) -> dict[str, Any]:
    with desk.console.engine.connect() as sql:
        row = flow.event(sql, desk.whole, number)
    if row is None or row["outcome"] != Outcome.QUARANTINED:
        raise NotFound
    if not can_mend(desk, row):
        raise Forbidden
    return row


def _waiting(desk: Desk, number: int) -> Waiting:
    row = _row(desk, number)
    return Waiting(row, desk.console.sources.read(row["agency"], row["partition"], row["position"]))


def _arrival(desk: Desk, after: int, agency: str, event_id: str) -> dict[str, Any] | None:
    until = time.monotonic() + ANSWER_WITHIN_S
    while time.monotonic() < until:
        with desk.console.engine.connect() as sql:
            row = flow.arrived(sql, desk.whole, after, agency, event_id)
        if row is not None:
            return row
        time.sleep(LOOK_EVERY_S)
    return None


def _answer(request: Request, desk: Desk, number: int, outcome: str, message: str) -> Response:
    tone, icon, word = SAID[outcome]
    return frame.page(
        request,
        desk,
        "answer.html" if "hx-request" in request.headers else "mend_answer.html",
        tone=tone,
        icon=icon,
        word=word,
        message=message,
        number=number,
    )
