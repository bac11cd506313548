"""Grafana dashboards as code: writes the pages of `hub.tools.panels` as the JSON that Grafana provisions."""

from __future__ import annotations

import json
from typing import Any, Final

from hub.tools.panels import Dashboard, Panel

Json = dict[str, Any]

SOURCE: Final = {"type": "prometheus", "uid": "prometheus"}
WIDTH, HEIGHT, COLUMNS = 8, 7, 3
SCHEMA_VERSION: Final = 41


def dashboard_text(dashboard: Dashboard) -> str:
    """Give a dashboard as the JSON that Grafana provisions."""
    drawn = {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["linkage-hub"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "refresh": "15s",
        "timezone": "browser",
        "time": {"from": "now-6h", "to": "now"},
        "links": [_link(dashboard)],
        "panels": [_panel(number, panel, dashboard) for number, panel in enumerate(dashboard.panels)],
    }
    return json.dumps(drawn, ensure_ascii=False, indent=1) + "\n"


def _panel(number: int, panel: Panel, dashboard: Dashboard) -> Json:
    row, column = divmod(number, COLUMNS)
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.text,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "links": [_link(dashboard)],
        "targets": [
            {"refId": "A", "datasource": SOURCE, "expr": panel.expr, "legendFormat": panel.legend or "__auto"}
        ],
    }


def _link(dashboard: Dashboard) -> Json:
    return {
        "title": "控制台 / Console",
        "type": "link",
        "url": f"http://127.0.0.1:8080{dashboard.page}",
        "targetBlank": True,
    }
