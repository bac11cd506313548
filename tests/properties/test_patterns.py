"""The law of restarts with every rule on: months of matters, closures, duplicates and judgements, stopped anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core._fold import fold
from hub.core._posts import Told
from hub.core._speech import line_of, render
from hub.model.decision import Decision
from hub.model.ids import derive_id
from hub.model.state import State, empty_state
from hub.policies.assessment import Every
from hub.policies.models import BurstRule, Confirmation, FrequentRule, Policy, Tier
from hub.policies.patterns import (
    ChronicRule,
    DuplicateRule,
    LabelRule,
    LingeringRule,
    Patterns,
    RecurrentRule,
    SevereRule,
    TimesRule,
    WidespreadRule,
)
from hub.schemas.commands import JudgePair
from hub.schemas.figures import Figure
from hub.schemas.inbox import Item, Message, Packed, encode_message
from hub.schemas.reasons import Label
from hub.store.dialect import writer
from hub.store.load import load_matters
from hub.store.shard import InboxRecord, acquire, take
from tests.builders import (
    CITY,
    COURT,
    FAR_VILLAGE,
    HOTLINE,
    NEXT_VILLAGE,
    NOISE,
    VILLAGE,
    WATER,
    a_policy,
    a_report,
    an_update,
    at,
)
from tests.core.test_assess import a_plan, an_item
from tests.store.shards import TOPIC, a_database

AUTO: Final = Confirmation.AUTO
DAY_MS: Final = 86_400_000
LABEL: Final = LabelRule(
    name="label",
    label=Label.FREQUENT,
    matters_min=3,
    within_days=30,
    level_min=1,
    open_days=20,
    rises_min=2,
    tier=Tier.TOWNSHIP,
    areas_min=2,
    branches_min=1,
    share_min=0.1,
    margin=0.1,
)


def _label(label: Label) -> LabelRule:
    fields = {name: getattr(LABEL, name) for name in LABEL.__slots__}
    return LabelRule(**fields | {"label": label, "name": f"label-{label}"})


PLAN: Final = a_plan(an_item(), an_item("solving", figure=Figure.SOLVED), every=Every.YEAR)
EVERYTHING: Final = a_policy(
    clocks=PLAN.clocks,
    assessments=PLAN.assessments,
    rules=(FrequentRule("village", Tier.VILLAGE, 2, 14, 3, AUTO),),
    burst=BurstRule("burst", 2, 2, {Tier.VILLAGE: 900.0, Tier.TOWNSHIP: 900.0}, Confirmation.OPERATOR),
    patterns=Patterns(
        season=BurstRule("season", 2, 2, {Tier.CITY: 900.0}, Confirmation.OPERATOR),
        chronic=ChronicRule(
            name="chronic",
            confirm=Confirmation.OPERATOR,
            tier=Tier.TOWNSHIP,
            category_level=2,
            matters_min=2,
            times_min=1.01,
            prior_matters=0.1,
        ),
        recurrent=RecurrentRule(name="recurrent", confirm=AUTO, level_min=1, chance_max=1.0),
        lingering=LingeringRule(name="lingering", confirm=AUTO, open_days=20, closed_min=0.1),
        severe=SevereRule(name="severe", confirm=AUTO, severities=frozenset({1})),
        redone=TimesRule(name="redone", confirm=AUTO, times_min=2),
        passed_around=TimesRule(name="passed", confirm=AUTO, times_min=2),
        widespread=(
            WidespreadRule(
                name="wide",
                confirm=AUTO,
                areas=Tier.TOWNSHIP,
                areas_min=2,
                lies_at=Tier.COUNTY,
                category_level=2,
                within_days=90,
            ),
        ),
        duplicates=(DuplicateRule(name="twice", categories=(), within_days=9, steps_max=2, alike_min=0.3),),
        labels=tuple(_label(label) for label in Label),
    ),
)
WORDS: Final = ("东牙河水发黑", "东牙河污水横流", "新华路38号路灯不亮", "垃圾无人清运", "")
STATUSES: Final = ("resolved", "resolved", "reopened", "transferred", "withdrawn", "corrected")
Dated = list[tuple[int, Message]]


def reports() -> st.SearchStrategy[Item]:
    return st.builds(
        lambda matter, agency, place, category, words, severity: a_report(
            matter,
            f"e-{matter}",
            agency=agency,
            channel=agency,
            place=place,
            category=category,
            summary=words,
            severity=severity,
        ),
        st.integers(0, 5).map("m{}".format),
        st.sampled_from((HOTLINE, COURT)),
        st.sampled_from((VILLAGE, VILLAGE, NEXT_VILLAGE, FAR_VILLAGE)),
        st.sampled_from((NOISE, NOISE, NOISE, WATER)),
        st.sampled_from(WORDS),
        st.sampled_from((4, 4, 4, 1)),
    )


def news() -> st.SearchStrategy[Item]:
    return st.builds(
        lambda matter, agency, status, number, place: an_update(
            status,
            matter,
            f"u-{matter}-{number}",
            agency=agency,
            place=place if status == "corrected" else "",
        ),
        st.integers(0, 5).map("m{}".format),
        st.sampled_from((HOTLINE, COURT)),
        st.sampled_from(STATUSES),
        st.integers(0, 99),
        st.sampled_from((VILLAGE, NEXT_VILLAGE)),
    )


def judgements() -> st.SearchStrategy[tuple[str, str, bool]]:
    keys = st.integers(0, 5).map("m{}".format)
    return st.tuples(
        keys.map(lambda key: f"{HOTLINE}/{key}"), keys.map(lambda key: f"{COURT}/{key}"), st.booleans()
    )


def logs() -> st.SearchStrategy[Dated]:
    step = st.one_of(reports(), reports(), reports(), news(), news(), judgements())
    return st.lists(st.tuples(st.sampled_from((0, 0, 1, 3, 9, 21)), step), min_size=25, max_size=60).map(
        dated
    )


def dated(steps: list[tuple[int, Item | tuple[str, str, bool]]]) -> Dated:
    """Give each step its day; a judgement is of the pair of its two matters, in either order of coming."""
    now_ms = at("01-05 09:00")
    log: Dated = []
    for position, (days, step) in enumerate(steps, 1):
        now_ms += days * DAY_MS + 1000
        message: Message
        if isinstance(step, Item):
            item = step._replace(position=position, at_ms=now_ms, clock_ms=now_ms)
            message = Packed(jurisdiction=CITY, items=[item])
        else:
            first, second, same = step
            pair_id = derive_id("pair", CITY, first, second)
            message = JudgePair(jurisdiction=CITY, id=f"c{position}", pair_id=pair_id, same=same)
        log.append((now_ms, message))
    return log


def essence(state: State) -> dict[str, Any]:
    """What the rules of this page remember."""
    lattice, almanac, episodes = state.lattice, state.almanac, state.episodes
    assert lattice is not None
    assert almanac is not None
    assert episodes is not None
    state.tallies.settle()
    return {
        "figures": state.tallies.cells,
        "late": state.tallies.late,
        "problems": {number: one for number, one in state.problems.items() if one.phase in OPEN},
        "open_at": state.open_at,
        "keyed": state.keyed,
        "closures": state.closures,
        "rested": state.rested,
        "cleared": state.cleared,
        "twins": state.twins,
        "episodes": episodes.by_day,
        "cells": episodes.by_cell,
        "counts": lattice.recent.counts,
        "past": lattice.past,
        "active": lattice.active,
        "aside": state.aside,
        "kinds": {kind: counts.tobytes() for kind, counts in almanac.counts.items()},
        "said": state.said,
    }


OPEN: Final = ("suspected", "confirmed", "treating", "ledgered", "settled")


def folded(log: Dated, policy: Policy = EVERYTHING) -> tuple[State, list[str]]:
    state, told = empty_state(policy), Told()
    for at_ms, message in log:
        fold(state, policy, message, at_ms, told)
    return state, [render(line_of(post, policy)) for post in told.posts if isinstance(post, Decision)]


def stop_and_go(folder: Path, log: Dated, stops: Sequence[int]) -> tuple[State, list[str]]:
    engine = a_database(folder)
    inbox = [InboxRecord(n, at_ms, encode_message(message)) for n, (at_ms, message) in enumerate(log)]
    for stop in [*sorted(stops), len(inbox)]:
        sql = writer(engine)
        shard = acquire(sql, 0, TOPIC, {CITY: EVERYTHING})
        for _ in take(shard, sql, inbox[:stop]):
            continue
        sql.close()
    sql = writer(engine)
    state = acquire(sql, 0, TOPIC, {CITY: EVERYTHING}).states[CITY]
    load_matters(sql, state, [key for (key,) in sql.fetch("SELECT key FROM matter")])
    said = [line for (line,) in sql.fetch("SELECT line FROM decision ORDER BY seq")]
    sql.close()
    engine.dispose()
    return state, said


@settings(max_examples=40)
@given(log=logs(), data=st.data())
def test_with_every_rule_on_going_on_from_sql_is_like_never_having_stopped(
    tmp_path_factory: Any,  # noqa: ANN401 - pytest's own
    log: Dated,
    data: st.DataObject,
) -> None:
    stops = data.draw(st.lists(st.integers(0, len(log)), max_size=3))
    state, lines = folded(log)

    loaded, said = stop_and_go(tmp_path_factory.mktemp("hub"), log, stops)

    assert said == lines
    assert essence(loaded) == essence(state)
