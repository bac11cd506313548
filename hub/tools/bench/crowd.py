"""A city with many years behind it: a simulated season, and copies of it put before it, at other places.

The season is real: the hub decided all of it. A copy keeps what a problem went through and changes where, when and by
whom, so that a page finds as many different places, kinds and agencies as in service.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import Engine, Table

from hub.policies.models import Policy
from hub.schemas.inbox import ClockStarted, encode_message
from hub.store import tables
from hub.store.dialect import Writer, writer
from hub.store.shard import InboxRecord, acquire, take
from hub.tools.simulate.year import Year

Fields = dict[str, Any]

SEASON_DAYS: Final = 60
SEASON_PER_DAY: Final = 300.0
DAY_MS: Final = 86_400_000
DECISIONS_MAX: Final = 16
"""Only problems that took few decisions are copied as ended ones: most in service are of that kind."""

ENDED: Final = ("dismissed", "merged", "closed", "settled")
OWN: Final = (tables.TASK, tables.MEMBER, tables.NOTICE, tables.CLOCK)
NAMES_OF_A_PROBLEM: Final = ("id", "problem_id", "task_id", "line")
NAMES_OF_AN_ENTRY: Final = ("number", "entry", "closed_entry")


@dataclass(slots=True)
class Season:
    """All rows of a season by table, in the order of their keys."""

    rows: dict[str, list[Fields]]
    of_problem: dict[str, dict[str, list[Fields]]]
    matters: dict[str, Fields]


@dataclass(slots=True)
class Crowd:
    """What has been written so far: problems, decisions; and the chance that places and agencies are drawn by."""

    policy: Policy
    chance: Random
    opened: int = 0
    said: int = 0
    places: dict[str, list[str]] = field(default_factory=dict)
    agencies: list[str] = field(default_factory=list)


def fill_season(engine: Engine, policy: Policy, days: int, per_day: float) -> None:
    """Take the last days of the simulated city, with all that its people did, into an empty database."""
    start = datetime.now(policy.zone) - timedelta(days)
    year = Year(policy, 1, start, days, per_day)
    sql = writer(engine)
    shard = acquire(sql, 0, "a-topic", {policy.jurisdiction: policy})
    now_ms = time.time_ns() // 1_000_000
    messages = [*year.messages(), ClockStarted(jurisdiction=policy.jurisdiction)]
    records = [
        InboxRecord(number, now_ms, encode_message(message)) for number, message in enumerate(messages)
    ]
    taken = sum(taken.records for taken in take(shard, sql, records))
    assert taken == len(records), "every message of a season is taken"
    sql.close()


def fill_crowd(engine: Engine, policy: Policy, problems: int, opened: int, events: int) -> None:
    """Fill an empty database with so many problems, `opened` of them open, and so many events, ten years and more."""
    fill_season(engine, policy, SEASON_DAYS, SEASON_PER_DAY)
    sql = writer(engine)
    season = _season(sql)
    crowd = Crowd(policy, Random(1), agencies=sorted(policy.agencies))  # noqa: S311 - the same each time
    for code, place in policy.places.items():
        crowd.places.setdefault(place.tier, []).append(code)
    sql.begin()
    for table in (tables.JOURNAL, tables.PROBLEM, tables.DECISION, *OWN):
        sql.run(f"DELETE FROM {table.name}")  # noqa: S608 - our own names
    before = -(-events // len(season.rows["journal"])) - 1
    _fill(sql, season, crowd, before, problems, opened)
    entries = len(season.rows["journal"]) * (before + 1)
    sql.run("UPDATE jurisdiction SET entries = ?, said = ?, opened = ?", (entries, crowd.said, crowd.opened))
    sql.commit()
    sql.close()


def _fill(sql: Writer, season: Season, crowd: Crowd, before: int, problems: int, opened: int) -> None:
    own = season.rows["problem"]
    ended = [
        row
        for row in own
        if row["phase"] in ENDED and len(season.of_problem["decision"].get(row["id"], ())) <= DECISIONS_MAX
    ]
    running = [row for row in own if row["phase"] not in ENDED]
    past = problems - opened
    for era in range(before):
        number = past * (era + 1) // before - past * era // before
        _write_era(sql, season, crowd, era, before - era, [(row, True) for row in _cycled(ended, number)])
    last = [(row, False) for row in _cycled(running, opened)]
    _write_era(sql, season, crowd, before, 0, last)


def _cycled(rows: Sequence[Fields], number: int) -> Iterator[Fields]:
    return (rows[n % len(rows)] for n in range(number))


def _season(sql: Writer) -> Season:
    rows = {
        table.name: _read(sql, table)
        for table in (tables.JOURNAL, tables.PROBLEM, tables.DECISION, tables.MATTER, *OWN)
    }
    of_problem: dict[str, dict[str, list[Fields]]] = {}
    for table in (tables.DECISION, *OWN):
        own = of_problem.setdefault(table.name, {})
        for row in rows[table.name]:
            own.setdefault(row["problem_id"], []).append(row)
    sql.rollback()
    return Season(rows, of_problem, {row["key"]: row for row in rows["matter"]})


def _read(sql: Writer, table: Table) -> list[Fields]:
    names = [column.name for column in table.columns]
    keys = ", ".join(column.name for column in table.primary_key)
    found = sql.fetch(f"SELECT {', '.join(names)} FROM {table.name} ORDER BY {keys}")  # noqa: S608 - our own names
    return [dict(zip(names, row, strict=True)) for row in found]


def _write_era(
    sql: Writer, season: Season, crowd: Crowd, era: int, back: int, problems: Iterable[tuple[Fields, bool]]
) -> None:
    """Write one copy of the season's events, so many seasons back, and the copies of problems that belong to it."""
    ms, entries = -back * SEASON_DAYS * DAY_MS, era * len(season.rows["journal"])
    _insert(sql, tables.JOURNAL, [_shifted(row, ms, entries) for row in season.rows["journal"]])
    made: dict[str, list[Fields]] = {name: [] for name in ("problem", "decision", "matter")}
    for table in OWN:
        made[table.name] = []
    for row, is_past in problems:
        _copy(season, crowd, row, is_past=is_past, ms=ms, entries=entries, made=made)
    decisions = sorted(made["decision"], key=lambda said: (said["at_ms"], said["seq"]))
    for said in decisions:
        crowd.said += 1
        said["seq"] = crowd.said
    for table in (tables.PROBLEM, tables.MATTER, *OWN):
        _insert(sql, table, made[table.name])
    _insert(sql, tables.DECISION, decisions)


def _copy(
    season: Season,
    crowd: Crowd,
    row: Fields,
    *,
    is_past: bool,
    ms: int,
    entries: int,
    made: dict[str, list[Fields]],
) -> None:
    crowd.opened += 1
    policy, old = crowd.policy, row["id"]
    opened = datetime.fromtimestamp((row["opened_ms"] + ms) / 1000, policy.zone)
    new = f"{policy.letters}{opened:%y}-{crowd.opened:06}"
    place = crowd.chance.choice(crowd.places[row["place_tier"]])
    above = {policy.places[code].tier: code for code in policy.places[place].chain}
    agencies: dict[str, str] = {}

    def moved(found: Fields) -> Fields:
        copy = _renamed(_shifted(found, ms, entries), old, new)
        for name in ("agency", "lead"):
            if copy.get(name):
                copy[name] = agencies.setdefault(copy[name], crowd.chance.choice(crowd.agencies))
        return copy

    problem = moved(row) | {"place": place, "held_at": above[row["tier"]], "parent": ""}
    if is_past and row["phase"] == "settled":
        problem |= {"phase": "closed", "closed_ms": row["settled_ms"] + ms, "due_ms": None}
        # What ended says from where its spot counts anew.
        problem["closed_entry"] = entries + 1
    if row["merged_into"]:
        problem["merged_into"] = made["problem"][-1]["id"] if made["problem"] else new
    made["problem"].append(problem)
    for table in (tables.DECISION, *OWN):
        made[table.name] += map(moved, season.of_problem[table.name].get(old, ()))
    for member in made["member"][len(made["member"]) - len(season.of_problem["member"].get(old, ())) :]:
        matter = season.matters.get(member["matter"])
        member["matter"] += f"~{crowd.opened}"
        if matter is not None:
            made["matter"].append(_shifted(matter, ms, entries) | {"key": member["matter"]})


def _renamed(row: Fields, old: str, new: str) -> Fields:
    ids = {name: row[name].replace(old, new) for name in NAMES_OF_A_PROBLEM if isinstance(row.get(name), str)}
    return row | ids


def _shifted(row: Fields, ms: int, entries: int) -> Fields:
    copy = dict(row)
    for name, value in row.items():
        if value and name.endswith("_ms"):
            copy[name] = value + ms
        elif value and name in NAMES_OF_AN_ENTRY and "kind" not in row:
            copy[name] = value + entries
    if "day" in row:
        copy["day"] += ms // DAY_MS
    return copy


def _insert(sql: Writer, table: Table, rows: Sequence[Fields]) -> None:
    names = [column.name for column in table.columns]
    sql.insert(table, [tuple(row[name] for name in names) for row in rows])
