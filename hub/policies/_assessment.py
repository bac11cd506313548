"""Reads how units are assessed (`assessment/*.toml`): items, weights, formulas, groups of like size."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from hub.policies._spans import Name, SpanFile, check_name, span_of
from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.assessment import Assessment, AssessmentItem, Every, Formula
from hub.policies.faults import Fault
from hub.policies.models import Tier
from hub.schemas.figures import Figure

if TYPE_CHECKING:
    from pathlib import Path

    from hub.policies.models import Agency, Category, Place

Text = Annotated[str, Field(min_length=1, max_length=100)]
Amount = Annotated[float, Field(ge=0, le=1_000_000)]
Share = Annotated[float, Field(ge=0, le=1)]
COMPARED = (Formula.BAND, Formula.TARGET)


class ItemFile(PolicyFile):
    """One item; see `AssessmentItem`. `code` is what a submission names."""

    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")]
    name_zh: Text
    name_en: Text
    weight: Annotated[float, Field(gt=0, le=1000)]
    formula: Annotated[Formula, Field(strict=False)]
    figure: Annotated[Figure, Field(strict=False)] | None = None
    by: list[str] = Field(default_factory=list)
    lower_is_better: bool = False
    target: Amount | None = None
    per: Annotated[float, Field(gt=0, le=1000)] = 1.0
    base: Share | None = None
    counted_min: Annotated[int, Field(ge=1, le=1000)] = 5
    categories: list[str] = Field(default_factory=list)


class AssessmentFile(PolicyFile):
    """One assessment; see `Assessment`."""

    name: Name
    name_zh: Text
    name_en: Text
    every: Annotated[Every, Field(strict=False)]
    units: Literal["agency", "village", "township", "county"]
    closes_after: SpanFile | None = None
    groups: dict[Text, list[str]] = Field(default_factory=dict)
    pull: Share = 0.5
    items: list[ItemFile] = Field(min_length=1)


def read_assessments(
    folder: Path,
    places: dict[str, Place] | None,
    categories: dict[str, Category] | None,
    agencies: dict[str, Agency],
    faults: list[Fault],
) -> tuple[Assessment, ...]:
    """Read the assessments in the order of their files; a folder may have none."""
    found: list[Assessment] = []
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    for file in names_of(folder, "assessment"):
        written = read_file(folder, file, AssessmentFile, faults)
        if written is None:
            continue
        check_name(written.name, file, names, faults)
        _check_units(written, file, places, agencies, faults)
        for n, item in enumerate(written.items):
            check_name(item.code, file, codes, faults, f"items[{n}].code")
            _check_item(item, file, f"items[{n}]", faults)
            _check_names(item, file, f"items[{n}]", categories, agencies, faults)
        after = written.closes_after
        found.append(
            Assessment(
                name=written.name,
                name_zh=written.name_zh,
                name_en=written.name_en,
                every=written.every,
                units=None if written.units == "agency" else Tier(written.units),
                items=tuple(_item(item) for item in written.items),
                closes_after=span_of(after, file, "closes_after", faults) if after else None,
                groups={group: tuple(units) for group, units in written.groups.items()},
                pull=_exact(written.pull),
            )
        )
    return tuple(found)


def _exact(number: float) -> Fraction:
    """Give the decimal as it is written in the file."""
    return Fraction(repr(number))


def _item(written: ItemFile) -> AssessmentItem:
    usual = {Formula.TARGET: 0.8, Formula.MIN_MAX: 0.6, Formula.RANK_STEP: 0.6}
    base = usual.get(written.formula, 0.0) if written.base is None else written.base
    return AssessmentItem(
        code=written.code,
        name_zh=written.name_zh,
        name_en=written.name_en,
        weight=_exact(written.weight),
        formula=written.formula,
        figure=written.figure,
        by=tuple(written.by),
        lower_is_better=written.lower_is_better,
        target=_exact(written.target or 0.0),
        per=_exact(written.per),
        base=_exact(base),
        counted_min=written.counted_min,
        categories=tuple(written.categories),
    )


def _check_item(item: ItemFile, file: str, where: str, faults: list[Fault]) -> None:
    """Check what no single key can say: where values come from, and what the formula needs."""
    if (item.figure is None) == (not item.by):
        zh, en = "须写 figure,或写 by(报送单位),二者取一", "needs either figure or by (who submits it)"
        faults.append(Fault(file, where, zh, en))
    if item.formula in COMPARED and item.target is None:
        zh, en = f"公式 {item.formula} 须写 target", f"formula {item.formula} needs target"
        faults.append(Fault(file, f"{where}.target", zh, en))
    if item.formula is Formula.RATE and item.lower_is_better:
        zh, en = "比率得分只能越高越好", "a rate is better when it is higher"
        faults.append(Fault(file, f"{where}.lower_is_better", zh, en))


def _check_names(
    item: ItemFile,
    file: str,
    where: str,
    categories: dict[str, Category] | None,
    agencies: dict[str, Agency],
    faults: list[Fault],
) -> None:
    for n, code in enumerate(item.categories):
        if categories is not None and code not in categories:
            zh, en = f"没有类别“{code}”", f'there is no category "{code}"'
            faults.append(Fault(file, f"{where}.categories[{n}]", zh, en))
    for n, agency in enumerate(item.by):
        if agency not in agencies:
            zh, en = f"没有机构“{agency}”", f'there is no agency "{agency}"'
            faults.append(Fault(file, f"{where}.by[{n}]", zh, en))


def _check_units(
    written: AssessmentFile,
    file: str,
    places: dict[str, Place] | None,
    agencies: dict[str, Agency],
    faults: list[Fault],
) -> None:
    """A group's units exist, are of the assessed kind, and are in one group only."""
    groups: dict[str, str] = {}
    for group, units in written.groups.items():
        for n, unit in enumerate(units):
            where = f"groups.{group}[{n}]"
            if not _is_unit(unit, written.units, places, agencies):
                zh, en = f"“{unit}”不是被考核的单位", f'"{unit}" is no unit that is assessed'
                faults.append(Fault(file, where, zh, en))
            elif unit in groups:
                zh, en = f"“{unit}”已在组 {groups[unit]}", f'"{unit}" is in group {groups[unit]} already'
                faults.append(Fault(file, where, zh, en))
            groups.setdefault(unit, group)


def _is_unit(unit: str, kind: str, places: dict[str, Place] | None, agencies: dict[str, Agency]) -> bool:
    if kind == "agency":
        return unit in agencies
    return places is None or (unit in places and places[unit].tier == kind)
