"""Reads `taxonomy.csv` into the tree of categories, one to three levels deep."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hub.policies._tree import chains
from hub.policies.faults import Fault
from hub.policies.models import Category
from hub.policies.names import CODE
from hub.policies.tables import Row, read_rows

if TYPE_CHECKING:
    from pathlib import Path

TAXONOMY: Final = "taxonomy.csv"
RECODED: Final = "recode.csv"
COLUMNS: Final = ("code", "level", "parent_code", "name_zh", "name_en", "restricted")
MARKS: Final = {"": False, "0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}
_CODE: Final = re.compile(CODE)


def read_categories(folder: Path, faults: list[Fault]) -> dict[str, Category] | None:
    """Read the categories in file order; None when the table as a whole cannot be used.

    A label given in one language only serves for both. What lies under a restricted class is restricted.
    """
    rows = read_rows(folder / TAXONOMY, TAXONOMY, COLUMNS, faults)
    if rows is None:
        return None
    lines = _sound(rows, faults)
    parents = {code: _parent(row, lines, faults) for code, row in lines.items()}
    # A parent lies exactly one level higher, so no circle can pass `_parent`.
    ways, _ = chains(parents)
    marked = {code for code, (_, row) in lines.items() if MARKS[row["restricted"].lower()]}
    categories: dict[str, Category] = {}
    for code, (_, row) in lines.items():
        categories[code] = Category(
            code=code,
            level=int(row["level"]),
            parent=parents[code],
            name_zh=row["name_zh"] or row["name_en"],
            name_en=row["name_en"] or row["name_zh"],
            restricted=not marked.isdisjoint(ways[code]),
            chain=ways[code],
        )
    return categories


def read_recoded(folder: Path, categories: dict[str, Category] | None, faults: list[Fault]) -> dict[str, str]:
    """Read old category codes and those that took them over; a jurisdiction may have no such file."""
    if not (folder / RECODED).exists():
        return {}
    recoded: dict[str, str] = {}
    for line, row in read_rows(folder / RECODED, RECODED, ("old_code", "code"), faults) or []:
        old, code = row["old_code"], row["code"]
        if not _CODE.fullmatch(old):
            faults.append(Fault(RECODED, line, f"代码“{old}”不合格式", f'code "{old}" is not a valid code'))
        elif old in recoded:
            faults.append(Fault(RECODED, line, f"旧代码“{old}”重复", f'old code "{old}" appears twice'))
        elif categories is not None and old in categories:
            zh = f"旧代码“{old}”仍是现行代码"
            faults.append(Fault(RECODED, line, zh, f'old code "{old}" is still a current code'))
        elif categories is not None and code not in categories:
            faults.append(Fault(RECODED, line, f"没有类别“{code}”", f'there is no category "{code}"'))
        recoded.setdefault(old, code)
    return recoded


def _sound(rows: list[Row], faults: list[Fault]) -> dict[str, Row]:
    lines: dict[str, Row] = {}
    for line, row in rows:
        fault = _flaw(line, row, lines)
        if fault is None:
            lines[row["code"]] = (line, row)
        else:
            faults.append(fault)
    return lines


def _flaw(line: int, row: dict[str, str], lines: dict[str, Row]) -> Fault | None:
    code, level, mark = row["code"], row["level"], row["restricted"]
    if not _CODE.fullmatch(code):
        zh = f"代码“{code}”不合格式:须为 1–32 个字母、数字或 . _ -"
        return Fault(TAXONOMY, line, zh, f'code "{code}" must be 1-32 letters, digits or . _ -')
    if code in lines:
        zh = f"代码“{code}”重复,第 {lines[code][0]} 行已有"
        return Fault(TAXONOMY, line, zh, f'code "{code}" is already on line {lines[code][0]}')
    if level not in {"1", "2", "3"}:
        return Fault(TAXONOMY, line, f"层级“{level}”须为 1、2 或 3", f'level "{level}" must be 1, 2 or 3')
    if not row["name_zh"] and not row["name_en"]:
        return Fault(TAXONOMY, line, f"“{code}”没有名称", f'"{code}" has no name')
    if mark.lower() not in MARKS:
        return Fault(TAXONOMY, line, f"restricted“{mark}”须为 0 或 1", f'restricted "{mark}" must be 0 or 1')
    return None


def _parent(row: Row, lines: dict[str, Row], faults: list[Fault]) -> str | None:
    line, values = row
    code, level, above = values["code"], int(values["level"]), values["parent_code"]
    if level == 1:
        if above:
            zh = f"第 1 级的“{code}”不应有上级“{above}”"
            faults.append(Fault(TAXONOMY, line, zh, f'level-1 "{code}" must not have a parent "{above}"'))
        return None
    if above not in lines:
        zh = f"“{code}”的上级“{above}”不在表中"
        faults.append(Fault(TAXONOMY, line, zh, f'parent "{above}" of "{code}" is not in the table'))
        return None
    high = int(lines[above][1]["level"])
    if high != level - 1:
        zh = f"“{code}”(第 {level} 级)的上级“{above}”是第 {high} 级,须为第 {level - 1} 级"
        en = f'"{code}" (level {level}) lies under "{above}" of level {high}, must be level {level - 1}'
        faults.append(Fault(TAXONOMY, line, zh, en))
        return None
    return above
