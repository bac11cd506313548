"""Where a matter counts: the cells of every rule that a place and a category fall in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from hub.model.window import Cell
from hub.policies.models import Policy, Tier

RuleCell = tuple[int, Cell]
"""A rule's number and the cell it counts a matter in."""

KEPT_MAX: Final = 20_000


@dataclass(slots=True)
class Cells:
    """The cells of every rule, worked out once for each place, category and nature, and once for each of the two."""

    policy: Policy
    places: dict[str, tuple[tuple[int, str, frozenset[str]], ...]] = field(default_factory=dict)
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    below: dict[str, list[str]] = field(default_factory=dict)
    kept: dict[tuple[str, str, str], tuple[RuleCell, ...]] = field(default_factory=dict)

    def of(self, place: str, category: str, nature: str) -> tuple[RuleCell, ...]:
        """Give the cells, in rule order; a rule below the reported place or for other natures has none."""
        cells = self.kept.get((place, category, nature))
        if cells is None:
            if len(self.kept) >= KEPT_MAX:
                self.kept.clear()
            cells = self.kept[place, category, nature] = self._of(place, category, nature)
        return cells

    def _of(self, place: str, category: str, nature: str) -> tuple[RuleCell, ...]:
        places = self.places.get(place)
        if places is None:
            rules = enumerate(self.policy.rules)
            nodes = (
                (number, ancestor_at(self.policy, place, rule.tier), rule.natures) for number, rule in rules
            )
            places = self.places[place] = tuple(
                (number, node, natures) for number, node, natures in nodes if node is not None
            )
        categories = self.categories.get(category)
        if categories is None:
            categories = self.categories[category] = _nodes(self.policy, category)
        return tuple(
            (number, (node, categories[number]))
            for number, node, natures in places
            if not natures or nature in natures
        )

    def near(self, place: str, steps: int) -> list[str]:
        """Give the places at most so many steps of the tree away, the place itself first."""
        if not steps:
            return [place]
        if not self.below:
            for code, node in self.policy.places.items():
                if node.parent is not None:
                    self.below.setdefault(node.parent, []).append(code)
        found = {place: None}
        ring = [place]
        for _ in range(steps):
            around = [
                code for one in ring for code in (self.policy.places[one].parent, *self.below.get(one, ()))
            ]
            ring = [code for code in dict.fromkeys(around) if code is not None and code not in found]
            found.update(dict.fromkeys(ring))
        return list(found)


def ancestor_at(policy: Policy, place: str, tier: Tier) -> str | None:
    """Give the place itself or its ancestor at a tier; None when the chain has none there."""
    places = policy.places
    for code in places[place].chain:
        if places[code].tier is tier:
            return code
    return None


def _nodes(policy: Policy, category: str) -> tuple[str, ...]:
    chain, depth = policy.categories[category].chain, policy.categories[category].level
    return tuple(chain[depth - min(rule.category_level, depth)] for rule in policy.rules)
