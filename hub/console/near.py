"""What lies near a problem, and what its events told."""

from __future__ import annotations

import json
from typing import Any

from hub.console.desk import Desk
from hub.policies.models import Tier
from hub.store.screens.scope import subtree


def county(desk: Desk, place: str) -> frozenset[str]:
    """Give all places of the county that a place lies in; of the city where it lies in none."""
    chain = desk.policy.places[place].chain
    top = next((code for code in chain if desk.policy.places[code].tier is Tier.COUNTY), place)
    return subtree(desk.policy, top) or frozenset(desk.policy.places)


def told_of(body: str) -> str:
    """Give what an accepted event says in words: its summary, or the state its matter has come to."""
    data: dict[str, Any] = json.loads(body).get("data", {}) if body else {}
    return str(data.get("summary") or data.get("status") or "")
