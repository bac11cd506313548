"""The ladder of tiers, and the policy by which a category's problems climb it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hub.model.clock import local
from hub.model.problem import Problem
from hub.policies.models import Policy, Span, Tier, TierPolicy

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    from hub.policies.windows import WatchWindow

LADDER: Final = (Tier.VILLAGE, Tier.TOWNSHIP, Tier.COUNTY, Tier.CITY)
RANK: Final = {tier: rank for rank, tier in enumerate(LADDER)}


def stage_policy(policy: Policy, category: str, place: str = "", at_ms: int = 0) -> TierPolicy:
    """Give the tier policy that names the nearest ancestor of a category, else the default one.

    With a place and a moment, its clocks are as tight as the watch windows open there and then make them.
    """
    tiers = _tier_policy(policy, category)
    if not place or not policy.windows:
        return tiers
    day = local(at_ms, policy.zone).date()
    watched = [window for window in policy.windows if _is_open(policy, window, category, place, day)]
    return _tightened(tiers, watched) if watched else tiers


def _tier_policy(policy: Policy, category: str) -> TierPolicy:
    for node in policy.categories[category].chain:
        for tiers in policy.tiers:
            if node in tiers.categories:
                return tiers
    return next(tiers for tiers in policy.tiers if not tiers.categories)


def _is_open(policy: Policy, window: WatchWindow, category: str, place: str, day: date) -> bool:
    """Whether a window is open on a day for a kind of problem at a place."""
    if window.places and window.places.isdisjoint(policy.places[place].chain):
        return False
    if window.categories and window.categories.isdisjoint(policy.categories[category].chain):
        return False
    if not window.yearly:
        return window.first <= day.toordinal() <= window.last
    today = day.month * 100 + day.day
    if window.first <= window.last:
        return window.first <= today <= window.last
    return today >= window.first or today <= window.last


def _tightened(tiers: TierPolicy, windows: list[WatchWindow]) -> TierPolicy:
    """Give a tier policy with the first window's own spans, and the smallest factor on all others."""
    factor = min(window.factor for window in windows)
    own: dict[Tier, Span] = {}
    for window in reversed(windows):
        own |= dict(window.stage)
    stage = {tier: _times(span, factor) for tier, span in tiers.stage.items()} | own
    acceptance = None if tiers.acceptance is None else _times(tiers.acceptance, factor)
    acceptance = next((window.acceptance for window in windows if window.acceptance is not None), acceptance)
    return replace(tiers, stage=stage, acceptance=acceptance)


def _times(span: Span, factor: Fraction) -> Span:
    return replace(span, count=max(1, int(span.count * factor)))


def place_above(policy: Policy, problem: Problem) -> str | None:
    """Give the next place up that may hold a problem; None at the top or at its category's ceiling."""
    above = policy.places[problem.held_at].parent
    ceiling = stage_policy(policy, problem.category).ceiling
    if above is None or (ceiling is not None and RANK[policy.places[above].tier] > RANK[ceiling]):
        return None
    return above
