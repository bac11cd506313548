"""The doctor's look at who can be reached: every hole has a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hub.policies.models import Policy
from hub.sinks.contacts import Channel, Contacts
from hub.tools.reach import holes
from tests.builders import COURT, HOTLINE, POLICY, TOWN, TOWN_DESK, VILLAGE

TODAY = date(2026, 3, 5)


def found(policy: Policy, contacts: Contacts | None = None, today: date = TODAY) -> dict[str, str]:
    """The English text of each check that is not well."""
    return {one.check.split()[0]: one.en for one in holes(policy, contacts, today) if not one.ok}


def with_deputies(**deputies: str) -> Policy:
    agencies = {
        agency.id: replace(agency, deputy=deputies.get(agency.id, HOTLINE))
        for agency in POLICY.agencies.values()
    }
    return replace(POLICY, agencies=agencies)


def test_a_whole_jurisdiction_has_no_hole() -> None:
    assert found(with_deputies()) == {}


def test_a_place_without_a_body_is_a_hole_where_a_category_has_no_department() -> None:
    holders = {place: body for place, body in POLICY.holders.items() if place not in (TOWN, VILLAGE)}

    said = found(replace(with_deputies(), holders=holders))

    assert said.keys() == {"holders"}
    assert TOWN in said["holders"]
    assert VILLAGE in said["holders"]


def test_an_agency_without_a_deputy_is_named() -> None:
    said = found(with_deputies(court=""))

    assert said == {"deputies": f"1 agencies without deputy {COURT}"}


def test_whom_no_notice_reaches_is_named_and_a_deputy_counts() -> None:
    contacts: Contacts = {HOTLINE: (Channel(agency=HOTLINE, url="json://127.0.0.1"),)}

    assert found(with_deputies(), contacts) == {}
    assert found(with_deputies(**{TOWN_DESK: COURT, COURT: ""}), contacts).keys() == {"deputies", "channels"}


def test_a_year_that_no_calendar_covers_is_seen() -> None:
    assert found(with_deputies(), today=date(2027, 1, 1)) == {"calendar": "1 years without holidays 2027"}
