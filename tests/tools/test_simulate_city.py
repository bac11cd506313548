"""The simulated city: repeatable, of the wanted size and mix, and true to the contract."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from hub.core.screen import screen
from hub.schemas.codec import decode
from hub.schemas.flaws import Flaw
from hub.tools.simulate.city import PER_DAY, simulate_city
from hub.tools.simulate.planted import as_line, planted_problems
from tests.tools.city import OUTSIDE, START, a_city, when

Event = dict[str, Any]
POLICY = a_city()
UPDATED = "linkage.matter.updated.v1"


@cache
def a_year() -> tuple[Event, ...]:
    return tuple(simulate_city(POLICY, seed=3, start=START, days=365, per_day=120))


def sent_once(events: tuple[Event, ...]) -> list[Event]:
    """All events but those sent a second time."""
    return list({event["id"]: event for event in events}.values())


def reports(events: tuple[Event, ...]) -> list[Event]:
    return [event for event in sent_once(events) if event["type"] != UPDATED]


def is_resolvable(event: Event) -> bool:
    data = event["data"]
    return data["place"] in POLICY.places and data["category"] in POLICY.categories


def test_the_same_seed_gives_the_same_events() -> None:
    one = list(simulate_city(POLICY, 5, START, 30, 60))
    two = list(simulate_city(POLICY, 5, START, 30, 60))
    assert one == two
    assert one != list(simulate_city(POLICY, 6, START, 30, 60))


def test_a_year_holds_the_wanted_number_of_events() -> None:
    wanted = 365 * 120
    assert abs(len(a_year()) - wanted) < 0.05 * wanted


def test_a_year_of_the_usual_city_holds_three_hundred_thousand_events() -> None:
    assert abs(365 * PER_DAY - 300_000) < 0.05 * 300_000


def test_few_events_a_day_still_come_to_the_wanted_number() -> None:
    events = list(simulate_city(POLICY, 5, START, 365, per_day=20, planted=0))
    assert abs(len(events) - 365 * 20) < 0.05 * 365 * 20


def test_events_come_in_time_order_within_the_days_asked() -> None:
    times = [when(event) for event in sent_once(a_year())]
    assert times == sorted(times)
    assert times[0] >= START
    assert times[-1] < START + timedelta(365)


def test_every_event_keeps_the_contract() -> None:
    for event in a_year():
        taken = decode(orjson.dumps(event), [])[0]
        assert not isinstance(taken, Flaw), (taken, event)
        assert screen(taken) is None, event


def test_few_reports_are_faulty_and_few_events_come_twice() -> None:
    told = reports(a_year())
    faulty = [event for event in told if not is_resolvable(event)]
    assert 0.001 < len(faulty) / len(told) < 0.006
    assert 0 < len(a_year()) - len(sent_once(a_year())) < 0.003 * len(a_year())


def test_an_event_that_comes_twice_is_the_same_to_the_byte() -> None:
    seen: dict[str, Event] = {}
    for event in a_year():
        assert seen.setdefault(event["id"], event) == event


def test_no_update_comes_before_its_report() -> None:
    known: set[tuple[str, str]] = set()
    for event in a_year():
        matter = (event["source"], event["data"]["matter_id"])
        assert event["type"] != UPDATED or matter in known
        known.add(matter)


def test_a_start_within_a_day_leaves_out_what_was_reported_before_it() -> None:
    afternoon = START + timedelta(hours=15)

    events = list(simulate_city(POLICY, 3, afternoon, 20, 200))

    reported = {e["data"]["matter_id"] for e in events if e["type"] != UPDATED}
    assert {e["data"]["matter_id"] for e in events if e["type"] == UPDATED} <= reported


def test_the_steps_of_a_matter_follow_each_other() -> None:
    steps = defaultdict(list)
    for event in sent_once(a_year()):
        steps[event["data"]["matter_id"]].append((when(event), event["data"].get("status")))
    for life in steps.values():
        times, words = [at for at, _ in life], [word for _, word in life]
        assert all(one < two for one, two in pairwise(times))
        for one, two in pairwise(words):
            assert two != "reopened" or one == "resolved"


def test_matters_are_mostly_accepted_and_resolved_but_not_all() -> None:
    ends = Counter(e["data"]["status"] for e in sent_once(a_year()) if e["type"] == UPDATED)
    matters = len({e["data"]["matter_id"] for e in reports(a_year())})
    assert 0.75 < ends["resolved"] / matters < 0.95
    assert 0.03 < ends["unresolved"] / matters < 0.15
    assert ends["reopened"] > 0
    assert ends["transferred"] > ends["returned"] > 0


def test_three_of_four_reports_are_petitions() -> None:
    kinds = Counter(event["type"] for event in reports(a_year()))
    total = sum(kinds.values())
    assert 0.72 < kinds["linkage.petition.received.v1"] / total < 0.80
    assert 0.15 < kinds["linkage.dispute.registered.v1"] / total < 0.21
    assert 0.04 < kinds["linkage.incident.reported.v1"] / total < 0.08


def test_neighbours_lead_the_disputes() -> None:
    disputes = Counter(e["data"]["category"] for e in reports(a_year()) if "dispute" in e["type"])
    assert disputes.most_common(1)[0][0] == "C1"


def test_unpaid_wages_swell_before_the_long_winter_break() -> None:
    def share(first: str, last: str) -> float:
        told = [e for e in reports(a_year()) if first <= e["time"][:10] <= last]
        wages = [e for e in told if e["data"]["category"] == "B1"]
        return len(wages) / len(told)

    assert share("2026-01-08", "2026-02-14") > 1.8 * share("2025-09-01", "2025-12-20")


def test_noise_is_a_trouble_of_the_summer() -> None:
    months = Counter(e["time"][5:7] for e in reports(a_year()) if e["data"]["category"] == "A1")
    assert months["07"] > 1.5 * months["12"]


def test_people_report_by_day() -> None:
    hours = Counter(int(event["time"][11:13]) for event in reports(a_year()))
    assert sum(hours[h] for h in range(8, 20)) > 0.7 * sum(hours.values())
    assert all(hours[h] for h in range(24))


def test_the_streets_of_a_county_seat_report_more_than_villages() -> None:
    events = list(simulate_city(POLICY, 1, START, 120, 200, planted=0))
    places = Counter(e["data"]["place"] for e in events if "place" in e["data"])
    assert min(places[f"11010{n}"] for n in (1, 2, 3)) > max(places[f"12010{n}"] for n in (1, 2, 3))


def test_an_agency_reports_from_its_territory_and_categories_alone() -> None:
    told = [e for e in reports(a_year()) if is_resolvable(e)]
    for event in told:
        agency = POLICY.agencies[event["source"].rpartition(":")[2]]
        assert agency.territory in POLICY.places[event["data"]["place"]].chain
        if agency.id in {OUTSIDE, "labour"}:
            assert set(agency.categories) & set(POLICY.categories[event["data"]["category"]].chain)
    assert {e["source"].rpartition(":")[2] for e in told} == set(POLICY.agencies)


def test_the_hotline_reports_most() -> None:
    sources = Counter(event["source"] for event in reports(a_year()))
    assert sources.most_common(1)[0][0] == "urn:linkage:agency:hotline"


def test_restricted_branches_are_never_reported() -> None:
    assert not any(event["data"].get("category") in {"X", "X1"} for event in a_year())


def test_nothing_looks_like_a_persons_data() -> None:
    allowed = {
        *("matter_id", "place", "category", "severity", "nature", "channel", "size_band", "repeat"),
        *("occurred_at", "responsible_agency", "due_at", "summary", "incident_kind", "mediation_kind"),
        *("status", "agency", "outcome", "satisfaction"),
    }
    for event in a_year():
        assert set(event["data"]) <= allowed
        assert not re.search(r"\d{5}|@|先生|女士", event["data"].get("summary", ""))


def test_what_is_printed_as_planted_is_what_is_reported() -> None:
    told: dict[str, list[Event]] = defaultdict(list)
    for event in reports(a_year()):
        if event["data"]["matter_id"].startswith("planted-"):
            told[event["data"]["matter_id"]].append(event)
    lines = [as_line(problem, POLICY) for problem in planted_problems(POLICY, 3, START, 365)]
    assert lines
    assert set(told) == {id_ for line in lines for id_ in line["matter_ids"]}
    for line in lines:
        days = [told[id_][0]["time"][:10] for id_ in line["matter_ids"]]
        assert {
            (e["data"]["place"], e["data"]["category"]) for id_ in line["matter_ids"] for e in told[id_]
        } == {(line["place"], line["category"])}
        assert (days[0], days[-1], len(days)) == (line["first_day"], line["last_day"], line["matters"])


def test_a_planted_problem_comes_back_after_each_resolution() -> None:
    lives = defaultdict(list)
    for event in sent_once(a_year()):
        lives[event["data"]["matter_id"]].append((when(event), event["data"].get("status")))
    for problem in planted_problems(POLICY, 3, START, 365):
        months = (problem.moments[-1] - problem.moments[0]) / 86400 / 30
        assert 3 < len(problem.ids) / months < 11
        solved = [lives[id_][-1][0] for id_ in problem.ids[:-1]]
        last_report = lives[problem.ids[-1]][0][0]
        assert sum(at < last_report for at in solved) > 0.8 * len(solved)


def test_planted_places_stay_when_the_city_starts_anew() -> None:
    one = planted_problems(POLICY, 3, START, 365)
    two = planted_problems(POLICY, 3, START + timedelta(100), 365)
    assert [(p.spot, p.topic) for p in one] == [(p.spot, p.topic) for p in two]
    assert not {id_ for p in one for id_ in p.ids} & {id_ for p in two for id_ in p.ids}


def test_a_later_start_never_repeats_an_id() -> None:
    one = {e["id"] for e in simulate_city(POLICY, 3, START, 20, 60)}
    two = {e["id"] for e in simulate_city(POLICY, 3, START + timedelta(milliseconds=1), 20, 60)}
    assert not one & two


def test_a_start_in_the_middle_of_a_day_leaves_out_its_morning() -> None:
    noon = START + timedelta(hours=12)
    events = list(simulate_city(POLICY, 3, noon, 2, 200))
    assert min(when(event) for event in events) >= noon
    assert max(when(event) for event in events) < noon + timedelta(2)


def test_daylight_saving_breaks_neither_order_nor_offset() -> None:
    zone = ZoneInfo("America/New_York")
    begin = datetime(2025, 3, 1, tzinfo=zone)
    events = list(simulate_city(a_city(zone=zone), 3, begin, 30, 400))
    unique = list({event["id"]: event for event in events}.values())
    assert [when(e) for e in unique] == sorted(when(e) for e in unique)
    offsets = {e["time"][:10]: e["time"][-6:] for e in unique}
    assert (offsets["2025-03-05"], offsets["2025-03-20"]) == ("-05:00", "-04:00")


def test_a_city_without_hotline_or_grid_reports_through_whom_it_has() -> None:
    agencies = {OUTSIDE: POLICY.agencies[OUTSIDE]}
    events = list(simulate_city(a_city(agencies=agencies), 3, START, 30, 60, planted=2))
    assert {event["source"] for event in events} == {f"urn:linkage:agency:{OUTSIDE}"}
    known = [e["data"]["place"] for e in events if e["data"].get("place", "") in POLICY.places]
    assert all("120000" in POLICY.places[place].chain for place in known)
