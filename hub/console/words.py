"""Words on the screen: Chinese is the text in the code, English comes from `en.po`; every one of them has both."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from hub.schemas.reasons import Lang

CATALOGUE: Final = Path(__file__).parent / "en.po"

Forms = str | tuple[str, str]


def msg(text: str) -> str:
    """Mark a text that is shown through `Words` later, so that the catalogue knows of it."""
    return text


@lru_cache(maxsize=1)
def english() -> dict[str, Forms]:
    """Read the catalogue: each Chinese text with its English one, or with one for a single thing and one for many."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    found: dict[str, Forms] = {}
    for entry in catalogue:
        # A text with a form for many is kept by Babel as a pair of keys and a pair of texts.
        key = entry.id if isinstance(entry.id, str) else entry.id[0]
        forms = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
        if key:
            found[key] = forms[0] if len(forms) == 1 else (forms[0], forms[1])
    return found


class Words:
    """The words of one language, called as `_` in templates: `_("{n} 件", n=3)`."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self._english = english() if lang == "en" else {}

    def __call__(self, text: str, /, **values: object) -> str:
        """Give the text in this language, with its values put in; `n` also chooses the form for many."""
        found = self._english.get(text, text)
        if isinstance(found, tuple):
            found = found[0] if str(values.get("n")) == "1" else found[1]
        return found.format(**values) if values else found
