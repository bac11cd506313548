"""Any log of the test city: what agencies may say, in any order, with repeats, at any pace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

from hub.policies.models import Confirmation, FrequentRule, Limits, Policy, Tier
from hub.schemas.inbox import Item, Message, Packed, Tick
from tests.builders import (
    CITY,
    COURT,
    HEARTBEAT,
    HOTLINE,
    NEXT_VILLAGE,
    NOISE,
    REPLY,
    TOWN,
    VILLAGE,
    WATER,
    a_policy,
    a_rejected,
    a_report,
    an_update,
    at,
)

START: Final = at("02-10 08:00")
HOUR: Final = 3_600_000

# Low bars and a short memory, so that a short log meets problems, rises and forgotten ids.
EAGER: Final = a_policy(
    limits=Limits(remember_days=4),
    rules=(
        FrequentRule("village", Tier.VILLAGE, 2, 5, 2, Confirmation.AUTO),
        FrequentRule("town", Tier.TOWNSHIP, 1, 9, 3, Confirmation.AUTO),
    ),
)

STATUSES: Final = ("accepted", "transferred", "resolved", "reopened", "unresolved", "withdrawn", "diverted")


@dataclass(frozen=True, slots=True)
class Pace:
    """One record before it has its place: hours after the one before, and what is in it; no items: a tick."""

    hours: int
    items: tuple[Item, ...]


def events() -> st.SearchStrategy[Item]:
    """One item as intake may write it; few names, so that repeats and updates meet."""
    ids = st.integers(0, 14).map("e{}".format)
    matters = st.integers(0, 6).map("m{}".format)
    places = st.sampled_from((VILLAGE, VILLAGE, NEXT_VILLAGE, TOWN))
    categories = st.sampled_from((NOISE, NOISE, WATER))
    late_ms = st.integers(0, 12 * 24).map(lambda hours: hours * HOUR)
    reports = st.builds(
        lambda event, matter, place, category, late: a_report(
            matter, event, place=place, category=category, at_ms=-late
        ),
        ids,
        matters,
        places,
        categories,
        late_ms,
    )
    updates = st.builds(
        lambda event, matter, status: an_update(status, matter, event),
        ids,
        matters,
        st.sampled_from(STATUSES),
    )
    corrections = st.builds(
        lambda event, matter, place, category: an_update(
            "corrected", matter, event, place=place, category=category
        ),
        ids,
        matters,
        places,
        st.sampled_from(("", NOISE, WATER)),
    )
    rest = st.builds(
        lambda event, kind: a_report("", event, type=kind), ids, st.sampled_from((HEARTBEAT, REPLY))
    )
    rejected = st.builds(a_rejected, st.sampled_from(("refused", "quarantined")), ids)
    said = st.one_of(reports, reports, reports, updates, corrections, rest, rejected)
    return st.builds(
        lambda item, agency, partition: item._replace(agency=agency, partition=partition),
        said,
        st.sampled_from((HOTLINE, HOTLINE, COURT)),
        st.integers(0, 1),
    )


def paces() -> st.SearchStrategy[list[Pace]]:
    """A log's records in order; between them from no time to a fortnight."""
    hours = st.sampled_from((0, 0, 1, 5, 24, 100, 330))
    items = st.lists(events(), max_size=4).map(tuple)
    return st.lists(st.builds(Pace, hours, items), min_size=1, max_size=14)


def dated(paces: list[Pace], city: str = CITY) -> list[tuple[int, Message]]:
    """Give each record its append time and its message, and each item its position and its own time."""
    now_ms, position = START, 0
    log: list[tuple[int, Message]] = []
    for pace in paces:
        now_ms += pace.hours * HOUR
        items = []
        for item in pace.items:
            position += 1
            # A negative time says how long before the record the event happened.
            items.append(item._replace(position=position, at_ms=now_ms + item.at_ms, clock_ms=now_ms))
        log.append((now_ms, Packed(jurisdiction=city, items=items) if items else Tick()))
    return log


def logs(policy: Policy = EAGER) -> st.SearchStrategy[list[tuple[int, Message]]]:
    """Any log of a city."""
    return paces().map(lambda drawn: dated(drawn, policy.jurisdiction))
