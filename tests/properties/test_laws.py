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
from hub.core._posts import Entry, Order, Told
from hub.core._speech import decision_post, line_of, order_post, receipt_post, render
from hub.model.decision import Decision
from hub.model.lifecycle import HELD, Phase, TaskPhase, is_open
from hub.model.state import Source, State, empty_state
from hub.model.task import waits
from hub.model.timer import ClockKind
from hub.policies.models import Policy, Tier
from hub.schemas.commands import COMMANDS
from hub.schemas.inbox import Message, Packed, Tick, decode_message, encode_message
from hub.schemas.reasons import DecisionKind
from hub.topology import events_topic
from tests.builders import NEXT_VILLAGE, VILLAGE, WATER, Log, a_report, an_update
from tests.properties.strategies import EAGER, HOUR, ROUNDS, START, logs

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
        **of_open_problems(state),
        "open_at": state.open_at,
        "cleared": state.cleared,
        "closures": state.closures,
        "precedents": state.precedents,
        "clocks": state.timers.clocks,
        "ids": state.remembered.ids,
        "windows": [dict(window.counts) for window in state.windows],
        "sightings": [{cell: window.sightings(cell) for cell in window.counts} for window in state.windows],
    }


def of_open_problems(state: State) -> dict[str, Any]:
    """What belongs to problems that are open; those that ended are forgotten once they are written."""
    live = {number for number, problem in state.problems.items() if is_open(problem.phase)}
    return {
        "problems": {number: state.problems[number] for number in live},
        "tasks": {number: list(state.tasks[number].items()) for number in live & state.tasks.keys()},
        "members": {number: state.members[number] for number in live},
        "joined": {matter: set(numbers) for matter, numbers in state.joined.items()},
        "claims": {number: set(cells) for number, cells in state.claims.items()},
        "notices": {
            notice.id: notice
            for notice in state.notices.values()
            if waits(notice) and notice.problem_id in live
        },
    }


def spoken(told: Told, policy: Policy = EAGER) -> list[str]:
    """What goes out, word for word, ids and all."""
    return [_body(post, policy) for post in told.posts]


def _body(post: Decision | Entry | Order, policy: Policy) -> str:
    if isinstance(post, Entry):
        return receipt_post(post, policy, events_topic(post.item.agency)).body
    if isinstance(post, Order):
        return order_post(post, render(line_of(post.decision, policy)), policy).body
    return decision_post(post, render(line_of(post, policy)), policy).body


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
    again = [(now_ms, message) for _, message in log[start:end] if isinstance(message, Packed | Tick)]
    repeated = [*log[:end], *again, *log[end:]]

    once, twice = folded(log), folded(repeated)

    assert essence(twice[0]) == essence(once[0])
    assert twice[1].entries == once[1].entries
    assert spoken(twice[1]) == spoken(once[1])


@given(logs())
def test_a_message_read_back_from_its_bytes_means_the_same(log: Dated) -> None:
    read: Dated = [(at_ms, decode_message(encode_message(message))) for at_ms, message in log]

    assert essence(folded(read)[0]) == essence(folded(log)[0])


@given(logs(), logs(replace(EAGER, jurisdiction="990200000000", letters="SC")))
def test_two_cities_in_one_partition_do_not_meet(first: Dated, second: Dated) -> None:
    other = replace(EAGER, jurisdiction="990200000000", letters="SC")
    # Ticks belong to every city of a partition, so each city's log holds the other's too.
    mine = sorted([*first, *ticks(second)], key=lambda record: record[0])
    theirs = sorted([*second, *ticks(first)], key=lambda record: record[0])

    states = {policy.jurisdiction: (policy, empty_state(policy), Told()) for policy in (EAGER, other)}
    for at_ms, message in sorted([*first, *second], key=lambda record: record[0]):
        codes = list(states) if isinstance(message, Tick) else [message.jurisdiction]
        for code in codes:
            policy, state, told = states[code]
            fold(state, policy, message, at_ms, told)

    for log, (policy, state, told) in zip((mine, theirs), states.values(), strict=True):
        alone_state, alone_told = folded(log, policy)
        assert essence(state) == essence(alone_state)
        assert spoken(told, policy) == spoken(alone_told, policy)


def ticks(log: Dated) -> Dated:
    return [record for record in log if isinstance(record[1], Tick)]


@given(logs(), st.lists(st.integers(0, 60 * 24), max_size=20))
def test_ticks_only_say_earlier_what_falls_due_anyway(log: Dated, hours: list[int]) -> None:
    """Whether time passes in one step or in many makes no difference."""
    first = next((at_ms for at_ms, message in log if not isinstance(message, Tick)), None)
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
    events = (entry.item for entry in told.entries if entry.item.agency != COMMANDS)
    assert Counter((item.agency, item.partition) for item in events) == received
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
def test_a_problem_changes_tiers_one_at_a_time_and_only_by_a_decision(log: Dated) -> None:
    _, told = folded(log)

    held: dict[str, int] = {}
    for decision in decided(told):
        tier = TIERS.index(decision.tier)
        steps = STEPS.get(decision.kind, (0,))
        assert tier - held.get(decision.problem_id, tier) in steps or decision.problem_id not in held
        held[decision.problem_id] = tier
        if decision.kind in STEPS:
            assert decision.due_ms is None or decision.due_ms > decision.at_ms


STEPS = {
    DecisionKind.TIER_RAISED: (1,),
    DecisionKind.TIER_LOWERED: (-1, -2, -3),
    DecisionKind.PROBLEM_REBOUNDED: (0, 1),
}


@given(logs())
def test_after_a_year_of_silence_what_is_still_held_is_at_the_top_and_was_reminded(log: Dated) -> None:
    state, _ = folded([*log, (START + 400 * 24 * HOUR, Tick())])

    for problem in state.problems.values():
        assert problem.phase not in (Phase.SUSPECTED, Phase.LEDGERED, Phase.SETTLED)
        if problem.phase in HELD:
            assert (problem.tier, problem.steps) == (Tier.CITY, len(ROUNDS.notices))


@given(logs())
def test_no_clock_is_left_behind(log: Dated) -> None:
    state, _ = folded(log)

    clocks = state.timers.clocks.values()
    assert all(clock.due_ms > state.hub_ms for clock in clocks)
    assert {clock.problem_id for clock in clocks} <= {
        number for number, problem in state.problems.items() if is_open(problem.phase)
    }
    for problem in state.problems.values():
        if problem.phase in HELD and problem.due_ms is not None and problem.due_ms > state.hub_ms:
            stage = state.timers.get(problem.id, ClockKind.STAGE)
            assert stage is not None
            assert stage.due_ms == problem.due_ms


@given(logs())
def test_whatever_is_open_has_a_clock_or_waits_for_nothing_but_an_operator(log: Dated) -> None:
    state, _ = folded(log)

    running = {(clock.owner, clock.kind) for clock in state.timers.clocks.values()}
    for problem in state.problems.values():
        if problem.phase is Phase.SETTLED:
            assert (problem.id, ClockKind.WATCH) in running
        if problem.phase is Phase.LEDGERED:
            lead = [task for task in state.tasks[problem.id].values() if task.phase is TaskPhase.LEDGERED]
            assert any((task.id, ClockKind.REVIEW) in running for task in lead)


@given(logs())
def test_an_agency_has_at_most_one_part_under_way_in_a_round(log: Dated) -> None:
    state, _ = folded(log)

    for problem in state.problems.values():
        at_work = [
            task.agency
            for task in state.tasks.get(problem.id, {}).values()
            if task.phase in (TaskPhase.CUT, TaskPhase.ACCEPTED)
        ]
        assert len(at_work) == len(set(at_work))


@given(logs())
def test_no_problem_is_part_of_itself_or_of_what_ended(log: Dated) -> None:
    state, _ = folded(log)

    for problem in state.problems.values():
        if is_open(problem.phase):
            above = [problem.id]
            while parent := state.problems[above[-1]].parent:
                assert is_open(state.problems[parent].phase)
                assert parent not in above
                above.append(parent)


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
