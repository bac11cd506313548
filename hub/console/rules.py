"""规则与日历: what the policy in force says, in words that a person can check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.desk import Desk, Reader
from hub.console.show import TIERS
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


class Told(NamedTuple):
    """One rule in words: its name, the reason it gives, what it asks, and how it is confirmed."""

    name: str
    reason: str
    asks: str
    confirm: str


AnyRule = FrequentRule | BurstRule | Rule


@router.get("/rules")
def rules(request: Request, desk: Reader, tab: str = "rules") -> Response:
    """Show one part of the policy in force."""
    tab = tab if tab in TABS else "rules"
    policy = desk.policy
    with desk.console.engine.connect() as sql:
        opened, wrong = flow.by_rule(sql, desk.scope)
        counters, adopted = flow.counters(sql, desk.whole), flow.adopted(sql, desk.whole)
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
        span=lambda length: span_words(desk.words, length),
        months=list(_months(desk)),
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


def _months(desk: Desk) -> Iterator[tuple[str, int, bool, list[tuple[int, bool, bool]]]]:
    """Give three months from this one on: name, weekday of the first, whether holidays are known, and the days.

    Of each day: its number, whether it works, and whether that is unusual.
    """
    calendar = desk.policy.calendar
    today = local(desk.now_ms, desk.policy.zone).date()
    first = today.replace(day=1)
    for _ in range(3):
        days = []
        day = first
        while day.month == first.month:
            weekday = day.isoweekday() not in calendar.weekend
            works = day in calendar.working if day.year in calendar.years else weekday
            days.append((day.day, works, works is not weekday))
            day += timedelta(days=1)
        yield f"{first:%Y-%m}", first.isoweekday(), first.year in calendar.years, days
        first = date(day.year, day.month, 1)
