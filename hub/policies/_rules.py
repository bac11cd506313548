"""Reads what counts as frequent and what as a burst (`rules/*.toml`)."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypedDict

from pydantic import Field

from hub.policies._spans import Name, SpanFile, check_name, span_of
from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.faults import Fault
from hub.policies.models import (
    BurstRule,
    Confirmation,
    FrequentRule,
    RuleExample,
    Span,
    Tier,
)
from hub.schemas.inbound import Nature

if TYPE_CHECKING:
    from pathlib import Path

RULE_KINDS: Final = ("frequent",)
BURST_KINDS: Final = ("burst",)


class ExampleFile(PolicyFile):
    """Days on which one distinct matter each falls into one cell, and what must come of it."""

    days: list[Annotated[int, Field(ge=1, le=3660)]] = Field(min_length=1)
    expect: Literal["suspected", "nothing"]


class Confirmed(PolicyFile):
    """What every rule says; `confirm_after` goes with `confirm = "after"` and only with it."""

    name: Name
    confirm: Annotated[Confirmation, Field(strict=False)] = Confirmation.AUTO
    confirm_after: SpanFile | None = None


class RuleFile(Confirmed):
    """One counted rule; see `FrequentRule` for what the numbers mean."""

    kind: Literal["frequent"]
    tier: Annotated[Tier, Field(strict=False)]
    category_level: int = Field(ge=1, le=3)
    within_days: int = Field(ge=1, le=366)
    matters_min: int = Field(ge=1, le=1_000_000)
    natures: list[Nature] = Field(default_factory=list)
    examples: list[ExampleFile] = Field(default_factory=list)


Budget = Annotated[float, Field(gt=0, le=1000)]
Prior = Annotated[float, Field(gt=0, le=10_000)]


class ScanFile(Confirmed):
    """What both scans say."""

    category_level: int = Field(ge=1, le=3)
    matters_min: int = Field(default=3, ge=2, le=1_000)
    natures: list[Nature] = Field(default_factory=list)


class BurstFile(ScanFile):
    """The share scan; see `BurstRule` for what the numbers mean."""

    kind: Literal["burst"]
    chance_alarms_per_month: dict[Annotated[Tier, Field(strict=False)], Budget]
    prior_matters: Prior = 0.5


class Confirms(TypedDict):
    """How a rule's suspicions are confirmed."""

    confirm: Confirmation
    confirm_after: Span | None


def kind_of(folder: Path, name: str) -> str:
    """Give the kind a rule's file says; `frequent` where it cannot be read, so that its faults are told once."""
    try:
        return str(tomllib.loads((folder / name).read_text("utf-8")).get("kind", RULE_KINDS[0]))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return RULE_KINDS[0]


def confirm_of(written: Confirmed, file: str, faults: list[Fault]) -> Confirms:
    """Give how a rule confirms; waiting without a span, or a span without waiting, is a fault."""
    waits = written.confirm is Confirmation.AFTER
    if waits != (written.confirm_after is not None):
        zh, en = '须与 confirm = "after" 同时写', 'goes with confirm = "after", and only with it'
        faults.append(Fault(file, "confirm_after", zh, en))
    after = written.confirm_after
    span = None if after is None else span_of(after, file, "confirm_after", faults)
    return {"confirm": written.confirm, "confirm_after": span}


def read_rules(
    folder: Path, tiers: set[Tier], faults: list[Fault]
) -> tuple[tuple[FrequentRule, ...], tuple[RuleExample, ...]]:
    """Read the counted rules in the order of their file names, and their examples.

    A rule needs a tier that occurs in the gazetteer; `tiers` are those, or empty when it could not be read.
    """
    rules: list[FrequentRule] = []
    examples: list[RuleExample] = []
    names: dict[str, str] = {}
    for name in names_of(folder, "rules"):
        if kind_of(folder, name) not in RULE_KINDS:
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
            natures=frozenset(written.natures),
            **confirm_of(written, name, faults),
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
    found: BurstRule | None = None
    for name in names_of(folder, "rules"):
        if kind_of(folder, name) not in BURST_KINDS:
            continue
        written = read_file(folder, name, BurstFile, faults)
        if written is None:
            continue
        if found is not None:
            zh, en = "种类 burst 只能有一条规则", "there can be only one rule of kind burst"
            faults.append(Fault(name, "kind", zh, en))
        if Tier.CITY in written.chance_alarms_per_month:
            zh = "市级没有上级可比;全市由 season 规则判断"
            en = "the city has nothing above to compare with; a rule of kind season judges it"
            faults.append(Fault(name, "chance_alarms_per_month", zh, en))
        found = burst_of(written, written.chance_alarms_per_month, name, faults, written.prior_matters)
    return found


def burst_of(
    written: ScanFile, budgets: dict[Tier, float], file: str, faults: list[Fault], prior: float = 0.5
) -> BurstRule:
    """Give a scan's rule as written."""
    return BurstRule(
        name=written.name,
        category_level=written.category_level,
        matters_min=written.matters_min,
        chance_alarms_per_month=budgets,
        prior_matters=prior,
        natures=frozenset(written.natures),
        **confirm_of(written, file, faults),
    )
