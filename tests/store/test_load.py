"""Loading: the state a new owner starts with is the one the last owner had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hub.model.lifecycle import Phase
from hub.model.state import State
from hub.policies.models import Limits
from hub.schemas.inbox import Item, Packed
from hub.store.load import load_matters
from tests.builders import CITY, HOTLINE, NOISE, PER_VILLAGE, VILLAGE, Log, a_policy, a_report, an_update, at
from tests.store.shards import Inbox, a_database, an_owner, take_all

FORGETFUL = {CITY: a_policy(limits=Limits(remember_days=3))}
ONE_RULE = {CITY: a_policy(rules=(PER_VILLAGE,))}


def loaded(folder: Path, write: Callable[[Inbox], object]) -> State:
    """The state as a second owner loads it after a first one took the inbox."""
    engine = a_database(folder)
    inbox = Inbox()
    write(inbox)
    first, sql = an_owner(engine, FORGETFUL)
    take_all(first, sql, inbox)
    second, other = an_owner(engine, FORGETFUL)
    sql.close()
    other.close()
    return second.states[CITY]


def test_an_empty_database_gives_an_empty_state(tmp_path: Path) -> None:
    state = loaded(tmp_path, lambda _: None)

    assert (state.entries, state.hub_ms, state.problems, state.timers.clocks) == (0, 0, {}, {})


def test_an_id_that_was_forgotten_and_came_again_is_still_known_after_a_restart(tmp_path: Path) -> None:
    state = loaded(
        tmp_path,
        lambda inbox: (
            inbox.packed("03-02 09:00", a_report("m1", "e1")),
            inbox.packed("03-05 09:00", a_report("m1", "e1")),
        ),
    )

    assert state.remembered.ids == {"hotline/e1"}
    assert [entries for entries in state.remembered.by_day.values() if entries] == [["hotline/e1"]]


def test_an_id_older_than_the_policy_says_is_not_loaded(tmp_path: Path) -> None:
    state = loaded(
        tmp_path,
        lambda inbox: (
            inbox.packed("03-02 23:59", a_report("m1", "e1")),
            inbox.packed("03-03 00:00", a_report("m2", "e2")),
            inbox.packed("03-05 09:00", a_report("m3", "e3")),
        ),
    )

    assert state.remembered.ids == {"hotline/e2", "hotline/e3"}


def test_windows_hold_what_they_held(tmp_path: Path) -> None:
    state = loaded(
        tmp_path,
        lambda inbox: inbox.packed("03-02 09:00", a_report("m1"), a_report("m2"), an_update("withdrawn")),
    )

    assert [sighting.event for sighting in state.windows[0].sightings((VILLAGE, NOISE))] == ["hotline/e-m2"]


def test_open_problems_come_with_their_clocks(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    inbox = Inbox()
    inbox.packed("03-05 11:00", a_report("m1"), a_report("m2"), a_report("m3"))
    inbox.tick("03-12 09:00")
    shard, sql = an_owner(engine, ONE_RULE)
    take_all(shard, sql, inbox)

    second, other = an_owner(engine, ONE_RULE)

    state = second.states[CITY]
    problem = state.problems["TC26-000001"]
    assert problem == shard.states[CITY].problems["TC26-000001"]
    assert (problem.phase, problem.tier, problem.round) == (Phase.TREATING, "township", 2)
    assert [(clock.id, clock.due_ms) for clock in state.timers.clocks.values()] == [
        ("TC26-000001/stage", at("03-19 00:00"))
    ]
    assert state.timers.next_ms() == at("03-19 00:00")
    assert state.open_at == {(VILLAGE, NOISE): "TC26-000001"}
    sql.close()
    other.close()


def test_matters_are_fetched_by_name_and_only_once(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    inbox = Inbox()
    inbox.packed("03-02 09:00", a_report("m1"), a_report("m2"))
    shard, sql = an_owner(engine)
    take_all(shard, sql, inbox)
    second, other = an_owner(engine)
    state = second.states[CITY]

    load_matters(other, state, ["hotline/m1", "hotline/m1", "hotline/unknown"])

    assert state.matters == {"hotline/m1": shard.states[CITY].matters["hotline/m1"]}
    sql.close()
    other.close()


def test_marks_and_tallies_come_back(tmp_path: Path) -> None:
    state = loaded(
        tmp_path, lambda inbox: inbox.packed("03-02 09:00", a_report("m1"), an_update("resolved", "m9"))
    )

    source = state.sources[HOTLINE, 0]
    assert (source.mark, source.accepted, source.refused) == (2, 1, 1)


def test_a_backfill_goes_on_after_a_restart(tmp_path: Path) -> None:
    calm = Log()
    calm.take("11-24 09:00", a_report("m1", at_ms=at("03-02 09:00")), backfill=True)

    state = loaded(
        tmp_path,
        lambda inbox: inbox.append(
            "11-24 09:00",
            _backfilled(a_report("m1", at_ms=at("03-02 09:00"), clock_ms=at("03-02 09:00"), position=1)),
        ),
    )

    assert state.backfilling is True
    assert state.hub_ms == calm.state.hub_ms == at("03-02 09:00")


def _backfilled(*items: Item) -> Packed:
    return Packed(jurisdiction=CITY, backfill=True, items=list(items))
