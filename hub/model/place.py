"""Where a matter counts: the cells of every rule that a place and a category fall in."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.model.window import Cell
from hub.policies.models import FrequentRule, Policy, Tier

RuleCell = tuple[int, Cell]
"""A rule's number and the cell it counts a matter in."""


@dataclass(slots=True)
class Cells:
    """The cells of (place, category, nature), worked out once for each triple that occurs."""

    policy: Policy
    known: dict[tuple[str, str, str], tuple[RuleCell, ...]] = field(default_factory=dict)

    def of(self, place: str, category: str, nature: str) -> tuple[RuleCell, ...]:
        """Give the cells, in rule order; a rule below the reported place or for other natures has none."""
        key = (place, category, nature)
        cells = self.known.get(key)
        if cells is None:
            found = (
                (number, _cell(self.policy, rule, place, category))
                for number, rule in enumerate(self.policy.rules)
                if not rule.natures or nature in rule.natures
            )
            cells = self.known[key] = tuple((number, cell) for number, cell in found if cell is not None)
        return cells


def ancestor_at(policy: Policy, place: str, tier: Tier) -> str | None:
    """Give the place itself or its ancestor at a tier; None when the chain has none there."""
    return next((code for code in policy.places[place].chain if policy.places[code].tier is tier), None)


def _cell(policy: Policy, rule: FrequentRule, place: str, category: str) -> Cell | None:
    node = ancestor_at(policy, place, rule.tier)
    if node is None:
        return None
    chain = policy.categories[category].chain
    level = min(rule.category_level, policy.categories[category].level)
    return node, next(code for code in chain if policy.categories[code].level == level)
