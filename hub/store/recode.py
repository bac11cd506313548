"""Codes of earlier vintages in rows become those in force as they are loaded, so that history counts under them."""

from __future__ import annotations

from msgspec.structs import replace

from hub.core.resolve import known_place
from hub.model.matter import Matter
from hub.model.problem import Problem
from hub.policies.models import Policy


def place_now(policy: Policy, place: str) -> str:
    """Give the place in force that a code means: its successor, else the nearest known area, else the city."""
    if place in policy.places:
        return place
    return known_place(policy, place)[0] or policy.jurisdiction


def category_now(policy: Policy, category: str) -> str | None:
    """Give the category in force that a code means, None where it has no successor."""
    category = policy.category_aliases.get(category, category)
    return category if category in policy.categories else None


def matter_now(policy: Policy, matter: Matter) -> Matter:
    """Give a matter under the codes in force."""
    category = category_now(policy, matter.category) or matter.category
    return replace(matter, place=place_now(policy, matter.place), category=category)


def problem_now(policy: Policy, problem: Problem) -> Problem:
    """Give a problem under the codes in force."""
    place = place_now(policy, problem.place)
    category = category_now(policy, problem.category) or problem.category
    if (place, category) == (problem.place, problem.category):
        return problem
    tier = policy.places[place].tier
    held_at = place_now(policy, problem.held_at)
    return replace(problem, place=place, category=category, place_tier=tier, held_at=held_at)
