"""How a matter stands to every rule, by the log's clock: what is counted, what it takes, when it is weighed.

Only counted rules, severity, recurrence and pairs are weighed when a matter comes. The rest is weighed when news of it
comes, at the end of a day, or when a problem opens; of those the figures are of the moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from hub.core._habits import key_of
from hub.core._pairs import rule_of
from hub.core._peers import lower_end, rate_of
from hub.core._recur import Spell, level
from hub.core._scan import CHANCE_MIN, MONTH_DAYS, Score, chance_interval_days, scan
from hub.core._season import season_score
from hub.model.lattice import ALL_KINDS
from hub.model.matter import Matter, Standing
from hub.model.place import ancestor_at
from hub.model.state import State, kind_at
from hub.model.window import Cell
from hub.policies.models import BurstRule, Tier
from hub.policies.patterns import TimesRule
from hub.schemas.reasons import Lang

Said = tuple[str, str]
"""Chinese, English."""

AT_ARRIVAL: Final[Said] = ("到件时评定", "weighed at arrival")
AT_NEWS: Final[Said] = ("到件时不评,有动态时评定", "not weighed at arrival, weighed at news")
AT_DAY_CLOSE: Final[Said] = ("到件时不评,日终评定", "not weighed at arrival, weighed at day close")
AT_OPENING: Final[Said] = ("到件时不评,立案时评定", "not weighed at arrival, weighed when a problem opens")


class Stand(NamedTuple):
    """How a matter stands to one rule: where it counts, how much of what is needed there is, when that is weighed."""

    rule: str
    kind: str
    place: str
    category: str
    observed: float
    needs: float
    weighed: Said
    says: Said

    def told(self, lang: Lang) -> dict[str, object]:
        """Give it as fields, in a language."""
        here = 0 if lang == "zh" else 1
        return {**self._asdict(), "weighed": self.weighed[here], "says": self.says[here]}


def standings(state: State, matter: Matter, pairs: int) -> list[Stand]:
    """Give how a matter stands to each rule; none where it counts nowhere. `pairs` are those that it is in."""
    if matter.standing is Standing.WITHDRAWN or matter.key in state.twins:
        return []
    return [
        *_counted(state, matter),
        *_by_itself(state, matter),
        *_recurrent(state, matter),
        *_bursts(state, matter),
        *_season(state, matter),
        *_chronic(state, matter),
        *_wider(state, matter, pairs),
    ]


def _counted(state: State, matter: Matter) -> Iterator[Stand]:
    for number, cell in state.cells.of(matter.place, matter.category, matter.nature):
        rule, count = state.cells.policy.rules[number], state.windows[number].count(cell)
        says = (
            f"{rule.within_days} 天内 {count} 件,满 {rule.matters_min} 件为疑似",
            f"{count} matters in {rule.within_days} days, {rule.matters_min} make it suspected",
        )
        yield Stand(rule.name, "frequent", *cell, count, rule.matters_min, AT_ARRIVAL, says)


def _by_itself(state: State, matter: Matter) -> Iterator[Stand]:
    patterns, cell = state.cells.policy.patterns, (matter.place, matter.category)
    if (severe := patterns.severe) is not None:
        least = max(severe.severities)
        says = (
            f"{matter.severity} 级,{least} 级及以上为疑似",
            f"grade {matter.severity}, {least} or worse is suspected",
        )
        yield Stand(severe.name, "severe", *cell, matter.severity, least, AT_ARRIVAL, says)
    if patterns.redone is not None:
        yield _times(patterns.redone, "redone", cell, matter.redone, ("重办", "reopened"))
    if patterns.passed_around is not None:
        passed = 0 if matter.accepted_ms else matter.transfers
        yield _times(
            patterns.passed_around, "passed_around", cell, passed, ("转办而无人受理", "passed on untaken")
        )
    if (lingering := patterns.lingering) is not None:
        days = state.today - matter.day if matter.standing is Standing.OPEN else 0
        asked = not lingering.natures or matter.nature in lingering.natures
        says = (
            f"未结 {days} 天,第 {lingering.open_days} 天评定{'' if asked else ',此性质不计'}",
            f"open for {days} days, asked on day {lingering.open_days}{'' if asked else ', not of its nature'}",
        )
        yield Stand(lingering.name, "lingering", *cell, days, lingering.open_days, AT_DAY_CLOSE, says)


def _times(rule: TimesRule, kind: str, cell: Cell, times: int, word: Said) -> Stand:
    says = (
        f"{word[0]} {times} 次,满 {rule.times_min} 次为疑似",
        f"{word[1]} {times} times, {rule.times_min} make it suspected",
    )
    return Stand(rule.name, kind, *cell, times, rule.times_min, AT_NEWS, says)


def _recurrent(state: State, matter: Matter) -> Iterator[Stand]:
    rule, cell = state.cells.policy.patterns.recurrent, (matter.place, matter.category)
    if rule is None or state.episodes is None:
        return
    key = key_of(matter.summary)
    here = [one for one in state.episodes.at(cell) if key_of(one.summary) == key]
    times = level([Spell(one.opened, one.closed) for one in here], state.today)
    where = (f"“{key}”", f"“{key}”") if key else ("单元格", "the cell")
    chance = "" if key else f"≤ {rule.chance_max}"
    says = (
        f"{where[0]}半年内复发 {times} 次,满 {rule.level_min} 次为疑似{chance and f',且偶然概率 {chance}'}",
        (
            f"{where[1]} came back {times} times in half a year, {rule.level_min} make it suspected"
            f"{chance and f', if chance explains it with {chance}'}"
        ),
    )
    yield Stand(rule.name, "recurrent", *cell, times, rule.level_min, AT_ARRIVAL, says)


def _bursts(state: State, matter: Matter) -> Iterator[Stand]:
    lattice, rule = state.lattice, state.cells.policy.burst
    if lattice is None or rule is None:
        return
    for cell in lattice.cells(matter.place, matter.category, matter.nature):
        tier = state.cells.policy.places[cell[0]].tier
        if cell[1] != ALL_KINDS and tier in rule.chance_alarms_per_month:
            score = scan(lattice, rule, cell, state.aside)
            chance_days = None if score is None else chance_interval_days(lattice, tier, score.chance)
            yield _scanned(rule, "burst", cell, tier, (lattice.recent.count(cell), score, chance_days))


def _season(state: State, matter: Matter) -> Iterator[Stand]:
    policy, almanac, lattice = state.cells.policy, state.almanac, state.lattice
    rule = policy.patterns.season
    if (
        rule is None
        or almanac is None
        or lattice is None
        or (rule.natures and matter.nature not in rule.natures)
    ):
        return
    cell = (policy.jurisdiction, kind_at(policy, matter.category, rule.category_level))
    score = season_score(almanac, rule, cell[1])
    chance_days = (
        None if score is None else round(1 / (max(score.chance, CHANCE_MIN) * max(len(almanac.counts), 1)))
    )
    yield _scanned(rule, "season", cell, Tier.CITY, (lattice.recent.count(cell), score, chance_days))


def _scanned(
    rule: BurstRule, kind: str, cell: Cell, tier: Tier, seen: tuple[int, Score | None, int | None]
) -> Stand:
    count, score, chance_days = seen
    needs = round(MONTH_DAYS / rule.chance_alarms_per_month[tier])
    if score is None or chance_days is None:
        says = (f"近四周 {count} 件,不算异常", f"{count} matters in four weeks, nothing strange")
        return Stand(rule.name, kind, *cell, 0, needs, AT_DAY_CLOSE, says)
    says = (
        (
            f"{score.window_days} 天内 {score.observed} 件,应约 {score.expected:.1f} 件;偶然约 {chance_days} 天一次,"
            f"满 {needs} 天为疑似"
        ),
        (
            f"{score.observed} matters in {score.window_days} days, about {score.expected:.1f} expected; by chance"
            f" once in {chance_days} days, {needs} make it suspected"
        ),
    )
    return Stand(rule.name, kind, *cell, chance_days, needs, AT_DAY_CLOSE, says)


def _chronic(state: State, matter: Matter) -> Iterator[Stand]:
    policy, lattice = state.cells.policy, state.lattice
    rule = policy.patterns.chronic
    place = None if rule is None else ancestor_at(policy, matter.place, rule.tier)
    if rule is None or lattice is None or place is None:
        return
    cell = (place, kind_at(policy, matter.category, rule.category_level))
    rate = rate_of(lattice, cell)
    times = 0.0 if rate is None else round(lower_end(rate, rule.prior_matters), 2)
    matters = 0 if rate is None else round(rate.matters)
    says = (
        f"至少为同类地方的 {times} 倍 ({matters} 件),满 {rule.times_min} 倍且 {rule.matters_min} 件为疑似",
        (
            f"at least {times} times its peers ({matters} matters), {rule.times_min} times and"
            f" {rule.matters_min} matters make it suspected"
        ),
    )
    yield Stand(rule.name, "chronic", *cell, times, rule.times_min, AT_DAY_CLOSE, says)


def _wider(state: State, matter: Matter, pairs: int) -> Iterator[Stand]:
    policy = state.cells.policy
    patterns, cell = policy.patterns, (matter.place, matter.category)
    twice = rule_of(policy, matter.category)
    if twice is not None:
        says = (f"疑似重复 {pairs} 对", f"in {pairs} pairs that may be one matter")
        yield Stand(twice.name, "duplicate", *cell, pairs, 1, AT_ARRIVAL, says)
    for wide in patterns.widespread:
        place = ancestor_at(policy, matter.place, wide.lies_at) or matter.place
        kind = kind_at(policy, matter.category, wide.category_level)
        says = (
            f"{wide.within_days} 天内 {wide.areas_min} 处有同类顽疾为疑似",
            f"problems of the kind in {wide.areas_min} areas within {wide.within_days} days make it suspected",
        )
        yield Stand(wide.name, "widespread", place, kind, 0, wide.areas_min, AT_OPENING, says)
    joined = [state.problems[number] for number in state.joined.get(matter.key, ())]
    for label in patterns.labels:
        bear = [problem.id for problem in joined if label.label in problem.labels]
        says = (
            f"按顽疾评定;所在 {len(joined)} 件顽疾中 {len(bear)} 件有此标签",
            f"a problem's; borne by {len(bear)} of the {len(joined)} it is part of",
        )
        yield Stand(label.name, "label", *cell, len(bear), 1, AT_DAY_CLOSE, says)
