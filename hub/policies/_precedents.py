"""Reads who takes part in which problems (`precedents/*.toml`): agreed leads, co-agencies, joint offices (联席办)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.faults import Fault
from hub.policies.models import Precedent

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

    from hub.policies.models import Agency, Category, Place

Known = dict[tuple[str, str], Precedent]


class PrecedentFile(PolicyFile):
    """Who takes part in problems of some categories; without `places` it holds everywhere. See `Precedent`."""

    categories: list[str] = Field(min_length=1)
    places: list[str] = Field(default_factory=list)
    lead: str = ""
    co: list[str] = Field(default_factory=list)
    co_categories: list[str] = Field(default_factory=list)


class PrecedentsFile(PolicyFile):
    """A table of precedents."""

    precedents: list[PrecedentFile] = Field(min_length=1)


def read_precedents(
    folder: Path,
    places: dict[str, Place] | None,
    categories: dict[str, Category] | None,
    agencies: dict[str, Agency],
    faults: list[Fault],
) -> Known:
    """Read the precedents by (place, category); each names what is known, and no pair comes twice."""
    found: Known = {}
    for name in names_of(folder, "precedents"):
        written = read_file(folder, name, PrecedentsFile, faults)
        for n, one in enumerate(written.precedents if written else ()):
            where = f"precedents[{n}]"
            faults.extend(_faults(one, name, where, places, categories, agencies))
            for place in one.places or [""]:
                for category in one.categories:
                    if (place, category) in found:
                        zh, en = f"“{category}”已有先例", f'"{category}" has a precedent already'
                        faults.append(Fault(name, f"{where}.categories", zh, en))
                    found[place, category] = Precedent(
                        category, place, one.lead, tuple(one.co), tuple(one.co_categories)
                    )
    return found


def _faults(
    one: PrecedentFile,
    file: str,
    where: str,
    places: dict[str, Place] | None,
    categories: dict[str, Category] | None,
    agencies: dict[str, Agency],
) -> Iterator[Fault]:
    if not (one.lead or one.co or one.co_categories):
        yield Fault(file, where, "须写 lead、co 或 co_categories", "needs a lead, co or co_categories")
    named: list[tuple[str, list[str], Container[str] | None, str]] = [
        ("places", one.places, places, "地点"),
        ("categories", one.categories, categories, "类别"),
        ("co_categories", one.co_categories, categories, "类别"),
        ("co", [*one.co, *filter(None, [one.lead])], agencies, "单位"),
    ]
    for key, codes, known, zh in named:
        for code in codes:
            if known is not None and code not in known:
                yield Fault(file, f"{where}.{key}", f"没有{zh}“{code}”", f'there is no "{code}"')
