"""Documents drawn from the code: schemas of every message, the AsyncAPI document, the tables of codes.

`python -m hub.tools.documents` writes them; a test asks `stale` whether somebody forgot to.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel

from hub import metrics
from hub.schemas.inbound import INBOUND_TYPES
from hub.schemas.outbound import DecisionEvent, ReceiptEvent, cloud_event_type, receipt_type
from hub.schemas.reasons import TEXTS, DecisionKind, Outcome
from hub.tools.asyncapi import INBOX, asyncapi_text
from hub.tools.compatibility import grown
from hub.tools.dashboards import dashboard_text
from hub.tools.figures_page import figures_table
from hub.tools.lifecycle import lifecycle_page
from hub.tools.panels import DASHBOARDS

ROOT: Final = Path(__file__).resolve().parents[2]
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def write() -> list[Path]:
    """Write every generated document; returns the paths that changed."""
    changed = [ROOT / name for name in stale()]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(DOCUMENTS[path.relative_to(ROOT)](), encoding="utf-8")
    return changed


def stale() -> list[str]:
    """The generated documents that are missing or not what the code says now, as paths from the root."""
    return [str(path) for path, draw in DOCUMENTS.items() if _read(ROOT / path) != draw()]


def schema_of(model: type[BaseModel], constants: dict[str, str] | None = None) -> str:
    """The JSON Schema of a message as text; `constants` pins fields, dotted ones inside `data`."""
    schema = model.model_json_schema(by_alias=True)
    for path, value in (constants or {}).items():
        _pin(schema, path, value)
    return json.dumps({"$schema": DIALECT, **schema}, ensure_ascii=False, indent=2) + "\n"


def reasons_table() -> str:
    """Every closed list of codes with its Chinese and English text, as Markdown."""
    lines = ["# 代码表 / Codes", "", "由代码生成, 勿手改。Drawn from the code; do not edit by hand."]
    for listed, texts in TEXTS.items():
        purpose = (listed.__doc__ or "").splitlines()[0]
        lines += ["", f"## {listed.__name__}", "", purpose, "", "| code | 中文 | English |", "|---|---|---|"]
        lines += [f"| `{member}` | {texts[member][0]} | {texts[member][1]} |" for member in listed]
    return "\n".join(lines) + "\n"


def inbox_schema() -> str:
    """The JSON Schema of the one ordered log's messages."""
    return json.dumps({"$schema": DIALECT, **INBOX.json_schema()}, ensure_ascii=False, indent=2) + "\n"


def metrics_table() -> str:
    """Every metric of the catalogue: name as scraped, type, labels, meaning; as Markdown."""
    lines = [
        "# 指标 / Metrics",
        "",
        "由代码生成, 勿手改。Drawn from `hub/metrics.py`; do not edit by hand.",
        "Intake and linkage workers and the console each serve `/metrics`; labels come from closed lists only.",
        "",
        "| metric | type | labels | meaning |",
        "|---|---|---|---|",
    ]
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            described = next(iter(metric.describe()))
            suffix = "_total" if described.type == "counter" else ""
            labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # noqa: SLF001 (no public name)
            lines.append(
                f"| `{described.name}{suffix}` | {described.type} | {labels} | {described.documentation} |"
            )
    return "\n".join(lines) + "\n"


def _pin(schema: dict[str, Any], path: str, value: str) -> None:
    name, _, inner = path.partition(".")
    if inner:
        definition = schema["properties"][name]["$ref"].rpartition("/")[2]
        _pin(schema["$defs"][definition], inner, value)
    else:
        schema["properties"][name] = {"const": value, "type": "string"}


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _schemas() -> dict[Path, Callable[[], str]]:
    folder = Path("docs/schemas")
    drawn: dict[Path, Callable[[], str]] = {
        folder / f"{name}.json": partial(schema_of, model) for name, model in INBOUND_TYPES.items()
    }
    for outcome in Outcome:
        name = receipt_type(outcome)
        pinned = {"type": name, "data.outcome": outcome.value}
        drawn[folder / f"{name}.json"] = partial(schema_of, ReceiptEvent, pinned)
    # An event that was not taken is said as a receipt, so its kind is no document of its own.
    for kind in DecisionKind:
        name = cloud_event_type(kind)
        pinned = {"type": name, "data.kind": kind.value}
        drawn.setdefault(folder / f"{name}.json", partial(schema_of, DecisionEvent, pinned))
    return drawn


DOCUMENTS: Final[dict[Path, Callable[[], str]]] = {
    **_schemas(),
    Path("docs/schemas/hub.inbox.v1.json"): inbox_schema,
    Path("docs/schemas/published.json"): grown,
    Path("docs/asyncapi.json"): asyncapi_text,
    **{
        Path(f"deploy/grafana/dashboards/{board.uid}.json"): partial(dashboard_text, board)
        for board in DASHBOARDS
    },
    Path("docs/reasons.md"): reasons_table,
    Path("docs/lifecycle.md"): lifecycle_page,
    Path("docs/metrics.md"): metrics_table,
    Path("docs/figures.md"): figures_table,
}

if __name__ == "__main__":
    for written in write():
        sys.stdout.write(f"{written.relative_to(ROOT)}\n")
