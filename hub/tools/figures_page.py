"""The page of figures, drawn from what each says of itself: what counts, what it asks, what is left out."""

from __future__ import annotations

from hub.schemas.figures import MEANINGS, Figure


def figures_table() -> str:
    """Every figure with its denominator, numerator and exclusions, as Markdown."""
    lines = [
        "# 指标口径 / Figures",
        "",
        "由代码生成, 勿手改。Drawn from `hub/schemas/figures.py`; do not edit by hand.",
        "",
        "A share is met of counted. A limit that ends at midnight counts on the day that ends. A time limit is kept",
        "before its moment, not at it. Nobody is judged for a limit that has not run out. A reopened matter is judged",
        "by the limit that the reopening starts, where there is one, and by 重办率. A mediation that failed leaves its",
        "dispute open, whatever its status says, and counts as redone once: so it can become REDONE and LINGERING like",
        "any open matter. The agency is the one in charge when it is counted, the place that of the matter or problem.",
        "Of a pair that a person confirmed to be one matter told twice only the first counts, the second in no column,",
        "until that is undone; scores of a period that was closed by then stay as they were.",
        "",
        "| code | 指标 / figure | 分母 / counted | 分子 / met | 不计 / left out |",
        "|---|---|---|---|---|",
    ]
    for figure in Figure:
        one = MEANINGS[figure]
        cells = (
            f"{one.name_zh} / {one.name_en}",
            f"{one.counted_zh} / {one.counted_en}",
            f"{one.met_zh} / {one.met_en}",
            f"{one.excluded_zh} / {one.excluded_en}",
        )
        lines.append(f"| `{figure}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
