"""Resolve: which known place and category an event means, and whether its agency may speak of them."""

from __future__ import annotations

from typing import Final, NamedTuple

from hub.policies.models import Agency, Policy
from hub.schemas.reasons import QuarantineCode, RefusalCode

GRID_DIGITS: Final = 15
VILLAGE_DIGITS: Final = 12
ANCESTOR_DIGITS: Final = (9, 6, 4)
"""Significant digits of a township's, county's and city's code in 统计用区划代码 (2+2+2+3+3)."""


class Resolution(NamedTuple):
    """The known codes meant, or the code and pointer that say why there are none."""

    place: str
    category: str
    place_flagged: bool
    code: RefusalCode | QuarantineCode | None = None
    pointer: str = ""


def resolve(policy: Policy, agency: Agency, place: str, category: str) -> Resolution:
    """Resolve a place and a category; an empty one (of a correction) stays empty."""
    known, flagged = known_place(policy, place) if place else ("", False)
    if known is None:
        return _unknown(QuarantineCode.PLACE_UNKNOWN, "/data/place")
    if known and agency.territory not in policy.places[known].chain:
        # An unknown code whose nearest known ancestor lies above the territory may still lie inside it.
        if flagged and known in policy.places[agency.territory].chain:
            return _unknown(QuarantineCode.PLACE_UNKNOWN, "/data/place")
        return _unknown(RefusalCode.PLACE_OUTSIDE_TERRITORY, "/data/place")
    node = policy.categories.get(category)
    if category and node is None:
        return _unknown(QuarantineCode.CATEGORY_UNKNOWN, "/data/category")
    if node is not None and any(policy.categories[code].restricted for code in node.chain):
        return _unknown(RefusalCode.RESTRICTED_CLASS, "/data/category")
    return Resolution(known, category, flagged)


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


def _unknown(code: RefusalCode | QuarantineCode, pointer: str) -> Resolution:
    return Resolution("", "", place_flagged=False, code=code, pointer=pointer)
