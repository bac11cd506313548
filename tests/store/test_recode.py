"""A merged village, a recoded category: history counts under the new code, and nothing looks like a burst."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.core.resolve import known_place
from hub.model.state import State
from hub.policies.load import load_policy
from hub.policies.models import BurstRule, Confirmation, Policy, Tier
from hub.policies.patterns import LingeringRule, Patterns
from hub.store.dialect import writer
from hub.store.load import load_state
from hub.store.shard import InboxRecord
from tests.builders import CITY, NEXT_VILLAGE, NOISE, POLICY, TOWN, VILLAGE, WATER, a_policy, a_report
from tests.store.shards import Inbox, a_database, an_owner, take_all

SANMING = Path("deploy/jurisdictions/sanming")
NEW_VILLAGE = "990101001009"
NEW_NOISE = "A9"
BURST = BurstRule("burst", 2, 3, {Tier.VILLAGE: 5.0, Tier.TOWNSHIP: 3.0}, Confirmation.OPERATOR)
PATTERNS = Patterns(
    season=BurstRule("season", 2, 5, {Tier.CITY: 1.0}, Confirmation.OPERATOR),
    lingering=LingeringRule(name="lingering", confirm=Confirmation.OPERATOR, open_days=90, closed_min=1.0),
)
BEFORE = a_policy(rules=(), burst=BURST, patterns=PATTERNS, version="before")


def after_the_reform() -> Policy:
    """The village has a new code, and so has noise."""
    places = dict(BEFORE.places)
    old = places.pop(VILLAGE)
    places[NEW_VILLAGE] = replace(old, code=NEW_VILLAGE, chain=(NEW_VILLAGE, *old.chain[1:]))
    categories = dict(BEFORE.categories)
    noise = categories.pop(NOISE)
    categories[NEW_NOISE] = replace(noise, code=NEW_NOISE, chain=(NEW_NOISE, *noise.chain[1:]))
    return replace(
        BEFORE,
        places=places,
        categories=categories,
        holders={place: POLICY.holders.get(place, "body") for place in places},
        place_aliases={VILLAGE: NEW_VILLAGE},
        category_aliases={NOISE: NEW_NOISE},
        version="after",
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Half a year of two villages, a matter of noise every other day in each, and of water."""
    engine = a_database(tmp_path)
    inbox = Inbox()
    for day in range(0, 180, 2):
        items = [
            a_report(f"{day}-{place}-{kind}", place=place, category=kind)
            for place in (VILLAGE, NEXT_VILLAGE)
            for kind in (NOISE, WATER)
        ]
        inbox.packed(f"{date(2026, 1, 1) + timedelta(days=day):%m-%d} 09:00", *items)
    shard, sql = an_owner(engine, {CITY: BEFORE})
    take_all(shard, sql, inbox)
    sql.close()
    yield engine
    engine.dispose()


def loaded(engine: Engine, policy: Policy) -> State:
    sql = writer(engine)
    state = load_state(sql, policy)
    sql.close()
    return state


def test_history_counts_under_the_new_codes(engine: Engine) -> None:
    before, after = loaded(engine, BEFORE), loaded(engine, after_the_reform())

    assert before.lattice is not None
    assert after.lattice is not None
    assert before.almanac is not None
    assert after.almanac is not None
    assert after.lattice.recent.count((NEW_VILLAGE, NEW_NOISE)) == 14
    for new, old in (
        ((NEW_VILLAGE, NEW_NOISE), (VILLAGE, NOISE)),
        ((TOWN, NEW_NOISE), (TOWN, NOISE)),
        ((NEXT_VILLAGE, WATER), (NEXT_VILLAGE, WATER)),
    ):
        assert after.lattice.past_matters(new) == before.lattice.past_matters(old) > 5
        assert after.lattice.daily(new) == before.lattice.daily(old)
    assert after.almanac.counts[NEW_NOISE] == before.almanac.counts[NOISE]
    assert after.lattice.active == before.lattice.active


def test_the_days_after_a_reform_are_no_burst(engine: Engine) -> None:
    policy = after_the_reform()
    shard, sql = an_owner(engine, {CITY: policy})
    inbox = Inbox()
    inbox.records = [InboxRecord(offset, 0, b"") for offset in range(shard.next_offset)]
    for day in range(180, 220, 2):
        items = [
            a_report(f"{day}-{place}-{kind}", place=place, category=kind, position=1000 * day + n)
            for n, (place, kind) in enumerate(product((NEW_VILLAGE, NEXT_VILLAGE), (NEW_NOISE, WATER)))
        ]
        inbox.packed(f"{date(2026, 1, 1) + timedelta(days=day):%m-%d} 09:00", *items)

    taken = take_all(shard, sql, inbox)
    said = sql.fetch("SELECT line FROM decision")
    sql.close()

    assert taken == 20
    assert said == []


def test_without_the_table_the_same_reports_would_be_of_a_place_without_a_past(engine: Engine) -> None:
    state = loaded(engine, replace(after_the_reform(), category_aliases={}))

    assert state.lattice is not None
    assert state.lattice.recent.count((NEW_VILLAGE, NEW_NOISE)) == 0
    assert state.lattice.recent.count((NEW_VILLAGE, WATER)) == 14


def test_every_code_of_sanming_s_reforms_leads_to_a_place_in_force() -> None:
    policy = load_policy(SANMING)
    with (SANMING / "code_changes.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["old_code"] and row["new_code"]]

    lost = [row["old_code"] for row in rows if known_place(policy, row["old_code"])[0] is None]

    assert len(rows) > 400
    assert lost == []
