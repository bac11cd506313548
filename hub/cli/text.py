"""Which language the command line speaks: Chinese, or English with `--lang en` or `HUB_LANG=en`."""

from __future__ import annotations

import os
import sys


def _wants_english(arguments: list[str], environment: dict[str, str]) -> bool:
    """Help texts are built at import, before any option is parsed, so the arguments are read here."""
    for number, option in enumerate(arguments):
        if option == "--lang":
            return arguments[number + 1 : number + 2] == ["en"]
        if option.startswith("--lang="):
            return option == "--lang=en"
    return environment.get("HUB_LANG", "zh") == "en"


ENGLISH = _wants_english(sys.argv[1:], dict(os.environ))


def t(zh: str, en: str) -> str:
    """Give the text in the language of this run."""
    return en if ENGLISH else zh
