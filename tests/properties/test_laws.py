"""Laws of the fold: what holds for any log, however it is cut, repeated or mixed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from hub.core._fold import fold
from hub.core._posts import Entry, Told
from hub.core._speech import decision_post, line_of, receipt_post, render
from hub.model.decision import Decision
from hub.model.state import Source, State, empty_state
from hub.policies.models import Policy
from hub.schemas.inbox import INBOX, Message, Packed, Tick, encode_message
from hub.topology import events_topic
from tests.builders import NEXT_VILLAGE, VILLAGE, WATER, Log, a_report, an_update
from tests.properties.strategies import EAGER, HOUR, START, logs

Dated = list[tuple[int, Message]]
TIERS = ("village", "township", "county", "city")


def folded(log: Dated, policy: Policy = EAGER) -> tuple[State, Told]:
    state, told = empty_state(policy), Told()
    for at_ms, message in log:
        fold(state, policy, message, at_ms, told)
    return state, told


def essence(state: State) -> dict[str, Any]:
    """All that the next decision depends on; caches and the order within sets do not count."""
    return {
        "counters": (
            state.hub_ms,
            state.entries,
            state.said,
            state.opened,
            state.posted,
            state.backfilling,
        ),
        "today": state.today,
        "sources": state.sources,
        "matters": state.matters,
        "problems": state.problems,
        "open_at": state.open_at,
        "timers": sorted(state.timers),
        "ids": state.remembered.ids,
        "windows": [dict(window.counts) for window in state.windows],
        "sightings": [{cell: window.sightings(cell) for cell in window.counts} for window in state.windows],
    }


def spoken(told: Told, policy: Policy = EAGER) -> list[str]:
    """What goes out, word for word, ids and all."""
    return [
        receipt_post(post, policy, events_topic(post.item.agency)).body
        if isinstance(post, Entry)
        else decision_post(post, render(line_of(post, policy)), policy).body
        for post in told.posts
    ]


def decided(told: Told) -> list[Decision]:
    return [post for post in told.posts if isinstance(post, Decision)]


@given(logs(), st.randoms(use_true_random=False))
def test_a_record_cut_in_pieces_means_the_same(log: Dated, random: Any) -> None:  # noqa: ANN401 - hypothesis' own
    pieces: Dated = []
    for at_ms, message in log:
        if not isinstance(message, Packed):
            pieces.append((at_ms, message))
            continue
        items = message.items
        while items:
            size = random.randint(1, len(items))
            pieces.append((at_ms, replace(message, items=items[:size])))
            items = items[size:]

    whole, cut = folded(log), folded(pieces)

    assert essence(cut[0]) == essence(whole[0])
    assert cut[1].entries == whole[1].entries
    assert spoken(cut[1]) == spoken(whole[1])


@given(logs(), st.integers(0, 14))
def test_a_replay_of_any_beginning_says_the_same_with_the_same_ids(log: Dated, length: int) -> None:
    once = spoken(folded(log)[1])

    again = spoken(folded(log[:length])[1])

    assert once[: len(again)] == again


@given(logs(), st.data())
def test_records_that_come_again_change_nothing_but_the_clock(log: Dated, data: st.DataObject) -> None:
    """Intake crashed: from some record on everything is sent once more, cut anew or not."""
    end = data.draw(st.integers(1, len(log)))
    start = data.draw(st.integers(0, end - 1))
    now_ms = log[end - 1][0]
    repeated = [*log[:end], *((now_ms, message) for _, message in log[start:end]), *log[end:]]

    once, twice = folded(log), folded(repeated)

    assert essence(twice[0]) == essence(once[0])
    assert twice[1].entries == once[1].entries
    assert spoken(twice[1]) == spoken(once[1])


@given(logs())
def test_a_message_read_back_from_its_bytes_means_the_same(log: Dated) -> None:
    read: Dated = [(at_ms, INBOX.validate_json(encode_message(message))) for at_ms, message in log]

    assert essence(folded(read)[0]) == essence(folded(log)[0])


@given(logs(), logs(replace(EAGER, jurisdiction="990200000000", letters="SC")))
def test_two_cities_in_one_partition_do_not_meet(first: Dated, second: Dated) -> None:
    other = replace(EAGER, jurisdiction="990200000000", letters="SC")
    # Ticks belong to every city of a partition, so each city's log holds the other's too.
    mine = sorted([*first, *ticks(second)], key=lambda record: record[0])
    theirs = sorted([*second, *ticks(first)], key=lambda record: record[0])

    states = {policy.jurisdiction: (policy, empty_state(policy), Told()) for policy in (EAGER, other)}
    for at_ms, message in sorted([*first, *second], key=lambda record: record[0]):
        codes = [message.jurisdiction] if isinstance(message, Packed) else list(states)
        for code in codes:
            policy, state, told = states[code]
            fold(state, policy, message, at_ms, told)

    for log, (policy, state, told) in zip((mine, theirs), states.values(), strict=True):
        alone_state, alone_told = folded(log, policy)
        assert essence(state) == essence(alone_state)
        assert spoken(told, policy) == spoken(alone_told, policy)


def ticks(log: Dated) -> Dated:
    return [record for record in log if not isinstance(record[1], Packed)]


@given(logs(), st.lists(st.integers(0, 60 * 24), max_size=20))
def test_ticks_only_say_earlier_what_falls_due_anyway(log: Dated, hours: list[int]) -> None:
    """Whether time passes in one step or in many makes no difference."""
    first = next((at_ms for at_ms, message in log if isinstance(message, Packed)), None)
    end_ms = START + 400 * 24 * HOUR
    moments = [START + hour * HOUR for hour in hours]
    storm: Dated = [(ms, Tick()) for ms in moments if first is not None and ms >= first]
    many = sorted([*log, *storm], key=lambda record: record[0])

    few_state, few = folded([*log, (end_ms, Tick())])
    many_state, more = folded([*many, (end_ms, Tick())])

    assert spoken(more) == spoken(few)
    assert essence(many_state) == essence(few_state)


@given(logs())
def test_every_event_ends_in_exactly_one_outcome(log: Dated) -> None:
    received = Counter(
        (item.agency, item.partition)
        for _, message in log
        if isinstance(message, Packed)
        for item in message.items
    )

    state, told = folded(log)

    assert {key: total(source) for key, source in state.sources.items()} == received
    assert Counter((entry.item.agency, entry.item.partition) for entry in told.entries) == received
    assert [entry.number for entry in told.entries] == list(range(1, state.entries + 1))


def total(source: Source) -> int:
    return source.accepted + source.duplicate + source.quarantined + source.refused


@given(logs())
def test_numbers_have_no_gap_and_time_no_way_back(log: Dated) -> None:
    state, told = folded(log)

    said = decided(told)
    assert [decision.seq for decision in said] == list(range(1, state.said + 1))
    assert len(told.posts) == state.posted
    assert all(before.at_ms <= after.at_ms for before, after in pairwise(said))
    assert all(before.hub_ms <= after.hub_ms for before, after in pairwise(told.entries))


@given(logs())
def test_nothing_goes_out_twice_under_one_id(log: Dated) -> None:
    ids = [orjson.loads(body)["id"] for body in spoken(folded(log)[1])]

    assert len(set(ids)) == len(ids)


@given(logs())
def test_a_problem_only_climbs_and_its_clock_ends_after_it_began(log: Dated) -> None:
    _, told = folded([*log, (START + 400 * 24 * HOUR, Tick())])

    held: dict[str, int] = {}
    for decision in decided(told):
        tier = TIERS.index(decision.tier)
        assert tier == held.get(decision.problem_id, tier) + (decision.kind == "tier_raised")
        held[decision.problem_id] = tier
        assert decision.due_ms is None or decision.due_ms > decision.at_ms
    # After a year of silence every problem has reached the top.
    assert set(held.values()) <= {TIERS.index("city")}


@given(logs())
def test_no_clock_is_left_behind(log: Dated) -> None:
    state, _ = folded(log)

    live = {
        (problem.due_ms, problem.id, problem.round)
        for problem in state.problems.values()
        if problem.due_ms is not None
    }
    assert live <= set(state.timers)
    assert all(due > state.hub_ms for due, _, _ in live)


@given(logs(), st.sampled_from([{"place": NEXT_VILLAGE}, {"category": WATER}]))
def test_a_correction_there_and_back_leaves_the_counts_as_they_were(
    log: Dated, wrong: dict[str, str]
) -> None:
    state, _ = folded([*log, (START + 100 * 24 * HOUR, Tick())])
    city = Log(EAGER)
    city.state = state
    city.position = 10_000
    day = "07-01 09:00"
    city.take(day, a_report("moved", "n1"))
    before = essence(state)["windows"]

    city.take(day, an_update("corrected", "moved", "n2", **wrong))
    between = essence(state)["windows"]
    back = {"place": VILLAGE} if "place" in wrong else {"category": "A1"}
    city.take(day, an_update("corrected", "moved", "n3", **back))

    assert between != before
    assert essence(state)["windows"] == before


@given(logs())
def test_a_line_is_the_same_however_often_it_is_written(log: Dated) -> None:
    _, told = folded(log)

    for decision in decided(told):
        line = render(line_of(decision, EAGER))
        assert orjson.dumps(orjson.loads(line)).decode() == line
