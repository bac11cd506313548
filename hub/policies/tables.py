"""Reads one CSV table of a jurisdiction folder; every way it can be unreadable is one fault."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, TypeAlias

from hub.policies.faults import Fault

if TYPE_CHECKING:
    from pathlib import Path

Row: TypeAlias = tuple[int, dict[str, str]]


def read_text(path: Path, name: str, faults: list[Fault]) -> str | None:
    """Read a whole file as UTF-8 (a byte order mark is allowed); None and one fault when it cannot be."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        faults.append(Fault(name, "", "找不到文件", "the file is missing"))
    except UnicodeDecodeError:
        faults.append(Fault(name, "", "不是 UTF-8 编码,请另存为 UTF-8", "is not UTF-8; save it as UTF-8"))
    except OSError as error:
        faults.append(Fault(name, "", f"无法读取:{error.strerror}", f"cannot be read: {error.strerror}"))
    else:
        if text.strip():
            return text
        faults.append(Fault(name, "", "文件是空的", "the file is empty"))
    return None


def read_rows(path: Path, name: str, columns: tuple[str, ...], faults: list[Fault]) -> list[Row] | None:
    """Read (line number, row) of a table that must have `columns`; values come stripped.

    None means that the table as a whole cannot be used and one fault says why; a single bad row is a fault of
    its own and is left out.
    """
    text = read_text(path, name, faults)
    if text is None:
        return None
    table = csv.DictReader(io.StringIO(text), strict=True)
    try:
        missing = [column for column in columns if column not in (table.fieldnames or ())]
        if missing:
            words = ", ".join(missing)
            faults.append(Fault(name, 1, f"缺少列:{words}", f"columns are missing: {words}"))
            return None
        rows = _sound_rows(table, name, faults)
    except csv.Error as error:
        faults.append(
            Fault(name, table.reader.line_num, f"不是合格的 CSV:{error}", f"is not valid CSV: {error}")
        )
        return None
    if not rows:
        faults.append(Fault(name, "", "只有表头,没有数据", "has a header but no rows"))
        return None
    return rows


def _sound_rows(table: csv.DictReader[str], name: str, faults: list[Fault]) -> list[Row]:
    rows: list[Row] = []
    for row in table:
        # DictReader files surplus values under the key None and fills lacking ones with None.
        if None in row or None in row.values():
            faults.append(
                Fault(
                    name, table.line_num, "列数与表头不符", "the number of values is not that of the header"
                )
            )
            continue
        rows.append((table.line_num, {key: value.strip() for key, value in row.items()}))
    return rows
