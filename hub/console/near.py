"""What lies near a problem."""

from __future__ import annotations

from hub.console.desk import Desk
from hub.policies.models import Tier
from hub.store.screens.scope import subtree


def county(desk: Desk, place: str) -> frozenset[str]:
    """Give all places of the county that a place lies in; of the city where it lies in none."""
    chain = desk.policy.places[place].chain
    top = next((code for code in chain if desk.policy.places[code].tier is Tier.COUNTY), place)
    return subtree(desk.policy, top) or frozenset(desk.policy.places)
