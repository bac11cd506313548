"""Reads what counts as frequent and what as a burst (`rules/*.toml`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from hub.policies._spans import Name, check_name
from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.faults import Fault
from hub.policies.models import (
    BurstRule,
    Confirmation,
    FrequentRule,
    RuleExample,
    Tier,
)
from hub.schemas.inbound import Nature

if TYPE_CHECKING:
    from pathlib import Path

BURST_FILE: Final = "rules/burst.toml"


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
