"""Steer: an operator's command is checked at its place in the log, and done or refused with a reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson

from hub.policies.models import Confirmation
from hub.tools.history import History
from hub.tools.replay import decision_lines
from hub.tools.replay import replay as replay_lines
from tests.builders import (
    CITY,
    NOISE,
    PER_VILLAGE,
    VILLAGE,
    Log,
    a_confirmation,
    a_dismissal,
    a_policy,
    a_report,
    at,
    decisions,
    kinds,
    three_reports,
)
from tests.store.shards import Inbox, a_database, an_owner, take_all

BY_OPERATOR = a_policy(rules=(replace(PER_VILLAGE, confirm=Confirmation.OPERATOR),))
AT_ONCE = a_policy(rules=(PER_VILLAGE,))
NUMBER = "TC26-000001"


def test_an_operators_word_confirms_and_starts_the_clock() -> None:
    log = Log(BY_OPERATOR)
    three_reports(log)

    told = log.command("03-06 09:00", a_confirmation(NUMBER))

    assert kinds(told) == ["problem_confirmed", "lead_named", "task_cut"]
    confirmed = decisions(told)[0]
    assert (confirmed.reason, confirmed.cause, confirmed.at_ms) == (
        "OPERATOR",
        "command/c1",
        at("03-06 09:00"),
    )
    assert log.state.problems[NUMBER].due_ms == at("03-12 00:00")


def test_a_dismissal_says_why_and_frees_the_cell() -> None:
    log = Log(AT_ONCE)
    three_reports(log)

    told = log.command("03-06 09:00", a_dismissal(NUMBER))

    assert [(said.kind, said.reason) for said in decisions(told)] == [
        ("problem_dismissed", "NO_COMMON_CAUSE")
    ]
    assert log.state.open_at == {}
    assert log.counted() == 0


def test_a_dismissed_problem_does_not_rise() -> None:
    log = Log(AT_ONCE)
    three_reports(log)
    log.command("03-06 09:00", a_dismissal(NUMBER))

    told = log.tick("03-20 09:00")

    assert kinds(told) == []


def test_the_matters_of_a_dismissed_problem_do_not_open_it_again() -> None:
    log = Log(AT_ONCE)
    three_reports(log)
    log.command("03-06 09:00", a_dismissal(NUMBER))

    first = log.take("03-06 10:00", a_report("m4"), a_report("m5"))
    third = log.take("03-06 11:00", a_report("m6"))

    assert kinds(first) == []
    assert decisions(third)[0].evidence == ("hotline/e-m4", "hotline/e-m5", "hotline/e-m6")
    assert decisions(third)[0].problem_id == "TC26-000002"


def test_a_number_that_no_open_problem_has_is_refused() -> None:
    log = Log(AT_ONCE)

    told = log.command("03-06 09:00", a_dismissal("TC26-000009"))

    assert [(entry.outcome, entry.code) for entry in told.entries] == [("refused", "UNKNOWN_PROBLEM")]
    assert told.posts == []


def test_a_confirmed_problem_cannot_be_confirmed_again() -> None:
    log = Log(AT_ONCE)
    three_reports(log)

    told = log.command("03-06 09:00", a_confirmation(NUMBER))

    assert [(entry.outcome, entry.code) for entry in told.entries] == [("refused", "NOT_ALLOWED")]


def test_asking_twice_acts_once() -> None:
    log = Log(BY_OPERATOR)
    three_reports(log)
    log.command("03-06 09:00", a_confirmation(NUMBER))

    told = log.command("03-06 09:01", a_confirmation(NUMBER))

    assert [entry.outcome for entry in told.entries] == ["duplicate"]
    assert told.posts == []


def test_timers_due_before_a_command_fire_first() -> None:
    log = Log(AT_ONCE)
    three_reports(log)

    told = log.command("03-11 08:00", a_dismissal(NUMBER))

    assert kinds(told) == ["tier_raised", "lead_named", "task_cut", "problem_dismissed"]


def test_a_new_owner_counts_a_freed_cell_as_the_last_one_did(tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.packed("03-05 11:00", a_report("m1"), a_report("m2"), a_report("m3"))
    inbox.append("03-06 09:00", a_dismissal(NUMBER))
    inbox.packed("03-06 10:00", a_report("m4"))
    engine = a_database(tmp_path)
    first, sql = an_owner(engine, {CITY: AT_ONCE})
    take_all(first, sql, inbox)

    second, other = an_owner(engine, {CITY: AT_ONCE})
    sql.close()
    other.close()

    counts = [shard.states[CITY].windows[0].count((VILLAGE, NOISE)) for shard in (first, second)]
    assert counts == [1, 1]
    assert second.states[CITY].open_at == {}


def an_exported_report(number: int) -> bytes:
    """A line of an export: a report of the noisy village."""
    data = {
        "matter_id": f"m{number}",
        "place": VILLAGE,
        "category": NOISE,
        "nature": "complaint",
        "channel": "hotline",
    }
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"e{number}",
            "source": "urn:linkage:agency:hotline",
            "type": "linkage.petition.received.v1",
            "time": "2026-03-05T11:00:00+08:00",
            "data": data,
            "hubtime": at("03-05 11:00"),
        }
    )


def test_an_exported_command_is_replayed_at_its_place() -> None:
    confirm = {"kind": "confirm_problem", "jurisdiction": CITY, "id": "c1", "problem_id": NUMBER}
    command = orjson.dumps({**confirm, "hubtime": at("03-06 09:00")})
    lines = [*(an_exported_report(number) for number in range(3)), command]

    said = [
        line["kind"]
        for told in replay_lines(BY_OPERATOR, lines, at("03-07 00:00"))
        for line in decision_lines(BY_OPERATOR, told)
    ]

    assert said == ["problem_suspected", "problem_confirmed", "lead_named", "task_cut"]


def test_an_imported_file_cannot_bring_a_command() -> None:
    command = b'{"kind":"dismiss_problem","jurisdiction":"x","id":"c1","problem_id":"y","reason":"EXPECTED"}'

    items = [item for items in History(AT_ONCE, at("03-07 00:00")).admit([command]) for item in items]

    assert [(item.outcome, item.code) for item in items] == [("refused", "NOT_CLOUDEVENT")]
