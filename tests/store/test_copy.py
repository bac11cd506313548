"""Who is in copy, as screens, API and command line read it from the rows: shown, and owing nothing."""

from __future__ import annotations

from sqlalchemy import Engine

from hub.cli._told import told
from hub.store import case, reads
from hub.store.screens import one, work
from hub.store.screens.scope import Scope
from tests.builders import CITY, TOWN, a_policy, a_report, at, body_of
from tests.core.rounds import FIRST, VILLAGE_BODY
from tests.store.shards import Inbox, an_owner, take_all

COPY = f"{FIRST}.2.copy-{VILLAGE_BODY}"


def a_risen_problem(engine: Engine) -> None:
    """A problem of the village that is the town's since Wednesday 03-11."""
    shard, sql = an_owner(engine, {CITY: a_policy()})
    inbox = Inbox()
    inbox.packed("03-05 11:00", a_report("m1"), a_report("m2"), a_report("m3"))
    inbox.tick("03-11 09:00")
    take_all(shard, sql, inbox)
    sql.close()


def test_console_api_and_command_line_show_who_is_in_copy(engine: Engine) -> None:
    a_risen_problem(engine)

    with engine.connect() as sql:
        page = one.tasks(sql, Scope(CITY, None), FIRST)
        api = reads.tasks(sql, reads.Scope(CITY, "", None, None), reads.Wanted(problem=FIRST), None, 50)
        found = case.problem(sql, FIRST)

    assert [(row["agency"], row["role"]) for row in page] == [(body_of(TOWN), "lead"), (VILLAGE_BODY, "copy")]
    assert [row["id"] for row in api if row["role"] == "copy"] == [COPY]
    assert found is not None
    assert any(line.startswith(f"{COPY}  copy  {VILLAGE_BODY}") for line in told(found, {}))


def test_who_is_in_copy_owes_nothing_and_is_not_waited_for(engine: Engine) -> None:
    a_risen_problem(engine)

    with engine.connect() as sql:
        loads = work.loads(sql, Scope(CITY, None), at("12-31 09:00"))
        owed = case.tasks(sql, CITY, at_work=True)
        accepted = case.acceptance(sql, CITY, FIRST)

    assert [row["agency"] for row in loads] == [body_of(TOWN)]
    assert [row["agency"] for row in owed] == [body_of(TOWN)]
    assert accepted == (0, 1)
