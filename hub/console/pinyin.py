"""Chinese names as they are typed on a keyboard: by their sounds, or by the first letter of each."""

from __future__ import annotations

from threading import Lock
from typing import Final, NamedTuple

from hub.policies.models import Policy

LETTERS_MIN: Final = 2
"""One letter begins too many names to say anything."""


class Spelt(NamedTuple):
    """How the names of a city's places, categories and agencies are spelt, by their codes."""

    places: dict[str, str]
    kinds: dict[str, str]
    agencies: dict[str, str]


class Spellings:
    """One city's names by sound, worked out when somebody first types one; both languages share them."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._lock = Lock()
        self._spelt: Spelt | None = None

    def called(self, word: str) -> tuple[set[str], set[str], set[str]]:
        """Give the codes of places, categories and agencies that are spelt so from some sound on."""
        return (
            _called(self._all().places, word),
            _called(self._all().kinds, word),
            _called(self._all().agencies, word),
        )

    def _all(self) -> Spelt:
        with self._lock:
            if self._spelt is None:
                policy = self._policy
                self._spelt = Spelt(
                    spelt({code: place.name for code, place in policy.places.items()}),
                    spelt({code: category.name_zh for code, category in policy.categories.items()}),
                    spelt({code: agency.name_zh for code, agency in policy.agencies.items()}),
                )
            return self._spelt


def is_spelling(word: str) -> bool:
    """Whether a word may be meant by its sound."""
    return len(word) >= LETTERS_MIN and word.isascii() and word.isalpha()


def spelt(names: dict[str, str]) -> dict[str, str]:
    """Give for each code how its name is spelt, from every sound on: `" sanyuanqu yuanqu qu syq yq q"`.

    A word that follows a space in it is a spelling of the name. Names without Chinese give nothing.
    """
    # Its table of phrases takes half a second and 56 MB: only who searches by sound pays for it.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    found = {}
    for code, name in names.items():
        sounds = lazy_pinyin(name, errors="ignore")
        ways = ["".join(sounds[start:]) for start in range(len(sounds))]
        ways += ["".join(sound[0] for sound in sounds[start:]) for start in range(len(sounds))]
        if ways:
            found[code] = " " + " ".join(ways)
    return found


def _called(names: dict[str, str], word: str) -> set[str]:
    return {code for code, ways in names.items() if f" {word}" in ways}
