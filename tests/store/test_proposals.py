"""A proposal waits for a second person until something is adopted after it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.store.people import writing
from hub.store.proposals import Proposal, drop, last_adoption, propose, proposer, standing
from tests.builders import CITY
from tests.store.shards import Inbox, a_database
from tests.store.test_adopt import adoption, taken

WANTED = Proposal(CITY, "two", 0, "first", "why", 1)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return a_database(tmp_path)


def test_the_newest_proposal_stands_in_place_of_the_one_before(engine: Engine) -> None:
    with writing(engine) as sql:
        propose(sql, replace(WANTED, version="one"))
        propose(sql, WANTED)

        assert standing(sql, CITY) == WANTED
        assert (proposer(sql, CITY, "two"), proposer(sql, CITY, "one")) == ("first", "")


def test_once_anything_was_adopted_a_proposal_waits_no_more(engine: Engine) -> None:
    with writing(engine) as sql:
        propose(sql, WANTED)
    inbox = Inbox()
    inbox.append("03-02 10:00", adoption("two"))
    taken(engine, inbox)

    with engine.connect() as sql:
        assert standing(sql, CITY) is None
        assert last_adoption(sql, CITY) == (1, "two")


def test_what_was_dropped_stands_no_more(engine: Engine) -> None:
    with writing(engine) as sql:
        propose(sql, WANTED)
        drop(sql, CITY)

        assert standing(sql, CITY) is None
