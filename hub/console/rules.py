"""规则与日历: what the policy in force says, in words that a person can check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, NamedTuple

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.calendar import year_of
from hub.console.desk import Desk, Reader
from hub.console.tiers import TIERS
from hub.console.words import Words, msg
from hub.model.clock import local
from hub.policies.models import BurstRule, Confirmation, FrequentRule, Precedent, Span, Tier, Unit
from hub.policies.patterns import (
    ChronicRule,
    LingeringRule,
    RecurrentRule,
    Rule,
    SevereRule,
    TimesRule,
    WidespreadRule,
)
from hub.store.proposals import standing
from hub.store.screens import flow

router: Final = APIRouter()

TABS: Final = {
    "rules": msg("立案规则"),
    "tiers": msg("分级时限"),
    "calendar": msg("工作日历"),
    "precedents": msg("分工先例"),
    "versions": msg("版本"),
}
SPANS: Final = {
    Unit.MINUTES: msg("{n} 分钟"),
    Unit.HOURS: msg("{n} 小时"),
    Unit.WORKING_HOURS: msg("{n} 个工作小时"),
    Unit.DAYS: msg("{n} 日"),
    Unit.WORKING_DAYS: msg("{n} 个工作日"),
}


YEAR_DIGITS: Final = 4
AHEAD: Final = timedelta(days=60)
"""Clocks that start today may end so far ahead: a year that begins by then has to be covered."""


class Told(NamedTuple):
    """One rule in words: its name, the reason it gives, what it asks, and how it is confirmed."""

    name: str
    reason: str
    asks: str
    confirm: str


AnyRule = FrequentRule | BurstRule | Rule


@router.get("/rules")
def rules(request: Request, desk: Reader, tab: str = "rules", year: str = "") -> Response:
    """Show one part of the policy in force; of the calendar a whole year."""
    tab = tab if tab in TABS else "rules"
    policy = desk.policy
    today = local(desk.now_ms, policy.zone).date()
    with desk.console.engine.connect() as sql:
        opened, wrong = flow.by_rule(sql, desk.scope)
        counters, adopted = flow.counters(sql, desk.whole), flow.adopted(sql, desk.whole)
        proposal = standing(sql, policy.jurisdiction)
    return frame.page(
        request,
        desk,
        "rules.html",
        tab=tab,
        tabs=TABS,
        told=list(told(desk)),
        opened=opened,
        wrong=wrong,
        in_force=counters["policy"],
        adopted=adopted,
        decides=adopted[0]["policy"] if adopted else policy.version,
        kept=list(desk.console.folders.of(policy)) if tab == "versions" else [],
        proposal=proposal,
        span=lambda length: span_words(desk.words, length),
        year=year_of(desk.policy.calendar, _year(desk, year)),
        years=range(today.year - 1, today.year + 2),
        uncovered=[
            number
            for number in sorted({_year(desk, year), today.year, (today + AHEAD).year})
            if number not in desk.policy.calendar.years
        ],
        office=[(_clock(opens), _clock(closes)) for opens, closes in policy.calendar.office],
        precedents=sorted(policy.precedents.values(), key=lambda one: (one.category, one.place)),
        co=lambda one: _co(desk, one),
    )


def told(desk: Desk) -> Iterator[Told]:
    """Give each rule of the policy in words."""
    patterns = desk.policy.patterns
    found: list[tuple[str, AnyRule | None]] = [("FREQUENT", rule) for rule in desk.policy.rules]
    found += [("BURST", desk.policy.burst), ("BURST", patterns.season), ("CHRONIC", patterns.chronic)]
    found += [("RECURRENT", patterns.recurrent), ("LINGERING", patterns.lingering)]
    found += [("FREQUENT", patterns.severe), ("REDONE", patterns.redone)]
    found += [("PASSED_AROUND", patterns.passed_around)]
    found += [("WIDESPREAD", rule) for rule in patterns.widespread]
    for reason, rule in found:
        if rule is not None:
            yield Told(rule.name, reason, asks(desk.words, rule), _confirm(desk.words, rule))


def asks(words: Words, rule: AnyRule) -> str:  # noqa: PLR0911 - one for each kind of rule
    """Say what a rule asks for before it calls matters one problem."""
    match rule:
        case FrequentRule():
            text = msg("同一{tier}同一类 {days} 日内不同事项达 {n} 件")
            return words(text, tier=_tier(words, rule.tier), days=rule.within_days, n=rule.matters_min)
        case BurstRule():
            text = msg("多于上级区域或往年所能解释；不少于 {n} 件；每月偶然误报预算 {budget}")
            budget = " · ".join(
                f"{_tier(words, tier)} {number:g}" for tier, number in rule.chance_alarms_per_month.items()
            )
            return words(text, n=rule.matters_min, budget=budget)
        case ChronicRule():
            text = msg("同一{tier}长期高于同级，下限不低于 {times} 倍，不少于 {n} 件")
            return words(text, tier=_tier(words, rule.tier), times=f"{rule.times_min:g}", n=rule.matters_min)
        case RecurrentRule():
            return words(msg("办结后 90 日内再发，半年内达第 {n} 级"), n=rule.level_min)
        case LingeringRule():
            text = msg("受理后 {n} 日仍未办结，且来源单位办结率不低于 {share}")
            return words(text, n=rule.open_days, share=f"{rule.closed_min:.0%}")
        case SevereRule():
            return words(
                msg("一件即达严重程度 {levels} 级"), levels=" ".join(map(str, sorted(rule.severities)))
            )
        case TimesRule():
            return words(msg("同一件达 {n} 次"), n=rule.times_min)
        case WidespreadRule():
            text = msg("{days} 日内 {n} 个{tier}出现同类未结顽疾")
            return words(text, days=rule.within_days, n=rule.areas_min, tier=_tier(words, rule.areas))
        case _:
            raise AssertionError(f"no words for the rule {rule.name}")


def span_words(words: Words, span: Span | None) -> str:
    """Say a length of time; a dash where there is none."""
    return "—" if span is None else words(SPANS[span.unit], n=span.count)


def _confirm(words: Words, rule: AnyRule) -> str:
    if rule.confirm is Confirmation.AUTO:
        return words(msg("自动确认"))
    if rule.confirm is Confirmation.OPERATOR:
        return words(msg("人工确认"))
    return words(msg("{span}内无异议即确认"), span=span_words(words, rule.confirm_after))


def _tier(words: Words, tier: Tier) -> str:
    return words(TIERS[tier][1])


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _co(desk: Desk, one: Precedent) -> str:
    named = [desk.names.agency(code) for code in one.co]
    named += [desk.words(msg("{kind}主管单位"), kind=desk.names.category(code)) for code in one.co_categories]
    return ("、" if desk.lang == "zh" else ", ").join(named) or "—"


def _year(desk: Desk, asked: str) -> int:
    """Read which year is asked for; the present one where none is."""
    this = local(desk.now_ms, desk.policy.zone).year
    return int(asked) if asked.isdecimal() and len(asked) == YEAR_DIGITS and int(asked) else this
