"""Chinese names as they are typed on a keyboard: by their sounds, or by the first letter of each."""

from __future__ import annotations

from typing import Final

LETTERS_MIN: Final = 2
"""One letter begins too many names to say anything."""


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
