"""What the stream of a page tells: news for this desk alone, what waits for it, and who else looks at a problem."""

from __future__ import annotations

import re
from collections.abc import Iterator

import orjson
import pytest

from hub.console.desk import Desk
from hub.console.live import Page
from hub.console.news import CONCERNS, TOLD_MAX, News, news
from hub.console.presence import Presence
from hub.store.people import Account, Role
from tests.console.desks import Centre, open_centre
from tests.console.rows import fill

OF_CENTRE = "({})".format(
    ", ".join(
        f"'{kind}'"
        for kind in (
            "problem_suspected",
            "problem_rebounded",
            "tier_raised",
            "task_returned",
            "arbitration_opened",
            "task_done",
        )
    )
)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with open_centre(fill(tmp_path_factory.mktemp("live"), 3_000)) as opened:
        yield opened


def a_desk(centre: Centre, role: Role = Role.DUTY, territory: str = "TA", agency: str = "") -> Desk:
    console, policy = centre.client.app.state.console, centre.filled.policy  # type: ignore[attr-defined]
    account = Account(f"{role}-1", role, policy.jurisdiction, territory, agency)
    names, words = console.names(policy, "zh"), console.words("zh")
    return Desk(console, account, "", policy, names, words, "light", "", console.now_ms(), None)


def told(desk: Desk, after: int = 0) -> News:
    with desk.console.engine.connect() as sql:
        return news(sql, desk, after)


def number(found: News) -> int:
    return len(found.lines) + found.more


def test_the_centre_is_told_of_what_it_must_decide_and_not_of_its_own_hand(centre: Centre) -> None:
    expected = centre.number(
        f"SELECT count(*) FROM decision WHERE kind IN {OF_CENTRE} AND reason <> 'OPERATOR'"
    )

    assert number(told(a_desk(centre))) == expected > TOLD_MAX


def test_a_burst_is_told_by_its_number(centre: Centre) -> None:
    assert len(told(a_desk(centre)).lines) == TOLD_MAX


def test_a_desk_of_one_county_is_told_of_that_county(centre: Centre) -> None:
    here, there = (number(told(a_desk(centre, territory=f"TA-{county}"))) for county in range(2))
    below = centre.number(
        "SELECT count(*) FROM decision d JOIN problem p ON p.id = d.problem_id"
        f" WHERE d.kind IN {OF_CENTRE} AND d.reason <> 'OPERATOR' AND p.place LIKE 'TA-0%'"
    )

    assert here == below
    assert here + there <= number(told(a_desk(centre)))


def test_an_agency_is_told_of_its_own_parts_alone(centre: Centre) -> None:
    kinds = ", ".join(f"'{kind}'" for kind in CONCERNS[Role.AGENCY])
    lines = [
        orjson.loads(row.line) for row in centre.rows(f"SELECT line FROM decision WHERE kind IN ({kinds})")
    ]
    agency = lines[0]["agency"]

    found = told(a_desk(centre, Role.AGENCY, "", agency))

    assert number(found) == sum(line["agency"] == agency for line in lines) > 0


def test_a_monitor_is_told_nothing(centre: Centre) -> None:
    assert told(a_desk(centre, Role.MONITOR)) == News([], 0)


def test_what_was_told_is_not_told_again(centre: Centre) -> None:
    newest = centre.number("SELECT max(seq) FROM decision")

    assert told(a_desk(centre), newest) == News([], 0)


def test_a_line_of_news_names_its_problem_and_leads_to_it(centre: Centre) -> None:
    line = told(a_desk(centre)).lines[0]

    assert centre.desk().get(line["href"]).status_code == 200
    assert line["word"]
    assert "Town" in line["text"] or "Village" in line["text"] or "County" in line["text"]


def test_the_badge_counts_what_the_queue_shows(centre: Centre) -> None:
    message = Page(a_desk(centre), 0, "").counts(lambda: 0.0)

    tabs = re.findall(r'tab=\w+"[^>]*>[^<]+<b>(\d+)\+?</b>', centre.desk().get("/queue").text)
    assert orjson.loads(message.split(b"data: ")[1])["number"] == sum(map(int, tabs)) > 0


def test_a_count_that_took_long_is_not_taken_again_at_once(centre: Centre) -> None:
    page = Page(a_desk(centre), 0, "")
    assert page.wants_counts(100.0)

    page.counts(iter((100.0, 100.2)).__next__)
    assert not page.wants_counts(1000.0), "nothing happened since"

    page.changes()
    assert next(at for at in range(101, 120) if page.wants_counts(at)) == 111


def test_readers_of_one_problem_are_told_of_each_other_once() -> None:
    presence = Presence()
    with presence.looking("TA", "P1", "ann"), presence.looking("TA", "P1", "ann"):
        with presence.looking("TA", "P1", "bob"), presence.looking("TA", "P2", "eve"):
            assert presence.others("TA", "P1", "bob") == ["ann"]
            assert presence.others("TA", "P1", "ann") == ["bob"]
            assert presence.others("TB", "P1", "ann") == []
        assert presence.others("TA", "P1", "ann") == []


def test_company_is_told_when_it_changes(centre: Centre) -> None:
    desk = a_desk(centre)
    page, presence = Page(desk, 0, "P9"), desk.console.presence

    assert list(page.company()) == []
    with presence.looking("TA", "P9", "bob"):
        (came,) = page.company()
        assert b'"bob"' in came
        assert list(page.company()) == []
    (went,) = page.company()
    assert b'"logins":[]' in went
