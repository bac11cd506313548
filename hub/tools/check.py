"""Checks jurisdiction folders as a whole: they load, rules keep their own examples, the calendar lasts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from hub.model.window import Sighting, Window
from hub.policies.faults import Fault, PolicyError
from hub.policies.load import folders_of, load_examples, load_policies
from hub.policies.models import Tier
from hub.policies.outlines import MAP

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from hub.policies.models import FrequentRule, Policy


class Checked(NamedTuple):
    """The policies that passed, by jurisdiction, and what will need attention soon."""

    policies: dict[str, Policy]
    warnings: tuple[Fault, ...]


def check(path: Path, today: date) -> Checked:
    """Check one jurisdiction folder or a folder of them; raises `PolicyError` with every fault."""
    policies = load_policies(path)
    faults = [
        replace(fault, file=f"{folder.name}/{fault.file}")
        for folder in folders_of(path)
        for fault in broken_examples(folder)
    ]
    if faults:
        raise PolicyError(tuple(faults))
    warnings = [
        warning
        for policy in policies.values()
        for warning in (calendar_gap(policy, today), undrawn(policy))
        if warning is not None
    ]
    return Checked(policies, tuple(warnings))


def undrawn(policy: Policy) -> Fault | None:
    """Give a warning when a city has a sketch that leaves out counties; one without a sketch shows lists alone."""
    drawn = {outline.place for outline in policy.outlines}
    absent = [
        place.name
        for place in policy.places.values()
        if place.tier is Tier.COUNTY and place.code not in drawn
    ]
    if not drawn or not absent:
        return None
    zh = f"图上没有:{'、'.join(absent)};只在列表中显示"
    return Fault(
        f"{policy.jurisdiction} {MAP}",
        "",
        zh,
        f"does not draw {', '.join(absent)}; lists alone will show them",
    )


def broken_examples(folder: Path) -> tuple[Fault, ...]:
    """Give one fault for each example of a rule that the rule itself does not keep."""
    return tuple(
        Fault(
            example.file,
            f"examples {example.number}",
            f"按本规则得出 {found},与所写的 {example.expect} 不符",
            f"the rule gives {found} where {example.expect} is written",
        )
        for example in load_examples(folder)
        if (found := outcome(example.rule, example.days)) != example.expect
    )


def outcome(rule: FrequentRule, days: tuple[int, ...]) -> Literal["suspected", "nothing"]:
    """Say what becomes of one cell in which one distinct matter falls on each of these day numbers."""
    window, cell = Window(rule.within_days), ("place", "category")
    for n, day in enumerate(sorted(days)):
        window.advance(day)
        window.add(day, cell, Sighting(n, f"event/{n}", f"matter/{n}"))
        if window.count(cell) >= rule.matters_min:
            return "suspected"
    return "nothing"


def calendar_gap(policy: Policy, today: date) -> Fault | None:
    """Warn when the calendar ends before next year does: holidays after it would count as working days."""
    gap = [str(year) for year in (today.year, today.year + 1) if year not in policy.calendar.years]
    if not gap:
        return None
    zh = f"日历没有 {'、'.join(gap)} 年的放假安排,只按周末计算;请升级假日数据或在日历中列出 holidays 和 working_days"
    en = (
        f"the calendar has no holidays for {' and '.join(gap)}, only weekends; "
        "upgrade the holiday data or list holidays and working_days in the calendar"
    )
    return Fault(f"{policy.jurisdiction} calendars", policy.calendar.name, zh, en)
