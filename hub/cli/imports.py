"""`hub import`: a file of events into the hub."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from hub.cli._shared import AsJson, Jurisdiction, fail, one_policy, print_json
from hub.cli.text import ENGLISH, t
from hub.policies.load import load_policies
from hub.settings import read_settings
from hub.tools.adapters.cap import NotCap, events_of, load_cap_mapping
from hub.tools.history import History
from hub.tools.imports import NotEmpty, Report, backfill, check, publish
from hub.tools.mapping import Mapping, MappingWrong, load_mapping, mapped_lines, table_rows


def import_(
    file: Annotated[
        Path, typer.Argument(help=t("JSONL、CSV、XLSX 或 CAP 1.2 文件", "A JSONL, CSV, XLSX or CAP 1.2 file"))
    ],
    *,
    mapping: Annotated[
        Path | None, typer.Option(help=t("表格的列对应表 (TOML)", "Mapping of the table's columns (TOML)"))
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=t("只检查,不发送", "Judge every line, send nothing"))
    ] = False,
    as_history: Annotated[
        bool,
        typer.Option(
            "--backfill", help=t("作为历史写入空的辖区", "Load as history of an empty jurisdiction")
        ),
    ] = False,
    start_clock: Annotated[
        bool,
        typer.Option(
            "--start-clock", help=t("历史导入后时钟即转为实时", "Start the live clock after a backfill")
        ),
    ] = False,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Publish a file's events to their agencies' topics, or load them as a city's past."""
    settings = read_settings()
    now_ms = time.time_ns() // 1_000_000
    try:
        is_alert = file.suffix.lower() == ".xml"
        columns = None if mapping is None or is_alert else load_mapping(mapping)
        lines = _alert_lines(file, mapping) if is_alert else _lines(file, columns)
        if dry_run:
            report = check(one_policy(settings, jurisdiction), lines, now_ms)
        elif as_history:
            policy = one_policy(settings, jurisdiction)
            past = History(policy, now_ms).packed(lines)
            report = backfill(policy, settings, past, start_clock=start_clock, may_go_on=True)
        else:
            report = publish(settings, load_policies(settings.config), lines)
    except (MappingWrong, NotCap, NotEmpty) as error:
        fail(str(error), str(error))
    _print(report, columns, as_json=as_json)


def _lines(file: Path, mapping: Mapping | None) -> Iterable[bytes]:
    if not file.is_file():
        fail(f"没有文件 {file}", f"there is no file {file}")
    if mapping is None:
        if file.suffix.lower() in (".csv", ".xlsx"):
            fail("表格文件需要 --mapping", "a table needs --mapping")
        return _raw_lines(file)
    return mapped_lines(table_rows(file), mapping)


def _alert_lines(file: Path, mapping: Path | None) -> Iterable[bytes]:
    if mapping is None:
        fail("CAP 文件需要 --mapping", "a CAP file needs --mapping")
    if not file.is_file():
        fail(f"没有文件 {file}", f"there is no file {file}")
    return [orjson.dumps(event) for event in events_of(file.read_bytes(), load_cap_mapping(mapping))]


def _raw_lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as raw:
        yield from raw


def _print(report: Report, mapping: Mapping | None, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {"outcomes": dict(report.outcomes), "codes": dict(report.codes), "not_let_in": report.shown}
        )
        return
    print(", ".join(f"{name}: {number}" for name, number in sorted(report.outcomes.items())))
    for name, number in report.codes.most_common():
        print(f"  {name}: {number}")
    for row in report.shown:
        print(_flaw_line(row, mapping))


def _flaw_line(row: dict[str, Any], mapping: Mapping | None) -> str:
    """Say one line not let in: its number, the column or pointer that is wrong, and why."""
    pointer = str(row.get("pointer", ""))
    columns = [] if mapping is None else mapping.columns(pointer)
    where = "、".join(f"「{name}」" for name in columns) if columns else pointer
    why = row.get("message_en" if ENGLISH else "message_zh", "")
    return t(
        f"第 {row['line']} 行 {where} {row['code']} {why}", f"line {row['line']} {where} {row['code']} {why}"
    )
