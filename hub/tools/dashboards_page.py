"""Writes `docs/dashboards.md` and a picture of each dashboard from a Prometheus that watches a running hub.

`python -m hub.tools.dashboards_page http://127.0.0.1:9090 --minutes 10 --note "what the hub was doing"`; Grafana need
not run for it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import urlopen

from hub.tools.panels import DASHBOARDS, Dashboard, Panel
from hub.tools.pictures import Series, board_svg, in_unit

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = Path("docs/dashboards.md")
PICTURES: Final = Path("docs/dashboards")
POINTS: Final = 120
LISTED_MAX: Final = 6

Answers = Mapping[str, Sequence[Series]]


def ask(prometheus: str, panel: Panel, began_s: float, ended_s: float) -> list[Series]:
    """Give what a panel's expression was over a span; raises `OSError` when Prometheus does not answer."""
    step = max(1.0, (ended_s - began_s) / POINTS)
    asked = urlencode({"query": panel.expr, "start": began_s, "end": ended_s, "step": step})
    with urlopen(f"{prometheus}/api/v1/query_range?{asked}", timeout=30) as answer:  # noqa: S310 - the caller's own
        found = json.load(answer)["data"]["result"]
    return [
        Series(legend(panel, one["metric"]), tuple((float(at), float(value)) for at, value in one["values"]))
        for one in found
    ]


def legend(panel: Panel, labels: Mapping[str, Any]) -> str:
    """Fill a panel's legend in as Grafana does: `{{tier}}` is the label's value."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: str(labels.get(found[1], "")), panel.legend)


def page(answers: Answers, note: str) -> str:
    """Give the page: each dashboard's picture, then every panel's expression and its values at the end."""
    lines = [
        "# 看板 / Dashboards",
        "",
        "由 `python -m hub.tools.dashboards_page` 从真实 Prometheus 的数据画出, 不经 Grafana。",
        "Drawn from a real Prometheus by our own script, without Grafana.",
        note,
    ]
    for board in DASHBOARDS:
        lines += ["", f"## {board.title}", "", f"![{board.title}](dashboards/{board.uid}.svg)", ""]
        lines += ["| panel | PromQL | 末值 / last |", "|---|---|---|"]
        lines += [_row(panel, answers[panel.expr]) for panel in board.panels]
    return "\n".join(lines) + "\n"


def expression(panel: Panel) -> str:
    """Give a panel's expression as it stands in the table."""
    return f"`{panel.expr}`".replace("|", r"\|")


def _row(panel: Panel, series: Sequence[Series]) -> str:
    shown = sorted(series, key=lambda one: (not isfinite(one.last), -one.last, one.name))
    told = [f"{one.name} {in_unit(one.last, panel.unit)}".strip() for one in shown[:LISTED_MAX]]
    more = f" … ({len(series)})" if len(series) > LISTED_MAX else ""
    return f"| {panel.title} | {expression(panel)} | {' · '.join(told)}{more} |"


def write(prometheus: str, minutes: float, note: str, root: Path = ROOT) -> None:
    """Ask every panel's expression over the last minutes, and write page and pictures."""
    ended_s = time.time()
    began_s = ended_s - minutes * 60
    answers = {
        panel.expr: ask(prometheus, panel, began_s, ended_s) for board in DASHBOARDS for panel in board.panels
    }
    (root / PICTURES).mkdir(parents=True, exist_ok=True)
    for board in DASHBOARDS:
        (root / PICTURES / f"{board.uid}.svg").write_text(_drawn(board, answers), encoding="utf-8")
    (root / PAGE).write_text(page(answers, note), encoding="utf-8")


def _drawn(board: Dashboard, answers: Answers) -> str:
    return board_svg(board, [answers[panel.expr] for panel in board.panels])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("prometheus")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--note", required=True)
    given = parser.parse_args()
    write(given.prometheus, given.minutes, given.note)
    sys.stdout.write(f"{PAGE}\n")
