"""What one matter or one key shows by itself: too severe, back again, redone, passed around, open too long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from hub.core._alike import issue_key
from hub.core._recur import LEVEL_DAYS, RECUR_DAYS, Spell, chance_of, level
from hub.core._said import Turn
from hub.core._suspect import came_back, suspect, suspicion
from hub.model.decision import Measure
from hub.model.episode import NO_EPISODES, Episode
from hub.model.matter import Matter
from hub.model.problem import Spot
from hub.model.state import State
from hub.model.window import Sighting
from hub.policies.patterns import COHORT_DAYS, RECURRENT_DAYS, TimesRule
from hub.schemas.reasons import SuspicionReason

assert RECURRENT_DAYS == LEVEL_DAYS + RECUR_DAYS

key_of = lru_cache(maxsize=32_768)(issue_key)


def severe(turn: Turn, matter: Matter) -> None:
    """A matter this severe is a problem by itself, unless it joined one."""
    rule = turn.policy.patterns.severe
    cell = (matter.place, matter.category)
    if rule is None or matter.severity not in rule.severities or cell in turn.state.open_at:
        return
    measure = Measure(observed=1, window_days=1)
    suspect(turn, cell, suspicion(rule, SuspicionReason.FREQUENT, measure, [_sighting(matter)]))


def recurrent(turn: Turn, matter: Matter) -> None:
    """A matter may have come to a key that was at rest; too often, and it is a problem."""
    state, rule = turn.state, turn.policy.patterns.recurrent
    episodes = state.episodes
    cell = (matter.place, matter.category)
    if rule is None or episodes is None or cell in state.open_at:
        return
    here = episodes.by_cell.get(cell, {}).values()
    if cell not in state.rested and cell not in state.closures and not _rested(matter, here):
        return
    key, spot, told = _at_key(turn, matter, episodes.at(cell))
    if spot in state.open_at:
        return
    again = came_back(turn, spot)
    spells = [Spell(one.opened, one.closed) for one in told]
    times = level(spells, matter.day)
    if times and not key:
        # Its own pace: by its peers', whatever is usual there looks like coming back (decisions/0009).
        a_day = len(told) / RECURRENT_DAYS
        times = times if chance_of(spells, matter.day, a_day) <= rule.chance_max else 0
    if again or times >= rule.level_min:
        measure = Measure(observed=max(times, again), window_days=LEVEL_DAYS, matters=len(told))
        sightings = [one.sighting for one in told]
        found = suspicion(
            rule, SuspicionReason.RECURRENT, measure, sightings, key=key, level=max(times, again)
        )
        suspect(turn, cell, found)


def handled_badly(turn: Turn, matter: Matter) -> None:
    """News of a matter: it may have been reopened, or passed on while nobody took it, once too often."""
    patterns = turn.policy.patterns
    redone, passed = patterns.redone, patterns.passed_around
    if redone is not None and matter.redone >= redone.times_min:
        _alone(turn, matter, redone, SuspicionReason.REDONE, matter.redone)
    elif passed is not None and matter.transfers >= passed.times_min and not matter.accepted_ms:
        _alone(turn, matter, passed, SuspicionReason.PASSED_AROUND, matter.transfers)


def _alone(turn: Turn, matter: Matter, rule: TimesRule, reason: SuspicionReason, times: int) -> None:
    """Suspect one matter, unless it is a problem of that sort already."""
    problems = turn.state.problems
    if any(problems[number].reason is reason for number in turn.state.joined.get(matter.key, ())):
        return
    found = suspicion(rule, reason, Measure(observed=times, window_days=0, matters=1), [_sighting(matter)])
    suspect(turn, (matter.place, matter.category), found)


def lingering(turn: Turn) -> None:
    """At a day's end: what came so many days ago and is still open, of sources that close most of theirs."""
    state, rule = turn.state, turn.policy.patterns.lingering
    if rule is None or state.episodes is None:
        return
    came = state.today - rule.open_days
    still_open = [
        one
        for one in state.episodes.of_days(range(came, came + 1))
        if one.closed is None and (not rule.natures or one.nature in rule.natures)
    ]
    if not still_open:
        return
    number: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    for day in range(came - COHORT_DAYS + 1, came + 1):
        cohort = state.episodes.by_day.get(day, NO_EPISODES).values()
        number.update([one.source for one in cohort])
        closed.update([one.source for one in cohort if one.closed is not None])
    for one in still_open:
        closes = closed[one.source] >= rule.closed_min * number[one.source]
        if closes and one.matter not in state.joined:
            measure = Measure(observed=rule.open_days, window_days=0, matters=1)
            found = suspicion(rule, SuspicionReason.LINGERING, measure, [one.sighting])
            suspect(turn, (one.place, one.category), found)


def shared_key(state: State, sightings: Sequence[Sighting], within_days: int) -> str:
    """Give the street, estate or river that every one of some matters names, as far as they are remembered."""
    if state.episodes is None:
        return ""
    keys: set[str] = set()
    for one in sightings:
        episode = state.episodes.find(one.matter, one.place, within_days)
        keys.add("" if episode is None else key_of(episode.summary))
    return keys.pop() if len(keys) == 1 else ""


def _rested(matter: Matter, here: Iterable[Episode]) -> bool:
    """Whether anything in the cell was closed before, at most ninety days ago: else nothing can be back."""
    return any(one.closed is not None and 1 <= matter.day - one.closed <= RECUR_DAYS for one in here)


def _at_key(turn: Turn, matter: Matter, here: list[Episode]) -> tuple[str, Spot, list[Episode]]:
    """Give the key that a matter names, what it claims, and the episodes at it since it last ended."""
    key = key_of(matter.summary)
    cell = (matter.place, matter.category)
    spot: Spot = (*cell, key) if key else cell
    since = turn.state.cleared.get(spot, 0)
    return key, spot, [one for one in here if one.entry > since and key_of(one.summary) == key]


def _sighting(matter: Matter) -> Sighting:
    return Sighting(matter.entry, matter.event, matter.key, matter.place, matter.severity)
