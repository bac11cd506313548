"""China's real calendar as Sanming keeps it, and instants of its wall clock; nothing of the core is needed for them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from hub.policies.load import load_policy
from hub.policies.models import Policy

CHINA: Final = ZoneInfo("Asia/Shanghai")
SANMING: Final[Policy] = load_policy(Path(__file__).resolve().parents[2] / "deploy/jurisdictions/sanming")
CALENDAR: Final = SANMING.calendar


def at(text: str) -> int:
    """Epoch milliseconds of `2026-03-02 09:00` in China; a whole ISO time keeps its own offset."""
    written = datetime.fromisoformat(text)
    return round((written if written.tzinfo else written.replace(tzinfo=CHINA)).timestamp() * 1000)
