"""Reads `gazetteer.csv` (and `aliases.csv`) into the tree of places and proves that it is one tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hub.policies._tree import chains
from hub.policies.faults import Fault
from hub.policies.models import Place, Tier
from hub.policies.names import CODE
from hub.policies.tables import Row, read_rows

if TYPE_CHECKING:
    from pathlib import Path

GAZETTEER: Final = "gazetteer.csv"
ALIASES: Final = "aliases.csv"
TIERS: Final = tuple(Tier)
_CODE: Final = re.compile(CODE)


def read_places(folder: Path, faults: list[Fault]) -> dict[str, Place] | None:
    """Read the places in file order; None when the table as a whole cannot be used.

    The city is the root: its `parent_code` is empty or names a province outside the file.
    """
    rows = read_rows(folder / GAZETTEER, GAZETTEER, ("code", "name", "level", "parent_code"), faults)
    if rows is None:
        return None
    lines = _distinct(rows, faults)
    tiers = {code: tier for code, row in lines.items() if (tier := _tier(row, faults)) is not None}
    parents = _parents(lines, tiers, faults)
    ways, circular = chains(parents)
    for code in sorted(circular):
        zh, en = f"“{code}”的上级绕成一圈", f'the parents of "{code}" run in a circle'
        faults.append(Fault(GAZETTEER, lines[code][0], zh, en))
    _check_order(lines, tiers, parents, circular, faults)
    return {
        code: Place(code, lines[code][1]["name"], tiers[code], parents[code], way)
        for code in lines
        if code in tiers and (way := ways.get(code)) is not None
    }


def read_aliases(folder: Path, places: dict[str, Place] | None, faults: list[Fault]) -> dict[str, str]:
    """Read old place codes and the places that took them over; a jurisdiction may have no such file."""
    if not (folder / ALIASES).exists():
        return {}
    rows = read_rows(folder / ALIASES, ALIASES, ("old_code", "code"), faults) or []
    aliases: dict[str, str] = {}
    for line, row in rows:
        old, code = row["old_code"], row["code"]
        if not _CODE.fullmatch(old):
            faults.append(Fault(ALIASES, line, f"代码“{old}”不合格式", f'code "{old}" is not a valid code'))
        elif old in aliases:
            faults.append(Fault(ALIASES, line, f"旧代码“{old}”重复", f'old code "{old}" appears twice'))
        elif places is not None and old in places:
            zh = f"旧代码“{old}”仍是现行代码"
            faults.append(Fault(ALIASES, line, zh, f'old code "{old}" is still a current code'))
        elif places is not None and code not in places:
            faults.append(Fault(ALIASES, line, f"没有地点“{code}”", f'there is no place "{code}"'))
        aliases.setdefault(old, code)
    return aliases


def _distinct(rows: list[Row], faults: list[Fault]) -> dict[str, Row]:
    lines: dict[str, Row] = {}
    for line, row in rows:
        code = row["code"]
        if not _CODE.fullmatch(code):
            zh = f"代码“{code}”不合格式:须为 1–32 个字母、数字或 . _ -"
            en = f'code "{code}" must be 1-32 letters, digits or . _ -'
            faults.append(Fault(GAZETTEER, line, zh, en))
        elif code in lines:
            zh = f"代码“{code}”重复,第 {lines[code][0]} 行已有"
            faults.append(Fault(GAZETTEER, line, zh, f'code "{code}" is already on line {lines[code][0]}'))
        else:
            if not row["name"]:
                faults.append(Fault(GAZETTEER, line, f"“{code}”没有名称", f'"{code}" has no name'))
            lines[code] = (line, row)
    return lines


def _tier(row: Row, faults: list[Fault]) -> Tier | None:
    level = row[1]["level"]
    if level in TIERS:
        return Tier(level)
    zh = f"层级“{level}”须为 city、county、township、village 之一"
    faults.append(Fault(GAZETTEER, row[0], zh, f'level "{level}" must be city, county, township or village'))
    return None


def _parents(lines: dict[str, Row], tiers: dict[str, Tier], faults: list[Fault]) -> dict[str, str | None]:
    roots = [code for code, tier in tiers.items() if tier is Tier.CITY]
    if len(roots) != 1:
        zh = f"须恰有一个 city 作根,现有 {len(roots)} 个"
        faults.append(Fault(GAZETTEER, "level", zh, f"needs exactly one city as root, has {len(roots)}"))
    parents: dict[str, str | None] = {}
    for code, (line, row) in lines.items():
        above = row["parent_code"]
        if above not in lines and code not in roots:
            zh = f"“{code}”的上级“{above}”不在表中"
            faults.append(Fault(GAZETTEER, line, zh, f'parent "{above}" of "{code}" is not in the table'))
        parents[code] = above if above in lines else None
    return parents


def _check_order(
    lines: dict[str, Row],
    tiers: dict[str, Tier],
    parents: dict[str, str | None],
    circular: set[str],
    faults: list[Fault],
) -> None:
    for code, above in parents.items():
        if above is None or code in circular or code not in tiers or above not in tiers:
            continue
        low, high = tiers[code], tiers[above]
        if TIERS.index(low) >= TIERS.index(high):
            zh = f"“{code}”({low})的上级“{above}”({high})层级不比它高"
            en = f'"{code}" ({low}) lies under "{above}" ({high}), which is no higher tier'
            faults.append(Fault(GAZETTEER, lines[code][0], zh, en))
