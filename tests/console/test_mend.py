"""Events that nobody could place: who may put them right, what is shown of them, and that each counts once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from hub.store.people import Role
from tests.console.desks import Centre, csrf, open_centre
from tests.console.rows import fill
from tests.e2e.cities import a_report

HOTLINE = "ta-hotline"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("mend"), 300)) as opened:
        yield opened


@pytest.fixture
def number(centre: Centre) -> int:
    """An event of the hotline whose place nobody knows, by its journal number."""
    return sent(centre, "ELSEWHERE")


def sent(centre: Centre, place: str, kind: str = "AA1", *, hours_ago: int = 1, **data: object) -> int:
    ours = 10**6 + centre.number("SELECT count(*) FROM journal")
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    event = a_report(HOTLINE, ours, at, place, kind, summary="路口积水", **data)
    centre.log.send(HOTLINE, json.dumps(event).encode())
    return centre.number("SELECT max(number) FROM journal")


def mended(desk: TestClient, number: int, **form: str) -> Response:
    token = csrf(desk.get("/events").text)
    return desk.post(f"/events/{number}/mend", data={"csrf": token, **form}, headers={"HX-Request": "true"})


def test_an_event_in_quarantine_is_shown_as_it_was_sent(centre: Centre, number: int) -> None:
    desk = centre.desk()
    assert f'href="/events/{number}/mend"' in desk.get(f"/events/{number}").text

    page = desk.get(f"/events/{number}/mend").text

    assert "路口积水" in page
    assert '<dd class="left overdue">ELSEWHERE' in page


def test_an_event_put_right_comes_in_under_its_own_id_and_counts(centre: Centre, number: int) -> None:
    answer = mended(centre.desk(), number, place="TA-000").text

    assert "已受理" in answer
    came = centre.rows("SELECT * FROM journal ORDER BY number DESC LIMIT 1")[0]
    was = centre.rows(f"SELECT * FROM journal WHERE number = {number}")[0]
    assert (came.outcome, came.place, came.event_id) == ("accepted", "TA-000", was.event_id)
    assert json.loads(came.body)["data"]["summary"] == "路口积水"
    page = centre.desk().get(f"/events/{number}").text
    assert f'href="/events/{came.number}"' in page
    assert "已更正" in centre.desk().get("/events?outcome=quarantined").text


def test_an_event_put_right_twice_counts_once(centre: Centre, number: int) -> None:
    mended(centre.desk(), number, place="TA-000")

    answer = mended(centre.desk(), number, place="TA-001").text

    assert "没有重复计数" in answer
    event = centre.rows(f"SELECT event_id FROM journal WHERE number = {number}")[0].event_id
    accepted = f"SELECT count(*) FROM journal WHERE event_id = '{event}' AND outcome = 'accepted'"
    assert centre.number(accepted) == 1


def test_a_category_of_another_scheme_is_put_right(centre: Centre) -> None:
    number = sent(centre, "TA-000", scheme="of-another-city")

    assert "已受理" in mended(centre.desk(), number, category="BB1").text
    assert centre.rows("SELECT category FROM journal ORDER BY number DESC LIMIT 1")[0].category == "BB1"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "PLACE_UNKNOWN"),
        ({"place": "NOWHERE"}, "PLACE_UNKNOWN"),
        ({"place": "TA-000", "category": "ZZ1"}, "RESTRICTED"),
    ],
)
def test_what_would_not_be_taken_is_not_sent(
    centre: Centre, number: int, form: dict[str, str], code: str
) -> None:
    answer = mended(centre.desk(), number, **form).text

    assert code in answer
    assert centre.number("SELECT max(number) FROM journal") == number


@pytest.mark.parametrize(
    ("role", "territory", "agency", "status"),
    [
        (Role.DUTY, "TA-0", "", 404),
        (Role.AGENCY, "", "ta-works", 404),
        (Role.AGENCY, "", HOTLINE, 403),
        (Role.MONITOR, "", "", 403),
    ],
)
def test_only_a_desk_of_the_whole_centre_puts_events_right(
    centre: Centre, number: int, role: Role, territory: str, agency: str, status: int
) -> None:
    desk = centre.desk(role, territory, agency)

    assert desk.get(f"/events/{number}/mend").status_code == status
    assert mended(desk, number, place="TA-000").status_code == status
    assert centre.number("SELECT max(number) FROM journal") == number


def test_an_event_whose_topic_forgot_it_cannot_be_put_right(centre: Centre, number: int) -> None:
    kept = centre.log.topics.pop(HOTLINE)

    try:
        assert "已经没有这条原文" in centre.desk().get(f"/events/{number}/mend").text
        assert mended(centre.desk(), number, place="TA-000").status_code == 404
    finally:
        centre.log.topics[HOTLINE] = kept


def test_an_event_that_is_not_in_quarantine_is_not_put_right(centre: Centre) -> None:
    assert centre.desk().get("/events/1/mend").status_code == 404


def test_places_and_categories_are_offered_by_name(centre: Centre, number: int) -> None:
    desk = centre.desk()

    places = desk.get(f"/events/{number}/choices", params={"place_word": "Village 013"}).text
    kinds = desk.get(f"/events/{number}/choices", params={"category_word": "BB2"}).text
    none = desk.get(f"/events/{number}/choices", params={"category_word": "ZZ1"}).text

    assert 'value="TA-013" checked' in places
    assert "County 0 › Town 01 › Village 013" in places
    assert 'value="BB2"' in kinds
    assert 'value="ZZ1"' not in none


def test_who_put_an_event_right_is_in_the_trail(centre: Centre, number: int) -> None:
    mended(centre.desk(), number, place="TA-000")

    last = centre.rows("SELECT login, object, detail, outcome FROM trail ORDER BY number DESC LIMIT 1")[0]
    assert tuple(last) == ("duty-ta-", f"event {number}", "mend TA-000", "accepted")


def test_a_refused_event_says_what_its_agency_has_to_mend(centre: Centre) -> None:
    centre.log.send(HOTLINE, b"{")
    number = centre.number("SELECT max(number) FROM journal")

    page = centre.desk().get(f"/events/{number}").text

    assert "MALFORMED" in page
    assert "改成合格的 JSON" in page
    assert "/mend" not in page
