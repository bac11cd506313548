"""Reads what counts as frequent (`rules/*.toml`) and how long a tier may hold a problem (`tiers/*.toml`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.faults import Fault
from hub.policies.models import (
    BurstRule,
    Confirmation,
    DayEnd,
    FrequentRule,
    RuleExample,
    Span,
    Tier,
    TierPolicy,
    Unit,
)
from hub.schemas.inbound import Nature

if TYPE_CHECKING:
    from pathlib import Path

    from hub.policies.models import Category

BURST_FILE: Final = "rules/burst.toml"
SWITCHES: Final = {"rolls": {Unit.DAYS}, "ends": {Unit.DAYS, Unit.WORKING_DAYS}}
Name = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]


class ExampleFile(PolicyFile):
    """Days on which one distinct matter each falls into one cell, and what must come of it."""

    days: list[Annotated[int, Field(ge=1, le=3660)]] = Field(min_length=1)
    expect: Literal["suspected", "nothing"]


class RuleFile(PolicyFile):
    """One rule; see `FrequentRule` for what the numbers mean."""

    name: Name
    kind: Literal["frequent"]
    tier: Annotated[Tier, Field(strict=False)]
    category_level: int = Field(ge=1, le=3)
    within_days: int = Field(ge=1, le=366)
    matters_min: int = Field(ge=1, le=1_000_000)
    confirm: Annotated[Confirmation, Field(strict=False)] = Confirmation.AUTO
    natures: list[Nature] = Field(default_factory=list)
    examples: list[ExampleFile] = Field(default_factory=list)


Budget = Annotated[float, Field(gt=0, le=1000)]
Prior = Annotated[float, Field(gt=0, le=10_000)]


class BurstFile(PolicyFile):
    """The share scan; see `BurstRule` for what the numbers mean."""

    name: Name
    kind: Literal["burst"]
    category_level: int = Field(ge=1, le=3)
    matters_min: int = Field(default=3, ge=2, le=1_000)
    chance_alarms_per_month: dict[Annotated[Tier, Field(strict=False)], Budget]
    prior_matters: Prior = 0.5
    confirm: Annotated[Confirmation, Field(strict=False)] = Confirmation.AUTO
    natures: list[Nature] = Field(default_factory=list)


class SpanFile(PolicyFile):
    """A length of time; see `Span`."""

    count: int = Field(ge=1, le=3660)
    unit: Annotated[Unit, Field(strict=False)]
    rolls: bool = True
    ends: Annotated[DayEnd, Field(strict=False)] = DayEnd.MIDNIGHT


class TierFile(PolicyFile):
    """Stage clocks; a file without categories is the default."""

    name: Name
    categories: list[str] = Field(default_factory=list)
    stage: dict[Annotated[Tier, Field(strict=False)], SpanFile]


def read_rules(
    folder: Path, tiers: set[Tier], faults: list[Fault]
) -> tuple[tuple[FrequentRule, ...], tuple[RuleExample, ...]]:
    """Read the rules in the order of their file names, and their examples.

    A rule needs a tier that occurs in the gazetteer; `tiers` are those, or empty when it could not be read.
    """
    rules: list[FrequentRule] = []
    examples: list[RuleExample] = []
    names: dict[str, str] = {}
    for name in names_of(folder, "rules"):
        if name == BURST_FILE:
            continue
        written = read_file(folder, name, RuleFile, faults)
        if written is None:
            continue
        check_name(written.name, name, names, faults)
        if tiers and written.tier not in tiers:
            zh, en = f"地名表里没有层级 {written.tier}", f"the gazetteer has no tier {written.tier}"
            faults.append(Fault(name, "tier", zh, en))
        rule = FrequentRule(
            name=written.name,
            tier=written.tier,
            category_level=written.category_level,
            within_days=written.within_days,
            matters_min=written.matters_min,
            confirm=written.confirm,
            natures=frozenset(written.natures),
        )
        rules.append(rule)
        examples += [
            RuleExample(name, number, rule, tuple(one.days), one.expect)
            for number, one in enumerate(written.examples, 1)
        ]
    if not names_of(folder, "rules"):
        faults.append(Fault("rules", "", "至少要有一条规则", "needs at least one rule"))
    return tuple(rules), tuple(examples)


def read_burst(folder: Path, faults: list[Fault]) -> BurstRule | None:
    """Read the share scan's rule, if the folder has one."""
    if BURST_FILE not in names_of(folder, "rules"):
        return None
    written = read_file(folder, BURST_FILE, BurstFile, faults)
    if written is None:
        return None
    budgets = written.chance_alarms_per_month
    if Tier.CITY in budgets:
        zh, en = "市级没有上级可比,不在此扫描", "the city has nothing above to compare with"
        faults.append(Fault(BURST_FILE, "chance_alarms_per_month", zh, en))
    return BurstRule(
        name=written.name,
        category_level=written.category_level,
        matters_min=written.matters_min,
        chance_alarms_per_month=budgets,
        prior_matters=written.prior_matters,
        confirm=written.confirm,
        natures=frozenset(written.natures),
    )


def read_tiers(
    folder: Path, tiers: set[Tier], categories: dict[str, Category] | None, faults: list[Fault]
) -> tuple[TierPolicy, ...]:
    """Read the tier policies: one default, no category in two, a clock for each tier below the city."""
    policies: list[TierPolicy] = []
    names: dict[str, str] = {}
    taken: dict[str, str] = {}
    for name in names_of(folder, "tiers"):
        written = read_file(folder, name, TierFile, faults)
        if written is None:
            continue
        check_name(written.name, name, names, faults)
        _check_categories(written, name, categories, taken, faults)
        for tier in sorted(tiers - written.stage.keys() - {Tier.CITY}):
            zh, en = f"层级 {tier} 没有时限", f"no clock for tier {tier}"
            faults.append(Fault(name, "stage", zh, en))
        stage = {tier: span_of(span, name, f"stage.{tier}", faults) for tier, span in written.stage.items()}
        policies.append(TierPolicy(written.name, tuple(written.categories), stage))
    if len(policies) < len(names_of(folder, "tiers")):
        # Which of the unreadable ones would be the default cannot be said.
        return tuple(policies)
    defaults = [policy.name for policy in policies if not policy.categories]
    if len(defaults) != 1:
        named = "、".join(defaults) or "无"
        zh = f"须恰有一个不写 categories 的默认时限,现有:{named}"
        en = f"needs exactly one default (a file without categories), has: {', '.join(defaults) or 'none'}"
        faults.append(Fault("tiers", "", zh, en))
    return tuple(policies)


def span_of(written: SpanFile, file: str, where: str, faults: list[Fault]) -> Span:
    """Give the span as written; a switch that its unit does not have is a fault."""
    for key, units in SWITCHES.items():
        if key in written.model_fields_set and written.unit not in units:
            zh, en = f"单位 {written.unit} 没有此项", f"does not go with unit {written.unit}"
            faults.append(Fault(file, f"{where}.{key}", zh, en))
    return Span(written.count, written.unit, written.rolls, written.ends)


def check_name(name: str, file: str, names: dict[str, str], faults: list[Fault], where: str = "name") -> None:
    """Note in which file a name is used; one that is used already is a fault."""
    if name in names:
        zh, en = f"名称“{name}”已用于 {names[name]}", f'name "{name}" is used in {names[name]} already'
        faults.append(Fault(file, where, zh, en))
    names.setdefault(name, file)


def _check_categories(
    written: TierFile,
    file: str,
    categories: dict[str, Category] | None,
    taken: dict[str, str],
    faults: list[Fault],
) -> None:
    for n, code in enumerate(written.categories):
        where = f"categories[{n}]"
        if categories is not None and code not in categories:
            faults.append(Fault(file, where, f"没有类别“{code}”", f'there is no category "{code}"'))
        if code in taken:
            zh, en = f"类别“{code}”已在 {taken[code]}", f'category "{code}" is in {taken[code]} already'
            faults.append(Fault(file, where, zh, en))
        taken.setdefault(code, file)
