"""The ladder of tiers, and the policy by which a category's problems climb it."""

from __future__ import annotations

from typing import Final

from hub.model.problem import Problem
from hub.policies.models import Policy, Tier, TierPolicy

LADDER: Final = (Tier.VILLAGE, Tier.TOWNSHIP, Tier.COUNTY, Tier.CITY)
RANK: Final = {tier: rank for rank, tier in enumerate(LADDER)}


def stage_policy(policy: Policy, category: str) -> TierPolicy:
    """Give the tier policy that names the nearest ancestor of a category, else the default one."""
    for node in policy.categories[category].chain:
        for tiers in policy.tiers:
            if node in tiers.categories:
                return tiers
    return next(tiers for tiers in policy.tiers if not tiers.categories)


def place_above(policy: Policy, problem: Problem) -> str | None:
    """Give the next place up that may hold a problem; None at the top or at its category's ceiling."""
    above = policy.places[problem.held_at].parent
    ceiling = stage_policy(policy, problem.category).ceiling
    if above is None or (ceiling is not None and RANK[policy.places[above].tier] > RANK[ceiling]):
        return None
    return above
