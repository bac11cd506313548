"""Pictures of dashboards: each panel as a line chart or a number, drawn as SVG from what Prometheus answered."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, isfinite, log10, nan
from typing import Final, NamedTuple

from hub.tools.panels import Dashboard, Panel

PANEL_W, PANEL_H, COLUMNS, GAP = 400, 230, 3, 12
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 46, 44
COLOURS: Final = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed", "#0891b2", "#be185d", "#4d7c0f")
SHOWN_MAX: Final = 8
"""Series drawn in one panel, those with the highest last value; the page lists them all."""

LEGEND_MAX: Final = 4
FONT: Final = "font-family='system-ui, Noto Sans SC, sans-serif'"


class Series(NamedTuple):
    """One line of a panel: its legend, and points of (Unix seconds, value)."""

    name: str
    points: tuple[tuple[float, float], ...]

    @property
    def last(self) -> float:
        """Its newest value; NaN when it has none that is a number."""
        return next((value for _, value in reversed(self.points) if isfinite(value)), nan)


def in_unit(value: float, unit: str) -> str:
    """Write a value as Grafana does: seconds as time, shares as percent, large numbers shortened."""
    if not isfinite(value):
        return "–"
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "s":
        return _time(value)
    if unit == "bytes":
        return f"{_short(value / 2**20)} MiB"
    return _short(value) + {"reqps": "/s", "d": " d"}.get(unit, "")


def _time(seconds: float) -> str:
    for span, letter in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        if abs(seconds) >= span:
            return f"{seconds / span:.3g} {letter}"
    return f"{seconds * 1000:.3g} ms" if seconds else "0 s"


def _short(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * size:
            return f"{value / size:.3g}{letter}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def board_svg(board: Dashboard, answers: Sequence[Sequence[Series]]) -> str:
    """Draw a dashboard, its panels in their order; `answers` has the series of each panel."""
    rows = ceil(len(board.panels) / COLUMNS)
    width = COLUMNS * PANEL_W + (COLUMNS + 1) * GAP
    height = rows * PANEL_H + (rows + 1) * GAP
    drawn = []
    for number, (panel, series) in enumerate(zip(board.panels, answers, strict=True)):
        row, column = divmod(number, COLUMNS)
        x, y = GAP + column * (PANEL_W + GAP), GAP + row * (PANEL_H + GAP)
        drawn.append(
            f"<svg x='{x}' y='{y}' width='{PANEL_W}' height='{PANEL_H}'>{_panel(panel, series)}</svg>"
        )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' {FONT}>"
        f"<title>{escape(board.title)}</title>"
        f"<rect width='{width}' height='{height}' fill='#f1f5f9'/>" + "\n".join(drawn) + "</svg>\n"
    )


def _panel(panel: Panel, series: Sequence[Series]) -> str:
    frame = f"<rect width='{PANEL_W}' height='{PANEL_H}' rx='6' fill='#fff' stroke='#cbd5e1'/>"
    head = _text(12, 22, panel.title, 14, "#0f172a", "font-weight='600'") + _text(
        12, 38, panel.text, 10.5, "#64748b"
    )
    told = [line for line in series if any(isfinite(value) for _, value in line.points)]
    if not told:
        return frame + head + _text(PANEL_W / 2, PANEL_H / 2, "尚无 / none yet", 13, "#94a3b8", MIDDLE)
    shown = sorted(told, key=lambda line: -line.last)[:SHOWN_MAX]
    if panel.kind == "stat":
        return (
            frame + head + _text(PANEL_W / 2, 150, in_unit(shown[0].last, panel.unit), 56, "#0f172a", MIDDLE)
        )
    return frame + head + _chart(panel, shown) + _legend(panel, shown)


MIDDLE: Final = "text-anchor='middle'"


def _chart(panel: Panel, series: Sequence[Series]) -> str:
    values = [value for line in series for _, value in line.points if isfinite(value)]
    low, high, step = _scale(min(values), max(values), panel.unit)
    times = [at for line in series for at, _ in line.points]
    began, span = min(times), (max(times) - min(times)) or 1.0
    width, height = PANEL_W - LEFT - RIGHT, PANEL_H - TOP - BOTTOM

    def place(at: float, value: float) -> str:
        x = LEFT + (at - began) / span * width
        return f"{x:.1f},{TOP + (high - value) / (high - low) * height:.1f}"

    drawn = []
    for n in range(round((high - low) / step) + 1):
        y = TOP + height - n * step / (high - low) * height
        drawn.append(f"<path d='M{LEFT} {y:.1f}H{PANEL_W - RIGHT}' stroke='#e2e8f0'/>")
        drawn.append(_text(LEFT - 6, y + 3.5, in_unit(low + n * step, panel.unit), 10, "#64748b", END))
    for line, colour in zip(series, COLOURS, strict=False):
        points = " ".join(place(at, value) for at, value in line.points if isfinite(value))
        drawn.append(f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='1.6'/>")
    return "".join(drawn)


END: Final = "text-anchor='end'"


SPAN_MIN: Final = 1e-6
SIZES: Final = {"s": (86_400, 3_600, 60), "bytes": (2**20,)}
"""Of what a grid counts round numbers, the largest that fits."""


def _scale(low: float, high: float, unit: str) -> tuple[float, float, float]:
    """Give round bounds that hold 0 and both values, and the step between the lines of the grid, at most six."""
    low, high = min(low, 0.0), max(high, 0.0)
    # A line that does not move still needs a height to be drawn at.
    high = low + 1 if high - low < SPAN_MIN else high
    size = next((size for size in SIZES.get(unit, ()) if high - low >= size), 1)
    span = (high - low) / size
    step = 10.0 ** floor(log10(span / 3))
    step *= size * next(times for times in (1, 2, 5, 10) if span / (step * times) <= 5)
    return floor(low / step) * step, ceil(high / step) * step, step


def _legend(panel: Panel, series: Sequence[Series]) -> str:
    drawn, width = [], (PANEL_W - 24) / 2
    for n, (line, colour) in enumerate(zip(series[:LEGEND_MAX], COLOURS, strict=False)):
        x, y = 12 + n % 2 * width, PANEL_H - 25 + n // 2 * 15
        drawn.append(f"<rect x='{x}' y='{y - 8}' width='9' height='9' rx='2' fill='{colour}'/>")
        drawn.append(_text(x + 14, y, f"{line.name} {in_unit(line.last, panel.unit)}".strip(), 11, "#334155"))
    return "".join(drawn)


def _text(x: float, y: float, text: str, size: float, colour: str, more: str = "") -> str:
    return f"<text x='{x:g}' y='{y:g}' font-size='{size}' fill='{colour}' {more}>{escape(text)}</text>"
