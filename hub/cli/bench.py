"""`hub bench`: the whole hub beside others on the same events, on this machine."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.cli._shared import AsJson, fail, print_json
from hub.cli.text import t


def bench(
    *,
    events: Annotated[
        int, typer.Option(min=1000, max=1_000_000, help=t("事件数", "How many events"))
    ] = 200_000,
    what: Annotated[
        list[str] | None,
        typer.Option(help=t("只测这一项(可多次),默认全部", "Only this part (may be repeated); default all")),
    ] = None,
    save: Annotated[
        bool, typer.Option(help=t("写入 benchmarks/results.csv", "Append to benchmarks/results.csv"))
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Measure rate, delay, outages, memory and idling; print them beside what is wanted."""
    try:
        from hub.tools.bench.results import append, verdicts
        from hub.tools.bench.run import PARTS, measure
    except ModuleNotFoundError as error:
        fail(
            f"缺少 {error.name},请先运行 pip install -e '.[bench,postgres]'",
            f"{error.name} is missing: run pip install -e '.[bench,postgres]' first",
        )
    parts = what or list(PARTS)
    if unknown := [part for part in parts if part not in PARTS]:
        fail(
            f"没有 {unknown[0]};可选:{', '.join(PARTS)}",
            f"no part {unknown[0]}; there are: {', '.join(PARTS)}",
        )
    rows = []
    for row in measure(parts, events):
        rows.append(row)
        print(f"{row.what}: {row.value:,.1f} {row.unit} ({row.note})", file=sys.stderr, flush=True)
    if save:
        append(rows)
    found = verdicts(rows)
    if as_json:
        for text, value, is_met in found:
            print_json({"wanted": text, "measured": value, "met": is_met})
        return
    table = Table(t("要求", "wanted"), t("实测", "measured"), "", box=None, pad_edge=False)
    for text, value, is_met in found:
        table.add_row(text, f"{value:,.2f}", "✓" if is_met else "✗")
    Console().print(table)
