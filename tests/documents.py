"""What the documents for people tell a reader to type: fenced `sh` blocks, and `hub …` within a sentence."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PAGES: Final = sorted(
    {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("[be]*/*.md")} - {ROOT / "CHANGELOG.md"}
)
FENCED: Final = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPOKEN: Final = re.compile(r"`(hub [^`…]+)`")
HERE: Final = re.compile(r"<<(\w+)\n.*?^\1$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[str]:
    """Give the `sh` blocks of a page, in order."""
    return FENCED.findall(page.read_text(encoding="utf-8"))


def lines(page: Path) -> list[str]:
    """Give the lines of a page's `sh` blocks that are commands, without comments and what is fed to them."""
    found = [line.strip() for block in blocks(page) for line in HERE.sub("", block).splitlines()]
    return [line.partition("  #")[0].rstrip() for line in found if line and not line.startswith("#")]


def hub_commands(page: Path) -> list[str]:
    """Give the whole `hub` commands of a page's blocks, without where their output goes."""
    return [line.partition(" > ")[0] for line in lines(page) if line.startswith("hub ")]


def spoken(page: Path) -> list[list[str]]:
    """Give the words of each `hub …` that a sentence of a page names; brackets stand for what may be left out."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    return [shlex.split(command.translate(str.maketrans("[]", "  "))) for command in SPOKEN.findall(text)]


def placed(page: Path) -> list[str]:
    """Give a page's commands with the remarks in them left out: what must be the same in every language."""
    return [re.sub(r'(--note|--ground) "[^"]*"', r"\1", line) for line in lines(page)]
