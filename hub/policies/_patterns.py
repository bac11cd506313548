"""Reads what is looked for over months, labels and duplicates (`rules/*.toml` of the other kinds)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field

from hub.policies._rules import (
    BURST_KINDS,
    RULE_KINDS,
    Budget,
    Confirmed,
    ScanFile,
    burst_of,
    confirm_of,
    kind_of,
)
from hub.policies._spans import Name, check_name
from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.faults import Fault
from hub.policies.models import BurstRule, Tier
from hub.policies.patterns import (
    ChronicRule,
    DuplicateRule,
    LabelRule,
    LingeringRule,
    Patterns,
    RecurrentRule,
    SevereRule,
    TimesRule,
    WidespreadRule,
)
from hub.schemas.inbound import Nature
from hub.schemas.reasons import Label

if TYPE_CHECKING:
    from pathlib import Path

    from hub.policies.models import Category

TierName = Annotated[Tier, Field(strict=False)]
Share = Annotated[float, Field(gt=0, le=1)]
Days = Annotated[int, Field(ge=1, le=366)]
Level = Annotated[int, Field(ge=1, le=3)]
Count = Annotated[int, Field(ge=1, le=100_000)]


class SeasonFile(ScanFile):
    """A kind over the whole city against its own years; see `BurstRule`."""

    kind: Literal["season"]
    chance_alarms_per_month: Budget


class ChronicFile(Confirmed):
    """See `ChronicRule`."""

    kind: Literal["chronic"]
    tier: TierName
    category_level: Level
    matters_min: int = Field(default=5, ge=2, le=1_000)
    times_min: float = Field(default=2.0, gt=1, le=100)
    prior_matters: float = Field(default=2.0, gt=0, le=1_000)


class RecurrentFile(Confirmed):
    """See `RecurrentRule`."""

    kind: Literal["recurrent"]
    level_min: Level = 2
    chance_max: Share = 0.01


class LingeringFile(Confirmed):
    """See `LingeringRule`."""

    kind: Literal["lingering"]
    open_days: Days = 90
    closed_min: Share = 0.5
    natures: list[Nature] = Field(default_factory=list)


class SevereFile(Confirmed):
    """See `SevereRule`."""

    kind: Literal["severe"]
    severities: list[Annotated[int, Field(ge=1, le=4)]] = Field(min_length=1)


class TimesFile(Confirmed):
    """See `TimesRule`."""

    kind: Literal["redone", "passed-around"]
    times_min: int = Field(default=3, ge=1, le=100)


class WidespreadFile(Confirmed):
    """See `WidespreadRule`."""

    kind: Literal["widespread"]
    areas: TierName
    areas_min: int = Field(ge=2, le=1_000)
    lies_at: TierName
    category_level: Level
    within_days: Days = 90


class DuplicateFile(PolicyFile):
    """See `DuplicateRule`."""

    name: Name
    kind: Literal["duplicate"]
    categories: list[str] = Field(default_factory=list)
    within_days: int = Field(default=3, ge=0, le=60)
    steps_max: int = Field(default=0, ge=0, le=6)
    alike_min: Share = 0.5


class LabelFile(PolicyFile):
    """See `LabelRule`."""

    name: Name
    kind: Literal["label"]
    label: Annotated[Label, Field(strict=False)]
    matters_min: Count = 5
    within_days: Days = 30
    level_min: Level = 2
    open_days: Days = 90
    rises_min: int = Field(default=2, ge=1, le=3)
    tier: TierName = Tier.TOWNSHIP
    areas_min: int = Field(default=3, ge=1, le=1_000)
    branches_min: int = Field(default=3, ge=1, le=100)
    share_min: Share = 0.5
    margin: float = Field(default=0.9, gt=0, le=2)


ASKS: Final[dict[Label, frozenset[str]]] = {
    Label.FREQUENT: frozenset({"matters_min", "within_days"}),
    Label.STUBBORN: frozenset({"level_min", "open_days", "rises_min"}),
    Label.TYPICAL: frozenset({"tier", "areas_min"}),
    Label.INDUSTRY: frozenset({"tier", "matters_min", "share_min", "margin"}),
    Label.LOCAL: frozenset({"branches_min", "matters_min", "share_min", "margin"}),
    Label.DEPARTMENT: frozenset({"tier", "areas_min", "matters_min"}),
}
"""Which numbers each label goes by; another in its file is a fault."""

AnyFile = (
    SeasonFile
    | ChronicFile
    | RecurrentFile
    | LingeringFile
    | SevereFile
    | TimesFile
    | WidespreadFile
    | DuplicateFile
    | LabelFile
)
FILES: Final[dict[str, type[AnyFile]]] = {
    "season": SeasonFile,
    "chronic": ChronicFile,
    "recurrent": RecurrentFile,
    "lingering": LingeringFile,
    "severe": SevereFile,
    "redone": TimesFile,
    "passed-around": TimesFile,
    "widespread": WidespreadFile,
    "duplicate": DuplicateFile,
    "label": LabelFile,
}
MANY: Final = {"widespread": "widespread", "duplicate": "duplicates", "label": "labels"}
"""Kinds of which a jurisdiction may have several rules, and where they stand."""


class Known(NamedTuple):
    """What rules may speak of: the tiers that occur, and the categories, None when they could not be read."""

    tiers: set[Tier]
    categories: dict[str, Category] | None


def read_patterns(folder: Path, known: Known, faults: list[Fault]) -> Patterns:
    """Read the rules of these kinds in the order of their file names; of most kinds there is at most one."""
    found: dict[str, Any] = {}
    names: dict[str, str] = {}
    for file in names_of(folder, "rules"):
        kind = kind_of(folder, file)
        if kind in (*RULE_KINDS, *BURST_KINDS):
            continue
        if kind not in FILES:
            listed = ", ".join((*RULE_KINDS, *BURST_KINDS, *FILES))
            zh, en = f"须为 {listed} 之一", f"must be one of {listed}"
            faults.append(Fault(file, "kind", zh, en))
            continue
        written = read_file(folder, file, FILES[kind], faults)
        if written is None:
            continue
        check_name(written.name, file, names, faults)
        rule = MAKERS[kind](written, file, known, faults)
        field = MANY.get(kind, kind.replace("-", "_"))
        if kind in MANY:
            found[field] = (*found.get(field, ()), rule)
        elif field in found:
            zh, en = f"种类 {kind} 只能有一条规则", f"there can be only one rule of kind {kind}"
            faults.append(Fault(file, "kind", zh, en))
        else:
            found[field] = rule
    return Patterns(**found)


Maker = Callable[[Any, str, Known, list[Fault]], Any]


def _season(written: SeasonFile, file: str, _known: Known, faults: list[Fault]) -> BurstRule:
    return burst_of(written, {Tier.CITY: written.chance_alarms_per_month}, file, faults)


def _chronic(written: ChronicFile, file: str, known: Known, faults: list[Fault]) -> ChronicRule:
    _check_tiers(file, {"tier": written.tier}, known, faults)
    if written.tier is Tier.CITY:
        zh, en = "市级没有同级可比", "the city has no peers to compare with"
        faults.append(Fault(file, "tier", zh, en))
    fields = written.model_dump(exclude={"kind", "confirm", "confirm_after"})
    return ChronicRule(**fields, **confirm_of(written, file, faults))


def _plain(model: type[RecurrentRule | TimesRule]) -> Maker:
    def make(written: Confirmed, file: str, _known: Known, faults: list[Fault]) -> RecurrentRule | TimesRule:
        fields = written.model_dump(exclude={"kind", "confirm", "confirm_after"})
        return model(**fields, **confirm_of(written, file, faults))

    return make


def _lingering(written: LingeringFile, file: str, _known: Known, faults: list[Fault]) -> LingeringRule:
    return LingeringRule(
        name=written.name,
        open_days=written.open_days,
        closed_min=written.closed_min,
        natures=frozenset(written.natures),
        **confirm_of(written, file, faults),
    )


def _severe(written: SevereFile, file: str, _known: Known, faults: list[Fault]) -> SevereRule:
    severities = frozenset(written.severities)
    return SevereRule(name=written.name, severities=severities, **confirm_of(written, file, faults))


def _widespread(written: WidespreadFile, file: str, known: Known, faults: list[Fault]) -> WidespreadRule:
    _check_tiers(file, {"areas": written.areas, "lies_at": written.lies_at}, known, faults)
    order = list(Tier)
    if order.index(written.lies_at) <= order.index(written.areas):
        zh, en = "须高于 areas 的层级", "must be a higher tier than areas"
        faults.append(Fault(file, "lies_at", zh, en))
    fields = written.model_dump(exclude={"kind", "confirm", "confirm_after"})
    return WidespreadRule(**fields, **confirm_of(written, file, faults))


def _duplicate(written: DuplicateFile, file: str, known: Known, faults: list[Fault]) -> DuplicateRule:
    for n, code in enumerate(written.categories):
        if known.categories is not None and code not in known.categories:
            zh, en = f"没有类别“{code}”", f'there is no category "{code}"'
            faults.append(Fault(file, f"categories[{n}]", zh, en))
    fields = written.model_dump(exclude={"kind", "categories"})
    return DuplicateRule(categories=tuple(written.categories), **fields)


def _label(written: LabelFile, file: str, _known: Known, faults: list[Fault]) -> LabelRule:
    for key in sorted(written.model_fields_set - ASKS[written.label] - {"name", "kind", "label"}):
        zh, en = f"标签 {written.label} 没有此项", f"does not go with label {written.label}"
        faults.append(Fault(file, key, zh, en))
    return LabelRule(**written.model_dump(exclude={"kind"}))


MAKERS: Final[dict[str, Maker]] = {
    "season": _season,
    "chronic": _chronic,
    "recurrent": _plain(RecurrentRule),
    "lingering": _lingering,
    "severe": _severe,
    "redone": _plain(TimesRule),
    "passed-around": _plain(TimesRule),
    "widespread": _widespread,
    "duplicate": _duplicate,
    "label": _label,
}


def _check_tiers(file: str, tiers: dict[str, Tier], known: Known, faults: list[Fault]) -> None:
    for key, tier in tiers.items():
        if known.tiers and tier not in known.tiers:
            zh, en = f"地名表里没有层级 {tier}", f"the gazetteer has no tier {tier}"
            faults.append(Fault(file, key, zh, en))
