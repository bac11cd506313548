"""One matter told over two channels: suspected pairs, for a person to judge (疑似重复).

Pairs link matters, never persons: what is compared is where, what, when and in which words. Until somebody confirms a
pair nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hub.core import _alike
from hub.core._alike import Told
from hub.core._said import Turn
from hub.model.episode import NO_EPISODES, Episode
from hub.model.ids import derive_id
from hub.model.matter import Matter
from hub.model.pair import Pair
from hub.model.state import keep_pair
from hub.policies.models import Policy
from hub.policies.patterns import DuplicateRule

PARTS: Final = 1_000
"""A score is kept in thousandths, so that it is the same number wherever it is stored."""


def look_for_pairs(turn: Turn, matter: Matter) -> None:
    """Hold a new matter against open ones nearby from another source or channel; the most alike makes a pair."""
    rule = rule_of(turn.policy, matter.category)
    if rule is None or not matter.summary or matter.key in turn.state.twins:
        return
    later = Told(matter.place, matter.category, matter.day, matter.summary)
    found: list[tuple[float, Episode, _alike.Pair]] = []
    for one in _nearby(turn, matter, rule):
        earlier = Told(one.place, one.category, one.opened, one.summary, one.closed)
        alike = _alike.pair(turn.policy, earlier, later, rule.within_days, rule.steps_max, rule.alike_min)
        if alike is not None and alike.score >= rule.alike_min:
            found.append((alike.score, one, alike))
    if not found:
        return
    score, one, alike = max(found, key=lambda three: (three[0], -three[1].entry))
    pair_id = derive_id("pair", turn.state.jurisdiction, one.matter, matter.key)
    keep_pair(
        turn.state,
        Pair(
            id=pair_id,
            first=one.matter,
            second=matter.key,
            rule=rule.name,
            score=round(score * PARTS),
            steps=alike.steps,
            days_apart=alike.days_apart,
            shared="·".join(alike.shared),
            at_ms=turn.cause.at_ms,
        ),
    )


def rule_of(policy: Policy, category: str) -> DuplicateRule | None:
    """Give the rule for a category: the one that names its nearest ancestor, else the one for the rest."""
    rules = policy.patterns.duplicates
    for code in policy.categories[category].chain if rules else ():
        for rule in rules:
            if code in rule.categories:
                return rule
    return next((rule for rule in rules if not rule.categories), None)


def _nearby(turn: Turn, matter: Matter, rule: DuplicateRule) -> Iterator[Episode]:
    """Give the earlier matters that may be told again by this one."""
    episodes, cells = turn.state.episodes, turn.state.cells
    if episodes is None:
        return
    entry, channel, today, by_place = matter.entry, matter.channel, matter.day, episodes.by_place
    source, days = matter.key.partition("/")[0], range(today - rule.within_days, today + 1)
    for place in cells.near(matter.place, rule.steps_max):
        for day in days:
            for one in by_place.get((day, place), NO_EPISODES).values():
                # What was closed by then is not what is told again; most are, and need no further look.
                if one.closed is not None and one.closed < today:
                    continue
                if one.entry < entry and (one.channel != channel or one.source != source):
                    yield one
