"""Resolve: which known place and category an event means, and whether its agency may speak of them."""

from __future__ import annotations

from typing import Final, NamedTuple

from hub.policies.models import Agency, Policy
from hub.schemas.reasons import QuarantineCode, RefusalCode

GRID_DIGITS: Final = 15
VILLAGE_DIGITS: Final = 12
ANCESTOR_DIGITS: Final = (9, 6, 4)
"""Significant digits of a township's, county's and city's code in 统计用区划代码 (2+2+2+3+3)."""


class Found(NamedTuple):
    """The known code that was meant, or the code that says why there is none.

    `flagged` when it is a place and only the nearest known ancestor of what was said.
    """

    known: str
    flagged: bool = False
    code: RefusalCode | QuarantineCode | None = None


NOTHING: Final = Found("")
"""What a correction that leaves place or category as it is resolves to."""


def resolve_place(policy: Policy, agency: Agency, place: str) -> Found:
    """Give the known place an agency means, if it may speak of it."""
    known, flagged = known_place(policy, place)
    if known is None:
        return Found("", code=QuarantineCode.PLACE_UNKNOWN)
    if agency.territory not in policy.places[known].chain:
        # An unknown code whose nearest known ancestor lies above the territory may still lie inside it.
        if flagged and known in policy.places[agency.territory].chain:
            return Found("", code=QuarantineCode.PLACE_UNKNOWN)
        return Found("", code=RefusalCode.PLACE_OUTSIDE_TERRITORY)
    return Found(known, flagged)


def resolve_category(policy: Policy, category: str) -> Found:
    """Give the known category meant, unless it or a class above it belongs to other bodies by law.

    A code of an earlier vintage leads to its successor.
    """
    category = policy.category_aliases.get(category, category)
    node = policy.categories.get(category)
    if node is None:
        return Found("", code=QuarantineCode.CATEGORY_UNKNOWN)
    if any(policy.categories[code].restricted for code in node.chain):
        return Found("", code=RefusalCode.RESTRICTED_CLASS)
    return Found(category)


def known_place(policy: Policy, code: str) -> tuple[str | None, bool]:
    """Give the known place meant by a code, and whether it is only its nearest known ancestor.

    A code of an earlier vintage leads to its successor. Of an unknown code nothing is known but its digits, so
    its ancestors are looked for there (GB/T 2260, GB/T 10114); a known place never takes its parents from digits.
    """
    if code in policy.places:
        return code, False
    if code in policy.place_aliases:
        return policy.place_aliases[code], False
    if not code.isdigit() or len(code) not in (VILLAGE_DIGITS, GRID_DIGITS):
        return None, False
    village = code[:VILLAGE_DIGITS]
    if len(code) == GRID_DIGITS and (village in policy.places or village in policy.place_aliases):
        return policy.place_aliases.get(village, village), False
    for digits in ANCESTOR_DIGITS:
        ancestor = code[:digits].ljust(VILLAGE_DIGITS, "0")
        ancestor = policy.place_aliases.get(ancestor, ancestor)
        if ancestor in policy.places:
            return ancestor, True
    return None, False
