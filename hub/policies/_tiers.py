"""Reads how a tier may hold a problem (`tiers/*.toml`): stages, acceptance, notices, verification, watch, rises."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hub.policies._spans import Name, SpanFile, check_name, span_of
from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.faults import Fault
from hub.policies.models import (
    NoticeKind,
    NoticeStep,
    Rises,
    Span,
    Tier,
    TierPolicy,
    Verification,
)

if TYPE_CHECKING:
    from pathlib import Path

    from hub.policies.models import Category

TierName = Annotated[Tier, Field(strict=False)]
Times = Annotated[int, Field(ge=0, le=1_000)]


class NoticeFile(PolicyFile):
    """One step of the ladder of notices."""

    kind: Annotated[NoticeKind, Field(strict=False)]
    reply_within: SpanFile | None = None


class RisesFile(PolicyFile):
    """What else lifts a problem; see `Rises`."""

    severity: dict[Annotated[str, Field(pattern="^[1-4]$")], TierName] = Field(default_factory=dict)
    child_areas_min: Times = 0
    agencies_min: Times = 0
    not_accepted_min: Times = 0
    recurrences_min: Times = 0


class TierFile(PolicyFile):
    """How problems of some categories are held; a file without categories is the default. See `TierPolicy`."""

    name: Name
    categories: list[str] = Field(default_factory=list)
    stage: dict[TierName, SpanFile]
    acceptance: SpanFile | None = None
    returns_within: SpanFile | None = None
    total: SpanFile | None = None
    warns_at: list[Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=list)
    silent: SpanFile | None = None
    notices: list[NoticeFile] = Field(default_factory=lambda: [NoticeFile(kind=NoticeKind.NUDGED)])
    verification: Annotated[Verification, Field(strict=False)] = Verification.OPERATOR
    revisit_satisfied_min: Annotated[float, Field(gt=0, le=1)] = 0.8
    watch: SpanFile | None = None
    rebound_matters: dict[TierName, Annotated[int, Field(ge=1, le=1_000)]] = Field(default_factory=dict)
    extension_days_max: Annotated[int, Field(ge=1, le=365)] = 30
    rises: RisesFile = Field(default_factory=RisesFile)
    floor: TierName | None = None
    ceiling: TierName | None = None


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
        _check_ladders(written, name, tiers, faults)
        policies.append(_policy_of(written, name, faults))
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


def _policy_of(written: TierFile, file: str, faults: list[Fault]) -> TierPolicy:
    def span(where: str, said: SpanFile | None) -> Span | None:
        return None if said is None else span_of(said, file, where, faults)

    stage = {tier: span_of(said, file, f"stage.{tier}", faults) for tier, said in written.stage.items()}
    rises = written.rises
    return TierPolicy(
        name=written.name,
        categories=tuple(written.categories),
        stage=stage,
        acceptance=span("acceptance", written.acceptance),
        returns_within=span("returns_within", written.returns_within),
        total=span("total", written.total),
        warns_at=tuple(written.warns_at),
        silent=span("silent", written.silent),
        notices=tuple(
            NoticeStep(step.kind, span(f"notices[{n}].reply_within", step.reply_within))
            for n, step in enumerate(written.notices)
        ),
        verification=written.verification,
        revisit_satisfied_min=written.revisit_satisfied_min,
        watch=span("watch", written.watch),
        rebound_matters=written.rebound_matters,
        extension_days_max=written.extension_days_max,
        rises=Rises(
            severity={int(severity): tier for severity, tier in rises.severity.items()},
            child_areas_min=rises.child_areas_min,
            agencies_min=rises.agencies_min,
            not_accepted_min=rises.not_accepted_min,
            recurrences_min=rises.recurrences_min,
        ),
        floor=written.floor,
        ceiling=written.ceiling,
    )


def _check_ladders(written: TierFile, file: str, tiers: set[Tier], faults: list[Fault]) -> None:
    faults += [
        Fault(file, "stage", f"层级 {tier} 没有时限", f"no clock for tier {tier}")
        for tier in sorted(tiers - written.stage.keys() - {Tier.CITY})
    ]
    if any(one >= two for one, two in pairwise(written.warns_at)):
        faults.append(
            Fault(file, "warns_at", "预警比例须由小到大", "warnings go from the smallest fraction up")
        )
    for n, step in enumerate(written.notices[:-1]):
        if step.reply_within is None:
            zh, en = "后面还有一步,须写 reply_within", "a step follows, so this needs reply_within"
            faults.append(Fault(file, f"notices[{n}]", zh, en))
    ladder = list(Tier)
    if written.floor and written.ceiling and ladder.index(written.floor) > ladder.index(written.ceiling):
        faults.append(Fault(file, "floor", "下限高于上限", "the floor lies above the ceiling"))


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
