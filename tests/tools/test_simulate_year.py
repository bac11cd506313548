"""A year with its answers: what people react to is what the hub decides, and one problem tells the whole ladder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hub.policies.load import load_policies
from hub.policies.models import Policy
from hub.schemas.inbox import ClockStarted, encode_message
from hub.schemas.reasons import Outcome
from hub.store.dialect import writer
from hub.store.shard import InboxRecord, acquire, take
from hub.tools.explain import names_of
from hub.tools.replay import decision_lines, replay
from hub.tools.simulate.year import Year
from tests.store.shards import TOPIC, a_database

SANMING = Path(__file__).parents[2] / "deploy/jurisdictions/sanming"
DAYS = 100
PER_DAY = 30.0
STORY = """
problem_suspected problem_confirmed lead_named task_cut task_cut task_cut task_cut
task_returned task_cut task_returned arbitration_opened arbitration_ruled task_cut
tier_raised tier_raised tier_raised supervised task_done task_verified problem_settled problem_rebounded
"""


@cache
def sanming() -> Policy:
    (policy,) = load_policies(SANMING).values()
    return policy


def a_year(seed: int = 1) -> Year:
    start = datetime(2025, 3, 3, tzinfo=sanming().zone)
    return Year(sanming(), seed, start, DAYS, PER_DAY)


@cache
def lines() -> tuple[bytes, ...]:
    return tuple(a_year().lines())


@cache
def decisions() -> tuple[dict[str, Any], ...]:
    told = replay(sanming(), lines(), int(datetime(2025, 8, 1, tzinfo=sanming().zone).timestamp() * 1000))
    return tuple(line for batch in told for line in decision_lines(sanming(), batch))


def the_story() -> list[dict[str, Any]]:
    """The decisions of the problem that three co-agencies were asked into."""
    added = Counter(line["problem_id"] for line in decisions() if line["reason"] == "RULED")
    told = {line["problem_id"] for line in decisions() if line["kind"] == "problem_rebounded"}
    climbed = Counter(line["problem_id"] for line in decisions() if line["kind"] == "tier_raised")
    (number,) = (n for n in added if n in told and climbed[n] == 3)
    return [line for line in decisions() if line["problem_id"] == number]


def test_the_same_seed_writes_the_same_year() -> None:
    assert tuple(a_year().lines()) == lines()


def test_people_react_to_the_decisions_that_a_replay_of_their_year_takes() -> None:
    answered = [json.loads(line) for line in lines() if b'"task_id"' in line]
    cut = {line["task_id"] for line in decisions() if line["kind"] == "task_cut"}

    named = {line["data"]["task_id"] if "data" in line else line["task_id"] for line in answered}

    assert len(named) > 50
    assert named <= cut


def test_what_agencies_and_the_desk_say_is_taken() -> None:
    """An act whose time has passed is left out; of the rest nearly nothing comes too late."""
    told = replay(sanming(), lines(), int(datetime(2025, 8, 1, tzinfo=sanming().zone).timestamp() * 1000))
    entries = [entry for batch in told for entry in batch.entries]
    answers = [e for e in entries if e.item.agency == "@command" or e.item.task_id]

    outcomes = Counter(entry.outcome for entry in answers)

    assert outcomes[Outcome.ACCEPTED] > 0.95 * len(answers)


def test_a_year_ends_with_problems_in_every_phase() -> None:
    ends = Counter(line["kind"] for line in decisions() if line["kind"].startswith("problem_"))
    tasks = Counter(line["kind"] for line in decisions() if line["kind"].startswith("task_"))

    assert ends.keys() >= {"problem_settled", "problem_closed", "problem_rebounded", "problem_dismissed"}
    assert tasks.keys() >= {"task_accepted", "task_returned", "task_done", "task_verified", "task_reopened"}


def test_the_first_planted_problem_tells_the_whole_ladder_in_order() -> None:
    kinds = [line["kind"] for line in the_story()]

    rest = iter(kinds)
    missing = [kind for kind in STORY.split() if kind not in rest]

    assert missing == []


def test_each_step_of_the_ladder_says_why_under_which_policy_and_until_when() -> None:
    told = the_story()
    raised = [line for line in told if line["kind"] == "tier_raised"]
    co = {line["agency"] for line in told if line["kind"] == "task_cut" and line["reason"] == "OPERATOR"}

    assert [(line["tier"], line["reason"]) for line in raised] == [
        ("township", "CLOCK_EXPIRED"),
        ("county", "CLOCK_EXPIRED"),
        ("city", "CLOCK_EXPIRED"),
    ]
    assert all(line["due_at"] > line["at"] for line in raised)
    assert len(co) == 3
    assert all(line["reason"] and line["policy"] == sanming().version for line in told)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database into which the year was loaded as a worker loads it."""
    folder = tmp_path_factory.mktemp("loaded")
    engine = a_database(folder)
    sql = writer(engine)
    shard = acquire(sql, 0, TOPIC, {sanming().jurisdiction: sanming()})
    messages = [*a_year().messages(), ClockStarted(jurisdiction=sanming().jurisdiction)]
    end_ms = int(datetime(2025, 6, 11, tzinfo=sanming().zone).timestamp() * 1000)
    records = [InboxRecord(n, end_ms, encode_message(message)) for n, message in enumerate(messages)]
    for _ in take(shard, sql, records):
        continue
    sql.close()
    engine.dispose()
    return folder / "hub.db"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("时限", "规则", "裁定", "升级", "督办", "反弹", "核验")),
        ("en", ("due", "policy", "arbitration", "clock", "rebound", "verif")),
    ],
)
def test_hub_problems_show_prints_the_story_line_by_line(
    loaded: Path, lang: str, words: tuple[str, ...]
) -> None:
    number = the_story()[0]["problem_id"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HUB_")}
    settings = {
        "HUB_DATABASE": f"sqlite:///{loaded}",
        "HUB_CONFIG": str(SANMING),
        "HUB_VAR": str(loaded.parent),
    }

    shown = subprocess.run(
        [sys.executable, "-m", "hub", "--lang", lang, "problems", "show", number],
        env=environment | settings,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    steps = [line for line in shown.splitlines() if sanming().version in line]
    assert len(steps) == len(the_story())
    assert [word for word in words if word not in shown.lower()] == []
    names = names_of(sanming(), "en" if lang == "en" else "zh")
    named = [the_story()[0][of] for of in ("place", "category")]
    named += [line["agency"] for line in the_story() if "agency" in line]
    assert [code for code in named if names[code] not in shown] == []
    assert all(line["due_at"][:16].replace("T", " ") in shown for line in the_story() if "due_at" in line)
