"""Files of what a screen shows: the query first, then the rows, as XLSX or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import xlsxwriter
from fastapi import Response

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
WIDTH_MAX: Final = 48


class Column(NamedTuple):
    """A column: its head, and how its value comes from a row."""

    head: str
    value: Callable[[Any], Any]


class Sheet(NamedTuple):
    """A file's content: title, the query as pairs of word and value, columns, rows, and the file's name."""

    title: str
    query: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    rows: Sequence[Any]
    name: str


def xlsx_file(sheet: Sheet) -> Response:
    """Write a workbook: title and query above, heads frozen, filters on."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True})
    page = book.add_worksheet(sheet.title[:31])
    page.write(0, 0, sheet.title, book.add_format({"bold": True, "font_size": 14}))
    for number, (word, value) in enumerate(sheet.query, 1):
        page.write(number, 0, word, bold)
        page.write(number, 1, value)
    top = len(sheet.query) + 2
    widths = [len(column.head) * 2 for column in sheet.columns]
    for at, column in enumerate(sheet.columns):
        page.write(top, at, column.head, bold)
    for line, row in enumerate(sheet.rows, top + 1):
        for at, column in enumerate(sheet.columns):
            value = column.value(row)
            page.write(line, at, value)
            widths[at] = max(widths[at], min(WIDTH_MAX, len(str(value)) * 2))
    for at, width in enumerate(widths):
        page.set_column(at, at, width + 1)
    page.freeze_panes(top + 1, 0)
    if sheet.rows:
        page.autofilter(top, 0, top + len(sheet.rows), len(sheet.columns) - 1)
    book.close()
    return _download(out.getvalue(), XLSX, f"{sheet.name}.xlsx")


def csv_file(sheet: Sheet) -> Response:
    """Write CSV that a spreadsheet opens as it is: a byte order mark, and no cell that reads as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([sheet.title])
    writer.writerows([[word, _harmless(value)] for word, value in sheet.query])
    writer.writerow([])
    writer.writerow([column.head for column in sheet.columns])
    writer.writerows([[_harmless(column.value(row)) for column in sheet.columns] for row in sheet.rows])
    return _download(("\ufeff" + out.getvalue()).encode(), "text/csv; charset=utf-8", f"{sheet.name}.csv")


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


def _download(body: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=kind, headers=headers)
