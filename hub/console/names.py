"""What things of a city are called on a screen: problems, places, kinds, agencies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from hub.console.pinyin import Spellings, is_spelling
from hub.policies.models import Policy, Tier
from hub.schemas.reasons import Lang
from hub.store.screens.register import Found

KIND_LEVEL: Final = 2
"""The level of the category tree that filters and the heat table show."""


class Names:
    """One city's names in one language; what the policy no longer knows keeps its code."""

    def __init__(self, policy: Policy, lang: Lang, spellings: Spellings | None = None) -> None:
        self._spellings = spellings or Spellings(policy)
        self.policy = policy
        self.lang = lang

    @property
    def city(self) -> str:
        """The city's name."""
        return self.policy.name_zh if self.lang == "zh" else self.policy.name_en

    @cached_property
    def root(self) -> str:
        """The city's place code."""
        return next(code for code, place in self.policy.places.items() if place.parent is None)

    def place(self, code: str) -> str:
        """A place's own name."""
        place = self.policy.places.get(code)
        return code if place is None else place.name

    def path(self, code: str, *, below: str = "") -> list[str]:
        """Codes from the tier under the city down to a place; with `below`, only what lies under that place."""
        place = self.policy.places.get(code)
        if place is None:
            return [code] if code else []
        chain = list(reversed(place.chain))[1:]
        return chain[chain.index(below) + 1 :] if below in chain else chain

    def category(self, code: str) -> str:
        """A category's name."""
        found = self.policy.categories.get(code)
        if found is None:
            return code
        return found.name_zh if self.lang == "zh" else found.name_en

    def agency(self, code: str) -> str:
        """An agency's name."""
        found = self.policy.agencies.get(code)
        if found is None:
            return code
        return found.name_zh if self.lang == "zh" else found.name_en

    def title(self, row: Mapping[str, Any]) -> str:
        """A problem's name: where, and what."""
        gap = "" if self.lang == "zh" else " · "
        return f"{self.place(row['place'])}{gap}{self.category(row['category'])}"

    def tier_of(self, code: str) -> Tier | None:
        """A place's tier."""
        place = self.policy.places.get(code)
        return None if place is None else place.tier

    @cached_property
    def kind_of(self) -> dict[str, str]:
        """The kind of every category: its ancestor at the level that filters show."""
        found = {}
        for code, category in self.policy.categories.items():
            chain = category.chain
            found[code] = chain[max(0, len(chain) - KIND_LEVEL)]
        return found

    @cached_property
    def kinds_under(self) -> dict[str, list[str]]:
        """The kinds under each category of the first level, in the taxonomy's order; restricted ones are left out."""
        found: dict[str, dict[str, None]] = {}
        for code, category in self.policy.categories.items():
            if not category.restricted:
                found.setdefault(category.chain[-1], {})[self.kind_of[code]] = None
        return {top: list(kinds) for top, kinds in found.items()}

    def categories_of(self, kinds: tuple[str, ...]) -> frozenset[str]:
        """All categories of some kinds."""
        wanted = set(kinds)
        return frozenset(code for code, kind in self.kind_of.items() if kind in wanted)

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """The places right under each place, in the gazetteer's order."""
        found: dict[str, list[str]] = {}
        for code, place in self.policy.places.items():
            if place.parent is not None:
                found.setdefault(place.parent, []).append(code)
        return found

    def called(self, word: str) -> Found:
        """Places, categories and agencies whose own names or codes hold a word, or are spelt so."""
        word = word.casefold()
        places = {
            code
            for code, place in self.policy.places.items()
            if word in place.name.casefold() or word == code.casefold()
        }
        kinds = {
            code
            for code, category in self.policy.categories.items()
            if word in category.name_zh or word in category.name_en.casefold() or word == code.casefold()
        }
        agencies = {
            code
            for code, agency in self.policy.agencies.items()
            if word in agency.name_zh or word in agency.name_en.casefold() or word == code.casefold()
        }
        if is_spelling(word):
            for found, spelt_so in zip((places, kinds, agencies), self._spellings.called(word), strict=True):
                found.update(spelt_so)
        return Found(frozenset(places), frozenset(kinds), frozenset(agencies))

    def search(self, word: str) -> Found:
        """The same, where a place stands for all below it."""
        found = self.called(word)
        places = (
            code for code, place in self.policy.places.items() if not found.places.isdisjoint(place.chain)
        )
        return found._replace(places=frozenset(places))
